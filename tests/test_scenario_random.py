"""`random:N`: invented worlds for tests and benchmarks."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse.csgraph import connected_components

from sim.scenario import load_scenario
from sim.scenario.random_world import POLICIES, number_of_poles, random_scenario
from sim.scenario.references import policy_kinds


@pytest.mark.parametrize("n", [3, 4, 5, 7, 19, 40, 83, 400])
def test_an_invented_world_is_sound(n):
    scenario = load_scenario(f"random:{n}")
    world = scenario.world()
    assert scenario.name == f"random:{n}"
    assert world.sizes["i"] == n
    assert world.sizes["g"] == number_of_poles(n) < n
    assert all(np.isfinite(values).all() for values in world.arrays().values())
    largest = np.argsort(-world.gdp)[: world.sizes["g"]]
    assert set(np.flatnonzero(world.in_pole)) == set(largest)
    neighbours = (world.contiguous | world.near_by_sea).sum(axis=1)
    assert neighbours.min() >= min(3, n - 1)


def test_the_same_number_gives_the_same_world_and_another_another():
    assert load_scenario("random:40").hash == load_scenario("random:40").hash
    assert random_scenario(40) == random_scenario(40)
    assert load_scenario("random:41").states["S001"].gdp != load_scenario("random:40").states["S001"].gdp


def test_an_invented_world_of_many_states_is_plausible():
    world = load_scenario("random:200").world()
    share = np.sort(world.gdp / world.gdp.sum())[::-1]
    assert 0.1 < share[0] < 0.4
    assert share[:10].sum() > 0.5
    assert 0.005 < (world.milex_share @ world.gdp) / world.gdp.sum() < 0.05
    assert 0.1 < world.trade.sum() / 2 / world.gdp.sum() < 1.0
    assert (world.hydrocarbon_share > 0.3).mean() > 0.1
    assert 0 < (world.hostility > 0).sum() / 2 < 40
    assert connected_components(world.contiguous | world.near_by_sea)[0] < 20
    assert {world.names.policies[k] for k in world.policy} == set(POLICIES)


def test_the_policies_of_invented_worlds_exist():
    assert POLICIES.keys() <= policy_kinds().keys()


def test_a_scenario_may_extend_an_invented_world(tmp_path):
    file = tmp_path / "more.toml"
    file.write_text('extends = "random:10"\n[states.S003]\nautonomy = 1.4\n', encoding="utf-8")
    assert load_scenario(file).states["S003"].autonomy == 1.4


@pytest.mark.parametrize("n", [3, 40])
def test_an_invented_world_turns(n):
    model = load_scenario(f"random:{n}").model(5)
    for _ in range(8):
        model.turn()
    assert model.world.time == 2002
