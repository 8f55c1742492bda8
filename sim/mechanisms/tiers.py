"""States are great, middle or small powers: great by listing, middle by size or by behaviour.

    middle_by_power_i     = power_i >= the power of rank `by_size` N
    middle_by_behaviour_i = behaviour_i >= the top `by_behaviour` of the rest, and power_i >= least_power
    behaviour_i = mean(activism, credibility, memberships_i / max memberships, 1 - exp(-mediation_success_i))
    tier_i = 2 if great, 1 if middle by power or by behaviour, else 0

| symbol | column | unit | shape |
|---|---|---|---|
| tier | tier | 0, 1, 2 | (n,) |
| middle by power, by behaviour | middle_by_power, middle_by_behaviour | 1 | (n,) |
| power, activism, credibility | the same | 1 | (n,) |
| memberships | member | 1 | (m, n) |
| great, mediation_success | the same | 1 | (n,) |

The rest are those that are neither great nor middle by size; a large state may meet the bar of conduct too, so both
definitions can be told apart. Who has a standing keeps it until it falls short of the bar by a share `inertia`.
Standing is looked at when a run begins and with each new year. The tier decides what a state may do: only middle powers
found and join issue coalitions, and leave when they fall; great powers alone set the bad example that undoes a norm,
hardly ever renounce nuclear weapons, and are drawn into disputes anywhere.

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
from sim.core.update import Happening, Update
from sim.mechanisms.base import Mechanism
from sim.timeline import Phase
from sim.world import World

GREAT = 2


def behaviour_parts(activism: Array, credibility: Array, memberships: Array, mediated: Array) -> dict[str, Array]:
    """What adds up to the index of behaviour, each 0 .. 1/4, shape (n,)."""
    most = max(float(memberships.max(initial=0)), 1.0)
    return {
        "activism": activism / 4,
        "credibility": credibility / 4,
        "memberships": memberships / (4 * most),
        "mediations": np.expm1(-mediated) / -4,
    }


def behaviour_index(activism: Array, credibility: Array, memberships: Array, mediated: Array) -> Array:
    """How much a state behaves like a middle power, 0..1, shape (n,)."""
    first, second, third, fourth = behaviour_parts(activism, credibility, memberships, mediated).values()
    return np.asarray(first + second + third + fourth)


def size_bar(power: Array, *, by_size: float) -> float:
    """Power of the weakest among the strongest share `by_size` of the living states (power > 0); inf for none."""
    places = int(by_size * np.count_nonzero(power))
    return float(np.partition(power, -places)[-places]) if places else np.inf


def behaviour_bar(index: Array, rest: Array, *, by_behaviour: float) -> float:
    """Index that the top share of the rest reaches (linear quantile); inf where there is no rest."""
    ranked = np.sort(index[rest])
    if not len(ranked):
        return np.inf
    place = (len(ranked) - 1) * (1 - by_behaviour)
    below = int(place)
    above = ranked[min(below + 1, len(ranked) - 1)]
    return float(ranked[below] + (place - below) * (above - ranked[below]))


@dataclass(frozen=True)
class Tiers(Mechanism):
    """Sets `tier` and both definitions of a middle power."""

    by_size: float = param(
        0.205, unit="1", low=0, high=1, doc="Share of states that are middle powers by size.", source="assumed"
    )
    by_behaviour: float = param(
        0.25, unit="1", low=0, high=1, doc="Share of the rest that are middle powers by behaviour.", source="assumed"
    )
    least_power: float = param(
        0.0003, unit="1", low=0, high=0.01, doc="Weaker states are small whatever they do.", source="assumed"
    )
    inertia: float = param(0.1, unit="1", low=0, high=0.5, doc="Shortfall a standing survives.", source="assumed")

    phase: ClassVar = Phase.PERCEIVE
    reads: ClassVar = (
        "great alive power activism credibility member mediation_success tier middle_by_power middle_by_behaviour"
    )
    writes: ClassVar = "tier middle_by_power middle_by_behaviour"
    kinds: ClassVar = {
        "middle power by size": "{who} becomes a middle power by its size",
        "middle power by conduct": "{who} becomes a middle power by its conduct",
        "small power": "{who} is a small power from now on",
    }

    def __call__(self, world: World, rng: Generator) -> Update:
        if not world.years_begun and world.step:
            return Update()
        alive, power, kept = world.alive, world.power, 1 - self.inertia
        rest = alive & ~world.great
        size = size_bar(power, by_size=self.by_size)
        held = np.where(world.middle_by_power, size * kept, size) if np.isfinite(size) else size
        large = rest & (power >= held)
        memberships = world.member.sum(axis=0)
        parts = behaviour_parts(world.activism, world.credibility, memberships, world.mediation_success)
        index = parts["activism"] + parts["credibility"] + parts["memberships"] + parts["mediations"]
        bar = behaviour_bar(index, rest & ~large, by_behaviour=self.by_behaviour)
        enough = np.where(world.middle_by_behaviour, bar * kept, bar) if np.isfinite(bar) else np.full(len(index), bar)
        active = rest & (index >= enough) & (power >= self.least_power)
        middle = large | active
        tier = np.where(world.great & alive, GREAT, middle)
        told: tuple[Happening, ...] = ()
        if (moved := alive & (tier != world.tier)).any():
            told = self._told(world, moved, large, active, parts, index, enough)
        return Update(
            set={"tier": tier, "middle_by_power": large, "middle_by_behaviour": active},
            happenings=told,
        )

    def _told(
        self, world: World, moved: Array, large: Array, active: Array, parts: dict[str, Array], index: Array, bar: Array
    ) -> tuple[Happening, ...]:
        """Who rose past the best of those left out, and who fell below the bar, and why."""
        power, rest = world.power, world.alive & ~world.great
        smaller = float(power[rest & ~large].max(initial=0.0))
        duller = float(index[rest & (index < bar)].max(initial=0.0))
        grown, risen = np.flatnonzero(moved & large), np.flatnonzero(moved & active & ~large)
        small = moved & ~large & ~active & ~world.great
        weak = np.flatnonzero(small & (power < self.least_power))
        slack = np.flatnonzero(small & (power >= self.least_power))
        conduct = {name: part[risen] for name, part in parts.items()} | {
            "best of those left out": np.full(len(risen), -duller)
        }
        idle = {name: -part[slack] for name, part in parts.items()} | {"bar of conduct": bar[slack]}
        by_size = {"power": np.log(power[grown]), "largest of those left out": -_log(smaller, grown)}
        too_weak = {"power": -np.log(np.maximum(power[weak], 1e-300)), "least power": _log(self.least_power, weak)}
        return (
            Happening("middle power by size", grown, amount=power[grown], terms=by_size),
            Happening("middle power by conduct", risen, amount=power[risen], terms=conduct),
            Happening("small power", slack, amount=power[slack], terms=idle),
            Happening("small power", weak, amount=power[weak], terms=too_weak),
        )


def _log(number: float, shape_of: Array) -> Array:
    return np.full(len(shape_of), np.log(max(number, 1e-300)))
