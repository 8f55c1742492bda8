"""Keep ties to several poles at once: take each for what it offers, spread them as autonomy demands.

    appeal_i = b_i        diversification_i = rho_i = autonomy_i        mediation_effort_i = mediation

| symbol | column | unit | shape |
|---|---|---|---|
| b; rho | benefit; autonomy | 1 | (m, 1 + g); (m,), m members |
| appeal, diversification | the same: proposed | 1 | (m, 1 + g), (m,) |

Mediators' work is part of it: the balanced state is more willing to go between.

Assumes: nothing beyond the utility of the portfolio; what hedging leads to is left to the mechanisms.
Source: hedging of smaller states, Kuik 2008 and Tessman 2012; Kazakhstan, Contessi 2015; the number is assumed.
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
class MultiVector(Policy):
    """The balancing act: a diversified portfolio."""

    mediation: float = param(1.2, unit="1", low=0, high=3, doc="Factor on the will to mediate.", source="assumed")

    reads: ClassVar = "benefit autonomy"

    def propose(self, world: World, members: Array, rng: Generator) -> Proposals:
        return Proposals.plain(world, members, mediation_effort=np.full(len(members), self.mediation))
