"""Kernels of the measures: arrays in, arrays out. Blocs, hostility, brokerage, clustering, portfolios."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.linalg import eigh

from sim.core.columns import Array
from sim.measures.declare import once

TINY = 1e-300


class Blocs(NamedTuple):
    """A split of the states in two: `first` marks one side, bool (n,); modularity 0 means that it is no real one."""

    first: Array
    modularity: float


@once
def affinity_blocs(affinity: Array, alive: Array) -> Blocs:
    """The two blocs of the leading eigenvector of the signed modularity matrix, and their modularity (0..1).

    One split by the signs of one eigenvector: fast, but not the best of all partitions, and never more than two blocs.
    The vector that puts all on one side is left out, so that there are always two sides, however friendly they are;
    one bloc only without any ties.

    Args:
        affinity: symmetric, -1..1, (n, n). alive: bool (n,).
    """
    pair = alive[:, None] & alive[None, :]
    weight = np.where(pair, affinity, 0.0)
    np.fill_diagonal(weight, 0.0)
    friendly, unfriendly = np.maximum(weight, 0.0), np.maximum(-weight, 0.0)
    surplus = _beyond_chance(friendly) - _beyond_chance(unfriendly)
    total, n, living = friendly.sum() + unfriendly.sum(), len(weight), int(alive.sum())
    if total <= 1e-9 or living < 2:
        return Blocs(alive, 0.0)
    aside = 1 + np.abs(surplus).sum(axis=1).max()  # more than any eigenvalue: all on one side, and the dead
    matrix = surplus - aside * (pair / living + np.diag((~alive).astype(float)))
    _, vectors = eigh(matrix, subset_by_index=[n - 1, n - 1], check_finite=False)
    side = np.where(vectors[:, 0] >= 0, 1.0, -1.0) * alive
    modularity = (side @ surplus @ side + surplus.sum()) / (2 * total)
    return Blocs(side > 0, float(np.clip(modularity, 0, 1)))


def _beyond_chance(weight: Array) -> Array:
    strength = weight.sum(axis=1)
    return weight - np.outer(strength, strength) / max(float(strength.sum()), TINY)


def chance_of_ill_will(affinity: Array, rivalry: Array, hostility: Array) -> Array:
    """Ill will between two states, (n, n), 0..1: one minus the product of what is missing of each of three.

    Args:
        affinity: -1..1; only its negative part counts. rivalry: 0..1. hostility: level 0..5, counted in fifths.
    """
    return 1 - (1 - np.maximum(-affinity, 0.0)) * (1 - rivalry) * (1 - hostility / 5)


def weighted_mean(values: Array, weight: Array) -> float:
    """Mean of values by weight; 0 where no weight is left."""
    total = float(weight.sum())
    return float((values * weight).sum() / total) if total > TINY else 0.0


def decoupling(trade: Array, first: Array, alive: Array) -> float:
    """How little two blocs trade with each other: expected / (expected + observed), 0..1.

    Expected is what the blocs' total trade would send across if partners were chosen in proportion to their trade; 1/2
    is no decoupling, 1 no trade across, 0 trade only across. 1/2 with one bloc or without trade.

    Args:
        trade: symmetric, (n, n). first: one of the blocs, bool (n,). alive: bool (n,).
    """
    held = trade * (alive[:, None] & alive[None, :])
    total = held.sum(axis=1)
    world = float(total.sum())
    one, two = float(total[first].sum()), float(total[alive & ~first].sum())
    if world <= 1e-9 or one <= 1e-9 or two <= 1e-9:
        return 0.5
    expected = one * two / world
    observed = float(held[np.ix_(first, alive & ~first)].sum())
    return expected / (expected + observed)


def burt_constraint(weight: Array) -> Array:
    """Burt's constraint of every node, (n,); 0 for a node without contacts.

        c_i = sum_{j contact of i} (p_ij + sum_q p_iq p_qj)^2,    p_ij = a_ij / sum_k a_ik

    Args:
        weight: ties, symmetric, >= 0, zero diagonal, (n, n).
    """
    share = weight / np.maximum(weight.sum(axis=1, keepdims=True), TINY)
    invested = (share + share @ share) * (weight > 0)
    return (invested**2).sum(axis=1)


def local_clustering(tie: Array) -> Array:
    """Share of the pairs of a node's contacts that are tied to each other, (n,); -1 with fewer than two contacts.

    Args:
        tie: symmetric, bool, zero diagonal, (n, n).
    """
    linked = tie.astype(float)
    degree = linked.sum(axis=1)
    closed = ((linked @ linked) * linked).sum(axis=1)
    return np.where(degree >= 2, closed / np.maximum(degree * (degree - 1), 1), -1.0)


class Portfolios(NamedTuple):
    """Shape of every state's portfolio, each (n,); 0 for states in poles and those not alive."""

    engagement: Array
    vectors: Array
    hedging: Array
    dependence: Array


@once
def portfolio_shape(alignment: Array, in_pole: Array, alive: Array) -> Portfolios:
    """Engagement, effective number of vectors, hedging and dependence.

    Args:
        alignment: rows on the simplex, column 0 non-alignment, (n, 1 + g). in_pole, alive: bool (n,).
    """
    ties, counted = alignment[:, 1:], alive & ~in_pole
    poles = ties.shape[1]
    if poles == 0:
        nothing = np.zeros(len(alignment))
        return Portfolios(nothing, nothing, nothing, nothing)
    engagement = ties.sum(axis=1)
    engaged = counted & (engagement > 1e-12)
    share = ties / np.where(engaged, engagement, 1.0)[:, None]
    vectors = np.where(engaged, 1 / np.maximum((share**2).sum(axis=1), 1 / poles), 0.0)
    spread = (1 - 1 / np.maximum(vectors, 1.0)) * poles / max(poles - 1, 1)
    hedging = np.clip(engagement * spread, 0, 1) * engaged
    shape = (np.clip(engagement, 0, 1), vectors, hedging, np.clip(ties.max(axis=1), 0, 1))
    return Portfolios(*(values * counted for values in shape))
