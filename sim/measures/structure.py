"""Kernels of the measures: arrays in, arrays out. Blocs, hostility, brokerage, clustering, portfolios."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.linalg.lapack import dsyevr

from sim.core.columns import Array
from sim.core.once import once

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
    pair = alive[:, None] & alive
    n, living = len(alive), int(alive.sum())
    weight = affinity * pair
    weight.flat[:: n + 1] = 0.0
    friendly = np.maximum(weight, 0.0)
    unfriendly = friendly - weight
    total = friendly.sum() + unfriendly.sum()
    if total <= 1e-9 or living < 2:
        return Blocs(alive, 0.0)
    surplus = _beyond_chance(friendly)
    surplus -= _beyond_chance(unfriendly)
    aside = 1 + np.abs(surplus).sum(axis=1).max()  # more than any eigenvalue: all on one side, and the dead
    matrix = surplus - (aside / living) * pair
    matrix.flat[:: n + 1] -= aside * ~alive
    _, vectors, *_ = dsyevr(matrix, range="I", il=n, iu=n, lower=1)  # the leading one alone
    side = np.where(vectors[:, 0] >= 0, 1.0, -1.0) * alive
    modularity = (side @ surplus @ side + surplus.sum()) / (2 * total)
    return Blocs(side > 0, min(max(float(modularity), 0.0), 1.0))


def _beyond_chance(weight: Array) -> Array:
    strength = weight.sum(axis=1)
    return weight - (strength / max(float(strength.sum()), TINY))[:, None] * strength


def chance_of_ill_will(affinity: Array, rivalry: Array, hostility: Array) -> Array:
    """Ill will between two states, (n, n), 0..1: one minus the product of what is missing of each of three.

    Args:
        affinity: -1..1; only its negative part counts. rivalry: 0..1. hostility: level 0..5, counted in fifths.
    """
    missing = 1 + np.minimum(affinity, 0.0)
    missing *= 1 - rivalry
    missing *= 1 - hostility / 5
    return 1 - missing


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
    side, other = (first & alive).astype(float), (alive & ~first).astype(float)
    inside, outside = trade @ side, trade @ other
    observed = float(side @ outside)
    one, two = float(side @ inside) + observed, float(other @ outside) + observed
    if one <= 1e-9 or two <= 1e-9:
        return 0.5
    expected = one * two / (one + two)
    return expected / (expected + observed)


def burt_constraint(weight: Array) -> Array:
    """Burt's constraint of every node, (n,); 0 for a node without contacts.

        c_i = sum_{j contact of i} (p_ij + sum_q p_iq p_qj)^2,    p_ij = a_ij / sum_k a_ik

    Args:
        weight: ties, symmetric, >= 0, zero diagonal, (n, n).
    """
    share = weight / np.maximum(weight.sum(axis=1, keepdims=True), TINY)
    invested = share @ share
    invested += share
    invested *= weight > 0
    return np.einsum("ij,ij->i", invested, invested)


@once
def local_clustering(tie: Array) -> Array:
    """Share of the pairs of a node's contacts that are tied to each other, (n,); -1 with fewer than two contacts.

    Args:
        tie: symmetric, bool, zero diagonal, (n, n).
    """
    linked = tie.astype(float)
    degree = linked.sum(axis=1)
    closed = np.einsum("ij,ij->i", linked @ linked, linked)
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
    share = ties / np.maximum(engagement, 1e-12)[:, None]
    vectors = engaged / np.maximum((share**2).sum(axis=1), 1 / poles)
    spread = (1 - 1 / np.maximum(vectors, 1.0)) * (poles / max(poles - 1, 1))
    hedging = np.minimum(engagement * spread, 1.0) * engaged
    engagement, dependence = np.minimum(engagement, 1.0) * counted, np.minimum(ties.max(axis=1), 1.0) * counted
    return Portfolios(engagement, vectors, hedging, dependence)
