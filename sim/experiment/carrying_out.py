"""One run of an experiment, from its task to its row: what a worker does."""

from __future__ import annotations

import os
import platform
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from sim.core.garbage import uncollected
from sim.events import EVENT_COLUMNS, Keep
from sim.experiment.design import Design, Outputs, Source, Stop, Task
from sim.experiment.outcomes_kept import counted, reading, statistic
from sim.experiment.varying import scenario_with
from sim.model import Geopolitics
from sim.scenario import Scenario

VOLATILE = ("seconds", "attempt", "worker", "host", "started")
"""Columns of a run that differ from one repetition to the next."""
MOMENT = ("run_id", "step", "year")
EVENTS_KEPT = tuple(name for name in EVENT_COLUMNS if name not in ("terms", "chance", "drawn"))
"""Columns of the events that a sweep keeps."""


class OverTimeError(RuntimeError):
    """A run took longer than it may."""


@dataclass(frozen=True)
class Result:
    """What a run leaves in the store.

    Attributes:
        row: of the table `runs`. trajectory: columns of equal length, with run_id, step and year; {} if none is kept.
        events: one dict an event.
    """

    row: Mapping[str, Any]
    trajectory: Mapping[str, Any] = field(default_factory=dict)
    events: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Carrier:
    """What all runs of an experiment share; called with a task it carries out the run.

    A model that fails, or takes too long, is a row like any other, with `status` error or timeout.
    """

    sources: tuple[Source, ...]
    outputs: Outputs
    stop: Stop
    attempt: int = 1

    @classmethod
    def of(cls, design: Design, attempt: int = 1) -> Carrier:
        """The carrier of a design."""
        return cls(design.sources, design.outputs, design.stop, attempt)

    def __call__(self, task: Task) -> Result:
        """Carry out one run."""
        began, started = time.perf_counter(), datetime.now(UTC).isoformat(timespec="milliseconds")
        status, error, kept = "ok", "", Result({})
        try:
            with uncollected(), at_most(self.stop.timeout):
                kept = self._run(task, began)
        except Exception as failure:
            late = _over_time(failure)
            status, error = ("timeout", str(late)) if late else ("error", traceback.format_exc(limit=20))
        row = {**head_of(task, self.sources[task.source].name), "status": status, "error": error, **kept.row}
        volatile = {
            "seconds": time.perf_counter() - began,
            "attempt": self.attempt,
            "worker": str(os.getpid()),
            "host": platform.node(),
            "started": started,
        }
        return Result({**row, **volatile}, kept.trajectory, kept.events)

    def _run(self, task: Task, began: float) -> Result:
        scenario = _scenario(self.sources[task.source], task)
        keep: Keep = "summary" if self.outputs.events else "none"
        model = scenario.model(task.seed, keep, record=False)
        wanted = dict.fromkeys((*self.outputs.measures, *self.outputs.trajectories))
        yearly = _Record(model, list(wanted), round(1 / scenario.dt), self.outputs.every)
        enough = _ending(self.stop, model)
        for step in range(1, scenario.steps + 1):
            model.turn()
            yearly.after(step)
            if self.stop.timeout is not None and time.perf_counter() - began > self.stop.timeout:
                raise OverTimeError(f"not done after {self.stop.timeout:g} s")
            if enough():
                break
        yearly.close()
        row = {"ended": float(model.world.time)}
        events = _events(model, task, self.outputs)
        row |= {f"events.{kind}": count(events, kind) for kind in counted(self.outputs.events)}
        for name in self.outputs.measures:
            series, last = yearly.series(name)
            row |= {f"{name}.{kind}": statistic(kind, series, last) for kind in self.outputs.statistics}
        return Result(row, yearly.trajectory(task.run_id, self.outputs.trajectories), events)


def _over_time(failure: BaseException) -> OverTimeError | None:
    """The alarm behind a failure: it may have rung in the middle of a step, which says so in its own words."""
    found: BaseException | None = failure
    while found is not None and not isinstance(found, OverTimeError):
        found = found.__cause__ or found.__context__
    return found


def count(events: Sequence[Mapping[str, Any]], kind: str) -> int:
    """How many events of a kind took place."""
    return sum(event["kind"] == kind and event["done"] for event in events)


def head_of(task: Task, scenario: str) -> dict[str, Any]:
    """What of a row is known before the run."""
    return {
        "run_id": task.run_id,
        "point": task.point,
        "arm": task.arm,
        "replicate": task.replicate,
        "scenario": scenario,
        "seed": str(task.seed),
        **task.values,
    }


_last: list[Any] = [None, None]


def _scenario(source: Source, task: Task) -> Scenario:
    """The scenario of a task; that of the last one is kept, since replicates share it."""
    key = (source.hash, repr(task.changes), repr(task.events))
    if _last[0] != key:
        _last[:] = [key, scenario_with(source, task.changes, task.events)]
    found: Scenario = _last[1]
    return found


class _Record:
    """Values of measures: every year, and every so many steps for trajectories."""

    def __init__(self, model: Geopolitics, names: Sequence[str], year: int, every: int) -> None:
        self._world, self._year, self._every = model.world, year, every
        self._read = {name: reading(name, model.world) for name in names}
        self._yearly: dict[str, list[float]] = {name: [] for name in names}
        self._thin: dict[str, list[float]] = {name: [] for name in names}
        self._steps: list[int] = []
        self._times: list[float] = []
        self._last: dict[str, float] = {}
        self._seen = -1
        self.after(0)

    def after(self, step: int) -> None:
        """Take what is due after a step."""
        yearly, thin = step % self._year == 0, self._every > 0 and step % self._every == 0
        self._step = step
        if not (yearly or thin):
            return
        self._look()
        for name, value in self._last.items():
            if yearly:
                self._yearly[name].append(value)
            if thin:
                self._thin[name].append(value)
        if thin:
            self._steps.append(step)
            self._times.append(float(self._world.time))

    def close(self) -> None:
        """Take the values at the very end."""
        if self._seen != self._step:
            self._look()

    def _look(self) -> None:
        self._last = {name: read() for name, read in self._read.items()}
        self._seen = self._step

    def series(self, name: str) -> tuple[Any, float]:
        """Yearly values (t,), and the last one of all."""
        return np.array(self._yearly[name]), self._last[name]

    def trajectory(self, run_id: str, names: Sequence[str]) -> dict[str, Any]:
        """Columns of the trajectory; {} if none is kept."""
        if not (self._every and names):
            return {}
        told = {"run_id": np.full(len(self._steps), run_id, dtype=object)}
        told |= {"step": np.array(self._steps), "year": np.array(self._times)}
        return told | {name: np.array(self._thin[name]) for name in names}


def _ending(stop: Stop, model: Geopolitics) -> Callable[[], bool]:
    """Whether the run is to end now."""
    if not stop.measure:
        return lambda: False
    read = reading(stop.measure, model.world)
    low = float("-inf") if stop.below is None else stop.below
    high = float("inf") if stop.above is None else stop.above
    return lambda: not low <= read() <= high


def _events(model: Geopolitics, task: Task, outputs: Outputs) -> tuple[dict[str, Any], ...]:
    """The events that are asked for."""
    if not outputs.events:
        return ()
    every = outputs.events == ("all",)
    return tuple(
        {"run_id": task.run_id, **{name: row[name] for name in EVENTS_KEPT}}
        for row in model.ledger.rows()
        if every or row["kind"] in outputs.events
    )


@contextmanager
def at_most(seconds: float | None) -> Iterator[None]:
    """End what takes longer by an `OverTimeError`, even a loop without end.

    Only the main thread of a Unix process can be interrupted like this; elsewhere a run is looked at after every step.
    """
    able = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if seconds is None or not able:
        yield
        return

    def late(number: int, frame: object) -> None:
        raise OverTimeError(f"not done after {seconds:g} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
