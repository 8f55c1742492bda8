"""Shut the door: keep to oneself, make no pacts, leave organisations, let less trade in, go between nobody.

    appeal_i0 = b_i0 + seclusion        openness_i = open        membership_desire_i = -withdrawal
    pact_desire_ij = -reserve           mediation_effort_i = mediation

| symbol | column | unit | shape |
|---|---|---|---|
| b_0 | benefit of non-alignment | 1 | (m,), m members |
| appeal, pact_desire | the same: proposed | 1 | (m, 1 + g), (m, n) |
| openness, membership_desire, mediation_effort | the same: proposed | 1 | (m,) |

Assumes: isolation is chosen; what others do about it (less trade, fewer pacts) follows, since both need two. It is no
disarmament: the need for arms is left as it is.
Source: isolationism as voluntary abstention from the politics of others, Braumoeller 2010; the numbers are assumed.
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
class Isolate(Policy):
    """Isolation."""

    seclusion: float = param(0.6, unit="1", low=0, high=3, doc="Extra appeal of non-alignment.", source="assumed")
    open: float = param(0.5, unit="1", low=0, high=1, doc="Share of possible trade let in.", source="assumed")
    withdrawal: float = param(3, unit="1", low=0, high=8, doc="Will to leave organisations.", source="assumed")
    reserve: float = param(3, unit="1", low=0, high=5, doc="Reluctance to conclude pacts.", source="assumed")
    mediation: float = param(0.2, unit="1", low=0, high=3, doc="Factor on the will to mediate.", source="assumed")

    reads: ClassVar = "benefit"

    def propose(self, world: World, members: Array, rng: Generator) -> Proposals:
        m = len(members)
        appeal = world.benefit[members]
        appeal[:, 0] += self.seclusion
        return Proposals.plain(
            world,
            members,
            appeal=appeal,
            pact_desire=np.full((m, world.sizes["i"]), -self.reserve),
            mediation_effort=np.full(m, self.mediation),
            openness=np.full(m, self.open),
            membership_desire=np.full(m, -self.withdrawal),
        )
