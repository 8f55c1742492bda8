"""Elementary effects (Morris 1991): what an outcome does when one factor moves and the others stay.

Any design in which some points differ in one factor alone will do: one_at_a_time, grid, saltelli. Factors are scaled to
0..1 by their bounds, so that an effect is a change of the outcome over the whole range of the factor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.random import Generator

from sim.core.columns import Array
from sim.core.streams import Streams
from sim.experiment.analysis.outcomes import AnalysisError, finished, numeric, scaled, varied
from sim.experiment.analysis.sensitivity import RESAMPLES, Share

SAME = 12
"""Decimals up to which two scaled values are one."""


@dataclass(frozen=True)
class Effect:
    """Effects of one factor on one outcome.

    Attributes:
        name: of the factor. mean: of the effects. strength: mean of their sizes, sign aside, with its 95% interval.
        spread: standard deviation; large beside `strength` where the effect bends or depends on other factors.
        number: of the effects.
    """

    name: str
    mean: float
    strength: Share
    spread: float
    number: int


@dataclass(frozen=True)
class Morris:
    """Elementary effects on one outcome, the strongest first."""

    output: str
    effects: tuple[Effect, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"output": self.output, "factors": [asdict(effect) for effect in self.effects]}


def elementary_effects(x: Array, y: Array, groups: Array | None = None) -> list[Array]:
    """Slopes between neighbouring points that differ in one factor alone; one array a factor.

    Args:
        x: points, (n, d), each factor from 0 to 1. y: outcomes, (n,).
        groups: only points of one group are compared (the same replicate, say), (n,).
    """
    n, d = x.shape
    marks = np.zeros(n) if groups is None else np.asarray(groups, dtype=float)
    rounded = np.round(x, SAME)
    found = []
    for i in range(d):
        others = np.column_stack([np.delete(rounded, i, axis=1), marks])
        _, line = np.unique(others, axis=0, return_inverse=True)
        order = np.lexsort((rounded[:, i], line.ravel()))
        step, rise = np.diff(rounded[order, i]), np.diff(y[order])
        pairs = (np.diff(line.ravel()[order]) == 0) & (step > 0)
        found.append(rise[pairs] / step[pairs])
    return found


def morris(
    output: str, names: Sequence[str], slopes: Sequence[Array], *, resamples: int = RESAMPLES, seed: int = 0
) -> Morris:
    """Strength and spread of the effects of every factor, with bootstrap intervals.

    Raises:
        AnalysisError: no two points differ in one factor alone.
    """
    if not any(len(each) for each in slopes):
        raise AnalysisError(
            "elementary effects need points that differ in one factor alone; use a design of kind one_at_a_time, grid "
            "or saltelli"
        )
    rng = Streams(seed).at("bootstrap", 0)
    effects = [_effect(name, each, rng, resamples) for name, each in zip(names, slopes, strict=True) if len(each)]
    return Morris(output, tuple(sorted(effects, key=lambda effect: -effect.strength.value)))


def _effect(name: str, slopes: Array, rng: Generator, resamples: int) -> Effect:
    sizes, number = np.abs(slopes), len(slopes)
    means = np.array([sizes[rng.integers(number, size=number)].mean() for _ in range(resamples)])
    low, high = np.percentile(means, [2.5, 97.5])
    spread = float(slopes.std(ddof=1)) if number > 1 else 0.0
    return Effect(name, float(slopes.mean()), Share(float(sizes.mean()), float(low), float(high)), spread, number)


def of(sweep: Any, output: str, *, arm: str = "base") -> Morris:
    """The elementary effects in a sweep; runs are compared within a replicate."""
    runs = finished(sweep, arm)
    names = numeric(runs, varied(sweep, runs), purpose="an elementary effect")
    slopes = elementary_effects(
        scaled(sweep, runs, names), runs[output].to_numpy(dtype=float), runs["replicate"].to_numpy()
    )
    return morris(output, names, slopes)
