"""Two runs that share their luck and differ in one thing: how much that thing changes, with an interval.

What was measured stands in a table of docs/validation.md, one row a finding; `shown` compares the two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import ttest_1samp

from sim.core.columns import Array

TABLE = Path(__file__).resolve().parent.parent / "docs" / "validation.md"


@dataclass(frozen=True)
class Effect:
    """Mean difference, changed minus plain, its 95% interval, and the number of pairs that it rests on."""

    mean: float
    low: float
    high: float
    pairs: int

    def __str__(self) -> str:
        return f"{self.mean:+.3f} ({self.low:+.3f} to {self.high:+.3f}), {self.pairs}"


def paired(changed: Array, plain: Array) -> Effect:
    """The effect of a change over paired seeds, one number a seed in each array; t interval.

    Seeds where either is nan have nothing to compare and are left out.
    """
    difference = np.asarray(changed, dtype=float) - np.asarray(plain, dtype=float)
    difference = difference[np.isfinite(difference)]
    mean = float(difference.mean())
    if np.ptp(difference) == 0:
        return Effect(mean, mean, mean, len(difference))
    interval = ttest_1samp(difference, 0.0).confidence_interval(0.95)
    return Effect(mean, float(interval.low), float(interval.high), len(difference))


def shown(finding: str, effect: Effect, sign: int) -> None:
    """The whole interval lies on the side of zero where `sign` is, and the table in the documentation agrees.

    Args:
        finding: first cell of its row in the table.
    """
    print(f"{finding} | {effect}")
    assert (effect.low if sign > 0 else -effect.high) > 0, f"{finding}: {effect}"
    cells = [row.split("|") for row in TABLE.read_text().splitlines() if row.startswith(f"| {finding} |")]
    assert len(cells) == 1, f"docs/validation.md has {len(cells)} rows that begin with '| {finding} |'; add: {effect}"
    told = re.search(r"([+-][0-9.]+) \(", cells[0][-2])
    assert told, f"docs/validation.md gives no effect for '{finding}'; write: {effect}"
    assert effect.low <= float(told.group(1)) <= effect.high, f"docs/validation.md is out of date: {finding} {effect}"
