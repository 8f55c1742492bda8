"""Issue coalitions: who founds, joins and leaves, and what pooling brings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.core.columns import Array
from sim.core.streams import Streams
from sim.core.update import Update
from sim.mechanisms.issue_coalitions import IssueCoalitions
from sim.quantities import pooled
from sim.world import World
from tests.mechanisms.quarrels import check_terms, even_columns, told
from tests.mechanisms.turns import turned
from tests.mechanisms.worlds import small_world

N = 30


def assembly(members: int = 0, **columns: Any) -> World:
    """Middle powers of one mind that hold the first norm; the first `members` are in its coalition."""
    adopted, coalition = np.zeros((2, N), dtype=bool), np.zeros((2, N), dtype=bool)
    adopted[0], coalition[0, :members] = True, True
    given_ = {"tier": 1, "adopted": adopted, "coalition": coalition, "activism": 0.5, "credibility": 0.5, "dt": 1.0}
    return small_world(N, poles=0, **(even_columns(N) | given_ | columns))


def update(world: World, seed: int = 0, **numbers: float) -> Update:
    return IssueCoalitions(**numbers)(world, Streams(seed).at("c", 0))


def entered(world: World, kind: str, runs: int = 60, **numbers: float) -> Array:
    """How often each state did it, (n,)."""
    count = np.zeros(N)
    for seed in range(runs):
        np.add.at(count, told(update(world, seed, **numbers), kind).who, 1)
    return count / runs


@given(arrays(float, 6, elements=st.floats(0, 1)))
def test_pooled_by_hand(values: Array) -> None:
    members = np.array([[True] * 3 + [False] * 3, [False] * 6])
    made = pooled(values, members)
    np.testing.assert_allclose(made, [1 - np.prod(1 - values[:3]), 0], atol=1e-8)
    assert made[0] >= values[:3].max() - 1e-8  # nobody loses its voice in company


def test_founding_and_joining_have_their_rates() -> None:
    assert entered(assembly(0), "coalition founded").mean() == pytest.approx(1 - np.exp(-0.02), rel=0.2)
    joined = entered(assembly(5), "coalition joined", join=0.1)
    assert joined[:5].sum() == 0 and joined[5:].mean() == pytest.approx(1 - np.exp(-0.1), rel=0.15)
    assert entered(assembly(15), "coalition left", leave=0.2)[:15].mean() == pytest.approx(1 - np.exp(-0.2), rel=0.2)


@pytest.mark.parametrize(
    ("columns", "sign"),
    [
        ({"activism": 0.9}, 1),
        ({"entrepreneur": True}, 1),
        ({"norm_effort": 2.0}, 1),
        ({"affinity": 0.6 * (1 - np.eye(N))}, 1),
        ({"affinity": -0.6 * (1 - np.eye(N))}, -1),
        ({"ideal_point": np.where(np.arange(N) < 5, 0.0, 3.0)}, -1),
    ],
)
def test_directions_of_joining(columns: dict[str, Any], sign: int) -> None:
    plain = entered(assembly(5), "coalition joined", join=0.1).sum()
    assert (entered(assembly(5, **columns), "coalition joined", join=0.1).sum() - plain) * sign > 0.15 * plain


def test_strangers_leave_sooner() -> None:
    ideal = np.zeros(N)
    ideal[0] = 4.0
    left = entered(assembly(10, ideal_point=ideal), "coalition left", leave=0.1)
    assert left[0] > 2 * left[1:10].mean() > 0


def test_who_loses_the_norm_or_the_rank_leaves_and_the_dead_go_silently() -> None:
    tier = np.where(np.arange(N) == 0, 0, 1)
    adopted = np.broadcast_to(np.arange(N) != 1, (2, N))
    left = entered(assembly(6, tier=tier, adopted=adopted), "coalition left")
    assert left[:2].min() > 0.8 and left[2:6].max() < 0.3
    dead = assembly(6, alive=np.arange(N) != 2)
    after = update(dead).set["coalition"]
    assert not after[0, 2] and after[0, :6].sum() == 5
    outside = assembly(0, tier=0)
    assert not told(update(outside, found=2), "coalition founded").who.size


def test_members_lend_each_other_credibility_and_one_alone_none() -> None:
    world, single = assembly(4, credibility=np.where(np.arange(N) == 0, 0.1, 0.8)), assembly(1)
    gained = update(world, leave=0.0, join=0.0).add["credibility"]
    backing = 1 - (1 - 0.05) * (1 - 0.4) ** 3
    np.testing.assert_allclose(gained[0], (1 - np.exp(-0.02)) * (backing - 0.1))
    assert gained[0] > gained[1] >= 0 and not gained[4:].any()
    assert "credibility" not in update(single).add


def test_terms_add_up_in_years_and_quarters() -> None:
    for dt in (1.0, 0.25):
        world = assembly(8, dt=dt, ideal_point=np.linspace(-1, 1, N), activism=np.linspace(0, 1, N))
        made = update(world, 3, join=0.4, leave=0.4)
        for kind in ("coalition joined", "coalition left"):
            event = told(made, kind)
            assert len(event.who) > 0
            check_terms(event, np.log(-np.log1p(-np.asarray(event.chance)) / dt), rtol=1e-8)


@pytest.mark.parametrize("dt", [1.0, 0.5, 0.25])
def test_a_year_is_a_year_however_long_the_steps(dt: float) -> None:
    members = []
    for seed in range(12):
        world = assembly(0, dt=dt)
        turned(world, IssueCoalitions(), steps=round(20 / dt), seed=seed)
        members.append(world.coalition[0].sum())
        assert not world.coalition[1].any()
    assert np.mean(members) == pytest.approx(9.5, abs=2.5)
