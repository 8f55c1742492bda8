"""A person in a notebook tries a plain policy on a state."""

from __future__ import annotations

import pytest

from sim import load_scenario
from sim.agents import State
from sim.policies import Agent, Mediate, ProposalError


def meridia() -> State:
    return load_scenario("three-powers").model(1).state("MER")


def test_a_state_can_be_seen_as_a_plain_policy_sees_it() -> None:
    state = meridia()
    view = state.view
    assert isinstance(view, Agent) and view.code == "MER" and view.title == state.title
    assert view.gdp == state.gdp and dict(view.alignment) == state.portfolio
    assert [Mediate(2 * view.activism)] == [Mediate(2 * state.activism)]


def test_what_it_shows_follows_the_world_and_cannot_change_it() -> None:
    state = meridia()
    view, before = state.view, state.view.gdp
    state.model.step()
    assert view.gdp == state.gdp != before and view.time == state.world.time
    with pytest.raises(TypeError):
        view.alignment["ALD"] = 1.0
    with pytest.raises(ProposalError, match="no pole or non-alignment 'MER'"):
        _ = view.alignment["MER"]
