"""Sanctions: who imposes them, what they cost, when they end and whether they worked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import expit

from sim.core.columns import Array
from sim.core.streams import Streams
from sim.core.update import Update, combine
from sim.mechanisms._leaks import leaks
from sim.mechanisms.growth import Growth
from sim.mechanisms.sanctions import Sanctions
from sim.mechanisms.trade import Trade
from sim.world import DEFENCE, World
from tests.mechanisms.quarrels import check_terms, quarrels, told
from tests.mechanisms.turns import turned
from tests.mechanisms.worlds import busy_world, small_world

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
    return np.mean([after(u, world)["sanctions"] > world.sanctions for u in updates(world, unit, runs)], axis=0)


def after(update: Update, world: World) -> dict[str, Array]:
    """All columns as an update leaves them."""
    return world.arrays() | combine({"x": update}, world)


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
    felt = leaks(barred, affinity, trade, np.full(3, 100.0), weight=0.5, leakage=0.6)
    np.testing.assert_allclose(felt.leak[0], escapes)
    np.testing.assert_allclose(felt.cost, [0.5 * 0.5 * 4 / 100 * (1 - escapes), 0, 0])
    np.testing.assert_allclose(felt.full, [0.5 * 0.5 * 4 / 100, 0, 0])
    assert felt.through[2, 0] == pytest.approx(escapes / 0.6)


def leaking(friendship: float, dt: float = 1.0, **columns: Any) -> World:
    """State 0 sells as much to 1, its friend or not, as to 38 others, who bar half of their trade with it."""
    n = 40
    affinity, trade, sanctions = np.zeros((n, n)), np.zeros((n, n)), np.zeros((n, n))
    affinity[0, 1] = affinity[1, 0] = friendship
    trade[0, 1] = trade[1, 0] = 1.0
    trade[0, 2:] = trade[2:, 0] = 1 / 38
    sanctions[2:, 0] = 0.5
    given = {"level": 0, "affinity": affinity, "trade": trade, "sanctions": sanctions, "dt": dt}
    return quarrels(n, began=[(0, 1)], **(given | columns))


def test_a_conduit_lowers_the_cost_exactly() -> None:
    """Half of the trade runs through one friend: of the cost .6 x .5 x friendship leaks away."""
    for friendship in (0.0, 0.4, 1.0):
        world, plain = leaking(friendship), leaking(0.0)
        costs = [-np.log1p(Sanctions(end=0)(w, Streams(1).at("s", 0)).add["gdp"][0] / w.gdp[0]) for w in (world, plain)]
        assert costs[0] == pytest.approx((1 - 0.3 * friendship) * costs[1], rel=1e-9) and costs[1] > 0


def test_a_conduit_lowers_success_exactly_and_over_paired_runs() -> None:
    """Chances follow the cost that is left; 300 paired runs end in fewer concessions, with an interval below 0."""
    unit = Sanctions(end=1, usual_cost=0.0025, by_cost=3)
    events = [told(unit(leaking(f), Streams(1).at("s", 0)), "concession") for f in (0.0, 1.0)]
    for event, share in zip(events, (1.0, 0.7), strict=True):
        check_terms(event, np.log(np.asarray(event.chance) / (1 - np.asarray(event.chance))))
        full = 0.5 * 0.5 / 100
        expected = 3 * (np.tanh(np.log(full * share / 0.0025)) - np.tanh(np.log(full / 0.0025)))
        np.testing.assert_allclose(event.terms["leakage"], expected, atol=1e-12)
    works = np.array(
        [
            [float(np.asarray(told(unit(w, Streams(seed).at("s", 0)), "concession").done).sum()) for seed in range(300)]
            for w in (leaking(0.0), leaking(1.0))
        ]
    )
    gap = works[1] - works[0]
    assert gap.mean() + 2.6 * gap.std() / np.sqrt(len(gap)) < 0


@pytest.mark.parametrize("dt", [1.0, 0.25])
def test_conduits_gain_the_trade_that_leaks(dt: float) -> None:
    """rerouting x leakage x (share through the conduit) x barred trade a year, and nobody else."""
    world = leaking(0.8, dt)
    gained = np.zeros((40, 40))
    for step in range(int(1 / dt)):
        gained += Sanctions(end=0, secondary=0)(world, Streams(1).at("s", step)).add["trade"]
    assert gained[0, 1] == gained[1, 0] == pytest.approx(0.25 * 0.6 * (0.8 * 0.5) * 0.5)
    assert np.count_nonzero(gained) == 2


def test_a_conduit_gains_in_the_economy_too() -> None:
    """With trade and growth at work the friend of the target ends with more trade than where nothing is rerouted."""
    trades = []
    for rerouting in (0.0, 0.25):
        world = leaking(0.8, 0.25, trade_residual=0.0)
        turned(world, Sanctions(end=0, rerouting=rerouting, secondary=0), Trade(), Growth(), steps=20)
        trades.append(float(world.trade[1].sum()))
    assert trades[1] > 1.001 * trades[0]


def test_conduits_risk_secondary_sanctions_at_the_rate() -> None:
    """.1 a year x the sanction x the share of the target's trade that runs through the conduit in friendship."""
    world, unit = leaking(1.0), Sanctions(end=0, secondary=1)
    hit = np.zeros((40, 40))
    for update in updates(world, unit, 150):
        event = told(update, "secondary sanction")
        hit[event.who, np.asarray(event.whom)] += 1 / 150
        if len(event.who):
            assert set(np.asarray(event.third)) == {0}
            check_terms(event, np.log(-np.log(1 - np.asarray(event.chance))))
            np.testing.assert_allclose(event.amount, 0.15 * 0.95)
    assert hit[2:, 1].mean() == pytest.approx(-np.expm1(-0.5 * 0.5), rel=0.06)
    assert hit.sum() == pytest.approx(hit[2:, 1].sum())
    assert sum(len(told(u, "secondary sanction").who) for u in updates(leaking(0.0), unit, 50)) == 0
    assert sum(len(told(u, "secondary sanction").who) for u in updates(world, Sanctions(secondary=0), 50)) == 0


def test_nobody_bars_what_it_has_barred_and_no_step_is_tiny() -> None:
    """Senders at or near the ceiling do not act again; those below it tighten by a share of what is left."""
    held = np.zeros((10, 10))
    held[2:5, OFFENDER], held[5:8, OFFENDER] = 0.9, 0.5
    unit = Sanctions(impose=2, end=0)
    for update in updates(outrage(sanctions=held), unit, 60):
        first, more = told(update, "sanction"), told(update, "sanction tightened")
        assert set(first.who.tolist()) <= {8, 9} and set(more.who.tolist()) <= {5, 6, 7}
        np.testing.assert_allclose(first.amount if len(first.who) else 0.285, 0.3 * 0.95)
        np.testing.assert_allclose(more.amount if len(more.who) else 0.135, 0.3 * 0.45)
    for seed in range(40):
        for event in Sanctions(impose=2, secondary=2)(busy_world(), Streams(seed).at("s", 0)).happenings:
            if event.amount is not None:
                assert (np.asarray(event.amount) >= 0.05).all()


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
    np.testing.assert_allclose(event.amount, 0.3 * 0.95)
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
        worked += int(np.sum(told(update, "concession").done)) if len(over.who) else 0
        held = after(update, world)["sanctions"]
        assert not len(over.who) or (held[over.who, np.asarray(over.whom)] == 0).all()
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
    """What is given up goes with the part of the barred trade that those have who got their way."""
    resentful = np.zeros((40, 40))
    resentful[0, 5] = 1.0
    world = under(grievance=resentful)
    sure, vain = Sanctions(end=2, success=0.98, by_cost=0), Sanctions(end=2, success=0.02, by_cost=0)
    update = sure(world, Streams(1).at("s", 0))
    won = int(np.sum(told(update, "concession").done))
    assert won > 5 and after(update, world)["grievance"][0, 5] == pytest.approx(1 - 0.5 * won / 39)
    update = vain(world, Streams(3).at("s", 0))
    event = told(update, "concession")
    failed = np.asarray(event.who)[~np.asarray(event.done)]
    assert len(failed) > 3
    np.testing.assert_allclose(update.add["grievance"][0, failed[failed != 5]], 0.1)
    both = np.concatenate([told(update, "sanction ended").who, event.who])
    assert (after(update, world)["sanctions"][both, 0] == 0).all()


def test_sanctions_vanish_with_a_state() -> None:
    world = under(alive=np.arange(40) != 0)
    update = Sanctions(end=0)(world, Streams(1).at("s", 0))
    assert not after(update, world)["sanctions"].any() and update.add["gdp"][0] == 0


def test_extremes_leave_something_of_an_economy() -> None:
    world = small_world(8, dt=1.0, sanctions=0.99 * (1 - np.eye(8)), trade=1 - np.eye(8), gdp=5.0)
    for unit in (Sanctions(weight=1, speed=1), Sanctions(end=0), Sanctions(leakage=0)):
        left = after(unit(world, Streams(1).at("s", 0)), world)
        assert (left["gdp"] > 0).all() and (left["sanctions"] <= 1).all()
