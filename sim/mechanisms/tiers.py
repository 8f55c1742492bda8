"""States are great, middle or small powers: great by listing, middle by size or by behaviour.

    middle_i = [rank of power_i <= by_size N] or [behaviour_i in the top `by_behaviour` of the rest,
                                                power_i >= least_power]
    behaviour_i = mean(activism, credibility, memberships_i / max memberships, 1 - exp(-mediation_success_i))

| symbol | column | unit | shape |
|---|---|---|---|
| tier | tier | 0, 1, 2 | (n,) |
| power, activism, credibility | the same | 1 | (n,) |
| memberships | member | 1 | (m, n) |
| great, mediation_success | the same | 1 | (n,) |

Assumes: great powers are those that the scenario lists (a threshold of 5% of capabilities would promote India and drop
Russia); rank counts among all living states, and 40 of about 195 is a share of .205.
Source: middle powers by size, Holbraad 1984; by behaviour, Cooper, Higgott & Nossal 1993; the numbers are assumed.
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


def behaviour_index(activism: Array, credibility: Array, memberships: Array, mediated: Array) -> Array:
    """How much a state behaves like a middle power, 0..1, shape (n,)."""
    company = memberships / max(float(memberships.max(initial=0.0)), 1.0)
    return (activism + credibility + company + 1 - np.exp(-mediated)) / 4


def middle_by_size(power: Array, candidate: Array, *, by_size: float) -> Array:
    """Who is among the strongest share `by_size` of all living states (power > 0), bool (n,)."""
    limit = by_size * np.count_nonzero(power)
    rank = 1 + (power[None, :] > power[:, None]).sum(axis=1)
    return candidate & (rank <= limit)


def middle_by_behaviour(
    index: Array, power: Array, candidate: Array, *, by_behaviour: float, least_power: float
) -> Array:
    """Who is in the top share of the candidates by behaviour and not too weak, bool (n,)."""
    if not candidate.any():
        return candidate
    bar = np.quantile(index[candidate], 1 - by_behaviour)
    return candidate & (index >= bar) & (power >= least_power)


@dataclass(frozen=True)
class Tiers(Mechanism):
    """Sets `tier`; a tier may change in a run."""

    by_size: float = param(
        0.205, unit="1", low=0, high=1, doc="Share of states that are middle powers by size.", source="assumed"
    )
    by_behaviour: float = param(
        0.25, unit="1", low=0, high=1, doc="Share of the rest that are middle powers by behaviour.", source="assumed"
    )
    least_power: float = param(
        0.0003, unit="1", low=0, high=0.01, doc="Weaker states are small whatever they do.", source="assumed"
    )

    phase: ClassVar = Phase.PERCEIVE
    reads: ClassVar = "great alive power activism credibility member mediation_success"
    writes: ClassVar = "tier"

    def __call__(self, world: World, rng: Generator) -> Update:
        rest = world.alive & ~world.great
        large = middle_by_size(world.power, rest, by_size=self.by_size)
        memberships = world.member.sum(axis=0)
        index = behaviour_index(world.activism, world.credibility, memberships, world.mediation_success)
        bars = self.numbers("by_behaviour", "least_power")
        active = middle_by_behaviour(index, world.power, rest & ~large, **bars)
        tier = np.where(world.great & world.alive, 2, (large | active).astype(int))
        return Update(set={"tier": tier})
