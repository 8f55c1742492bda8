"""What becomes of an offer to mediate: the team, the venue, the style, the outcome. Kernels of `mediation`.

Offers are few, a handful a step at most, and each takes its own course: plain numbers, one offer at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import exp, log

import numpy as np

from sim.core.columns import Array
from sim.core.update import Happening
from sim.mechanisms._go_betweens import TINY, Case
from sim.world import SETTLED, World

SEATS = 3
"""Most members of a team."""
FACILITATION, FORMULATION, MANIPULATION = map(SETTLED.index, ("facilitated", "formulated", "manipulated"))
"""Styles, numbered as the settlements that come of them."""


def logistic(x: float) -> float:
    """1 / (1 + e^-x)."""
    return 1 / (1 + exp(-x)) if x > -700 else 0.0


def odds_of(share: float) -> float:
    """Log-odds of a share, kept finite."""
    share = min(max(share, 1e-9), 1 - 1e-9)
    return log(share / (1 - share))


def gumbel(drawn: Array) -> Array:
    """Standard Gumbel numbers from uniforms."""
    return -np.log(-np.log(np.minimum(np.maximum(drawn, 1e-12), 1 - 1e-12)))


def seated(score: Array, worth: Array, left: Array) -> list[int]:
    """The candidate with the most worth for each offer; nobody is taken more often than he has room for.

    Args:
        score, worth: (o, c); candidates of score 0 cannot be chosen. left: mediations that each can carry, (c,).

    Returns:
        Numbers of the candidates; -1 where nobody is left. Offers of more worth come first.
    """
    best: list[int] = worth.argmax(axis=1).tolist()
    if len(set(best)) == len(best):
        return best
    left = left.copy()
    for offer in np.argsort(-worth.max(axis=1), kind="stable").tolist():
        open_ = (left >= 1 - 1e-9) & (score[offer] > 0)
        best[offer] = int(np.where(open_, worth[offer], -np.inf).argmax()) if open_.any() else -1
        if best[offer] >= 0:
            left[best[offer]] -= 1
    return best


def invited(case: Case, d: int, lead: int, noise: Array, *, by_opposite: float) -> list[int]:
    """States that the leader, a state, asks to join: willing, acceptable, leaning the other way than he."""
    n = case.willing.outside.shape[1]
    score = case.score[d, :n]
    lean = case.near[0, d, :n] - case.near[1, d, :n]
    worth = np.log(np.maximum(score, TINY)) + noise[:n] - by_opposite / 2 * np.abs(lean + lean[lead])
    worth[lead] = -np.inf
    first = int(worth.argmax())
    worth[first] = -np.inf
    return [k for k in (first, int(worth.argmax())) if k != lead and score[k] > 0]


def joining_terms(
    case: Case, d: int, lead: int, partner: int, *, joint: float, by_opposite: float, by_standing: float
) -> dict[str, float]:
    """Contributions to the log-odds that a state joins the leader; both are states with a score."""
    own = float(case.near[0, d, lead] - case.near[1, d, lead])
    other = float(case.near[0, d, partner] - case.near[1, d, partner])
    return {
        "usual share of partners": odds_of(joint),
        "friends of both sides": by_opposite * (abs(own) - abs(own + other) / 2),
        "standing beside the leader": by_standing * log(float(case.score[d, partner] / case.score[d, lead])),
    }


def style_terms(repute: float, hold: float, numbers: Mapping[str, float]) -> tuple[dict[str, float], dict[str, float]]:
    """Contributions to the log-odds of pressing the parties, and of proposing terms where they are not pressed."""
    return (
        {
            "usual share that presses": odds_of(numbers["manipulates"]),
            "leverage": numbers["press_leverage"] * (hold - numbers["usual_leverage"]),
        },
        {
            "usual share that proposes": odds_of(numbers["formulates"]),
            "credibility": numbers["propose_credibility"] * (repute - numbers["usual_credibility"]),
        },
    )


def success_terms(
    ripe: float, repute: float, hold: float, norms: float, style: int, numbers: Mapping[str, float]
) -> dict[str, float]:
    """Contributions to the log-odds that talks succeed.

    What depends on who mediates and how counts by twice the causal share; what that leaves of the gap between
    mediated and other disputes is selection: those who talk would have settled more often anyway.
    """
    effect = 2 * numbers["causal_share"]
    by_style = {FACILITATION: numbers["s_facilitation"], MANIPULATION: numbers["s_manipulation"]}
    return {
        "talks": numbers["s0"],
        "ripeness": numbers["s_ripe"] * ripe,
        "selection": (1 - effect) * numbers["gap"] / 2,
        "credibility": effect * numbers["s_credibility"] * repute,
        "leverage": effect * numbers["s_leverage"] * hold,
        "norms": effect * numbers["s_norm"] * norms,
        "style": effect * by_style.get(style, 0.0),
    }


def joint_hold(holds: Sequence[float]) -> float:
    """Leverage that several hold together: one minus what is left when each takes his part."""
    left = 1.0
    for hold in holds:
        left *= 1 - min(hold, 1.0)
    return 1 - left


def pairs_of(world: World, i: Array, j: Array) -> tuple[Array, Array, Array]:
    """All pairs of the live disputes of i with j, (d,): number of the dispute, row, column, (p,) each."""
    tag, each = np.maximum(world.dispute_tag[i, j], 1e-12), np.arange(len(i))
    pairs = world.dispute_tag == tag[:, None, None]
    pairs &= world.hostility > 0
    pairs[each, i, j] = pairs[each, j, i] = True
    n = len(world.hostility)
    flat = pairs.ravel().nonzero()[0]
    return flat // (n * n), flat // n % n, flat % n


def brought_to(held: Array, value: Array, pairs: tuple[Array, Array, Array], which: Array) -> Array:
    """The increment (n, n) that brings a column to one value for each of some disputes; value, which (d,)."""
    of, row, column = pairs
    kept = which[of]
    of, row, column = of[kept], row[kept], column[kept]
    change = np.zeros(held.shape, dtype=held.dtype)
    change[row, column] = value[of] - held[row, column]
    return change


class Minutes:
    """What is decided, kind by kind, one decision a row: (who, whom, third, amount, chance, drawn, done, terms)."""

    def __init__(self) -> None:
        self._rows: dict[str, list[tuple[float, ...]]] = defaultdict(list)
        self._names: dict[str, tuple[str, ...]] = {}

    def add(
        self,
        kind: str,
        sides: tuple[int, int],
        third: int,
        chance: float,
        drawn: float,
        terms: Mapping[str, float],
        *,
        done: bool = True,
        amount: float = 0.0,
    ) -> None:
        """One decision; drawn is not a number where nothing was drawn."""
        if kind not in self._names:
            self._names[kind] = tuple(terms)
        self._rows[kind].append((*sides, third, amount, chance, drawn, done, *terms.values()))

    def happenings(self) -> list[Happening]:
        """All of them, in the order in which their kinds first came up."""
        return [self._told(kind, np.array(rows, dtype=float).T) for kind, rows in self._rows.items()]

    def _told(self, kind: str, columns: Array) -> Happening:
        who, whom, third = columns[:3].astype(int)
        _, _, _, amount, chance, drawn, done, *terms = columns
        return Happening(
            kind,
            who,
            whom=whom,
            third=third,
            amount=amount,
            chance=chance,
            drawn=None if drawn[0] != drawn[0] else drawn,
            terms=dict(zip(self._names[kind], terms, strict=True)),
            done=done > 0,
        )
