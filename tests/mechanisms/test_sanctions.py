"""Sanctions: who imposes them, what they cost, when they end and whether they worked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import expit

from sim.core.columns import Array
from sim.core.streams import Streams
from sim.core.update import Update, combine
from sim.mechanisms.sanctions import Sanctions, leak, sanctions_cost
from sim.world import DEFENCE, World
from tests.mechanisms.quarrels import check_terms, quarrels, told
from tests.mechanisms.worlds import small_world

OFFENDER, VICTIM = 0, 1


def outrage(n: int = 10, level: int = 4, friends: float = 0.6, **columns: Any) -> World:
    """State 0 uses force against 1, which everybody else likes."""
    affinity = np.zeros((n, n))
    affinity[2:, VICTIM] = affinity[VICTIM, 2:] = friends
    return quarrels(n, began=[(OFFENDER, VICTIM)], level=level, **({"affinity": affinity} | columns))


def updates(world: World, unit: Sanctions, runs: int = 300) -> list[Update]:
    return [unit(world, Streams(seed).at("s", 0)) for seed in range(runs)]


def imposed(world: World, unit: Sanctions, runs: int = 300) -> Array:
    """New sanctions per run, (n, n)."""
    return np.mean(
        [combine({"x": u}, world)["sanctions"] > world.sanctions for u in updates(world, unit, runs)], axis=0
    )


def under(n: int = 40, level: float = 0.3, **columns: Any) -> World:
    """State 0 is sanctioned by all others; nobody fights."""
    sanctions = np.zeros((n, n))
    sanctions[1:, 0] = level
    return quarrels(n, began=[(0, 1)], **({"level": 0, "sanctions": sanctions} | columns))


def test_cost_and_leak_by_hand() -> None:
    trade = np.array([[0, 4.0, 6.0], [4.0, 0, 0], [6.0, 0, 0]])
    affinity = np.array([[0, 0.0, 0.5], [0, 0, 0], [0.5, 0, 0]])
    barred = np.zeros((3, 3))
    barred[1, 0] = 0.5
    escapes = 0.6 * (1.0 * 0.5 * 6.0) / 10.0
    np.testing.assert_allclose(leak(barred, affinity, trade, leakage=0.6)[0], escapes)
    cost = sanctions_cost(barred, affinity, trade, np.full(3, 100.0), weight=0.5, leakage=0.6)
    np.testing.assert_allclose(cost, [0.5 * 0.5 * 4 / 100 * (1 - escapes), 0, 0])


def test_friends_who_trade_on_soften_the_blow() -> None:
    hard, soft = under(), under(affinity=0.5 * (1 - np.eye(40)))
    numbers = {"weight": 0.5, "leakage": 0.6}
    costs = [sanctions_cost(w.sanctions, w.affinity, w.trade, w.gdp, **numbers)[0] for w in (hard, soft)]
    assert 0 < costs[1] < costs[0]


@pytest.mark.parametrize("dt", [1.0, 0.25])
def test_those_who_side_with_the_victim_impose_at_the_rate(dt: float) -> None:
    world, unit = outrage(dt=dt), Sanctions()
    new = imposed(world, unit, int(400 / dt)) / dt
    assert new[2:, OFFENDER].mean() == pytest.approx(0.1 * 0.6, rel=0.15)
    assert new[:, 1:].sum() == 0 and new[OFFENDER].sum() == 0
    assert imposed(outrage(level=5, dt=dt), unit)[2:, OFFENDER].mean() > 2.5 * new[2:, OFFENDER].mean() * dt
    assert imposed(outrage(level=3, dt=dt), unit).sum() == 0
    assert imposed(outrage(friends=-0.6, dt=dt), unit).sum() == 0


def test_allies_stay_away_and_adopters_of_human_rights_do_more() -> None:
    pact = np.zeros((5, 10, 10), dtype=bool)
    pact[DEFENCE, OFFENDER, 5] = pact[DEFENCE, 5, OFFENDER] = True
    assert imposed(outrage(pact=pact), Sanctions(impose=2))[5, OFFENDER] == 0
    world = outrage(dt=1.0)
    names = world.names.__class__(**{**world.names.__dict__, "norms": ("human_rights", "other")})
    adopted = np.zeros((2, 10), dtype=bool)
    adopted[0, 4] = True
    bound = World(names, 1.0, 2000.0, world.arrays() | {"adopted": adopted})
    new = imposed(bound, Sanctions(impose=0.5), 1500)[:, OFFENDER]
    assert new[4] == pytest.approx(-np.expm1(-0.5 * 0.6 * 1.5), rel=0.12)
    assert new[5:].mean() == pytest.approx(-np.expm1(-0.5 * 0.6), rel=0.12)


def test_what_is_told_adds_up() -> None:
    world = outrage(60, dt=1.0)
    event = told(Sanctions(impose=1)(world, Streams(1).at("s", 0)), "sanction")
    assert len(event.who) > 10
    check_terms(event, np.log(-np.log(1 - np.asarray(event.chance))))
    np.testing.assert_allclose(event.amount, 0.3)
    assert (np.asarray(event.drawn) < np.asarray(event.chance)).all()


@pytest.mark.parametrize("dt", [1.0, 0.25])
def test_the_target_pays_and_the_step_does_not_matter(dt: float) -> None:
    world, unit = under(dt=dt, trade=1 - np.eye(40)), Sanctions(end=0)
    cost = 0.5 * 39 * 0.3 / 100
    for step in range(int(1 / dt)):
        world.write(combine({"x": unit(world, Streams(1).at("s", step))}, world))
    expected = 100 * np.exp(-0.25 * cost)
    assert world.gdp[0] == pytest.approx(expected, rel=1e-3) and (world.gdp[1:] == 100).all()


@pytest.mark.parametrize("dt", [1.0, 0.25])
def test_sanctions_end_at_a_quarter_a_year_and_a_third_succeed(dt: float) -> None:
    world = under(dt=dt)
    ended = worked = 0
    for update in updates(world, Sanctions(by_cost=0), int(60 / dt)):
        over = told(update, "sanction ended")
        ended += len(over.who)
        worked += int(np.asarray(told(update, "concession").done).sum())
        after = combine({"x": update}, world)["sanctions"]
        assert (after[over.who, np.asarray(over.whom)] == 0).all()
    assert ended / (39 * 60 / dt) == pytest.approx(-np.expm1(-0.25 * dt), rel=0.12)
    assert worked / ended == pytest.approx(0.34, abs=0.06)


def test_cost_makes_success_likelier_and_force_keeps_sanctions_up() -> None:
    cheap, dear = under(trade=0.0001 * (1 - np.eye(40))), under(trade=5 * (1 - np.eye(40)))
    chances = [
        np.asarray(told(Sanctions(end=2)(w, Streams(1).at("s", 0)), "concession").chance)[0] for w in (cheap, dear)
    ]
    assert chances[0] < 0.34 < chances[1] < expit(1.0)
    number = [
        sum(
            len(told(u, "sanction ended").who)
            for u in updates(under(level=0.3) if calm else fighting(), Sanctions(), 50)
        )
        for calm in (True, False)
    ]
    assert number[1] < 0.4 * number[0]


def fighting() -> World:
    calm = under()
    force = np.zeros((40, 40), dtype=int)
    force[0, 1] = force[1, 0] = 4
    return calm.with_changes(hostility=force)


def test_success_buys_off_grievances_and_failure_adds_one() -> None:
    resentful = np.zeros((40, 40))
    resentful[0, 5] = 1.0
    world = under(grievance=resentful)
    sure, vain = Sanctions(end=2, success=0.98, by_cost=0), Sanctions(end=2, success=0.02, by_cost=0)
    eased = combine({"x": sure(world, Streams(1).at("s", 0))}, world)["grievance"]
    assert eased[0, 5] == pytest.approx(0.5)
    update = vain(world, Streams(3).at("s", 0))
    event = told(update, "concession")
    failed = np.asarray(event.who)[~np.asarray(event.done)]
    assert len(failed) > 3
    np.testing.assert_allclose(update.add["grievance"][0, failed[failed != 5]], 0.1)


def test_sanctions_vanish_with_a_state() -> None:
    world = under(alive=np.arange(40) != 0)
    update = Sanctions(end=0)(world, Streams(1).at("s", 0))
    assert not combine({"x": update}, world)["sanctions"].any() and update.add["gdp"][0] == 0


def test_extremes_leave_something_of_an_economy() -> None:
    world = small_world(8, dt=1.0, sanctions=0.99 * (1 - np.eye(8)), trade=1 - np.eye(8), gdp=5.0)
    for unit in (Sanctions(weight=1, speed=1), Sanctions(end=0), Sanctions(leakage=0)):
        after = combine({"x": unit(world, Streams(1).at("s", 0))}, world)
        assert (after["gdp"] > 0).all() and (after["sanctions"] <= 1).all()
