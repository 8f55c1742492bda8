"""Where a design looks: the points that it takes from the ranges of its factors."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import qmc

from sim.core.columns import Array
from sim.core.streams import generator_of

LATTICES = ("grid", "list", "csv", "one_at_a_time")
"""Designs of chosen values."""
SAMPLES = ("sobol", "lhs", "halton", "saltelli")
"""Designs that fill the space; `n` says how many points (rows, for saltelli)."""
GROWING = ("sobol", "halton", "saltelli")
"""Samples of which a smaller one is the beginning of a larger one."""
KINDS = (*LATTICES, *SAMPLES)
STEPS = 5
"""Values of a factor between its bounds where no number is given."""


@dataclass(frozen=True)
class Factor:
    """Something that varies.

    Attributes:
        name: key as `--set` takes it. low, high: bounds of a number. values: chosen values, in their order.
        integer: only whole numbers. log: even steps in the logarithm.
        usual: value in the scenario, if it is a number that is known. unit, doc: as declared.
    """

    name: str
    low: float | None = None
    high: float | None = None
    values: tuple[Any, ...] = ()
    integer: bool = False
    log: bool = False
    usual: float | None = None
    unit: str = ""
    doc: str = ""

    def at(self, share: float) -> Any:
        """The value at a share (0..1) of the way from low to high, or that of the chosen values."""
        if self.values:
            return self.values[min(int(share * len(self.values)), len(self.values) - 1)]
        assert self.low is not None and self.high is not None
        if self.log:
            value = math.exp(math.log(self.low) + share * (math.log(self.high) - math.log(self.low)))
        else:
            value = self.low + share * (self.high - self.low)
        value = min(max(value, self.low), self.high)
        return round(value) if self.integer else float(value)

    def steps(self, n: int) -> tuple[Any, ...]:
        """Its chosen values, else n from low to high."""
        if self.values:
            return self.values
        shares = np.linspace(0, 1, n) if n > 1 else [0.5]
        return tuple(dict.fromkeys(self.at(float(share)) for share in shares))


def points_of(
    kind: str, factors: Sequence[Factor], *, n: int = 0, seed: int = 0, rows: Iterable[Mapping[str, Any]] = ()
) -> list[dict[str, Any]]:
    """The points of a design, a dict a point.

    Sobol and Halton points of a smaller n are the first of a larger one; Saltelli points come a row at a time, A, B,
    then A with each factor in turn from B.
    """
    if kind in ("list", "csv"):
        return [dict(row) for row in rows]
    if not factors:
        return [{}]
    if kind == "grid":
        return [
            dict(zip(_names(factors), values, strict=True))
            for values in itertools.product(*(factor.steps(n or STEPS) for factor in factors))
        ]
    if kind == "one_at_a_time":
        return _one_at_a_time(factors, n or STEPS)
    if kind == "saltelli":
        return _saltelli(factors, n, seed)
    return [_point(factors, shares) for shares in _sample(kind, len(factors), n, seed)]


def _names(factors: Sequence[Factor]) -> list[str]:
    return [factor.name for factor in factors]


def _point(factors: Sequence[Factor], shares: Array) -> dict[str, Any]:
    return {factor.name: factor.at(float(share)) for factor, share in zip(factors, shares, strict=True)}


def _sample(kind: str, d: int, n: int, seed: int) -> Array:
    """Points of the unit cube, (n, d)."""
    rng = generator_of(seed)
    if kind == "lhs":
        return np.asarray(qmc.LatinHypercube(d, rng=rng).random(n))
    if kind == "halton":
        return np.asarray(qmc.Halton(d, rng=rng).random(n))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a number that is no power of two is balanced a little worse
        return np.asarray(qmc.Sobol(d, rng=rng).random(n))


def _saltelli(factors: Sequence[Factor], n: int, seed: int) -> list[dict[str, Any]]:
    d, found = len(factors), []
    for shares in _sample("sobol", 2 * d, n, seed):
        a, b = shares[:d], shares[d:]
        mixed = np.tile(a, (d, 1))
        np.fill_diagonal(mixed, b)
        found += [_point(factors, each) for each in (a, b, *mixed)]
    return found


def _one_at_a_time(factors: Sequence[Factor], n: int) -> list[dict[str, Any]]:
    """All factors at their usual values, then each in turn at all of its own."""
    usual = {factor.name: factor.at(0.5) if factor.usual is None else factor.usual for factor in factors}
    found = [usual]
    for factor in factors:
        found += [{**usual, factor.name: value} for value in factor.steps(n) if value != usual[factor.name]]
    return found
