"""A defence pact is worth what the ally can expect: patrons doubt clients that hedge and back less those they punish.

    guarantee_ij = [treaty_ij = 4] trust_ig (1 - withheld coercion_ig)     j in pole g, i outside it
    guarantee_ij = [treaty_ij = 4]                                         otherwise
    trust_ig     = 1 where w_ig >= committed, else w_ig ** ambiguity

| symbol | column | unit | shape |
|---|---|---|---|
| guarantee | guarantee | 1 | (n, n): how far i can count on j |
| w | alignment | 1 | (n, 1 + g) |
| coercion | coercion | 1 | (n, g): how far pole g has punished i of late; fades (`memory`) |
| treaty = 4 | allied | 1 | (n, n) |
| g | pole: which pole j belongs to | 1 | (g, n) |

What a patron withholds comes back as the memory of the punishment fades. Through the guarantee it reaches the threat
that the client feels (`threat`), its spending (`armament`) and whom others dare to attack (`dispute_onset`).

Assumes: a client with half its portfolio in the pole has the full guarantee, whoever has less has it by its share:
there is a step, for it has taken no side; `ambiguity` 0 removes the effect of
hedging as such, `withheld` 0 that of punishment; all members of a pole withhold alike.
Source: alliance ambiguity and hedging, Lim & Cooper 2015; the threat to abandon as a hold over allies, Snyder 1984; the
numbers are assumed.
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


@once
def _patrons(pole: Array) -> tuple[Array, Array, Array]:
    """Which states each pole holds, as numbers (g, n), which belong to none, (n,), and the rows of the others."""
    inside = pole > 0
    patron = inside.any(axis=0)
    return inside.astype(float), (~patron).astype(float), np.flatnonzero(patron)


def guarantee_strength(
    allied: Array,
    alignment: Array,
    coercion: Array,
    pole: Array,
    *,
    committed: float,
    ambiguity: float,
    withheld: float,
) -> Array:
    """How far row i can count on column j, shape (n, n), 0..1.

    Args:
        allied: defence pact, bool (n, n). alignment: (n, 1 + g). coercion: (n, g). pole: weights (g, n).
    """
    inside, no_patron, patrons = _patrons(pole)
    share = alignment[:, 1:]
    commitment = np.maximum(share if ambiguity == 1 else share**ambiguity, share >= committed - 1e-9)
    if coercion.any():
        commitment *= 1 - withheld * coercion
    trust = commitment @ inside
    trust += no_patron
    np.minimum(trust, 1.0, out=trust)  # a member of several poles is doubted for none of them
    trust[patrons] = 1.0
    trust *= allied
    return trust


@dataclass(frozen=True)
class Guarantee(Mechanism):
    """Sets `guarantee`."""

    committed: float = param(
        0.5, unit="1", low=0.1, high=1, doc="Portfolio share that earns the full guarantee.", source="assumed"
    )
    ambiguity: float = param(
        1, unit="1", low=0, high=3, doc="How much hedging blurs a patron's guarantee; 0 not at all.", source="assumed"
    )

    withheld: float = param(
        0.5, unit="1", low=0, high=1, doc="Of its guarantee, from a client under full coercion.", source="assumed"
    )

    phase: ClassVar = Phase.PERCEIVE
    reads: ClassVar = "allied alignment coercion pole"
    writes: ClassVar = "guarantee"

    def __call__(self, world: World, rng: Generator) -> Update:
        held = guarantee_strength(world.allied, world.alignment, world.coercion, world.pole, **self.numbers())
        return Update(set={"guarantee": held})
