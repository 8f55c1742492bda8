"""Measures: closed forms, and finite within their bounds in any world."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mechanisms.worlds import small_world

from sim.measures import BY_STATE, SCALAR
from sim.measures.structure import affinity_blocs, burt_constraint, decoupling, local_clustering, portfolio_shape
from sim.world import World

ALL = SCALAR | BY_STATE


def camps(n: int = 6, within: float = 1.0, across: float = -1.0) -> np.ndarray:
    """Affinity of two equal camps, alternating."""
    side = np.arange(n) % 2
    return np.where(side[:, None] == side[None, :], within, across) * (1 - np.eye(n))


def equal_states(n: int = 6, poles: int = 2, **columns: Any) -> World:
    """A world whose states all have the same power."""
    same = {"gdp": 100.0, "population": 10.0, "force": 5.0, "technology": 0.5}
    return small_world(n, poles, **(same | columns))


def test_every_measure_is_declared_in_full() -> None:
    assert len(SCALAR) >= 40
    assert len(BY_STATE) >= 12
    for name, measure in ALL.items():
        assert measure.name == name
        assert measure.doc.endswith(".")
        assert measure.unit
        assert measure.source
        assert measure.low < measure.high


@pytest.mark.parametrize("poles", [1, 2, 3, 5])
def test_equal_poles_give_a_polarity_of_their_number(poles: int) -> None:
    assert SCALAR["polarity"](equal_states(6, poles)) == pytest.approx(poles)


def test_polarity_by_hand() -> None:
    world = small_world(4, 2, gdp=np.array([300.0, 100, 50, 50]), population=1.0, force=0.0, technology=0.0)
    shares = world.pole_power / world.pole_power.sum()
    assert SCALAR["polarity"](world) == pytest.approx(1 / (shares**2).sum())
    assert 1 < SCALAR["polarity"](world) < 2


@pytest.mark.parametrize("poles", [2, 3, 4])
@pytest.mark.parametrize("aloof", [0.0, 0.3, 0.9])
def test_an_even_portfolio_hedges_as_much_as_it_engages(poles: int, aloof: float) -> None:
    even = np.array([[aloof, *([(1 - aloof) / poles] * poles)]])
    shape = portfolio_shape(even, np.array([False]), np.array([True]))
    assert shape.engagement[0] == pytest.approx(1 - aloof)
    assert shape.vectors[0] == pytest.approx(poles)
    assert shape.hedging[0] == pytest.approx(1 - aloof)
    assert shape.dependence[0] == pytest.approx((1 - aloof) / poles)


def test_a_portfolio_by_hand() -> None:
    shape = portfolio_shape(np.array([[0.2, 0.6, 0.2, 0.0]]), np.array([False]), np.array([True]))
    vectors = 1 / (0.75**2 + 0.25**2)
    assert shape.vectors[0] == pytest.approx(vectors)
    assert shape.hedging[0] == pytest.approx(0.8 * (1 - 1 / vectors) * 3 / 2)


@pytest.mark.parametrize("row", [[1.0, 0, 0], [0, 1.0, 0], [0.5, 0.5, 0]])
def test_one_tie_or_none_is_no_hedging(row: list[float]) -> None:
    shape = portfolio_shape(np.array([row]), np.array([False]), np.array([True]))
    assert shape.hedging[0] == pytest.approx(0)


def test_poles_and_the_dead_are_left_out_of_hedging() -> None:
    alive = np.array([True, True, True, True, False])
    world = small_world(5, 2, alive=alive, alignment=np.full((5, 3), 1 / 3), tier=1)
    for name in ("engagement", "vectors", "hedging", "dependence", "strategic_autonomy"):
        values = BY_STATE[name](world)
        assert (values[[0, 1, 4]] == 0).all(), name
        assert (values[[2, 3]] > 0).all(), name
    assert SCALAR["middle_power_hedging"](world) == pytest.approx(2 / 3)


def test_two_cliques_are_found_and_have_the_modularity_of_networkx() -> None:
    affinity = camps(8, within=1.0, across=0.0)
    affinity[0, 1] = affinity[1, 0] = 0.5  # a bridge, for the graph to be connected
    found = affinity_blocs(affinity, np.ones(8, dtype=bool))
    parts = [set(np.flatnonzero(found.first).tolist()), set(np.flatnonzero(~found.first).tolist())]
    assert sorted(map(sorted, parts)) == [[0, 2, 4, 6], [1, 3, 5, 7]]
    graph = nx.from_numpy_array(affinity)
    assert found.modularity == pytest.approx(nx.community.modularity(graph, parts))


def test_two_hostile_camps_have_the_modularity_worked_by_hand() -> None:
    n = 8
    found = affinity_blocs(camps(n), np.ones(n, dtype=bool))
    friendly, unfriendly = n * (n / 2 - 1), n * n / 2
    kept = friendly - n * n / 2 * ((n / 2 - 1) ** 2 / friendly - (n / 2) ** 2 / unfriendly)
    assert found.modularity == pytest.approx(kept / (friendly + unfriendly))
    assert (found.first == found.first[0]).tolist() == [True, False] * 4


def test_a_world_of_friends_has_no_cold_war() -> None:
    found = affinity_blocs(1 - np.eye(5), np.ones(5, dtype=bool))
    assert found.modularity == 0
    world = equal_states(affinity=1 - np.eye(6), rivalry=0.0)
    assert SCALAR["polarisation"](world) == 0
    assert SCALAR["cold_war_index"](world) == 0
    assert affinity_blocs(np.zeros((5, 5)), np.ones(5, dtype=bool)).first.all()


def test_the_cold_war_index_fades_as_camps_make_friends() -> None:
    rivalry = np.where(camps() < 0, 0.4, 0.0)
    values = [
        SCALAR["cold_war_index"](equal_states(affinity=camps(6, 0.6, a), rivalry=rivalry)) for a in (-0.4, 0.2, 0.59)
    ]
    assert values[0] > values[1] >= values[2] > 0.3


def test_the_dead_belong_to_no_bloc() -> None:
    alive = np.array([True] * 6 + [False] * 2)
    found = affinity_blocs(camps(8), alive)
    assert found.first[:6].tolist() in ([True, False] * 3, [False, True] * 3)
    assert not found.first[6:].any()


def test_the_cold_war_of_two_equal_camps_without_trade_is_complete() -> None:
    affinity = camps()
    world = equal_states(
        affinity=affinity, rivalry=np.where(affinity < 0, 1.0, 0.0), trade=np.maximum(affinity, 0) * 10
    )
    assert SCALAR["bipolarity"](world) == pytest.approx(1)
    assert SCALAR["bloc_hostility"](world) == pytest.approx(1)
    assert SCALAR["trade_decoupling"](world) == pytest.approx(1)
    assert SCALAR["cold_war_index"](world) == pytest.approx(1)
    assert SCALAR["larger_bloc"](world) == pytest.approx(0.5)
    assert SCALAR["mightier_bloc"](world) == pytest.approx(0.5)


def test_trade_rivalry_and_affinity_move_the_cold_war_index_the_right_way() -> None:
    hostile = equal_states(affinity=camps(6, 0.6, -0.6), rivalry=0.2)
    index = SCALAR["cold_war_index"]
    apart = np.where(camps() > 0, hostile.trade, hostile.trade * 0.2)
    assert index(hostile.with_changes(trade=apart)) > index(hostile)
    assert index(hostile.with_changes(rivalry=np.full((6, 6), 0.6) * hostile.dyad)) > index(hostile)
    assert index(hostile.with_changes(affinity=camps(6, 0.6, -0.3))) < index(hostile)


def test_decoupling_closed_forms() -> None:
    first, alive = np.array([True, True, False, False]), np.ones(4, dtype=bool)
    assert decoupling(np.ones((4, 4)), first, alive) == pytest.approx(0.5)
    inside = np.kron(np.eye(2), np.ones((2, 2)))
    assert decoupling(inside, first, alive) == pytest.approx(1)
    assert decoupling(np.zeros((4, 4)), first, alive) == 0.5


def test_tension_is_the_ill_will_of_an_even_world() -> None:
    world = equal_states(affinity=0.0, rivalry=0.3)
    assert SCALAR["tension"](world) == pytest.approx(0.3)
    world = equal_states(affinity=np.full((6, 6), -0.5) * (1 - np.eye(6)), rivalry=0.2, hostility=0)
    assert SCALAR["tension"](world) == pytest.approx(1 - 0.5 * 0.8)


def test_burt_constraint_agrees_with_networkx() -> None:
    graph = nx.karate_club_graph()
    weight = nx.to_numpy_array(graph)
    expected = nx.constraint(graph, weight="weight")
    assert burt_constraint(weight) == pytest.approx([expected[i] for i in range(len(weight))])


def test_a_broker_between_strangers_has_more_brokerage_than_they() -> None:
    affinity = np.zeros((5, 5))
    affinity[0, 1:] = affinity[1:, 0] = 0.5
    values = BY_STATE["brokerage"](equal_states(5, affinity=affinity))
    assert values[0] == pytest.approx(1 - 4 * (1 / 4) ** 2)
    assert values[1:] == pytest.approx(0)
    assert BY_STATE["brokerage"](equal_states(5, affinity=0.0)) == pytest.approx(0)


def test_clustering_agrees_with_networkx() -> None:
    graph = nx.les_miserables_graph()
    tie = nx.to_numpy_array(graph, weight=None) > 0
    expected = np.array([nx.clustering(graph, node) for node in graph])
    wide = np.array([graph.degree(node) > 1 for node in graph])
    found = local_clustering(tie)
    assert found[wide] == pytest.approx(expected[wide])
    assert (found[~wide] == -1).all()


def test_disputes_are_counted_by_their_mark_and_not_by_their_pairs() -> None:
    hostility, tag = np.zeros((6, 6), dtype=int), np.zeros((6, 6))
    for i, j, level, mark in ((0, 1, 5, 0.4), (0, 2, 4, 0.4), (3, 4, 2, 0.7), (2, 5, 5, 0.0)):
        hostility[i, j] = hostility[j, i] = level
        tag[i, j] = tag[j, i] = mark
    world = equal_states(hostility=hostility, dispute_tag=tag)
    assert SCALAR["live_disputes"](world) == 3
    assert SCALAR["live_wars"](world) == 2


def test_pacts_arms_and_carbon_by_hand() -> None:
    pact = np.zeros((5, 4, 4), dtype=bool)
    pact[4, [0, 1, 1, 2, 0, 2], [1, 0, 2, 1, 2, 0]] = True
    pact[0, [0, 3], [3, 0]] = True
    world = equal_states(4, pact=pact, member=False, milex_share=0.03, emission_intensity=0.5)
    assert SCALAR["alliance_density"](world) == pytest.approx(3 / 6)
    assert SCALAR["pact_density"](world) == pytest.approx(4 / 6)
    assert SCALAR["alliance_clustering"](world) == pytest.approx(1)
    assert SCALAR["world_military_expenditure"](world) == pytest.approx(12.0)
    assert SCALAR["military_burden"](world) == pytest.approx(0.03)
    assert SCALAR["world_emissions"](world) == pytest.approx(400 * 0.5 / 1000)
    assert SCALAR["carbon_intensity"](world) == pytest.approx(0.5)
    assert BY_STATE["wealth"](world) == pytest.approx(10_000)
    assert SCALAR["world_product"](world) == pytest.approx(400)


def test_rates_of_mediation() -> None:
    world = small_world(offer_count=8.0, acceptance_count=4.0, settlement_count=1.0)
    assert SCALAR["acceptance_rate"](world) == pytest.approx(0.5)
    assert SCALAR["success_rate"](world) == pytest.approx(0.25)
    assert SCALAR["success_rate"](small_world()) == 0


def test_strategic_autonomy_falls_with_dependence_trade_and_coercion() -> None:
    even = np.array([[0, 1.0, 0], [0, 0, 1.0], [0.4, 0.3, 0.3], [0.4, 0.3, 0.3]])
    world = equal_states(4, alignment=even, trade=10 * (1 - np.eye(4)))
    autonomy = BY_STATE["strategic_autonomy"]
    base = autonomy(world)[2]
    leaning = even.copy()
    leaning[2] = [0.1, 0.8, 0.1]
    assert autonomy(world.with_changes(alignment=leaning))[2] < base
    trade = world.trade.copy()
    trade[2, 0] = trade[0, 2] = 10 * trade[0, 2]
    assert autonomy(world.with_changes(trade=trade))[2] < base
    assert autonomy(world.with_changes(coercion=np.full((4, 2), 0.4)))[2] < base
    unforced = np.cbrt(0.7 * (2 / 3) * 1.0)
    assert base == pytest.approx(unforced)


def test_names_do_not_matter() -> None:
    world = small_world(7, 3, tier=np.array([2, 2, 2, 1, 1, 0, 1]))
    order = np.array([4, 0, 6, 2, 1, 5, 3])
    declared = World.columns()
    moved = {}
    for name, values in world.arrays().items():
        for axis, letter in enumerate(declared[name].axes):
            if letter in "ij":
                values = np.take(values, order, axis=axis)
        moved[name] = values
    relabelled = World(world.names, world.dt, world.start, moved)
    for name, measure in SCALAR.items():
        assert measure(relabelled) == pytest.approx(measure(world)), name
    for name, measure in BY_STATE.items():
        assert measure(relabelled) == pytest.approx(measure(world)[order]), name


def test_a_measure_leaves_the_world_alone_and_sees_a_change() -> None:
    world = small_world(6, 2, tier=1)
    before = {name: values.copy() for name, values in world.arrays().items()}
    for measure in ALL.values():
        measure(world)
    assert all(np.array_equal(before[name], values) for name, values in world.arrays().items())
    tension = SCALAR["tension"](world)
    world.write({"rivalry": np.full((6, 6), 0.9)})
    assert SCALAR["tension"](world) > tension


@st.composite
def any_world(draw: st.DrawFn) -> World:
    """A world with columns anywhere within their bounds, ends included."""
    n = draw(st.integers(1, 7))
    poles = draw(st.integers(0, min(n, 4)))
    world = small_world(n, poles, organisations=draw(st.integers(0, 3)))
    rng = np.random.Generator(np.random.PCG64(draw(st.integers(0, 2**32 - 1))))
    ends = draw(st.sampled_from([0.0, 0.3, 1.0]))
    arrays = {}
    for name, column in World.columns().items():
        shape = world.shape(column.axes)
        high = min(column.high, 1e9)
        values = column.low + (high - column.low) * rng.random(shape)
        at_end = rng.random(shape) < ends
        values = np.where(at_end, np.where(rng.random(shape) < 0.5, column.low, high), values)
        if column.symmetric:
            values = np.maximum(values, np.swapaxes(values, -1, -2))
        arrays[name] = np.asarray(np.round(values) if column.dtype is not float else values).astype(column.dtype)
    rows = rng.dirichlet(np.full(poles + 1, 0.3), n)
    arrays["alignment"] = rows / rows.sum(axis=1, keepdims=True)
    arrays["member"] = np.asarray(arrays["member"])
    return World(world.names, world.dt, world.start, arrays)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(any_world())
def test_every_measure_is_finite_and_within_its_bounds_in_any_world(world: World) -> None:
    for name, measure in SCALAR.items():
        value = measure(world)
        assert isinstance(value, float), name
        assert np.isfinite(value), name
        assert measure.low <= value <= measure.high, (name, value)
    for name, measure in BY_STATE.items():
        values = measure(world)
        assert values.shape == (world.sizes["i"],), name
        assert np.isfinite(values).all(), name
        assert (values >= measure.low).all(), (name, values)
        assert (values <= measure.high).all(), (name, values)
