"""Poles of like power that dislike each other become rivals; rivalry fades in about twenty years.

    d rivalry = dt (up parity max(0, -affinity) (1 - rivalry) - rivalry / fading)
    parity_ij = min(power_i, power_j) / max(power_i, power_j);  up = 0 unless the two belong to different poles

| symbol | column | unit | shape |
|---|---|---|---|
| rivalry | rivalry | 1 | (n, n), symmetric |
| affinity | affinity | 1 | (n, n) |
| power | power | 1 | (n,) |
| belonging to poles | pole | 1 | (g, n) |

Assumes: between states that are no poles, rivalry comes from disputes only (see dispute_onset).
Source: power transition between equals, Organski 1958; rivalries that last, Klein, Goertz & Diehl 2006 (the time of
fading is assumed).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator

from sim.core.columns import Array
from sim.core.once import once
from sim.core.params import param
from sim.core.update import Update
from sim.mechanisms.base import Mechanism
from sim.timeline import Phase
from sim.world import World


def rivalry_change(rivalry: Array, affinity: Array, parity: Array, *, dt: float, up: float, fading: float) -> Array:
    """Increment of rivalry within `dt` years: the exact solution for constant inputs; arrays of one shape."""
    rise = up * parity * np.maximum(0.0, -affinity)
    speed = rise + 1 / fading
    return (rise / speed - rivalry) * -np.expm1(-speed * dt)


@once
def _opposed(pole: Array) -> tuple[Array, Array]:
    """Pairs of states that belong to different poles, as two arrays of indices; pole (g, n)."""
    belongs = (pole > 0).astype(float)
    some = belongs.max(axis=0, initial=0) > 0
    i, j = np.nonzero(some[:, None] & some[None, :] & (belongs.T @ belongs == 0))
    return i, j


@dataclass(frozen=True)
class Rivalry(Mechanism):
    """Adds to `rivalry`."""

    up: float = param(0.1, unit="1/year", low=0, high=1, doc="Rise between equal, hostile poles.", source="assumed")
    fading: float = param(20, unit="year", low=2, high=100, doc="Time in which rivalry fades.", source="assumed")

    phase: ClassVar = Phase.PERCEIVE
    reads: ClassVar = "rivalry affinity power pole dyad"
    writes: ClassVar = "rivalry"

    def __call__(self, world: World, rng: Generator) -> Update:
        i, j = _opposed(world.pole)
        a, b = world.power[i], world.power[j]
        parity = np.minimum(a, b) / np.maximum(np.maximum(a, b), 1e-300)
        change = world.rivalry * np.expm1(-world.dt / self.fading)
        numbers = self.numbers("up", "fading")
        change[i, j] = rivalry_change(world.rivalry[i, j], world.affinity[i, j], parity, dt=world.dt, **numbers)
        change *= world.dyad
        return Update(add={"rivalry": change})
