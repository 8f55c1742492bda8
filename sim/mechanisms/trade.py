"""Trade flows towards what size, distance, friendship and barriers predict.

    F_ij = scale (gdp_i gdp_j / W^2)^by_size W (1000 km / (distance_ij + offset))^by_distance
           ((distance_ij + offset) / usual)^d_ij
           exp(by_affinity A_ij + by_membership joint_membership_ij - by_rivalry rivalry_ij - by_war [war]
               + residual_ij) (1 - s_ij) (1 - s_ji) o_i o_j,      W = sum_i gdp_i
    d_ij = by_distance by_digital (D_i + D_j) / 2
    trade <- F + (trade - F) exp(-speed dt)

| symbol | column | unit | shape |
|---|---|---|---|
| F, trade | trade | 1e9 USD a year, both ways | (n, n), symmetric |
| A, rivalry, s | affinity, rivalry, sanctions | 1 | (n, n) |
| residual | trade_residual | log | (n, n), fixed: actual over predicted at the start |
| distance, joint_membership, [war] | distance, joint_membership, hostility = 5 | km; 1; 1 | (n, n) |
| gdp | gdp | 1e9 USD | (n,) |
| D, o | digital_share, openness | 1 | (n,) |

Growing all economies alike grows trade alike (W^2 in the denominator). With `scale` the goods trade of all states of
2000 is a quarter of world product, each pair counted once, at affinity and joint membership of about .2. What is sold
digitally feels distance less, so it lowers the elasticity: trade moves from the near to the far, and at the distance
`usual` stays what it was, since only how dear a partner is beside the others decides (Anderson & van Wincoop 2003).

Assumes: what a pair trades beyond the prediction at the start stays with it; third parties matter only through W.
Source: gravity with elasticities near 1 and -.9, Head and Mayer 2014; distance matters 65% less online, Lendle et al.
2016; trade follows friendship, Pollins 1989.
"""

from __future__ import annotations

import math
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
from sim.world import WAR, World


@once
def log_nearness(distance: Array, offset: float) -> Array:
    """Log of 1000 km over the distance, (n, n); `offset` km are added to every distance."""
    return np.log(1000 / (distance + offset))


def gravity_flows(
    gdp: Array,
    nearness: Array,
    closeness: Array,
    sanctions: Array,
    digital: Array | float = 0.0,
    *,
    product: float,
    scale: float,
    by_size: float,
    by_distance: float,
    by_digital: float,
    usual: float = 1000.0,
) -> Array:
    """Trade that gravity predicts between all pairs, 1e9 USD a year, (n, n), symmetric; the diagonal is to be ignored.

    Args:
        gdp: (n,). nearness: (n, n), log of 1000 km over distance.
        closeness: (n, n), log of the factor that politics and the pair's own residual put on the flow.
        sanctions: (n, n), share of trade that i bars with j.
        digital: (n,), share of exports that is delivered digitally.
        product: world gdp.
        usual: distance at which selling online changes nothing, km.
    """
    online = by_distance * by_digital / 2 * (digital + np.zeros(len(gdp)))
    size = by_size * np.log(gdp / product) + online * np.log(1000 / usual)
    freed = by_distance / 2 - online
    log_flow = (freed[:, None] + freed) * nearness
    log_flow += closeness
    log_flow += size[:, None] + size
    flow = np.exp(log_flow, out=log_flow)
    flow *= scale * product
    if sanctions.any():
        free = 1 - sanctions
        flow *= free * free.T
    return flow


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
    by_digital: float = param(
        0.65, unit="1", low=0, high=1, doc="Of distance that trade online is spared.", source="LendleEtAl2016"
    )
    usual: float = param(4000, unit="km", low=500, high=10000, doc="Where digital is neutral.", source="assumed")
    offset: float = param(500, unit="km", low=50, high=3000, doc="Distance between neighbours.", source="assumed")
    by_affinity: float = param(0.5, unit="1", low=0, high=2, doc="Log trade per unit of affinity.", source="assumed")
    by_membership: float = param(0.4, unit="1", low=0, high=2, doc="Of joint membership.", source="assumed")
    by_rivalry: float = param(0.6, unit="1", low=0, high=3, doc="Decoupling of rivals.", source="assumed")
    by_war: float = param(1.5, unit="1", low=0, high=5, doc="Decoupling in war.", source="assumed")
    speed: float = param(0.25, unit="1/year", low=0.02, high=4, doc="Of adjustment.", source="assumed")

    phase: ClassVar = Phase.ECONOMY
    reads: ClassVar = (
        "trade gdp distance affinity joint_membership rivalry hostility sanctions trade_residual digital_share "
        "openness dyad alive"
    )
    writes: ClassVar = "trade"

    def predicted(self, world: World) -> Array:
        """The flow that trade tends to, 1e9 USD a year, shape (n, n), symmetric, 0 outside `dyad`."""
        closeness = self.by_affinity * world.affinity
        closeness += world.trade_residual
        closeness += self.by_membership * world.joint_membership
        closeness -= self.by_rivalry * world.rivalry
        if (fighting := world.hostility == WAR).any():
            closeness -= self.by_war * fighting
        flows = gravity_flows(
            world.gdp,
            log_nearness(world.distance, self.offset),
            closeness,
            world.sanctions,
            world.digital_share,
            product=max(float(world.gdp.sum(where=world.alive)), 1e-12),
            **self.numbers("scale", "by_size", "by_distance", "by_digital", "usual"),
        )
        if not (world.openness == 1).all():
            flows *= world.openness[:, None] * world.openness
        flows *= world.dyad
        return flows

    def __call__(self, world: World, rng: Generator) -> Update:
        flows = self.predicted(world)
        lag = world.trade - flows
        lag *= math.exp(-self.speed * world.dt)
        lag += flows
        return Update(set={"trade": lag})
