"""Keep ties to several poles at once: take each for what it offers, spread them as autonomy demands.

    appeal_i = b_i        diversification_i = rho_i = autonomy_i

Mediators' work is part of it: the balanced state is more willing to go between.

Assumes: nothing beyond the utility of the portfolio; what hedging leads to is left to the mechanisms.
Source: Kuik 2008; Tessman 2012; Contessi 2015 on Kazakhstan.
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
