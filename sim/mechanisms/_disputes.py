"""The live disputes of a world, one row each: who began it, against whom, how grave, which pairs take part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from sim.core.columns import Array
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


def live_disputes(hostility: Array, originator: Array, dispute_tag: Array, *, lowest: int = 2) -> LiveDisputes:
    """The disputes with a pair at level `lowest` or above; arrays (n, n), hostility and dispute_tag symmetric."""
    n = len(hostility)
    row, column = np.nonzero(hostility >= lowest)
    unmarked = 2.0 + np.minimum(row, column) * n + np.maximum(row, column)
    tag = dispute_tag[row, column]
    mark, of = np.unique(np.where(tag > 0, tag, unmarked), return_inverse=True)
    first, second, level = np.full(len(mark), -1), np.full(len(mark), -1), np.zeros(len(mark), dtype=int)
    begun = originator[row, column] > 0
    first[of[begun]], second[of[begun]] = row[begun], column[begun]
    level[of[begun]] = hostility[row, column][begun]
    return LiveDisputes(row, column, of, first, second, level, mark)


def disputes_of(world: World, *, lowest: int = 2) -> LiveDisputes:
    """The live disputes among the pairs of `world` that exist."""
    return live_disputes(np.where(world.dyad, world.hostility, 0), world.originator, world.dispute_tag, lowest=lowest)


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
