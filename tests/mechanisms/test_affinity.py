"""Affinity: structural balance against theory, the target's directions, and a world that stays within bounds."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.streams import Streams
from sim.mechanisms.affinity import Affinity, affinity_target, balance_push, mean_trade_share
from sim.world import World
from tests.mechanisms.turns import turned
from tests.mechanisms.worlds import small_world

PLAIN = Affinity().numbers(
    "base", "by_distance", "by_defence", "by_membership", "by_democracy", "by_trade", "by_rivalry"
)


def near_blow_up(X: np.ndarray) -> np.ndarray:
    """X / ||X|| when dX/dt = X X has grown ten-million-fold; Runge-Kutta with a step that shrinks as X grows."""
    start = np.linalg.norm(X)
    for _ in range(200_000):
        size = np.linalg.norm(X)
        if size > 1e7 * start:
            return X / size
        h = 0.05 / size
        k1 = balance_push(X, number=1)
        k2 = balance_push(X + h / 2 * k1, number=1)
        k3 = balance_push(X + h / 2 * k2, number=1)
        k4 = balance_push(X + h * k3, number=1)
        X = X + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    raise AssertionError("did not blow up")


@pytest.mark.parametrize("seed", range(8))
def test_balance_ends_in_the_leading_eigenvectors_two_camps(seed: int) -> None:
    """Marvel et al. 2011: from almost any start the signs become those of v v', v the leading eigenvector."""
    rng = Streams(seed).at("matrix", 0)
    X = rng.standard_normal((12, 12))
    X = X + X.T
    v = np.linalg.eigh(X)[1][:, -1]
    end = near_blow_up(X)
    np.testing.assert_allclose(end, np.outer(v, v), atol=1e-5)
    clear = np.abs(np.outer(v, v)) > 2e-5
    assert clear.mean() > 0.99
    assert (np.sign(end) == np.sign(np.outer(v, v)))[clear].all()


def test_enemies_of_enemies_come_closer() -> None:
    A = np.array([[0, 0, -0.8], [0, 0, -0.5], [-0.8, -0.5, 0]])
    assert balance_push(A, number=3)[0, 1] == pytest.approx(0.4 / 3)
    A[1, 2] = A[2, 1] = 0.5
    assert balance_push(A, number=3)[0, 1] < 0


def test_target_of_a_stranger_and_its_directions() -> None:
    nothing = np.zeros((1, 1))
    args = [nothing] * 6
    plain = affinity_target(*args, **PLAIN)
    assert plain[0, 0] == pytest.approx(np.tanh(0.3))
    signs = [-1, 1, 1, 1, 1, -1]
    for position, sign in enumerate(signs):
        changed = [nothing + (k == position) for k in range(6)]
        assert np.sign(affinity_target(*changed, **PLAIN) - plain)[0, 0] == sign


def test_trade_share_is_of_both_sides() -> None:
    trade = np.array([[0.0, 6, 2], [6, 0, 0], [2, 0, 0]])
    share = mean_trade_share(trade)
    assert share[0, 1] == pytest.approx((6 / 8 + 1) / 2) and share[1, 2] == 0
    np.testing.assert_allclose(share, share.T)
    assert np.isfinite(mean_trade_share(np.zeros((3, 3)))).all()


def test_without_balance_the_gap_to_the_target_closes_at_the_rate() -> None:
    for dt in (1.0, 0.25):
        world = small_world(5, dt=dt, affinity=0.0, trade=0.0, member=False)
        far = world.with_changes()
        turned(far, Affinity(balance=0.0), steps=int(400 / dt))
        turned(world, Affinity(balance=0.0), steps=int(4 / dt))
        np.testing.assert_allclose(world.affinity, far.affinity * -np.expm1(-0.15 * 4), atol=1e-9)


def camps(n: int = 10) -> World:
    side = np.where(np.arange(n) < n // 2, 1.0, -1.0)
    return small_world(n, affinity=np.outer(side, side) * (1 - np.eye(n)) * 0.9, ideal_point=0.0, member=False)


def test_two_camps_do_not_absorb() -> None:
    """With no reason left to differ, hostile camps reconcile: the target wins over balance."""
    world = camps()
    turned(world, Affinity(), steps=400)
    assert world.affinity[0, -1] > 0.2


def test_extremes_stay_inside_without_a_clip() -> None:
    for numbers in ({"balance": 0.15}, {"reversion": 1.0}, {"reversion": 0.05}, {"by_rivalry": 3.0}, {"base": 1.0}):
        world = camps()
        world.write({"rivalry": np.where(world.affinity < 0, 1.0, 0.0)})
        turned(world, Affinity(**numbers), steps=300)
        assert "affinity" not in world.clips
        np.testing.assert_allclose(world.affinity, world.affinity.T)
        assert (np.diag(world.affinity) == 0).all()


def test_dead_states_are_left_as_they_were() -> None:
    alive = np.array([1, 1, 1, 0, 1])
    world = small_world(5, alive=alive)
    before = world.affinity
    turned(world, Affinity(), steps=3)
    np.testing.assert_array_equal(world.affinity[3], before[3])
    assert (world.affinity[0, [1, 2, 4]] != before[0, [1, 2, 4]]).all()
