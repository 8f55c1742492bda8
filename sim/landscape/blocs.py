"""Which two blocs a set of actors settles into: every configuration weighed, the stable ones with their basins.

    E(X) = sum over ordered pairs (i, j) of  s_i s_j p_ij d_ij(X)

| symbol | argument | unit | shape |
|---|---|---|---|
| s | size | any, above 0 | (n,) |
| p | propensity | any; above 0 friends, below 0 foes | (n, n), symmetric |
| d | - | 0 in the same bloc, 1 in different ones | |

The lower the energy, the less frustrated the actors: friends kept apart raise it, foes kept apart lower it. Each pair
counts twice, as (i, j) and as (j, i), as in the published energies. A configuration is stable if no actor lowers the
energy by changing sides alone. Its basin counts the configurations from which steepest descent (the actor moves who
lowers the energy most) ends there, itself included.

Configuration c, from 0 to 2^(n-1) - 1, puts actor k > 0 apart from actor 0 if bit k - 1 of c is set. A configuration
and its mirror are therefore one. Actor 0 changing sides is all others changing sides: every bit flips.

Assumes: two energies that differ by less than 1e-9 of the largest are equal: an actor indifferent between two sides
stays, and of several steepest descents each takes the same share of the basin, so that neither the names of the actors
nor their order decides anything (basins then need not be whole numbers).
Source: Axelrod & Bennett 1993.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.core.columns import Array

MOST = 24
"""Actors that can be enumerated: 2^23 configurations take about half a gigabyte."""
TOLERANCE = 1e-9
DIGITS = 12


def energies(weight: Array) -> Array:
    """Energy of every configuration, shape (2 ** (n - 1),), from `weight` s_i s_j p_ij, shape (n, n), symmetric.

    Grows the landscape actor by actor: each doubles the number of configurations.
    """
    pair = 2.0 * weight
    energy = np.zeros(1)
    for k in range(1, len(pair)):
        apart = np.zeros(1)
        for j in range(1, k):
            apart = np.concatenate([apart, apart + pair[k, j]])
        energy = np.concatenate([energy + apart, energy + (pair[k, :k].sum() - apart)])
    return energy


def move(actor: int, number: int) -> int:
    """The bits of a configuration of `number` actors that flip when an actor changes sides."""
    return (1 << (number - 1)) - 1 if actor == 0 else 1 << (actor - 1)


def steepest_moves(energy: Array, number: int) -> Array:
    """Which single moves lower the energy most, from every configuration.

    Args:
        energy: of every configuration.
        number: actors.

    Returns bits, shape of `energy`: bit k is set if actor k makes such a move; 0 where the configuration is stable.
    """
    tolerance = TOLERANCE * np.abs(energy).max()
    index = np.arange(len(energy), dtype=np.int32)
    drop = np.zeros_like(energy)
    for k in range(number):
        np.maximum(drop, energy - energy[index ^ move(k, number)], out=drop)
    steepest = np.zeros(len(energy), dtype=np.int32)
    for k in range(number):
        best = energy - energy[index ^ move(k, number)] >= drop - tolerance
        steepest |= best.astype(np.int32) << k
    steepest[drop <= tolerance] = 0
    return steepest


def basins(steepest: Array, number: int) -> Array:
    """How many configurations end in each, shape of `steepest`: 0 but for the stable ones; the sum is their number.

    One unit starts in every configuration and rolls downhill, all at once, in equal parts where the way forks.
    """
    held = np.ones(len(steepest))
    rolling = np.flatnonzero(steepest).astype(np.int32)
    while rolling.size:
        ways = steepest[rolling]
        part = held[rolling] / np.bitwise_count(ways)
        held[rolling] = 0.0
        for k in range(number):
            taken = np.flatnonzero(ways & (1 << k))
            held[rolling[taken] ^ move(k, number)] += part[taken]
        rolling = np.flatnonzero((held > 0) & (steepest != 0)).astype(np.int32)
    return held


@dataclass(frozen=True)
class Landscape:
    """The stable configurations of a set of actors, lowest energy first.

    Attributes:
        names: of the n actors.
        size: of the actors, shape (n,).
        stable: numbers of the stable configurations, shape (m,).
        energy: of the stable configurations, shape (m,), to 12 digits of the largest.
        basin: of the stable configurations, shape (m,); the sum is 2 ** (n - 1).
    """

    names: tuple[str, ...]
    size: Array
    stable: Array
    energy: Array
    basin: Array

    def apart(self) -> Array:
        """Who is apart from the first actor in which stable configuration, bool, shape (m, n)."""
        bits = np.arange(len(self.names)) - 1
        return (self.stable[:, None] >> np.maximum(bits, 0)) & (bits >= 0) == 1

    def blocs(self, rank: int) -> list[list[str]]:
        """The blocs of a stable configuration, counted from 0, the first actor's first; one if all are together."""
        bits = int(self.stable[rank]) << 1
        sides: tuple[list[str], list[str]] = ([], [])
        for k, name in enumerate(self.names):
            sides[bits >> k & 1].append(name)
        return [side for side in sides if side]


def landscape(names: Sequence[str], size: Array, propensity: Array) -> Landscape:
    """All stable configurations of the actors, exactly, by looking at every configuration.

    Args:
        names: of the actors, 2 to 24.
        size: how much each weighs, above 0, shape (n,).
        propensity: to be in one bloc, shape (n, n), symmetric; its diagonal plays no part.

    Raises:
        ValueError: shapes that do not fit, too few or too many actors, an asymmetric propensity, sizes not above 0,
            products too large for a number.
    """
    size, propensity = np.asarray(size, dtype=float), np.asarray(propensity, dtype=float)
    number = len(names)
    _check(number, size, propensity)
    with np.errstate(over="ignore", invalid="ignore"):
        weight = np.outer(size, size) * np.where(np.eye(number, dtype=bool), 0.0, propensity)
        if not np.isfinite(2 * np.abs(weight).sum()):
            raise ValueError("size x size x propensity is too large to be added up; use larger units")
    energy = energies(weight)
    steepest = steepest_moves(energy, number)
    basin = basins(steepest, number)
    stable = np.flatnonzero(steepest == 0)
    kept, shares = _rounded(energy[stable], float(np.abs(energy).max())), basin[stable]
    order = np.lexsort((stable, -shares, kept))
    return Landscape(tuple(names), size, stable[order], kept[order], shares[order])


def _check(number: int, size: Array, propensity: Array) -> None:
    """Refuse what is no landscape."""
    if not 2 <= number <= MOST:
        raise ValueError(f"{number} actors: from 2 to {MOST} can be enumerated")
    if size.shape != (number,) or propensity.shape != (number, number):
        raise ValueError(f"{number} names need sizes of shape ({number},) and propensities ({number}, {number})")
    if not (size > 0).all():
        raise ValueError("sizes must be above 0")
    off = ~np.eye(number, dtype=bool)
    if not np.array_equal(propensity[off], propensity.T[off]):
        raise ValueError("propensities must be symmetric: the theory has no descent otherwise")


def _rounded(energy: Array, largest: float) -> Array:
    """Energies without the noise of summation, so that equal ones are equal."""
    if largest == 0:
        return energy
    return np.round(energy, DIGITS - 1 - int(np.floor(np.log10(largest)))) + 0.0
