"""Growth: convergence, noise, directions, births; two centuries without explosion or empire."""

from __future__ import annotations

import numpy as np
import pytest

from sim.mechanisms.growth import Growth, births, frontier_gap, weighted_mean
from sim.mechanisms.leadership import Leadership
from sim.world import World
from tests.mechanisms.turns import turned
from tests.mechanisms.worlds import small_world

STILL = {"by_openness": 0.0, "by_burden": 0.0, "by_oil": 0.0, "by_war": 0.0, "noise": 0.0}


def alike(n: int = 4, dt: float = 0.25, **columns: object) -> World:
    """Equal states at equal technology."""
    return small_world(n, dt=dt, **({"gdp": 200.0, "population": 10.0, "technology": 0.5} | columns))


def rate_of(world: World, **numbers: float) -> np.ndarray:
    return Growth(**numbers).rates(world)


def test_equals_grow_at_the_trend() -> None:
    np.testing.assert_allclose(rate_of(alike(trade=0.0)), 0.02)


@pytest.mark.parametrize("dt", [1.0, 0.25])
def test_the_gap_to_the_frontier_closes_by_two_percent_a_year(dt: float) -> None:
    """log y1 - log y2 shrinks as exp(-.02 t) when technology is the same."""
    world = alike(2, dt=dt, gdp=[400.0, 100.0])
    gap = np.log(4)
    turned(world, Growth(**STILL), steps=int(35 / dt))
    y = world.gdp / world.population
    assert np.log(y[0] / y[1]) == pytest.approx(gap * np.exp(-0.7), rel=0.012)


def test_the_frontier_itself_neither_gains_nor_loses() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    log_y, technology, gdp = rng.normal(2, 1, 30), rng.uniform(0.1, 1, 30), rng.lognormal(4, 1, 30)
    for frontier in (0.0, 12.0, 40.0):
        gap = frontier_gap(log_y, technology, gdp, by_technology=3.0, frontier=frontier)
        assert weighted_mean(gap, gdp * technology**frontier) == pytest.approx(0, abs=1e-12)


def test_a_lag_in_technology_sets_the_ceiling() -> None:
    world = alike(2, technology=[0.8, 0.5], dt=1.0)
    turned(world, Growth(**STILL), steps=350)
    y = world.gdp / world.population
    assert np.log(y[0] / y[1]) == pytest.approx(3 * 0.3, rel=0.01)


def test_noise_is_gibrats_and_scales_with_the_root_of_time() -> None:
    n, years = 400, 8
    for dt in (1.0, 0.25):
        world = alike(n, dt=dt, organisations=0)
        turned(world, Growth(**(STILL | {"noise": 0.03, "convergence": 0.0})), steps=int(years / dt), seed=2)
        assert np.log(world.gdp).std() == pytest.approx(0.03 * np.sqrt(years), rel=0.1)


def test_directions() -> None:
    plain = rate_of(alike())
    trade = np.zeros((4, 4))
    trade[0, 1] = trade[1, 0] = 60
    open_two = rate_of(alike(trade=trade), by_burden=0.0)
    assert open_two[0] == open_two[1] > open_two[2] == open_two[3]
    armed = rate_of(alike(milex_share=[0.1, 0.02, 0.02, 0.02], trade=0.0))
    assert armed[0] < plain.min() + 0.005 and armed[0] < armed[1]
    assert armed[1] - armed[0] == pytest.approx(0.1 * 0.08)
    oil = alike(hydrocarbon_share=[0.8, 0, 0, 0], oil_price=120.0)
    assert rate_of(oil)[0] > rate_of(oil)[1]
    assert rate_of(alike(hydrocarbon_share=[0.8, 0, 0, 0], oil_price=40.0))[0] < rate_of(oil)[1]
    fighting = np.zeros((4, 4), dtype=int)
    fighting[2, 3] = fighting[3, 2] = 5
    war = rate_of(alike(hostility=fighting, trade=0.0))
    assert war[0] - war[2] == pytest.approx(0.02)


def test_relative_terms_redistribute_and_do_not_make_growth() -> None:
    rng = np.random.Generator(np.random.PCG64(3))
    world = small_world(8, milex_share=rng.uniform(0.01, 0.1, 8))
    numbers = {"convergence": 0.0, "by_oil": 0.0, "by_war": 0.0}
    assert weighted_mean(rate_of(world, **numbers), world.gdp) == pytest.approx(0.02)


def test_births_fall_with_wealth() -> None:
    y = np.array([0.01, 0.5, 2.0, 20.0, 1000.0])
    rate = births(y, least=-0.002, most=0.028, half=2.0, steepness=1.5)
    assert (np.diff(rate) < 0).all()
    assert rate[0] == pytest.approx(0.028, abs=1e-4) and rate[2] == pytest.approx(0.013)
    assert rate[-1] == pytest.approx(-0.002, abs=1e-5)


def test_growth_pleases_and_stagnation_does_not() -> None:
    world = alike(4, technology=[0.9, 0.5, 0.5, 0.1], legitimacy=0.6)
    turned(world, Growth(**STILL), steps=8)
    assert world.legitimacy[0] > 0.6 > world.legitimacy[3]


def test_the_dead_do_not_grow() -> None:
    world = alike(4, alive=[1, 1, 0, 1])
    turned(world, Growth(), steps=8)
    assert world.gdp[2] == 200 and world.population[2] == 10 and world.gdp[0] != 200


def test_two_centuries_without_explosion_or_empire() -> None:
    world = small_world(30, poles=3, dt=1.0)
    start = world.gdp.sum()
    turned(world, Leadership(), Growth(), steps=200, seed=5)
    yearly = np.log(world.gdp.sum() / start) / 200
    assert 0.005 < yearly < 0.03
    assert world.gdp.max() / world.gdp.sum() < 0.35
    assert not world.clips and world.legitimacy.min() > 0.2 and world.legitimacy.max() < 0.95
