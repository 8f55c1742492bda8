"""Quantities that many mechanisms share: arrays in, arrays out. `World` offers them as derived columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.core.columns import Array

EARTH_RADIUS = 6371.0  # km


def great_circle(latitude: Array, longitude: Array) -> Array:
    """Great-circle distances in km (haversine) between points in degrees; shapes (n,), (n,) -> (n, n)."""
    lat, lon = np.radians(latitude), np.radians(longitude)
    half = np.sin((lat[:, None] - lat) / 2) ** 2
    half = half + np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    return 2 * EARTH_RADIUS * np.arcsin(np.sqrt(np.clip(half, 0, 1)))


def power_share(columns: Sequence[Array], *, weights: Sequence[float], alive: Array) -> Array:
    """Weighted mean of each state's world shares in several resources, shape (n,); sums to 1 over living states.

    A resource that nobody holds is left out and the other weights take its place.
    """
    held = np.array(columns) * alive
    total = held.sum(axis=1)
    weight = np.array(weights) * (total > 0)
    counted = float(weight.sum())
    if not counted:
        return np.zeros(held.shape[1])
    return (weight / (counted * np.maximum(total, 1e-300))) @ held


def projected_power(power: Array, distance: Array, *, base: Array | float, gain: Array | float) -> Array:
    """Power of row i at the place of column j: power exp(-distance / range), range = base + gain sqrt(power) km.

    The fall with distance is Boulding's (1962) loss of strength gradient; the exponential form is assumed.
    """
    reach_km = base + gain * np.sqrt(power)
    reach = distance * (-1 / reach_km)[:, None]
    np.exp(reach, out=reach)
    reach *= power[:, None]
    return reach


def strongest_obligation(treaty: Array) -> Array:
    """0 none, 1 consultation, 2 non-aggression, 3 neutrality or offence, 4 defence; (5, n, n) -> (n, n)."""
    rank = np.array([1, 2, 3, 3, 4], dtype=np.int8)
    return (treaty * rank[:, None, None]).max(axis=0).astype(int)


def shared_obligations(obligation: Array, member: Array) -> Array:
    """What common membership obliges each two states to, bool; (m, k), (m, n) -> (k, n, n)."""
    held = member.astype(float)
    bound = obligation.T.astype(float)[:, :, None] * held
    return np.matmul(held.T, bound) > 0


def cosine_overlap(member: Array) -> Array:
    """Shared memberships over the geometric mean of both numbers, shape (m, n) -> (n, n); 0 without memberships."""
    held = member.astype(float)
    shared = held.T @ held
    number = np.sqrt(np.diag(shared))
    return shared / np.maximum(np.outer(number, number), 1.0)


def pooled(values: Array, members: Array) -> Array:
    """1 - product of (1 - value) over the members of each group, (q,), 0..1; values 0..1 (n,), members bool (q, n)."""
    return np.asarray(-np.expm1(np.log1p(-np.minimum(values, 1 - 1e-9)) @ members.T))


def weighted_minimum(distance: Array, weight: Array) -> Array:
    """Distance from each group to each state, nearer members of greater weight counting; (n, n), (g, n) -> (g, n).

    A member's distance counts in inverse proportion to its share of the group's largest weight, so that a small
    outpost does not bring a whole group to the door; the result is the least of the members' (a far but heavy
    member can come before a near and tiny one).
    """
    inside = np.flatnonzero(weight.any(axis=0))
    if not inside.size:
        return np.tile(distance[:1], (len(weight), 1))
    held, away = weight[:, inside], distance[inside]
    share = held / np.maximum(held.max(axis=1, keepdims=True), 1e-300)
    stretched = away / np.maximum(share[:, :, None], 0.05)
    stretched[held <= 0] = np.inf
    return away[stretched.argmin(axis=1), np.arange(distance.shape[1])]
