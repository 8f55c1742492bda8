"""How good forecasts of rare events were: discrimination, skill, calibration, and how sure one may be of each.

    ROC AUC        P(forecast of an event > forecast of a non-event) + half of the ties (midranks)
    PR AUC         average precision: mean over the events of the precision among all rows forecast at least as high
    Brier skill    1 - sum (p - y)^2 / sum (ybar - y)^2, ybar the rate in the scored rows themselves
    calibration    expected over observed events, sum p / sum y

Rows of one pair of states are not independent: intervals draw whole pairs with replacement (Efron and Tibshirani 1993),
and a gain of one forecast over another is scored on the same draws. Scores that a sample does not allow, those of rows
without any event for instance, are NaN.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
from scipy.sparse import csr_array
from scipy.special import ndtri

from sim.core.columns import Array
from sim.core.streams import Streams

BLOCK = 4_000_000
"""Numbers held at once while draws are scored."""


@dataclass(frozen=True)
class Scores:
    """The scores of one forecast; of many draws, when each is an array (r,)."""

    roc: Array | float
    pr: Array | float
    brier_skill: Array | float
    expected_over_observed: Array | float


@dataclass(frozen=True)
class Interval:
    """A score with its percentile interval: `low` and `high` hold `level` of all draws."""

    value: float
    low: float
    high: float
    level: float = 0.95

    @classmethod
    def of(cls, value: float, draws: Array, level: float = 0.95) -> Interval:
        """The interval of a score from its draws; draws without a score (NaN) are left out."""
        known = draws[np.isfinite(draws)]
        if not known.size:
            return cls(float(value), float("nan"), float("nan"), level)
        low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
        return cls(float(value), float(low), float(high), level)


@dataclass(frozen=True)
class Draws:
    """Bootstrap draws of pairs.

    Attributes:
        pair: the pair of each row, 0..d - 1, shape (n,).
        weight: how often each pair was drawn, shape (r, d).
    """

    pair: Array
    weight: Array

    @classmethod
    def of(cls, pair: Array, number: int = 500, seed: int = 0) -> Draws:
        """Draw as many pairs as there are, with replacement, `number` times; `pair` names each row's by any integer."""
        pairs, index = np.unique(pair, return_inverse=True)
        streams, d = Streams(seed), len(pairs)
        weight = np.empty((number, d), dtype=np.int16)
        for r in range(number):
            weight[r] = np.bincount(streams.at("bootstrap", r).integers(d, size=d), minlength=d)
        return cls(index.reshape(-1), weight)


def scores(happened: Array, chance: Array) -> Scores:
    """All scores of the forecast `chance` (n,) of what `happened` (n,)."""
    happened, chance = _checked(happened, chance)
    single = Draws(np.zeros(len(happened), dtype=np.intp), np.ones((1, 1)))
    return _plain(drawn_scores(happened, chance, single))


def roc_auc(happened: Array, chance: Array) -> float:
    """Area under the receiver operating curve, ties counting half."""
    return float(scores(happened, chance).roc)


def average_precision(happened: Array, chance: Array) -> float:
    """Area under the precision-recall curve as average precision; rows forecast alike enter together."""
    return float(scores(happened, chance).pr)


def drawn_scores(happened: Array, chance: Array, draws: Draws) -> Scores:
    """The scores of every draw, arrays (r,)."""
    happened, chance = _checked(happened, chance)
    no, yes = _segments(happened, chance, draws)
    parts = [_areas(no, yes, weight) for weight in _blocks(draws, no.shape[0])]
    roc, pr = (np.concatenate(found) for found in zip(*parts, strict=True))
    totals = _totals(happened, chance, draws)
    return Scores(roc, pr, *_skill(*totals))


def intervals(happened: Array, chance: Array, draws: Draws, level: float = 0.95) -> dict[str, Interval]:
    """Every score with its pair-clustered percentile interval, by the score's name."""
    value, drawn = scores(happened, chance), drawn_scores(happened, chance, draws)
    names = [field.name for field in fields(Scores)]
    return {name: Interval.of(getattr(value, name), getattr(drawn, name), level) for name in names}


def gains(happened: Array, chance: Array, rival: Array, draws: Draws, level: float = 0.95) -> dict[str, Interval]:
    """What `chance` scores above `rival` on the same draws of pairs (paired bootstrap), by the score's name."""
    value, other = scores(happened, chance), scores(happened, rival)
    drawn, against = drawn_scores(happened, chance, draws), drawn_scores(happened, rival, draws)
    return {
        name: Interval.of(
            getattr(value, name) - getattr(other, name), getattr(drawn, name) - getattr(against, name), level
        )
        for name in (field.name for field in fields(Scores))
    }


def mean_square_skill(observed: Array, forecast: Array) -> float:
    """1 - mean square error / variance of what was observed: the Brier skill of a quantity."""
    spread = float(((observed - observed.mean()) ** 2).sum())
    return 1 - float(((observed - forecast) ** 2).sum()) / spread if spread else float("nan")


@dataclass(frozen=True)
class Reliability:
    """A reliability diagram: rows put into bins by rising forecast.

    Attributes:
        forecast: mean forecast of each bin, (b,).
        rate: what happened, (b,); `low` and `high` are Wilson's 95% interval for rows that are independent.
        rows, events: their numbers, (b,).
    """

    forecast: Array
    rate: Array
    low: Array
    high: Array
    rows: Array
    events: Array


def reliability(happened: Array, chance: Array, bins: int = 10) -> Reliability:
    """Bins of about equal numbers of expected events: rare events leave nothing to see in bins of equal rows.

    Rows forecast alike are never parted, so there may be fewer bins.
    """
    happened, chance = _checked(happened, chance)
    order = np.argsort(chance, kind="stable")
    p, y = chance[order], happened[order]
    mass = np.cumsum(p)
    total = mass[-1] if len(mass) else 0.0
    group = np.concatenate([[0], np.cumsum(p[1:] != p[:-1])]).astype(int) if len(p) else np.zeros(0, int)
    middle = np.bincount(group, mass - p / 2) / np.maximum(np.bincount(group), 1)
    place = np.minimum((middle / total * bins).astype(int), bins - 1) if total > 0 else np.zeros(len(middle), int)
    _, bin_of = np.unique(place[group], return_inverse=True)
    rows, events = np.bincount(bin_of), np.bincount(bin_of, y)
    rate, z = events / rows, float(ndtri(0.975))
    centre = (rate + z**2 / (2 * rows)) / (1 + z**2 / rows)
    half = z / (1 + z**2 / rows) * np.sqrt(rate * (1 - rate) / rows + z**2 / (4 * rows**2))
    return Reliability(np.bincount(bin_of, p) / rows, rate, centre - half, centre + half, rows, events.astype(int))


def _checked(happened: Array, chance: Array) -> tuple[Array, Array]:
    """Both as numbers, flat; raises ValueError where they do not fit or a forecast is not a number."""
    y, p = np.asarray(happened, dtype=float).ravel(), np.asarray(chance, dtype=float).ravel()
    if y.shape != p.shape:
        raise ValueError(f"{len(p)} forecasts for {len(y)} rows")
    if not np.isfinite(p).all():
        raise ValueError(f"{int((~np.isfinite(p)).sum())} of {len(p)} forecasts are not numbers")
    return y, p


def _segments(happened: Array, chance: Array, draws: Draws) -> tuple[csr_array, csr_array]:
    """Numbers of non-events and events by segment of falling forecast and pair, two sparse (s, d).

    A segment is a group of equal forecasts with an event in it, or all that lies between two of those: no score needs
    more, so a draw costs one product with a small matrix instead of a walk through the rows.
    """
    order = np.argsort(-chance, kind="stable")
    y, p, pair = happened[order], chance[order], draws.pair[order]
    group = np.concatenate([[0], np.cumsum(p[1:] != p[:-1])]).astype(int) if len(p) else np.zeros(0, int)
    eventful = np.bincount(group, y) > 0
    new = np.ones(len(eventful), dtype=int)
    new[1:] = eventful[1:] | eventful[:-1]
    segment = (np.cumsum(new) - 1)[group]
    shape = (int(new.sum()), draws.weight.shape[1])
    no, yes = (
        csr_array((np.ones(int(which.sum())), (segment[which], pair[which])), shape=shape) for which in (y == 0, y > 0)
    )
    return no, yes


def _blocks(draws: Draws, segments: int) -> Iterator[Array]:
    """The weights (d, c) of a few draws at a time, so that memory stays small."""
    step = max(1, BLOCK // max(segments, draws.weight.shape[1], 1))
    for first in range(0, len(draws.weight), step):
        yield draws.weight[first : first + step].T.astype(float)


def _areas(no: csr_array, yes: csr_array, weight: Array) -> tuple[Array, Array]:
    """ROC and PR areas of each draw, (c,), (c,); weights (d, c)."""
    negative, positive = no @ weight, yes @ weight
    above, found = np.cumsum(negative, axis=0), np.cumsum(positive, axis=0)
    negatives, positives = negative.sum(axis=0), positive.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        roc = (positive * (negatives - above + negative / 2)).sum(axis=0) / (positives * negatives)
        precision = np.where(positive > 0, found / (found + above), 0.0)
        pr = (positive * precision).sum(axis=0) / positives
    return roc, pr


def _totals(happened: Array, chance: Array, draws: Draws) -> tuple[Array, ...]:
    """Of every draw: rows, events, expected events and summed squared errors, each (r,)."""
    d = draws.weight.shape[1]
    columns = (np.ones_like(chance), happened, chance, (chance - happened) ** 2)
    per_pair = np.stack([np.bincount(draws.pair, column, minlength=d) for column in columns], axis=1)
    return tuple((draws.weight.astype(float) @ per_pair).T)


def _skill(rows: Array, events: Array, expected: Array, error: Array) -> tuple[Array, Array]:
    """Brier skill and expected over observed, (r,), (r,)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        reference = events * (1 - events / rows)
        skill = np.where(reference > 0, 1 - error / reference, np.nan)
        ratio = np.where(events > 0, expected / events, np.nan)
    return skill, ratio


def _plain(drawn: Scores) -> Scores:
    """The scores of a single draw as numbers."""
    return Scores(*(float(getattr(drawn, field.name)[0]) for field in fields(Scores)))
