"""Be everybody's go-between: offer good offices before all else, and keep equal distance to all poles for their sake.

    appeal_ig = b_ig - impartiality (b_ig - mean_h b_ih)        diversification_i = spread rho_i
    mediation_effort_i = mediation                              pact_desire_ij = -restraint

| symbol | column | unit | shape |
|---|---|---|---|
| b; rho | benefit; autonomy | 1 | (m, 1 + g); (m,), m members |
| appeal, diversification | the same: proposed | 1 | (m, 1 + g), (m,) |
| mediation_effort, pact_desire | the same: proposed | 1 | (m,), (m, n) |

Assumes: a broker gives up some of what a favoured patron offers, so that no pole weighs too much in its portfolio; what
this earns (credibility, acceptance) is left to the mechanisms.
Source: mediation as a foreign policy, Kamrava 2011 on Qatar; impartial brokers, Bercovitch & Houston 1996; the numbers
are assumed.
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
class MediateFirst(Policy):
    """Mediation as the first aim."""

    impartiality: float = param(0.7, unit="1", low=0, high=1, doc="Of differences overlooked.", source="assumed")
    spread: float = param(1.3, unit="1", low=0.5, high=3, doc="Factor on the taste for spreading.", source="assumed")
    mediation: float = param(2, unit="1", low=0, high=5, doc="Factor on the will to mediate.", source="assumed")
    restraint: float = param(0.5, unit="1", low=0, high=5, doc="Reluctance to conclude pacts.", source="assumed")

    reads: ClassVar = "benefit autonomy"

    def propose(self, world: World, members: Array, rng: Generator) -> Proposals:
        m = len(members)
        appeal = world.benefit[members]
        poles = appeal[:, 1:]
        poles -= self.impartiality * (poles - poles.mean(axis=1, keepdims=True))
        return Proposals.plain(
            world,
            members,
            appeal=appeal,
            diversification=self.spread * world.autonomy[members],
            mediation_effort=np.full(m, self.mediation),
            pact_desire=np.full((m, world.sizes["i"]), -self.restraint),
        )
