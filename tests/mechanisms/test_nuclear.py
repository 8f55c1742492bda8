"""Nuclear weapons: stages, base rates, what drives and what restrains, renunciation and what it brings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.core.columns import Array
from sim.core.streams import Streams
from sim.mechanisms.nuclear import WANTS, Nuclear
from sim.world import World
from tests.mechanisms.quarrels import check_terms, even_columns, told
from tests.mechanisms.turns import turned
from tests.mechanisms.worlds import small_world

N = 60
EYE = 1 - np.eye(N)


def neutral(**columns: Any) -> World:
    """States whom nothing drives and nothing holds back: want and capacity are zero."""
    given_ = {"threat": 0.1 * EYE, "gdp": 200.0, "technology": 0.5, "adopted": False, "dt": 1.0}
    return small_world(N, poles=0, **(even_columns(N) | given_ | columns))


def drives(world: World, **numbers: float) -> tuple[Array, Array]:
    """What drives each state to weapons, and its capacity, as added to log-rates, each (n,)."""
    unit = Nuclear(**numbers)
    terms = unit.terms(world)
    return np.asarray(sum(terms[name] for name in WANTS)), terms["capacity"]


def count(world: World, kind: str, *, runs: int = 30, **numbers: float) -> float:
    """How many did it in a year, mean over runs."""
    unit = Nuclear(**numbers)
    return float(np.mean([len(told(unit(world, Streams(s).at("n", 0)), kind).who) for s in range(runs)]))


def test_a_neutral_world_has_the_numbers_of_history() -> None:
    """In 10 000 state-years some 31 explore, 17 of them pursue and 10 acquire, as counted since 1945."""
    explored = pursued = acquired = years = 0
    for seed in range(6):
        world = neutral()
        for update in turned(world, Nuclear(renounce=0), steps=75, seed=seed):
            explored += len(told(update, "nuclear exploration").who)
            pursued += len(told(update, "nuclear pursuit").who)
            acquired += len(told(update, "nuclear").who)
            years += N
    per = 10000 / years
    assert 20 < explored * per < 42
    assert 0.4 < pursued / explored < 0.68
    assert 4.5 < acquired * per < 14  # some programmes are still going on at the end


@pytest.mark.parametrize("stage", [0, 1, 2])
def test_shares_that_move_on_are_those_counted(stage: int) -> None:
    world = neutral(nuclear_programme=stage)
    onward = count(world, ("nuclear exploration", "nuclear pursuit", "nuclear")[stage], runs=80)
    ended = count(world, "nuclear programme ended", runs=80)
    if stage == 0:
        assert onward / N == pytest.approx(0.003, rel=0.5) and ended == 0
    else:
        assert onward / (onward + ended) == pytest.approx((0.55, 0.59)[stage - 1], abs=0.06)


ARMED = np.arange(N) == 0


@pytest.mark.parametrize(
    ("columns", "sign"),
    [
        ({"threat": 0.5 * EYE}, 1),
        ({"nuclear": ARMED, "rivalry": 0.8 * EYE}, 1),
        ({"rivalry": 0.8 * EYE}, 0),  # a rival without weapons is no reason
        ({"nuclear": ARMED, "guarantee": 0.9 * EYE}, -1),
        ({"guarantee": 0.9 * EYE}, 0),  # nor is a guarantor without them a comfort
        ({"adopted": True}, -1),
    ],
)
def test_directions(columns: dict[str, Any], sign: int) -> None:
    plain, moved = drives(neutral())[0][1:], drives(neutral(**columns))[0][1:]
    np.testing.assert_array_equal(np.sign(np.round(moved - plain, 12)), sign)


@pytest.mark.parametrize(
    ("columns", "sign"),
    [
        ({"nuclear": ARMED, "rivalry": 0.8 * EYE}, 1),
        ({"nuclear": ARMED, "guarantee": 0.9 * EYE}, -1),
        ({"adopted": True}, -1),
        ({"technology": 0.9, "gdp": 1000.0}, 1),
        ({"technology": 0.1}, -1),
    ],
)
def test_what_drives_and_restrains_shows_in_acquisitions(columns: dict[str, Any], sign: int) -> None:
    """Over sixty years of paired seeds; the armed state of those worlds does not count."""
    made = []
    for more in ({}, columns):
        acquired = 0
        for seed in range(5):
            world = neutral(**more)
            updates = turned(world, Nuclear(explore=0.02, renounce=0), steps=60, seed=seed)
            acquired += sum(len(told(update, "nuclear").who) for update in updates)
        made.append(acquired)
    assert (made[1] - made[0]) * sign > 0.2 * made[0]


def test_renunciation_raises_credibility_and_a_breach_lowers_it() -> None:
    world = neutral(nuclear=np.arange(N) < 30, credibility=0.4)
    update = Nuclear(renounce=0.5)(world, Streams(1).at("n", 0))
    gone = told(update, "renunciation").who
    assert 5 < len(gone) < 25 and not update.set["nuclear"][gone].any()
    gain = update.add["credibility"]
    np.testing.assert_allclose(gain[gone], 0.25 * 0.6)
    assert np.count_nonzero(gain) == len(gone)
    builders = neutral(nuclear_programme=2, adopted=np.broadcast_to(np.arange(N) < 30, (2, N)), credibility=0.4)
    update = Nuclear(completion=0.5)(builders, Streams(1).at("n", 0))
    new = told(update, "nuclear").who
    assert {True, False} == set(new < 30) and update.set["nuclear"][new].all()
    np.testing.assert_allclose(update.add["credibility"][new], np.where(new < 30, -0.3 * 0.4, 0.0))
    assert not update.set["nuclear_programme"][new].any()


def test_great_powers_and_the_threatened_hold_on() -> None:
    armed = {"nuclear": True}
    plain = count(neutral(**armed), "renunciation", renounce=0.2)
    great = small_world(
        N, poles=N, **(even_columns(N) | {"threat": 0.05 * EYE, "nuclear": True, "great": True, "dt": 1.0})
    )
    assert count(great, "renunciation", renounce=0.2) < 0.2 * plain
    assert count(neutral(threat=0.3 * EYE, **armed), "renunciation", renounce=0.2) < 0.5 * plain
    assert count(neutral(adopted=True, **armed), "renunciation", renounce=0.2) > 1.5 * plain


def test_the_threat_that_weapons_take_away_still_counts_for_keeping_them() -> None:
    bare, armed = neutral(threat=0.3 * EYE), neutral(threat=0.15 * EYE, nuclear=True)
    np.testing.assert_allclose(drives(armed)[0], drives(bare)[0])


def test_terms_add_up_in_years_and_quarters() -> None:
    programme = np.arange(N) % 3
    for dt in (1.0, 0.25):
        world = neutral(dt=dt, nuclear_programme=programme, nuclear=np.arange(N) > 40, great=ARMED)
        update = Nuclear(explore=0.5, decision=0.5, completion=0.5, renounce=0.5)(world, Streams(4).at("n", 0))
        kinds = {h.kind for h in update.happenings if len(h.who)}
        assert kinds == set(Nuclear.kinds)
        for event in update.happenings:
            check_terms(event, np.log(-np.log1p(-np.asarray(event.chance)) / dt), rtol=1e-8)


@pytest.mark.parametrize("dt", [1.0, 0.5, 0.25])
def test_a_year_is_a_year_however_long_the_steps(dt: float) -> None:
    """The share in each stage after twenty years is that of the chain of yearly chances."""
    begin, pursue, drop, build, stop = -np.expm1(-np.array([0.05, 0.08 * 0.55 / 0.45, 0.08, 0.03 * 0.59 / 0.41, 0.03]))
    chain = np.array(
        [
            [1 - begin, begin, 0, 0],
            [(1 - pursue) * drop, (1 - pursue) * (1 - drop), pursue, 0],
            [(1 - build) * stop, 0, (1 - build) * (1 - stop), build],
            [0, 0, 0, 1],
        ]
    )
    expected = np.linalg.matrix_power(chain, 20)[0]
    counted = np.zeros(4)
    for seed in range(12):
        world = neutral(dt=dt)
        turned(world, Nuclear(explore=0.05, renounce=0), steps=round(20 / dt), seed=seed)
        counted += np.bincount(np.where(world.nuclear, 3, world.nuclear_programme), minlength=4)
    np.testing.assert_allclose(counted / counted.sum(), expected, atol=0.06)


def test_the_dead_build_nothing() -> None:
    world = neutral(alive=False)
    assert not Nuclear(explore=0.1)(world, Streams(0).at("n", 0)).happenings
