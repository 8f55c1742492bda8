"""Great by listing, middle by size or behaviour."""

from __future__ import annotations

import numpy as np

from sim.core.streams import Streams
from sim.mechanisms.tiers import Tiers, behaviour_index, middle_by_behaviour, middle_by_size
from tests.mechanisms.worlds import small_world


def test_size_counts_ranks_among_all_living_states() -> None:
    power = np.array([0.5, 0.2, 0.1, 0.1, 0.05, 0.03, 0.01, 0.01, 0.0, 0.0])
    candidate = np.array([False, *[True] * 7, False, False])
    np.testing.assert_array_equal(np.flatnonzero(middle_by_size(power, candidate, by_size=0.25)), [1])
    assert middle_by_size(power, candidate, by_size=1.0).sum() == 7


def test_behaviour_lifts_the_active_but_not_the_tiny() -> None:
    index, power = np.linspace(0, 1, 8), np.full(8, 0.01)
    power[7] = 1e-5
    chosen = middle_by_behaviour(index, power, np.ones(8, dtype=bool), by_behaviour=0.25, least_power=0.0003)
    np.testing.assert_array_equal(np.flatnonzero(chosen), [6])


def test_the_index_is_bounded_and_rises_with_each_part() -> None:
    low = behaviour_index(np.zeros(2), np.zeros(2), np.array([0, 4]), np.zeros(2))
    np.testing.assert_allclose(low, [0, 0.25])
    full = behaviour_index(np.ones(1), np.ones(1), np.array([3]), np.array([50.0]))
    np.testing.assert_allclose(full, 1.0)


def test_great_powers_are_listed_and_the_dead_have_no_tier() -> None:
    world = small_world(10, alive=[True] * 9 + [False])
    tier = Tiers()(world, Streams(0).at("t", 0)).set["tier"]
    assert tier[:2].tolist() == [2, 2] and tier[9] == 0 and 0 < (tier == 1).sum() < 7
