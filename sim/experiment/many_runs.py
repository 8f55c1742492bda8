"""Scenarios under many seeds, with or without arms: designs without factors, for batches and comparisons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiment.analysis.intervals import student_interval
from sim.experiment.design import BASE, Arm, Design, DesignError, Outputs, Source
from sim.experiment.varying import source_of
from sim.measures import SCALAR

if TYPE_CHECKING:
    from pandas import DataFrame

    from sim.experiment.store import Sweep
    from sim.scenario import Scenario

type Progress = Callable[[int, int], None]

KEPT = ("mean", "end")
"""Statistics of every measure."""


def design_of(
    scenarios: Sequence[Scenario | str],
    replicates: int,
    *,
    arms: Mapping[str, Mapping[str, Any]] | None = None,
    seed: int = 0,
    end: float | None = None,
) -> Design:
    """The design of some scenarios under the same seeds; every measure of the world is kept, its mean and its end.

    Args:
        scenarios: scenarios, or names or paths of them. arms: name -> changes. end: of all runs, if not the scenario's.

    Raises:
        DesignError: no scenarios, fewer than one replicate, or two scenarios of one name.
        ScenarioError: a scenario that cannot be used.
    """
    sources = [_source(each, end) for each in scenarios]
    names = [source.name for source in sources]
    twice = sorted({name for name in names if names.count(name) > 1})
    problems = ["no scenario; name one or more, as central-asia-2025"] if not sources else []
    problems += [f"two scenarios are called '{name}'; give one of them another name" for name in twice]
    problems += [f"replicates: {replicates} are no runs; write 1 or more"] if replicates < 1 else []
    if problems:
        raise DesignError("\n".join(problems))
    told = [Arm(BASE), *(Arm(name, dict(said)) for name, said in (arms or {}).items())]
    yearly = max(1, round(1 / float(sources[0].data.get("dt", 1))))
    outputs = Outputs(tuple(SCALAR), KEPT, every=yearly, trajectories=tuple(SCALAR))
    title = names[0] if len(names) == 1 else f"{len(names)} scenarios"
    return Design(title, tuple(sources), replicates, kind="grid", seed=seed, arms=tuple(told), outputs=outputs)


def _source(scenario: Scenario | str, end: float | None) -> Source:
    """A scenario as a design holds it, with another end if one is given."""
    from sim.scenario import load_scenario

    whole = load_scenario(scenario) if isinstance(scenario, str) else scenario
    return source_of(whole if end is None else whole.until(end))


def swept(design: Design, out: str | Path, *, workers: int | None = None, progress: Progress | None = None) -> Sweep:
    """Carry out a design; a store that holds some of its runs is gone on with."""
    from sim.experiment.sweeping import sweep

    return sweep(design, out, workers=workers, progress=progress)


@dataclass(frozen=True)
class Spread:
    """A measure over the runs of one scenario: mean with its interval, standard deviation, smallest, largest."""

    scenario: str
    output: str
    runs: int
    mean: float
    low: float
    high: float
    sd: float
    least: float
    most: float


def spreads(table: DataFrame, outputs: Sequence[str], *, arm: str = BASE) -> list[Spread]:
    """Every output over the runs of every scenario that ended well."""
    good = table[(table["status"] == "ok") & (table["arm"] == arm)]
    found = []
    for scenario, runs in good.groupby("scenario", sort=False):
        for output in outputs:
            values = runs[output].dropna().to_numpy(dtype=float)
            if len(values):
                sd = float(values.std(ddof=1)) if len(values) > 1 else float("nan")
                ends = float(values.min()), float(values.max())
                found.append(Spread(str(scenario), output, len(values), *student_interval(values), sd, *ends))
    return found
