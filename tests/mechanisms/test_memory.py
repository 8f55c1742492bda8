"""What time does: ages, closes, fades."""

from __future__ import annotations

import numpy as np
import pytest

from sim.mechanisms.memory import Memory, faded
from tests.mechanisms.turns import turned
from tests.mechanisms.worlds import busy_world, small_world


def test_live_disputes_age_and_keep_what_is_theirs() -> None:
    world = busy_world(dt=0.25)
    before = world.arrays()
    turned(world, Memory(), steps=4)
    live = world.hostility > 0
    np.testing.assert_allclose(world.dispute_age[live], before["dispute_age"][live] + 1)
    for name in ("dispute_tag", "originator", "fatal", "war_remaining"):
        np.testing.assert_array_equal(getattr(world, name)[live], before[name][live])
    assert (world.peace_years[live] == 0).all()


def test_ended_disputes_are_closed_and_peace_begins() -> None:
    world = busy_world(dt=0.25)
    hostility = world.hostility.copy()
    hostility[4, 5] = hostility[5, 4] = 0
    turned(world, Memory())
    world.write({"hostility": hostility})
    turned(world, Memory())
    for name in ("dispute_age", "dispute_tag", "originator", "fatal", "war_remaining"):
        assert getattr(world, name)[4, 5] == 0 == getattr(world, name)[5, 4], name
    assert world.peace_years[4, 5] == 0.25
    assert world.dispute_age[4, 6] > 0


def test_peace_grows_between_living_states_only() -> None:
    world = small_world(5, peace_years=3, alive=[1, 1, 1, 1, 0])
    turned(world, Memory(), steps=8)
    assert world.peace_years[0, 1] == pytest.approx(5)
    assert world.peace_years[0, 4] == 3


@pytest.mark.parametrize("dt", [1.0, 0.25])
def test_grievance_fades_to_a_part_in_five_years_whatever_the_step(dt: float) -> None:
    world = small_world(4, dt=dt, grievance=2.0, coercion=0.6)
    turned(world, Memory(), steps=int(5 / dt))
    np.testing.assert_allclose(world.grievance, 2 / np.e)
    np.testing.assert_allclose(world.coercion, 0.6 * np.exp(-5 / 3))


@pytest.mark.parametrize("dt", [1.0, 0.25])
def test_tradition_makes_up_a_tenth_of_the_difference_in_a_year(dt: float) -> None:
    world = small_world(4, dt=dt, democracy=[0.8, 0.2, 0.5, 0.9], democratic_tradition=[0.2, 0.8, 0.5, 0.9])
    turned(world, Memory(), steps=int(1 / dt))
    np.testing.assert_allclose(world.democratic_tradition, [0.26, 0.74, 0.5, 0.9], atol=1e-3)
    np.testing.assert_allclose(world.democracy, [0.8, 0.2, 0.5, 0.9])


def test_fading_never_overshoots() -> None:
    x = np.array([0.0, 1.0, 5.0])
    assert (x + faded(x, dt=50.0, years=0.5) >= 0).all()
    assert faded(x, dt=0.0, years=5.0).tolist() == [0, 0, 0]
