"""Whether simulated worlds reproduce the stylised facts: an ensemble, each fact beside what was observed, a verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sim.empirical.facts import ERAS, FACTS, Era, Fact, Part, reproduced
from sim.empirical.measuring import Measured, measured
from sim.empirical.watching import Watched, watched
from sim.experiment.executor import ExecutorError, Factory, chunked, local, map_chunks, processors
from sim.scenario import Scenario

TURN = 1991
"""First year that is held against the figures of 1991-2010."""


@dataclass(frozen=True)
class Verdict:
    """A fact: what the ensemble shows, part by part, and whether that reproduces the record (None: not measurable)."""

    fact: Fact
    simulated: dict[str, Measured]
    era: Era
    reproduced: bool | None

    def rows(self) -> list[tuple[Part, Measured, float | None, tuple[float, float]]]:
        """Each part: what was simulated, what was observed, what counts as reproduced."""
        found = []
        for part in self.fact.parts:
            observed = part.observed(self.era)
            found.append((part, self.simulated[part.name], observed, part.range(observed)))
        return found


@dataclass(frozen=True)
class Validation:
    """All verdicts on a scenario."""

    scenario: Scenario
    years: int
    runs: int
    era: Era
    verdicts: tuple[Verdict, ...]

    @property
    def reproduced(self) -> int:
        """How many facts are reproduced."""
        return sum(verdict.reproduced is True for verdict in self.verdicts)

    def data(self) -> dict[str, Any]:
        """For JSON: numbers or null."""
        return {
            "scenario": self.scenario.name,
            "start": self.scenario.start,
            "years": self.years,
            "runs": self.runs,
            "era": self.era,
            "reproduced": self.reproduced,
            "of": len(self.verdicts),
            "facts": [_fact_data(verdict) for verdict in self.verdicts],
        }


def _fact_data(verdict: Verdict) -> dict[str, Any]:
    parts = [
        {
            "name": part.name,
            "unit": part.unit,
            "simulated": seen.value,
            "low": seen.low,
            "high": seen.high,
            "observed": observed,
            "from": low if abs(low) < float("inf") else None,
            "to": high if abs(high) < float("inf") else None,
        }
        for part, seen, observed, (low, high) in verdict.rows()
    ]
    return {"key": verdict.fact.key, "name": verdict.fact.name, "reproduced": verdict.reproduced, "parts": parts}


def era_of(start: float) -> Era:
    """The documented period that a run beginning at this date is held against."""
    return ERAS[0] if start < TURN else ERAS[1]


def one_run(scenario: Scenario, years: int, seed: int) -> Watched:
    """One world, watched."""
    return watched(scenario.model(seed, "summary"), years)


def validated(
    scenario: Scenario,
    *,
    years: int,
    runs: int,
    seed: int = 0,
    factory: Factory | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Validation:
    """Hold an ensemble of a scenario against the stylised facts.

    Args:
        years: of each run. runs: how many, with seeds from `seed` on.
        factory: where they are carried out; the processes of this machine if None.
        progress: called with the runs done and their total.

    Raises:
        ExecutorError: a run failed; says why.
    """
    found = ensemble(partial(one_run, scenario, years), range(seed, seed + runs), factory, progress)
    era = era_of(scenario.start)
    shown = measured(found, seed)
    verdicts = []
    for fact in FACTS:
        values = {name: part.value for name, part in shown[fact.key].items()}
        verdicts.append(Verdict(fact, shown[fact.key], era, reproduced(fact, values, era)))
    return Validation(scenario, years, runs, era, tuple(verdicts))


def ensemble[R](
    task: Callable[[int], R],
    seeds: Sequence[int],
    factory: Factory | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[R]:
    """What a task gives for each seed, in their order; two chunks or more for every worker.

    Raises:
        ExecutorError: one of them failed; says which and why.
    """
    size = max(1, len(seeds) // (4 * processors()))
    found: list[R] = []
    for outcome in map_chunks(factory or local(), task, chunked(list(seeds), size), progress):
        if outcome.status != "ok" or outcome.value is None:
            last = outcome.error.strip().splitlines()[-1] if outcome.error.strip() else "no reason is known"
            raise ExecutorError(f"the run with seed {seeds[outcome.index]} did not come to its end: {last}")
        found.append(outcome.value)
    return found
