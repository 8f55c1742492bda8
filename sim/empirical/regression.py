"""Regressions of rare events: logistic and Poisson by Newton's method, errors by cluster.

    logistic   P(y = 1) = sigmoid(x b + offset)
    Poisson    E(y) = exposure exp(x b)

A ridge far below what data can tell keeps coefficients finite where an event never happens in a category. Standard
errors are those of the inverse information, or, given clusters, of White's sandwich summed by cluster.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from sim.core.columns import Array

RIDGE = 1e-3
"""Of half the square of each coefficient, in units of its column's size, in log-likelihood."""
BLOCK = 16_384
STEPS = 60
CLOSE = 1e-5
MANY, THIN = 50_000, 10


@dataclass(frozen=True)
class Fit:
    """A fitted regression.

    Attributes:
        names: of the columns, (c,).
        coefficients: (c,).
        covariance: of the coefficients, (c, c).
        rows, events: how many there were.
        log_likelihood: of the logistic regression without its ridge; of the Poisson one up to a constant.
    """

    names: tuple[str, ...]
    coefficients: Array
    covariance: Array
    rows: int
    events: float
    log_likelihood: float

    @property
    def errors(self) -> Array:
        """Standard errors, (c,)."""
        return np.sqrt(np.diag(self.covariance))

    def index(self, design: Array) -> Array:
        """The linear predictor of other rows, (m,); columns in the order of `names`."""
        return design @ self.coefficients

    def chance(self, design: Array) -> Array:
        """The probability in other rows, (m,), of a logistic regression."""
        return expit(self.index(design))

    def __getitem__(self, name: str) -> tuple[float, float]:
        """A coefficient and its standard error."""
        place = self.names.index(name)
        return float(self.coefficients[place]), float(self.errors[place])


def logistic(
    design: Array,
    events: Array,
    names: Sequence[str],
    *,
    cluster: Array | None = None,
    offset: Array | float = 0.0,
    weights: Array | None = None,
    start: Array | None = None,
) -> Fit:
    """Fit a logistic regression.

    Args:
        design: (m, c), a column of ones included where an intercept is wanted.
        events: 0 or 1, (m,).
        names: of the columns.
        cluster: integers that name the group of each row whose errors may be correlated, (m,).
        offset: known part of the linear predictor, (m,).
        weights: what each row counts, (m,) [1].
        start: coefficients to begin with.

    Raises:
        ValueError: no rows, or columns that the names do not match.
    """
    _check(design, events, names)
    y = events.astype(float)
    counts = np.ones(len(y)) if weights is None else weights
    hill = _Hill(design, y, counts, _sizes(design))
    at = hill.at((_first_guess(design, y, counts, offset) if start is None else start) * hill.size, offset)
    at = hill.climbed(at, offset, STEPS)
    covariance = _covariance(hill.information(at), hill.size, design, counts * (y - at.chance), cluster)
    return Fit(tuple(names), at.b / hill.size, covariance, len(y), float(y.sum()), at.value)


def poisson(
    design: Array, events: Array, exposure: Array, names: Sequence[str], *, cluster: Array | None = None
) -> Fit:
    """Fit a Poisson regression of counts (m,) with the given exposures (m,); raises as `logistic`."""
    _check(design, events, names)
    size, y = _sizes(design), events.astype(float)
    b = np.zeros(design.shape[1])
    mean = np.full(len(y), max(y.sum(), 0.5) / exposure.sum()) * exposure
    for _ in range(STEPS):
        information, score = _ridged(_cross(design, mean), design.T @ (y - mean), b, size)
        step = np.linalg.solve(information, score)
        b = b + np.clip(step, -3, 3)
        mean = exposure * np.exp(np.clip(design @ (b / size), -50, 50))
        if np.abs(step).max() < CLOSE:
            break
    information, _ = _ridged(_cross(design, mean), np.zeros(len(b)), b, size)
    likelihood = float(y @ np.log(np.maximum(mean, 1e-300)) - mean.sum())
    covariance = _covariance(information, size, design, y - mean, cluster)
    return Fit(tuple(names), b / size, covariance, len(y), float(y.sum()), likelihood)


@dataclass(frozen=True)
class _Place:
    """Where a climb stands: coefficients in units of the columns' sizes, log-likelihood, chances of the rows (m,)."""

    b: Array
    value: float
    chance: Array

    @property
    def height(self) -> float:
        """What is to be made as large as can be: the log-likelihood less the ridge."""
        return self.value - RIDGE / 2 * float(self.b @ self.b)


@dataclass(frozen=True)
class _Hill:
    """The likelihood of a logistic regression; `size`: what columns are measured in, `weights`: what rows count."""

    design: Array
    y: Array
    weights: Array
    size: Array

    def at(self, b: Array, offset: Array | float) -> _Place:
        """The place of these coefficients."""
        index = self.design @ (b / self.size) + offset
        chance = expit(index)
        value = (self.weights * self.y) @ index - self.weights @ np.logaddexp(0.0, index)
        return _Place(b, float(value), chance)

    def information(self, place: _Place) -> Array:
        """Minus the second derivative of the height there, (c, c)."""
        spread = self.weights * place.chance * (1 - place.chance)
        scaled = _cross(self.design, spread) / np.outer(self.size, self.size)
        return np.asarray(scaled + RIDGE * np.eye(len(place.b)))

    def climbed(self, place: _Place, offset: Array | float, steps: int) -> _Place:
        """Newton's steps, each halved as often as needed so that it leads up, until they are tiny."""
        for _ in range(steps):
            slope = self.design.T @ (self.weights * (self.y - place.chance)) / self.size - RIDGE * place.b
            step = np.linalg.solve(self.information(place), slope)
            parts = (self.at(place.b + part * step, offset) for part in 0.5 ** np.arange(12))
            higher = next((found for found in parts if found.height >= place.height - 1e-9 * abs(place.height)), None)
            if higher is None:
                break
            place = higher
            if np.abs(step).max() < CLOSE:
                break
        return place


def _first_guess(design: Array, y: Array, weights: Array, offset: Array | float) -> Array:
    """Where to begin, (c,): even odds, from where Newton's steps do not overshoot (from the base rate of rare events
    they do); with many rows, the fit to all events and every tenth other row.

    Leaving out non-events moves the intercept alone, by the logarithm of the share that is kept (King and Zeng 2001).
    """
    ones = np.flatnonzero((design == 1).all(axis=0))
    b = np.zeros(design.shape[1])
    if len(y) < MANY or not len(ones):
        return b
    kept = (y > 0) | (np.arange(len(y)) % THIN == 0)
    part = _Hill(design[kept], y[kept], weights[kept], _sizes(design[kept]))
    shift = np.broadcast_to(offset, len(y))[kept]
    b = part.climbed(part.at(b, shift), shift, STEPS).b / part.size
    b[ones[0]] += np.log(max(part.weights @ (part.y == 0), 1e-9) / max(weights @ (y == 0), 1e-9))
    return b


def _check(design: Array, events: Array, names: Sequence[str]) -> None:
    if not len(events):
        raise ValueError("nothing to fit: there are no rows")
    if design.shape != (len(events), len(names)):
        raise ValueError(f"{len(events)} rows and {len(names)} names for a design of shape {design.shape}")


def _sizes(design: Array) -> Array:
    """Root mean square of every column, 1 for empty ones, (c,): Newton steps in these units are well conditioned."""
    size = np.sqrt(np.einsum("mc,mc->c", design, design) / len(design))
    return np.asarray(np.where(size > 0, size, 1.0))


def _cross(design: Array, weight: Array) -> Array:
    """X' W X in blocks of rows that stay in the processor's cache, (c, c)."""
    total = np.zeros((design.shape[1],) * 2)
    for first in range(0, len(design), BLOCK):
        part = design[first : first + BLOCK]
        total += part.T @ (part * weight[first : first + BLOCK, None])
    return total


def _ridged(information: Array, score: Array, b: Array, size: Array) -> tuple[Array, Array]:
    """Information and score in units of the columns' sizes, with the ridge."""
    scaled = information / np.outer(size, size)
    return scaled + RIDGE * np.eye(len(b)), score / size - RIDGE * b


def _covariance(information: Array, size: Array, design: Array, residual: Array, cluster: Array | None) -> Array:
    """Of the coefficients in their own units, (c, c): inverse information, or the sandwich summed by cluster."""
    inverse = np.linalg.inv(information)
    if cluster is not None:
        _, index = np.unique(cluster, return_inverse=True)
        index, groups = index.reshape(-1), int(index.max()) + 1
        sums = np.stack([np.bincount(index, column * residual, minlength=groups) for column in design.T], axis=1)
        inner = (sums / size).T @ (sums / size) * groups / max(groups - 1, 1)
        inverse = inverse @ inner @ inverse
    return np.asarray(inverse / np.outer(size, size))
