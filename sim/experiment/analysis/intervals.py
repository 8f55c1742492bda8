"""How sure a mean is: Student's interval."""

from __future__ import annotations

import numpy as np
from scipy import stats

from sim.core.columns import Array


def student_interval(values: Array, level: float = 0.95) -> tuple[float, float, float]:
    """Mean of independent values (n,) and the ends of its interval, which are nan if there are fewer than two."""
    n, mean = len(values), float(np.mean(values)) if len(values) else float("nan")
    if n < 2:
        return mean, float("nan"), float("nan")
    half = float(stats.t.ppf((1 + level) / 2, n - 1) * np.std(values, ddof=1) / np.sqrt(n))
    return mean, mean - half, mean + half
