"""Stand by one patron: the pole that already leads the portfolio gains appeal, spreading loses it.

    appeal_ig = b_ig + loyalty w_ig / max_g w_ig
    diversification_i = focus rho_i        mediation_effort_i = mediation

| symbol | column | unit | shape |
|---|---|---|---|
| b; rho | benefit; autonomy | 1 | (m, 1 + g); (m,), m members |
| w | alignment without its component 0 | 1 | (m, g) |
| appeal, diversification | the same: proposed | 1 | (m, 1 + g), (m,) |

Assumes: loyalty follows the present portfolio, so that a patron can still be changed.
Source: alignment with a patron as the alternative to hedging, Kuik 2008; the numbers are assumed.
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


@dataclass(frozen=True)
class Align(Policy):
    """Loyalty to a patron."""

    loyalty: float = param(0.2, unit="1", low=0, high=3, doc="Extra appeal of the leading pole.", source="assumed")
    focus: float = param(0.8, unit="1", low=0.1, high=1, doc="Factor on the taste for spreading.", source="assumed")
    mediation: float = param(0.7, unit="1", low=0, high=3, doc="Factor on the will to mediate.", source="assumed")

    reads: ClassVar = "benefit autonomy alignment"

    def propose(self, world: World, members: Array, rng: Generator) -> Proposals:
        held = world.alignment[members, 1:]
        appeal = world.benefit[members]
        appeal[:, 1:] += self.loyalty * held / np.maximum(held.max(axis=1, keepdims=True), 1e-12)
        return Proposals.plain(
            world,
            members,
            appeal=appeal,
            diversification=self.focus * world.autonomy[members],
            mediation_effort=np.full(len(members), self.mediation),
        )
