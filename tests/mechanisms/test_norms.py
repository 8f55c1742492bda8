"""Norms: exposure, the cascade past the threshold, entrepreneurs, defection, internalisation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from sim.core.columns import Array
from sim.core.streams import Streams
from sim.core.update import Update
from sim.mechanisms.norms import Norms, adoption_rate, exposure
from sim.world import World
from tests.mechanisms.quarrels import check_terms, even_columns, told
from tests.mechanisms.turns import turned
from tests.mechanisms.worlds import small_world


def society(n: int = 40, adopters: int = 0, **columns: Any) -> World:
    """Friends who share all organisations; the first `adopters` hold norm 0, since long."""
    adopted = np.zeros((2, n), dtype=bool)
    adopted[0, :adopters] = True
    given_ = {
        "affinity": 0.5 * (1 - np.eye(n)), "member": True, "adopted": adopted, "adoption_years": adopted * 20.0,
        "norm_threshold": 0.33, "entrepreneur": False, "dt": 1.0,
    }  # fmt: skip
    return small_world(n, **(even_columns(n) | given_ | columns))


def updates(world: World, unit: Norms, runs: int = 200) -> list[Update]:
    return [unit(world, Streams(seed).at("n", 0)) for seed in range(runs)]


def test_exposure_by_hand() -> None:
    affinity = np.array([[0, 0.8, 0.4, -0.9], [0.8, 0, 0, 0], [0.4, 0, 0, 0], [-0.9, 0, 0, 0]])
    shared = np.array([[0, 0.5, 1.0, 1.0], [0.5, 0, 0, 0], [1.0, 0, 0, 0], [1.0, 0, 0, 0]])
    adopted = np.array([[False, True, False, True]])
    np.testing.assert_allclose(exposure(adopted, affinity, shared)[0], [0.4 / (0.4 + 0.4), 0, 0, 0])


@given(st.floats(0, 1), st.floats(0, 1))
def test_rate_by_hand(reached: float, theta: float) -> None:
    made = adoption_rate(np.array(reached), np.array(theta), slow=0.01, cascade=0.25, steepness=12)
    assert float(made) == pytest.approx(0.01 + 0.25 * expit(12 * (reached - theta)))


def test_a_cascade_runs_above_the_threshold_and_not_below() -> None:
    above, below = society(adopters=28, norm_threshold=0.5), society(adopters=5, norm_threshold=0.5)
    unit = Norms(slow=0.0, lapse=0, bad_example=0)
    turned(above, unit, steps=15, seed=1)
    turned(below, unit, steps=15, seed=1)
    assert above.adopted[0].mean() > 0.9
    assert below.adopted[0].mean() < 0.3
    assert above.adopted[1].mean() < 0.2  # another norm is not carried along


@pytest.mark.parametrize("dt", [1.0, 0.25])
def test_adoption_keeps_its_yearly_rate(dt: float) -> None:
    world = society(adopters=20, dt=dt)
    unit = Norms()
    new = sum((u.set["adopted"] & ~world.adopted)[0].sum() for u in updates(world, unit, int(200 / dt)))
    rate = float(adoption_rate(np.array(20 / 39), np.array(0.33), slow=0.01, cascade=0.25, steepness=12))
    per_step = -np.expm1(-rate * dt)
    assert new / (20 * 200 / dt) == pytest.approx(per_step, rel=0.08)


def test_entrepreneurs_lower_the_threshold_of_their_friends_by_no_more_than_allowed() -> None:
    few = society(entrepreneur=np.arange(40) == 0, credibility=0.6)
    many = society(entrepreneur=True, credibility=1.0, affinity=1.0 * (1 - np.eye(40)))
    none = society(credibility=0.6)
    unit = Norms()
    assert not unit._lowered(none).any()
    np.testing.assert_allclose(unit._lowered(few)[:, 1:], 0.15 * np.tanh(0.6 * 0.5))
    assert 0.14 < unit._lowered(many).min() <= unit._lowered(many).max() <= 0.15
    hostile = society(entrepreneur=np.arange(40) == 0, affinity=-0.5 * (1 - np.eye(40)))
    assert not unit._lowered(hostile).any()


def held_for(years: float, **columns: Any) -> tuple[World, Array]:
    world = society(adopters=40, **columns)
    return world.with_changes(adoption_years=np.full((2, 40), years)), world.adopted


def drops(world: World, unit: Norms, runs: int = 200) -> float:
    """Defections from norm 0 per adopter and run."""
    return float(np.mean([(world.adopted & ~u.set["adopted"])[0].mean() for u in updates(world, unit, runs)]))


def test_defection_internalisation_and_the_example_of_great_powers() -> None:
    kept, adopted = held_for(12.0)
    assert drops(kept, Norms(lapse=1.0, relapse=0.0)) == 0
    assert drops(kept, Norms(lapse=1.0)) == pytest.approx(-np.expm1(-0.3), rel=0.2)
    young, _ = held_for(2.0)
    assert drops(young, Norms()) == pytest.approx(-np.expm1(-0.005), rel=0.3)
    great = np.isin(np.arange(40), (0, 1))
    outside = adopted.copy()
    outside[0, 0] = False
    violated = young.with_changes(adopted=outside)
    led = World(violated.names, violated.dt, 2000.0, violated.arrays() | {"great": great})
    np.testing.assert_allclose(Norms()._violation(led), [0.5, 1.0])
    assert drops(led, Norms()) == pytest.approx(-np.expm1(-0.005 - 0.05 * 0.5) * 39 / 40, rel=0.15)


def test_years_count_up_start_anew_and_events_agree() -> None:
    world = society(adopters=20, great=np.arange(40) > 35).with_changes(adoption_years=np.full((2, 40), 3.0))
    update = Norms(lapse=0.3)(world, Streams(3).at("n", 0))
    after, years = update.set["adopted"], update.set["adoption_years"]
    np.testing.assert_array_equal(years > 0, after & world.adopted)
    np.testing.assert_allclose(years[after & world.adopted], 4.0)
    new, gone = told(update, "adoption"), told(update, "defection")
    assert len(new.who) > 2 and len(gone.who) > 2
    assert (after & ~world.adopted)[np.asarray(new.third), new.who].all()
    assert (world.adopted & ~after)[np.asarray(gone.third), gone.who].all()
    rate = -np.log(1 - np.asarray(new.chance))
    check_terms(new, np.log(rate), rtol=1e-6)
    past = new.terms["exposure"] + new.terms["threshold"] + new.terms["entrepreneurs"]
    np.testing.assert_allclose(past, -np.log(0.25 / (rate - 0.01) - 1), rtol=1e-6)
    check_terms(gone, -np.log(1 - np.asarray(gone.chance)), rtol=1e-6)


def test_the_absent_neither_adopt_nor_count() -> None:
    alive = np.arange(40) >= 20
    world = society(adopters=20, alive=alive)
    assert not exposure(world.adopted & world.alive, world.affinity, world.joint_membership).any()
    for update in updates(world, Norms(slow=0.5), 20):
        np.testing.assert_array_equal(update.set["adopted"][:, ~alive], world.adopted[:, ~alive])
