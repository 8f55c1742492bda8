"""What an experiment will cost: a few of its runs are carried out, on the workers that are to do them all."""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.experiment.carrying_out import Carrier, Result
from sim.experiment.chunks import EACH, LITTLE, SHORT, WORK
from sim.experiment.design import Design, Task
from sim.experiment.executor import Factory, local, map_chunks, processors
from sim.experiment.parts import Store
from sim.experiment.sweeping import LONGEST, SLACK, WAIT, lost

GOLDEN = (math.sqrt(5) - 1) / 2
MOST, LONG_ENOUGH = 60, 8.0
"""Runs tried at most, and seconds after which no more are begun (but every worker does two)."""


@dataclass(frozen=True)
class Plan:
    """What is to come.

    Attributes:
        runs: of the design. done: those that the store holds already. pilot: tried for this.
        workers: that share the rest.
        seconds_per_run: mean of the tried. seconds: until all is done. bytes: on disk, of what is still to be done.
        failed: of the tried. error: the last line of what one of them said.
    """

    runs: int
    done: int
    pilot: int
    workers: int
    seconds_per_run: float
    seconds: float
    bytes: int
    failed: int
    error: str

    def data(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"hours": self.seconds / 3600, "gigabytes": self.bytes / 1e9}


def plan(
    design: Design, out: str | Path | None = None, *, factory: Factory | None = None, check: Callable[[], object] = bool
) -> Plan:
    """What is left of a design will cost so much.

    Args:
        out: store whose runs need not be done again.
        factory: who is to do them; the processors of this machine, if None.
        check: called now and then; what it raises ends the planning.

    Raises:
        StoreError: `out` is damaged.
    """
    held = Store(out).attempts() if out is not None and (Path(out) / "manifest.json").is_file() else {}
    todo = [task for task in design.tasks() if task.run_id not in held]
    if not todo:
        return Plan(design.size, design.size, 0, 0, 0.0, 0.0, 0, 0, "")
    factory = factory or local(None)
    tried = _Trial(design, todo, factory, check)
    workers, mean = tried.workers(), tried.mean()
    seconds = tried.start + mean * len(todo) / min(workers, len(todo))
    failed = [result.row["error"].strip().splitlines() for result in tried.results if result.row["status"] != "ok"]
    return Plan(
        runs=design.size,
        done=design.size - len(todo),
        pilot=len(tried.results),
        workers=workers,
        seconds_per_run=mean,
        seconds=seconds,
        bytes=_bytes(design, tried.results, len(todo), seconds, workers),
        failed=len(failed),
        error=failed[-1][-1] if failed and failed[-1] else "",
    )


class _Trial:
    """Some runs, spread over the design, carried out one by one.

    Attributes:
        results: what became of them. start: seconds until the workers were at work.
    """

    def __init__(self, design: Design, todo: Sequence[Task], factory: Factory, check: Callable[[], object]) -> None:
        self._factory = factory
        self._began = time.monotonic()
        self._given = 0
        self.results: list[Result] = []
        self.start = 0.0
        chosen = _spread(todo)
        for outcome in map_chunks(factory, Carrier.of(design, 1), self._singly(chosen), ordered=False):
            task = chosen[outcome.index]
            result = outcome.value or lost(task, design.sources[task.source].name, outcome, 1)
            if not self.results:
                self.start = max(0.0, time.monotonic() - self._began - _seconds(result))
            self.results.append(result)
            check()

    def workers(self) -> int:
        """Who shares the work."""
        return int(getattr(self._factory, "workers", 0)) or processors()

    def _singly(self, chosen: Sequence[Task]) -> Iterator[Sequence[Task]]:
        for task in chosen:
            late = time.monotonic() - self._began > LONG_ENOUGH
            if late and self._given >= 3 * self.workers():
                return
            self._given += 1
            yield (task,)

    def mean(self) -> float:
        """Seconds of a run, the first of each worker left out where there are others: it had to begin."""
        known = [(result.row["worker"], _seconds(result)) for result in self.results]
        warm = [seconds for at, (worker, seconds) in enumerate(known) if worker in {who for who, _ in known[:at]}]
        return float(np.mean(warm or [seconds for _, seconds in known]))


def _seconds(result: Result) -> float:
    seconds = float(result.row["seconds"])
    return seconds if math.isfinite(seconds) else 0.0


def _spread(todo: Sequence[Task]) -> list[Task]:
    """Some of the runs, such that any first few of them lie all over the design."""
    places = dict.fromkeys(int(len(todo) * (0.5 + k * GOLDEN) % len(todo)) for k in range(MOST))
    return [todo[place] for place in places]


def _bytes(design: Design, results: Sequence[Result], runs: int, seconds: float, workers: int) -> int:
    """Room on disk: what a part costs whatever it holds, and what each run adds to it."""
    half = _size(design, results[: max(1, len(results) // 2)])
    whole = _size(design, results)
    more = len(results) - max(1, len(results) // 2)
    each = max(0.0, (whole - half) / more) if more else whole
    fixed = max(0.0, whole - each * len(results))
    return round(fixed * min(parts(seconds, workers), runs) + each * runs)


def _size(design: Design, results: Sequence[Result]) -> int:
    with tempfile.TemporaryDirectory(prefix="detente-plan-") as folder:
        store = Store(Path(folder) / "out")
        store.begin(design, {})
        store.add(results)
        return sum(file.stat().st_size for file in store.folder.glob("*/*.parquet"))


def parts(seconds: float, workers: int) -> int:
    """How many parts a sweep of so many seconds writes: one whenever a chunk comes back and it is time to write."""
    arrival = min(LITTLE if seconds < SHORT else WORK, seconds / EACH) / workers
    written, passed = 0, 0.0
    while passed < seconds:
        passed += max(arrival, min(max(WAIT, passed / SLACK), LONGEST))
        written += 1
    return max(written, 1)
