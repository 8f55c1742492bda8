"""Credibility: where it settles, the link from balancing, and what taking sides costs."""

from __future__ import annotations

import numpy as np
import pytest

from sim.mechanisms.credibility import Credibility, broker_standing, partiality
from sim.world import World
from tests.mechanisms.turns import turned
from tests.mechanisms.worlds import small_world

WEIGHTS = Credibility().numbers("base", "by_activism", "by_balance", "by_norms")
PORTFOLIOS = np.array([[0, 1, 0], [0.2, 0.4, 0.4], [1, 0, 0], [0, 0.5, 0.5]])
BEHOLDEN = np.array([1.0, 0.4, 0.0, 0.5])


def begun(i: int, age: float = 0.0) -> dict[str, np.ndarray]:
    """Columns of a dispute that i began with state 3."""
    pair, origin = np.zeros((4, 4)), np.zeros((4, 4))
    pair[i, 3] = pair[3, i] = 1
    origin[i, 3] = 1
    return {"hostility": pair * 3, "originator": origin, "dispute_age": pair * age}


def calm(dt: float = 0.25, **columns: object) -> World:
    return small_world(4, dt=dt, **({"alignment": PORTFOLIOS, "activism": 0.5, "adopted": 0} | columns))


def test_standing_by_hand() -> None:
    standing = broker_standing(np.full(4, 0.5), BEHOLDEN, np.array([0, 0.5, 0, 1]), **WEIGHTS)
    np.testing.assert_allclose(standing, [0.35, 0.35 + 0.18 + 0.1, 0.65, 0.35 + 0.15 + 0.2])
    full = broker_standing(np.ones(4), BEHOLDEN, np.ones(4), base=0.5, by_activism=1, by_balance=1, by_norms=1)
    assert full.max() == 1


def test_balancing_makes_the_broker_and_the_switch_cuts_the_link() -> None:
    world = calm(credibility=0.4)
    turned(world, Credibility(), steps=200)
    c = world.credibility
    assert c[2] > c[1] > c[3] > c[0]
    cut = calm(credibility=0.4)
    turned(cut, Credibility(by_balance=0.0), steps=200)
    np.testing.assert_allclose(cut.credibility, cut.credibility[0])


@pytest.mark.parametrize("dt", [1.0, 0.25])
def test_approach_is_exponential_whatever_the_step(dt: float) -> None:
    world = calm(dt, credibility=0.9)
    standing = broker_standing(world.activism, world.beholden, np.zeros(4), **WEIGHTS)
    turned(world, Credibility(), steps=int(10 / dt))
    np.testing.assert_allclose(world.credibility, standing + (0.9 - standing) * np.exp(-1))


def test_beginning_a_dispute_costs_a_fifth_once() -> None:
    plain, new, old = (
        calm(credibility=0.5),
        calm(credibility=0.5, **begun(1)),
        calm(credibility=0.5, **begun(1, age=0.25)),
    )
    for world in (plain, new, old):
        turned(world, Credibility(speed=0.01))
    lost = plain.credibility - new.credibility
    assert lost[1] == pytest.approx(0.2 * 0.5, rel=0.01)
    assert lost[[0, 2, 3]].tolist() == [0, 0, 0]
    np.testing.assert_array_equal(plain.credibility, old.credibility)


def test_sanctions_on_a_disputant_cost_by_the_year() -> None:
    sanctions = np.zeros((4, 4))
    sanctions[2, 3] = 0.5
    assert partiality(sanctions, np.array([False, True, False, True])).tolist() == [0, 0, 0.5, 0]
    for dt in (1.0, 0.25):
        plain = calm(dt, credibility=0.5, **begun(1, age=3))
        partial = calm(dt, credibility=0.5, sanctions=sanctions, **begun(1, age=3))
        for world in (plain, partial):
            turned(world, Credibility(speed=0.01), steps=int(2 / dt))
        assert partial.credibility[2] / plain.credibility[2] == pytest.approx(np.exp(-0.2), rel=0.01)
        assert partial.credibility[0] == plain.credibility[0]


def test_sanctions_on_a_state_at_peace_are_no_partiality() -> None:
    world, barred = calm(), calm(sanctions=0.5)
    for each in (world, barred):
        turned(each, Credibility(), steps=4)
    np.testing.assert_array_equal(world.credibility, barred.credibility)


def test_the_record_of_mediation_fades_in_twenty_years() -> None:
    world = calm(mediation_success=4.0)
    turned(world, Credibility(), steps=80)
    np.testing.assert_allclose(world.mediation_success, 4 / np.e)


def test_stays_inside_whatever_happens() -> None:
    for numbers in ({}, {"by_dispute": 0.9}, {"by_partiality": 2.0}, {"speed": 1.0}, {"by_activism": 1.0}):
        for start in (0.0, 1.0):
            world = calm(1.0, credibility=start, sanctions=1.0, adopted=1, **begun(1))
            turned(world, Credibility(**numbers), steps=40)
            assert not world.clips


def test_the_dead_have_no_name_to_lose_and_no_norms_is_no_trouble() -> None:
    world = calm(credibility=0.9, alive=[1, 1, 0, 1])
    turned(world, Credibility(), steps=4)
    assert world.credibility[2] == 0.9 > world.credibility[0]
