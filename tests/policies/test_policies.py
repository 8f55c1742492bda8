"""Each policy wants what its theory says."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.streams import Streams
from sim.policies.align import Align
from sim.policies.balance import Balance, balancing_appeal
from sim.policies.bandwagon import Bandwagon, bandwagon_pull
from sim.policies.base import Policy
from sim.policies.multi_vector import MultiVector
from sim.policies.neutral import Neutral
from sim.policies.proposals import Proposals
from tests.mechanisms.worlds import busy_world

MEMBERS = np.array([2, 3, 4, 5, 6])


def proposed(policy: Policy) -> Proposals:
    return policy.propose(busy_world(), MEMBERS, Streams(0).at("p", 0))


def test_multi_vector_takes_each_pole_for_what_it_offers() -> None:
    world, proposals = busy_world(), proposed(MultiVector())
    np.testing.assert_array_equal(proposals.appeal, world.benefit[MEMBERS])
    np.testing.assert_array_equal(proposals.diversification, world.autonomy[MEMBERS])


def test_balancers_lean_away_from_the_greatest_threat_and_arm() -> None:
    world, proposals = busy_world(), proposed(Balance())
    shift = (proposals.appeal - world.benefit[MEMBERS])[:, 1:]
    feared = world.pole_threat[MEMBERS].argmax(axis=1)
    assert (shift[np.arange(5), feared] < 0).all() and (shift[np.arange(5), 1 - feared] > 0).all()
    assert (proposals.arms_effort > 1).all() and (proposals.pact_desire >= 0).all()


def test_balancers_without_a_threat_do_not_lean() -> None:
    benefit, reach = np.full((1, 3), 0.4), np.ones((2, 1))
    np.testing.assert_array_equal(balancing_appeal(benefit, np.zeros((1, 2)), reach, against=2.0), benefit)


@pytest.mark.parametrize(("fear", "joined"), [(0.0, 0), (1.0, 1)])
def test_bandwagoners_join_the_strong_for_profit_and_the_threat_for_fear(fear: float, joined: int) -> None:
    pull = bandwagon_pull(np.array([0.4, 0.2]), np.array([[0.1, 0.3]]), fear=fear)
    assert pull[0].argmax() == joined


def test_the_loyal_favour_the_pole_that_leads_already() -> None:
    world, proposals = busy_world(), proposed(Align())
    shift = (proposals.appeal - world.benefit[MEMBERS])[:, 1:]
    np.testing.assert_array_equal(shift.argmax(axis=1), world.alignment[MEMBERS, 1:].argmax(axis=1))
    assert (proposals.diversification < world.autonomy[MEMBERS]).all()


def test_neutrals_keep_out_and_go_between() -> None:
    world, proposals = busy_world(), proposed(Neutral())
    assert (proposals.appeal[:, 0] > world.benefit[MEMBERS, 0]).all()
    assert (proposals.pact_desire < 0).all() and (proposals.mediation_effort > 1).all()


def test_bandwagoners_focus() -> None:
    assert (proposed(Bandwagon()).diversification < busy_world().autonomy[MEMBERS]).all()
