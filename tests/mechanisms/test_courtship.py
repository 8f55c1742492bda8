"""Money goes to those who could still go either way, all of it, and contests make rivals."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.streams import Streams
from sim.mechanisms.courtship import Courtship, contest, inducement_flows, strategic_worth
from tests.mechanisms.worlds import busy_world, small_world


def test_budgets_are_spent_whole_on_the_contested() -> None:
    w = np.array([[1.0, 0.0], [0.5, 0.5], [0.9, 0.05], [0.3, 0.3]])
    prize = w * (1 - w) * np.array([[1.0], [1.0], [1.0], [0.0]])
    flows = inducement_flows(np.array([10.0, 4.0]), prize)
    np.testing.assert_allclose(flows.sum(axis=0), [10, 4])
    assert flows[0, 0] == 0 and flows[3].sum() == 0 and flows[1, 0] > flows[2, 0] > 0


def test_resources_and_a_place_between_two_poles_are_worth_courting() -> None:
    share, distance = np.array([0.0, 0.8, 0.0]), np.array([[100.0, 100.0, 100.0], [9000.0, 9000.0, 500.0]])
    worth = strategic_worth(share, np.exp(-distance / 2000))
    assert worth[1] - worth[0] == pytest.approx(0.8) and worth[2] > worth[0] >= 1
    alone = strategic_worth(share, np.exp(-distance[:1] / 2000), by_resources=2)
    np.testing.assert_allclose(alone, [1, 2.6, 1])


def test_whom_a_pole_has_punished_it_gives_less_and_others_more() -> None:
    coerced = np.zeros((5, 2))
    coerced[3, 0] = 1.0
    plain, punished = (
        Courtship()(small_world(5, coercion=c), Streams(0).at("c", 0)).set["inducement"] for c in (0, coerced)
    )
    assert punished[3, 0] < 0.75 * plain[3, 0] and (punished[[2, 4], 0] > plain[[2, 4], 0]).all()
    np.testing.assert_allclose(punished[:, 1], plain[:, 1])
    np.testing.assert_allclose(punished.sum(axis=0), plain.sum(axis=0))


def test_contest_is_greatest_for_even_straddles() -> None:
    even, camps = np.array([[0.5, 0.5]] * 4), np.array([[1.0, 0.0], [0.0, 1.0]] * 2)
    everyone = np.ones(4, dtype=bool)
    np.testing.assert_allclose(contest(even, everyone), [[0, 1], [1, 0]])
    np.testing.assert_allclose(contest(camps, everyone), 0)


def test_rivals_spend_more_and_contests_breed_rivalry() -> None:
    n = 5
    rivalry = np.zeros((n, n))
    rivalry[0, 1] = rivalry[1, 0] = 0.5
    calm = Courtship()(small_world(n, rivalry=0), Streams(0).at("c", 0))
    tense = Courtship()(small_world(n, rivalry=rivalry), Streams(0).at("c", 0))
    np.testing.assert_allclose(tense.set["inducement"].sum(axis=0), 1.5 * calm.set["inducement"].sum(axis=0))
    assert calm.add["rivalry"][0, 1] > 0 and np.count_nonzero(calm.add["rivalry"]) == 2


def test_the_channel_can_be_switched_off() -> None:
    update = Courtship(contested=0.0, goodwill=0.0)(busy_world(), Streams(0).at("c", 0))
    assert not update.add["rivalry"].any() and not update.add["affinity"].any()
