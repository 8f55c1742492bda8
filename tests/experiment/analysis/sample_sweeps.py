"""Sweeps that were never run: tables of a known function, with the face that the analyses look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import qmc


@dataclass(frozen=True)
class Factor:
    name: str
    low: float | None = None
    high: float | None = None
    values: tuple[Any, ...] | None = None


@dataclass(frozen=True)
class Design:
    kind: str
    factors: tuple[Factor, ...]

    def blocks(self, point: int) -> tuple[int, int]:
        return divmod(point, len(self.factors) + 2)


@dataclass
class KnownSweep:
    table: pd.DataFrame
    design: Design
    schema: dict[str, Any] = field(default_factory=lambda: {"columns": {}, "volatile": ["seconds"]})

    def runs(self) -> pd.DataFrame:
        return self.table.copy()


def saltelli(
    function: Callable[[np.ndarray], np.ndarray], names: Sequence[str], low: float, high: float, rows: int
) -> KnownSweep:
    """The function at the points of a Saltelli design, rows x (d + 2) of them, in the order of the contract."""
    d = len(names)
    u = low + (high - low) * qmc.Sobol(2 * d, scramble=True, rng=np.random.default_rng(5)).random(rows)
    a, b = u[:, :d], u[:, d:]
    blocks = [a, b, *(np.where(np.arange(d) == i, b, a) for i in range(d))]
    x = np.stack(blocks, axis=1).reshape(-1, d)
    table = pd.DataFrame({f"run{k}": x[:, k] for k in range(d)}).set_axis(list(names), axis=1)
    table.insert(0, "point", np.arange(len(x)))
    table["run_id"] = [f"r{k}" for k in range(len(x))]
    table["arm"], table["replicate"], table["scenario"], table["status"] = "base", 0, "known", "ok"
    table["y.mean"] = function(x)
    return KnownSweep(table, Design("saltelli", tuple(Factor(name, low, high) for name in names)))


def ishigami(x: np.ndarray, a: float = 7, b: float = 0.1) -> np.ndarray:
    """sin x1 + a sin^2 x2 + b x3^4 sin x1."""
    return np.sin(x[:, 0]) + a * np.sin(x[:, 1]) ** 2 + b * x[:, 2] ** 4 * np.sin(x[:, 0])
