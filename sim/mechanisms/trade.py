"""Trade flows towards what size, distance, friendship and barriers predict.

    F_ij = scale (gdp_i gdp_j / W^2)^by_size W (1000 km / (distance_ij + offset))^by_distance
           exp(by_affinity A_ij + by_membership joint_membership_ij - by_rivalry rivalry_ij - by_war [war]
               + residual_ij) (1 - s_ij) (1 - s_ji),      W = sum_i gdp_i
    trade <- F + (trade - F) exp(-speed dt)

| symbol | column | unit | shape |
|---|---|---|---|
| F, trade | trade | 1e9 USD a year, both ways | (n, n), symmetric |
| A, rivalry, s | affinity, rivalry, sanctions | 1 | (n, n) |
| residual | trade_residual | log | (n, n), fixed: actual over predicted at the start |
| distance, joint_membership, [war] | distance, joint_membership, hostility = 5 | km; 1; 1 | (n, n) |
| gdp | gdp | 1e9 USD | (n,) |

Growing all economies alike grows trade alike (W^2 in the denominator). With `scale` the goods trade of all states of
2000 is a quarter of world product, each pair counted once, at affinity and joint membership of about .2.

Assumes: what a pair trades beyond the prediction at the start stays with it; third parties matter only through W.
Source: gravity with elasticities near 1 and -.9, Head and Mayer 2014; trade follows friendship, Pollins 1989.
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
from sim.world import WAR, World


def gravity_flows(
    gdp: Array,
    distance: Array,
    closeness: Array,
    sanctions: Array,
    *,
    product: float,
    scale: float,
    by_size: float,
    by_distance: float,
    offset: float,
) -> Array:
    """Trade that gravity predicts between all pairs, 1e9 USD a year, (n, n), symmetric; the diagonal is to be ignored.

    Args:
        gdp: (n,). distance: (n, n) in km, 0 between land neighbours.
        closeness: (n, n), log of the factor that politics and the pair's own residual put on the flow.
        sanctions: (n, n), share of trade that i bars with j.
        product: world gdp. offset: km added to every distance.
    """
    size = (np.outer(gdp, gdp) / product**2) ** by_size * product
    nearness = ((distance + offset) / 1000) ** -by_distance
    open_share = (1 - sanctions) * (1 - sanctions.T)
    return scale * size * nearness * np.exp(closeness) * open_share


def trade_residuals(actual: Array, predicted: Array, *, most: float = 5.0) -> Array:
    """Log of actual over predicted trade, within -most..most; 0 where either is zero (unknown); shape (n, n)."""
    known = (actual > 0) & (predicted > 0)
    ratio = np.where(known, actual, 1.0) / np.where(known, predicted, 1.0)
    return np.clip(np.log(ratio), -most, most)


@dataclass(frozen=True)
class Trade(Mechanism):
    """Sets `trade`, which follows the gravity flow with a lag; `predicted` is that flow."""

    scale: float = param(1.7, unit="1", low=0.2, high=10, doc="Level of world trade.", source="assumed")
    by_size: float = param(1, unit="1", low=0.5, high=1.5, doc="Elasticity to each gdp.", source="HeadMayer2014")
    by_distance: float = param(0.9, unit="1", low=0, high=2, doc="Of nearness.", source="HeadMayer2014")
    offset: float = param(500, unit="km", low=50, high=3000, doc="Distance between neighbours.", source="assumed")
    by_affinity: float = param(0.5, unit="1", low=0, high=2, doc="Log trade per unit of affinity.", source="assumed")
    by_membership: float = param(0.4, unit="1", low=0, high=2, doc="Of joint membership.", source="assumed")
    by_rivalry: float = param(0.6, unit="1", low=0, high=3, doc="Decoupling of rivals.", source="assumed")
    by_war: float = param(1.5, unit="1", low=0, high=5, doc="Decoupling in war.", source="assumed")
    speed: float = param(0.25, unit="1/year", low=0.02, high=4, doc="Of adjustment.", source="assumed")

    phase: ClassVar = Phase.ECONOMY
    reads: ClassVar = (
        "trade gdp distance affinity joint_membership rivalry hostility sanctions trade_residual dyad alive"
    )
    writes: ClassVar = "trade"

    def predicted(self, world: World) -> Array:
        """The flow that trade tends to, 1e9 USD a year, shape (n, n), symmetric, 0 outside `dyad`."""
        closeness = self.by_affinity * world.affinity + self.by_membership * world.joint_membership
        closeness = closeness - self.by_rivalry * world.rivalry - self.by_war * (world.hostility == WAR)
        product = float(world.gdp.sum(where=world.alive))
        flows = gravity_flows(
            world.gdp,
            world.distance,
            closeness + world.trade_residual,
            world.sanctions,
            product=max(product, 1e-12),
            **self.numbers("scale", "by_size", "by_distance", "offset"),
        )
        return np.where(world.dyad, flows, 0.0)

    def __call__(self, world: World, rng: Generator) -> Update:
        flows = self.predicted(world)
        return Update(set={"trade": flows + (world.trade - flows) * np.exp(-self.speed * world.dt)})
