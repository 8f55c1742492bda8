"""Gravity: elasticities, what politics does to trade, and the size of world trade."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.mechanisms.trade import Trade, gravity_flows, log_nearness, trade_residuals
from sim.quantities import great_circle
from tests.mechanisms.turns import turned
from tests.mechanisms.worlds import small_world

NUMBERS = Trade().numbers("scale", "by_size", "by_distance", "by_digital")
OFFSET = Trade().offset
GDP = np.array([100.0, 400.0, 50.0])
DISTANCE = np.array([[0, 500.0, 8000], [500, 0, 3000], [8000, 3000, 0]])
NONE = np.zeros((3, 3))


def flows(gdp: np.ndarray = GDP, distance: np.ndarray = DISTANCE, **changes: np.ndarray) -> np.ndarray:
    given = {"closeness": NONE, "sanctions": NONE, "digital": np.zeros(len(gdp))} | changes
    closeness, sanctions, digital = (given[name] for name in ("closeness", "sanctions", "digital"))
    near = log_nearness(distance, OFFSET)
    return gravity_flows(gdp, near, closeness, sanctions, digital, product=550.0, **NUMBERS)


def test_elasticities() -> None:
    grown = GDP * [1.1, 1, 1]
    ratio = flows(grown) / flows()
    assert np.log(ratio[0, 1]) / np.log(1.1) == pytest.approx(NUMBERS["by_size"])
    assert ratio[1, 2] == pytest.approx(1)
    farther = (DISTANCE + 500) * 1.2 - 500
    assert np.log(flows(distance=farther) / flows())[0, 2] / np.log(1.2) == pytest.approx(-NUMBERS["by_distance"])


@pytest.mark.parametrize(("digital", "elasticity"), [(0.0, 0.9), (0.4, 0.9 * (1 - 0.65 * 0.4)), (1.0, 0.9 * 0.35)])
def test_what_is_sold_digitally_feels_distance_less(digital: float, elasticity: float) -> None:
    """Online, distance matters 65% less (Lendle et al. 2016); the elasticity falls with the mean of both shares."""
    twice = (DISTANCE + OFFSET) * 2 - OFFSET
    share = np.array([digital, digital, digital])
    ratio = flows(distance=twice, digital=share) / flows(digital=share)
    assert -np.log2(ratio[0, 2]) == pytest.approx(elasticity)
    one = flows(distance=twice, digital=share * [1, 1, 0]) / flows(digital=share * [1, 1, 0])
    assert -np.log2(one[0, 2]) == pytest.approx((0.9 + elasticity) / 2)


def test_a_closed_state_trades_what_it_lets_in() -> None:
    world = small_world(5)
    closed = Trade().predicted(world.with_changes(openness=np.array([1, 1, 0.4, 1, 0.5])))
    ratio = closed[world.dyad] / Trade().predicted(world)[world.dyad]
    expected = np.outer([1, 1, 0.4, 1, 0.5], [1, 1, 0.4, 1, 0.5])[world.dyad]
    np.testing.assert_allclose(ratio, expected)


def test_what_it_gives_by_hand() -> None:
    expected = 1.7 * 100 * 400 / 550 * (1000 / 1000) ** 0.9
    assert flows()[0, 1] == pytest.approx(expected)
    np.testing.assert_allclose(flows(), flows().T)


def test_barriers_of_either_side_count() -> None:
    sanctions = np.zeros((3, 3))
    sanctions[0, 1], sanctions[1, 0] = 0.4, 0.5
    ratio = flows(sanctions=sanctions) / flows()
    assert ratio[0, 1] == ratio[1, 0] == pytest.approx(0.3) and ratio[0, 2] == 1
    assert flows(closeness=NONE + 0.5)[0, 1] / flows()[0, 1] == pytest.approx(np.exp(0.5))


def test_growing_all_alike_grows_trade_alike() -> None:
    world = small_world(6)
    twice = Trade().predicted(world.with_changes(gdp=world.gdp * 2))
    np.testing.assert_allclose(twice, 2 * Trade().predicted(world))


def test_the_given_trade_stays_when_its_residual_is_known() -> None:
    rng = np.random.Generator(np.random.PCG64(5))
    factor = rng.uniform(0.2, 5, (6, 6))
    blank = small_world(6)
    actual = Trade().predicted(blank) * factor * factor.T
    world = small_world(6, trade=actual, trade_residual=trade_residuals(actual, Trade().predicted(blank)))
    turned(world, Trade(), steps=40)
    np.testing.assert_allclose(world.trade, actual, rtol=1e-10)


def test_residuals_of_the_unknown_are_nothing() -> None:
    residual = trade_residuals(np.array([[0.0, 2], [1e-30, 4]]), np.array([[1.0, 0], [1, 1]]))
    np.testing.assert_allclose(residual, [[0, 0], [-5, np.log(4)]])


@pytest.mark.parametrize("dt", [1.0, 0.25])
def test_the_lag_does_not_depend_on_the_step(dt: float) -> None:
    world = small_world(5, dt=dt, trade=0.0)
    goal = Trade().predicted(world)
    turned(world, Trade(), steps=int(4 / dt))
    np.testing.assert_allclose(world.trade, goal * -np.expm1(-1))


def test_friends_trade_more_rivals_and_foes_less() -> None:
    base = small_world(5, affinity=0.0)
    pair = np.zeros((5, 5))
    pair[2, 3] = pair[3, 2] = 1
    plain = Trade().predicted(base)[2, 3]
    friends = Trade().predicted(base.with_changes(affinity=pair * 0.6))[2, 3]
    rivals = Trade().predicted(base.with_changes(rivalry=pair * 0.6))[2, 3]
    at_war = Trade().predicted(base.with_changes(hostility=(pair * 5).astype(int)))[2, 3]
    assert friends / plain == pytest.approx(np.exp(0.3))
    assert rivals / plain == pytest.approx(np.exp(-0.36))
    assert at_war / plain == pytest.approx(np.exp(-1.5))


def test_nobody_trades_with_the_dead_or_with_itself() -> None:
    world = small_world(5, alive=[1, 1, 1, 1, 0])
    flow = Trade().predicted(world)
    assert (np.diag(flow) == 0).all() and (flow[4] == 0).all() and (flow[:4, :4].sum(axis=1) > 0).all()


def test_world_trade_is_about_a_quarter_of_world_product(data_folder: Path) -> None:
    """All states of 2000 with their capitals, at affinity .2 and joint membership .2."""
    gdp = pd.read_csv(data_folder / "gdp_population_stateyear.csv.gz").query("year == 2000").set_index("ccode").pwtrgdp
    capital = pd.read_csv(data_folder / "cow_capitals.csv.gz")
    capital = (
        capital[(capital.stdate < "2000") & (capital.enddate > "2001")].drop_duplicates("ccode").set_index("ccode")
    )
    border = pd.read_csv(data_folder / "cow_contiguity_v3.2.csv.gz").query("conttype == 1 and enddate > '2001'")
    codes = gdp.index.intersection(capital.index)
    distance = great_circle(capital.lat[codes].to_numpy(), capital.lng[codes].to_numpy())
    for one, other in zip(border.ccode1, border.ccode2, strict=True):
        if one in codes and other in codes:
            i, j = codes.get_loc(one), codes.get_loc(other)
            distance[i, j] = distance[j, i] = 0
    size, none = gdp[codes].to_numpy(), np.zeros_like(distance)
    closeness = none + 0.2 * Trade().by_affinity + 0.2 * Trade().by_membership
    digital = np.full(len(size), 0.06)  # of 2000
    flow = gravity_flows(size, log_nearness(distance, OFFSET), closeness, none, digital, product=size.sum(), **NUMBERS)
    share = np.triu(flow, 1).sum() / size.sum()
    assert len(codes) > 150 and 0.2 < share < 0.3
