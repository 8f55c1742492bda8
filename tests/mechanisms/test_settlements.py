"""How disputes end decides how long the peace holds: by the kernels, and through the mechanisms over time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import expit

from sim.core.columns import Array
from sim.core.streams import Streams
from sim.mechanisms._onset_index import onset_index
from sim.mechanisms.dispute_onset import DisputeOnset
from sim.mechanisms.settlements import (
    FACILITATED,
    FORMULATED,
    IMPOSED,
    MANIPULATED,
    NEGOTIATED,
    STALEMATE,
    Settlements,
    durability_terms,
)
from sim.world import World
from tests.mechanisms.quarrels import even_columns, told
from tests.mechanisms.turns import turned
from tests.mechanisms.worlds import small_world

N = 60
PAIRS = np.arange(0, N, 2)
UNIT = Settlements()


def filled(values: Array | float, dtype: type = float) -> Array:
    """An (N, N) array with values on the pairs (0, 1), (2, 3) ..., both ways."""
    matrix = np.zeros((N, N), dtype=dtype)
    matrix[PAIRS, PAIRS + 1] = matrix[PAIRS + 1, PAIRS] = values
    return matrix


def just_ended(dt: float = 0.25, peak: int = 4, **columns: Any) -> World:
    """Thirty disputes that have ended in this step: the tag is there, the hostility is gone."""
    origin = np.zeros((N, N))
    origin[PAIRS, PAIRS + 1] = 1
    tag = filled((np.arange(len(PAIRS)) + 1) / (len(PAIRS) + 1))
    given = {"dispute_tag": tag, "originator": origin, "dispute_peak": filled(peak), "peace_years": 0.0}
    return small_world(N, dt=dt, **(even_columns(N) | given | columns))


def after(world: World, unit: Settlements = UNIT, steps: int = 1) -> World:
    """The world after steps of settlements; memory's part is done by hand."""
    for _ in range(steps):
        turned(world, unit, seed=world.step)
        peace = np.where(world.hostility > 0, 0.0, world.peace_years + world.dt)
        ended = (world.dispute_tag > 0) & (world.hostility == 0)
        world.write({"peace_years": peace, "dispute_tag": np.where(ended, 0, world.dispute_tag)})
    return world


def settled_as(kind: int, guarantors: int = 0, **columns: Any) -> World:
    marks = {"settlement_kind": filled(kind), "guarantors": filled(guarantors)}
    return after(just_ended(**(marks | columns)))


def test_worth_by_hand() -> None:
    by_kind = np.array([0, 0, UNIT.negotiated, UNIT.mediated, UNIT.mediated, UNIT.mediated, UNIT.imposed])
    kinds, guarantors = np.array([STALEMATE, NEGOTIATED, FORMULATED, IMPOSED]), np.array([0, 0, 3, 0])
    terms = durability_terms(kinds, guarantors, by_kind=by_kind, by_guarantor=UNIT.by_guarantor)
    np.testing.assert_allclose(sum(terms.values()), [0, 0.05, -0.15 - 0.45, -0.69])


def test_a_mediated_end_is_marked_with_its_kind_and_guarantors() -> None:
    plain, guaranteed = settled_as(FORMULATED), settled_as(FORMULATED, guarantors=2)
    assert plain.settlement[0, 1] == pytest.approx(-0.15)
    assert guaranteed.settlement[0, 1] == pytest.approx(-0.45)
    assert plain.settlement_kind[0, 1] == plain.settlement_kind[1, 0] == FORMULATED
    assert plain.settlement[0, 2] == 0


def test_style_counts_only_after_the_grace() -> None:
    for style, late in (
        (FACILITATED, UNIT.late_facilitation),
        (FORMULATED, 0.0),
        (MANIPULATED, UNIT.late_manipulation),
    ):
        world = settled_as(style)
        early = after(world, steps=10).settlement[0, 1]
        assert early == pytest.approx(UNIT.mediated * np.exp(-2.5 / UNIT.holding))
        later = after(world, steps=4).settlement[0, 1]
        assert later == pytest.approx(UNIT.mediated * np.exp(-3.5 / UNIT.holding) + late, abs=0.02)
    assert world.strain[0, 1] == 0


def test_a_new_dispute_voids_what_was_settled() -> None:
    world = settled_as(MANIPULATED, guarantors=2)
    world.write({"hostility": filled(3), "dispute_tag": filled(0.5), "originator": np.triu(filled(1))})
    after(world)
    for name in ("settlement", "strain", "settlement_kind", "guarantors"):
        assert not getattr(world, name)[0, 1], name
    assert world.dispute_peak[0, 1] == 3


def test_joiners_settle_as_those_who_began() -> None:
    world = just_ended()
    tag, origin = world.dispute_tag.copy(), world.originator.copy()
    tag[2, 1] = tag[1, 2] = tag[0, 1]
    world.write({"dispute_tag": tag, "originator": origin, "settlement_kind": filled(MANIPULATED)})
    after(world)
    assert world.settlement_kind[2, 1] == MANIPULATED


def kinds_of(peak: int, seeds: int = 25, **columns: Any) -> Array:
    """Kinds of the settlements of 30 disputes and many seeds."""
    found = []
    for seed in range(seeds):
        world = just_ended(peak=peak, **columns)
        turned(world, UNIT, seed=seed)
        found.append(world.settlement_kind[PAIRS, PAIRS + 1])
    return np.concatenate(found)


@pytest.mark.parametrize(("peak", "imposed", "agreed"), [(3, 0.006, 0.17), (4, 0.019, 0.24), (5, 0.27, 0.75)])
def test_shares_of_kinds_are_those_of_the_record(peak: int, imposed: float, agreed: float) -> None:
    """Between states of which one is e times as strong, by_disparity is idle; parity is then .37, by_parity nearly."""
    force = np.where(np.arange(N) % 2, np.e, 1.0) * 10
    resources = dict.fromkeys(("force", "gdp", "population"), force)
    kinds = kinds_of(peak, **resources)
    share = np.mean(kinds == IMPOSED)
    assert share == pytest.approx(imposed, abs=0.03)
    assert np.mean(kinds == NEGOTIATED) / (1 - share) == pytest.approx(agreed, abs=0.05)


def test_a_threat_is_let_go_and_the_mighty_impose() -> None:
    assert (kinds_of(2) == STALEMATE).all()
    strong = np.where(np.arange(N) % 2, 1000.0, 1.0)
    uneven = kinds_of(5, force=strong, gdp=strong, population=strong)
    assert np.mean(uneven == IMPOSED) > np.mean(kinds_of(5) == IMPOSED) + 0.1


def test_the_log_holds_the_numbers_that_decided() -> None:
    world = just_ended(peak=5)
    update = UNIT(world, Streams(3).at("x", 0))
    for kind in ("imposed peace", "negotiated peace"):
        event = told(update, kind)
        assert len(event.who) > 5
        np.testing.assert_allclose(expit(sum(event.terms.values())), event.chance)
        np.testing.assert_array_equal(event.drawn < event.chance, event.done)


def test_fading_does_not_care_for_the_step() -> None:
    for style in (FORMULATED, MANIPULATED):
        worth = [
            after(just_ended(dt=dt, settlement_kind=filled(style)), steps=int(8 / dt)).settlement[0, 1]
            for dt in (0.5, 0.25)
        ]
        assert worth[0] == pytest.approx(worth[1], abs=0.03)


# -- through the mechanism: who falls out again ------------------------------------------------------------------------
def onsets(world: World, seeds: range) -> Array:
    """Disputes begun among the settled pairs, by seed, over two years each."""
    unit = DisputeOnset(baseline=6.0, trust=0.5, land_border=0, far=-0.67)
    found = []
    for seed in seeds:
        copy, begun = world.with_changes(), 0
        copy.step = 1
        for _ in range(4):
            update = unit(copy, Streams(seed).at("onset", copy.step))
            who, whom = told(update, "dispute onset").who, told(update, "dispute onset").whom
            begun += int(((who // 2) == (whom // 2)).sum()) if whom is not None else 0
            copy.step += 1
        found.append(begun)
    return np.array(found)


def relapse_difference(first: World, second: World, number: int = 40) -> tuple[float, float]:
    """Mean difference of onsets, first minus second, over paired seeds, and its standard error."""
    seeds = range(number)
    difference = onsets(first, seeds) - onsets(second, seeds)
    return float(difference.mean()), float(difference.std(ddof=1) / np.sqrt(len(seeds)))


def settled_world(kind: int, guarantors: int = 0, years: float = 1.0) -> World:
    world = after(just_ended(settlement_kind=filled(kind), guarantors=filled(guarantors)), steps=int(years / 0.25))
    world.write({"onset_reference": np.zeros((N, N))})
    return world


def imposed_world(years: float = 1.0) -> World:
    """All thirty disputes imposed: the share of that is set to 1."""
    world = after(just_ended(peak=5), Settlements(imposed_war=1.0), steps=int(years / 0.25))
    assert (world.settlement_kind[PAIRS, PAIRS + 1] == IMPOSED).all()
    world.write({"onset_reference": np.zeros((N, N))})
    return world


def test_mediated_settlements_relapse_sooner_than_imposed_ones() -> None:
    mean, error = relapse_difference(settled_world(FORMULATED), imposed_world())
    assert mean - 2 * error > 0


def test_guarantors_make_mediated_settlements_last() -> None:
    mean, error = relapse_difference(settled_world(FORMULATED), settled_world(FORMULATED, guarantors=3))
    assert mean - 2 * error > 0


def test_peace_made_by_pressure_breaks_later_than_peace_made_by_messages() -> None:
    """Early the two are alike, draw for draw; after the grace the pressed one is worse."""
    pressed, carried = (settled_world(kind, years=1.0) for kind in (MANIPULATED, FACILITATED))
    assert relapse_difference(pressed, carried) == (0.0, 0.0)
    pressed, carried = (settled_world(kind, years=4.0) for kind in (MANIPULATED, FACILITATED))
    mean, error = relapse_difference(pressed, carried)
    assert mean - 2 * error > 0


def test_the_term_in_the_onset_is_the_settlement() -> None:
    """With the parameters as they are, the log-odds of a new dispute move by the settlement itself."""
    unit = DisputeOnset()
    plain, settled = settled_world(STALEMATE), settled_world(FORMULATED, guarantors=2)
    settled_logit, plain_logit = (onset_index(w, unit.numbers(*unit.weights)).logit for w in (settled, plain))
    assert settled_logit[0, 1] - plain_logit[0, 1] == pytest.approx(settled.settlement[0, 1]) != 0
    assert plain.settlement[0, 1] == 0
