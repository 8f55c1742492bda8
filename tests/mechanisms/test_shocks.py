"""Shocks: how many, how large, where; what damps them; and that no state loses more than it can."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.core.streams import Streams
from sim.mechanisms._shock_kinds import SHOCKS
from sim.mechanisms.shocks import SLOTS, Shocks, arrival_chances, bounded, epicentres
from sim.world import World
from tests.mechanisms.turns import turned
from tests.mechanisms.worlds import busy_world, small_world

KINDS = {shock.kind: shock for shock in SHOCKS}


def struck(world: World, kind: str, epicentre: int = 3, size: float = 1.0, **numbers: float) -> dict[str, np.ndarray]:
    """What one shock of a kind and size at a known place changes."""
    unit = Shocks(**numbers)
    n = world.sizes["i"]
    burden = {name: np.zeros((n, n) if name == "affinity" else n) for name in ("gdp", "legitimacy", "affinity")}
    burden |= {"grievance": np.zeros(n), "credibility": np.zeros(n)}
    unit.strike(world, KINDS[kind], epicentre, size, burden)
    return unit.losses(world, burden)


def test_arrivals_are_poisson() -> None:
    r = np.array([0.0, 0.2, 1.5])
    chance = arrival_chances(r)
    np.testing.assert_allclose(chance[:, 0], 1 - np.exp(-r))
    np.testing.assert_allclose(chance[:, 1], 1 - np.exp(-r) * (1 + r), atol=1e-15)
    np.testing.assert_allclose(chance[:, 2], 1 - np.exp(-r) * (1 + r + r**2 / 2), atol=1e-15)


def test_epicentres_follow_the_weights_and_do_not_repeat() -> None:
    weight = np.array([1.0, 2.0, 0.0, 5.0])
    rng = Streams(3).at("x", 0)
    drawn = np.array([epicentres(weight, rng.random(4)) for _ in range(6000)])
    share = np.bincount(drawn[:, 0], minlength=4) / len(drawn)
    np.testing.assert_allclose(share, weight / 8, atol=0.025)
    assert all(len(set(row)) == SLOTS for row in drawn)
    assert not (drawn == 2).any()


@pytest.mark.parametrize("dt", [1.0, 0.5, 0.25])
def test_as_many_a_year_whatever_the_step(dt: float) -> None:
    world = small_world(6, dt=dt)
    world.start = 2025.0
    years = 1500
    turned(world, Shocks(severity_factor=0.0), steps=int(years / dt), seed=4)
    expected = sum(shock.rate for shock in SHOCKS) * years
    assert abs(float(world.shock_count) - expected) < 3.5 * np.sqrt(expected)


def test_sizes_have_a_pareto_tail() -> None:
    world = small_world(6)
    world.start = 2025.0
    updates = turned(world, Shocks(rate_factor=5, severity_factor=0.0), steps=3000, seed=1)
    sizes = {kind: [] for kind in KINDS}
    for happening in (h for update in updates for h in update.happenings):
        sizes[happening.kind].append(float(happening.amount[0]))
    for kind in ("climate disaster", "terrorism", "cyber attack"):
        assert min(sizes[kind]) >= 1
        tail = 1 / np.mean(np.log(sizes[kind]))
        assert tail == pytest.approx(KINDS[kind].tail, rel=0.12)


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.floats(0, 5), st.floats(0.7, 3))
def test_no_step_costs_a_fifth_of_gdp(seed: int, severity_factor: float, tail_factor: float) -> None:
    world = busy_world(dt=1.0)
    unit = Shocks(rate_factor=5, severity_factor=severity_factor, tail_factor=tail_factor)
    for step in range(10):
        update = unit(world, Streams(seed).at("shocks", step))
        if update.add:
            assert (update.add["gdp"] > -0.2 * world.gdp - 1e-12).all() and (update.add["gdp"] <= 0).all()
            for name, low, high in (
                ("affinity", -1, 1),
                ("legitimacy", 0, 1),
                ("credibility", 0, 1),
                ("grievance", 0, 5),
            ):
                after = getattr(world, name) + update.add[name]
                assert (after >= low).all() and (after <= high).all()


def test_bounded_is_odd_small_where_small_and_never_reaches_its_limit() -> None:
    x = np.array([-3.0, -1e-6, 0.0, 1e-6, 3.0])
    y = bounded(x, 0.2)
    np.testing.assert_allclose(y, -y[::-1])
    assert y[3] == pytest.approx(1e-6, rel=1e-4) and 0.199 < y[4] < 0.2


def test_neighbours_feel_a_local_shock_and_nobody_else_does() -> None:
    world = small_world(8, member=False)
    lost = -struck(world, "climate disaster", epicentre=4)["gdp"] / world.gdp
    assert np.flatnonzero(lost).tolist() == [3, 4, 5]
    assert lost[4] == pytest.approx(bounded(np.array(0.01), 0.2))
    assert lost[3] == pytest.approx(bounded(np.array(0.004), 0.2))


def test_everybody_living_feels_a_pandemic() -> None:
    world = small_world(8, member=False, alive=np.arange(8) != 6)
    lost = -struck(world, "pandemic", epicentre=4)["gdp"] / world.gdp
    assert np.flatnonzero(lost).tolist() == [0, 1, 2, 3, 4, 5, 7]
    assert lost.argmax() == 4


def test_norms_and_memberships_damp() -> None:
    adopted = np.zeros((2, 8))
    adopted[1, 4] = 1  # carbon neutrality
    plain, norm = small_world(8, member=False), small_world(8, member=False, adopted=adopted)
    joined = small_world(8, member=True)

    def cost(world: World, kind: str) -> float:
        return -float(struck(world, kind, epicentre=4)["gdp"][4] / world.gdp[4])

    assert cost(norm, "climate disaster") == pytest.approx(0.01 * (1 - 0.5 * (1 + 1 / 8) / 2), rel=0.03)
    assert cost(norm, "pandemic") == pytest.approx(cost(plain, "pandemic"))
    assert cost(joined, "pandemic") < cost(plain, "pandemic")
    assert (
        struck(norm, "climate disaster", 4, norm_damping=0.0)["gdp"][4] < struck(norm, "climate disaster", 4)["gdp"][4]
    )


def test_the_disliked_are_blamed() -> None:
    affinity = np.zeros((8, 8))
    affinity[4, 5] = affinity[5, 4] = -0.8
    change = struck(small_world(8, affinity=affinity), "cyber attack", epicentre=4)["grievance"]
    assert change[4, 5] > change[5, 4] > 0
    assert (change[4, [0, 1, 2, 3, 6, 7]] == 0).all()


def test_no_cyber_attacks_before_there_were_networks() -> None:
    world = small_world(6)
    world.start = 1950.0
    updates = turned(world, Shocks(rate_factor=5, severity_factor=0.1), steps=27)
    seen = {h.kind for update in updates for h in update.happenings}
    assert {"cyber attack", "disruptive AI", "militarisation of space"}.isdisjoint(seen)
    assert {"climate disaster", "mass migration", "terrorism"} <= seen


def test_explanations_give_the_chance_that_was_drawn_against() -> None:
    world = small_world(6)
    world.start = 2025.0
    updates = turned(world, Shocks(rate_factor=3), steps=60)
    events = [h for update in updates for h in update.happenings]
    assert len(events) == float(world.shock_count) > 20
    for event in events:
        rate = np.exp(sum(float(term[0]) for term in event.terms.values()))
        chances = arrival_chances(np.array([rate * world.dt]))[0]
        assert np.isclose(chances, event.chance[0]).any() and event.drawn[0] < event.chance[0]


def test_switched_off_by_a_rate_of_nothing() -> None:
    world = busy_world()
    assert all(not update.add and not update.happenings for update in turned(world, Shocks(rate_factor=0), steps=50))
