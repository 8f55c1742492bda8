"""States grow fond of those who are like them, tied to them and friends of their friends.

    A*_ij = tanh(base - by_distance |x_i - x_j| + by_defence [defence pact] + by_membership joint_membership
                 + by_democracy min(d_i, d_j) + by_trade (t_ij / t_i + t_ij / t_j) / 2 - by_rivalry rivalry
                 + residual)
    dA_ij = reversion (A*_ij - A_ij) dt + balance (1 - A_ij^2) (A A)_ij / N dt

| symbol | column | unit | shape |
|---|---|---|---|
| A | affinity | 1 | (n, n), symmetric, zero diagonal |
| x, d | ideal_point, democracy | 1 | (n,) |
| t_ij, t_i | trade, total_trade | 1e9 USD a year | (n, n), (n,) |
| residual | affinity_residual | 1 | (n, n), symmetric |
| [defence pact], joint_membership, rivalry | allied, joint_membership, rivalry | 1 | (n, n) |
| N | number of living states | 1 | () |

The factor 1 - A^2 keeps A inside -1..1 without a clip; `balance` stays below `reversion`, or any world of two camps
would absorb. What happens (disputes, treaties, mediation) moves affinity in the mechanisms that make it happen.

Assumes: affinity is mutual; the pull of third parties is the mean over all living states; what a scenario gives beyond
the formula stands for good (residual).
Source: friends of friends, Heider 1946; balance as dX/dt = X^2, Kulakowski et al. 2005, Marvel et al. 2011; weights
assumed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator

from sim.core.columns import Array
from sim.core.params import param
from sim.core.update import Update
from sim.mechanisms.base import Mechanism
from sim.timeline import Phase
from sim.world import World


def balance_push(A: Array, *, number: float) -> Array:
    """How friends of friends and enemies of enemies pull, (A A) / number; unbounded; shape (n, n)."""
    pushed = A @ A
    pushed /= number
    return pushed


def affinity_target(
    gap: Array,
    defence: Array,
    joint_membership: Array,
    joint_democracy: Array,
    trade_share: Array,
    rivalry: Array,
    residual: Array | float = 0.0,
    *,
    base: float,
    by_distance: float,
    by_defence: float,
    by_membership: float,
    by_democracy: float,
    by_trade: float,
    by_rivalry: float,
) -> Array:
    """Affinity that two states settle at when third parties do not pull: -1..1, shape (n, n); `gap` is |x_i - x_j|."""
    ties = by_defence * defence
    ties += by_membership * joint_membership
    ties += by_democracy * joint_democracy
    ties += by_trade * trade_share
    ties -= by_distance * gap
    ties -= by_rivalry * rivalry
    ties += residual
    ties += base
    return np.tanh(ties, out=ties)


def mean_trade_share(trade: Array) -> Array:
    """Mean of the shares that a pair's trade has in the trade of each of the two, shape (n, n), 0..1."""
    share = 0.5 / np.maximum(trade.sum(axis=1), 1e-12)
    return trade * (share[:, None] + share)


@dataclass(frozen=True)
class Affinity(Mechanism):
    """Moves `affinity` towards its target and along structural balance."""

    reversion: float = param(0.15, unit="1/year", low=0.05, high=1, doc="Speed towards the target.", source="assumed")
    balance: float = param(0.05, unit="1/year", low=0, high=0.15, doc="Pull of third parties.", source="assumed")
    base: float = param(0.3, unit="1", low=-1, high=1, doc="Towards a stranger who is alike.", source="assumed")
    by_distance: float = param(0.35, unit="1", low=0, high=2, doc="Per unit between ideal points.", source="assumed")
    by_defence: float = param(0.5, unit="1", low=0, high=2, doc="Of a defence pact.", source="assumed")
    by_membership: float = param(0.25, unit="1", low=0, high=2, doc="Of joint membership.", source="assumed")
    by_democracy: float = param(0.2, unit="1", low=0, high=2, doc="Of joint democracy.", source="assumed")
    by_trade: float = param(0.3, unit="1", low=0, high=2, doc="Of the share of trade.", source="assumed")
    by_rivalry: float = param(0.8, unit="1", low=0, high=3, doc="Of rivalry.", source="assumed")

    phase: ClassVar = Phase.REMEMBER
    reads: ClassVar = (
        "affinity ideal_point allied joint_membership democracy trade rivalry affinity_residual dyad alive"
    )
    writes: ClassVar = "affinity"

    def __call__(self, world: World, rng: Generator) -> Update:
        A = world.affinity * world.dyad
        moved = self.target(world)
        moved -= A
        moved *= -math.expm1(-self.reversion * world.dt)
        push = balance_push(A, number=max(float(np.count_nonzero(world.alive)), 1.0))
        push *= self.balance * world.dt
        moved += push
        push *= A
        push *= A
        moved -= push
        moved *= world.dyad
        return Update(add={"affinity": moved})

    def target(self, world: World) -> Array:
        """Where affinity would settle if third parties did not pull, shape (n, n), -1..1."""
        x, d = world.ideal_point, world.democracy
        weights = ("base", "by_distance", "by_defence", "by_membership", "by_democracy", "by_trade", "by_rivalry")
        return affinity_target(
            np.abs(np.subtract.outer(x, x)),
            world.allied,
            world.joint_membership,
            np.minimum(d[:, None], d),
            mean_trade_share(world.trade),
            world.rivalry,
            world.affinity_residual,
            **self.numbers(*weights),
        )
