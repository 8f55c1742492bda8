"""One plain sentence that says what happens in the world.

    d column_i = rate (target - column_i) dt

| symbol | column | unit | shape |
|---|---|---|---|
| column | legitimacy | 1 | (n,) |

Assumes: what is simplified, in words.
Source: who said so (AuthorYear in references.toml).

Copy this file to `NAME.py` without the underscore, rename the class to the name in CamelCase, and add
`tests/mechanisms/test_NAME.py`; nothing else is needed. A scenario changes its numbers under `[mechanisms.NAME]`.
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


def approach(column: Array, *, dt: float, rate: float, target: float) -> Array:
    """Increment of a column within `dt` years on its way to `target`, shape (n,): exact, whatever the step."""
    return (target - column) * -np.expm1(-rate * dt)


@dataclass(frozen=True)
class Skeleton(Mechanism):
    """Adds to `legitimacy`."""

    rate: float = param(0.1, unit="1/year", low=0, high=2, doc="Speed of return.", source="assumed")
    target: float = param(0.6, unit="1", low=0, high=1, doc="Where it returns to.", source="assumed")

    phase: ClassVar = Phase.REMEMBER
    reads: ClassVar = "legitimacy alive"
    writes: ClassVar = "legitimacy"

    def __call__(self, world: World, rng: Generator) -> Update:
        change = approach(world.legitimacy, dt=world.dt, **self.numbers())
        return Update(add={"legitimacy": np.where(world.alive, change, 0.0)})
