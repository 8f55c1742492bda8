"""Time passes: disputes and peace grow older, ended disputes are closed, grievances and coercion fade.

    dispute_age <- (dispute_age + dt) live            peace_years <- (peace_years + dt) (1 - live)
    x <- x live   for dispute_tag, originator, fatal, war_remaining
    grievance <- grievance exp(-dt / grievance_time), coercion <- coercion exp(-dt / coercion_time)

| symbol | column | unit | shape |
|---|---|---|---|
| live | hostility > 0 | 1 | (n, n) |
| dispute_age, peace_years, war_remaining | the same | year | (n, n) |
| grievance; coercion | the same | 1 | (n, n); (n, g) |
| dispute_tag, originator, fatal | the same | 1 | (n, n) |

Assumes: resentment and the memory of coercion fade by a fixed share a year, whoever governs. Pairs of which one state
does not exist have no dispute and their years of peace stand still.
Source: the times of fading are assumed; peace years as a clock, Carter and Signorino 2010.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from numpy.random import Generator

from sim.core.columns import Array
from sim.core.params import param
from sim.core.update import Update
from sim.mechanisms.base import Mechanism
from sim.timeline import Phase
from sim.world import World

CLOSED = ("dispute_tag", "originator", "fatal", "war_remaining")
"""Columns that belong to live disputes and end with them."""


def faded(x: Array, *, dt: float, years: float) -> Array:
    """What is lost of `x` within `dt` years when it fades with the time constant `years` (not positive)."""
    return x * math.expm1(-dt / years)


@dataclass(frozen=True)
class Memory(Mechanism):
    """Ages live disputes and peace, clears what belonged to ended disputes, fades grievance and coercion."""

    grievance_time: float = param(
        5, unit="year", low=0.5, high=50, doc="Time in which a grievance fades to 1/e.", source="assumed"
    )
    coercion_time: float = param(
        3, unit="year", low=0.5, high=30, doc="Time in which the memory of coercion fades to 1/e.", source="assumed"
    )

    phase: ClassVar = Phase.REMEMBER
    reads: ClassVar = (
        "hostility dyad dispute_age peace_years dispute_tag originator fatal war_remaining grievance coercion"
    )
    writes: ClassVar = "dispute_age peace_years dispute_tag originator fatal war_remaining grievance coercion"

    def __call__(self, world: World, rng: Generator) -> Update:
        live = (world.hostility > 0) & world.dyad
        peace = world.dyad * world.dt
        peace += world.peace_years
        peace *= ~live
        age = world.dispute_age + world.dt
        age *= live
        over = (world.dispute_tag * ~live).any()
        closed = {name: getattr(world, name) * live for name in CLOSED} if over else {}
        return Update(
            set={"dispute_age": age, "peace_years": peace, **closed},
            add={
                "grievance": faded(world.grievance, dt=world.dt, years=self.grievance_time),
                "coercion": faded(world.coercion, dt=world.dt, years=self.coercion_time),
            },
        )
