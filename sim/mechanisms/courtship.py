"""Poles court contested states with aid, credit and investment, and resent each other for it.

    budget_g      = share gdp_g (1 + mean_h rivalry_gh)
    inducement_ig = budget_g a_ig / sum_i a_ig
    a_ig          = gdp_i^by_size strategic_i w_ig (1 - w_ig) (1 - withheld coercion_ig)
    strategic_i   = 1 + by_resources hydrocarbon_share_i + by_place (second largest over g of nearness_gi)
    nearness_gi   = mean over the members of g, by gdp, of exp(-distance / nearness)
    d rivalry_gh  = contested dt (1 - rivalry_gh) mean_i 4 w_ig w_ih
    d affinity_ig = goodwill dt tanh(inducement_ig / (telling gdp_i)) (1 - affinity_ig)

| symbol | column | unit | shape |
|---|---|---|---|
| inducement | inducement | 1e9 USD a year | (n, g) |
| w | alignment | 1 | (n, 1 + g) |
| coercion | coercion | 1 | (n, g): the pole has punished the state of late |
| rivalry, affinity | the same | 1 | (n, n) |
| gdp, hydrocarbon_share | the same | 1e9 USD; 1 | (n,) |
| distance | distance | km | (n, n) |

Assumes: the prize is a state that could still go either way (w (1 - w)); it counts with the root of its economy; a
state near two poles lies between them; all living states outside poles are courted; what a pole withholds from those
it punishes goes to others.
Source: accommodation and wooing, Crawford 2011; room to hedge, Ciorciari & Haacke 2019; the numbers are assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator

from sim.core.columns import Array
from sim.core.once import once
from sim.core.params import param
from sim.core.update import Update
from sim.mechanisms.base import Mechanism
from sim.timeline import Phase
from sim.world import World


def strategic_worth(
    hydrocarbon_share: Array, near: Array, *, by_resources: float = 1.0, by_place: float = 1.0
) -> Array:
    """1 + resources + location between poles, shape (n,); near: of each pole to each state, 0..1, (g, n)."""
    between = np.partition(near, -2, axis=0)[-2] if len(near) > 1 else 0.0
    return 1 + by_resources * hydrocarbon_share + by_place * between


def inducement_flows(budget: Array, prize: Array) -> Array:
    """Money from each pole to each state, 1e9 USD a year, (n, g): budgets (g,) shared by prizes (n, g)."""
    return budget * prize / np.maximum(prize.sum(axis=0), 1e-300)


def contest(w: Array, courted: Array) -> Array:
    """How contested states are between each two poles: mean of 4 w_g w_h, shape (g, g), zero diagonal, 0..1."""
    held = w * courted[:, None]
    both = 4 * held.T @ held / max(np.count_nonzero(courted), 1)
    both.flat[:: len(both) + 1] = 0.0
    return both


@once
def _nearness(distance: Array, scale: float) -> Array:
    return np.exp(-distance / scale)


@dataclass(frozen=True)
class Courtship(Mechanism):
    """Sets `inducement`; adds to rivalry between poles and to the affinity of the courted."""

    share: float = param(0.003, unit="1", low=0, high=0.02, doc="Budget as a share of gdp.", source="assumed")
    by_size: float = param(0.5, unit="1", low=0, high=1, doc="Of an economy in the prize.", source="assumed")
    by_resources: float = param(1, unit="1", low=0, high=5, doc="Of hydrocarbons in it.", source="assumed")
    by_place: float = param(1, unit="1", low=0, high=5, doc="Of a place between poles in it.", source="assumed")
    nearness: float = param(2000, unit="km", low=200, high=8000, doc="Distance scale of location.", source="assumed")
    withheld: float = param(0.5, unit="1", low=0, high=1, doc="From those under full coercion.", source="assumed")
    contested: float = param(
        0.02, unit="1/year", low=0, high=0.2, doc="Rise of rivalry over contested states.", source="assumed"
    )
    goodwill: float = param(0.1, unit="1/year", low=0, high=0.5, doc="Affinity that money buys.", source="assumed")
    telling: float = param(0.01, unit="1", low=0.001, high=0.1, doc="Share of gdp that tells.", source="assumed")

    phase: ClassVar = Phase.DECIDE
    reads: ClassVar = (
        "alignment gdp pole pole_weight pole_rivalry distance hydrocarbon_share in_pole alive rivalry affinity coercion"
    )
    writes: ClassVar = "inducement rivalry affinity"

    def __call__(self, world: World, rng: Generator) -> Update:
        w, courted = world.alignment[:, 1:], world.alive & ~world.in_pole
        near = world.pole_weight @ _nearness(world.distance, self.nearness)
        worth = strategic_worth(world.hydrocarbon_share, near, **self.numbers("by_resources", "by_place"))
        rivals = max(len(world.pole_rivalry) - 1, 1)
        budget = self.share * (world.pole @ (world.gdp * world.alive)) * (1 + world.pole_rivalry.sum(axis=1) / rivals)
        prize = w * (1 - w) * (1 - self.withheld * world.coercion)
        inducement = inducement_flows(budget, (world.gdp**self.by_size * worth * courted)[:, None] * prize)
        heat = world.pole.T @ -np.expm1(-self.contested * world.dt * contest(w, courted)) @ world.pole
        warmth = np.tanh(inducement / (self.telling * world.gdp)[:, None]) @ (world.pole > 0)
        warmth = np.minimum(np.maximum(warmth, warmth.T), 1.0)
        warmth *= self.goodwill * world.dt
        change = {"rivalry": heat * (1 - world.rivalry), "affinity": warmth * (1 - world.affinity)}
        return Update(set={"inducement": inducement}, add=change)
