"""Richardson's race: equilibrium, instability, and protection that saves."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.columns import Array
from sim.core.streams import Streams
from sim.mechanisms.armament import LEAST, MOST, Armament, military_need, reaction, share_change
from tests.mechanisms.worlds import small_world


def race(p: Array, gdp: Array, m0: float, years: int = 4000) -> Array:
    """Shares after many years of the mechanism's own kernels, and no cap in the way."""
    share = np.full(2, m0)
    for _ in range(years):
        need = military_need(p, share, gdp, m0=m0)
        share = share + (need - share) * -np.expm1(-0.2)
    return share


@pytest.mark.parametrize("ratio", [1.0, 2.0, 5.0])
def test_two_states_reach_richardsons_equilibrium(ratio: float) -> None:
    """m1* = (m0 + p12 m0 g2 / g1) / (1 - p12 p21)."""
    gdp, p = np.array([1.0, ratio]), np.array([[0.0, 0.3], [0.4, 0.0]])
    expected = (0.01 + 0.3 * 0.01 * ratio) / (1 - 0.3 * 0.4)
    assert race(p, gdp, 0.01)[0] == pytest.approx(expected)


def test_the_race_is_stable_iff_the_product_is_below_one() -> None:
    gdp = np.ones(2)
    calm, wild = np.array([[0, 0.9], [1.05, 0]]), np.array([[0, 1.2], [1.05, 0]])
    assert race(calm, gdp, 0.01).max() < 1
    assert race(wild, gdp, 0.01, years=400).max() > 100


def test_the_mechanism_follows_its_kernels_to_the_closed_form() -> None:
    """Two equal states alone: p = phi intent reach / power, and the fixed point of the mechanism is Richardson's."""
    world = small_world(
        2, gdp=100, population=10, force=10, technology=0.5, distance=0, intent=[[0, 0.8], [0.8, 0]], arms_effort=1
    )
    arm = Armament(m0=0.010, phi=0.5, gamma=0.0, speed=2.0, habit=0)
    p = reaction(world.intent, world.reach, world.power, world.gdp, phi=0.5, futility=1.0)[0, 1]
    assert p == pytest.approx(0.4)
    for _ in range(200):
        world.write({"milex_share": world.milex_share + arm(world, Streams(0).at("a", 0)).add["milex_share"]})
    np.testing.assert_allclose(world.milex_share, 0.010 / (1 - p), rtol=1e-6)


def test_futility_caps_the_answer_to_a_giant() -> None:
    gdp = np.array([1.0, 1000.0])
    intent, reach = np.ones((2, 2)), np.ones((2, 2))
    pure = reaction(intent, reach, np.ones(2), gdp, phi=1.0, futility=0.0)
    real = reaction(intent, reach, np.ones(2), gdp, phi=1.0, futility=1.0)
    shares = np.array([0.0, 0.03])
    assert military_need(pure, shares, gdp, m0=0.0)[0] == pytest.approx(30.0)
    assert military_need(real, shares, gdp, m0=0.0)[0] == pytest.approx(0.03)


def test_protection_saves_and_intent_costs() -> None:
    near = {"distance": 0, "milex_share": 0.02, "arms_effort": 1}
    guarded = np.zeros((4, 4))
    guarded[2, 0] = 1.0
    plain = Armament(habit=0)(small_world(4, intent=0.2, **near), Streams(0).at("a", 0)).add["milex_share"]
    saved = Armament(habit=0)(small_world(4, intent=0.2, guarantee=guarded, **near), Streams(0).at("a", 0)).add[
        "milex_share"
    ]
    feared = Armament(habit=0)(small_world(4, intent=0.6, **near), Streams(0).at("a", 0)).add["milex_share"]
    assert saved[2] < plain[2] and np.allclose(np.delete(saved, 2), np.delete(plain, 2))
    assert (feared > plain).all()


def test_shares_stay_in_the_known_range() -> None:
    wanted = np.array([-1.0, 0.05, 3.0])
    share = np.array([LEAST, 0.05, MOST])
    np.testing.assert_allclose(share_change(share, wanted, dt=10.0, speed=2.0), 0.0, atol=1e-12)


def test_what_a_state_spends_beyond_its_need_is_kept_up_and_fades() -> None:
    world = small_world(4, dt=1.0, intent=0.2, distance=0, arms_effort=1, milex_share=[0.01, 0.02, 0.03, 0.08])
    arm = Armament(fading=10)
    first = arm(world, Streams(0).at("a", 0))
    np.testing.assert_allclose(first.add["milex_share"], 0, atol=1e-12)
    world.write(first.set)
    world.step = 1
    np.testing.assert_allclose(
        arm(world, Streams(0).at("a", 1)).set["arms_residual"], world.arms_residual * np.exp(-0.1)
    )
