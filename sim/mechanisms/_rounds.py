"""Rounds of talks: what states decide now and then, not at every step, whatever the length of a step."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np

from sim.core.columns import Array
from sim.world import World

ROUNDS = "one round of talks for several steps"
"""Name of `Round.term` among the terms of a decision."""


@dataclass(frozen=True)
class Round:
    """A round of talks at a step of `dt` years that settles what comes about within `span` years."""

    span: float
    dt: float

    @property
    def term(self) -> float:
        """What waiting for the round adds to the log of a rate: a step at which there is one has more to settle."""
        return log(self.span / self.dt)

    def chance(self, rate: Array | float) -> Array:
        """Probability that an event of this yearly rate comes about within the span."""
        return -np.expm1(-np.maximum(rate, 0.0) * self.span)

    def at_most(self, rate: float) -> float:
        """The same of one number."""
        return float(-np.expm1(-rate * self.span))


def round_of_talks(world: World, every: float) -> Round | None:
    """The round of the present step, None if there is none; one every `every` years, but at most one a step."""
    steps = max(1, round(every / world.dt))
    return None if world.step % steps else Round(steps * world.dt, world.dt)
