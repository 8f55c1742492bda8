"""What a war is made of: sides, strength, length and toll."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from sim.core.columns import Array
from sim.mechanisms._disputes import LiveDisputes

DAYS = 365.25


def normal(drawn: Array, *, tails: float = 3.0) -> Array:
    """Standard normal numbers from uniforms, cut at `tails` standard deviations."""
    return np.minimum(np.maximum(ndtri(drawn), -tails), tails)


def battle_deaths(
    years: Array,
    troops: Array,
    states: Array,
    noise: Array,
    *,
    d0: float,
    by_days: float,
    by_troops: float,
    by_states: float,
    spread_deaths: float,
) -> Array:
    """Battle deaths of whole wars, shape (d,): length in years, 1000 troops of the weaker side, number of states."""
    days, thousands = np.maximum(years * DAYS, 1.0), np.maximum(troops, 1.0)
    log_deaths = d0 + by_days * np.log(days) + by_troops * np.log(thousands) + by_states * np.log(np.maximum(states, 2))
    return np.exp(log_deaths + spread_deaths * noise)


@dataclass(frozen=True)
class Fight:
    """The wars of a step: sides (d, n), strengths and troops (d,), the enemy's share of strength for A and for B."""

    beside: Array
    against: Array
    strength: tuple[Array, Array]
    part: tuple[Array, Array]

    @property
    def enemy_share(self) -> tuple[Array, Array]:
        """What the other side has of all strength, seen from A and from B, (d,) each."""
        a, b = self.strength
        return b / np.maximum(a + b, 1e-300), a / np.maximum(a + b, 1e-300)

    def by_state(self, years: Array) -> Array:
        """Years of fighting weighted by the enemy's share, summed over the wars of each state, (n,)."""
        for_a, for_b = self.enemy_share
        return (years * for_a) @ self.beside + (years * for_b) @ self.against

    def deaths_by_state(self, deaths: Array) -> Array:
        """Deaths of each war laid on its states, summed, (n,)."""
        for_a, for_b = self.enemy_share
        return (deaths * for_a) @ self.part[0] + (deaths * for_b) @ self.part[1]


def sides_of(live: LiveDisputes, reach: Array) -> Fight:
    """Who fights beside whom with how much of its power, for live wars; reach (n, n)."""
    beside, against = (side.astype(float) for side in live.sides(len(reach)))
    for_a, for_b = beside * reach[:, live.second].T, against * reach[:, live.first].T
    a, b = for_a.sum(axis=1), for_b.sum(axis=1)
    shares = (for_a / np.maximum(a, 1e-300)[:, None], for_b / np.maximum(b, 1e-300)[:, None])
    return Fight(beside, against, (a, b), shares)
