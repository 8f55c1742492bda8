"""The command as a process: bits, exit codes, messages, signals, full disks. What a user meets."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import sim
from sim.scenario import load_scenario

resource = pytest.importorskip("resource", reason="needs a Unix")

TABLES = ("series.parquet", "states.parquet", "events.parquet")
FILES = {*TABLES, "pairs.parquet", "run.json", "report.html"}
LONG = ("run", "random:40", "--years", "2000:2400")


def fresh_signals() -> None:
    """As a terminal would have it, even if the tests themselves run in the background."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def environment() -> dict[str, str]:
    root = str(Path(sim.__file__).parent.parent)
    return os.environ | {"PYTHONPATH": root}


def detente(*args: object, cwd: Path, before: Callable[[], None] = fresh_signals) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sim", *map(str, args)]
    options = {"capture_output": True, "text": True, "timeout": 120, "env": environment()}
    return subprocess.run(command, cwd=cwd, preexec_fn=before, **options)  # type: ignore[call-overload, no-any-return]


def started(*args: object, cwd: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "sim", *map(str, args)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "env": environment()}
    return subprocess.Popen(command, cwd=cwd, preexec_fn=fresh_signals, **pipes)  # type: ignore[call-overload, no-any-return]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def bits(folder: Path) -> dict[str, str]:
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in TABLES}


def refused(done: subprocess.CompletedProcess[str], *hints: str, code: int = 2) -> None:
    """It ended with one message, in which these words stand, and nothing else."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("detente: ")
    assert "Traceback" not in done.stderr
    for hint in hints:
        assert hint in done.stderr


# -- results -----------------------------------------------------------------------------------------------------------
@pytest.mark.slow
def test_the_flagship_twice_with_one_seed_and_once_with_another(tmp_path: Path) -> None:
    for seed, out in ((7, "one"), (7, "two"), (8, "three")):
        done = detente("run", "central-asia-2025", "--seed", seed, "--json", "--out", out, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        assert list(told) == ["scenario", "seed", "steps", "final", "out"]
        assert (told["scenario"], told["seed"], told["steps"]) == ("central-asia-2025", seed, 140)
        assert len(told["final"]) >= 12
        assert all(value is None or isinstance(value, float) for value in told["final"].values())
        assert told["out"] == str(tmp_path / out)
        assert set(names(tmp_path / out)) == FILES
    assert bits(tmp_path / "one") == bits(tmp_path / "two")
    assert all(bits(tmp_path / "one")[name] != bits(tmp_path / "three")[name] for name in TABLES)
    assert names(tmp_path) == ["one", "three", "two"]


def test_a_run_ends_by_saying_where_its_report_is(tmp_path: Path) -> None:
    done = detente("run", "three-powers", "--years", "2000:2005", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    first, *middle, report, link = done.stdout.splitlines()
    assert first.startswith(f"{load_scenario('three-powers').title}: 2000 to 2005, 20 steps, seed 0, ")
    assert 3 <= len([line for line in middle if line.strip()]) <= 4
    path = Path(report.removeprefix("Report: "))
    assert path.is_absolute() and path.is_file()
    assert link.strip() == path.as_uri()
    (folder,) = (tmp_path / "runs").iterdir()
    assert folder == path.parent
    assert folder.name.startswith("three-powers-0-") and len(folder.name) == len("three-powers-0-") + 8
    assert set(names(folder)) == FILES


@pytest.mark.slow
def test_a_second_run_takes_a_fresh_folder_and_set_changes_the_hash(tmp_path: Path) -> None:
    arguments = ("run", "three-powers", "--years", "2000:2001", "--json")
    outs = []
    for more in ((), (), ("--set", "mechanisms.mediation=false")):
        done = detente(*arguments, *more, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        outs.append(Path(json.loads(done.stdout)["out"]).name)
    assert outs[1] == f"{outs[0]}-2"
    assert outs[2].rsplit("-", 1)[1] != outs[0].rsplit("-", 1)[1]


# -- bad input ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("run", "bad.toml", "--out", "out"), "bad.toml, line 3"),
        (("run", "missing.toml"), "missing.toml"),
        (("run", "three-powers", "--years", "2060:2025"), "2025:2060"),
        (("rnu",), "rnu"),
        (("report", "nowhere"), "nowhere"),
    ],
)
def test_bad_input_is_one_message_and_no_traceback(arguments: tuple[str, ...], hint: str, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text('extends = "three-powers"\nname = "x"\ntilte = "y"\n')
    refused(detente(*arguments, cwd=tmp_path), hint)
    assert names(tmp_path) == ["bad.toml"]


# -- where to write ----------------------------------------------------------------------------------------------------
def test_a_place_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused(detente("run", "three-powers", "--out", "file/below", cwd=tmp_path), "file/below", "cannot write there")
    refused(detente("run", "three-powers", "--out", "file", cwd=tmp_path), "is a file")
    refused(detente("run", "three-powers", "--out", "/proc/detente", cwd=tmp_path), "/proc/detente", "cannot write")
    assert names(tmp_path) == ["file"]


def test_a_folder_that_is_not_empty(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").touch()
    arguments = ("run", "three-powers", "--years", "2000:2001", "--out", "out")
    refused(detente(*arguments, cwd=tmp_path), "not empty", "--force")
    assert names(tmp_path / "out") == ["mine.txt"]
    assert detente(*arguments, "--force", cwd=tmp_path).returncode == 0
    assert set(names(tmp_path / "out")) == FILES | {"mine.txt"}


@pytest.mark.parametrize("size", [0, 2_000, 20_000])
def test_a_full_disk_leaves_nothing(size: int, tmp_path: Path) -> None:
    def small_files() -> None:
        fresh_signals()
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    arguments = ("run", "three-powers", "--years", "2000:2010", "--out", "a/out")
    refused(detente(*arguments, cwd=tmp_path, before=small_files), "nothing was written")
    assert names(tmp_path) == []


@pytest.mark.slow
def test_a_full_disk_spares_the_earlier_run(tmp_path: Path) -> None:
    def small_files() -> None:
        fresh_signals()
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    arguments = ("run", "three-powers", "--years", "2000:2010", "--out", "out")
    assert detente(*arguments, cwd=tmp_path).returncode == 0
    before = bits(tmp_path / "out")
    refused(detente(*arguments, "--force", "--seed", 2, cwd=tmp_path, before=small_files), "nothing was written")
    assert bits(tmp_path / "out") == before
    assert set(names(tmp_path / "out")) == FILES


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_output_that_takes_nothing(tmp_path: Path) -> None:
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "sim", "scenario", "schema"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, cwd=tmp_path, env=environment())
    assert done.returncode == 2
    assert done.stderr.startswith("detente: ") and "No space left" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_reader_that_has_gone_is_no_trouble(tmp_path: Path) -> None:
    process = started("scenario", "schema", cwd=tmp_path)
    assert process.stdout and process.stderr
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(60) == 141


# -- signals -----------------------------------------------------------------------------------------------------------
def wait_for(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    while not condition():
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)


def interrupted(process: subprocess.Popen[str], number: int, code: int) -> None:
    process.send_signal(number)
    out, error = process.communicate(timeout=60)
    assert (process.returncode, out, error) == (code, "", "detente: interrupted; nothing was written\n")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_ctrl_c_in_the_middle_leaves_nothing(number: int, code: int, tmp_path: Path) -> None:
    process = started(*LONG, "--out", "a/b", cwd=tmp_path)
    wait_for(lambda: any(tmp_path.glob("a/.detente-*")), process)
    time.sleep(1.0)
    interrupted(process, number, code)
    assert names(tmp_path) == []


@pytest.mark.slow
@pytest.mark.parametrize("delay", [0.0, 0.05, 0.2, 0.5, 1.0])
def test_ctrl_c_while_the_results_are_written_leaves_all_or_nothing(delay: float, tmp_path: Path) -> None:
    process = started("run", "three-powers", "--years", "2000:2020", "--out", "out", cwd=tmp_path)
    wait_for(lambda: any(tmp_path.glob(".detente-*/*")), process)
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    if names(tmp_path):
        assert names(tmp_path) == ["out"]
        assert set(names(tmp_path / "out")) == FILES
    else:
        assert process.returncode == 130


# -- the rest ----------------------------------------------------------------------------------------------------------
def test_help_is_quick(tmp_path: Path) -> None:
    def children() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    taken = []
    for _ in range(3):
        before = children()
        assert detente("--help", cwd=tmp_path).returncode == 0
        taken.append(children() - before)
    assert min(taken) < 0.3


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom sim.cli import main\n"
        "try:\n    main(['run', '--help'])\n"
        "except SystemExit:\n    print(sorted({'numpy', 'mesa', 'pydantic', 'rich', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment(), capture_output=True, text=True)
    assert done.stdout.endswith("[]\n"), done.stderr


def test_a_mistake_in_a_policy_of_ones_own_says_where_and_how_to_report(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from dataclasses import dataclass\nfrom typing import ClassVar\nfrom sim.policies.base import Policy\n\n\n"
        "@dataclass(frozen=True)\nclass Broken(Policy):\n    reads: ClassVar = ''\n\n"
        "    def propose(self, world, members, rng):\n"
        "        if world.step > 2:\n            raise RuntimeError('oh no')\n"
        "        from sim.policies.proposals import Proposals\n\n"
        "        return Proposals.plain(world, members)\n"
    )
    (tmp_path / "x.toml").write_text('extends = "three-powers"\nname = "x"\n[policies]\nMER = "mine:Broken"')
    arguments = ("run", "x.toml", "--allow-code", "--out", "out")
    done = detente(*arguments, cwd=tmp_path)
    refused(done, "mine:Broken", "oh no", "step 4 of", "nothing was written", "--debug", code=1)
    assert "Traceback" in detente(*arguments, "--debug", cwd=tmp_path).stderr
    assert "out" not in names(tmp_path)
