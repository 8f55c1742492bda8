"""Rivalry rises between hostile equals among the poles and fades elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.streams import Streams
from sim.mechanisms.rivalry import Rivalry, rivalry_change
from tests.mechanisms.worlds import busy_world, small_world


def test_it_fades_at_the_given_pace_without_a_cause() -> None:
    one = np.array([[0.0, 0.6], [0.6, 0.0]])
    still = rivalry_change(one, np.zeros((2, 2)), np.ones((2, 2)), dt=20.0, up=0.1, fading=20.0)
    assert (one + still)[0, 1] == pytest.approx(0.6 * np.exp(-1))


def test_it_settles_where_rise_and_fading_meet() -> None:
    affinity = np.full((2, 2), -0.5)
    state = np.zeros((2, 2))
    for _ in range(400):
        state = state + rivalry_change(state, affinity, np.full((2, 2), 0.5), dt=1.0, up=0.1, fading=20.0)
    rise = 0.1 * 0.5 * 0.5
    assert state[0, 1] == state[1, 0] == pytest.approx(rise / (rise + 0.05))


def test_only_poles_grow_rivals_without_disputes() -> None:
    world = small_world(5, affinity=-0.8, rivalry=0)
    change = Rivalry()(world, Streams(0).at("r", 0)).add["rivalry"]
    assert change[0, 1] > 0 and np.count_nonzero(change) == 2


def test_two_half_steps_equal_one() -> None:
    def after(dt: float, steps: int) -> np.ndarray:
        world = busy_world(dt=dt)
        for _ in range(steps):
            world.write({"rivalry": world.rivalry + Rivalry()(world, Streams(0).at("r", 0)).add["rivalry"]})
        return world.rivalry

    np.testing.assert_allclose(after(1.0, 1), after(0.5, 2), rtol=1e-12)
