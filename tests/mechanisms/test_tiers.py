"""Great by listing, middle by size or behaviour; who rises, who falls, and what a tier allows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.core.streams import Streams
from sim.core.update import Update
from sim.mechanisms.issue_coalitions import IssueCoalitions
from sim.mechanisms.tiers import Tiers, behaviour_bar, behaviour_index, behaviour_parts, size_bar
from sim.world import World
from tests.mechanisms.quarrels import check_terms, told
from tests.mechanisms.worlds import small_world


def looked_at(world: World, **numbers: float) -> Update:
    return Tiers(**numbers)(world, Streams(0).at("t", 0))


def standing(world: World, **numbers: float) -> World:
    """The world with the tiers that its states have at the start."""
    return world.with_changes(**looked_at(world, **numbers).set)


@given(arrays(float, 12, elements=st.sampled_from([0.0, 0.01, 0.02, 0.1, 0.3])), st.floats(0, 1))
def test_the_bar_of_size_is_a_rank_among_all_living_states(power: np.ndarray, by_size: float) -> None:
    rank = 1 + (power[None, :] > power[:, None]).sum(axis=1)
    living = np.count_nonzero(power)
    expected = (rank <= int(by_size * living)) & (power > 0)
    np.testing.assert_array_equal((power >= size_bar(power, by_size=by_size)) & (power > 0), expected)


@given(arrays(float, 9, elements=st.floats(0, 1)), st.floats(0, 1))
def test_the_bar_of_conduct_is_a_quantile_of_the_rest(index: np.ndarray, share: float) -> None:
    rest = np.arange(9) > 2
    assert behaviour_bar(index, rest, by_behaviour=share) == pytest.approx(np.quantile(index[3:], 1 - share))
    assert behaviour_bar(index, np.zeros(9, dtype=bool), by_behaviour=share) == np.inf


def test_behaviour_lifts_the_active_but_not_the_tiny() -> None:
    world = small_world(10, activism=np.linspace(0, 1, 10), credibility=0.5, member=True, gdp=100.0, force=10.0)
    update = looked_at(world, by_size=0.0, least_power=0.05)
    np.testing.assert_array_equal(np.flatnonzero(update.set["middle_by_behaviour"]), [8, 9])
    tiny = world.with_changes(
        **{name: np.r_[getattr(world, name)[:9], 1e-3] for name in ("gdp", "force", "population")}
    )
    np.testing.assert_array_equal(np.flatnonzero(looked_at(tiny, by_size=0.0, least_power=0.05).set["tier"] == 1), [8])


def test_the_index_is_bounded_and_rises_with_each_part() -> None:
    low = behaviour_index(np.zeros(2), np.zeros(2), np.array([0, 4]), np.zeros(2))
    np.testing.assert_allclose(low, [0, 0.25])
    full = behaviour_index(np.ones(1), np.ones(1), np.array([3]), np.array([50.0]))
    np.testing.assert_allclose(full, 1.0)
    parts = behaviour_parts(np.full(2, 0.4), np.full(2, 0.8), np.array([1, 4]), np.array([0.0, 1.0]))
    np.testing.assert_allclose(parts["mediations"], [0, (1 - np.exp(-1)) / 4])
    np.testing.assert_allclose(parts["memberships"], [1 / 16, 1 / 4])


def test_great_powers_are_listed_and_the_dead_have_no_tier() -> None:
    world = small_world(10, alive=[True] * 9 + [False])
    tier = looked_at(world).set["tier"]
    assert tier[:2].tolist() == [2, 2] and tier[9] == 0 and 0 < (tier == 1).sum() < 7


def test_both_definitions_are_exposed_and_the_tier_is_either() -> None:
    world = small_world(10, gdp=[1000, 900, 800, 10, 10, 10, 10, 10, 10, 10], force=1.0, population=1.0, activism=
                        [0, 0, 0, 0, 0, 0, 0, 0, 0, 1], credibility=0.2, member=True)  # fmt: skip
    update = looked_at(world, by_size=0.3)
    assert np.flatnonzero(update.set["middle_by_power"]).tolist() == [2]
    assert 9 in np.flatnonzero(update.set["middle_by_behaviour"])
    either = update.set["middle_by_power"] | update.set["middle_by_behaviour"]
    np.testing.assert_array_equal(update.set["tier"] == 1, either)
    assert not (either & world.great).any()


ALIKE: dict[str, Any] = {"credibility": 0.3, "member": True, "gdp": 100.0, "force": 10.0, "population": 5.0}


def alone_active(i: int, low: float) -> np.ndarray:
    """Activism of ten states, all different, i far ahead."""
    return np.where(np.arange(10) == i, 1.0, low + np.arange(10) / 1000)


def test_who_rises_and_falls_is_told_with_what_lifted_it() -> None:
    numbers = {"by_size": 0.0, "by_behaviour": 0.01}
    world = standing(small_world(10, activism=alone_active(7, 0.3), **ALIKE), **numbers)
    quiet = looked_at(world, **numbers)
    assert np.flatnonzero(world.tier == 1).tolist() == [7]
    assert not quiet.happenings and np.array_equal(quiet.set["tier"], world.tier)
    calmer = world.with_changes(activism=alone_active(5, 0.2))
    update = looked_at(calmer, **numbers)
    rise, fall = told(update, "middle power by conduct"), told(update, "small power")
    assert rise.who.tolist() == [5] and fall.who.tolist() == [7]
    index = behaviour_index(calmer.activism, calmer.credibility, calmer.member.sum(axis=0), calmer.mediation_success)
    bar = behaviour_bar(index, ~calmer.great, by_behaviour=0.01)
    check_terms(rise, index[[5]] - np.sort(index[2:])[-2])
    check_terms(fall, 0.9 * bar - index[[7]])
    assert all(sum(float(part[0]) for part in event.terms.values()) > 0 for event in (rise, fall))


def test_growth_makes_a_middle_power_by_size_and_pushes_another_out() -> None:
    gdp = np.array([1000.0, 900, 80, 60, 50, 40, 30, 20, 10, 10])
    numbers = {"by_size": 0.3, "by_behaviour": 0.0, "least_power": 0.009}
    lively = alone_active(9, 0.1)  # the one state whose conduct would do is too weak
    sizes = {"gdp": gdp, "force": gdp / 10, "population": gdp / 100, "activism": lively}
    world = standing(small_world(10, **(ALIKE | sizes)), **numbers)
    assert world.middle_by_power.nonzero()[0].tolist() == [2] and (world.tier == 1).sum() == 1
    grown = world.with_changes(gdp=np.where(np.arange(10) == 4, 200.0, gdp))
    update = looked_at(grown, **numbers)
    rise = told(update, "middle power by size")
    assert rise.who.tolist() == [4]
    check_terms(rise, np.log(grown.power[[4]]) - np.log(grown.power[2]))
    assert update.set["tier"][2] == 0 and told(update, "small power").who.tolist() == [2]


def test_standing_survives_a_small_shortfall_and_no_other() -> None:
    gdp = np.array([1000.0, 900, 82, 80, 10, 10, 10, 10, 10, 10])
    columns: dict[str, Any] = {"force": 1.0, "population": 1.0, "activism": 0.1, "credibility": 0.1, "member": True}
    numbers = {"by_size": 0.3, "by_behaviour": 0.0, "least_power": 0.5e-2}
    world = standing(small_world(10, gdp=gdp, **columns), **numbers)
    overtaken = world.with_changes(gdp=np.where(np.arange(10) == 3, 84.0, gdp))
    kept = looked_at(overtaken, **numbers).set["middle_by_power"]
    assert kept[[2, 3]].tolist() == [True, True]
    assert looked_at(overtaken, inertia=0.0, **numbers).set["middle_by_power"][[2, 3]].tolist() == [False, True]


def test_tiers_are_looked_at_once_a_year() -> None:
    world = small_world(10, dt=0.25)
    assert [bool(at(world, step).set) for step in range(9)] == [True, False, False, False] * 2 + [True]
    late = World(world.names, 0.25, 2000.5, world.arrays())
    assert [bool(at(late, step).set) for step in range(4)] == [True, False, True, False]


def at(world: World, step: int) -> Update:
    world.step = step
    return looked_at(world)


def test_only_middle_powers_found_coalitions() -> None:
    """What a tier allows: the same states, of another tier, found nothing; great powers stay out."""
    world = small_world(8, adopted=True, dt=1.0, activism=0.9, poles=1)
    for tier in (0, 1, 2):
        ranked = world.with_changes(tier=np.full(8, tier))
        update = IssueCoalitions(found=2)(ranked, Streams(1).at("c", 0))
        founded = len(told(update, "coalition founded").who)
        assert (founded > 5) if tier == 1 else founded == 0
