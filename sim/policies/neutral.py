"""Keep out: non-alignment gains appeal, pacts lose it, good offices are offered more.

    appeal_i0 = b_i0 + aloofness        pact_desire_ij = -reserve        mediation_effort_i = mediation

| symbol | column | unit | shape |
|---|---|---|---|
| b_0 | benefit of non-alignment | 1 | (m,), m members |
| appeal, pact_desire, mediation_effort | the same: proposed | 1 | (m, 1 + g), (m, n), (m,) |

Assumes: neutrality is a stance, not weakness: it changes what is wanted, not what can be had.
Source: neutral states as go-betweens, Bercovitch & Houston 1996; the numbers are assumed.
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
class Neutral(Policy):
    """Neutrality."""

    aloofness: float = param(0.3, unit="1", low=0, high=3, doc="Extra appeal of non-alignment.", source="assumed")
    reserve: float = param(1.5, unit="1", low=0, high=5, doc="Reluctance to conclude pacts.", source="assumed")
    mediation: float = param(1.4, unit="1", low=0, high=3, doc="Factor on the will to mediate.", source="assumed")

    reads: ClassVar = "benefit autonomy"

    def propose(self, world: World, members: Array, rng: Generator) -> Proposals:
        m = len(members)
        appeal = world.benefit[members]
        appeal[:, 0] += self.aloofness
        return Proposals.plain(
            world,
            members,
            appeal=appeal,
            pact_desire=np.full((m, world.sizes["i"]), -self.reserve),
            mediation_effort=np.full(m, self.mediation),
        )
