"""Each policy wants what its theory says."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from sim import load_scenario
from sim.core.streams import Streams
from sim.policies.align import Align
from sim.policies.balance import Balance, balancing_appeal
from sim.policies.bandwagon import Bandwagon, bandwagon_pull, stronger_side
from sim.policies.base import Policy
from sim.policies.buck_pass import BuckPass
from sim.policies.entrepreneur import Entrepreneur
from sim.policies.isolate import Isolate
from sim.policies.mediate_first import MediateFirst
from sim.policies.multi_vector import MultiVector
from sim.policies.neutral import Neutral
from sim.policies.proposals import PLAIN, PROPOSED, Proposals
from sim.scenario.references import policy_kinds
from sim.world import World
from tests.mechanisms.worlds import busy_world, small_world

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
    pull = bandwagon_pull(np.array([[0.4, 0.2]]), np.array([[0.1, 0.3]]), fear=fear)
    assert pull[0].argmax() == joined


def test_followers_make_a_side_strong_but_nobody_follows_himself() -> None:
    w = np.array([[0.0, 0.0], [0.5, 0.1], [0.2, 0.8]])
    side = stronger_side(np.array([0.3, 0.3]), w, np.array([0.0, 0.1, 0.2]), np.array([1, 2]), following=1.0)
    np.testing.assert_allclose(side, [[0.3 + 0.04, 0.3 + 0.16], [0.3 + 0.05, 0.3 + 0.01]])


def test_bandwagoners_look_where_others_are_going() -> None:
    """Two poles alike in all; the others move towards the second, or nobody moves: then there is no wave to join."""
    drift = np.zeros((6, 3))
    drift[3:] = [0.0, -0.1, 0.1]
    even = {"gdp": 100.0, "force": 10.0, "population": 10.0, "technology": 0.5, "threat": 0.0}
    pulls = []
    for moving, policy in ((0, Bandwagon()), (1, Bandwagon()), (1, Bandwagon(foresight=0))):
        world = small_world(6, drift=moving * drift, **even)
        shift = policy.propose(world, np.array([2]), Streams(0).at("p", 0)).appeal - world.benefit[[2]]
        pulls.append(shift[0, 2] - shift[0, 1])
    assert pulls[1] > 0.05 and np.abs([pulls[0], pulls[2]]).max() < 1e-12


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


def test_isolationists_shut_every_door() -> None:
    world, proposals = busy_world(), proposed(Isolate())
    assert (proposals.appeal[:, 0] > world.benefit[MEMBERS, 0]).all()
    assert (proposals.openness < 1).all() and (proposals.membership_desire < 0).all()
    assert (proposals.pact_desire < 0).all() and (proposals.mediation_effort < 1).all()


def test_buck_passers_are_courteous_to_those_they_fear_and_pass_no_buck_without_a_threat() -> None:
    world, proposals = busy_world(), proposed(BuckPass())
    assert ((proposals.appeal - world.benefit[MEMBERS])[:, 1:] >= 0).all() and (proposals.pact_desire < 0).all()
    calm = small_world(5, threat=0)
    plain = BuckPass().propose(calm, np.array([3]), Streams(0).at("p", 0))
    assert plain.arms_effort == [1] and not plain.pact_desire.any()


def test_brokers_overlook_what_sets_poles_apart_but_not_what_they_offer_together() -> None:
    world, proposals = busy_world(), proposed(MediateFirst())
    own, plain = proposals.appeal[:, 1:], world.benefit[MEMBERS, 1:]
    np.testing.assert_allclose(own.mean(axis=1), plain.mean(axis=1))
    np.testing.assert_allclose(np.ptp(own, axis=1), 0.3 * np.ptp(plain, axis=1))
    np.testing.assert_array_equal(proposals.appeal[:, 0], world.benefit[MEMBERS, 0])
    even = MediateFirst(impartiality=1.0).propose(world, MEMBERS, Streams(0).at("p", 0))
    assert np.ptp(even.appeal[:, 1:], axis=1).max() < 1e-12
    assert (proposals.mediation_effort > MultiVector().mediation).all() and (proposals.pact_desire < 0).all()


def test_entrepreneurs_campaign_and_arm_less() -> None:
    proposals = proposed(Entrepreneur())
    assert (proposals.norm_effort > 0).all() and (proposals.membership_desire > 0).all()
    assert (proposals.arms_effort < 1).all()


# -- proposals -------------------------------------------------------------------------------------------------------


def test_what_is_not_said_is_plain() -> None:
    world = busy_world()
    assert set(PROPOSED) == set(PLAIN) <= set(World.columns())
    nothing = Proposals.plain(world, MEMBERS)
    for name in PROPOSED:
        np.testing.assert_array_equal(getattr(nothing, name), PLAIN[name](world)[MEMBERS])
    columns: dict[str, np.ndarray] = {}
    nothing.fill(columns)
    assert not columns


def test_proposals_fill_the_rows_of_their_members_alone() -> None:
    world = busy_world()
    columns: dict[str, np.ndarray] = {}
    Proposals.plain(world, MEMBERS, arms_effort=np.arange(5.0)).fill(columns)
    Proposals.plain(world, np.array([0]), arms_effort=np.array([9.0])).fill(columns)
    np.testing.assert_array_equal(columns["arms_effort"], [9, 1, 0, 1, 2, 3, 4])
    with pytest.raises(ValueError, match="shape"):
        Proposals.plain(world, MEMBERS, arms_effort=np.ones(3)).fill(columns)


def test_proposals_go_back_to_plain_when_a_policy_is_given_up() -> None:
    changes = {"policies.S001": "isolate", "policies.S002": "entrepreneur"}
    model = load_scenario("random:8", changes=changes).model(1)
    world = model.world
    assert world.openness[0] < 1 and world.norm_effort[1] > 0
    world.write({"policy": np.full(8, world.names.policies.index("multi_vector"))})
    world.write(model.proposals())
    assert (world.openness == 1).all() and not world.norm_effort.any() and not world.pact_desire.any()
    assert set(model.proposals()) == {"mediation_effort"}, "what is plain already is left alone"
    world.write({"benefit": world.benefit + 0.1, "autonomy": world.autonomy + 0.1})
    world.write(model.proposals())
    np.testing.assert_array_equal(world.appeal, world.benefit)
    np.testing.assert_array_equal(world.diversification, world.autonomy)


# -- what the page says ----------------------------------------------------------------------------------------------


def test_the_page_names_every_policy_and_its_examples_work(checkout: Path, tmp_path: Path) -> None:
    text = (checkout / "docs" / "policies.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == policy_kinds().keys()
    held, tolerance = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    shutil.copy(checkout / "docs" / "own_policy" / "broker.py", tmp_path)
    held = held.replace("patience = 2\n", "")  # of a class that declares it
    (tmp_path / "page.toml").write_text(f'extends = "three-powers"\n{held}{tolerance}', encoding="utf-8")
    asked = re.findall(r"--set (\S+)", text)
    scenario = load_scenario(tmp_path / "page.toml", changes=asked, allow_code=True)
    assert scenario.policy_of("MER") == "balance"
    assert scenario.decisions()["balance"] == Balance(arming=1.5, against=1)
    assert "broker:Broker" in scenario.policy_names()
    assert scenario.world().tolerance.tolist().count(0.1) == 1
