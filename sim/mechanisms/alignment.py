"""A state shifts its portfolio of alignments towards what pays, likes to spread it, and is punished for straddling.

    U_i(w) = b_i . w - (rho_i / 2) sum_g w_g^2 - (kappa / 2) sum_{g != h} w_g w_h rivalry_gh
    w <- w exp(eta dt grad U) / Z        sub-stepped so that eta dt (rho + kappa) <= .5
    w <- (1 - mu dt) w + mu dt / (poles + 1)

| symbol | column | unit | shape |
|---|---|---|---|
| w | alignment | 1 | (n, 1 + g), rows on the simplex; component 0 is non-alignment |
| b, rho | appeal, diversification | 1 | (n, 1 + g); (n,): what the state's policy proposes |
| rivalry | pole_rivalry | 1 | (g, g) |

Two poles, 0 closed: w1 = 1/2 + (b1 - b2) / (2 (rho - kappa r)), clipped: the balancing act collapses at
r = (rho - |b1 - b2|) / kappa; above (rho + |b1 - b2|) / kappa both camps are stable and history decides.

Assumes: governments climb the gradient of a utility that they know; members of a pole do not choose.
Source: hedging as diversification, Kuik 2008 and Tessman 2012; the flow and its closed forms are this project's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator

from sim.core.columns import Array
from sim.core.params import param
from sim.core.update import Happening, Update
from sim.mechanisms.base import Mechanism
from sim.timeline import Phase
from sim.world import World

STIFFEST = 0.5
"""Largest eta dt (rho + kappa) of one part of a step: beyond it the flow would overshoot."""


def utility_gradient(w: Array, b: Array, rho: Array, rivalry: Array, *, kappa: float) -> Array:
    """grad U: shape (n, 1 + g). `rivalry` is (g, g) with a zero diagonal; non-alignment straddles nothing."""
    slope = b - rho[:, None] * w
    slope[:, 1:] -= w[:, 1:] @ (kappa * rivalry)
    return slope


def portfolio_flow(
    w: Array, b: Array, rho: Array, rivalry: Array, *, dt: float, kappa: float, eta: float, mu: float
) -> Array:
    """Portfolios after `dt` years of mirror ascent and mutation, shape (n, 1 + g), rows summing to 1.

    Args:
        w: portfolios, rows on the simplex; an entry of exactly 0 stays 0 if `mu` is 0 (a closed option).
        b: appeal of the options. rho: taste for spreading, shape (n,).
        rivalry: between poles, (g, g), zero diagonal.
    """
    stiffness = eta * dt * (float(rho.max(initial=0.0)) + kappa)
    parts = max(1, math.ceil(stiffness / STIFFEST))
    for _ in range(parts):
        push = utility_gradient(w, b, rho, rivalry, kappa=kappa)
        push *= eta * dt / parts
        push -= push.max(axis=1, keepdims=True)
        np.exp(push, out=push)
        push *= w
        push /= push.sum(axis=1, keepdims=True)
        w = push
    return (1 - mu * dt) * w + mu * dt / w.shape[1]


@dataclass(frozen=True)
class Alignment(Mechanism):
    """Moves `alignment` along the portfolio flow; reports when a state's leading option changes."""

    kappa: float = param(1.5, unit="1", low=0, high=6, doc="Punishment of straddling rivals.", source="assumed")
    eta: float = param(1.0, unit="1/year", low=0, high=6, doc="Speed of adjustment.", source="assumed")
    mu: float = param(0.01, unit="1/year", low=0, high=0.1, doc="Mutation that keeps vectors alive.", source="assumed")

    phase: ClassVar = Phase.DECIDE
    reads: ClassVar = "alignment appeal diversification pole_rivalry in_pole alive"
    writes: ClassVar = "alignment drift"
    kinds: ClassVar = {"realignment": "{who} now leans most towards {option} (share {amount:.0%})"}

    def __call__(self, world: World, rng: Generator) -> Update:
        moving = world.alive & ~world.in_pole
        flowed = portfolio_flow(
            world.alignment,
            world.appeal,
            world.diversification,
            world.pole_rivalry,
            dt=world.dt,
            **self.numbers("kappa", "eta", "mu"),
        )
        after = np.where(moving[:, None], flowed, world.alignment)
        drift = (after - world.alignment) / world.dt
        return Update(set={"alignment": after, "drift": drift}, happenings=self._realignments(world, after))

    def _realignments(self, world: World, after: Array) -> tuple[Happening, ...]:
        before = world.alignment
        lead, led = after.argmax(axis=1), before.argmax(axis=1)
        who = np.flatnonzero(lead != led)
        if not who.size:
            return ()
        new, old = lead[who], led[who]
        straddle = utility_gradient(
            before, np.zeros_like(before), np.zeros(len(before)), world.pole_rivalry, kappa=self.kappa
        )
        spread = -world.diversification[:, None] * before
        pace = self.eta * world.dt
        terms = {
            "held before": np.log(np.maximum(before[who, new], 1e-300) / before[who, old]),
            "appeal of the new over the old": pace * (world.appeal[who, new] - world.appeal[who, old]),
            "spreading": pace * (spread[who, new] - spread[who, old]),
            "straddling rivals": pace * (straddle[who, new] - straddle[who, old]),
        }
        ahead = np.log(after[who, new] / np.maximum(after[who, old], 1e-300))
        terms["on the way"] = ahead - sum(terms.values(), np.zeros(len(who)))
        return (Happening("realignment", who, third=new, amount=after[who, new], terms=terms),)
