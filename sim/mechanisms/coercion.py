"""A pole punishes a state that drifts towards its rival, which may frighten it back or push it away.

    rate_ig = strictness sum_h rivalry_gh max(0, dw_ih / dt) reach_gi / (reach_gi + power_i)
    on coercion: coercion_ig += blow (1 - coercion), grievance_ig += grievance,
                 affinity_ig -= coldness (1 + affinity) / 2,
                 and with chance `by_sanction` sanctions_gi += sanction (1 - sanctions)

| symbol | column | unit | shape |
|---|---|---|---|
| coercion | coercion | 1 | (n, g): of i by g |
| dw/dt | drift | 1/year | (n, 1 + g) |
| reach, power, rivalry | pole_reach, power, pole_rivalry | 1 | (g, n), (n,), (g, g) |
| grievance, affinity, sanctions | the same | 1 | (n, n): members of g and i |

Assumes: only the drift counts, not the place; what coercion leads to is left to the portfolio (it lowers the benefit of
the pole, and raises what its rivals are good for, but sanctions and threat also weigh on leaving).
Source: room for hedging that shrinks as great powers compete, Korolev 2019; hedging and its limits, Ciorciari & Haacke
2019; the numbers are assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator
from scipy.special import logit

from sim.core.columns import Array
from sim.core.params import param
from sim.core.update import Happening, Update
from sim.mechanisms.base import Mechanism
from sim.timeline import Phase
from sim.world import World


def coercion_rates(drift: Array, rivalry: Array, pole_reach: Array, power: Array, *, strictness: float) -> Array:
    """Yearly rate at which each pole punishes each state, shape (n, g).

    Args:
        drift: of the poles' shares only, (n, g), per year. rivalry: (g, g). pole_reach: (g, n). power: (n,).
    """
    drifting = np.maximum(0.0, drift) @ rivalry
    return strictness * drifting * (pole_reach / np.maximum(pole_reach + power, 1e-300)).T


@dataclass(frozen=True)
class Coercion(Mechanism):
    """Adds to coercion, grievance, sanctions; takes from affinity."""

    strictness: float = param(0.5, unit="1", low=0, high=5, doc="Punishment of drifting.", source="assumed")
    blow: float = param(0.5, unit="1", low=0, high=1, doc="How far one act raises coercion.", source="assumed")
    by_sanction: float = param(0.5, unit="1", low=0, high=1, doc="Chance that it is a sanction.", source="assumed")
    sanction: float = param(0.3, unit="1", low=0, high=1, doc="Share of trade that it bars.", source="assumed")
    grievance: float = param(0.1, unit="1", low=0, high=1, doc="Grievance that it leaves.", source="assumed")
    coldness: float = param(0.1, unit="1", low=0, high=1, doc="Affinity that it costs.", source="assumed")

    phase: ClassVar = Phase.DECIDE
    reads: ClassVar = (
        "drift pole_rivalry pole_reach power alive in_pole pole coercion affinity sanctions pole_weight alignment"
    )
    writes: ClassVar = "coercion grievance affinity sanctions"
    kinds: ClassVar = {
        "coercion": "{pole} threatens {who} for drifting to its rivals",
        "coercive sanction": "{pole} bars trade with {who} for drifting to its rivals",
        "coercive sanction refused": "{pole} leaves it at threatening {who}",
    }

    def __call__(self, world: World, rng: Generator) -> Update:
        n, g = world.coercion.shape
        drawn, manner = rng.random((n, g)), rng.random((n, g))
        prone = (world.alive & ~world.in_pole)[:, None]
        drift = world.drift[:, 1:]
        rate = coercion_rates(drift, world.pole_rivalry, world.pole_reach, world.power, strictness=self.strictness)
        chance = np.where(prone, world.chance(rate), 0.0)
        struck = drawn < chance
        if not struck.any():
            return Update()
        barred = struck & (manner < self.by_sanction)
        felt = (struck @ (world.pole > 0)).astype(float)
        cold = felt + felt.T
        change = {
            "coercion": struck * self.blow * (1 - world.coercion),
            "grievance": self.grievance * felt,
            "affinity": -self.coldness * cold * (1 + world.affinity) / 2,
            "sanctions": self.sanction * (barred @ (world.pole > 0)).T * (1 - world.sanctions),
        }
        told = (self._told(world, drift, struck, chance, drawn), self._means(struck, barred, manner))
        return Update(add=change, happenings=told)

    def _told(self, world: World, drift: Array, struck: Array, chance: Array, drawn: Array) -> Happening:
        """Acts of coercion with what the log of their rate adds up from."""
        who, pole = np.nonzero(struck)
        drifting = np.maximum(0.0, drift) @ world.pole_rivalry
        strength = (world.pole_reach / np.maximum(world.pole_reach + world.power, 1e-300)).T
        why = {
            "strictness": np.full(len(who), np.log(self.strictness)),
            "drift to rivals": np.log(drifting[who, pole]),
            "reach over own power": np.log(strength[who, pole]),
        }
        return Happening("coercion", who, third=pole, chance=chance[who, pole], drawn=drawn[who, pole], terms=why)

    def _means(self, struck: Array, barred: Array, drawn: Array) -> Happening:
        """Whether each act is a sanction or no more than a threat."""
        who, pole = np.nonzero(struck)
        usual = np.full(len(who), self.by_sanction)
        why = {"usual share": logit(np.clip(usual, 1e-300, 1 - 1e-12))}
        return Happening(
            "coercive sanction",
            who,
            third=pole,
            chance=usual,
            drawn=drawn[who, pole],
            terms=why,
            done=barred[who, pole],
        )
