"""Time passes: disputes and peace grow older, ended disputes are closed, grievances fade, regimes take root.

    dispute_age <- (dispute_age + dt) live            peace_years <- (peace_years + dt) (1 - live)
    x <- x live   for dispute_tag, originator, fatal, war_remaining
    grievance <- grievance exp(-dt / grievance_time), coercion <- coercion exp(-dt / coercion_time)
    democratic_tradition <- d + (democratic_tradition - d) exp(-dt / tradition_time)

| symbol | column | unit | shape |
|---|---|---|---|
| live | hostility > 0 | 1 | (n, n) |
| dispute_age, peace_years, war_remaining | the same | year | (n, n) |
| grievance; coercion | the same | 1 | (n, n); (n, g) |
| dispute_tag, originator, fatal | the same | 1 | (n, n) |
| d | democracy | 1 | (n,) |

Assumes: resentment and the memory of coercion fade by a fixed share a year, whoever governs. Pairs of which one state
does not exist have no dispute and their years of peace stand still. What a regime has been for years counts beside
what it is: its tradition, by which others judge it (`dispute_onset`), makes up a tenth of the difference in a year.
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
    """Ages disputes and peace, clears what belonged to ended ones, fades grievance and coercion, moves tradition."""

    grievance_time: float = param(
        5, unit="year", low=0.5, high=50, doc="Time in which a grievance fades to 1/e.", source="assumed"
    )
    coercion_time: float = param(
        3, unit="year", low=0.5, high=30, doc="Time in which the memory of coercion fades to 1/e.", source="assumed"
    )
    tradition_time: float = param(
        9.5, unit="year", low=1, high=50, doc="Time in which tradition comes 1 - 1/e closer.", source="assumed"
    )

    phase: ClassVar = Phase.REMEMBER
    reads: ClassVar = (
        "hostility dyad dispute_age peace_years dispute_tag originator fatal war_remaining grievance coercion "
        "democracy democratic_tradition"
    )
    writes: ClassVar = (
        "dispute_age peace_years dispute_tag originator fatal war_remaining grievance coercion democratic_tradition"
    )

    def __call__(self, world: World, rng: Generator) -> Update:
        live = (world.hostility > 0) & world.dyad
        peace = world.dyad * world.dt
        peace += world.peace_years
        peace *= ~live
        age = world.dispute_age + world.dt
        age *= live
        over = (world.dispute_tag * ~live).any()
        gap = world.democratic_tradition - world.democracy
        closed = {name: getattr(world, name) * live for name in CLOSED} if over else {}
        return Update(
            set={"dispute_age": age, "peace_years": peace, **closed},
            add={
                "grievance": faded(world.grievance, dt=world.dt, years=self.grievance_time),
                "coercion": faded(world.coercion, dt=world.dt, years=self.coercion_time),
                "democratic_tradition": faded(gap, dt=world.dt, years=self.tradition_time),
            },
        )
