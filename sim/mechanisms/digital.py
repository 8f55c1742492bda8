"""Services that networks deliver take a growing share of what states sell, as far as their technology goes.

    dD_i = speed (1 + by_governance [adopted]_i) D_i (1 - D_i / (most T_i)) dt          (solved exactly)

| symbol | column | unit | shape |
|---|---|---|---|
| D | digital_share | 1 | (n,) |
| T | technology | 1 | (n,) |
| [adopted] | adopted: the norm digital_governance | 1 | (n,) |

What it does lies elsewhere: `transition` lets it raise technology (and so growth), `trade` binds what is sold digitally
less to distance, and `shocks` lets cyber attacks and disruption by artificial intelligence strike where it is high.

Assumes: diffusion is logistic; rules that others trust (digital governance) speed it up.
Source: digitally delivered services were 8% of world exports in 2012 and 12% in 2022 after the World Trade Organization
(its figures and `most` give `speed` at a mean technology of .55); `by_governance` is assumed.
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


def logistic_after(x: Array, ceiling: Array, rate: Array, *, dt: float) -> Array:
    """Logistic growth after `dt` years: dx/dt = rate x (1 - x / ceiling); all (n,); 0 stays 0."""
    grown = x * np.exp(rate * dt)
    return ceiling * grown / np.maximum(ceiling + grown - x, 1e-300)


@dataclass(frozen=True)
class Digital(Mechanism):
    """Adds to `digital_share`."""

    most: float = param(0.5, unit="1", low=0.1, high=1, doc="Share at the frontier of technology.", source="assumed")
    speed: float = param(
        0.063, unit="1/year", low=0, high=0.3, doc="Of diffusion where it is rare.", source="WTO2023fit"
    )
    by_governance: float = param(0.3, unit="1", low=0, high=2, doc="By the norm, of the speed.", source="assumed")

    phase: ClassVar = Phase.ECONOMY
    reads: ClassVar = "digital_share technology adopted alive"
    writes: ClassVar = "digital_share"

    def __call__(self, world: World, rng: Generator) -> Update:
        share = world.digital_share
        rate = self.speed * (1 + self.by_governance * world.has_adopted("digital_governance")) * world.alive
        grown = logistic_after(share, np.maximum(self.most * world.technology, 1e-6), rate, dt=world.dt)
        return Update(add={"digital_share": grown - share})
