"""Runs on disk: the same bits back, whole folders or none, where a run comes from."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import results
from sim.events import EVENT_COLUMNS
from sim.measures import BY_STATE, SCALAR
from sim.results import FILES, PAIR_COLUMNS, Run, RunFolderError, load_run, load_runs, save_runs, storage
from sim.results.origin import _commit, cpu_features
from sim.runner import run as simulate
from sim.scenario import Scenario, load_scenario

SEEDS = (3, 4)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """A lively invented world, some years long."""
    return load_scenario("random:9", changes={"end": 2008})


@pytest.fixture(scope="module")
def runs(scenario: Scenario) -> list[Run]:
    """Two replicates."""
    return [simulate(scenario, seed) for seed in SEEDS]


def same(one: Run, other: Run) -> None:
    """Assert that two runs hold the same bits."""
    assert one.seed == other.seed
    assert one.names == other.names
    assert one.scenario.hash == other.scenario.hash
    assert np.array_equal(one.time, other.time)
    assert np.array_equal(one.alignment, other.alignment)
    for name in ("series", "states"):
        left, right = getattr(one, name), getattr(other, name)
        assert list(left) == list(right)
        assert all(np.array_equal(left[key], right[key]) for key in left)
        assert all(left[key].dtype.kind == right[key].dtype.kind for key in left)
    for moment in ("start", "end"):
        assert all(np.array_equal(one.pairs[moment][name], other.pairs[moment][name]) for name in PAIR_COLUMNS)
    assert list(one.events) == list(other.events)
    assert dict(one.clips) == dict(other.clips)


def test_a_run_holds_what_it_says(runs: list[Run]) -> None:
    run = runs[0]
    steps, n = run.scenario.steps, len(run.names.states)
    assert run.time.shape == (steps + 1,)
    assert set(run.series) == set(SCALAR)
    assert set(BY_STATE) <= set(run.states)
    assert all(values.shape == (steps + 1, n) for values in run.states.values())
    assert run.alignment.shape == (steps + 1, n, 1 + len(run.names.poles))
    assert run.final == {name: values[-1] for name, values in run.series.items()}
    assert len(run.events) > 20
    assert set(run.events[0]) == set(EVENT_COLUMNS)


def test_saved_and_loaded_it_has_the_same_bits(runs: list[Run], tmp_path: Path) -> None:
    folder = runs[0].save(tmp_path / "new" / "folder")
    assert {path.name for path in folder.iterdir()} == set(FILES)
    loaded = load_run(folder)
    same(runs[0], loaded)
    assert loaded.provenance == runs[0].provenance


def test_numbers_that_there_are_none_of_come_back_as_none(runs: list[Run], tmp_path: Path) -> None:
    first, *rest = runs[0].events
    none = {"chance": None, "drawn": None, "amount": None}
    run = replace(runs[0], events=[dict(first) | none, *(dict(event) | {"chance": 0.25} for event in rest)])
    loaded = load_run(run.save(tmp_path / "out"))
    assert list(loaded.events) == list(run.events)
    assert loaded.events[0]["chance"] is None
    assert loaded.events[1]["chance"] == 0.25


def test_the_same_run_gives_the_same_files_and_another_seed_does_not(scenario: Scenario, tmp_path: Path) -> None:
    folders = [simulate(scenario, seed).save(tmp_path / name) for name, seed in (("a", 3), ("b", 3), ("c", 4))]
    tables = [{name: (folder / name).read_bytes() for name in FILES[1:]} for folder in folders]
    assert tables[0] == tables[1]
    assert all(tables[0][name] != tables[2][name] for name in FILES[1:])


def test_replicates_share_tables_and_come_back_one_by_one(runs: list[Run], tmp_path: Path) -> None:
    folder = save_runs(runs, tmp_path / "both")
    loaded = load_runs(folder)
    assert [run.seed for run in loaded] == list(SEEDS)
    for one, other in zip(runs, loaded, strict=True):
        same(one, other)
    told = json.loads((folder / "run.json").read_text())
    assert told["seeds"] == list(SEEDS)
    assert set(told["final"]) == {str(seed) for seed in SEEDS}


def test_run_json_tells_where_the_run_comes_from(runs: list[Run], tmp_path: Path) -> None:
    told = json.loads((runs[0].save(tmp_path / "out") / "run.json").read_text())
    assert told["scenario_hash"] == runs[0].scenario.hash
    assert told["seed"] == 3
    assert told["steps"] == runs[0].scenario.steps
    assert {"detente", "python", "numpy", "mesa", "scipy", "duckdb"} <= set(told["versions"])
    assert {"commit", "cpu_features", "command", "created", "platform"} <= set(told)
    assert told["created"].endswith("+00:00")
    assert told["final"] == runs[0].final
    assert isinstance(cpu_features(), list)


def test_tables_as_data_frames(runs: list[Run]) -> None:
    run = runs[0]
    steps, n = len(run.time), len(run.names.states)
    assert run.to_frame("series").shape == (steps, 2 + len(SCALAR))
    states = run.to_frame("states")
    assert len(states) == steps * n
    code = run.names.states[2]
    own = states[states["state"] == code]
    assert own["gdp"].to_numpy() == pytest.approx(run.states["gdp"][:, 2])
    shares = own[[c for c in own if c.startswith("alignment_")]].to_numpy()
    assert shares == pytest.approx(run.alignment[:, 2])
    assert len(run.to_frame("events")) == len(run.events)
    assert len(run.to_frame("pairs")) == 2 * n * n
    with pytest.raises(ValueError, match="did you mean 'series'"):
        run.to_frame("serie")  # type: ignore[arg-type]


def test_a_run_without_events_can_be_saved(scenario: Scenario, tmp_path: Path) -> None:
    run = simulate(scenario, 3, keep="none")
    assert list(load_run(run.save(tmp_path / "out")).events) == []


def test_rows_and_titles(runs: list[Run]) -> None:
    run = runs[0]
    code = run.names.states[1]
    assert run.row(code) == 1
    assert run.title("NOBODY") == "NOBODY"
    with pytest.raises(KeyError, match="no state"):
        run.row("NOBODY")


# -- folders: whole or not at all --------------------------------------------------------------------------------------
def test_what_is_there_is_not_overwritten_unasked(runs: list[Run], tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(RunFolderError, match="not empty"):
        runs[0].save(tmp_path)
    with pytest.raises(RunFolderError, match="is a file"):
        runs[0].save(tmp_path / "notes.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_force_replaces_the_run_and_leaves_other_files(runs: list[Run], tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    runs[0].save(tmp_path, force=True)
    runs[1].save(tmp_path, force=True)
    assert load_run(tmp_path).seed == SEEDS[1]
    assert {path.name for path in tmp_path.iterdir()} == {*FILES, "notes.txt"}


@pytest.mark.parametrize("failure", [OSError("disk"), KeyboardInterrupt(), RuntimeError("bug")])
def test_a_failure_in_the_middle_leaves_nothing(
    runs: list[Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    def break_down(*args: Any) -> None:
        raise failure

    runs[0].save(tmp_path / "old")
    before = {path.name: path.read_bytes() for path in (tmp_path / "old").iterdir()}
    monkeypatch.setattr(storage, "description", break_down)
    with pytest.raises(type(failure)):
        runs[1].save(tmp_path / "deep" / "new")
    with pytest.raises(type(failure)):
        runs[1].save(tmp_path / "old", force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["old"]
    assert {path.name: path.read_bytes() for path in (tmp_path / "old").iterdir()} == before


@pytest.mark.parametrize("limit", [600, 20_000])
def test_a_full_disk_leaves_nothing(limit: int, tmp_path: Path, checkout: Path) -> None:
    script = f"""
        import resource, sys
        from sim.runner import run
        result = run("random:9", 3)
        resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, resource.RLIM_INFINITY))
        try:
            result.save({str(tmp_path / "deep" / "out")!r})
        except OSError as error:
            sys.exit(42 if str(error) else 1)
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    done = subprocess.run(command, cwd=checkout, capture_output=True, text=True, timeout=120)
    assert done.returncode == 42, done.stderr
    assert list(tmp_path.iterdir()) == []
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != limit


def test_what_is_no_run_is_refused(runs: list[Run], tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="holds no run"):
        load_run(tmp_path / "nowhere")
    folder = runs[0].save(tmp_path / "out")
    told = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(told | {"format": 99}))
    with pytest.raises(RunFolderError, match="format 99"):
        load_run(folder)
    (folder / "run.json").write_text(json.dumps(told))
    (folder / "series.parquet").write_bytes(b"not parquet")
    with pytest.raises(RunFolderError, match="damaged"):
        load_run(folder)
    (folder / "run.json").write_text("{")
    with pytest.raises(RunFolderError, match="damaged"):
        load_run(folder)


def test_the_commit_of_a_checkout_is_known(tmp_path: Path) -> None:
    assert _commit(tmp_path) == (None, None)
    who = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    for words in (["init", "-q"], [*who, "commit", "-q", "--allow-empty", "-m", "first"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    commit, modified = _commit(tmp_path)
    assert commit is not None
    assert len(commit) == 40
    assert modified is False
    (tmp_path / "a").write_text("1")
    subprocess.run(["git", "add", "a"], cwd=tmp_path, check=True)
    assert _commit(tmp_path) == (commit, True)


def test_runs_are_frozen(runs: list[Run]) -> None:
    with pytest.raises(AttributeError):
        runs[0].seed = 9  # type: ignore[misc]
    assert replace(runs[0], seed=9).seed == 9
    assert results.Run is Run
