"""How disputes rise, cost lives, become wars and end: against the closed forms of competing risks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.core.columns import Array
from sim.core.streams import Streams
from sim.core.update import combine
from sim.mechanisms._bargaining import war_contributions, war_probability
from sim.mechanisms._clocks import RISKS, clocks, first_exposure, waiting_time
from sim.mechanisms._disputes import disputes_of
from sim.mechanisms.escalation import Escalation
from sim.world import World
from tests.mechanisms.quarrels import check_terms, joined, quarrels, told
from tests.mechanisms.turns import turned

RATES = tuple(Escalation().numbers("end", "rise", "war", "death").values())


def fates(level: int, dt: float, rates: tuple[float, ...] = RATES, number: int = 400_000) -> dict[str, Array]:
    drawn = np.random.Generator(np.random.PCG64(3)).random((4, number))
    return clocks(np.full(number, level), drawn, np.array(rates)[:, None], exposure=np.full(number, dt)).fate()


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
    assert (waiting_time(drawn, 0.0) > 1e200).all()


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


PERIODS = {
    "1946-1990": ((0.033, 0.296, 0.671), {"war_since": 0.0958}, (0.02, 0.18, 0.77, 0.03)),
    "1991-2010": ((0.024, 0.596, 0.38), {}, (0.02, 0.37, 0.60, 0.01)),
}
"""Opening levels 2, 3, 4 of disputes; what escalation is told; highest levels 2, 3, 4, 5 on record."""


@pytest.mark.parametrize("dt", [0.25, 1 / 12])
@pytest.mark.parametrize("period", PERIODS)
def test_highest_levels_and_durations_of_whole_disputes(period: str, dt: float) -> None:
    """Shares of threat / display / force / war are those of the record, and disputes last five months on average."""
    opening, numbers, record = PERIODS[period]
    n = 800
    level = np.repeat([2, 3, 4], np.diff([0, *np.round(np.cumsum(opening) * n / 2).astype(int)]))
    world = quarrels(n, level=level, dt=dt)
    world.write({"dispute_age": np.where(world.hostility > 0, dt, 0.0)})
    highest, live_years, crises = level.copy(), 0.0, 0.0
    rows = np.arange(0, n, 2)
    unit = Escalation(by_parity=0, by_new_leader=0, **numbers)
    for _ in range(int(6 / dt)):
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
    np.testing.assert_allclose(shares, record, atol=0.06)
    assert shares[3] > 0
    assert crises / (n / 2) == pytest.approx(1.15 / 3.5 * (opening[2] + 0.4 * (1 - opening[2])), abs=0.08)
    assert live_years / (n / 2) == pytest.approx(max(1 / 2.3, dt), rel=0.15)


def test_wars_are_rarer_from_the_turning_year_on() -> None:
    """Rates of the wars that are told: .096 a year until the turn, .08 from then on."""
    seen = {}
    for year in (2001, 1999):
        event = told(Escalation(turning_year=year)(quarrels(800, dt=1.0), Streams(3).at("e", 0)), "war begins")
        seen[year] = set(np.exp(event.terms["rate of war"]).round(9))
    assert seen == {2001: {0.0958}, 1999: {0.08}}


def rate_of_war(world: World, unit: Escalation) -> Array:
    """Yearly rate of war from the turning year on of each dispute, in the order of their originators."""
    live = disputes_of(world)
    return unit.war_since * np.exp(sum(unit._war_terms(world, live).values()))[live.first.argsort()]


def test_no_rate_of_war_is_above_the_bound_that_spares_the_reckoning() -> None:
    rng = np.random.Generator(np.random.PCG64(6))
    world = quarrels(200, tenure=rng.uniform(0, 5, 200), nuclear=rng.random(200) < 0.5, gdp=rng.uniform(1, 100, 200))
    for unit in (
        Escalation(),
        Escalation(by_parity=1, by_new_leader=1),
        Escalation(nuclear_caution=2, uncertainty=0.9),
    ):
        assert (rate_of_war(world, unit) <= unit.war_since * unit._most_stakes() * (1 + 1e-12)).all()


def test_war_follows_the_bargaining_model_in_closed_form() -> None:
    """rate = war (caution) P(D) / P(D0), D by hand from parity, tenure and the go-between."""
    unit = Escalation()
    q = np.zeros((6, 6))
    q[2, 3] = q[3, 2] = 0.3
    world = quarrels(
        6, tenure=np.array([0.0, 1.0, 9.0, 9.0, 4.0, 4.0]), mediator_credibility=q, nuclear=np.arange(6) > 3
    )
    expected = []
    for i, held, factor in ((0, 0.0, 1.0), (2, 0.3, 1.0), (4, 0.0, 0.5)):
        newness = np.exp(-world.tenure[i : i + 2] / 2).mean()
        spread = min(0.7 * (1 + 0.3 * (1 - 0.29) + 0.3 * (newness - 0.259)) * (1 - 0.5 * held), 1.0)
        war, usual = ((3 * d - 1.5) / (4 * d) for d in (spread, 0.7))
        expected.append(0.08 * factor * war / usual)
    np.testing.assert_allclose(rate_of_war(world, unit), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("change", "sign"),
    [
        ({"tenure": 0.0}, 1),
        ({"tenure": 30.0}, -1),
        ({"gdp": [100.0, 1.0], "force": [10.0, 0.1], "population": [10.0, 0.1]}, -1),
        ({"mediator_credibility": 0.4}, -1),
        ({"mediator_credibility": 1.0}, -1),
    ],
)
def test_directions_of_the_bargaining_model(change: dict[str, Any], sign: int) -> None:
    plain, changed = (rate_of_war(quarrels(2, **columns), Escalation())[0] for columns in ({}, change))
    assert np.sign(changed - plain) == sign and changed >= 0


def test_a_better_go_between_prevents_more_wars_and_a_perfect_one_all() -> None:
    """Paired draws in 400 disputes with force, a step of two years; only the credibility differs."""
    wars = []
    for q in (0.0, 0.5, 1.0):
        world = quarrels(800, dt=2.0, mediator_credibility=q * (1 - np.eye(800)))
        wars.append(float(Escalation(war_since=1.0)(world, Streams(4).at("e", 0)).add.get("war_count", 0.0)))
    assert wars[0] > 1.5 * wars[1] > 0 and wars[2] == 0


def test_nuclear_weapons_on_both_sides_lower_war_and_nothing_else() -> None:
    """Exactly, through the terms; and through the mechanism: the same draws, fewer wars, the rest alike or more."""
    plain, armed, lopsided = (
        quarrels(800, dt=1.0, nuclear=nuclear) for nuclear in (False, True, np.arange(800) % 2 == 0)
    )
    unit = Escalation(war_since=0.8)
    np.testing.assert_allclose(rate_of_war(armed, unit), 0.5 * rate_of_war(plain, unit))
    np.testing.assert_array_equal(rate_of_war(lopsided, unit), rate_of_war(plain, unit))
    update, calmer = (unit(w, Streams(9).at("e", 0)) for w in (plain, armed))
    at_war, still = (set(told(u, "war begins").who.tolist()) for u in (update, calmer))
    assert still < at_war and 0.35 < len(still) / len(at_war) < 0.7
    assert set(told(update, "dispute ended").who.tolist()) <= set(told(calmer, "dispute ended").who.tolist())


def test_contributions_add_up_whatever_the_causes() -> None:
    rng = np.random.Generator(np.random.PCG64(2))
    wider, left = (rng.uniform(-0.3, 0.3, 50), rng.uniform(-0.3, 0.3, 50)), rng.uniform(0.5, 1, 50)
    parts = war_contributions(wider, left, uncertainty=0.7, cost=1.0, stake=0.5)
    spread = np.minimum(0.7 * (1 + wider[0] + wider[1]) * left, 1.0)
    chances = (war_probability(d, cost=1.0, stake=0.5) for d in (spread, np.array(0.7)))
    war, usual = (np.log(np.maximum(p, 1e-300)) for p in chances)
    np.testing.assert_allclose(sum(parts), war - usual, atol=1e-9)
    assert all((part <= 0).all() for part in parts[2:])


def test_all_pairs_of_a_dispute_move_together() -> None:
    world = joined(quarrels(9, began=[(0, 1), (3, 4)], level=3, dt=0.25, dispute_age=1.0), k=2, opponent=1, partner=0)
    seen = set()
    for seed in range(200):
        after = world.arrays() | combine({"x": Escalation()(world, Streams(seed).at("e", 0))}, world)
        assert after["hostility"][0, 1] == after["hostility"][2, 1] == after["hostility"][1, 2]
        assert after["fatal"][0, 1] == after["fatal"][2, 1]
        seen.add(int(after["hostility"][0, 1]))
    assert {0, 3, 4} <= seen


def test_those_left_behind_and_those_without_an_opponent_stop() -> None:
    world = joined(quarrels(9, began=[(0, 1), (3, 4)], dt=1e-6), k=2, opponent=1, partner=0)
    left = world.hostility.copy()
    left[0, 1] = left[1, 0] = 0
    after = world.arrays() | combine(
        {"x": Escalation()(world.with_changes(hostility=left), Streams(1).at("e", 0))}, world
    )
    assert after["hostility"][2, 1] - world.hostility[2, 1] == -4
    gone = world.with_changes(alive=np.arange(9) != 3)
    assert (gone.arrays() | combine({"x": Escalation()(gone, Streams(1).at("e", 0))}, gone))["hostility"][3, 4] == 0


def test_what_is_told_agrees_with_what_was_drawn() -> None:
    world = quarrels(400, level=np.repeat([2, 3, 4], [20, 80, 100]), dt=0.5)
    unit = Escalation(war_since=0.8)
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
    after = world.arrays() | combine({"x": update}, world)
    np.testing.assert_array_equal(after["hostility"][wars.who, wars.whom], 5)
    assert after["fatal"][wars.who, wars.whom].all()
    assert (update.add["affinity"] <= 0).all() and (update.add["grievance"] >= 0).all()


def test_a_clock_decides_exactly_within_the_time_it_had() -> None:
    drawn = np.random.Generator(np.random.PCG64(8)).random((4, 100_000))
    level, exposure = np.resize([2, 3, 4], 100_000), np.resize([0.25, 0.6], 100_000)
    rates = (2.4, 1.6, 0.5, 1.1)
    run = clocks(level, drawn, np.array(rates)[:, None], exposure=exposure)
    fate, rising = run.fate(), level < 4
    for row, (risk, what) in enumerate(zip(RISKS, ("ended", "risen", "war", "death"), strict=True)):
        rang = drawn[row] < -np.expm1(-rates[row] * np.maximum(run.allowed(risk), 0.0))
        np.testing.assert_array_equal(rang & (rising | (risk != "rise")), fate[what])


def test_claims_and_wars_are_not_touched() -> None:
    world = quarrels(40, level=np.repeat([1, 5], [10, 10]), dt=5.0)
    for seed in range(20):
        update = Escalation()(world, Streams(seed).at("e", 0))
        assert not update.add and not update.set and not update.happenings
