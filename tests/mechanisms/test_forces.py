"""Military capital: the exact solution, its steady state, the step that does not matter."""

from __future__ import annotations

import numpy as np
import pytest

from sim.mechanisms.forces import Forces, force_after, steady_force
from tests.mechanisms.turns import turned
from tests.mechanisms.worlds import small_world


def test_steady_state_stays() -> None:
    spending = np.array([1.0, 20.0, 0.0])
    steady = steady_force(spending, depreciation=0.08)
    np.testing.assert_allclose(steady, spending / 0.08)
    np.testing.assert_allclose(force_after(steady, spending, dt=7.0, depreciation=0.08), steady)


def test_disarmed_force_decays() -> None:
    left = force_after(np.array([100.0]), np.array([0.0]), dt=3.0, depreciation=0.08)
    assert left[0] == pytest.approx(100 * np.exp(-0.24))


def test_any_step_gives_the_same_force() -> None:
    ends = []
    for dt in (1.0, 0.5, 0.25):
        world = small_world(4, dt=dt, force=[0, 10, 500, 2000])
        turned(world, Forces(), steps=int(10 / dt))
        ends.append(world.force)
    np.testing.assert_allclose(ends[1], ends[0], rtol=1e-12)
    np.testing.assert_allclose(ends[2], ends[0], rtol=1e-12)


def test_more_spending_more_force_and_the_dead_arm_not() -> None:
    world = small_world(4, milex_share=[0.01, 0.02, 0.02, 0.02], gdp=100, force=10, alive=[1, 1, 1, 0])
    turned(world, Forces(), steps=8)
    assert world.force[1] > world.force[0] > 10
    assert world.force[3] == 10
