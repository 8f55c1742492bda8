"""The Makefile finds a Python that works here by running the candidates, and says what to install when none does."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

MAKE = shutil.which("make")
pytestmark = pytest.mark.skipif(MAKE is None, reason="make is not installed")

BROKEN_SHIM = "#!/bin/sh\necho 'pyenv: python3.12: command not found' >&2\nexit 127\n"


def pretend(change: str) -> str:
    """A command that runs `-c CODE` in this Python after `change`: the Makefile's own tests decide about it."""
    return f"#!/bin/sh\nexec '{sys.executable}' -c 'import sys; {change}; exec(sys.argv[1])' \"$2\"\n"


OLD = pretend("sys.version_info = (3, 11, 7)")
RECENT = pretend("sys.version_info = (3, 13, 0)")
WITHOUT_ENSUREPIP = pretend('sys.modules["ensurepip"] = None')


@pytest.fixture
def find_python(checkout: Path, tmp_path: Path):
    """Run make, by default its target `python` in the checkout, with only the given commands on the path."""

    def find(commands: dict[str, str], *arguments: str, goal="python", root=checkout):
        folder = tmp_path / "a path with spaces"
        folder.mkdir()
        for name, script in commands.items():
            (folder / name).write_text(script)
            (folder / name).chmod(0o755)
        env = {name: value for name, value in os.environ.items() if name not in {"PYTHON", "MAKEFLAGS", "MAKELEVEL"}}
        command = [MAKE, "--silent", "-C", str(root), goal, *arguments]
        return subprocess.run(command, env={**env, "PATH": str(folder)}, capture_output=True, text=True, timeout=60)

    return find


@pytest.mark.parametrize(
    ("commands", "choice"),
    [
        ({"python3.12": RECENT, "python3.13": RECENT, "python3": RECENT}, "python3.12"),
        ({"python3.12": BROKEN_SHIM, "python3.13": RECENT, "python3": RECENT}, "python3.13"),
        ({"python3.12": BROKEN_SHIM, "python3.13": BROKEN_SHIM, "python3": RECENT}, "python3"),
        ({"python3.13": RECENT, "python3": OLD}, "python3.13"),
        ({"python3.12": WITHOUT_ENSUREPIP, "python3": RECENT}, "python3"),
    ],
)
def test_takes_the_first_candidate_that_runs_and_is_new_enough(find_python, commands, choice):
    result = find_python(commands)
    assert (result.returncode, result.stdout.strip()) == (0, choice), result.stderr


def test_the_named_python_comes_first(find_python, tmp_path):
    named = tmp_path / "my python"
    named.write_text(RECENT)
    named.chmod(0o755)
    result = find_python({"python3.12": RECENT}, f"PYTHON={named}")
    assert (result.returncode, result.stdout.strip()) == (0, str(named)), result.stderr


def test_a_named_python_that_does_not_fit_is_reported_and_passed_over(find_python):
    result = find_python({"python3.9": OLD, "python3.12": RECENT}, "PYTHON=python3.9")
    assert (result.returncode, result.stdout.strip()) == (0, "python3.12")
    assert "PYTHON=python3.9 is not a Python 3.12 or newer" in result.stderr


@pytest.mark.parametrize("commands", [{}, {"python3": OLD}, {"python3.12": BROKEN_SHIM, "python3": OLD}])
def test_says_what_to_install_when_none_fits(find_python, commands):
    result = find_python(commands)
    assert result.returncode != 0
    assert result.stdout.strip() == ""
    for hint in ("needs Python 3.12 or newer", "apt install python3 python3-venv", "make PYTHON="):
        assert hint in result.stderr


def test_says_that_the_venv_module_is_missing(find_python):
    result = find_python({"python3.12": WITHOUT_ENSUREPIP, "python3": OLD})
    assert result.returncode != 0
    assert "python3.12 is new enough, but cannot make a virtual environment" in result.stderr
    assert "apt install python3-venv" in result.stderr


def test_setup_without_a_python_fails_before_it_makes_anything(find_python, checkout, tmp_path):
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(checkout / name, copy)
    result = find_python({"python3": OLD}, goal="setup", root=copy)
    assert result.returncode != 0
    assert "needs Python 3.12 or newer" in result.stderr
    assert not (copy / ".venv").exists()


def test_help_names_every_target(checkout):
    makefile = (checkout / "Makefile").read_text()
    listed = subprocess.run([MAKE, "--silent", "-C", str(checkout), "help"], capture_output=True, text=True, check=True)
    for target in ("run", "test", "check", "bench", "soak", "setup", "clean", "help"):
        assert f"\n{target}:" in makefile
        assert f"make {target} " in listed.stdout
