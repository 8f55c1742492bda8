"""`detente fit`: estimates with standard errors, in a file that a run takes over."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.cli.params import ParamsError, changes_of
from sim.cli.program import detente


def command(*typed: str) -> tuple[int, str]:
    """Exit code and output."""
    found = CliRunner().invoke(detente, list(typed))
    return found.exit_code, found.output


def test_the_file_holds_what_was_told_and_a_run_takes_it_over(collection: Path, tmp_path: Path) -> None:
    file = tmp_path / "params.toml"
    code, text = command("fit", "--data", str(collection), "--to", "1985", "--out", str(file), "--json")
    assert code == 0, text
    told = {each["name"]: each for each in json.loads(text)["estimates"]}
    held = tomllib.loads(file.read_text())
    assert held["fitted_from"] == 1946 and held["fitted_to"] == 1985
    assert set(held["estimates"]) == set(told)
    rate = held["mechanisms"]["alliances"]["t0"]
    assert rate == told["mechanisms.alliances.t0"]["value"] and told["mechanisms.alliances.t0"]["se"] > 0
    assert f"mechanisms.alliances.t0={rate!r}" in changes_of(file)
    small = tmp_path / "small.toml"
    small.write_text("[mechanisms.alliances]\nt0 = 0.01\n")
    typed = ["run", "three-powers", "--years", "2025:2026", "--params", str(small), "--out", str(tmp_path / "run")]
    code, text = command(*typed)
    assert code == 0, text
    definition = json.loads((tmp_path / "run" / "run.json").read_text())["definition"]
    assert definition["mechanisms"]["alliances"]["t0"] == 0.01


def test_a_file_that_is_there_is_not_replaced(collection: Path, tmp_path: Path) -> None:
    file = tmp_path / "params.toml"
    file.write_text("mine")
    code, text = command("fit", "--data", str(collection), "--to", "1985", "--out", str(file))
    assert code == 2 and "--force" in text
    assert file.read_text() == "mine"


@pytest.mark.parametrize("content", ["no toml [", "[other]\nx = 1\n", "mechanisms = 3\n"])
def test_other_files_are_no_parameters(tmp_path: Path, content: str) -> None:
    file = tmp_path / "odd.toml"
    file.write_text(content)
    with pytest.raises(ParamsError, match="detente fit"):
        changes_of(file)


def test_years_the_wrong_way_round(collection: Path) -> None:
    code, text = command("fit", "--data", str(collection), "--from", "1980", "--to", "1970")
    assert code == 2 and "must lie after" in text
