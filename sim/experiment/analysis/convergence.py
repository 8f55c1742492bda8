"""Whether there were runs enough: the same numbers from the first quarter and half of a design, and from all of it.

The first points of a Sobol, Halton or Saltelli design are such a design themselves, so its beginnings are honest
smaller experiments: what still moves between them is not yet known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from sim.core.columns import Array
from sim.experiment.analysis.intervals import student_interval
from sim.experiment.analysis.outcomes import BASE, AnalysisError, finished, per_point
from sim.experiment.analysis.sensitivity import Sobol, blocks_of, growing

FEWEST = 8
"""Points without which there is nothing to see."""


@dataclass(frozen=True)
class Step:
    """An estimate of `name` from the first `rows` rows of the design, with its 95% interval."""

    name: str
    rows: int
    value: float
    low: float
    high: float

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def growing_means(output: str, values: Array) -> list[Step]:
    """Mean of an output (k,), from a quarter, a half and all points.

    Raises:
        AnalysisError: fewer than eight points.
    """
    if len(values) < FEWEST:
        raise AnalysisError(f"convergence needs {FEWEST} points or more that ended well, not {len(values)}")
    return [Step(output, n, *student_interval(values[:n])) for n in (len(values) // 4, len(values) // 2, len(values))]


def steps_of(grown: Sequence[Sobol], kind: Literal["first", "total"] = "total") -> list[Step]:
    """Sobol indices of several sizes as steps, named by factor."""
    return [
        Step(name, each.rows, share.value, share.low, share.high)
        for each in grown
        for name, share in zip(each.factors, getattr(each, kind), strict=True)
    ]


def settled(steps: Sequence[Step]) -> dict[str, bool]:
    """Whether each estimate from half the rows lies in the interval from all of them."""
    held: dict[str, list[Step]] = {}
    for step in steps:
        held.setdefault(step.name, []).append(step)
    return {
        name: len(s) > 1 and bool(np.isfinite(s[-1].low)) and s[-1].low <= s[-2].value <= s[-1].high
        for name, s in held.items()
    }


def of(sweep: Any, output: str, *, arm: str = BASE) -> list[Step]:
    """Total Sobol indices of a Saltelli design, else the mean of the output, as the design grows.

    Raises:
        AnalysisError: too few rows.
    """
    if sweep.design.kind == "saltelli":
        names = [factor.name for factor in sweep.design.factors]
        steps = steps_of(growing(output, names, blocks_of(sweep, output, arm=arm)))
        if not steps:
            raise AnalysisError(f"convergence needs {FEWEST} complete rows or more; go on with `detente sweep resume`")
        return steps
    return growing_means(output, per_point(finished(sweep, arm), [output])[output].dropna().to_numpy(dtype=float))
