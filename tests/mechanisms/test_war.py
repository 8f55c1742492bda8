"""Wars: length, toll, winner, and what they leave behind."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from sim.core.columns import Array
from sim.core.streams import Streams
from sim.core.update import combine
from sim.mechanisms._fighting import battle_deaths, normal
from sim.mechanisms.leadership import Leadership
from sim.mechanisms.war import War
from sim.world import World
from tests.mechanisms.quarrels import check_terms, joined, quarrels, told
from tests.mechanisms.turns import turned

NUMBERS = War().numbers("d0", "by_days", "by_troops", "by_states", "spread_deaths")


def wars(n: int, **columns: object) -> World:
    return quarrels(n, level=5, **columns)  # type: ignore[arg-type]


def pair(n: int, i: int, j: int, value: float) -> Array:
    matrix = np.zeros((n, n))
    matrix[i, j] = matrix[j, i] = value
    return matrix


def test_deaths_by_hand() -> None:
    days, troops, states, noise = 159.0, 100.0, 2.0, 0.5
    by_hand = np.exp(3.4 + 0.74 * np.log(days) + 0.23 * np.log(troops) + 1.2 * np.log(states) + 1.4 * noise)
    made = battle_deaths(*(np.array([x]) for x in (days / 365.25, troops, states, noise)), **NUMBERS)
    assert made[0] == pytest.approx(by_hand)


STATES_ON_RECORD = {2: 57, 3: 14, 4: 9, 5: 3, 6: 3, 8: 2, 11: 1, 14: 1, 15: 1, 16: 1, 25: 1}
"""How many states fought in the inter-state wars of 1816-2007 (Sarkees & Wayman 2010): states -> wars."""
TAIL_FROM = 7061
"""Deaths from which the sizes on record follow a power law, after Clauset, Shalizi & Newman (2009)."""


def wars_as_on_record(seed: int) -> World:
    """93 wars with as many states as on record, coalitions in halves; states as unequal as in the world of today."""
    sizes = np.repeat(list(STATES_ON_RECORD), list(STATES_ON_RECORD.values()))
    leaders, n = np.cumsum([0, *sizes[:-1]]), int(sizes.sum())
    force = np.exp(np.random.Generator(np.random.PCG64(seed)).normal(2, 1.8, n))
    world = wars(n, began=[(i, i + 1) for i in leaders], dt=200.0, force=force)
    hostility, tag = world.hostility.copy(), world.dispute_tag.copy()
    for i, size in zip(leaders, sizes, strict=True):
        k = np.arange(i + 2, i + size)
        enemy = np.where(k % 2, i, i + 1)
        hostility[k, enemy] = hostility[enemy, k] = 5
        tag[k, enemy] = tag[enemy, k] = tag[i, i + 1]
    return world.with_changes(hostility=hostility, dispute_tag=tag)


def slope_of_ccdf(dead: Array) -> float:
    """Least-squares slope of log10 of the share of wars with at least so many deaths, from 1000 deaths on."""
    large = np.sort(dead[dead >= 1000])
    return float(np.polyfit(np.log10(large), np.log10(1 - np.arange(len(large)) / len(large)), 1)[0])


def tail_exponent(dead: Array, least: float) -> float:
    """Maximum-likelihood exponent of a power law of sizes of at least `least`."""
    return float(1 + 1 / np.log(dead[dead >= least] / least).mean())


def test_sizes_of_wars_are_heavy_tailed_as_on_record() -> None:
    """2232 whole wars through the mechanism: slope of the CCDF -.34 to -.64, power-law exponent 1.38 to 1.67."""
    runs = [
        np.asarray(told(War(bandwagon=0)(wars_as_on_record(seed), Streams(seed).at("w", k)), "war ended").amount)
        for seed in range(6)
        for k in range(4)
    ]
    dead = np.concatenate(runs)
    assert len(dead) == 93 * 24
    assert -0.64 < slope_of_ccdf(dead) < -0.34
    assert -0.64 < np.mean([slope_of_ccdf(run) for run in runs]) < -0.34
    assert 1.38 < tail_exponent(dead, TAIL_FROM) < 1.67
    assert dead.max() / np.median(dead) > 200


def test_sizes_with_fewer_causes_lose_the_tail() -> None:
    """The measures above can fail: wars of like length and luck are no power law."""
    world = wars_as_on_record(1)
    dead = np.asarray(told(War(spread_days=0, spread_deaths=0.3)(world, Streams(1).at("w", 0)), "war ended").amount)
    assert slope_of_ccdf(dead) < -0.64 and tail_exponent(dead, TAIL_FROM) > 1.67


def test_sizes_of_wars_of_two_have_the_published_tail_too() -> None:
    drawn = np.random.Generator(np.random.PCG64(1)).random((2, 200_000))
    years = np.exp(5.07 + 1.47 * normal(drawn[0])) / 365.25
    assert np.median(years * 365.25) == pytest.approx(np.exp(5.07), rel=0.02)
    dead = battle_deaths(years, np.full(200_000, 50.0), np.full(200_000, 2.3), normal(drawn[1]), **NUMBERS)
    assert 1.38 < tail_exponent(dead, 1000) < 1.67


def test_length_is_drawn_once_and_runs_out() -> None:
    world = wars(200, dt=0.25)
    turned(world, War(), seed=2)
    length = world.war_length[np.arange(0, 200, 2), np.arange(1, 200, 2)]
    going = length > 0
    np.testing.assert_array_equal(going, np.diag(world.hostility[::2, 1::2]) == 5)
    assert 0.4 < going.mean() < 0.9
    left = world.war_remaining[::2, 1::2].diagonal()
    np.testing.assert_allclose(left[going], length[going] - 0.25)
    turned(world, War(), seed=3)
    still = world.war_length[::2, 1::2].diagonal() > 0
    np.testing.assert_allclose(world.war_length[::2, 1::2].diagonal()[still], length[still])


@pytest.mark.parametrize("dt", [1.0, 0.25, 0.1])
def test_toll_and_losses_do_not_depend_on_the_step(dt: float) -> None:
    n = 4
    begun = {"war_length": pair(n, 0, 1, 1.7), "war_remaining": pair(n, 0, 1, 1.7), "war_toll": pair(n, 0, 1, 9000.0)}
    world = wars(n, began=[(0, 1)], dt=dt, **begun)
    unit = War(defeat=0)
    strength = world.reach[0, 1] / (world.reach[0, 1] + world.reach[1, 0])
    updates = turned(world, unit, steps=1)
    assert updates[0].add["gdp"][0] == pytest.approx(
        100 * np.expm1(-unit.gdp_loss * min(dt, 1.7) * (1 - strength)), rel=1e-9
    )
    turned(world, unit, steps=int(np.ceil(1.7 / dt)))
    assert float(world.war_deaths) == pytest.approx(9000)
    assert world.population[:2].sum() == pytest.approx(20 - 0.009, abs=1e-5)
    assert world.hostility[0, 1] == 0
    assert world.gdp[0] == pytest.approx(100 * np.exp(-unit.gdp_loss * 1.7 * 0.5), rel=0.01)


def test_the_stronger_side_wins_as_the_contest_says_and_allies_add_up() -> None:
    n = 6
    world = wars(n, began=[(0, 1)], dt=50.0, distance=0.0)
    with_ally = joined(world, k=2, opponent=1, partner=0)
    for case, expected in ((world, 0.5), (with_ally, expit(2 * np.log(2)))):
        won = []
        for seed in range(600):
            event = told(War()(case, Streams(seed).at("w", 0)), "war ended")
            won.append(event.who[0] == 0)
            check_terms(event, np.log(np.asarray(event.chance)) - np.log(1 - np.asarray(event.chance)), rtol=1e-6)
            assert event.drawn is not None and event.drawn[0] <= np.asarray(event.chance)[0]
        assert np.mean(won) == pytest.approx(expected, abs=0.07)


def test_losers_pay_more_and_resent_and_nobody_dies_out() -> None:
    world = joined(wars(6, began=[(0, 1)], dt=50.0, distance=0.0), k=2, opponent=1, partner=0)
    results = set()
    for seed in range(30):
        update = War()(world, Streams(seed).at("w", 0))
        after = combine({"x": update}, world)
        event = told(update, "war ended")
        winner, loser = int(event.who[0]), int(np.asarray(event.whom)[0])
        assert after["grievance"][loser, winner] == 0.5 and after["grievance"][winner, loser] == 0
        assert after["grievance"][2, 1] == (0.5 if loser == 0 else 0.0)
        assert not after["hostility"].any() and not after["war_remaining"].any() and not after["war_toll"].any()
        assert (after["gdp"] > 0).all() and (after["population"] > 0).all() and (after["force"] >= 0).all()
        assert float(after["war_deaths"]) == pytest.approx(np.asarray(event.amount)[0])
        results.add(winner)
    assert results == {0, 1}
    even = wars(4, began=[(0, 1)], dt=1.0, war_length=pair(4, 0, 1, 1.0), war_remaining=pair(4, 0, 1, 1.0))
    update = War()(even, Streams(1).at("w", 0))
    loser = int(np.asarray(told(update, "war ended").whom)[0])
    assert update.add["force"][loser] < update.add["force"][1 - loser] < 0


def test_affinity_falls_once_when_a_war_begins() -> None:
    world = wars(4, began=[(0, 1)], dt=0.01, affinity=pair(4, 0, 1, 0.2))
    first = War()(world, Streams(1).at("w", 0))
    assert first.add["affinity"][0, 1] == pytest.approx(-0.5 * 1.2)
    world.write(combine({"x": first}, world))
    assert "affinity" not in War()(world, Streams(1).at("w", 1)).add


def test_a_joiner_shares_the_war_that_it_came_into() -> None:
    world = wars(6, began=[(0, 1)], dt=0.01, war_length=pair(6, 0, 1, 2.0), war_remaining=pair(6, 0, 1, 1.5))
    world = joined(world, k=2, opponent=1, partner=0)
    after = combine({"x": War()(world, Streams(1).at("w", 0))}, world)
    assert after["war_remaining"][2, 1] == pytest.approx(1.49) and after["war_length"][1, 2] == 2.0


def test_wars_that_others_ended_leave_nothing_and_given_lengths_are_kept() -> None:
    settled = quarrels(4, began=[(0, 1)], level=0, war_length=pair(4, 0, 1, 2.0), war_remaining=pair(4, 0, 1, 1.0))
    update = War()(settled, Streams(1).at("w", 0))
    assert not update.set["war_length"].any() and not update.set["war_remaining"].any()
    given = wars(4, began=[(0, 1)], dt=0.25, war_remaining=pair(4, 0, 1, 3.0))
    turned(given, War(), steps=11)
    assert given.hostility[0, 1] == 5 and float(given.war_deaths) > 0
    turned(given, War(), steps=2)
    assert given.hostility[0, 1] == 0


def test_a_war_ends_with_a_state() -> None:
    world = wars(4, began=[(0, 1)]).with_changes(alive=np.array([False, True, True, True]))
    update = War()(world, Streams(1).at("w", 0))
    assert combine({"x": update}, world)["hostility"][0, 1] == 0 and not update.happenings


def lopsided(**columns: object) -> World:
    """State 0 is winning a long war against its neighbour 1; 2 and 3 live beside 1 and like the winner, 4 does not."""
    affinity = np.zeros((6, 6))
    affinity[[2, 3], 0] = affinity[0, [2, 3]] = 0.6
    affinity[4, 1] = affinity[1, 4] = 0.6
    close = np.zeros((6, 6), dtype=bool)
    close[1, :] = close[:, 1] = True
    given = {
        "gdp": [900.0, 100, 100, 100, 100, 100], "force": [90.0, 10, 10, 10, 10, 10], "affinity": affinity,
        "contiguous": close & ~np.eye(6, dtype=bool), "distance": 0.0,
        "war_length": pair(6, 0, 1, 50.0), "war_remaining": pair(6, 0, 1, 50.0),
    }  # fmt: skip
    return wars(6, began=[(0, 1)], **({"dt": 1.0} | given | columns))


def joiners(world: World, unit: War, runs: int = 300) -> Array:
    """Share of runs in which each state joins the war within the step."""
    number = np.zeros(world.sizes["i"])
    for seed in range(runs):
        number[told(unit(world, Streams(seed).at("w", 0)), "bandwagoning").who] += 1
    return number / runs


def test_neighbours_bandwagon_with_the_winner_they_like_at_the_rate() -> None:
    world, unit = lopsided(), War(bandwagon=2)
    joined_by = joiners(world, unit)
    a, b = world.reach[0, 1] ** 2, world.reach[1, 0] ** 2
    expected = -np.expm1(-2 * (a - b) / (a + b) * 0.6)
    np.testing.assert_allclose(joined_by[[2, 3]], expected, atol=0.08)
    assert joined_by[[0, 1, 4, 5]].sum() == 0


def test_even_wars_bombs_pledges_and_distance_keep_bandwagoners_away() -> None:
    unit = War(bandwagon=2)
    usual = joiners(lopsided(), unit, 150)[2]
    feared = joiners(lopsided(nuclear=np.arange(6) == 1), unit, 150)[2]
    assert feared < 0.45 * usual
    assert joiners(lopsided(gdp=100.0, force=10.0), unit, 60)[2] < 0.1
    pledged = np.zeros((5, 6, 6), dtype=bool)
    pledged[4, 1, 2] = pledged[4, 2, 1] = True
    assert joiners(lopsided(pact=pledged), unit, 60)[2] == 0
    assert joiners(lopsided(contiguous=False, near_by_sea=False), unit, 60).sum() == 0
    assert joiners(lopsided(contiguous=False, great=np.arange(6) == 2), unit, 60)[2] > 0.5


def test_who_bandwagons_fights_on_the_winning_side_from_the_next_step() -> None:
    world, unit = lopsided(), War(bandwagon=5)
    update = turned(world, unit, seed=2)[0]
    event = told(update, "bandwagoning")
    check_terms(event, np.log(-np.log(1 - np.asarray(event.chance))))
    assert 2 in event.who and set(np.asarray(event.third)) == {0}
    assert world.hostility[2, 1] == 5 and world.dispute_tag[2, 1] == world.dispute_tag[0, 1]
    before = world.force.copy()
    second = turned(world, unit, seed=3)[0]
    assert world.war_remaining[2, 1] == world.war_remaining[0, 1] == 48
    assert second.add["affinity"][2, 1] < 0
    assert second.add["force"][1] / before[1] < update.add["force"][1] / 10 < 0


def test_defeat_brings_leaders_down() -> None:
    """The hazard of losing office, exactly: higher for those who lost a war than for those who won it."""
    world = wars(4, began=[(0, 1)], dt=1.0, war_length=pair(4, 0, 1, 1.0), war_remaining=pair(4, 0, 1, 1.0))
    event = told(turned(world, War(), seed=1)[0], "war ended")
    winner, loser = int(event.who[0]), int(np.asarray(event.whom)[0])
    hazard = np.exp(sum(Leadership().terms(world).values()))
    assert hazard[loser] > 1.2 * hazard[winner] > 1.2 * hazard[2]
    assert world.affinity[0, 1] == pytest.approx(-War().rancour)
