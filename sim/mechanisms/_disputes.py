"""The live disputes of a world, one row each: who began it, against whom, how grave, which pairs take part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from sim.core.columns import Array
from sim.core.once import once
from sim.world import World


@dataclass(frozen=True)
class LiveDisputes:
    """d disputes in the order of their marks, and the p directed pairs that take part.

    Attributes:
        row, column: states of each directed pair, shape (p,); both directions are listed.
        of: number of the dispute that a pair belongs to, shape (p,).
        first, second: originator and target of each dispute, shape (d,); -1 where the originating pair has left.
        level: hostility of the originating pair, shape (d,); 0 where it has left.
        mark: the dispute_tag, shape (d,).
    """

    row: Array
    column: Array
    of: Array
    first: Array
    second: Array
    level: Array
    mark: Array

    @property
    def led(self) -> Array:
        """Disputes whose originating pair still takes part, bool (d,)."""
        return self.first >= 0

    def sides(self, n: int) -> tuple[Array, Array]:
        """Who stands against the target and who against the originator, bool (d, n) each; the two included."""
        beside, against = np.zeros((len(self.mark), n), dtype=bool), np.zeros((len(self.mark), n), dtype=bool)
        facing_target = self.column == self.second[self.of]
        facing_first = self.column == self.first[self.of]
        beside[self.of[facing_target], self.row[facing_target]] = True
        against[self.of[facing_first], self.row[facing_first]] = True
        return beside, against

    def spread(self, values: Array, n: int) -> Array:
        """An (n, n) array with each dispute's value on all of its pairs and 0 elsewhere; values (d,)."""
        matrix = np.zeros((n, n), dtype=values.dtype)
        matrix[self.row, self.column] = values[self.of]
        return matrix


_NOBODY = np.zeros(0, dtype=int)
NO_DISPUTES = LiveDisputes(_NOBODY, _NOBODY, _NOBODY, _NOBODY, _NOBODY, _NOBODY, np.zeros(0))
"""Peace."""


def live_disputes(
    hostility: Array, originator: Array, dispute_tag: Array, *, lowest: int = 2, among: Array | None = None
) -> LiveDisputes:
    """The disputes with a pair at level `lowest` or above; arrays (n, n), hostility and dispute_tag symmetric.

    Args:
        among: pairs that count, bool (n, n); all if none is given.
    """
    n = len(hostility)
    flat = np.flatnonzero(hostility >= lowest)
    if among is not None:
        flat = flat[among.ravel()[flat]]
    if not flat.size:
        return NO_DISPUTES
    row, column = np.divmod(flat, n)
    tag = dispute_tag.ravel()[flat]
    if (bare := np.flatnonzero(tag <= 0)).size:
        tag[bare] = 2.0 + np.minimum(row[bare], column[bare]) * n + np.maximum(row[bare], column[bare])
    mark, of = _numbered(tag)
    first, second, level = np.full(len(mark), -1), np.full(len(mark), -1), np.zeros(len(mark), dtype=int)
    begun = np.flatnonzero(originator.ravel()[flat] > 0)
    led = of[begun]
    first[led], second[led], level[led] = row[begun], column[begun], hostility.ravel()[flat[begun]]
    return LiveDisputes(row, column, of, first, second, level, mark)


def _numbered(values: Array) -> tuple[Array, Array]:
    """Distinct values in order and which of them each one is, as `np.unique`, but quick for a few."""
    order = values.argsort(kind="stable")
    sorted_ = values[order]
    fresh = np.ones(len(values), dtype=bool)
    np.not_equal(sorted_[1:], sorted_[:-1], out=fresh[1:])
    of = np.empty(len(values), dtype=int)
    of[order] = fresh.cumsum() - 1
    return sorted_[fresh], of


def disputes_of(world: World, *, lowest: int = 2) -> LiveDisputes:
    """The live disputes among the pairs of `world` that exist; worked out once while they stay as they are."""
    every = _all_live(world.hostility, world.originator, world.dispute_tag, world.dyad)
    return every if lowest <= 2 else _at_least(every, world.hostility, lowest)


@once
def _all_live(hostility: Array, originator: Array, dispute_tag: Array, dyad: Array) -> LiveDisputes:
    return live_disputes(hostility, originator, dispute_tag, among=dyad)


@once
def _at_least(live: LiveDisputes, hostility: Array, lowest: int) -> LiveDisputes:
    """Those of the disputes that have a pair at level `lowest` or above, with these pairs."""
    kept = np.flatnonzero(hostility[live.row, live.column] >= lowest)
    if len(kept) == len(live.row):
        return live
    if not kept.size:
        return NO_DISPUTES
    used = np.zeros(len(live.mark), dtype=bool)
    used[live.of[kept]] = True
    of = (used.cumsum() - 1)[live.of[kept]]
    first, second, level = live.first[used], live.second[used], live.level[used]
    if (below := np.flatnonzero(level < lowest)).size:
        first[below], second[below], level[below] = -1, -1, 0
    return LiveDisputes(live.row[kept], live.column[kept], of, first, second, level, live.mark[used])


def uniform_per_dispute(rng: Generator, live: LiveDisputes, n: int, number: int) -> Array:
    """`number` uniforms for each dispute, shape (number, d), from draws whose count rests on n alone.

    Each is (a_originator + b_target) mod 1: it follows the pair, whatever else is going on.
    """
    a, b = rng.random((2, number, n))
    return (a[:, live.first] + b[:, live.second]) % 1.0


def scattered(n: int, i: Array, j: Array, values: Array) -> Array:
    """Zeros, (n, n), with `values` at [i, j]; of equal places the last counts."""
    matrix = np.zeros((n, n), dtype=values.dtype)
    matrix[i, j] = values
    return matrix


def mirrored(n: int, i: Array, j: Array, values: Array) -> Array:
    """Zeros, (n, n), with `values` at [i, j] and [j, i]."""
    matrix = scattered(n, i, j, values)
    matrix[j, i] = values
    return matrix
