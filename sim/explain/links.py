"""How the chance of a decision follows from the sum of its terms: in which way is read from the numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, expm1, isclose, log1p
from typing import Any

TOLERANCE = 1e-6
FLOOR = 1e-9


@dataclass(frozen=True)
class Link:
    """A way from a sum of terms to a chance.

    Attributes:
        name: what the terms add up to.
        raised: what a term raises or lowers, in a sentence.
        chance: of the sum and the length of a step in years.
    """

    name: str
    raised: str
    chance: Callable[[float, float], float]


def softplus(x: float) -> float:
    """ln(1 + e^x)."""
    return x + log1p(exp(-x)) if x > 0 else log1p(exp(x))


def logistic(x: float) -> float:
    """1 / (1 + e^-x)."""
    return exp(-softplus(-x))


def within(rate: float, dt: float) -> float:
    """Chance that something with a yearly rate happens within `dt` years."""
    return -expm1(-rate * dt)


LOG_ODDS = Link("log-odds", "the log-odds", lambda total, dt: logistic(total))
YEARLY_LOG_ODDS = Link(
    "log-odds within a year", "the log-odds of a year", lambda total, dt: within(softplus(total), dt)
)
LOG_RATE = Link("log of the yearly rate", "the log of the rate", lambda total, dt: within(exp(min(total, 700)), dt))
RATE = Link("yearly rate", "the yearly rate", within)
LOG_CHANCE = Link("log of the chance", "the log of the chance", lambda total, dt: exp(min(total, 0.0)))
MARGIN = Link("margin", "the margin", lambda total, dt: float(total > 0))
"""Nothing is drawn: what has the greater sum wins."""
DRAWN = (LOG_ODDS, YEARLY_LOG_ODDS, LOG_RATE, RATE, LOG_CHANCE)


def fits(link: Link, total: float, chance: float, dt: float) -> bool:
    """The sum gives the chance."""
    return isclose(link.chance(total, dt), chance, rel_tol=TOLERANCE, abs_tol=FLOOR)


def links_of(events: Sequence[tuple[Mapping[str, Any], Mapping[str, float]]], dt: float) -> dict[str, Link | None]:
    """Kind -> the one way that holds for every event of it; None where the terms add up in none.

    Args:
        events: each with its terms. dt: years of a step.
    """
    numbers = defaultdict[str, list[tuple[float, float | None]]](list)
    for event, terms in events:
        if terms:
            numbers[event["kind"]].append((sum(terms.values()), event["chance"]))
    return {kind: _link_of(pairs, dt) for kind, pairs in numbers.items()}


def _link_of(pairs: Sequence[tuple[float, float | None]], dt: float) -> Link | None:
    chances = [(total, chance) for total, chance in pairs if chance is not None]
    if len(chances) < len(pairs):
        return None if chances else MARGIN
    return next((link for link in DRAWN if all(fits(link, total, chance, dt) for total, chance in chances)), None)
