"""Patrons punish drifting to a rival: only drifting, only rivals, more from the strong."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.streams import Streams
from sim.mechanisms.coercion import Coercion, coercion_rates
from sim.world import World
from tests.mechanisms.worlds import small_world

RIVAL = np.array([[0.0, 0.6], [0.6, 0.0]])


def drifting(dt: float = 1.0) -> World:
    n = 6
    rivalry = np.zeros((n, n))
    rivalry[0, 1] = rivalry[1, 0] = 0.6
    drift = np.zeros((n, 3))
    drift[3] = [-0.2, 0.2, 0.0]
    return small_world(n, dt=dt, drift=drift, rivalry=rivalry, affinity=0.0)


def test_rate_by_hand() -> None:
    drift, reach, power = np.array([[0.1, -0.1]]), np.array([[0.2], [0.3]]), np.array([0.1])
    rate = coercion_rates(drift, RIVAL, reach, power, strictness=0.5)
    np.testing.assert_allclose(rate, [[0.0, 0.5 * 0.6 * 0.1 * 0.3 / 0.4]])


def test_friends_of_the_new_patron_do_not_mind() -> None:
    drift, reach = np.array([[0.3, 0.0]]), np.ones((2, 1))
    assert not coercion_rates(drift, np.zeros((2, 2)), reach, np.ones(1), strictness=5).any()


def test_only_the_jilted_pole_punishes_and_both_manners_occur() -> None:
    world, kinds = drifting(), set()
    for seed in range(400):
        update = Coercion(strictness=5)(world, Streams(seed).at("c", 0))
        for happening in update.happenings:
            assert set(happening.who.tolist()) <= {3} and set(happening.third.tolist()) <= {1}
            kinds |= {happening.kind} if len(happening.who) else set()
        if update.add:
            assert update.add["grievance"][3, 1] > 0 and np.count_nonzero(update.add["grievance"]) == 1
            assert update.add["affinity"][3, 1] == update.add["affinity"][1, 3] < 0
    assert kinds == {"coercion", "coercive sanction"}


def test_yearly_rate_does_not_depend_on_the_step() -> None:
    def yearly(dt: float) -> float:
        calm = [not Coercion(strictness=5)(drifting(dt), Streams(s).at("c", 0)).add for s in range(700)]
        return float(-np.log(np.mean(calm)) / dt)

    assert yearly(1.0) == pytest.approx(yearly(0.25), rel=0.35)
