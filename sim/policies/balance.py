"""Lean against the pole that threatens most, arm, and seek pacts with those who fear it too.

    h_i* = the pole of greatest threat_ih
    appeal_ig = b_ig + against threat_ih* reach_gi / max_g reach_gi   (g other than h*)
    appeal_ih* = b_ih* - against threat_ih*
    arms_effort_i = 1 + arming max_j threat_ij;   pact_desire_ij = common sum_g min(threat_ig, threat_jg)

| symbol | column | unit | shape |
|---|---|---|---|
| b | benefit | 1 | (m, 1 + g), m members |
| threat_ig, threat_ij | pole_threat, threat | 1 | (m, g), (m, n) |
| reach | pole_reach | 1 | (g, m) |
| appeal, arms_effort, pact_desire | the same: proposed | 1 | (m, 1 + g), (m,), (m, n) |

Assumes: threats count as they are felt, power only through them.
Source: balancing against threats, Walt 1987; the numbers are assumed.
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


def balancing_appeal(benefit: Array, pole_threat: Array, pole_reach: Array, *, against: float) -> Array:
    """Appeal of the options, (m, 1 + g): the greatest threat repels, the others attract by their reach.

    Args:
        benefit: (m, 1 + g). pole_threat: (m, g). pole_reach: (g, m).
    """
    worst = pole_threat.max(axis=1, keepdims=True)
    feared = pole_threat == worst
    help_share = (pole_reach / np.maximum(pole_reach.max(axis=0), 1e-300)).T
    appeal = benefit.copy()
    help_share[feared] = -1.0
    appeal[:, 1:] += against * worst * help_share
    return appeal


@dataclass(frozen=True)
class Balance(Policy):
    """Balancing against the greatest threat."""

    against: float = param(2, unit="1", low=0, high=6, doc="Weight of the greatest threat.", source="assumed")
    arming: float = param(1, unit="1", low=0, high=3, doc="Extra arming under full threat.", source="assumed")
    common: float = param(2, unit="1", low=0, high=6, doc="Worth of a pact against a common threat.", source="assumed")

    reads: ClassVar = "benefit autonomy pole_threat pole_reach threat"

    def propose(self, world: World, members: Array, rng: Generator) -> Proposals:
        felt = world.pole_threat
        own = felt[members]
        appeal = balancing_appeal(world.benefit[members], own, world.pole_reach[:, members], against=self.against)
        shared = np.minimum(own[:, :, None], np.ascontiguousarray(felt.T)).sum(axis=1)
        effort = 1 + self.arming * world.threat[members].max(axis=1)
        return Proposals.plain(world, members, appeal=appeal, arms_effort=effort, pact_desire=self.common * shared)
