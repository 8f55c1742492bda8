"""A defence pact is worth what the ally can expect: a patron doubts, and is doubted by, a client that hedges.

    guarantee_ij = [treaty_ij = 4] min(1, w_ig / committed) ** ambiguity     j in pole g, i outside it
    guarantee_ij = [treaty_ij = 4]                                           otherwise

| symbol | column | unit | shape |
|---|---|---|---|
| guarantee | guarantee | 1 | (n, n): how far i can count on j |
| w | alignment | 1 | (n, 1 + g) |
| treaty = 4 | allied | 1 | (n, n) |
| g | pole: which pole j belongs to | 1 | (g, n) |

Assumes: a client with half its portfolio in the pole has the full guarantee; `ambiguity` 0 removes the effect.
Source: alliance ambiguity and hedging, Lim & Cooper 2015; the numbers are assumed.
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


def guarantee_strength(allied: Array, alignment: Array, pole: Array, *, committed: float, ambiguity: float) -> Array:
    """How far row i can count on column j, shape (n, n), 0..1.

    Args:
        allied: defence pact, bool (n, n). alignment: (n, 1 + g). pole: weights (g, n).
    """
    inside = pole > 0
    commitment = np.minimum(1.0, alignment[:, 1:] / committed)
    if ambiguity != 1:
        commitment **= ambiguity
    patron = inside.any(axis=0)
    doubt = np.maximum(patron - commitment @ inside, 0.0)  # a member of several poles is doubted for none of them
    doubt[patron] = 0.0
    return allied * (1 - doubt)


@dataclass(frozen=True)
class Guarantee(Mechanism):
    """Sets `guarantee`."""

    committed: float = param(
        0.5, unit="1", low=0.1, high=1, doc="Portfolio share that earns the full guarantee.", source="assumed"
    )
    ambiguity: float = param(
        1, unit="1", low=0, high=3, doc="How much hedging blurs a patron's guarantee; 0 not at all.", source="assumed"
    )

    phase: ClassVar = Phase.PERCEIVE
    reads: ClassVar = "allied alignment pole"
    writes: ClassVar = "guarantee"

    def __call__(self, world: World, rng: Generator) -> Update:
        return Update(
            set={"guarantee": guarantee_strength(world.allied, world.alignment, world.pole, **self.numbers())}
        )
