"""The commands, called in this process: what they print and write."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

import sim
from sim.cli.program import detente
from sim.mechanisms.alignment import Alignment
from sim.results import FILES, load_runs
from sim.scenario import built_in_scenarios, load_scenario
from sim.world import World

SHORT = ("--years", "2000:2002")
GROUPS = {"scenario"}


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)


def call(*arguments: str) -> Result:
    return CliRunner().invoke(detente, arguments, prog_name="detente")


def output(*arguments: str) -> str:
    result = call(*arguments)
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    return result.stdout


def all_commands() -> list[tuple[str, ...]]:
    flat: list[tuple[str, ...]] = [()]
    for name, command in detente.commands.items():
        flat.append((name,))
        flat += [(name, below) for below in getattr(command, "commands", {})]
    return flat


@pytest.mark.parametrize("command", all_commands(), ids=" ".join)
def test_every_command_has_help_with_an_example(command: tuple[str, ...]) -> None:
    text = output(*command, "--help")
    assert "Example" in text
    assert f"  {' '.join(('detente', *command))}" in text


@pytest.mark.parametrize("group", [(), ("scenario",)])
def test_a_group_alone_shows_its_help(group: tuple[str, ...]) -> None:
    assert output(*group) == output(*group, "--help")


def test_the_version() -> None:
    assert output("--version") == f"detente {sim.__version__}\n"


# -- scenario ----------------------------------------------------------------------------------------------------------
def test_list_names_every_built_in_scenario() -> None:
    lines = output("scenario", "list").splitlines()
    assert [line.split()[0] for line in lines[1:]] == list(built_in_scenarios())
    flagship = next(line for line in lines if line.startswith("central-asia-2025"))
    for part in (str(len(load_scenario("central-asia-2025").states)), "2025 to 2060", "Kazakhstan among Russia"):
        assert part in flagship


def test_show_tells_what_is_in_it(tmp_path: Path) -> None:
    dispute = '[ties]\ndisputes = [{ pair = ["BOR", "DAL"], level = 1 }]\n'
    event = '[[events]]\nyear = 2010\nkind = "policy"\nstate = "MER"\npolicy = "neutral"\n'
    (tmp_path / "x.toml").write_text(f'extends = "three-powers"\nname = "x"\n{dispute}{event}')
    text = output("scenario", "show", "x.toml")
    for part in ("A teaching world", "Meridia", "multi_vector", "WORLD", "non_proliferation", "BOR - DAL", "claim"):
        assert part in text
    assert "state MER, policy neutral" in text
    for head in ("Actors", "Poles", "Organisations", "Norms", "Live disputes", "Policies", "Mechanisms"):
        assert f"\n{head}\n" in text
    assert "\nScheduled events\n" in text


@pytest.mark.parametrize("name", ["central-asia-2025", "random:12"])
def test_show_takes_any_scenario(name: str) -> None:
    text = output("scenario", "show", name)
    world = load_scenario(name).world()
    assert all(f"\n  {code} " in text for code in world.names.states)


def test_validate_says_ok_or_all_that_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text('extends = "three-powers"\nname = "x"\n')
    actors = len(load_scenario("three-powers").states)
    assert output("scenario", "validate", "x.toml") == f"ok: x, {actors} actors, 2000 to 2040\n"
    path.write_text('extends = "three-powers"\nname = "x"\n[states.MER]\ngdp = -1\n[policies]\nDAL = "bandwagn"\n')
    result = call("scenario", "validate", "x.toml")
    assert result.exit_code == 2
    assert result.stdout == ""
    for part in ("2 problems", "states.MER.gdp", "line 4", "'bandwagon'", "line 6"):
        assert part in result.stderr


def test_a_new_scenario_is_valid_runs_and_is_never_overwritten(tmp_path: Path) -> None:
    told = output("scenario", "new", "my-world", "--extends", "three-powers")
    assert "my-world.toml" in told
    text = (tmp_path / "my-world.toml").read_text()
    assert tomllib.loads(text)["extends"] == "three-powers"
    assert output("scenario", "validate", "my-world.toml").startswith("ok: my-world")
    assert json.loads(output("run", "my-world.toml", *SHORT, "--json"))["scenario"] == "my-world"
    again = call("scenario", "new", "my-world")
    assert again.exit_code == 2
    assert "exists already" in again.stderr
    assert (tmp_path / "my-world.toml").read_text() == text


def test_what_the_template_offers_is_valid_too(tmp_path: Path) -> None:
    output("scenario", "new", "full")
    offered = [line.removeprefix("# ") for line in (tmp_path / "full.toml").read_text().splitlines()]
    keys = [line for line in offered if "=" in line or line.startswith("[")]
    kept = [line for line in keys if not line.startswith(("#", "mediation"))]
    start = next(n for n, line in enumerate(kept) if line.startswith("start ="))
    head = ['extends = "central-asia-2025"', 'name = "full"']
    (tmp_path / "full.toml").write_text("\n".join([*head, *kept[start:]]))
    scenario = load_scenario("full.toml")
    assert (scenario.start, scenario.end, scenario.states["KAZ"].gdp) == (2025, 2075, 300)
    assert scenario.policies["KAZ"] == "neutral"
    assert scenario.mechanisms["alignment"]["kappa"] == 2
    assert scenario.events[-1].kind == "policy"


def test_a_new_scenario_needs_one_to_extend(tmp_path: Path) -> None:
    result = call("scenario", "new", "x", "--extends", "three-power")
    assert result.exit_code == 2 and "'three-powers'" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_schema_accepts_the_built_in_scenarios_and_no_misspelt_key() -> None:
    validator = jsonschema.Draft202012Validator(json.loads(output("scenario", "schema")))
    whole = tomllib.loads(built_in_scenarios()["three-powers"].read_text())
    assert list(validator.iter_errors(whole)) == []
    assert list(validator.iter_errors(whole | {"tilte": "x"}))


# -- describe ----------------------------------------------------------------------------------------------------------
def test_describe_lists_one_line_an_item() -> None:
    lines = output("describe", "column").splitlines()
    assert [line.split()[0] for line in lines] == list(World.declarations())
    text = output("describe")
    assert all(head in text for head in ("MECHANISM\n", "POLICY\n", "MEASURE\n", "COLUMN\n"))


def test_describe_tells_all_about_a_mechanism() -> None:
    text = output("describe", "mechanism", "alignment")
    for part in ("U_i(w) = b_i . w", "kappa", "0 .. 6", "Assumes:", "Source:", "DECIDE", "pole_rivalry"):
        assert part in text
    told = json.loads(output("describe", "mechanism", "alignment", "--json"))
    kappa = next(number for number in told["parameters"] if number["name"] == "kappa")
    assert kappa["default"] == Alignment().kappa
    assert {"unit", "low", "high", "source", "doc"} <= set(kappa)


def test_describe_finds_a_name_among_all_kinds() -> None:
    text = output("describe", "alignment")
    assert "alignment (mechanism)" in text and "alignment (column)" in text
    assert output("describe", "hedging").startswith("hedging (measure)")


def test_describe_lists_in_json() -> None:
    listed = json.loads(output("describe", "policy", "--json"))
    assert {"kind", "name", "sentence"} == set(listed[0])
    assert "multi_vector" in {item["name"] for item in listed}


def test_describe_lists_what_is_assumed() -> None:
    assert "mechanisms.alignment.kappa" in output("describe", "--assumed")
    numbers = json.loads(output("describe", "mechanism", "threat", "--assumed", "--json"))
    assert {number["key"].rsplit(".", 1)[0] for number in numbers} == {"mechanisms.threat"}
    assert "Every number here has a source" in output("describe", "column", "gdp", "--assumed")


@pytest.mark.parametrize("arguments", [("mechanism", "alignmnet"), ("alignmnet",), ("mechanisms", "alignment")])
def test_describe_helps_on_a_miss(arguments: tuple[str, ...]) -> None:
    result = call("describe", *arguments)
    assert result.exit_code == 2
    assert "alignment" in result.stderr or "mechanism" in result.stderr


# -- run and report ----------------------------------------------------------------------------------------------------
def test_replicates_share_one_folder_and_one_report(tmp_path: Path) -> None:
    arguments = ("--seed", "4", "--replicates", "3", "--json", "--out", "out")
    told = json.loads(output("run", "three-powers", *SHORT, *arguments))
    assert {path.name for path in (tmp_path / "out").iterdir()} == {*FILES, "report.html"}
    assert [run.seed for run in load_runs(tmp_path / "out")] == [4, 5, 6]
    assert [each["seed"] for each in told["replicates"]] == [4, 5, 6]
    values = [each["final"]["tension"] for each in told["replicates"]]
    assert len(set(values)) == 3
    assert told["final"]["tension"] == pytest.approx(sum(values) / 3)
    alone = json.loads(output("run", "three-powers", *SHORT, "--seed", "5", "--json", "--out", "alone"))
    assert alone["final"] == told["replicates"][1]["final"]


@pytest.mark.parametrize("replicates", ["1", "2"])
def test_the_report_can_be_made_again(tmp_path: Path, replicates: str) -> None:
    output("run", "three-powers", *SHORT, "--replicates", replicates, "--out", "out")
    report = tmp_path / "out" / "report.html"
    size = report.stat().st_size
    report.unlink()
    before = {path.name for path in report.parent.iterdir()}
    told = output("report", "out")
    assert str(report) in told
    assert report.stat().st_size > 0.9 * size
    assert {path.name for path in report.parent.iterdir()} == before | {"report.html"}


@pytest.mark.slow
def test_the_bits_do_not_depend_on_what_is_kept_of_events(tmp_path: Path) -> None:
    finals = {}
    for keep in ("full", "summary", "none"):
        arguments = ("--events", keep, "--json", "--out", keep)
        finals[keep] = json.loads(output("run", "three-powers", "--years", "2000:2010", *arguments))["final"]
    assert finals["full"] == finals["summary"] == finals["none"]
    for name in ("series.parquet", "states.parquet"):
        assert len({(tmp_path / keep / name).read_bytes() for keep in finals}) == 1


def test_years_place_the_start() -> None:
    told = json.loads(output("run", "three-powers", "--years", "1990:1995", "--json"))
    assert told["steps"] == 20


def test_the_progress_bar_is_for_terminals_only() -> None:
    result = call("run", "three-powers", *SHORT)
    assert result.stderr == ""
    assert "Simulating" not in result.stdout
