"""States arm against those who are armed, near and ill-disposed, and spend less under a protector.

    need_i = m0 + sum_j p_ij m_j gdp_j / gdp_i
    p_ij   = phi intent_ij reach_ji / power_j (gdp_i / gdp_j) ** futility     (last factor where j is larger)
    d m_i  = speed (effort_i need_i - gamma protection_i + residual_i - m_i) dt
    residual_i = habit (m_i - wanted_i at the start), fading within `fading` years
    protection_i = G / (G + power_i),  G = sum_j guarantee_ij reach_ji

| symbol | column | unit | shape |
|---|---|---|---|
| m | milex_share | share of gdp | (n,) |
| residual | arms_residual | share of gdp | (n,) |
| effort | arms_effort | 1 | (n,): what the policy asks for |
| intent, guarantee, reach | the same | 1 | (n, n) |
| power, gdp | the same | 1; 1e9 USD | (n,) |

Two states alone: m1* = (m0 + p12 m0 g2 / g1) / (1 - p12 p21); stable iff p12 p21 < 1.

Assumes: the race is in spending, since shares cannot race; nobody races against a giant at full length (futility 1
caps the answer at the giant's own share; 0 is Richardson's pure form); the fall of reach with distance is the world's;
what a state spends at the start beyond its need is habit (`habit` 0 leaves it out); shares are held within `least` and
`most`.
Source: arming against the armed, Richardson 1960. m0 and phi lie near a regression over the states of
`central-asia-2025` (.019 and .26).
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

LEAST, MOST = 0.002, 0.25  # of gdp; nobody is known to have spent outside these for long


def reaction(intent: Array, reach: Array, power: Array, gdp: Array, *, phi: float, futility: float) -> Array:
    """Reaction coefficients p, shape (n, n): how much of j's spending row i answers."""
    fall = (reach / np.maximum(power, 1e-300)[:, None]).T
    odds = np.minimum(1.0, gdp[:, None] / gdp[None, :]) ** futility
    odds *= fall
    odds *= intent
    odds *= phi
    return np.asarray(odds)


def military_need(p: Array, milex_share: Array, gdp: Array, *, m0: float) -> Array:
    """Share of gdp that a state wants to spend, shape (n,)."""
    return m0 + (p @ (milex_share * gdp)) / gdp


def share_change(
    milex_share: Array, wanted: Array, *, dt: float, speed: float, least: float = LEAST, most: float = MOST
) -> Array:
    """Increment of the share within `dt` years on its way to `wanted`, held within the known range."""
    return (np.minimum(np.maximum(wanted, least), most) - milex_share) * -np.expm1(-speed * dt)


@dataclass(frozen=True)
class Armament(Mechanism):
    """Adds to `milex_share`; keeps `arms_residual`."""

    m0: float = param(0.018, unit="1", low=0.002, high=0.05, doc="Need of a state without enemies.", source="assumed")
    phi: float = param(0.3, unit="1", low=0, high=2, doc="Answer to another's spending.", source="assumed")
    futility: float = param(1, unit="1", low=0, high=2, doc="Giving up against the larger.", source="assumed")
    gamma: float = param(0.005, unit="1", low=0, high=0.02, doc="Saving under full protection.", source="assumed")
    habit: float = param(1, unit="1", low=0, high=1, doc="Unexplained spending that is kept up.", source="assumed")
    fading: float = param(15, unit="year", low=1, high=100, doc="Time in which habits fade.", source="assumed")
    speed: float = param(0.2, unit="1/year", low=0.01, high=2, doc="Speed of adjustment.", source="assumed")
    least: float = param(LEAST, unit="1", low=0, high=0.01, doc="Share that everybody spends.", source="assumed")
    most: float = param(MOST, unit="1", low=0.1, high=0.5, doc="Share that nobody exceeds for long.", source="assumed")

    phase: ClassVar = Phase.DECIDE
    reads: ClassVar = "milex_share arms_residual gdp intent reach power guarantee arms_effort alive"
    writes: ClassVar = "milex_share arms_residual"

    def __call__(self, world: World, rng: Generator) -> Update:
        share = world.milex_share * world.alive
        p = reaction(world.intent, world.reach, world.power, world.gdp, **self.numbers("phi", "futility"))
        need = military_need(p, share, world.gdp, m0=self.m0)
        backing = (world.guarantee * world.reach.T).sum(axis=1)
        protection = backing / np.maximum(backing + world.power, 1e-300)
        wanted = world.arms_effort * need - self.gamma * protection
        residual = world.arms_residual * np.exp(-world.dt / self.fading)
        if world.step == 0:
            residual = self.habit * (world.milex_share - np.minimum(np.maximum(wanted, self.least), self.most))
        held = self.numbers("speed", "least", "most")
        change = share_change(world.milex_share, wanted + residual, dt=world.dt, **held)
        return Update(add={"milex_share": change * world.alive}, set={"arms_residual": residual})
