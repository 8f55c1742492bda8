"""How disputes rise, cost lives, become wars and end: against the closed forms of competing risks."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.columns import Array
from sim.core.streams import Streams
from sim.core.update import combine
from sim.mechanisms._disputes import disputes_of
from sim.mechanisms.escalation import Escalation, first_exposure, resolved, time_allowed, waiting_time, war_probability
from tests.mechanisms.quarrels import check_terms, joined, quarrels, told
from tests.mechanisms.turns import turned

RATES = (2.4, 1.6, 0.10, 1.1)


def fates(level: int, dt: float, rates: tuple[float, ...] = RATES, number: int = 400_000) -> dict[str, Array]:
    drawn = np.random.Generator(np.random.PCG64(3)).random((4, number))
    return resolved(np.full(number, level), drawn, rates, exposure=np.full(number, dt))


def test_bargaining_closed_form_against_a_search_for_the_best_demand() -> None:
    cost, spread, stake = 1.0, 0.7, 0.5
    demand = np.linspace(0, 3, 30_001)
    resisted = np.clip((demand - (cost - spread)) / (2 * spread), 0, 1)  # the target's cost is below the demand
    payoff = (1 - resisted) * demand - resisted * stake
    best = demand[payoff.argmax()]
    assert best == pytest.approx((cost + spread - stake) / 2, abs=1e-3)
    expected = resisted[payoff.argmax()]
    assert float(war_probability(np.array(spread), cost=cost, stake=stake)) == pytest.approx(expected, abs=1e-3)
    assert float(war_probability(np.array(0.4), cost=cost, stake=stake)) == 0.0


def test_waiting_times() -> None:
    drawn = (np.arange(100_000) + 0.5) / 100_000
    assert waiting_time(drawn, 2.0).mean() == pytest.approx(0.5, rel=1e-3)
    assert np.isinf(waiting_time(drawn, 0.0)).all()


@pytest.mark.parametrize("dt", [1.0, 0.25])
def test_competing_risks_at_level_four(dt: float) -> None:
    end, _, war, death = RATES
    fate = fates(4, dt)
    both = end + war
    assert fate["war"].mean() == pytest.approx(war / both * -np.expm1(-both * dt), rel=0.03)
    assert fate["ended"].mean() == pytest.approx(end / both * -np.expm1(-both * dt), rel=0.01)
    all_three = both + death
    assert fate["death"].mean() == pytest.approx(death / all_three * -np.expm1(-all_three * dt), rel=0.01)
    assert not fate["risen"].any() and not (fate["ended"] & fate["war"]).any()


@pytest.mark.parametrize("dt", [1.0, 0.25])
def test_competing_risks_at_level_three(dt: float) -> None:
    end, rise, _, _ = RATES
    fate = fates(3, dt)
    assert fate["risen"].mean() == pytest.approx(rise / (rise + end) * -np.expm1(-(rise + end) * dt), rel=0.01)
    assert fate["ended"].mean() == pytest.approx(-np.expm1(-end * dt), rel=0.02)
    assert fate["war"].mean() < 0.02


@pytest.mark.parametrize("dt", [0.01, 0.1, 0.25, 0.4])
def test_new_disputes_live_as_long_as_the_rate_says(dt: float) -> None:
    lived = dt * (1 + np.exp(-2.4 * first_exposure(dt, 2.4)) / -np.expm1(-2.4 * dt))
    assert lived == pytest.approx(1 / 2.4, rel=0.02)
    assert 1.5 * dt <= first_exposure(dt, 2.4) <= 4 * dt


@pytest.mark.parametrize("dt", [0.25, 1 / 12])
def test_highest_levels_and_durations_of_whole_disputes(dt: float) -> None:
    """threat / display / force / war as .02 / .18 / .77 / .03, three in ten cost lives, five months on average."""
    n = 600
    level = np.repeat([2, 3, 4], [9, 90, 201])
    world = quarrels(n, level=level, dt=dt)
    world.write({"dispute_age": np.where(world.hostility > 0, dt, 0.0)})
    highest, live_years, crises = level.copy(), 0.0, 0.0
    rows = np.arange(0, n, 2)
    unit = Escalation(by_parity=0, by_new_leader=0)
    for _ in range(int(8 / dt)):
        live_years += (world.hostility[rows, rows + 1] > 0).sum() * dt
        update = turned(world, unit, seed=11)[0]
        world.write({"dispute_age": np.where(world.hostility > 0, world.dispute_age + dt, 0.0)})
        crises += float(update.add.get("crisis_count", 0.0))
        for kind, reached in (("escalation", 4), ("war begins", 5)):
            event = told(update, kind)
            highest[event.who // 2] = np.maximum(highest[event.who // 2], reached)
        peace = np.where(world.hostility == 5, 0, world.hostility)  # wars are another mechanism's
        world.write({"hostility": peace})
    shares = np.array([(highest == value).mean() for value in (2, 3, 4, 5)])
    np.testing.assert_allclose(shares, [0.02, 0.18, 0.77, 0.03], atol=0.06)
    assert crises / 300 == pytest.approx(0.27, abs=0.08)
    assert live_years / 300 == pytest.approx(max(1 / 2.45, dt), rel=0.15)


def test_parity_and_new_leaders_make_war_likelier_and_nuclear_weapons_halve_it() -> None:
    world = quarrels(4, tenure=np.array([0.0, 0.0, 9.0, 9.0]), nuclear=np.array([False, False, True, True]))
    unit = Escalation()
    live = disputes_of(world)
    terms = unit._war_terms(world, live)
    new, old = (live.first == 0).argmax(), (live.first == 2).argmax()
    assert terms["uncertainty"][new] > terms["uncertainty"][old]
    assert terms["nuclear caution"][new] == 0.0
    assert np.exp(terms["nuclear caution"][old]) == pytest.approx(0.5)
    unequal = world.with_changes(gdp=np.array([100.0, 1.0, 100.0, 100.0]), force=np.array([10.0, 0.1, 10.0, 10.0]))
    fewer = unit._war_terms(unequal, disputes_of(unequal))
    assert fewer["uncertainty"][new] < terms["uncertainty"][new]


def test_all_pairs_of_a_dispute_move_together() -> None:
    world = joined(quarrels(9, began=[(0, 1), (3, 4)], level=3, dt=0.25, dispute_age=1.0), k=2, opponent=1, partner=0)
    seen = set()
    for seed in range(200):
        after = combine({"x": Escalation()(world, Streams(seed).at("e", 0))}, world)
        assert after["hostility"][0, 1] == after["hostility"][2, 1] == after["hostility"][1, 2]
        assert after["fatal"][0, 1] == after["fatal"][2, 1]
        seen.add(int(after["hostility"][0, 1]))
    assert {0, 3, 4} <= seen


def test_those_left_behind_and_those_without_an_opponent_stop() -> None:
    world = joined(quarrels(9, began=[(0, 1), (3, 4)], dt=1e-6), k=2, opponent=1, partner=0)
    left = world.hostility.copy()
    left[0, 1] = left[1, 0] = 0
    after = combine({"x": Escalation()(world.with_changes(hostility=left), Streams(1).at("e", 0))}, world)
    assert after["hostility"][2, 1] - world.hostility[2, 1] == -4
    gone = world.with_changes(alive=np.arange(9) != 3)
    assert combine({"x": Escalation()(gone, Streams(1).at("e", 0))}, gone)["hostility"][3, 4] == 0


def test_what_is_told_agrees_with_what_was_drawn() -> None:
    world = quarrels(400, level=np.repeat([2, 3, 4], [20, 80, 100]), dt=0.5)
    unit = Escalation(war=0.8)
    update = unit(world, Streams(4).at("e", 0))
    for kind, rate in (("escalation", unit.rise), ("first deaths", unit.death), ("dispute ended", unit.end)):
        event = told(update, kind)
        assert len(event.who) > 5
        check_terms(event, np.log(-np.log1p(-np.asarray(event.chance)) / world.dt))
        np.testing.assert_allclose(event.terms[next(iter(event.terms))], np.log(rate))
        assert (np.asarray(event.drawn) < np.asarray(event.chance)).all()
        assert (world.originator[event.who, event.whom] == 1).all()
    wars = told(update, "war begins")
    assert len(wars.who) > 3 and update.add["war_count"] == len(wars.who)
    after = combine({"x": update}, world)
    np.testing.assert_array_equal(after["hostility"][wars.who, wars.whom], 5)
    assert after["fatal"][wars.who, wars.whom].all()
    assert (update.add["affinity"] <= 0).all() and (update.add["grievance"] >= 0).all()


def test_a_clock_decides_exactly_within_the_time_it_had() -> None:
    drawn = np.random.Generator(np.random.PCG64(8)).random((4, 100_000))
    level, exposure = np.resize([2, 3, 4], 100_000), np.resize([0.25, 0.6], 100_000)
    rates = (2.4, 1.6, 0.5, 1.1)
    fate = resolved(level, drawn, rates, exposure=exposure)
    had = time_allowed(level, drawn, rates, exposure=exposure)
    rising = level < 4
    for row, (risk, what) in enumerate((("end", "ended"), ("rise", "risen"), ("war", "war"), ("death", "death"))):
        rang = drawn[row] < -np.expm1(-rates[row] * np.maximum(had[risk], 0.0))
        np.testing.assert_array_equal(rang & (rising | (risk != "rise")), fate[what])


def test_claims_and_wars_are_not_touched() -> None:
    world = quarrels(40, level=np.repeat([1, 5], [10, 10]), dt=5.0)
    for seed in range(20):
        update = Escalation()(world, Streams(seed).at("e", 0))
        assert not update.add["hostility"].any() and not update.happenings
