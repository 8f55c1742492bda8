"""What the README tells people to type works, from top to bottom, in an empty folder."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import sim
from tests.empirical.synthetic import write_world

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def blocks(checkout: Path, language: str) -> list[str]:
    return [text for kind, text in BLOCK.findall((checkout / "README.md").read_text()) if kind == language]


def run_here(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(Path(sim.__file__).parent.parent)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{shlex.join(command)}\n{done.stderr}"
    assert done.stderr == ""
    return done


def test_every_block_is_of_a_kind_that_is_tried(checkout: Path) -> None:
    kinds = [kind for kind, _ in BLOCK.findall((checkout / "README.md").read_text())]
    assert set(kinds) == {"", "console", "python", "sh"}
    plain = [re.split(r"\s{2,}", line)[0] for block in blocks(checkout, "") for line in block.splitlines()]
    views = ["detente view", "detente view three-powers --seed 7", "detente view as-it-is"]
    assert plain == ["make run", "make view", "make test", "make help", "pip install .", *views]
    for target in ("run", "view", "test", "help"):
        assert re.search(rf"^{target}:", (checkout / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.slow
def test_the_commands(checkout: Path, tmp_path: Path) -> None:
    lines = [line for block in blocks(checkout, "console") for line in block.splitlines()]
    assert len(lines) > 10
    for line in lines:
        prompt, program, *arguments = shlex.split(line)
        assert (prompt, program) == ("$", "detente"), line
        done = run_here([sys.executable, "-m", "sim", *arguments], tmp_path)
        if arguments[0] == "run" and "--json" not in arguments:
            report = re.search(r"^Report: (.*)$", done.stdout, re.MULTILINE)
            assert report and Path(report[1]).is_file(), line


FEW = {"hindcast": ["--runs", "3"], "validate": ["--runs", "2", "--years", "3"], "run": ["--years", "1991:1993"]}
"""What makes commands quick that take minutes as they stand."""


@pytest.mark.slow
def test_the_commands_for_data(checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On an invented world in the formats of the downloads."""
    monkeypatch.setenv("DETENTE_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path / "cache"))
    folder = write_world(tmp_path / "downloads", names="official")
    (block,) = blocks(checkout, "sh")
    for line in block.splitlines():
        program, *arguments = (str(folder) if word == "DIR" else word for word in shlex.split(line))
        assert program == "detente", line
        run_here([sys.executable, "-m", "sim", *arguments, *FEW.get(arguments[0], [])], tmp_path)
    assert (tmp_path / "params.toml").is_file()
    assert (tmp_path / "from-1990" / "forecast.parquet").is_file()


def test_the_python(checkout: Path, tmp_path: Path) -> None:
    (code,) = blocks(checkout, "python")
    told = run_here([sys.executable, "-c", code], tmp_path).stdout
    for part in ("non-alignment", "State(MER)", "cold_war_index"):
        assert part in told


def test_the_files_that_it_names_exist(checkout: Path) -> None:
    text = (checkout / "README.md").read_text()
    named = [name for name in re.findall(r"`((?:sim|tests|docs|scenarios)/[\w/.]*)`", text) if "NAME" not in name]
    assert len(named) > 10
    assert [name for name in named if not (checkout / name).exists()] == []
