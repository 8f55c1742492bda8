"""States fear neighbours that are strong, close, armed for attack and ill-disposed.

    threat_ij = ratio_ij offence_j intent_ij (1 - nuclear_shield nuclear_i) (1 - norm_shield [j holds the norm])
    ratio_ij  = reach_ji / (reach_ji + power_i + ally_weight sum_k guarantee_ik reach_ki)
    offence_j = milex_share_j / (milex_share_j + half_offence)
    intent_ij = sigmoid(base + by_hostility hostility + by_grievance grievance_ji + by_rivalry rivalry
                        - by_affinity affinity - by_pact [treaty >= 2])

| symbol | column | unit | shape |
|---|---|---|---|
| threat, intent | the same | 1 | (n, n): of row i about column j |
| reach | reach | 1 | (n, n) |
| guarantee | guarantee | 1 | (n, n) |
| milex_share, power, nuclear | the same | 1 | (n,) |
| hostility, treaty | hostility, treaty_level | 0..5; 0..4 | (n, n) |
| grievance, rivalry, affinity | the same | 1 | (n, n) |
| the norm: non_proliferation | adopted | 1 | (q, n) |

Assumes: the four aspects of threat multiply (a harmless neighbour is no threat however strong); the grievance that
counts is the other's (who resents may strike).
Source: aggregate power, proximity, offensive power and intentions as sources of threat, Walt 1987; numbers assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator

from sim.core.columns import Array
from sim.core.params import param
from sim.core.update import Update
from sim.mechanisms.base import Mechanism
from sim.timeline import Phase
from sim.world import World


def hostile_intent(
    hostility: Array,
    grievance: Array,
    rivalry: Array,
    affinity: Array,
    pledged: Array,
    *,
    base: float,
    by_hostility: float,
    by_grievance: float,
    by_rivalry: float,
    by_affinity: float,
    by_pact: float,
) -> Array:
    """How ill-disposed row i thinks column j is, shape (n, n), 0..1; `grievance` is of row against column."""
    doubt = by_affinity * affinity
    doubt -= by_hostility * hostility
    doubt -= by_grievance * grievance.T
    doubt -= by_rivalry * rivalry
    doubt += by_pact * pledged
    np.exp(doubt - base, out=doubt)
    doubt += 1
    return np.asarray(1 / doubt)


def perceived_threat(
    reach: Array,
    power: Array,
    guarantee: Array,
    milex_share: Array,
    intent: Array,
    nuclear: Array,
    *,
    ally_weight: float,
    half_offence: float,
    nuclear_shield: float,
) -> Array:
    """Threat that row i feels from column j, shape (n, n), 0..1."""
    protected = power + ally_weight * (guarantee * reach.T).sum(axis=1) + 1e-12
    threat = reach.T / (reach.T + protected[:, None])
    threat *= milex_share / (milex_share + half_offence)
    threat *= intent
    threat *= (1 - nuclear_shield * nuclear)[:, None]
    return np.asarray(threat)


@dataclass(frozen=True)
class Threat(Mechanism):
    """Sets `threat` and `intent` from power, proximity, offensive arms and intentions."""

    base: float = param(-3, unit="1", low=-6, high=0, doc="Intent seen in a stranger (log-odds).", source="assumed")
    by_hostility: float = param(0.6, unit="1", low=0, high=2, doc="Per level of a live dispute.", source="assumed")
    by_grievance: float = param(1.5, unit="1", low=0, high=4, doc="Of the other's grievance.", source="assumed")
    by_rivalry: float = param(1.5, unit="1", low=0, high=4, doc="Of rivalry.", source="assumed")
    by_affinity: float = param(1.5, unit="1", low=0, high=4, doc="Of affinity, which calms.", source="assumed")
    by_pact: float = param(0.5, unit="1", low=0, high=2, doc="Of a pact of non-aggression or more.", source="assumed")
    ally_weight: float = param(0.5, unit="1", low=0, high=1, doc="Of guaranteed power beside own.", source="assumed")
    half_offence: float = param(
        0.025, unit="1", low=0.005, high=0.1, doc="Military share of gdp that looks half offensive.", source="assumed"
    )
    nuclear_shield: float = param(
        0.5, unit="1", low=0, high=1, doc="Share of threat that own nuclear weapons remove.", source="assumed"
    )
    norm_shield: float = param(
        0.1,
        unit="1",
        low=0,
        high=1,
        doc="Share of threat that the other's non-proliferation removes.",
        source="assumed",
    )

    phase: ClassVar = Phase.PERCEIVE
    reads: ClassVar = (
        "reach power guarantee milex_share nuclear hostility grievance rivalry affinity treaty_level dyad adopted"
    )
    writes: ClassVar = "threat intent"

    def __call__(self, world: World, rng: Generator) -> Update:
        moods = ("base", "by_hostility", "by_grievance", "by_rivalry", "by_affinity", "by_pact")
        intent = hostile_intent(
            world.hostility,
            world.grievance,
            world.rivalry,
            world.affinity,
            world.treaty_level >= 2,
            **self.numbers(*moods),
        )
        intent *= world.dyad
        threat = perceived_threat(
            world.reach,
            world.power,
            world.guarantee,
            world.milex_share,
            intent,
            world.nuclear,
            **self.numbers("ally_weight", "half_offence", "nuclear_shield"),
        )
        threat *= 1 - self.norm_shield * world.has_adopted("non_proliferation")
        return Update(set={"threat": threat, "intent": intent})
