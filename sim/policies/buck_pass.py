"""Let others bear the cost of holding back a threat; balance only as far as nobody else does.

    borne_ij  = sum_{k not i} threat_kj m_k gdp_k          what others who fear j spend on arms
    buck_ij   = borne_ij / (borne_ij + m_j gdp_j)
    passed_i  = sum_j threat_ij buck_ij / sum_j threat_ij
    arms_effort_i  = 1 + arming (1 - passed_i) max_j threat_ij - thrift passed_i
    pact_desire_ij = -reserve passed_i
    appeal_ig      = b_ig + courtesy passed_i threat_ig

| symbol | column | unit | shape |
|---|---|---|---|
| b | benefit | 1 | (m, 1 + g), m members |
| threat_kj, threat_ig | threat, pole_threat | 1 | (n, n), (m, g) |
| m, gdp | milex_share, gdp | 1; 1e9 USD | (n,) |
| appeal, arms_effort, pact_desire | the same: proposed | 1 | (m, 1 + g), (m,), (m, n) |

A state that fears nobody passes nothing and is content with its usual need.

Assumes: a state sees what others spend and whom they fear, and reckons each on its own; pacts are declined because they
would bind it to pay (`reserve`), and good terms with the one feared keep its eyes on the catcher (`courtesy`).
Source: chain gangs and passed bucks, Christensen & Snyder 1990; how to pass the buck, Mearsheimer 2001; the numbers are
assumed.
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


def passed_buck(threat: Array, spending: Array, members: Array) -> Array:
    """Share of the burden of holding back those whom each member fears that others bear already, (m,), 0..1.

    Args:
        threat: (n, n), felt by row. spending: on arms, (n,), 0 for states that do not exist.
    """
    committed = threat * spending[:, None]
    borne = np.maximum(committed.sum(axis=0) - committed[members], 0.0)
    buck = borne / np.maximum(borne + spending, 1e-300)
    felt = threat[members]
    return np.asarray((felt * buck).sum(axis=1) / np.maximum(felt.sum(axis=1), 1e-12))


@dataclass(frozen=True)
class BuckPass(Policy):
    """Buck-passing."""

    arming: float = param(1, unit="1", low=0, high=3, doc="Extra arming where nobody else arms.", source="assumed")
    thrift: float = param(0.3, unit="1", low=0, high=1, doc="Saving where others bear all.", source="assumed")
    reserve: float = param(2, unit="1", low=0, high=5, doc="Reluctance to conclude pacts then.", source="assumed")
    courtesy: float = param(0.3, unit="1", low=0, high=3, doc="Good terms with the feared then.", source="assumed")

    reads: ClassVar = "benefit threat pole_threat milex_share gdp alive"

    def propose(self, world: World, members: Array, rng: Generator) -> Proposals:
        spending = world.milex_share * world.gdp * world.alive
        passed = passed_buck(world.threat, spending, members)
        appeal = world.benefit[members]
        appeal[:, 1:] += self.courtesy * passed[:, None] * world.pole_threat[members]
        alone = self.arming * (1 - passed) * world.threat[members].max(axis=1)
        return Proposals.plain(
            world,
            members,
            appeal=appeal,
            arms_effort=1 + alone - self.thrift * passed,
            pact_desire=np.repeat(-self.reserve * passed[:, None], world.sizes["i"], axis=1),
        )
