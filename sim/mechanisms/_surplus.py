"""What makes states want a pact with each other: reasons, a row each, for the pairs that are asked about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.core.columns import Array
from sim.core.once import once
from sim.world import World

REASONS = (
    "no reason",
    "shared threat",
    "affinity",
    "joint democracy",
    "common allies",
    "land border",
    "distance",
    "autonomy",
    "entrapment",
    "allies already",
    "policy",
)
"""Rows of what `views` returns; they add up to the surplus."""
LEAST_POWER = 1e-6
"""States weaker than this share of the world count as having it."""


def told(reasons: Array) -> dict[str, Array]:
    """Reasons by name, (11, p) -> (p,) each."""
    return dict(zip(REASONS, reasons, strict=True))


@once
def _shared_fears(threat: Array) -> Array:
    return np.asarray(np.sqrt(threat @ threat.T))


def shared_threat(threat: Array, i: Array, j: Array) -> Array:
    """How far two states fear the same others, root of sum_k threat_ik threat_jk; (n, n) -> (p,)."""
    return _shared_fears(threat)[i, j]


@once
def _joint_allies(allied: Array) -> Array:
    held = allied.astype(float)
    number = np.sqrt(held.sum(axis=1))
    return np.asarray(held @ held / np.maximum(np.outer(number, number), 1.0))


def shared_allies(allied: Array, i: Array, j: Array) -> Array:
    """Shared allies over the geometric mean of both numbers; symmetric bool (n, n) -> (p,), 0 without allies."""
    return _joint_allies(allied)[i, j]


@once
def _foreign_quarrels(quarrels: Array) -> Array:
    return np.asarray(quarrels.sum(axis=1) - quarrels @ quarrels - quarrels)


def entrapment(quarrels: Array, i: Array, j: Array) -> Array:
    """What i would be drawn into by a pact with j (first row), and j by one with i; (n, n) -> (2, p), 0..1.

    Args:
        quarrels: how far two states are at odds, symmetric; what both share, and the two themselves, do not count.
    """
    foreign = _foreign_quarrels(quarrels)
    return -np.expm1(np.maximum([foreign[i, j], foreign[j, i]], 0.0) / -2)


@once
def encumbrance(allied: Array, alive: Array) -> Array:
    """Share of the other states that each is bound to defend already, bool (n, n) -> (n,), 0..1."""
    return allied.sum(axis=1) / max(int(alive.sum()) - 1, 1)


@once
def at_odds(hostility: Array, rivalry: Array) -> Array:
    """How far two states are at odds: 1 in a dispute, else their rivalry; (n, n)."""
    return np.maximum(hostility >= 2, rivalry)


@dataclass(frozen=True)
class Views:
    """Pairs (i, j) asked about.

    Attributes:
        forth, back: reasons of i for a pact with j, and of j for one with i, (11, p).
        surplus, answer: their sums, (p,).
    """

    forth: Array
    back: Array
    surplus: Array
    answer: Array

    @property
    def mutual(self) -> Array:
        """The lower surplus of both, (p,)."""
        return np.minimum(self.surplus, self.answer)

    def of(self, which: slice | Array) -> Views:
        """Some of the pairs."""
        return Views(self.forth[:, which], self.back[:, which], self.surplus[which], self.answer[which])


def views(world: World, i: Array, j: Array, weights: Mapping[str, float]) -> Views:
    """What states i and j see in a pact with each other; i, j of shape (p,); `weights` are those of `alliances`."""
    both = np.empty((2, len(REASONS), len(i)))
    both[:, 0] = weights["a0"]
    both[:, 1] = weights["by_threat"] * shared_threat(world.threat, i, j)
    both[:, 2] = weights["by_affinity"] * world.affinity[i, j]
    both[:, 3] = weights["by_democracy"] * np.minimum(world.democracy[i], world.democracy[j])
    both[:, 4] = weights["by_network"] * shared_allies(world.allied, i, j)
    both[:, 5] = weights["by_border"] * world.contiguous[i, j]
    both[:, 6] = world.distance[i, j] * (-weights["by_distance"] / 1000)
    power = np.log(np.maximum(world.power, LEAST_POWER))
    ahead = (power[j] - power[i]) * (-weights["by_autonomy"] / weights["ratio"])
    np.multiply(world.autonomy[i], np.minimum(ahead, 0.0), out=both[0, 7])
    np.multiply(world.autonomy[j], np.minimum(-ahead, 0.0), out=both[1, 7])
    both[:, 8] = -weights["by_entrapment"] * entrapment(at_odds(world.hostility, world.rivalry), i, j)
    bound = -weights["by_number"] * encumbrance(world.allied, world.alive)
    both[0, 9], both[1, 9] = bound[i], bound[j]
    both[0, 10], both[1, 10] = world.pact_desire[i, j], world.pact_desire[j, i]
    surplus = both.sum(axis=1)
    return Views(both[0], both[1], surplus[0], surplus[1])


def mean_of(reasons: Array, group: Array, groups: int) -> Array:
    """Means over groups of pairs, (11, p) -> (11, groups).

    Args:
        group: which one of `groups` each pair belongs to, (p,); none is empty.
    """
    size = np.bincount(group, minlength=groups)
    return np.array([np.bincount(group, weights=part, minlength=groups) for part in reasons]) / size
