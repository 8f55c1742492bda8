"""The digital economy: logistic diffusion up to what technology allows, faster under rules; what it does elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.mechanisms.digital import Digital, logistic_after
from sim.mechanisms.growth import Growth
from sim.mechanisms.trade import Trade
from sim.mechanisms.transition import Transition
from sim.world import Names, World
from tests.mechanisms.turns import turned
from tests.mechanisms.worlds import small_world


@given(st.floats(0.001, 0.9), st.floats(0.05, 0.9), st.floats(0, 0.5), st.floats(0.1, 5))
def test_the_step_is_the_exact_solution(x: float, ceiling: float, rate: float, dt: float) -> None:
    """logit(x / ceiling) grows by rate dt, from below and from above; two steps are one of twice the length."""
    start, top, pace = np.array([x]), np.array([ceiling]), np.array([rate])
    after = logistic_after(start, top, pace, dt=dt)
    assert (1 / after - 1 / ceiling) == pytest.approx((1 / x - 1 / ceiling) * np.exp(-rate * dt), rel=1e-9, abs=1e-9)
    halves = logistic_after(logistic_after(start, top, pace, dt=dt / 2), top, pace, dt=dt / 2)
    np.testing.assert_allclose(halves, after)


def test_it_went_from_8_to_12_percent_in_the_decade_to_2022() -> None:
    world = small_world(4, dt=0.5, digital_share=0.08, technology=0.55)
    turned(world, Digital(), steps=20)
    np.testing.assert_allclose(world.digital_share, 0.12, atol=0.002)


def test_technology_sets_how_far_it_goes() -> None:
    world = small_world(4, dt=1.0, technology=[0.2, 0.5, 0.9, 0.9], alive=[1, 1, 1, 0])
    turned(world, Digital(), steps=400)
    np.testing.assert_allclose(world.digital_share, [0.1, 0.25, 0.45, 0.12], atol=1e-3)


def test_governance_speeds_it_up() -> None:
    base = small_world(4, technology=0.6)
    names = Names(base.names.states, base.names.poles, base.names.organisations, ("digital_governance", "x"))
    world = World(names, 0.25, 2000.0, base.arrays() | {"adopted": np.array([[0, 1, 0, 1], [0, 0, 0, 0]])})
    turned(world, Digital(), steps=40)
    share = world.digital_share
    assert share[1] == share[3] > share[0] == share[2] > 0.12


def test_its_share_raises_technology_and_then_product() -> None:
    """Twenty years, the same draws, two states of four with a larger digital share."""
    ends = []
    for share in ([0.1, 0.1, 0.1, 0.1], [0.1, 0.4, 0.1, 0.4]):
        world = small_world(4, digital_share=share, technology=0.5, gdp=200.0, population=10.0)
        turned(world, Transition(), Growth(), steps=80)
        ends.append((world.technology, world.gdp))
    (plain, poor), (learnt, rich) = ends
    assert (learnt > plain)[[1, 3]].all() and (rich > poor)[[1, 3]].all()


def test_the_far_gain_most_trade() -> None:
    world = small_world(6)
    plain = Trade().predicted(world) + np.eye(6)
    ratio = Trade().predicted(world.with_changes(digital_share=np.full(6, 0.4))) / plain
    far, near = world.distance > 5000, (world.distance < 400) & world.dyad
    assert far.any() and near.any()
    assert ratio[far].min() > 1 > ratio[near].max()
