"""Policies for one state in plain Python: the same bits as over arrays, words that mean what they say, kind errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from sim import load_scenario
from sim.cli.program import detente
from sim.core.streams import Streams
from sim.model import Geopolitics, PolicyError, StepError
from sim.policies import (
    Agent,
    Arm,
    AvoidPacts,
    Campaign,
    Join,
    Lean,
    Mediate,
    OpenTrade,
    PerAgent,
    Policy,
    ProposalError,
    Proposals,
    SeekPact,
    Spread,
)
from sim.policies.balance import Balance
from sim.policies.multi_vector import MultiVector
from sim.policies.proposals import PROPOSED
from sim.world import World
from tests.mechanisms.worlds import busy_world

MEMBERS = np.array([5, 2, 6, 3])


class Says:
    """Says the same for everybody."""

    def __init__(self, wanted: Any) -> None:
        self.wanted = wanted

    def decide(self, agent: Agent) -> Any:
        return self.wanted(agent) if callable(self.wanted) and not isinstance(self.wanted, type) else self.wanted


def proposed(policy: Policy, world: World | None = None, members: np.ndarray = MEMBERS) -> Proposals:
    return policy.propose(world or busy_world(), members, Streams(0).at("p", 0))


def said(wanted: Any) -> Proposals:
    return proposed(PerAgent(Says(wanted)), members=np.array([3]))


# -- the same interface outside --------------------------------------------------------------------------------------


class PlainMultiVector:
    """`multi_vector`, read aloud."""

    def decide(self, agent: Agent) -> list[Any]:
        return [Mediate(1.2), Spread(agent.autonomy)]


class PlainBalance:
    """`balance`, read aloud."""

    def decide(self, agent: Agent) -> dict[str, Any]:
        worst = max(agent.pole_threat.values())
        reach = agent.pole_reach
        most = max(max(reach.values()), 1e-300)
        appeal = {}
        for pole, threat in agent.pole_threat.items():
            weight = -1.0 if threat == worst else reach[pole] / most
            appeal[pole] = agent.benefit[pole] + 2.0 * worst * weight
        shared = {}
        for code in agent.states:
            fear, both = agent.of(code).pole_threat, 0.0
            for pole in agent.poles:  # Python's own sum() rounds otherwise than a sum over an array
                both += min(agent.pole_threat[pole], fear[pole])
            shared[code] = 2.0 * both
        return {"appeal": appeal, "arms_effort": 1 + 1.0 * max(agent.threat.values()), "pact_desire": shared}


@pytest.mark.parametrize(("plain", "vector"), [(PlainMultiVector(), MultiVector()), (PlainBalance(), Balance())])
def test_a_plain_policy_and_its_twin_over_arrays_give_the_same_bits(plain: Any, vector: Policy) -> None:
    one, other = proposed(PerAgent(plain)), proposed(vector)
    for column in PROPOSED:
        np.testing.assert_array_equal(getattr(one, column), getattr(other, column), err_msg=column)


@pytest.mark.parametrize(("plain", "twin"), [(PlainMultiVector(), "multi_vector"), (PlainBalance(), "balance")])
def test_a_run_of_a_plain_policy_has_the_bits_of_its_twin(plain: Any, twin: str) -> None:
    scenario = load_scenario("random:8", changes={"policies.S001": twin, "policies.S002": twin})
    ends = []
    for changed in ({}, {twin: PerAgent(plain)}):
        model = Geopolitics(scenario.world(), scenario.rules(), scenario.decisions() | changed, seed=4)
        model.run_until(model.world.start + 3)
        ends.append(model.world.arrays())
    for name, values in ends[0].items():
        np.testing.assert_array_equal(values, ends[1][name], err_msg=name)


def test_a_plain_policy_adds_over_members_and_draws_its_own_luck() -> None:
    lucky = PerAgent(Says(lambda agent: [Arm(agent.luck)]))
    world, first, second = busy_world(), np.array([2, 4]), np.array([5, 3])
    both = proposed(lucky, world, np.concatenate([first, second]))
    apart = proposed(lucky, world, first) + proposed(lucky, world, second)
    np.testing.assert_array_equal(both.arms_effort, apart.arms_effort)
    assert len(set(both.arms_effort.tolist())) == 4


# -- words and columns -----------------------------------------------------------------------------------------------


def test_words_change_what_they_name_and_nothing_else() -> None:
    world = busy_world()
    plain = Proposals.plain(world, np.array([3]))
    cases: list[tuple[Any, str, Any]] = [
        (Lean("B", 0.5), "appeal", plain.appeal + np.array([[0, 0, 0.5]])),
        (Lean("non-alignment", -0.25), "appeal", plain.appeal + np.array([[-0.25, 0, 0]])),
        (Spread(2), "diversification", [2.0]),
        (Arm(1.5), "arms_effort", [1.5]),
        (SeekPact("E", 2), "pact_desire", [[0, 0, 0, 0, 2, 0, 0]]),
        (AvoidPacts(2), "pact_desire", [[-2] * 7]),
        (Mediate(2), "mediation_effort", [2]),
        (OpenTrade(0.4), "openness", [0.4]),
        (Join(-1), "membership_desire", [-1]),
        (Campaign(1), "norm_effort", [1]),
    ]
    assert {column for _, column, _ in cases} == set(PROPOSED)
    for word, column, expected in cases:
        got = said([word])
        for name in PROPOSED:
            wanted = expected if name == column else getattr(plain, name)
            np.testing.assert_array_equal(getattr(got, name), wanted, err_msg=f"{word}: {name}")


def test_words_add_up_and_may_stand_alone_or_be_left_out() -> None:
    got = said([SeekPact("E"), AvoidPacts(0.5), {"arms_effort": 2}])
    np.testing.assert_array_equal(got.pact_desire, [[-0.5, -0.5, -0.5, -0.5, 0.5, -0.5, -0.5]])
    assert said(Arm(2)).arms_effort == [2] and got.arms_effort == [2]
    nothings: tuple[Any, ...] = (None, [], {})
    for nothing in nothings:
        np.testing.assert_array_equal(said(nothing).appeal, busy_world().benefit[[3]])


def test_a_row_may_be_given_whole() -> None:
    np.testing.assert_array_equal(said(lambda a: {"appeal": a.benefit}).appeal, busy_world().benefit[[3]])
    np.testing.assert_array_equal(said({"appeal": [1, 2, 3]}).appeal, [[1, 2, 3]])


def test_an_agent_reads_its_own_row_by_name() -> None:
    world = busy_world()
    agent = Agent(world, 3, 0.5)
    assert agent.code == "D" and agent.gdp == world.gdp[3] and agent.tier == "small"
    assert agent.threat["B"] == world.threat[3, 1] and agent.of("B").threat["D"] == world.threat[1, 3]
    assert agent.pole_reach["B"] == world.pole_reach[1, 3] and agent.alignment["non-alignment"] == world.alignment[3, 0]
    assert agent.member["ORG1"] == world.member[1, 3] and agent.adopted["carbon_neutrality"] == world.adopted[1, 3]
    assert agent.treaty["defence"]["C"] == world.treaty[4, 3, 2] and agent.oil_price == 80
    assert "D" not in agent.others and agent.poles == ("A", "B") and set(agent.threat) == set(world.names.states)
    assert agent.time == world.time and agent.title == "D"


# -- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ([Lean("Bb", 0.5)], "no pole or non-alignment 'Bb'; did you mean 'B'?"),
        ([SeekPact("Z", 1)], "no state 'Z'; valid are: A, B"),
        ({"arms_efort": 1}, "no proposal 'arms_efort'; did you mean 'arms_effort'?"),
        ({"appeal": {"non-aligned": 1}}, "did you mean 'non-alignment'?"),
        ([Arm(7)], "arms_effort is 7; write a number from 0 to 5"),
        ([OpenTrade(float("1.5"))], "openness is 1.5; write a number from 0 to 1"),
        (1.2, "decide returned 1.2; return a list such as [Arm(1.2)"),
        ("Arm", "decide returned 'Arm'; return a list"),
        ([Arm], "did you mean Arm(1.2)?"),
        ([SeekPact], 'did you mean SeekPact("CHN", 1.0)?'),
        ([3], "3 is no proposal; return a list"),
        ({"appeal": [1, 2]}, "appeal: [1, 2] does not fit; write a number, a dict by name or 3 numbers"),
        ({"arms_effort": {"A": 1}}, "arms_effort is one number a state"),
        ({"arms_effort": "much"}, "arms_effort: 'much' does not fit; write a number"),
        ({"appeal": {"A": "much"}}, "appeal: 'much' is no number"),
        (lambda a: [Arm(a.code)], "'D' is no number; write for instance Arm(1.2)"),
        (lambda a: [Arm(float("nan"))], "nan is no number"),
        (lambda a: [Arm(a.milex_shar)], "an agent has no 'milex_shar'; did you mean 'milex_share'?"),
        (lambda a: [Arm(a.threat["AA"])], "no state 'AA'; did you mean 'A'?"),
        (lambda a: [Arm(1 / 0)], "ZeroDivisionError: division by zero"),
        (lambda a: a.of("AA"), "no state 'AA'"),
    ],
)
def test_mistakes_are_told_with_the_state_and_the_line(wanted: Any, message: str) -> None:
    with pytest.raises(ProposalError) as caught:
        said(wanted)
    assert message in str(caught.value)
    assert "test_plain.py, line " in str(caught.value) and "deciding for D: " in str(caught.value)


def test_an_unknown_column_over_arrays_is_told_too() -> None:
    world = busy_world()
    with pytest.raises(KeyError, match="did you mean 'arms_effort'"):
        Proposals.plain(world, MEMBERS, arms_efort=np.ones(4))
    with pytest.raises(AttributeError, match="did you mean 'appeal'"):
        _ = Proposals.plain(world, MEMBERS).apeal


# -- from a scenario file --------------------------------------------------------------------------------------------

FILE = '''"""Meridia's own policy."""

from sim.policies import Arm, Lean, Mediate, SeekPact


class Broker:
    """Goes between, leans towards whoever threatens less, and arms only when somebody is close."""

    def decide(self, agent):
        calm = min(agent.pole_threat, key=agent.pole_threat.get)
        wanted = [Mediate(2.0), Lean(calm, 0.3)]
        if max(agent.threat.values()) > 0.5:
            wanted += [Arm(1.5), SeekPact(calm, 1.0)]
        return wanted


class Typo:
    def decide(self, agent):
        if agent.time < 2001:
            return []
        return [Lean("ALDD", 0.5)]


class Late:
    def decied(self, agent):
        return []


class Wide:
    def decide(self):
        return []
'''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broker_policy.py").write_text(FILE)
    return tmp_path


def scenario_naming(folder: Path, name: str) -> Path:
    text = f'extends = "three-powers"\nname = "x"\nend = 2002\n[policies]\nMER = "broker_policy:{name}"\n'
    file = folder / "x.toml"
    file.write_text(text)
    return file


def call(*arguments: str) -> Result:
    return CliRunner().invoke(detente, arguments, prog_name="detente")


def test_a_scenario_runs_a_plain_policy_from_the_command_line_where_code_is_allowed(folder: Path) -> None:
    scenario_naming(folder, "Broker")
    refused = call("run", "x.toml", "--out", "out")
    assert refused.exit_code == 2 and "--allow-code" in refused.stderr and "broker_policy:Broker" in refused.stderr
    assert not (folder / "out").exists()
    done = call("run", "x.toml", "--out", "out", "--allow-code")
    assert done.exit_code == 0, done.stderr
    assert (folder / "out" / "run.json").is_file()


def test_the_example_in_the_documentation_balances_more_than_the_built_in_policy(checkout: Path) -> None:
    shares = []
    for file in (checkout / "docs" / "own_policy" / "broker.toml", "three-powers"):
        model = load_scenario(file, changes={"end": 2010}, allow_code=True).model(1, "none")
        model.run_until(2010)
        shares.append(model.world.alignment[model.world.index("MER"), 1:])
    assert model.world.mediation_effort[model.world.index("MER")] == MultiVector().mediation
    assert np.ptp(shares[0]) < 0.8 * np.ptp(shares[1])


def test_the_plain_policy_decides(folder: Path) -> None:
    model = load_scenario(scenario_naming(folder, "Broker"), allow_code=True).model(1)
    model.turn()
    assert model.state("MER").policy == "broker_policy:Broker" and model.state("MER").mediation_effort == 2
    shift = model.world.appeal - model.world.benefit
    assert shift[model.world.index("MER")].max() == pytest.approx(0.3)


def test_a_mistake_in_it_ends_the_command_with_one_message(folder: Path) -> None:
    scenario_naming(folder, "Typo")
    done = call("run", "x.toml", "--out", "out", "--allow-code")
    assert done.exit_code == 2 and not (folder / "out").exists()
    told = "policy 'broker_policy:Typo' failed at 2001.00: broker_policy.py, line 18, deciding for MER: "
    assert told + "no pole or non-alignment 'ALDD'; did you mean 'ALD'?" in done.stderr
    with pytest.raises(PolicyError) as caught:
        load_scenario("x.toml", allow_code=True).model(1).run_until(2002)
    assert isinstance(caught.value, StepError)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Late", "Late is no policy; write a frozen dataclass"),
        ("Late", "its method 'decied' must be called 'decide'"),
        ("Wide", "Wide: write decide(self, agent), not decide(self)"),
    ],
)
def test_a_class_of_another_form_is_refused_at_once(folder: Path, name: str, message: str) -> None:
    scenario_naming(folder, name)
    done = call("run", "x.toml", "--out", "out", "--allow-code")
    assert done.exit_code == 2 and message in done.stderr
