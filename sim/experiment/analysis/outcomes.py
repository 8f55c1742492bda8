"""The finished runs of a sweep as tables: which columns are factors, which outputs, and the values of one output."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.columns import Array
from sim.core.spelling import nearest

if TYPE_CHECKING:
    from pandas import DataFrame

BASE = "base"
"""The arm that changes nothing."""


class AnalysisError(ValueError):
    """A question that this sweep cannot answer. Its text is the whole message for the user."""


def finished(sweep: Any, arm: str | None = BASE) -> DataFrame:
    """The rows of `runs` that ended well, of one arm or of all, ordered by point, arm and replicate.

    Raises:
        AnalysisError: there are none, or no such arm.
    """
    runs = sweep.runs()
    if arm is not None and arm not in set(runs["arm"]):
        raise AnalysisError(f"arm: no arm '{arm}'; {nearest(arm, sorted(set(runs['arm'])))}")
    kept = runs[(runs["status"] == "ok") & (True if arm is None else runs["arm"] == arm)]
    if kept.empty:
        raise AnalysisError(f"no finished runs among the {len(runs)} of this sweep; see `detente sweep status`")
    return kept.sort_values(["point", "arm", "replicate"], kind="stable").reset_index(drop=True)


def factors(sweep: Any, runs: DataFrame) -> list[str]:
    """Names of the factors, in the order of the design."""
    return [factor.name for factor in sweep.design.factors if factor.name in runs.columns]


def varied(sweep: Any, runs: DataFrame) -> list[str]:
    """Names of the factors that take more than one value.

    Raises:
        AnalysisError: nothing varies.
    """
    names = [name for name in factors(sweep, runs) if runs[name].nunique() > 1]
    if not names:
        raise AnalysisError("nothing varies in this sweep: it has no factor with more than one value")
    return names


def outputs(sweep: Any, runs: DataFrame) -> list[str]:
    """Names of the outputs, MEASURE.STATISTIC, that hold numbers."""
    known = set(factors(sweep, runs))
    volatile = set(volatile_columns(sweep))
    named = [name for name in runs.columns if "." in name and name not in known and name not in volatile]
    return [name for name in named if runs[name].dtype.kind in "fiub"]


def volatile_columns(sweep: Any) -> Sequence[str]:
    """Names of the columns that differ from one repetition to the next (wall time, worker, ...)."""
    return [str(name) for name in sweep.schema.get("volatile", ())]


def chosen(sweep: Any, runs: DataFrame, asked: Iterable[str]) -> list[str]:
    """The outputs asked for, all if none; "tension" stands for all statistics of it.

    Raises:
        AnalysisError: no such output; says what is near.
    """
    known = outputs(sweep, runs)
    if not known:
        raise AnalysisError("this sweep has no outputs that are numbers")
    found: list[str] = []
    for name in asked:
        fits = [each for each in known if each == name or each.rpartition(".")[0] == name]
        if not fits:
            raise AnalysisError(f"output: no output '{name}'; {nearest(name, known)}")
        found += [each for each in fits if each not in found]
    return found or known


def numeric(runs: DataFrame, names: Sequence[str], *, purpose: str) -> list[str]:
    """Those of the factors that are numbers.

    Raises:
        AnalysisError: none is.
    """
    kept = [name for name in names if runs[name].dtype.kind in "fiub"]
    if not kept:
        raise AnalysisError(f"{purpose} needs a factor that is a number; {', '.join(names)} hold names")
    return kept


def scaled(sweep: Any, runs: DataFrame, names: Sequence[str]) -> Array:
    """Factors brought to 0..1 by their bounds in the design (else by what occurs), shape (rows, len(names))."""
    declared = {factor.name: factor for factor in sweep.design.factors}
    columns = []
    for name in names:
        values = runs[name].to_numpy(dtype=float)
        low, high = getattr(declared[name], "low", None), getattr(declared[name], "high", None)
        low = float(values.min() if low is None else low)
        high = float(values.max() if high is None else high)
        columns.append((values - low) / (high - low or 1.0))
    return np.stack(columns, axis=1)


def per_point(runs: DataFrame, names: Sequence[str]) -> DataFrame:
    """One row a point: the mean over its replicates of the columns named; index `point`."""
    return runs.groupby("point", sort=True)[list(names)].mean()
