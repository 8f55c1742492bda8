"""Each pole offers a state security, trade, kinship, money and company, and may threaten or coerce it.

    b_ig = by_security security_ig + by_trade trade_ig / trade_i + by_affinity (1 + affinity_ig) / 2
           + by_inducement tanh(inducement_ig / (impressive gdp_i)) + by_membership joint_membership_ig
           - by_threat threat_ig - by_coercion coercion_ig + leaning_ig
    b_i0 = aloof + by_autonomy autonomy_i + leaning_i0
    security_ig = sum_{j not in g} threat_ij reach_gj / sum_h reach_hj, over its maximum

| symbol | column | unit | shape |
|---|---|---|---|
| b | benefit | 1 | (n, 1 + g); column 0 is non-alignment |
| threat, reach, affinity, trade | pole_threat, pole_reach, pole_affinity, pole_trade | mixed | (n, g) |
| leaning | leaning | 1 | (n, 1 + g) |
| inducement, coercion | the same | 1e9 USD; 1 | (n, g) |
| joint_membership | pole_membership | 1 | (n, g) |
| trade_i, gdp, autonomy | total_trade, gdp, autonomy | 1e9 USD; 1e9 USD; 1 | (n,) |

Assumes: the benefits add; a portfolio that the scenario gives rests on standing ties (leaning) that make it a balance
at the start, so that it moves when the world does; security from a pole is the part of all threats (from outside the
pole) that its power could answer; inducement counts in shares of gdp and saturates.
Source: weights assumed; the list of benefits follows Kuik 2008 and, for Kazakhstan, Contessi 2015.
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


def security_offered(threat: Array, pole_reach: Array, in_this_pole: Array) -> Array:
    """What each pole could do against the threats that a state feels, over the maximum of all: (n, g), 0..1.

    Args:
        threat: (n, n), i by j. pole_reach: (g, n). in_this_pole: bool (g, n), whose threats do not count.
    """
    share = pole_reach / np.maximum(pole_reach.sum(axis=0), 1e-300)
    share *= ~in_this_pole
    answered: Array = threat @ share.T
    answered /= max(float(answered.max(initial=0.0)), 1e-12)
    return answered


def benefit_terms(world: World, impressive: float) -> dict[str, Array]:
    """The parts of what a pole offers before they are weighted, each (n, g); `impressive` is a share of gdp."""
    return {
        "security": security_offered(world.threat, world.pole_reach, world.pole > 0),
        "trade": world.pole_trade / np.maximum(world.total_trade, 1e-12)[:, None],
        "affinity": (1 + world.pole_affinity) / 2,
        "inducement": np.tanh(world.inducement / (impressive * world.gdp)[:, None]),
        "membership": world.pole_membership,
        "threat": -world.pole_threat,
        "coercion": -world.coercion,
    }


@dataclass(frozen=True)
class Benefit(Mechanism):
    """Sets `benefit`, from which policies work out what to propose."""

    by_security: float = param(0.30, unit="1", low=0, high=1, doc="Weight of security.", source="assumed")
    by_trade: float = param(0.25, unit="1", low=0, high=1, doc="Weight of the share of trade.", source="assumed")
    by_affinity: float = param(0.20, unit="1", low=0, high=1, doc="Weight of affinity.", source="assumed")
    by_inducement: float = param(0.15, unit="1", low=0, high=1, doc="Weight of inducements.", source="assumed")
    impressive: float = param(0.01, unit="1", low=0.001, high=0.1, doc="Share of gdp that impresses.", source="assumed")
    by_membership: float = param(0.10, unit="1", low=0, high=1, doc="Weight of joint membership.", source="assumed")
    by_threat: float = param(0.40, unit="1", low=0, high=1, doc="Weight of the pole's own threat.", source="assumed")
    by_coercion: float = param(0.20, unit="1", low=0, high=1, doc="Weight of recent coercion.", source="assumed")
    aloof: float = param(0.2, unit="1", low=0, high=1, doc="Worth of non-alignment to anybody.", source="assumed")
    by_autonomy: float = param(0.3, unit="1", low=0, high=1, doc="Worth of it per unit of autonomy.", source="assumed")

    phase: ClassVar = Phase.PERCEIVE
    reads: ClassVar = (
        "threat pole_reach pole pole_trade total_trade pole_affinity inducement gdp pole_membership pole_threat "
        "coercion autonomy leaning"
    )
    writes: ClassVar = "benefit"

    def __call__(self, world: World, rng: Generator) -> Update:
        benefit = world.leaning.copy()
        benefit[:, 0] += self.aloof + self.by_autonomy * world.autonomy
        for name, part in benefit_terms(world, self.impressive).items():
            benefit[:, 1:] += getattr(self, f"by_{name}") * part
        return Update(set={"benefit": benefit})
