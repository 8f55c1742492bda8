"""Military capital piles up from spending and wears out.

    d force_i = milex_share_i gdp_i dt - depreciation force_i dt          (solved exactly within the step)
    steady state: force_i = milex_share_i gdp_i / depreciation

| symbol | column | unit | shape |
|---|---|---|---|
| force | force | 1e9 USD | (n,) |
| milex_share, gdp | the same | 1; 1e9 USD | (n,) |

Assumes: all spending counts alike (pay, upkeep, arms); a state that does not exist keeps its last figure.
Source: the perpetual inventory of any capital stock; the rate is assumed.
"""

from __future__ import annotations

import math
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


def steady_force(spending: Array, *, depreciation: float) -> Array:
    """Military capital at which wear equals spending a year; same shape as `spending`."""
    return spending / depreciation


def force_after(force: Array, spending: Array, *, dt: float, depreciation: float) -> Array:
    """Military capital after `dt` years of constant spending a year; same shape as `force`."""
    steady = steady_force(spending, depreciation=depreciation)
    return steady + (force - steady) * math.exp(-depreciation * dt)


@dataclass(frozen=True)
class Forces(Mechanism):
    """Sets `force` from military spending and wear."""

    depreciation: float = param(
        0.08, unit="1/year", low=0.01, high=0.5, doc="Share of military capital that wears out.", source="assumed"
    )

    phase: ClassVar = Phase.ECONOMY
    reads: ClassVar = "force milex_share gdp alive"
    writes: ClassVar = "force"

    def __call__(self, world: World, rng: Generator) -> Update:
        spending = world.milex_share * world.gdp
        force = force_after(world.force, spending, dt=world.dt, depreciation=self.depreciation)
        return Update(set={"force": np.where(world.alive, force, world.force)})
