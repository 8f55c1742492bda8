"""Poles court contested states with aid, credit and investment, and resent each other for it.

    budget_g      = share gdp_g (1 + mean_h rivalry_gh)
    inducement_ig = budget_g a_ig / sum_i a_ig,   a_ig = gdp_i^.5 strategic_i w_ig (1 - w_ig)
    strategic_i   = 1 + hydrocarbon_share_i + second largest of exp(-distance_gi / nearness)
    d rivalry_gh  = contested dt (1 - rivalry_gh) mean_i 4 w_ig w_ih
    d affinity_ig = goodwill dt tanh(inducement_ig / (.01 gdp_i)) (1 - affinity_ig)

| symbol | column | unit | shape |
|---|---|---|---|
| inducement | inducement | 1e9 USD a year | (n, g) |
| w | alignment | 1 | (n, 1 + g) |
| rivalry, affinity | the same | 1 | (n, n) |
| gdp, hydrocarbon_share | the same | 1e9 USD; 1 | (n,) |
| distance | pole_distance | km | (g, n) |

Assumes: the prize is a state that could still go either way (w (1 - w)); it counts with the root of its economy; a
state near two poles lies between them; all living states outside poles are courted.
Source: accommodation and wooing, Crawford 2011; room to hedge, Ciorciari & Haacke 2019; the numbers are assumed.
"""

from __future__ import annotations

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


def strategic_worth(hydrocarbon_share: Array, pole_distance: Array, *, nearness: float) -> Array:
    """1 + resources + location between poles, shape (n,)."""
    near = np.sort(np.exp(-pole_distance / nearness), axis=0)
    between = near[-2] if len(near) > 1 else np.zeros_like(hydrocarbon_share)
    return 1 + hydrocarbon_share + between


def inducement_flows(budget: Array, gdp: Array, worth: Array, w: Array, courted: Array) -> Array:
    """Each pole's budget over the courted states, shape (n, g); columns sum to the budget or to 0.

    Args:
        budget: (g,). gdp, worth: (n,). w: shares of the poles only, (n, g). courted: bool (n,).
    """
    prize = (np.sqrt(gdp) * worth * courted)[:, None] * w * (1 - w)
    return budget * prize / np.maximum(prize.sum(axis=0), 1e-300)


def contest(w: Array, courted: Array) -> Array:
    """How contested states are between each two poles: mean of 4 w_g w_h, shape (g, g), zero diagonal, 0..1."""
    held = w[courted]
    both = 4 * held.T @ held / max(len(held), 1)
    return both * (1 - np.eye(w.shape[1]))


@dataclass(frozen=True)
class Courtship(Mechanism):
    """Sets `inducement`; adds to rivalry between poles and to the affinity of the courted."""

    share: float = param(0.003, unit="1", low=0, high=0.02, doc="Budget as a share of gdp.", source="assumed")
    nearness: float = param(2000, unit="km", low=200, high=8000, doc="Distance scale of location.", source="assumed")
    contested: float = param(
        0.02, unit="1/year", low=0, high=0.2, doc="Rise of rivalry over contested states.", source="assumed"
    )
    goodwill: float = param(0.1, unit="1/year", low=0, high=0.5, doc="Affinity that money buys.", source="assumed")

    phase: ClassVar = Phase.DECIDE
    reads: ClassVar = "alignment gdp pole pole_rivalry pole_distance hydrocarbon_share in_pole alive rivalry affinity"
    writes: ClassVar = "inducement rivalry affinity"

    def __call__(self, world: World, rng: Generator) -> Update:
        w, courted = world.alignment[:, 1:], world.alive & ~world.in_pole
        worth = strategic_worth(world.hydrocarbon_share, world.pole_distance, nearness=self.nearness)
        rivals = max(len(world.pole_rivalry) - 1, 1)
        budget = self.share * (world.pole @ (world.gdp * world.alive)) * (1 + world.pole_rivalry.sum(axis=1) / rivals)
        inducement = inducement_flows(budget, world.gdp, worth, w, courted)
        heat = world.pole.T @ contest(w, courted) @ world.pole
        warmth = np.tanh(inducement / (0.01 * world.gdp)[:, None]) @ (world.pole > 0)
        warmth = np.minimum(np.maximum(warmth, warmth.T), 1.0)
        change = {
            "rivalry": -np.expm1(-self.contested * world.dt * heat) * (1 - world.rivalry),
            "affinity": self.goodwill * world.dt * warmth * (1 - world.affinity),
        }
        return Update(set={"inducement": inducement}, add=change)
