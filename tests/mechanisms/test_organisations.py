"""Who joins and leaves organisations, and what membership does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import expit

from sim.core.columns import Array
from sim.core.streams import Streams
from sim.core.update import Update, combine
from sim.mechanisms.organisations import Organisations, member_mean, standing
from sim.world import World
from tests.mechanisms.quarrels import check_terms, even_columns, told
from tests.mechanisms.worlds import small_world


def club(n: int = 12, members: int = 4, **columns: Any) -> World:
    """Organisation 0 holds the last `members` states, organisation 1 nobody; all in region 0."""
    member = np.zeros((2, n), dtype=bool)
    member[0, n - members :] = True
    alignment = np.zeros((n, 3))
    alignment[:, 0] = 1
    given = {"member": member, "region": 0, "alignment": alignment, "credibility": 0.4} | columns
    return small_world(n, **(even_columns(n) | given))


def toward(n: int, i: int, others: Array, value: float) -> Array:
    matrix = np.zeros((n, n))
    matrix[i, others] = matrix[others, i] = value
    return matrix


def updates(world: World, unit: Organisations, runs: int = 200) -> list[Update]:
    return [unit(world, Streams(seed).at("o", 0)) for seed in range(runs)]


def joins_of(world: World, unit: Organisations, runs: int = 200) -> Array:
    """How often each state joined organisation 0, (n,)."""
    return np.sum([u.set["member"][0] & ~world.member[0] for u in updates(world, unit, runs)], axis=0)


def test_member_mean_leaves_oneself_out() -> None:
    held = np.array([[1.0, 1.0, 1.0, 0.0]])
    liking = np.array([[0, 0.2, 0.4, 0], [0.2, 0, 0.6, 0], [0.4, 0.6, 0, 0.9], [0, 0, 0.9, 0]])
    np.testing.assert_allclose(member_mean(held, liking), [[0.3, 0.4, 0.5, 0.3]])


def test_friends_and_neighbours_join_and_strangers_do_not() -> None:
    world = club(affinity=toward(12, 2, np.arange(8, 12), 0.9), region=np.where(np.isin(np.arange(12), (0, 1)), 1, 0))
    joins = joins_of(world, Organisations(apply=1), 800)
    assert joins[2] > 2 * joins[3:8].mean()  # friends of the members
    assert joins[3:8].mean() > 2 * joins[:2].mean()  # the same region


def test_consent_by_hand_and_refusals_are_told() -> None:
    n = 12
    alignment = np.zeros((n, 3))
    alignment[:, 0], alignment[5] = 1, [0.4, 0.0, 0.6]
    member = np.zeros((2, n), dtype=bool)
    member[0, [0, 10, 11]] = True  # state 0 is pole 0, the rival of pole 1
    world = club(
        member=member, alignment=alignment, rivalry=toward(n, 0, np.array([1]), 0.5),
        org_obligation=[[0, 0, 0, 0, 1], [0] * 5],
    )  # fmt: skip
    unit = Organisations(apply=1, wish0=2)
    refused = 0
    for update in updates(world, unit, 60):
        event = told(update, "accession")
        own = (event.who == 5) & (np.asarray(event.third) == 0)
        if own.any():
            far = np.mean(-np.expm1(-world.distance[5, [0, 10, 11]] / 3000))
            by_hand = 0.5 + 2 * 1.0 + 6 * 0.25**4 - 4 * far - 2 * 0.5 * 0.6 - 2
            total = sum(event.terms.values())
            assert total[own][0] == pytest.approx(by_hand)
            assert np.asarray(event.chance)[own][0] == pytest.approx(expit(by_hand))
        check_terms(event, np.log(np.asarray(event.chance) / (1 - np.asarray(event.chance))), rtol=1e-6)
        refused += int((~np.asarray(event.done)).sum())
        np.testing.assert_array_equal(np.asarray(event.drawn) < np.asarray(event.chance), event.done)
    assert refused > 10


def test_universal_organisations_keep_their_members_and_take_in_the_rest() -> None:
    n = 20
    member = np.zeros((2, n), dtype=bool)
    member[0], member[1, :10] = True, True
    unit = Organisations(leave=0.2)
    lost = np.sum(
        [world_member & ~u.set["member"] for u in updates(club(n, member=member), unit) for world_member in [member]],
        axis=0,
    )
    assert lost[0].sum() == 0 and lost[1].sum() > 0
    almost = member.copy()
    almost[0, 3] = False
    apart = club(n, member=almost, region=np.arange(n))
    assert joins_of(apart, Organisations(apply=1))[3] > 15


def test_the_aggrieved_leave_first_and_the_rate_holds_for_any_step() -> None:
    n = 12
    resentful = np.zeros((n, n))
    resentful[8, 9:] = 1.0
    for dt in (1.0, 0.25):
        world = club(dt=dt, grievance=resentful)
        left = np.sum(
            [
                world.member[0] & ~u.set["member"][0]
                for u in updates(world, Organisations(leave=0.1, apply=0), int(800 / dt))
            ],
            axis=0,
        )
        assert left[8] / 800 == pytest.approx(0.1 * (1 - 4 / 12) * np.e, rel=0.3)
        assert left[9:].mean() / 800 == pytest.approx(0.1 * (1 - 4 / 12), rel=0.3)


def test_talking_warms_and_serving_earns_credit_at_any_step() -> None:
    year, quarter = (club(dt=dt, org_dialogue=[True, False], org_leader=np.arange(12) == 9) for dt in (1.0, 0.25))
    unit = Organisations(apply=0, leave=0)
    once = combine({"x": unit(year, Streams(1).at("o", 0))}, year)
    for step in range(4):
        quarter.write(combine({"x": unit(quarter, Streams(1).at("o", step))}, quarter))
    assert once["affinity"][8, 9] == pytest.approx(1 - np.exp(-0.01))
    assert once["affinity"][0, 9] == 0 and once["affinity"][8, 8] == 0
    np.testing.assert_allclose(quarter.affinity, once["affinity"], atol=1e-12)
    np.testing.assert_allclose(quarter.org_legitimacy, once["org_legitimacy"], atol=1e-4)
    assert once["org_legitimacy"][0] == pytest.approx(0.5)  # .3 + .5 x .4
    assert once["credibility"][9] > 0.4 and once["credibility"][8] == 0.4
    np.testing.assert_allclose(quarter.credibility, once["credibility"], atol=1e-4)


def test_members_that_fight_each_other_cost_legitimacy() -> None:
    hostility = toward(12, 8, np.array([9]), 4.0)
    calm, torn = club(), club(hostility=hostility)
    assert standing(torn).strife[0] == pytest.approx(0.5) and standing(calm).strife[0] == 0
    unit = Organisations()
    assert (
        unit(torn, Streams(1).at("o", 0)).add["org_legitimacy"][0]
        < unit(calm, Streams(1).at("o", 0)).add["org_legitimacy"][0]
    )


def test_nobody_joins_or_leaves_who_does_not_exist() -> None:
    alive = ~np.isin(np.arange(12), (3, 9))
    world = club(alive=alive)
    for update in updates(world, Organisations(apply=1, wish0=2, leave=0.2), 100):
        np.testing.assert_array_equal(update.set["member"][:, ~alive], world.member[:, ~alive])
