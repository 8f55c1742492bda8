"""Join the side that is winning: for profit with the pole that rises, or for fear with the one that threatens.

    appeal_ig = b_ig + pull ((1 - fear) side_ig / max_g side_ig + fear threat_ig / max_g threat_ig)
    side_ig   = power_g + following sum_{j not i} max(0, w_jg + foresight dw_jg/dt) power_j     (j outside the poles)
    diversification_i = focus rho_i

| symbol | column | unit | shape |
|---|---|---|---|
| b; rho | benefit; autonomy | 1 | (m, 1 + g); (m,), m members |
| power_g, threat | pole_power, pole_threat | 1 | (g,), (m, g) |
| w, power_j | alignment without its component 0, power | 1 | (n, g), (n,) |
| dw/dt | drift without its component 0 | 1/year | (n, g) |
| appeal, diversification | the same: proposed | 1 | (m, 1 + g), (m,) |

Assumes: the strongest side, the pole with those who follow it, also promises most; a side rises by winning followers,
and what it won of late it goes on winning for `foresight` years; `fear` mixes the motives.
Source: for profit, with the wave of the future, Schweller 1994; with the threat, Walt 1987; the numbers are assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator

from sim.core.columns import Array
from sim.core.params import param
from sim.policies.base import Policy
from sim.policies.proposals import Proposals
from sim.world import World


def stronger_side(pole_power: Array, w: Array, power: Array, members: Array, *, following: float) -> Array:
    """Power of each pole and of its followers but for the member that looks, (m, g).

    Args:
        pole_power: (g,). w: shares of the poles in the portfolios, as they are or will be, (n, g). power: of possible
            followers, else 0, (n,).
    """
    led = power @ w - power[members, None] * w[members]
    return np.asarray(pole_power + following * led)


def bandwagon_pull(side: Array, pole_threat: Array, *, fear: float) -> Array:
    """Pull of each pole on each member, (m, g), 0..1.

    Args:
        side: power of each side, (m, g). pole_threat: (m, g).
    """
    profit = side / np.maximum(side.max(axis=1, keepdims=True), 1e-300)
    dread = pole_threat / np.maximum(pole_threat.max(axis=1, keepdims=True), 1e-12)
    return np.asarray(profit + fear * (dread - profit))


@dataclass(frozen=True)
class Bandwagon(Policy):
    """Bandwagoning for profit or fear."""

    pull: float = param(0.4, unit="1", low=0, high=3, doc="Weight of the stronger side.", source="assumed")
    fear: float = param(0.3, unit="1", low=0, high=1, doc="Share of fear in the motive.", source="assumed")
    following: float = param(1, unit="1", low=0, high=2, doc="Weight of a pole's followers.", source="assumed")
    foresight: float = param(3, unit="year", low=0, high=20, doc="Time for which a trend counts.", source="assumed")
    focus: float = param(0.5, unit="1", low=0.1, high=1, doc="Factor on the taste for spreading.", source="assumed")

    reads: ClassVar = "benefit autonomy pole_power pole_threat alignment drift power alive in_pole"

    def propose(self, world: World, members: Array, rng: Generator) -> Proposals:
        free = world.power * (world.alive & ~world.in_pole)
        to_come = np.maximum(world.alignment[:, 1:] + self.foresight * world.drift[:, 1:], 0.0)
        side = stronger_side(world.pole_power, to_come, free, members, following=self.following)
        appeal = world.benefit[members]
        appeal[:, 1:] += self.pull * bandwagon_pull(side, world.pole_threat[members], fear=self.fear)
        return Proposals.plain(world, members, appeal=appeal, diversification=self.focus * world.autonomy[members])
