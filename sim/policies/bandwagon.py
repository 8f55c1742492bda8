"""Join the stronger side: for profit with the pole that can give most, or for fear with the one that threatens.

    appeal_ig = b_ig + pull ((1 - fear) power_g / max power + fear threat_ig / max_g threat_ig)
    diversification_i = focus rho_i

| symbol | column | unit | shape |
|---|---|---|---|
| b; rho | benefit; autonomy | 1 | (m, 1 + g); (m,), m members |
| power, threat | pole_power, pole_threat | 1 | (g,), (m, g) |
| appeal, diversification | the same: proposed | 1 | (m, 1 + g), (m,) |

Assumes: the strongest pole is also the one that promises most; `fear` mixes the two motives.
Source: for profit, Schweller 1994; with the threat, Walt 1987.
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


def bandwagon_pull(pole_power: Array, pole_threat: Array, *, fear: float) -> Array:
    """Pull of each pole on each member, (m, g), 0..1.

    Args:
        pole_power: (g,). pole_threat: (m, g).
    """
    profit = pole_power / max(float(pole_power.max(initial=0.0)), 1e-300)
    dread = pole_threat / np.maximum(pole_threat.max(axis=1, keepdims=True), 1e-12)
    return (1 - fear) * profit[None, :] + fear * dread


@dataclass(frozen=True)
class Bandwagon(Policy):
    """Bandwagoning for profit or fear."""

    pull: float = param(0.4, unit="1", low=0, high=3, doc="Weight of the stronger side.", source="assumed")
    fear: float = param(0.3, unit="1", low=0, high=1, doc="Share of fear in the motive.", source="assumed")
    focus: float = param(0.5, unit="1", low=0.1, high=1, doc="Factor on the taste for spreading.", source="assumed")

    reads: ClassVar = "benefit autonomy pole_power pole_threat"

    def propose(self, world: World, members: Array, rng: Generator) -> Proposals:
        appeal = world.benefit[members].copy()
        appeal[:, 1:] += self.pull * bandwagon_pull(world.pole_power, world.pole_threat[members], fear=self.fear)
        return Proposals.plain(world, members, appeal=appeal, diversification=self.focus * world.autonomy[members])
