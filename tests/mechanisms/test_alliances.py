"""Pacts by mutual consent: who wants them, how often they come, what they oblige to, how long they last."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import expit

from sim.core.columns import Array
from sim.core.streams import Streams
from sim.core.update import Update, combine
from sim.mechanisms.alliances import Alliances, entrapment, shared_threat
from sim.world import DEFENCE, OBLIGATIONS, World
from tests.mechanisms.quarrels import check_terms, even_columns, quarrels, told
from tests.mechanisms.turns import turned
from tests.mechanisms.worlds import small_world


def strangers(n: int = 10, **columns: Any) -> World:
    return small_world(n, **(even_columns(n) | {"autonomy": 1.0} | columns))


def pair(n: int, i: int, j: int, value: float = 1.0) -> Array:
    matrix = np.zeros((n, n))
    matrix[i, j] = matrix[j, i] = value
    return matrix


def surplus(world: World, i: int = 2, j: int = 3, **numbers: float) -> float:
    unit = Alliances(**numbers)
    return float(sum(unit._surplus_terms(world).values())[i, j] + unit.a0)


def updates(world: World, unit: Alliances, runs: int) -> list[Update]:
    return [unit(world, Streams(seed).at("a", 0)) for seed in range(runs)]


def test_surplus_by_hand() -> None:
    n = 10
    threat = np.zeros((n, n))
    threat[2, 5], threat[3, 5] = 0.4, 0.1
    world = strangers(
        threat=threat, affinity=pair(n, 2, 3, 0.5), democracy=0.6, contiguous=pair(n, 2, 3), pact_desire=0.3,
        rivalry=pair(n, 3, 7, 0.5),
    )  # fmt: skip
    by_hand = -4 + 1.0 * 0.2 + 0.8 * 0.5 + 0.4 * 0.6 + 0.5 - 0.8 * (1 - np.exp(-0.25)) + 0.3
    assert surplus(world) == pytest.approx(by_hand)


def test_a_common_ally_draws_together_and_a_stronger_partner_costs_autonomy() -> None:
    pact = np.zeros((5, 10, 10), dtype=bool)
    for k in (2, 3):
        pact[DEFENCE, k, 6] = pact[DEFENCE, 6, k] = True
    assert surplus(strangers(pact=pact)) == pytest.approx(-4 + 0.8)
    stronger = strangers(gdp=np.where(np.arange(10) == 3, 1000.0, 100.0), autonomy=1.5)
    ratio = np.log(stronger.power[3] / stronger.power[2])
    assert surplus(stronger) == pytest.approx(-4 - 0.6 * 1.5 * ratio / 5)
    assert surplus(stronger, 3, 2) == pytest.approx(-4)


def test_shared_threat_and_entrapment_by_hand() -> None:
    threat = np.zeros((4, 4))
    threat[0, 2], threat[1, 2], threat[0, 3], threat[1, 3] = 0.4, 0.2, 0.1, 0.1
    threat[0, 1] = threat[1, 0] = 0.9  # of each other: no common cause
    assert shared_threat(threat)[0, 1] == pytest.approx(np.sqrt(0.08 + 0.01))
    quarrel = pair(4, 1, 2) + pair(4, 0, 2, 0.4) + pair(4, 0, 1, 0.7)
    assert entrapment(quarrel)[0, 1] == pytest.approx(1 - np.exp(-(1 - 0.4) / 2))


def test_pacts_come_at_the_lower_surplus_and_refusals_are_told() -> None:
    """i wants the pact more than j: it asks more often, is refused more often, and the rate is that of the lower."""
    n, unit = 60, Alliances(f0=0.5, a0=0)
    desire = np.zeros((n, n))
    desire[::2, 1::2], desire[1::2, ::2] = 2.0, -1.0
    world = strangers(n, pact_desire=desire, dt=0.5)
    formed = asked_up = asked_down = granted_up = granted_down = 0.0
    for update in updates(world, unit, 40):
        event = told(update, "pact")
        mixed = event.who % 2 != np.asarray(event.whom) % 2
        up = mixed & (event.who % 2 == 0)
        asked_up, asked_down = asked_up + up.sum(), asked_down + (mixed & ~up).sum()
        done = np.asarray(event.done)
        granted_up, granted_down = granted_up + (up & done).sum(), granted_down + (mixed & ~up & done).sum()
        formed += combine({"x": update}, world)["pact"].any(axis=0)[::2, 1::2].sum()
    pair_years = 40 * 900 * 0.5
    assert formed / pair_years == pytest.approx(0.5 * expit(-1), rel=0.08)
    assert granted_down == asked_down and granted_up / asked_up == pytest.approx(expit(-1) / expit(2), rel=0.1)
    assert asked_up / asked_down == pytest.approx(expit(2) / expit(-1), rel=0.15)


def test_what_is_told_adds_up() -> None:
    world = strangers(20, affinity=0.5 * (1 - np.eye(20)), democracy=0.5, dt=1.0)
    unit = Alliances(f0=2, a0=-1)
    update = unit(world, Streams(1).at("a", 0))
    event, request = told(update, "pact"), told(update, "pact request")
    assert len(event.who) > 10
    own = np.array([surplus(world, j, i, a0=-1) for i, j in zip(event.who, np.asarray(event.whom), strict=True)])
    asked = event.terms["having been asked"]
    np.testing.assert_allclose(sum(event.terms.values()) - asked, own)
    np.testing.assert_allclose(expit(sum(event.terms.values())), event.chance)
    np.testing.assert_allclose(event.chance, 1.0)
    np.testing.assert_array_equal(request.who, event.who)
    check_terms(request, np.log(-np.log1p(-np.asarray(request.chance)) / world.dt))


def test_the_asked_consent_by_their_own_reasons_and_for_being_asked() -> None:
    n = 40
    desire = np.where(np.arange(n)[:, None] % 2 == 0, 3.0, -1.0) * np.ones((n, n))
    event = told(Alliances(f0=2, a0=-1)(strangers(n, pact_desire=desire), Streams(2).at("a", 0)), "pact")
    np.testing.assert_allclose(expit(sum(event.terms.values())), event.chance)
    unwilling = (event.who % 2 == 0) & (np.asarray(event.whom) % 2 == 1)
    assert unwilling.sum() > 5
    np.testing.assert_allclose(event.chance[unwilling], (expit(-2) / expit(2))[None].repeat(unwilling.sum()))
    assert (event.terms["having been asked"][unwilling] > 0).all()


def test_obligations_of_new_pacts() -> None:
    world = strangers(60)
    unit = Alliances(a0=2, f0=2)
    made = np.concatenate([told_pacts(world, update) for update in updates(world, unit, 4)])
    shares = made.mean(axis=0)
    assert shares[DEFENCE] == pytest.approx(0.65, abs=0.04)
    assert shares[OBLIGATIONS.index("offence")] == pytest.approx(0.02, abs=0.01)
    assert shares[OBLIGATIONS.index("consultation")] == 1.0
    assert shares[OBLIGATIONS.index("nonaggression")] == pytest.approx(0.98, abs=0.02)


def told_pacts(world: World, update: Update) -> Array:
    """The obligations of all new pacts, (pacts, 5)."""
    new = combine({"x": update}, world)["pact"] & ~world.pact
    i, j = np.nonzero(np.triu(new.any(axis=0)))
    return new[:, i, j].T


def test_new_pacts_warm_and_are_counted_and_symmetric() -> None:
    world = strangers(20, affinity=0.5 * (1 - np.eye(20)))
    update = Alliances(a0=2, f0=2)(world, Streams(1).at("a", 0))
    after = combine({"x": update}, world)
    new = after["pact"].any(axis=0)
    np.testing.assert_array_equal(after["pact"], after["pact"].swapaxes(1, 2))
    np.testing.assert_allclose(after["affinity"][new], 0.5 + 0.2 * 0.5)
    assert float(after["pact_formed_count"]) == new.sum() / 2 > 5


def test_those_in_dispute_and_defence_allies_conclude_nothing() -> None:
    n = 20
    member = np.zeros((2, n), dtype=bool)
    member[0, 2:4] = True
    world = quarrels(n, began=[(0, 1)], member=member, org_obligation=[[0, 0, 0, 0, 1], [0] * 5])
    for update in updates(world, Alliances(a0=2, f0=2), 20):
        pact = combine({"x": update}, world)["pact"].any(axis=0)
        assert not pact[0, 1] and not pact[2, 3]


def tied(n: int, **columns: Any) -> World:
    pact = np.zeros((5, n, n), dtype=bool)
    rows = np.arange(0, n, 2)
    pact[DEFENCE, rows, rows + 1] = pact[DEFENCE, rows + 1, rows] = True
    return strangers(n, pact=pact, **columns)


@pytest.mark.parametrize("dt", [1.0, 0.25])
def test_pacts_end_at_the_published_rate(dt: float) -> None:
    world = tied(100, dt=dt)
    unit = Alliances(f0=0, usual=0)
    ended = sum(float(u.add["pact_ended_count"]) for u in updates(world, unit, int(80 / dt)))
    assert ended / (50 * 80) == pytest.approx(0.0179, rel=0.25)


def test_disputes_and_lost_surplus_end_pacts_sooner() -> None:
    world, unit = tied(100, dt=1.0), Alliances(f0=0, t0=0.1)
    ended = [
        sum(float(u.add["pact_ended_count"]) for u in updates(case, unit, 10))
        for case in (
            world,
            world.with_changes(hostility=(world.pact[DEFENCE] * 3).astype(int)),
            world.with_changes(affinity=np.where(world.pact[DEFENCE], -0.9, 0.0)),
        )
    ]
    assert ended[1] > 2 * ended[0] and ended[2] > 1.15 * ended[0]
    event = told(unit(world, Streams(1).at("a", 0)), "pact ended")
    np.testing.assert_allclose(event.chance, world.chance(np.exp(sum(event.terms.values()))))


def test_long_runs_keep_the_published_density() -> None:
    """Typical likings in a closed world: 2.6 defence pacts per 1000 untied pair-years, density about .13."""
    n = 40
    rng = np.random.Generator(np.random.PCG64(4))
    noise = rng.normal(0.0, 0.35, (n, n))
    quarrel = rng.uniform(0, 1, (n, n)) ** 8
    world = strangers(
        n, affinity=np.clip((noise + noise.T) / 1.4, -1, 1) * (1 - np.eye(n)), democracy=rng.uniform(0, 0.9, n),
        gdp=np.exp(rng.normal(4, 1.3, n)), threat=rng.uniform(0, 0.05, (n, n)) * (1 - np.eye(n)),
        rivalry=(quarrel + quarrel.T) / 2 * (1 - np.eye(n)), dt=1.0, organisations=1,
    )  # fmt: skip
    unit, density, formed, untied, ended, held = Alliances(warming=0), [], 0, 0.0, 0, 0.0
    for step in range(300):
        before = world.pact[DEFENCE].copy()
        untied, held = untied + (world.dyad & ~before).sum() / 2, held + before.sum() / 2
        turned(world, unit, seed=step)
        formed += (world.pact[DEFENCE] & ~before).sum() / 2
        ended += (before & ~world.pact[DEFENCE]).sum() / 2
        density.append(before.sum() / world.dyad.sum())
    assert 1.3 < 1000 * formed / untied < 5.3
    assert 0.9 < 100 * ended / held < 3.6
    assert 0.06 < np.mean(density[150:]) < 0.25


def test_a_state_that_is_gone_has_no_pacts() -> None:
    world = tied(20, alive=np.arange(20) > 1)
    for update in updates(world, Alliances(a0=2, f0=2), 5):
        assert not combine({"x": update}, world)["pact"][:, :2].any()
