"""Scenario discovery: boxes in the space of the factors in which an outcome of interest is common.

    density  = cases of interest in the box / runs in the box
    coverage = cases of interest in the box / all cases of interest

PRIM peels thin slices off the space, the least interesting first; CART cuts it in two again and again. Both by the
ema_workbench, on our own tables.

*Source:* Friedman & Fisher 1999; Bryant & Lempert 2010; intervals of densities and coverages after Wilson 1927.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from scipy.special import ndtri

from sim.core.columns import Array
from sim.experiment.analysis.outcomes import AnalysisError, finished, varied
from sim.experiment.analysis.sensitivity import Share

if TYPE_CHECKING:
    from pandas import DataFrame

LEAST = 0.05
"""Share of all runs below which no box is looked for."""
LEAVES = 8
"""Most boxes of a tree."""
NEEDED = 10
"""Cases of interest, and of the other kind, without which nothing can be learned."""


@dataclass(frozen=True)
class Limit:
    """What a box says of one factor: from `low` to `high`, or one of `values`; `doubt` is PRIM's quasi-p value."""

    name: str
    low: float | None = None
    high: float | None = None
    values: tuple[Any, ...] = ()
    doubt: float | None = None

    def __str__(self) -> str:
        if self.values:
            return f"{self.name} in {', '.join(str(value) for value in self.values)}"
        if self.low is None:
            return f"{self.name} <= {self.high:.4g}"
        return f"{self.low:.4g} <= {self.name}" + ("" if self.high is None else f" <= {self.high:.4g}")


@dataclass(frozen=True)
class Box:
    """A region of the factors. Density and coverage with 95% intervals; mass is the share of all runs inside."""

    density: Share
    coverage: Share
    mass: float
    runs: int
    limits: tuple[Limit, ...]


@dataclass(frozen=True)
class Discovery:
    """Where an outcome of interest is common.

    Attributes:
        method: prim or cart. interest: what was looked for, in words. runs: number. share: of them of interest.
        boxes: the most telling first. trade_off: of PRIM, (coverage, density) on the way to the first box.
    """

    method: Literal["prim", "cart"]
    interest: str
    runs: int
    share: float
    boxes: tuple[Box, ...]
    trade_off: tuple[tuple[float, float], ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def wilson(hits: int, number: int) -> Share:
    """A share with its 95% interval."""
    if not number:
        return Share(0.0, 0.0, 1.0)
    z, p = float(ndtri(0.975)), hits / number
    middle, scale = p + z**2 / (2 * number), 1 + z**2 / number
    half = z * float(np.sqrt(p * (1 - p) / number + z**2 / (4 * number**2)))
    return Share(p, max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale))


def interesting(
    output: str, values: Array, *, above: float | None = None, below: float | None = None
) -> tuple[Array, str]:
    """Which runs are of interest, bool (n,), and the words for it; without bounds the highest quarter.

    Raises:
        AnalysisError: too few cases of one kind.
    """
    if above is None and below is None:
        above = float(np.quantile(values, 0.75))
    hit = np.ones(len(values), dtype=bool)
    words = []
    if above is not None:
        hit &= values > above
        words.append(f"{output} > {above:.4g}")
    if below is not None:
        hit &= values < below
        words.append(f"{output} < {below:.4g}")
    told = " and ".join(words)
    if min(hit.sum(), (~hit).sum()) < NEEDED:
        span = f"{values.min():.4g} to {values.max():.4g}"
        raise AnalysisError(
            f"'{told}' holds in {int(hit.sum())} of {len(hit)} runs; {NEEDED} of either kind are needed. The values "
            f"run from {span}: choose another bound with --above or --below"
        )
    return hit, told


def prim(x: DataFrame, hit: Array, interest: str, *, density: float | None = None, boxes: int = 3) -> Discovery:
    """Boxes by PRIM, one after the other, each among the runs that the earlier ones leave.

    Args:
        x: the factors, a row a run. hit: which runs are of interest, bool (n,). interest: what that means, in words.
        density: the box taken on the way is the one that covers most at this density or more; if None, the one with
            the highest harmonic mean of coverage and density.
        boxes: the most to look for; one that is hardly denser than the whole is left out.
    """
    tool = _ema("prim")
    with _Quiet():
        search = tool.Prim(x.reset_index(drop=True), hit.astype(bool), mass_min=LEAST)
        found, trade = [], None
        for _ in range(boxes):
            box = search.find_box()
            if box is None:
                break
            path = box.peeling_trajectory
            step = _pick(path["coverage"].to_numpy(), path["density"].to_numpy(), density)
            box.select(step)
            told = _box(x, hit, _limits(x, box.box_lims[step], box.p_values[step]), search, box)
            if not told.limits or told.density.low <= hit.mean():
                break
            found.append(told)
            if trade is None:
                trade = tuple(zip(path["coverage"].tolist(), path["density"].tolist(), strict=True))
    return Discovery("prim", interest, len(hit), float(hit.mean()), tuple(found), trade or ())


def _pick(coverage: Array, density: Array, wanted: float | None) -> int:
    if wanted is not None and (density >= wanted).any():
        return int(np.argmax(np.where(density >= wanted, coverage, -1)))
    return int(np.argmax(2 * coverage * density / np.maximum(coverage + density, 1e-12)))


def cart(x: DataFrame, hit: Array, interest: str) -> Discovery:
    """The boxes that the leaves of a classification tree describe, the densest first."""
    tool = _ema("cart")
    from sklearn.tree import DecisionTreeClassifier

    with _Quiet():
        told_apart, names = _one_column_a_name(x)
        grown = tool.CART(told_apart, hit.astype(bool), mass_min=LEAST)
        least = max(1, int(LEAST * len(hit)))
        grown.clf = DecisionTreeClassifier(min_samples_leaf=least, max_leaf_nodes=LEAVES, random_state=0)
        grown.clf.fit(told_apart.to_numpy(), grown.y)
        if grown.clf.tree_.node_count == 1:
            return Discovery("cart", interest, len(hit), float(hit.mean()), ())
        found = [_box(x, hit, _joined(x, _limits(told_apart, limits, {}), names)) for limits in grown.boxes]
    found.sort(key=lambda box: (-box.density.value, -box.coverage.value))
    return Discovery("cart", interest, len(hit), float(hit.mean()), tuple(found))


def _one_column_a_name(x: DataFrame) -> tuple[DataFrame, dict[str, tuple[str, Any]]]:
    """Factors as numbers: one that holds names becomes a column of 0 and 1 for each of them; column -> factor, name."""
    columns: dict[str, Any] = {}
    names: dict[str, tuple[str, Any]] = {}
    for factor in x.columns:
        if x[factor].dtype.kind in "fiu":
            columns[factor] = x[factor].to_numpy(dtype=float)
            continue
        for value in sorted(x[factor].unique(), key=str):
            column = f"{factor}={value}"
            columns[column], names[column] = (x[factor] == value).to_numpy(dtype=float), (factor, value)
    return type(x)(columns), names


def _joined(x: DataFrame, limits: Sequence[Limit], names: Mapping[str, tuple[str, Any]]) -> list[Limit]:
    """Limits of columns of 0 and 1 as limits of the factors that they were made of."""
    told, allowed = [limit for limit in limits if limit.name not in names], dict[str, list[Any]]()
    for limit in limits:
        if limit.name in names:
            factor, value = names[limit.name]
            held = allowed.get(factor) or sorted(x[factor].unique(), key=str)
            allowed[factor] = [each for each in held if (each == value) == (limit.low is not None)]
    return told + [Limit(factor, values=tuple(values)) for factor, values in allowed.items()]


def _box(x: DataFrame, hit: Array, limits: Sequence[Limit], search: Any = None, box: Any = None) -> Box:
    """Its figures, counted anew among all runs (of PRIM, among those that are left)."""
    inside = inside_of(x, limits)
    if box is not None:
        left = np.zeros(len(hit), dtype=bool)
        left[box.yi_initial] = True
        inside = inside & left
    hits, number = int(hit[inside].sum()), int(inside.sum())
    return Box(wilson(hits, number), wilson(hits, int(hit.sum())), number / len(hit), number, tuple(limits))


def inside_of(x: DataFrame, limits: Sequence[Limit]) -> Array:
    """Which rows lie in a box, bool (n,)."""
    inside = np.ones(len(x), dtype=bool)
    for limit in limits:
        column = x[limit.name]
        if limit.values:
            inside &= column.isin(limit.values).to_numpy()
            continue
        if limit.low is not None:
            inside &= (column >= limit.low).to_numpy()
        if limit.high is not None:
            inside &= (column <= limit.high).to_numpy()
    return inside


def _limits(x: DataFrame, box: DataFrame, doubts: Mapping[str, Any]) -> list[Limit]:
    """The factors that a box restricts."""
    told = []
    for name in x.columns:
        first, last = box[name].iloc[0], box[name].iloc[1]
        doubt = doubts.get(name)
        doubt = None if doubt is None else _worst(doubt)
        if isinstance(first, set | frozenset):
            if set(first) != set(x[name].unique()):
                told.append(Limit(name, values=tuple(sorted(first, key=str)), doubt=doubt))
            continue
        low = float(first) if first > x[name].min() else None
        high = float(last) if last < x[name].max() else None
        if low is not None or high is not None:
            told.append(Limit(name, low, high, doubt=doubt))
    return told


def _worst(doubt: Any) -> float | None:
    held = [float(each) for each in np.atleast_1d(doubt) if float(each) >= 0]
    return max(held) if held else None


def _ema(part: str) -> Any:
    """A part of ema_workbench.analysis.

    Raises:
        AnalysisError: it is not installed.
    """
    from importlib import import_module

    try:
        with _Quiet():
            return import_module(f"ema_workbench.analysis.{part}")
    except ImportError as error:
        raise AnalysisError(
            f"scenario discovery needs the ema_workbench ({error}); install it with: pip install 'detente[explore]'"
        ) from error


class _Quiet(warnings.catch_warnings):
    """Inside, the library keeps its remarks on progress and on its own optional parts to itself."""

    def __enter__(self) -> None:
        super().__enter__()
        warnings.simplefilter("ignore")
        logging.getLogger("EMA").setLevel(logging.ERROR)


def of(
    sweep: Any,
    output: str,
    *,
    method: Literal["prim", "cart"] = "prim",
    above: float | None = None,
    below: float | None = None,
    density: float | None = None,
    arm: str = "base",
) -> Discovery:
    """Scenario discovery in a sweep, over the factors that vary; every run counts, replicates too."""
    runs = finished(sweep, arm)
    hit, interest = interesting(output, runs[output].to_numpy(dtype=float), above=above, below=below)
    x = runs[varied(sweep, runs)]
    return prim(x, hit, interest, density=density) if method == "prim" else cart(x, hit, interest)
