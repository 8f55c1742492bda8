"""Change the rules instead of the balance: campaign for the norms one holds, work through organisations, arm less.

    norm_effort_i = campaign               membership_desire_i = company
    mediation_effort_i = mediation         arms_effort_i = arms

| symbol | column | unit | shape |
|---|---|---|---|
| norm_effort, membership_desire | the same: proposed | 1 | (m,), m members |
| mediation_effort, arms_effort | the same: proposed | 1 | (m,) |

A campaign lowers the thresholds at which friends adopt what the campaigner itself has adopted, more if it is credible
(mechanism `norms`); the portfolio is taken for what it offers.

Assumes: persuasion is paid for with arms that are not bought (`arms` below 1); one campaigns only for norms one holds.
Source: norm entrepreneurs, Finnemore & Sikkink 1998 and Ingebritsen 2002; coalitions of middle powers, Cooper, Higgott
& Nossal 1993; the numbers are assumed.
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
class Entrepreneur(Policy):
    """Norm entrepreneurship."""

    campaign: float = param(1, unit="1", low=0, high=5, doc="Campaigning for norms.", source="assumed")
    company: float = param(1, unit="1", low=0, high=5, doc="Wish to work in organisations.", source="assumed")
    mediation: float = param(1.2, unit="1", low=0, high=3, doc="Factor on the will to mediate.", source="assumed")
    arms: float = param(0.9, unit="1", low=0, high=2, doc="Factor on the military need.", source="assumed")

    reads: ClassVar = "benefit autonomy"

    def propose(self, world: World, members: Array, rng: Generator) -> Proposals:
        said = {
            "norm_effort": self.campaign,
            "membership_desire": self.company,
            "mediation_effort": self.mediation,
            "arms_effort": self.arms,
        }
        rows = {name: np.full(len(members), number) for name, number in said.items()}
        return Proposals.plain(world, members, **rows)
