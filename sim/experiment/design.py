"""What an experiment asks: scenarios, factors, arms, replicates, outputs - and every run that follows from them.

A run is a scenario with the changes of a point of the design and of an arm, under the seed of a replicate. Its name is
a hash of what decides its result, so that a larger design finds the runs of a smaller one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sim import __version__
from sim.core.streams import seed_of
from sim.experiment.points import GROWING, Factor, points_of

BASE = "base"
"""The arm that changes nothing; every design has it."""
STATISTICS = ("mean", "end", "start", "change", "min", "max", "sum", "std", "slope")


class DesignError(ValueError):
    """A design that cannot be used. Its text is the whole message for the user, a line a problem."""


@dataclass(frozen=True)
class Arm:
    """Named changes: key -> value, as `--set` takes them; events are added to those of the scenario."""

    name: str
    set: Mapping[str, Any] = field(default_factory=dict)
    events: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Outputs:
    """What is kept of every run.

    Attributes:
        measures: of the world by name, or of a state as KAZ.hedging. statistics: of their series over the steps.
        every: steps between the rows of the trajectories; 0 keeps none. trajectories: measures kept so.
        events: kinds of events that are kept; ("all",) keeps every one.
    """

    measures: tuple[str, ...]
    statistics: tuple[str, ...] = ("mean", "end")
    every: int = 0
    trajectories: tuple[str, ...] = ()
    events: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stop:
    """When a run ends early: a measure above or below a bound, or after so many seconds (status `timeout`)."""

    measure: str = ""
    above: float | None = None
    below: float | None = None
    timeout: float | None = None


@dataclass(frozen=True)
class Source:
    """A scenario of an experiment, whole: its plain data, with its hash; `folder` is where its own code would stand."""

    name: str
    data: Mapping[str, Any] = field(repr=False)
    hash: str
    folder: str | None = None
    allow_code: bool = False


@dataclass(frozen=True)
class Task:
    """One run. `changes` are those of the base, the point and the arm together, in this order."""

    run_id: str
    point: int
    arm: str
    replicate: int
    source: int
    seed: int
    values: Mapping[str, Any]
    changes: Mapping[str, Any]
    events: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Design:
    """A checked experiment.

    Attributes:
        name: of the experiment. sources: scenarios. replicates: seeds of every point and arm.
        kind, n, seed: of the design. factors, arms, outputs, stop: see there. set: changes of all runs.
        rows: points given one by one (kinds list and csv). text: the file it came from.
    """

    name: str
    sources: tuple[Source, ...]
    replicates: int
    kind: str = "grid"
    n: int = 0
    seed: int = 0
    factors: tuple[Factor, ...] = ()
    arms: tuple[Arm, ...] = (Arm(BASE),)
    outputs: Outputs = Outputs(())
    stop: Stop = Stop()
    set: Mapping[str, Any] = field(default_factory=dict)
    rows: tuple[Mapping[str, Any], ...] = ()
    text: str = field(default="", repr=False, compare=False)

    @cached_property
    def points(self) -> list[dict[str, Any]]:
        """Values of the factors, a dict a point; one that is missing stays as the scenario has it."""
        return points_of(self.kind, self.factors, n=self.n, seed=self.seed, rows=self.rows)

    @property
    def size(self) -> int:
        """Number of runs."""
        return len(self.points) * len(self.arms) * self.replicates * len(self.sources)

    def blocks(self, point: int) -> tuple[int, int]:
        """Row and block of a point of a Saltelli design: block 0 is A, 1 is B, 2 + i is A with factor i from B."""
        return divmod(point, len(self.factors) + 2)

    def row(self, point: int) -> int:
        """What the seeds of a point hang on: points of one row share them, and so do all that move one at a time."""
        if self.kind == "one_at_a_time":
            return 0
        return self.blocks(point)[0] if self.kind == "saltelli" else point

    def tasks(self) -> Iterator[Task]:
        """Every run, by scenario, point, arm and replicate."""
        for at, source in enumerate(self.sources):
            for point, values in enumerate(self.points):
                for arm in self.arms:
                    changes = {**self.set, **values, **arm.set}
                    who = [values, arm.name, arm.set, arm.events]
                    told = _canonical([__version__, source.hash, self.set, who, _rules(self.stop)])
                    for replicate in range(self.replicates):
                        seed = seed_of(self.seed, self.row(point), replicate)
                        name = _digest(f"{told}{seed}")
                        yield Task(name, point, arm.name, replicate, at, seed, values, changes, arm.events)

    def identity(self) -> dict[str, Any]:
        """Everything that must be equal for two designs to go into one store; n and replicates may grow."""
        return {
            "scenarios": [[source.name, source.hash] for source in self.sources],
            "kind": self.kind,
            "seed": self.seed,
            "factors": [vars(factor) for factor in self.factors],
            "arms": [[arm.name, arm.set, arm.events] for arm in self.arms],
            "outputs": vars(self.outputs),
            "stop": vars(self.stop),
            "set": self.set,
            "n": None if self.kind in GROWING else self.n,
            "rows": self.rows if self.kind in ("list", "csv") else None,
        }


def _rules(stop: Stop) -> dict[str, Any]:
    return {name: value for name, value in vars(stop).items() if name != "timeout"}


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def digest_of(identity: Mapping[str, Any]) -> str:
    """A name for a design."""
    return _digest(_canonical(identity))
