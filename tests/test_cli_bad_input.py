"""Bad input to the command: one message that says what is wrong, where, and what to write instead; exit code 2."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sim.cli.program import detente


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def call(*arguments: str) -> Result:
    return CliRunner().invoke(detente, arguments, prog_name="detente")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def refused(result: Result, *hints: str) -> None:
    """It ended with one message, in which these words stand, and nothing else."""
    assert result.exit_code == 2, result.stderr
    assert result.stdout == ""
    assert result.stderr.startswith("detente: ")
    assert result.stderr.count("detente: ") == 1
    for hint in hints:
        assert hint in result.stderr


CASES: dict[str, tuple[str, tuple[str, ...]]] = {
    "misspelt key": ('extends = "three-powers"\nname = "x"\ntilte = "y"', ("tilte", "line 3", "'title'")),
    "unknown state in a tie": (
        'extends = "three-powers"\nname = "x"\n[ties]\nrivalries = [{ pair = ["ALD", "BRO"], level = 0.5 }]',
        ("BRO", "line 4", "'BOR'"),
    ),
    "code": ('extends = "three-powers"\nname = "x"\n[policies]\nMER = "mine:Policy"', ("--allow-code", "mine:Policy")),
    "gdp below zero": ('extends = "three-powers"\nname = "x"\n[states.MER]\ngdp = -5', ("states.MER.gdp", "line 4")),
    "wrong TOML": ('extends = "three-powers"\nname = \n', ("line 2",)),
    "unknown mechanism": (
        'extends = "three-powers"\nname = "x"\n[mechanisms]\nmediaton = false',
        ("'mediation'", "line 4"),
    ),
    "unknown policy": ('extends = "three-powers"\nname = "x"\n[policies]\nMER = "neutrl"', ("'neutral'", "line 4")),
    "out of bounds": (
        'extends = "three-powers"\nname = "x"\n[mechanisms.alignment]\nkappa = 99',
        ("mechanisms.alignment.kappa", "99", "line 4"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_bad_scenario_file(case: str, tmp_path: Path) -> None:
    text, hints = CASES[case]
    (tmp_path / "bad.toml").write_text(text)
    refused(call("run", "bad.toml", "--out", "out"), "bad.toml", *hints)
    assert names(tmp_path) == ["bad.toml"]


def test_code_runs_only_where_it_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("open('ran', 'w').close()\n")
    (tmp_path / "x.toml").write_text(CASES["code"][0])
    refused(call("run", "x.toml", "--out", "out"), "--allow-code")
    assert names(tmp_path) == ["mine.py", "x.toml"]


@pytest.mark.parametrize(
    ("arguments", "hints"),
    [
        (("three-power",), ("'three-powers'",)),
        (("missing.toml",), ("missing.toml",)),
        (("random:many",), ("random:",)),
        (("three-powers", "--years", "2060:2025"), ("2025:2060", "--years")),
        (("three-powers", "--years", "soon"), ("2025:2060",)),
        (("three-powers", "--seed", "-1"), ("--seed",)),
        (("three-powers", "--seed", "seven"), ("--seed",)),
        (("three-powers", "--replicates", "0"), ("--replicates",)),
        (("three-powers", "--events", "some"), ("full", "summary", "none")),
        (("three-powers", "--set", "mechanisms.alignment.kapa=2"), ("kapa", "'kappa'")),
        (("three-powers", "--set", "mechanisms.mediaton=false"), ("'mediation'",)),
        (("three-powers", "--set", "mechanisms.alignment.kappa=lots"), ("kappa", "lots")),
        (("three-powers", "--set", "states.MER.gdp=-1"), ("states.MER.gdp",)),
        (("three-powers", "--set", "nonsense"), ("nonsense",)),
        (("three-powers", "--sed", "1"), ("--sed",)),
        ((), ("SCENARIO", "detente run --help")),
    ],
)
def test_bad_arguments_of_run(arguments: tuple[str, ...], hints: tuple[str, ...], tmp_path: Path) -> None:
    refused(call("run", *arguments), *hints)
    assert names(tmp_path) == []


@pytest.mark.parametrize("command", ["rnu", "scenario shw", "describe mechanism alignmnet", "report nowhere", "--nope"])
def test_other_bad_commands(command: str, tmp_path: Path) -> None:
    refused(call(*command.split()))
    assert names(tmp_path) == []
