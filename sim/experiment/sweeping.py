"""Carry out an experiment: what is there already is not done again, and nothing that is done is lost.

The driver writes the parts; workers only compute, so one that is killed leaves no file behind. A driver that is killed
loses the runs of the last seconds, which the next one does again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sim.experiment.carrying_out import Carrier, Result, head_of
from sim.experiment.chunks import sized
from sim.experiment.design import Design, DesignError, Task
from sim.experiment.design_file import design_from, read_design
from sim.experiment.executor import Factory, Outcome, chunked, local, map_chunks, processors
from sim.experiment.parts import Store, read_design_of
from sim.experiment.store import Sweep, open_sweep
from sim.results.origin import provenance

type Progress = Callable[[int, int], None]

PILOT = 3
"""Runs that are timed before the others are dealt out in chunks."""
WAIT, SLACK, MANY = 2.0, 60, 2000
"""Finished runs are written after 2 s, or a sixtieth of the time passed (at most `LONGEST`), or when there are many."""
LONGEST = 30.0
FAILED = ("error", "timeout", "crashed")


def sweep(
    experiment: Design | Mapping[str, Any] | str | Path,
    out: str | Path,
    *,
    workers: int | None = None,
    factory: Factory | None = None,
    progress: Progress | None = None,
    shard: tuple[int, int] | None = None,
    retry: bool = False,
    chunk: int | None = None,
    allow_code: bool = False,
) -> Sweep:
    """Carry out the runs of an experiment that its store does not hold yet.

    Args:
        experiment: a design, its data, its file, its folder or its name.
        out: folder of the store; one that holds part of this sweep is gone on with.
        workers: processes; as many as there are processors, if None. factory: another executor, instead.
        progress: called with the runs done and their total; what it raises ends the sweep, and nothing is lost.
        shard: (i, n) carries out the i-th of n parts (from 1) only.
        retry: carry out again what ended in an error, a timeout or a crash.
        chunk: runs that travel together, if not chosen by their length.

    Raises:
        DesignError, StoreError: the design, or the folder, cannot be used.
        ExecutorError: no worker stays alive.
    """
    design = checked(experiment, allow_code=allow_code)
    store = Store(out)
    store.begin(design, _origin(design))
    before = store.attempts()
    todo = [task for task in _part(design, shard) if _due(before.get(task.run_id), retry)]
    total = len(todo)
    told = _Told(store, total, design.size, progress)
    writing = _Writing(store)
    try:
        for result in _results(design, todo, before, factory or local(workers), chunk, told):
            writing.take(result)
            told.one(result)
    finally:
        writing.flush()
        told.close()
    return open_sweep(store.folder)


def checked(experiment: Design | Mapping[str, Any] | str | Path, *, allow_code: bool = False) -> Design:
    """The design that is meant.

    Raises:
        DesignError: it cannot be used.
    """
    if isinstance(experiment, Design):
        return experiment
    if isinstance(experiment, Mapping):
        return design_from(experiment, allow_code=allow_code)
    return read_design(experiment, allow_code=allow_code)


def resume(out: str | Path, **how: Any) -> Sweep:
    """Go on with a sweep from its store alone; takes what `sweep` takes.

    Raises:
        StoreError: the folder holds no sweep.
    """
    return sweep(read_design_of(open_sweep(out).folder), out, **how)


def _part(design: Design, shard: tuple[int, int] | None) -> Iterator[Task]:
    if shard is None:
        return design.tasks()
    at, of = shard
    if not 1 <= at <= of:
        raise DesignError(f"shard {at}/{of}: write I/N with I from 1 to N, as 1/4")
    together = design.replicates if design.size >= 4 * of * design.replicates else 1
    return (task for k, task in enumerate(design.tasks()) if k // together % of == at - 1)


def _due(held: tuple[str, int] | None, retry: bool) -> bool:
    return held is None or (retry and held[0] in FAILED)


class _Pace:
    """How long runs take, as they tell."""

    def __init__(self, factory: Factory) -> None:
        self._factory, self._runs, self._seconds = factory, 0, 0.0

    def note(self, result: Result) -> None:
        """A run has ended."""
        seconds = result.row["seconds"]
        if seconds == seconds:
            self._runs, self._seconds = self._runs + 1, self._seconds + seconds

    def workers(self) -> int:
        """Workers that share the runs."""
        return int(getattr(self._factory, "workers", 0)) or processors()

    def mean(self) -> float | None:
        """Seconds of a run; None as long as too few have been seen."""
        return self._seconds / self._runs if self._runs >= PILOT else None


def _results(
    design: Design,
    todo: list[Task],
    before: Mapping[str, tuple[str, int]],
    factory: Factory,
    chunk: int | None,
    told: _Told,
) -> Iterator[Result]:
    """What becomes of every run, as it becomes known."""
    attempt = 1 + max((before[task.run_id][1] for task in todo if task.run_id in before), default=0)
    carrier, pace = Carrier.of(design, attempt), _Pace(factory)
    chunks = chunked(todo, chunk) if chunk else sized(todo, pace.workers, pace.mean)
    for outcome in map_chunks(factory, carrier, chunks, lambda done, total: told.look(), ordered=False):
        task = todo[outcome.index]
        result = outcome.value or lost(task, design.sources[task.source].name, outcome, attempt)
        pace.note(result)
        yield result


def lost(task: Task, scenario: str, outcome: Outcome[Result], attempt: int) -> Result:
    """The row of a run that did not come back."""
    row = {**head_of(task, scenario), "status": outcome.status, "error": outcome.error}
    return Result({**row, "seconds": float("nan"), "attempt": attempt, "worker": "", "host": "", "started": ""})


class _Writing:
    """Finished runs on their way into the store."""

    def __init__(self, store: Store) -> None:
        self._store, self._held = store, list[Result]()
        self._began = self._last = time.monotonic()

    def take(self, result: Result) -> None:
        """Keep a run; write all that are kept when it is time."""
        self._held.append(result)
        now = time.monotonic()
        wait = min(max(WAIT, (now - self._began) / SLACK), LONGEST)
        if now - self._last > wait or len(self._held) >= MANY:
            self.flush()

    def flush(self) -> None:
        """Write what is kept."""
        held, self._held = self._held, []
        self._store.add(held)
        self._last = time.monotonic()


class _Told:
    """What is told of the work: progress.json, and whoever asks."""

    def __init__(self, store: Store, total: int, design: int, progress: Progress | None) -> None:
        self._store, self._total, self._design, self._progress = store, total, design, progress
        self._done, self._failed = 0, 0
        self._began = self._last = time.monotonic()
        self._put()

    def one(self, result: Result) -> None:
        """A run is done."""
        self._done += 1
        self._failed += result.row["status"] != "ok"
        if self._progress is not None:
            self._progress(self._done, self._total)
        self.look()

    def look(self) -> None:
        """Write progress.json if it is time."""
        if time.monotonic() - self._last > 1:
            self._put()

    def close(self) -> None:
        """Say how it ended."""
        self._put()

    def _put(self) -> None:
        self._last = time.monotonic()
        passed = self._last - self._began
        rate = self._done / passed if passed > 0 else 0.0
        left = (self._total - self._done) / rate if rate else None
        told = {
            "runs": self._design,
            "to_do": self._total,
            "done": self._done,
            "failed": self._failed,
            "runs_per_second": round(rate, 3),
            "seconds_left": None if left is None else round(left, 1),
        }
        self._store.put("progress.json", json.dumps(told))


def _origin(design: Design) -> dict[str, Any]:
    """What made the sweep: versions, commit, machine, command, date; the scenarios with their hashes."""
    told = provenance(_Named(design.name, design.name, digest(design)), design.seed)  # type: ignore[arg-type]
    kept = {key: value for key, value in told.items() if key not in ("scenario", "title", "scenario_hash")}
    return {**kept, "scenarios": {source.name: source.hash for source in design.sources}}


class _Named:
    """What `provenance` asks of a scenario."""

    def __init__(self, name: str, title: str, hash_: str) -> None:
        self.name, self.title, self.hash = name, title, hash_


def digest(design: Design) -> str:
    """A name for what a design asks."""
    from sim.experiment.design import digest_of

    return digest_of(design.identity())
