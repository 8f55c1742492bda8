"""Sobol indices: what share of the variance of an outcome each factor explains, with bootstrap intervals.

    first_i = E[b (ab_i - a)] / V        total_i = E[(a - ab_i)^2] / 2 V        luck = cov(a, b) / V

a and b are outcomes at two independent points of a row of the design, ab_i at the first with factor i of the second;
V the variance of a and b together, luck's part included. All points of a row share their random numbers, so that
what luck adds to a, b and ab_i cancels in the differences, and what a and b still have in common is luck alone.

*Source:* estimators of Saltelli et al. 2010 (first order) and Jansen 1999 (total).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.columns import Array
from sim.core.streams import Streams
from sim.experiment.analysis.outcomes import AnalysisError, factors, finished

if TYPE_CHECKING:
    from pandas import DataFrame

FEWEST_ROWS = 8
"""Rows without which no interval means anything."""
RESAMPLES = 1000


@dataclass(frozen=True)
class Share:
    """A number with the ends of its 95% interval."""

    value: float
    low: float
    high: float

    @property
    def width(self) -> float:
        """Of the interval."""
        return self.high - self.low


@dataclass(frozen=True)
class Sobol:
    """Sensitivity indices of one outcome.

    Attributes:
        output: name of the outcome. factors: names, in the order of the indices.
        first: share of the variance that each factor explains alone. total: with all its interactions.
        luck: share that the seed alone explains (0 if the rows do not share their seeds).
        rows: of the design, used. variance: of the outcome.
    """

    output: str
    factors: tuple[str, ...]
    first: tuple[Share, ...]
    total: tuple[Share, ...]
    luck: Share
    rows: int
    variance: float

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        shares = zip(self.factors, self.first, self.total, strict=True)
        told = [{"name": name, "first": asdict(first), "total": asdict(total)} for name, first, total in shares]
        return {
            "output": self.output,
            "rows": self.rows,
            "variance": self.variance,
            "factors": told,
            "luck": asdict(self.luck),
        }


@dataclass(frozen=True)
class Blocks:
    """Outcomes of a Saltelli design: `a` and `b` of shape (n,), `ab` (d, n); `lost` rows were incomplete."""

    a: Array
    b: Array
    ab: Array
    lost: int = 0

    def first_rows(self, number: int) -> Blocks:
        """The first rows only."""
        return Blocks(self.a[:number], self.b[:number], self.ab[:, :number], self.lost)


def estimates(a: Array, b: Array, ab: Array) -> tuple[Array, Array, Array]:
    """First-order and total indices, (d, ...), and the share of luck, (...); inputs (..., n) and (d, ..., n)."""
    both = np.concatenate([a, b], axis=-1)
    centre = both.mean(axis=-1, keepdims=True)
    variance = both.var(axis=-1)
    variance = np.where(variance > 0, variance, np.nan)
    a, b, ab = a - centre, b - centre, ab - centre
    first = (b * (ab - a)).mean(axis=-1) / variance
    total = ((a - ab) ** 2).mean(axis=-1) / 2 / variance
    return first, total, (a * b).mean(axis=-1) / variance


def sobol(
    output: str, names: Sequence[str], blocks: Blocks, *, resamples: int = RESAMPLES, seed: int = 0, level: float = 0.95
) -> Sobol:
    """Indices with percentile intervals from resampled rows.

    Args:
        output: name of the outcome. names: of the factors, d. blocks: outcomes, n rows.
        resamples: of the bootstrap. seed: of the bootstrap. level: of the intervals.

    Raises:
        AnalysisError: too few rows, or an outcome that never varies.
    """
    n = len(blocks.a)
    if n < FEWEST_ROWS:
        raise AnalysisError(f"{n} complete rows of the design are too few; let it have {FEWEST_ROWS} or more")
    if np.ptp(np.concatenate([blocks.a, blocks.b, blocks.ab.ravel()])) == 0:
        raise AnalysisError(f"output: '{output}' is the same in all runs; it has no variance to share out")
    rows = Streams(seed).at("bootstrap", 0).integers(n, size=(resamples, n))
    drawn = [estimates(blocks.a[rows], blocks.b[rows], each[rows][None]) for each in blocks.ab]
    tails = [100 * (1 - level) / 2, 100 * (1 + level) / 2]
    first, total, luck = estimates(blocks.a, blocks.b, blocks.ab)

    def interval(value: float, resampled: Array) -> Share:
        low, high = np.nanpercentile(resampled, tails)
        return Share(float(value), float(low), float(high))

    return Sobol(
        output,
        tuple(names),
        tuple(interval(value, each[0]) for value, each in zip(first, drawn, strict=True)),
        tuple(interval(value, each[1]) for value, each in zip(total, drawn, strict=True)),
        interval(float(luck), drawn[0][2]),
        n,
        float(np.concatenate([blocks.a, blocks.b]).var()),
    )


def blocks_of(sweep: Any, output: str, *, arm: str = "base", runs: DataFrame | None = None) -> Blocks:
    """The outcomes of a sweep, block by block; replicates of a point are averaged, incomplete rows left out.

    Raises:
        AnalysisError: the design is not a Saltelli design, or no row is complete.
    """
    if sweep.design.kind != "saltelli":
        raise AnalysisError(
            f"Sobol indices need a design of kind 'saltelli', this one is '{sweep.design.kind}'; write\n"
            '  [design]\n  kind = "saltelli"'
        )
    runs = finished(sweep, arm) if runs is None else runs
    means = runs.groupby("point", sort=True)[output].mean()
    width = len(factors(sweep, runs)) + 2
    table: dict[int, Array] = {}
    for point, value in means.items():
        row, block = sweep.design.blocks(int(str(point)))
        table.setdefault(row, np.full(width, np.nan))[position(block)] = value
    values = np.array([table[row] for row in sorted(table)])
    whole = np.isfinite(values).all(axis=1)
    if not whole.any():
        raise AnalysisError("no row of the design is complete yet; finish the sweep with `detente sweep resume`")
    kept = values[whole]
    return Blocks(kept[:, 0], kept[:, 1], kept[:, 2:].T, int((~whole).sum()))


def position(block: int | str) -> int:
    """Where a block stands: A 0, B 1, AB_1 2, ..."""
    if isinstance(block, int):
        return block
    return {"A": 0, "B": 1}.get(block, 1) if block in {"A", "B"} else 1 + int(block.rpartition("_")[2])


def growing(
    output: str, names: Sequence[str], blocks: Blocks, *, resamples: int = RESAMPLES, parts: Sequence[int] = (4, 2, 1)
) -> list[Sobol]:
    """The indices from the first quarter, half and all of the rows: do they settle, and do the intervals shrink?"""
    sizes = [len(blocks.a) // part for part in parts]
    return [sobol(output, names, blocks.first_rows(size), resamples=resamples) for size in sizes if size >= FEWEST_ROWS]
