"""A sweep, a batch or a comparison as the page shows it: bands, arms side by side, a heat map, and every single run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.spelling import nearest
from sim.ui.catalogue import RefusedError, within
from sim.ui.limits import LIMITS
from sim.ui.sides import Plan, Simulated, remade

if TYPE_CHECKING:
    from pandas import DataFrame

    from sim.experiment.design import Task
    from sim.experiment.store import Sweep

LOW, MIDDLE, HIGH = 0.05, 0.5, 0.95
CELLS = 8
"""Rows and columns of a heat map over factors that were sampled; factors of up to `MOST` values have one for each."""
MOST = 16
OVER_TIME = "line: median; band: nine runs in ten"


def results_of(folder: Path) -> Callable[[], SweepResults]:
    """What tells each visitor of the sweep in a folder.

    Raises:
        StoreError: there is none. RefusedError: none of its runs has ended well.
    """
    from sim.experiment.store import open_sweep

    sweep = open_sweep(folder)
    if not sweep.status()["ok"]:
        raise RefusedError(f"{folder}: none of its runs has ended well yet; see: detente sweep status {folder}")
    return lambda: SweepResults(sweep)


class SweepResults:
    """A sweep that is looked at."""

    def __init__(self, sweep: Sweep) -> None:
        self.sweep, self.design = sweep, sweep.design

    @cached_property
    def runs(self) -> DataFrame:
        """The runs that ended well, in the order of the design."""
        frame = self.sweep.runs()
        return frame[frame["status"] == "ok"].reset_index(drop=True)

    @cached_property
    def columns(self) -> dict[str, str]:
        """Measure -> the column that stands for it: its mean if it is there."""
        kinds = sorted(self.design.outputs.statistics, key=lambda kind: kind != "mean")
        found: dict[str, str] = {}
        for measure in self.design.outputs.measures:
            held = [f"{measure}.{kind}" for kind in kinds if f"{measure}.{kind}" in self.runs]
            if held:
                found[measure] = held[0]
        return found

    @cached_property
    def groups(self) -> dict[str, Any]:
        """Arm, or scenario where there are several -> which rows of `runs` are its own, bool (runs,)."""
        several = len(self.design.sources) > 1
        names = self.runs["arm"]
        if several:
            plain = names == "base"
            names = self.runs["scenario"].where(plain, self.runs["scenario"] + ": " + names)
        return {name: (names == name).to_numpy() for name in dict.fromkeys(names)}

    def told(self, measure: str) -> dict[str, Any]:
        """Everything that the page shows of a measure; the first one, if there is none of that name."""
        known = [*self.columns, *(name for name in self.design.outputs.trajectories if name not in self.columns)]
        chosen = measure if measure in known else known[0]
        band, says = self.band(chosen)
        return {
            "title": f"{self.design.name}: {len(self.runs):,} runs",
            "measures": known,
            "measure": chosen,
            "bands": {chosen: band} if band else {},
            "band_says": says,
            "heat": self.heat(chosen) if chosen in self.columns else None,
            "runs": self.listed(chosen),
        }

    # -- bands -----------------------------------------------------------------------------------------------------
    def band(self, measure: str) -> tuple[dict[str, Any] | None, str]:
        """How runs spread: over the years where that was kept, else over the first factor that is a number."""
        if self.design.outputs.every and measure in self.design.outputs.trajectories:
            return self.over_time(measure), OVER_TIME
        factor = next((name for name in self.factors if self.is_number(name)), None)
        if factor is None or measure not in self.columns:
            return None, ""
        return self.over(factor, self.columns[measure]), f"over {factor}; {OVER_TIME}"

    def over_time(self, measure: str) -> dict[str, Any] | None:
        """Median and ninety per cent of the runs of each arm, year by year."""
        column = measure.replace('"', '""')
        table = self.sweep.sql(f'SELECT run_id, year, "{column}" AS value FROM trajectories')
        if table.empty:
            return None
        wide = table.pivot(index="run_id", columns="year", values="value").reindex(self.runs["run_id"])
        arms = [spread(name, wide.to_numpy()[rows]) for name, rows in self.groups.items()]
        return {"year": wide.columns.to_numpy(dtype=float), "arms": arms}

    def over(self, factor: str, column: str) -> dict[str, Any]:
        """The same over the values of a factor, put into bins if there are many."""
        at, centres = binned(self.runs[factor].to_numpy(dtype=float))
        values, arms = self.runs[column].to_numpy(dtype=float), []
        for name, rows in self.groups.items():
            held = [values[rows & (at == cell)] for cell in range(len(centres))]
            quantiles = np.array(
                [np.quantile(each, (LOW, MIDDLE, HIGH)) if len(each) else [np.nan] * 3 for each in held]
            )
            arms.append({"name": name, **dict(zip(("low", "mid", "high"), quantiles.T, strict=True))})
        return {"year": centres, "arms": arms}

    # -- heat map --------------------------------------------------------------------------------------------------
    @property
    def factors(self) -> list[str]:
        """Names of the factors."""
        return [factor.name for factor in self.design.factors if factor.name in self.runs]

    def is_number(self, factor: str) -> bool:
        """Whether a factor's values are numbers."""
        return self.runs[factor].dtype.kind in "if"

    def heat(self, measure: str) -> dict[str, Any] | None:
        """Mean over two factors, or over arms and a factor, or of the arms alone; and a run from each cell."""
        x, y = self.axes()
        (across, xs), (down, ys) = self.placed(x), self.placed(y)
        column = self.columns[measure]
        values, names = self.runs[column].to_numpy(dtype=float), self.runs["run_id"].to_numpy()
        mean = np.full((len(ys), len(xs)), np.nan)
        run: list[list[str | None]] = [[None] * len(xs) for _ in ys]
        for row in range(len(ys)):
            for place in range(len(xs)):
                cell = np.flatnonzero((down == row) & (across == place) & np.isfinite(values))
                if len(cell):
                    mean[row, place] = values[cell].mean()
                    run[row][place] = names[cell[np.abs(values[cell] - mean[row, place]).argmin()]]
        return {"x": x, "y": y, "measure": column, "xs": xs, "ys": ys, "z": mean, "runs": run}

    def axes(self) -> tuple[str, str]:
        """What lies along x and y: `arm` stands for arms and scenarios, an empty name for nothing."""
        factors = self.factors
        if len(factors) > 1 and len(self.groups) == 1:
            return factors[0], factors[1]
        return (
            ("arm", factors[0] if factors else "") if len(self.groups) > 1 else (factors[0] if factors else "arm", "")
        )

    def placed(self, name: str) -> tuple[Any, list[Any]]:
        """Where every run lies along an axis, int (runs,), and what the places are called."""
        if not name:
            return np.zeros(len(self.runs), dtype=int), [""]
        if name == "arm":
            return np.argmax([*self.groups.values()], axis=0), [*self.groups]
        if self.is_number(name):
            at, centres = binned(self.runs[name].to_numpy(dtype=float))
            return at, centres.tolist()
        known = [*dict.fromkeys(self.runs[name].astype(str))]
        return self.runs[name].astype(str).map({value: at for at, value in enumerate(known)}).to_numpy(), known

    # -- runs ------------------------------------------------------------------------------------------------------
    def listed(self, measure: str) -> list[dict[str, Any]]:
        """The first runs, a line each: what sets them apart, and the measure."""
        where = ["scenario"] if len(self.design.sources) > 1 else []
        wanted = [*where, *(["arm"] if len(self.groups) > 1 else []), *self.factors[:3], "replicate"][:5]
        shown = [*wanted, *([self.columns[measure]] if measure in self.columns else [])]
        rows = self.runs.head(LIMITS.runs)
        return [
            {"id": name, **dict(zip(shown, line, strict=True))}
            for name, line in zip(rows["run_id"], rows[shown].itertuples(index=False, name=None), strict=True)
        ]

    def first(self) -> Simulated:
        """The run to begin with: the first of the base arm."""
        return self.replay(str(self.runs["run_id"].iloc[0]))

    def replay(self, run: str) -> Simulated:
        """A run of the sweep, carried out again from its scenario, changes and seed.

        Raises:
            RefusedError: no such run, or one too large for a page.
        """
        from sim.experiment.varying import scenario_with

        task = self.tasks.get(run)
        if task is None:
            raise RefusedError(f"no run '{run[:40]}' in this sweep; {nearest(run, [*self.tasks][:200])}")
        scenario = within(scenario_with(self.design.sources[task.source], task.changes, task.events))
        ended = float(self.runs.loc[self.runs["run_id"] == run, "ended"].iloc[0])
        steps = min(scenario.steps, round((ended - scenario.start) / scenario.dt))
        return remade(Plan(scenario, f"sweep:{self.design.name}:{run}", task.seed), steps)

    @cached_property
    def tasks(self) -> Mapping[str, Task]:
        """The runs of the design by name."""
        return {task.run_id: task for task in self.design.tasks()}


def spread(name: str, values: Any) -> dict[str, Any]:
    """Quantiles over the first axis; years that no run reached are empty."""
    held = np.where(np.isfinite(values), values, np.nan)
    reached = np.isfinite(held).any(axis=0)
    found = np.full((3, held.shape[1]), np.nan)
    if len(held):
        found[:, reached] = np.nanquantile(held[:, reached], (LOW, MIDDLE, HIGH), axis=0)
    return {"name": name, "low": found[0], "mid": found[1], "high": found[2]}


def binned(values: Any) -> tuple[Any, Any]:
    """Bin of each number, int (n,), and the middles of the bins: the numbers themselves while they are few."""
    known = np.unique(values)
    if len(known) <= MOST:
        return np.searchsorted(known, values), known
    edges = np.linspace(known[0], known[-1], CELLS + 1)
    return np.clip(np.searchsorted(edges, values, side="right") - 1, 0, CELLS - 1), (edges[:-1] + edges[1:]) / 2
