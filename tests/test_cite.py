"""`detente cite`: the program, the literature of what a run used and of nothing else, the data of its scenario."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import sim
from sim import load_scenario, run
from sim.cli.program import detente
from sim.describe import describe, of_kind, references
from sim.model_description.behind_a_run import literature_behind, policies_held
from sim.model_description.literature import uses_of
from sim.results import Run, save_runs
from sim.scenario import Scenario

OWN = """
from dataclasses import dataclass
from typing import ClassVar
from sim.policies.base import Policy
from sim.policies.proposals import Proposals

@dataclass(frozen=True)
class Wait(Policy):
    reads: ClassVar = "benefit autonomy"

    def propose(self, world, members, rng):
        return Proposals.plain(world, members)
"""


def call(*arguments: str) -> Result:
    return CliRunner().invoke(detente, ["cite", *arguments], prog_name="detente")


def finished(*changes: str, seed: int = 3, years: int = 1) -> Run:
    scenario = load_scenario("three-powers", changes=[f"end={2000 + years}", *changes])
    return run(scenario, seed)


@pytest.fixture(scope="module")
def usual() -> Run:
    return finished()


@pytest.fixture(scope="module")
def folder(usual: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_runs([usual], tmp_path_factory.mktemp("runs") / "usual")


@pytest.fixture
def told(folder: Path) -> dict[str, Any]:
    result = call(str(folder), "--json")
    assert result.exit_code == 0 and result.stderr == ""
    return json.loads(result.stdout)


def keys(found: dict[str, Any]) -> set[str]:
    return {work["key"] for work in found["references"]}


def users(found: dict[str, Any], key: str) -> set[tuple[str, str]]:
    return {(use["kind"], use["name"]) for work in found["references"] if work["key"] == key for use in work["uses"]}


def literature(kind: str, *names: str) -> set[str]:
    return {use.key for name in names for use in uses_of(describe(kind, name, of_kind(kind)[name]))}


# -- what a run used ---------------------------------------------------------------------------------------------------
def test_the_literature_is_that_of_the_mechanisms_and_policies_used(told: dict[str, Any], usual: Run) -> None:
    assert told["mechanisms"] == list(usual.scenario.rules())
    assert told["policies"] == ["align", "multi_vector"]
    expected = literature("mechanism", *told["mechanisms"]) | literature("policy", *told["policies"])
    assert keys(told) == expected and expected
    named = {user for work in told["references"] for user in users(told, work["key"])}
    used = {("mechanism", name) for name in told["mechanisms"]} | {("policy", name) for name in told["policies"]}
    assert named <= used


def test_what_is_off_by_the_scenario_is_left_out(told: dict[str, Any]) -> None:
    assert {"shocks", "leadership", "dispute_onset", "rivalry"} <= set(told["switched_off"])
    assert not {"Kelman2012", "Organski1958"} & keys(told)
    assert set(told["mechanisms"]) | set(told["switched_off"]) == set(of_kind("mechanism"))


def test_switching_a_mechanism_off_takes_its_own_literature_away_and_no_more(told: dict[str, Any]) -> None:
    without = literature_behind([finished("mechanisms.mediation=false")])
    assert "mediation" in without["switched_off"]
    others = literature("mechanism", *without["mechanisms"]) | literature("policy", *without["policies"])
    assert keys(without) == others
    assert keys(told) - keys(without) == literature("mechanism", "mediation") - others != set()
    assert ("mechanism", "mediation") in users(told, "Kydd2003")
    assert ("mechanism", "mediation") not in users(without, "Kydd2003")


def test_a_policy_counts_if_a_state_held_it_at_any_time(tmp_path: Path) -> None:
    assert "Braumoeller2010" not in keys(literature_behind([finished()]))
    change = 'extends = "three-powers"\nname = "turn"\nend = 2001\n[[events]]\n'
    change += 'kind = "policy"\nyear = 2000.6\nstate = "MER"\npolicy = "isolate"\n'
    (tmp_path / "turn.toml").write_text(change, encoding="utf-8")
    later = run(load_scenario(tmp_path / "turn.toml"), 3)
    found = literature_behind([later])
    assert found["policies"] == ["align", "isolate", "multi_vector"]
    assert users(found, "Braumoeller2010") == {("policy", "isolate")}
    assert policies_held([finished(), later]) == found["policies"]


def test_a_policy_that_only_a_state_yet_to_come_holds_does_not_count(usual: Run) -> None:
    policy, alive = usual.states["policy"].copy(), usual.states["alive"].copy()
    policy[:, 0], alive[:, 0] = usual.names.policies.index("neutral"), False
    states = {**usual.states, "policy": policy, "alive": alive}
    absent = Run(**{**vars(usual), "states": states})
    assert "neutral" not in policies_held([absent])


def test_the_own_policy_of_a_user_is_named_without_literature(tmp_path: Path) -> None:
    (tmp_path / "waiting.py").write_text(OWN, encoding="utf-8")
    (tmp_path / "mine.toml").write_text('extends = "three-powers"\nname = "mine"\nend = 2001\n'
                                        '[policies]\nMER = "waiting:Wait"\n', encoding="utf-8")  # fmt: skip
    mine = run(load_scenario(tmp_path / "mine.toml", allow_code=True), 1)
    place = str(save_runs([mine], tmp_path / "out"))
    found = json.loads(call(place, "--json").stdout)
    assert found["own_policies"] == ["waiting:Wait"]
    assert found["policies"] == ["align"]
    assert "Contessi2015" not in {key for key in keys(found) if ("policy", "multi_vector") in users(found, key)}
    assert "waiting:Wait" in call(place).stdout


def test_each_work_says_what_it_was_used_for(told: dict[str, Any]) -> None:
    for work in told["references"] + told["also"]:
        assert work["citation"] == references()[work["key"]]
        assert work["uses"] and all(use["purposes"] and all(use["purposes"]) for use in work["uses"])
    ripeness = next(work for work in told["references"] if work["key"] == "Zartman2000")
    assert any("ripeness" in what for use in ripeness["uses"] for what in use["purposes"])
    wars = next(work for work in told["references"] if work["key"] == "SarkeesWayman2010fit")
    assert any(what.startswith("value of log_days") for use in wars["uses"] for what in use["purposes"])


def test_measures_and_framework_stand_by_themselves(told: dict[str, Any]) -> None:
    kinds = {use["kind"] for work in told["also"] for use in work["uses"]}
    assert kinds == {"measure", "column", "framework"}
    assert "Burt1992" in {work["key"] for work in told["also"]} - keys(told)


def test_it_says_how_many_numbers_are_assumed(told: dict[str, Any]) -> None:
    from sim.core.params import parameters

    units = [of_kind("mechanism")[name] for name in told["mechanisms"]]
    units += [of_kind("policy")[name] for name in told["policies"]]
    sources = [parameter.source for unit in units for parameter in parameters(unit).values()]
    assert told["numbers"] == {"all": len(sources), "assumed": sources.count("assumed")}


# -- program and data --------------------------------------------------------------------------------------------------
def test_how_to_cite_the_program(told: dict[str, Any], usual: Run) -> None:
    program = told["detente"]
    assert program["version"] == sim.__version__ == usual.provenance["versions"]["detente"]
    assert f"Détente {sim.__version__}" in program["cite"]
    assert usual.provenance["created"][:4] in program["cite"]
    if usual.provenance["commit"]:
        assert usual.provenance["commit"][:12] in program["cite"]
    assert told["hash"] == usual.scenario.hash and told["seeds"] == [3]


def test_the_data_of_the_scenario(told: dict[str, Any]) -> None:
    assert told["data"] == [{"figures": "all", "source": "Invented for teaching"}]


def test_single_sources_of_the_flagship_are_listed_with_their_place() -> None:
    flagship = run(load_scenario("central-asia-2025", changes=["end=2025.25"]), 1)
    found = literature_behind([flagship])
    scenario: Scenario = flagship.scenario
    assert {each["figures"]: each["source"] for each in found["data"]} == scenario.sources
    pacts = {tie["source"] for tie in found["ties"] if tie["place"].startswith("ties.pacts")}
    assert pacts == {pact.source for pact in scenario.ties.pacts if pact.source}
    assert any(tie["place"] == "ties.pacts TUR AZE" and "Shusha" in tie["source"] for tie in found["ties"])


# -- the command -------------------------------------------------------------------------------------------------------
def test_the_text_holds_what_the_json_holds(folder: Path, told: dict[str, Any]) -> None:
    flat = " ".join(call(str(folder)).stdout.split())
    for work in told["references"] + told["also"]:
        assert " ".join(work["citation"].split()) in flat, work["key"]
    for use in (use for work in told["references"] for use in work["uses"]):
        assert all(what in flat for what in use["purposes"])
    assert told["detente"]["cite"] in flat and "Invented for teaching" in flat
    assert f"Switched off: {', '.join(told['switched_off'])}" in flat


def test_replicates_are_cited_together(tmp_path: Path, usual: Run) -> None:
    place = save_runs([usual, finished(seed=4)], tmp_path / "two")
    found = json.loads(call(str(place), "--json").stdout)
    assert found["seeds"] == [3, 4]


def test_the_same_run_gives_the_same_answer(folder: Path) -> None:
    assert call(str(folder), "--json").stdout == call(str(folder), "--json").stdout


def test_a_folder_without_a_run_is_one_message(tmp_path: Path) -> None:
    result = call(str(tmp_path / "nothing"))
    assert result.exit_code == 2 and result.stdout == ""
    assert "holds no run" in result.stderr and "Traceback" not in result.stderr
