"""Named numbers with their standard errors, and the simplest ways to get them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.core.columns import Array


@dataclass(frozen=True)
class Estimate:
    """One number that data tell.

    Attributes:
        name: the address of the parameter that it is an estimate of (`mechanisms.NAME.PARAM`), else a plain name.
        value, se: the estimate and its standard error; NaN where the data tell nothing.
        n: rows, spells or states behind it.
        unit: as parameters have it, "1" for pure numbers.
        definition: what exactly was counted or fitted, in which data.
    """

    name: str
    value: float
    se: float
    n: int
    unit: str
    definition: str

    def times(self, factor: float, name: str, definition: str) -> Estimate:
        """A multiple of it under another name."""
        return Estimate(name, self.value * factor, self.se * abs(factor), self.n, self.unit, definition)


def share(name: str, happened: Array, definition: str) -> Estimate:
    """How often something happened, bool (m,), with the binomial error of rows that are independent."""
    n = len(happened)
    p = float(np.mean(happened)) if n else float("nan")
    return Estimate(name, p, float(np.sqrt(p * (1 - p) / n)) if n else float("nan"), n, "1", definition)


def mean(name: str, values: Array, unit: str, definition: str) -> Estimate:
    """The mean of independent numbers (m,)."""
    n = len(values)
    if n < 2:
        return Estimate(name, float(values.mean()) if n else float("nan"), float("nan"), n, unit, definition)
    return Estimate(name, float(values.mean()), float(values.std(ddof=1) / np.sqrt(n)), n, unit, definition)


def ratio(name: str, events: Array, exposure: Array, group: Array, unit: str, definition: str) -> Estimate:
    """Events over exposure, both (m,); the error is that of a ratio of sums over independent groups (m,)."""
    total = float(exposure.sum())
    if not total:
        return Estimate(name, float("nan"), float("nan"), len(events), unit, definition)
    value = float(events.sum()) / total
    _, index = np.unique(group, return_inverse=True)
    residual = np.bincount(index.reshape(-1), events - value * exposure)
    groups = len(residual)
    se = float(np.sqrt(groups / (groups - 1) * (residual**2).sum()) / total) if groups > 1 else float("nan")
    return Estimate(name, value, se, len(events), unit, definition)


def rate(name: str, ended: Array, years: Array, definition: str) -> Estimate:
    """Ends a year of exponential spells: bool (m,) whether the end was seen, years lived through (m,)."""
    events, total = float(np.sum(ended)), float(np.sum(years))
    if not total:
        return Estimate(name, float("nan"), float("nan"), len(years), "1/year", definition)
    return Estimate(name, events / total, float(np.sqrt(events)) / total, len(years), "1/year", definition)


def log_odds(name: str, yes: Array, no: Array, definition: str) -> Estimate:
    """Log-odds of what happened in one sample, bool (m,), above another, bool (k,); Woolf's (1955) error."""
    counts = [float(np.sum(part)) for part in (yes, ~yes, no, ~no)]
    n = len(yes) + len(no)
    if min(counts) == 0:
        return Estimate(name, float("nan"), float("nan"), n, "1", definition)
    a, b, c, d = counts
    return Estimate(
        name, float(np.log(a * d / (b * c))), float(np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)), n, "1", definition
    )
