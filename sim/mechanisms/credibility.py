"""A state is trusted as a broker when it is active, beholden to no pole and bound by norms; taking sides ends it.

    c*_i = min(1, base + by_activism activism_i + by_balance (1 - max_g w_ig) + by_norms share of norms adopted)
    dc_i = speed (c*_i - c_i) dt - by_dispute c_i [i began a dispute] - by_partiality c_i max_j s_ij [j in a dispute] dt
    mediation_success <- mediation_success exp(-dt / record_time)

| symbol | column | unit | shape |
|---|---|---|---|
| c | credibility | 1 | (n,) |
| w | alignment without its component 0 | 1 | (n, g) |
| s | sanctions | 1 | (n, n) |
| began | originator, where hostility > 0 and dispute_age = 0 | 1 | (n, n) |
| activism, mediation_success | the same | 1 | (n,) |
| norms adopted | adopted | 1 | (q, n) |

`by_balance` is the link from balancing to mediation: with 0 the two are cut apart. Successes, failures and abandonment
move credibility in the mechanisms where they happen.

Assumes: reputation is one number, the same in everybody's eyes; each new dispute of one's own costs the same share.
Source: Touval and Zartman 1985 and Kydd 2003 on what makes a mediator; numbers assumed.
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


def broker_standing(
    activism: Array,
    beholden: Array,
    adopted_share: Array,
    *,
    base: float,
    by_activism: float,
    by_balance: float,
    by_norms: float,
) -> Array:
    """Credibility that a state settles at, shape (n,), 0..1; beholden: the largest share that a pole holds of it."""
    standing = base + by_activism * activism + by_balance * (1 - beholden) + by_norms * adopted_share
    return np.minimum(standing, 1.0)


def partiality(sanctions: Array, in_dispute: Array) -> Array:
    """The strongest sanction of each state on a party of a live dispute, shape (n,); (n, n), (n,)."""
    return (sanctions * in_dispute).max(axis=1, initial=0.0)


@dataclass(frozen=True)
class Credibility(Mechanism):
    """Adds to `credibility` and lets the record of mediation fade."""

    speed: float = param(0.1, unit="1/year", low=0.01, high=1, doc="Towards the standing.", source="assumed")
    base: float = param(0.2, unit="1", low=0, high=0.5, doc="Standing of anybody.", source="assumed")
    by_activism: float = param(0.3, unit="1", low=0, high=1, doc="Of activism.", source="assumed")
    by_balance: float = param(0.3, unit="1", low=0, high=1, doc="Of being beholden to no pole.", source="assumed")
    by_norms: float = param(0.2, unit="1", low=0, high=1, doc="Of the share of norms adopted.", source="assumed")
    by_dispute: float = param(0.2, unit="1", low=0, high=0.9, doc="Share lost per dispute begun.", source="assumed")
    by_partiality: float = param(
        0.2, unit="1/year", low=0, high=2, doc="Share lost by fully sanctioning a disputant.", source="assumed"
    )
    record_time: float = param(
        20, unit="year", low=1, high=100, doc="Time in which the record of mediation fades to 1/e.", source="assumed"
    )

    phase: ClassVar = Phase.REMEMBER
    reads: ClassVar = (
        "credibility activism beholden adopted originator hostility dispute_age sanctions mediation_success alive"
    )
    writes: ClassVar = "credibility mediation_success"

    def __call__(self, world: World, rng: Generator) -> Update:
        c, dt = world.credibility, world.dt
        adopted_share = world.adopted.sum(axis=0) / max(world.sizes["q"], 1)
        weights = self.numbers("base", "by_activism", "by_balance", "by_norms")
        standing = broker_standing(world.activism, world.beholden, adopted_share, **weights)
        live = world.hostility > 0
        begun = ((world.originator > 0) & live & (world.dispute_age == 0)).sum(axis=1)
        siding = self.by_partiality * partiality(world.sanctions, live.any(axis=1)) * dt
        kept = (1 - self.by_dispute) ** begun * np.exp(-siding)
        change = -np.expm1(-self.speed * dt) * (standing - c * kept) + c * (kept - 1)
        forgotten = world.mediation_success * np.expm1(-dt / self.record_time)
        return Update(add={"credibility": np.where(world.alive, change, 0.0), "mediation_success": forgotten})
