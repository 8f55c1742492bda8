"""Counterfactuals: the same chance with and without a change, and what the change does to every measure.

Runs of a pair share their seed. Each mechanism has a stream of chance of its own, so what a change does not touch
happens alike in both, and the difference is much surer than that of runs with seeds of their own.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.core.spelling import nearest
from sim.experiment.analysis.arms import Difference, differences
from sim.experiment.design import BASE, Design
from sim.experiment.many_runs import Progress, design_of, swept
from sim.experiment.varying import ChangeError, Varying

if TYPE_CHECKING:
    from pandas import DataFrame

    from sim.scenario import Scenario

FINAL = "end"
"""The statistic of a yearly series that is compared: its value at the end of the run."""


class ComparisonError(ValueError):
    """Arms that cannot be compared; the message says what to write."""


@dataclass(frozen=True)
class Comparison:
    """What each arm changes in every measure at the end of the run.

    Attributes:
        scenario: its name.
        replicates: pairs of runs an arm.
        arms: name -> changes.
        found: a difference for every arm and measure; `output` is the name of the measure.
        runs: the table of runs, a row a run.
    """

    scenario: str
    replicates: int
    arms: Mapping[str, Mapping[str, Any]]
    found: tuple[Difference, ...]
    runs: DataFrame

    def of(self, arm: str) -> list[Difference]:
        """What one arm changes.

        Raises:
            KeyError: no such arm.
        """
        if arm not in self.arms:
            raise KeyError(f"no arm '{arm}'; {nearest(arm, list(self.arms))}")
        return [each for each in self.found if each.arm == arm]

    def as_dict(self) -> dict[str, Any]:
        """For JSON: scenario, replicates, arms with their measures; numbers that are not finite are None."""
        arms = []
        for name in self.arms:
            measures = [
                {"name": each.output}
                | {key: _plain(getattr(each, key)) for key in ("diff", "low", "high", "variance_ratio")}
                for each in self.of(name)
            ]
            arms.append({"name": name, "measures": measures})
        return {"scenario": self.scenario, "replicates": self.replicates, "arms": arms}

    def frame(self) -> DataFrame:
        """A row an arm and measure."""
        import pandas as pd

        return pd.DataFrame([each.as_dict() for each in self.found]).rename(columns={"output": "measure"})

    def telling(self, arm: str, most: int = 12) -> list[Difference]:
        """Measures whose interval excludes 0, those that change most (in standard deviations) first."""
        sure = [each for each in self.of(arm) if each.low > 0 or each.high < 0]
        return sorted(sure, key=lambda each: -abs(each.effect) if each.effect == each.effect else 0.0)[:most]

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(name)}</td><td>{escape(each.output)}</td><td>{each.base:.4g}</td><td>{each.diff:+.4g}</td>"
            f"<td>{each.low:+.4g} to {each.high:+.4g}</td><td>{each.variance_ratio:.3g}</td></tr>"
            for name in self.arms
            for each in self.telling(name)
        )
        head = "".join(
            f"<th>{text}</th>" for text in ("arm", "measure", "base", "change", "95% interval", "variance ratio")
        )
        return (
            f"<p><b>{escape(self.scenario)}</b>: {self.replicates} pairs of runs an arm; measures whose interval "
            f"excludes 0</p><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        )


def compare(
    scenario: Scenario | str,
    arms: Mapping[str, Mapping[str, Any]],
    replicates: int = 20,
    *,
    seed: int = 0,
    end: float | None = None,
    workers: int | None = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Run a scenario with and without changes, pair by pair with the same chance.

    Args:
        scenario: a scenario, or the name or path of one.
        arms: name -> changes, as {"no mediation": {"mechanisms.mediation": False}}.
        replicates: pairs of runs an arm.
        seed: of all of them.
        end: date at which to stop, if not the scenario's.
        workers: processes; as many as there are processors, if None.
        out: folder for the table of runs, with which a comparison that was broken off goes on; none is kept if None.
        progress: called with the runs done and their total.

    Raises:
        ComparisonError: no arms, too few replicates, an arm that changes nothing, or runs that failed.
        ScenarioError: a scenario or change that cannot be used.
    """
    checked(arms, replicates)
    design = design_of([scenario], replicates, arms=arms, seed=seed, end=end)
    possible(design)
    if out is not None:
        return _compared(design, Path(out), workers, progress)
    with tempfile.TemporaryDirectory(prefix="detente-") as place:
        return _compared(design, Path(place) / "store", workers, progress)


def checked(arms: Mapping[str, Mapping[str, Any]], replicates: int) -> None:
    """Make sure that there is something to compare.

    Raises:
        ComparisonError: see `compare`.
    """
    problems = []
    if not arms:
        problems.append("no arm to compare with; write --arm NAME=KEY=VALUE, as calm=mechanisms.rivalry.up=0")
    problems += [f"arm '{name}' changes nothing; write NAME=KEY=VALUE" for name, said in arms.items() if not said]
    problems += ["'base' is the run without changes; give the arm another name"] if BASE in arms else []
    if replicates < 2:
        problems.append(f"replicates: {replicates} gives no interval; write 2 or more")
    if problems:
        raise ComparisonError("\n".join(problems))


def possible(design: Design) -> None:
    """Make sure that every arm can be made and changes something.

    Raises:
        ComparisonError: all that is wrong with all of them.
    """
    varying, problems = Varying(design.sources), []
    for arm in design.arms:
        if arm.name == BASE:
            continue
        try:
            varying.check(arm.set)
        except ChangeError as error:
            problems += [f"arm '{arm.name}': {_told(key, text)}" for key, text in error.found.items()]
        else:
            if varying.idle(arm.set, {}):
                said = ", ".join(f"{key} = {value}" for key, value in arm.set.items())
                problems.append(f"arm '{arm.name}' changes nothing: {said} is what the scenario says already")
    if problems:
        raise ComparisonError("\n".join(problems))


def _told(key: str, text: str) -> str:
    """What is wrong, after the key that it is wrong with."""
    return f"{key}: {text}" if key and not text.startswith(key) else text


def _compared(design: Design, out: Path, workers: int | None, progress: Progress | None) -> Comparison:
    runs = swept(design, out, workers=workers, progress=progress).runs()
    if not (runs["status"] == "ok").any():
        first = str(runs["error"].iloc[0]).strip()[-300:]
        raise ComparisonError(f"no run ended well; the first failed with: {first}")
    outputs = [column for column in runs.columns if column.endswith(f".{FINAL}")]
    plain = runs.rename(columns={column: column.removesuffix(f".{FINAL}") for column in outputs})
    measures = [column.removesuffix(f".{FINAL}") for column in outputs]
    arms = {arm.name: arm.set for arm in design.arms if arm.name != BASE}
    found = differences(plain, measures, arms=list(arms))
    return Comparison(design.sources[0].name, design.replicates, arms, tuple(found), plain)


def _plain(value: float) -> float | None:
    """A number as JSON knows it."""
    return value if abs(value) < float("inf") else None
