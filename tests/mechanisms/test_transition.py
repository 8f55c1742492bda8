"""The transition: oil prices, rents that are invested, pledges kept and missed."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.streams import Streams
from sim.mechanisms.transition import NEVER, Transition, path_decline, path_gap, price_after
from sim.world import World
from tests.mechanisms.turns import turned
from tests.mechanisms.worlds import small_world

CALM = {"price_noise": 0.0, "luck": 0.0}
PLEDGE = np.array([[0, 0, 0, 0], [0, 0, 1, 1]])


def exporter(dt: float = 0.25, **columns: object) -> World:
    given = {"hydrocarbon_share": [0.0, 0.0, 0.6, 0.6], "emission_intensity": 0.5, "technology": 0.4}
    return small_world(4, dt=dt, **(given | columns))


def test_price_is_the_same_whatever_the_step() -> None:
    """Two half steps have the mean and variance of one whole step."""
    kind = {"usual": 80.0, "reversion": 0.3, "noise": 0.25}
    z = Streams(1).at("z", 0).standard_normal((2, 40_000))
    whole = np.log(price_after(np.array(120.0), z[0], dt=1.0, **kind))
    half = np.log(price_after(price_after(np.array(120.0), z[0], dt=0.5, **kind), z[1], dt=0.5, **kind))
    assert half.mean() == pytest.approx(whole.mean(), abs=0.006)
    assert half.std() == pytest.approx(whole.std(), rel=0.02)
    assert whole.mean() == pytest.approx(np.log(80) + np.log(1.5) * np.exp(-0.3), abs=0.006)


def test_price_reverts_and_keeps_its_spread() -> None:
    world = small_world(4, dt=1.0, oil_price=300.0)
    prices = []
    for _ in range(3000):
        turned(world, Transition(), seed=2)
        prices.append(float(world.oil_price))
    log = np.log(prices[50:])
    assert log.mean() == pytest.approx(np.log(80), abs=0.06)
    assert log.std() == pytest.approx(0.25 / np.sqrt(0.6), rel=0.1)
    assert "oil_price" not in world.clips


def test_a_pledge_kept_reaches_zero_in_a_straight_line() -> None:
    """Emission intensity falls with the years left and is all but gone in the pledged year."""
    world = exporter(adopted=PLEDGE, neutrality_year=2040, legitimacy=1.0)
    turned(world, Transition(**CALM), steps=80)  # 2020: half way
    assert world.emission_intensity[2] == pytest.approx(0.25, rel=0.02)
    turned(world, Transition(**CALM), steps=80)
    assert world.emission_intensity[2] < 0.05 * 0.5
    assert world.emission_intensity[0] == pytest.approx(0.5 * np.exp(-0.017 * 40))


def test_weak_institutions_miss_the_path() -> None:
    world = exporter(adopted=PLEDGE, neutrality_year=2040, legitimacy=[0.6, 0.6, 0.9, 0.15])
    turned(world, Transition(**CALM), steps=140)
    assert 2 * world.emission_intensity[2] < world.emission_intensity[3] < world.emission_intensity[0]


def test_a_pledged_year_without_the_norm_changes_nothing() -> None:
    world = exporter(neutrality_year=2040, adopted=0, legitimacy=1.0)
    turned(world, Transition(**CALM), steps=4)
    np.testing.assert_allclose(world.emission_intensity, 0.5 * np.exp(-0.017))
    assert (world.path_start == NEVER).all() and not world.path_gap.any()


def test_who_adopts_the_norm_without_a_year_pledges_one() -> None:
    world = exporter(adopted=PLEDGE, neutrality_year=[NEVER, NEVER, NEVER, 2055])
    turned(world, Transition(horizon=30, **CALM), steps=8)
    assert world.neutrality_year.tolist() == [NEVER, NEVER, 2030, 2055]
    assert world.path_start.tolist() == [NEVER, NEVER, 2000, 2000]
    np.testing.assert_allclose(world.path_intensity, [0, 0, 0.5, 0.5])


def test_who_drops_the_norm_leaves_the_path() -> None:
    world = exporter(adopted=PLEDGE, neutrality_year=2040)
    turned(world, Transition(), steps=4)
    world.write({"adopted": np.array([[0, 0, 0, 0], [0, 0, 1, 0]], dtype=bool)})
    turned(world, Transition(), steps=4)
    assert world.path_start[3] == NEVER and world.path_gap[3] == 0 and world.path_start[2] == 2000


def test_the_gap_to_the_path_by_hand() -> None:
    """Pledged in 2020 for 2060: half the intensity is due in 2040, none in 2060."""
    year, start, began = np.full(4, 2060.0), np.array([2020.0, 2020, 2020, NEVER]), np.array([0.8, 0.8, 0.8, 0])
    intensity = np.array([0.4, 0.6, 0.2, 0.5])
    np.testing.assert_allclose(path_gap(intensity, 2040, year, start, began), [0, 0.25, -0.25, 0])
    np.testing.assert_allclose(path_gap(intensity, 2060, year, start, began), [0.5, 0.75, 0.25, 0])
    np.testing.assert_allclose(path_gap(intensity, 2070, year, start, began), [0.5, 0.75, 0.25, 0])


def test_strong_institutions_are_on_track_and_weak_ones_fall_behind() -> None:
    world = exporter(adopted=PLEDGE, neutrality_year=2040, legitimacy=[0.6, 0.6, 1.0, 0.2])
    turned(world, Transition(**CALM), steps=100)
    assert abs(world.path_gap[2]) < 0.02 and world.path_gap[3] > 0.2


def test_a_digital_economy_learns_faster() -> None:
    world = exporter(digital_share=[0.0, 0.3, 0, 0.3], hydrocarbon_share=0.0, democracy=0.5)
    alone = Transition(diffusion=0.0).progress(world, np.zeros(4))
    assert alone[1] - alone[0] == pytest.approx(0.01 * 0.3 * 0.6)


def test_the_standing_variance_of_the_price() -> None:
    """noise^2 / (2 reversion): applying the exact step to a draw from it gives it back."""
    z = Streams(4).at("z", 0).standard_normal((2, 60_000))
    spread = 0.25 / np.sqrt(2 * 0.3)
    after = np.log(price_after(80 * np.exp(spread * z[0]), z[1], dt=0.7, usual=80.0, reversion=0.3, noise=0.25))
    assert after.std() == pytest.approx(spread, rel=0.01) and after.mean() == pytest.approx(np.log(80), abs=0.005)


def test_path_decline_near_the_year_is_as_fast_as_possible() -> None:
    left, keeps = np.array([60.0, 20.0, 5.0, 0.1, -3.0]), np.ones(5)
    falling = path_decline(left, keeps, decline=0.017, fastest=0.2)
    np.testing.assert_allclose(falling, [0.017, 0.05, 0.2, 0.2, 0.2])
    np.testing.assert_allclose(path_decline(left, 0 * keeps, decline=0.017, fastest=0.2), 0.017)


def test_invested_rents_diversify() -> None:
    spent, saved = exporter(oil_price=80.0), exporter(oil_price=80.0)
    turned(spent, Transition(reinvested=0.0, **CALM), steps=80)
    turned(saved, Transition(reinvested=0.4, **CALM), steps=80)
    assert spent.hydrocarbon_share[2] == pytest.approx(0.6)
    assert 0.2 < saved.hydrocarbon_share[2] < 0.55
    assert saved.technology[2] > spent.technology[2]


def test_no_rents_below_cost() -> None:
    assert not Transition().invested(exporter(oil_price=20.0)).any()
    low, high = (Transition().invested(exporter(oil_price=price))[2] for price in (50.0, 120.0))
    assert 0 < low < high < 0.2


def test_the_worlds_transition_and_own_pledge_shrink_hydrocarbons() -> None:
    still = exporter(legitimacy=1.0)
    moving = exporter(legitimacy=1.0, adopted=[[0] * 4, [1, 1, 0, 1]], neutrality_year=2040)
    for world in (still, moving):
        turned(world, Transition(reinvested=0.0, **CALM), steps=40)
    assert moving.hydrocarbon_share[3] < moving.hydrocarbon_share[2] < still.hydrocarbon_share[2]


def test_technology_spreads_along_trade_and_stays_in_bounds() -> None:
    trade = np.array([[0.0, 0, 9, 0], [0, 0, 0, 9], [9, 0, 0, 0], [0, 9, 0, 0]])
    world = exporter(technology=[0.9, 0.1, 0.2, 0.2], trade=trade, hydrocarbon_share=0.0)
    learnt = Transition().progress(world, np.zeros(4))
    alone = Transition(diffusion=0.0).progress(world, np.zeros(4))
    assert learnt[2] > alone[2] and learnt[3] == alone[3]
    for numbers in (
        {},
        {"research": 0.05},
        {"obsolescence": 0.05},
        {"diffusion": 0.3},
        {"by_rents": 3.0},
        {"luck": 0.2},
    ):
        long = exporter(dt=1.0, technology=[0.9, 0.1, 0.2, 0.2])
        turned(long, Transition(**numbers), steps=200)
        assert "technology" not in long.clips and "hydrocarbon_share" not in long.clips


def test_halving_the_step_changes_little() -> None:
    ends = []
    for dt in (0.5, 0.25):
        world = exporter(dt=dt, adopted=PLEDGE, neutrality_year=2045)
        turned(world, Transition(**CALM), steps=int(25 / dt))
        ends.append(np.concatenate([world.hydrocarbon_share, world.technology, world.emission_intensity]))
    np.testing.assert_allclose(ends[0], ends[1], rtol=0.01)


def test_the_dead_stand_still() -> None:
    world = exporter(alive=[1, 1, 1, 0])
    before = world.arrays()
    turned(world, Transition(), steps=4)
    for name in ("hydrocarbon_share", "technology", "emission_intensity"):
        assert getattr(world, name)[3] == before[name][3]


def test_luck_scales_with_the_root_of_time() -> None:
    for dt in (1.0, 0.25):
        world = small_world(400, dt=dt, organisations=0, trade=0.0, technology=0.5)
        turned(world, Transition(research=0.0, obsolescence=0.0), steps=int(4 / dt))
        assert world.technology.std() == pytest.approx(0.06 / 4 * 2, rel=0.1)
