"""Patrons punish drifting and hedging between rivals, if they do not tolerate it; it bends some and angers others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import expit

from sim.core.streams import Streams
from sim.core.update import Happening
from sim.mechanisms.coercion import Coercion, grounds
from sim.scenario import load_scenario
from sim.world import World
from tests.mechanisms.quarrels import check_terms, told
from tests.mechanisms.turns import turned
from tests.mechanisms.worlds import small_world

RIVAL = np.array([[0.0, 0.6], [0.6, 0.0]])


def patrons(dt: float = 1.0, **columns: Any) -> World:
    """Poles 0 and 1 are rivals; 3 drifts to 0 without ties to 1; 4 hedges between both; the others stay aloof."""
    n = 6
    rivalry = np.zeros((n, n))
    rivalry[0, 1] = rivalry[1, 0] = 0.6
    drift = np.zeros((n, 3))
    drift[3] = [-0.2, 0.2, 0.0]
    w = np.tile([1.0, 0.0, 0.0], (n, 1))
    w[:2], w[3], w[4] = [[0, 1, 0], [0, 0, 1]], [0.8, 0.2, 0.0], [0.1, 0.3, 0.6]
    given = {"drift": drift, "rivalry": rivalry, "affinity": 0.0, "alignment": w}
    return small_world(n, dt=dt, **(given | columns))


def events(world: World, unit: Coercion, kind: str, runs: int = 400) -> list[Happening]:
    return [told(unit(world, Streams(seed).at("c", 0)), kind) for seed in range(runs)]


def pairs(world: World, unit: Coercion, kind: str) -> set[tuple[int, int]]:
    """States and the poles that ever punish them."""
    acted = [e for e in events(world, unit, kind) if len(e.who)]
    return {(int(i), int(g)) for e in acted for i, g in zip(e.who, np.asarray(e.third), strict=True)}


def test_causes_by_hand() -> None:
    drift = np.array([[0.1, -0.3], [0, 0], [0, 0]])
    w = np.array([[0.5, 0.5], [0.3, 0.6], [1.0, 0.0]])
    moving, straddling = grounds(drift, w, RIVAL)
    np.testing.assert_allclose(moving, [[0.0, 0.6 * 0.1], [0, 0], [0, 0]])
    np.testing.assert_allclose(straddling, [[0.6, 0.6], [4 * 0.18 * 0.6] * 2, [0, 0]])
    assert not grounds(drift, w, np.zeros((2, 2))).any()


@pytest.mark.parametrize("dt", [1.0, 0.25])
def test_acts_come_at_the_rate_of_drift_and_of_hedging(dt: float) -> None:
    world, unit = patrons(dt), Coercion(strictness=8, vigilance=1.5)
    strength = world.pole_reach / (world.pole_reach + world.power)
    runs = int(600 / dt)
    drift = np.mean([len(e.who) for e in events(world, unit, "coercion", runs)])
    punished = [np.asarray(e.third) for e in events(world, unit, "punishment", runs) if len(e.who)]
    hedge = (np.concatenate(punished) == 0).sum() / runs
    for share, rate in (
        (drift, 8 * 0.5 * 0.6 * 0.2 * strength[1, 3]),
        (hedge, 1.5 * 0.5 * 4 * 0.18 * 0.6 * strength[0, 4]),
    ):
        expected = -np.expm1(-rate * dt)
        assert share == pytest.approx(expected, abs=3 * np.sqrt(expected / runs))


def test_only_the_jilted_pole_punishes_drift_and_both_poles_punish_hedging() -> None:
    world, unit = patrons(), Coercion(strictness=10, vigilance=2)
    drifters, hedgers = pairs(world, unit, "coercion"), pairs(world, unit, "punishment")
    assert drifters == {(3, 1)} and hedgers == {(4, 0), (4, 1)}
    assert not pairs(patrons(rivalry=0.0), unit, "punishment")


def acts(world: World, unit: Coercion, runs: int = 400) -> float:
    return float(np.mean([len(e.who) for kind in ("coercion", "punishment") for e in events(world, unit, kind, runs)]))


def test_tolerance_decides_how_much_is_punished() -> None:
    """None where all is tolerated; the same draws punish more, the less is; each pole by its own tolerance."""
    unit = Coercion(strictness=10, vigilance=2)
    none, some, all_ = (acts(patrons(tolerance=t), unit) for t in (0.0, 0.5, 1.0))
    assert none > 1.3 * some > 0 == all_
    only_first = patrons(tolerance=np.array([1.0, 0, 0, 0, 0, 0]))
    assert pairs(only_first, unit, "punishment") == {(4, 1)}


def test_what_is_told_adds_up_and_agrees_with_the_draws() -> None:
    world, unit, seen = patrons(), Coercion(strictness=10, vigilance=2), set()
    for seed in range(200):
        for event in unit(world, Streams(seed).at("c", 0)).happenings:
            chance, drawn = np.asarray(event.chance), np.asarray(event.drawn)
            rate = event.kind in ("coercion", "punishment")
            check_terms(event, np.log(-np.log1p(-chance)) if rate else np.log(chance / (1 - chance)))
            np.testing.assert_array_equal(drawn < chance, True if event.done is None else event.done)
            seen |= {(event.kind, bool(d)) for d in (event.done if event.done is not None else [True] * len(drawn))}
    assert seen == {
        ("coercion", True), ("punishment", True), ("coercive sanction", True), ("coercive sanction", False),
        ("submission", True), ("submission", False),
    }  # fmt: skip


def test_coercion_bends_the_dependent_and_angers_the_proud() -> None:
    """Both signs: the share that bends is the logistic of its terms, high for the dependent, low for the autonomous."""
    unit = Coercion(vigilance=2, strictness=0)
    resentful = np.zeros((6, 6))
    resentful[4, :2] = 1.5
    shares = {}
    for name, columns in {"weak": {"autonomy": 0.5}, "proud": {"autonomy": 1.5, "grievance": resentful}}.items():
        world = patrons(**columns)
        answers = [e for e in events(world, unit, "submission", 500) if len(e.who)]
        done = np.concatenate([np.asarray(e.done) for e in answers])
        expected = np.concatenate([np.asarray(e.chance) for e in answers]).mean()
        assert done.mean() == pytest.approx(expected, abs=0.07)
        shares[name] = done.mean()
    assert shares["weak"] > 0.7 > 0.45 > shares["proud"] > 0
    by_hand = patrons()
    event = next(e for e in events(by_hand, unit, "submission") if len(e.who))
    i, g = int(event.who[0]), int(np.asarray(event.third)[0])
    strength = by_hand.pole_reach[g, i] / (by_hand.pole_reach[g, i] + by_hand.power[i])
    push = 2 * by_hand.trade[i, g] / by_hand.trade[i].sum() + by_hand.alignment[i, g + 1] + strength - 1
    assert np.asarray(event.chance)[0] == pytest.approx(expit(push))


def test_fear_adds_to_the_worth_of_a_pole_pride_takes_away_and_both_fade() -> None:
    world, unit, moved = patrons(), Coercion(vigilance=2, strictness=0), set()
    for seed in range(60):
        update = unit(world, Streams(seed).at("c", 0))
        if not update.happenings:
            assert not update.add
            continue
        answer = told(update, "submission")
        i, g = answer.who[0], np.asarray(answer.third)[0]
        up = bool(np.asarray(answer.done)[0])
        assert update.add["deference"][i, g] == (0.5 if up else -0.5)
        np.testing.assert_allclose(update.add["leaning"][i, g + 1], 0.3 * update.add["deference"][i, g])
        assert update.add["coercion"][i, g] == 0.5
        assert update.add["grievance"][i, g] > 0 > update.add["affinity"][i, g] == update.add["affinity"][g, i]
        np.testing.assert_allclose(update.add["affinity"][i, g], -0.1 * (1 + world.affinity[i, g]))
        moved.add(up)
    assert moved == {True, False}
    deference = np.zeros((6, 2))
    deference[4] = [0.8, -0.4]
    bent = patrons(deference=deference, leaning=np.hstack([np.zeros((6, 1)), 0.3 * deference]), dt=0.25)
    turned(bent, Coercion(vigilance=0, strictness=0), steps=20)
    np.testing.assert_allclose(bent.deference, deference * np.exp(-1), atol=1e-12)
    np.testing.assert_allclose(bent.leaning[:, 1:], 0.3 * bent.deference, atol=1e-12)


def test_sanctions_of_the_whole_pole_and_of_no_other() -> None:
    world, unit = patrons(), Coercion(vigilance=2, strictness=0, by_sanction=1)
    for seed in range(60):
        update = unit(world, Streams(seed).at("c", 0))
        if update.happenings:
            event = told(update, "punishment")
            pairs = set(zip(np.asarray(event.third).tolist(), event.who.tolist(), strict=True))
            assert {(int(g), int(i)) for g, i in np.argwhere(update.add["sanctions"])} == pairs


@pytest.mark.slow
def test_intolerant_patrons_end_hedging_in_whole_worlds() -> None:
    """Six pairs of random worlds of 20 states, 12 years, vigilance 1: less hedging where nothing is tolerated."""
    scenario = load_scenario("random:20", changes=["mechanisms.coercion.vigilance=1"])
    gaps, coerced = [], []
    for seed in range(6):
        hedging = []
        for tolerance in (0.0, 1.0):
            model = scenario.model(seed=seed, keep="none")
            model.world.write({"tolerance": np.full(20, tolerance)})
            model.run_until(scenario.start + 12)
            late = np.array(model.history.states["hedging"])[-16:, ~model.world.in_pole]
            hedging.append(late.mean())
            coerced.append((tolerance, model.world.coercion.sum()))
        gaps.append(hedging[0] - hedging[1])
    assert np.mean(gaps) + 2.57 * np.std(gaps, ddof=1) / np.sqrt(6) < 0
    assert all((amount > 0) == (tolerance == 0) for tolerance, amount in coerced)
