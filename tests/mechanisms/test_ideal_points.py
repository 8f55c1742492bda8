"""Ideal points: their correlations over the years are those of real votes; they drift to the poles sided with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.core.streams import Streams
from sim.mechanisms.ideal_points import IdealPoints, anchored_pull, pole_pull, usual_anchor
from sim.mechanisms.leadership import Leadership
from sim.world import World
from tests.mechanisms.turns import turned
from tests.mechanisms.worlds import small_world

LAGS = {1: 0.965, 5: 0.896, 10: 0.837, 20: 0.719}


def votes_over(years: int, world: World) -> np.ndarray:
    """Observed positions, (years, n), after a century in which the start is forgotten."""
    steps = round(1 / world.dt)
    turned(world, Leadership(), IdealPoints(), steps=100 * steps, seed=11)
    noise = Streams(12).at("observation", 0).standard_normal((years, world.sizes["i"]))
    seen = []
    for year in range(years):
        turned(world, Leadership(), IdealPoints(), steps=steps, seed=11)
        seen.append(world.ideal_point + 0.15 * noise[year])
    return np.array(seen)


def correlations(votes: np.ndarray) -> dict[int, float]:
    return {
        lag: float(np.mean([np.corrcoef(votes[t], votes[t + lag])[0, 1] for t in range(len(votes) - lag)]))
        for lag in LAGS
    }


@pytest.mark.parametrize("dt", [1.0, 0.25])
def test_correlations_over_the_years_are_those_of_real_votes(dt: float) -> None:
    """With new leaders and siding; the real ones are within .04 at each lag, and the spread is that of the data."""
    world = small_world(250, poles=3, dt=dt, organisations=0, trade=0.0)
    votes = votes_over(45, world)
    for lag, found in correlations(votes).items():
        assert found == pytest.approx(LAGS[lag], abs=0.04), lag
    assert 0.75 < votes.std(axis=1).mean() < 1.1


def test_the_targets_are_those_of_the_data(data_folder: Path) -> None:
    votes = pd.read_csv(data_folder / "unga_ideal_points_jun2024.csv.gz").query("1946 <= year <= 2023")
    table = votes.pivot_table(index="year", columns="ccode", values="IdealPointAll")
    for lag, target in LAGS.items():
        found = np.nanmean([table.loc[t].corr(table.loc[t + lag]) for t in table.index if t + lag in table.index])
        assert found == pytest.approx(target, abs=0.01)


def test_variance_grows_with_time_whatever_the_step() -> None:
    for dt in (1.0, 0.25):
        world = small_world(400, dt=dt, organisations=0, trade=0.0, ideal_point=0.0)
        turned(world, IdealPoints(by_pole=0.0), steps=int(4 / dt), seed=1)
        expected = 0.159 * np.sqrt(-np.expm1(-2 * 0.03 * 4) / (2 * 0.03))
        assert world.ideal_point.std() == pytest.approx(expected, rel=0.1)


def test_pulls_by_hand() -> None:
    pull, anchor = anchored_pull(np.array([1.0]), np.array([0.5]), reversion=0.02, following=0.01, homing=0.04)
    assert pull[0] == pytest.approx(-0.01) and anchor[0] == pytest.approx(0.005 - 0.02)
    shares = np.array([[0.5, 0.0], [0.2, 0.6]])
    np.testing.assert_allclose(pole_pull(np.array([0.0, 1.0]), shares, np.array([2.0, -1.0])), [1.0, 0.2 - 1.2])


def test_states_drift_to_the_pole_they_side_with() -> None:
    alignment = np.zeros((4, 3))
    alignment[0, 1] = alignment[1, 2] = alignment[2, 1] = 1
    alignment[3, 0] = 1
    world = small_world(4, alignment=alignment, ideal_point=[2.0, -2.0, 0.0, 0.0], ideal_anchor=[2.0, -2.0, 0.0, 0.0])
    turned(world, IdealPoints(innovation=0.0), steps=40)
    assert 0 < world.ideal_point[2] < 0.3
    assert world.ideal_point[3] == 0


def test_the_dead_do_not_vote() -> None:
    world = small_world(5, alive=[1, 1, 1, 1, 0])
    before = world.ideal_point
    turned(world, IdealPoints(), steps=8)
    assert world.ideal_point[4] == before[4] and (world.ideal_point[:4] != before[:4]).all()


def test_anchors_begin_where_eight_hundred_years_of_wandering_leave_them() -> None:
    """The regression of anchors on ideal points in the long run of the equations is the closed form."""
    unit, rng = IdealPoints(), np.random.Generator(np.random.PCG64(9))
    x, anchor = np.zeros((2, 10_000))
    for _ in range(800):
        pull, shift = anchored_pull(x, anchor, **unit.numbers("reversion", "following", "homing"))
        x, anchor = x + pull + unit.innovation * rng.standard_normal(len(x)), anchor + shift
    expected = usual_anchor(np.ones(1), **unit.numbers("reversion", "following", "homing"))[0]
    assert (x * anchor).mean() / (x * x).mean() == pytest.approx(expected, rel=0.08)
