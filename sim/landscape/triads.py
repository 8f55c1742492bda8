"""Structural balance one triad at a time: three who are at odds with one another change one of their links.

A link is friendly or not; a triad is balanced if it has no or two unfriendly links. Everybody is linked to everybody.

**Local triad dynamics.** A triad is drawn. If it is balanced, nothing happens. With three unfriendly links, one of them
turns friendly. With one, it turns friendly with probability p, else one of the two friendly links turns unfriendly. The
number of unbalanced triads may rise elsewhere. For many nodes the share of friendly links settles at

    rho = 1 / (sqrt(3 (1 - 2 p)) + 1)    for p <= 1/2,  and 1 above

**Constrained dynamics.** A link is drawn and turned if that leaves fewer triads unbalanced; if it leaves as many, with
probability 1/2. It ends in balance, all friends or two camps of friends, but for rare jams.

| symbol | argument | unit | shape |
|---|---|---|---|
| - | friendly | bool | (r, n, n): r worlds of n nodes, symmetric; the diagonal plays no part |
| p | p | 1 | |

Assumes: in a round the nodes of a world meet in random groups of three, once each. Groups share no link, so that acting
at once is acting one after the other, and each triad is as likely as any other.
Source: Antal, Krapivsky & Redner 2005.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from sim.core.columns import Array


def random_links(rng: Generator, *, worlds: int, nodes: int, density: float) -> Array:
    """Links of which each is friendly with probability `density`, bool, shape (worlds, nodes, nodes)."""
    upper = np.triu(rng.random((worlds, nodes, nodes)) < density, 1)
    return upper | upper.transpose(0, 2, 1)


def friendly_share(friendly: Array) -> Array:
    """Share of links that are friendly, 0..1, shape (r,)."""
    n = friendly.shape[-1]
    off = ~np.eye(n, dtype=bool)
    return (friendly & off).sum(axis=(1, 2)) / (n * (n - 1))


def unbalanced_share(friendly: Array) -> Array:
    """Share of triads that are unbalanced, 0..1, shape (r,)."""
    sign = np.where(friendly, 1.0, -1.0) * ~np.eye(friendly.shape[-1], dtype=bool)
    n = friendly.shape[-1]
    surplus = np.einsum("rij,rij->r", sign @ sign, sign) / (n * (n - 1) * (n - 2))
    return (1 - surplus) / 2


def local_round(friendly: Array, rng: Generator, *, p: float) -> None:
    """One round of the local triad dynamics, in place: every node meets two others, n // 3 triads a world."""
    r, n, _ = friendly.shape
    groups = n // 3
    order = rng.permuted(np.tile(np.arange(n), (r, 1)), axis=1)[:, : 3 * groups].reshape(r, groups, 3)
    u = rng.random((r, groups))
    world = np.arange(r)[:, None, None]
    ends, others = order, np.roll(order, -1, axis=2)
    links = friendly[world, ends, others]
    turned = np.take_along_axis(np.argsort(links, axis=2), _turned(links, u, p)[..., None], axis=2)
    at_odds = links.sum(axis=2) % 2 == 0
    i, j = (np.take_along_axis(nodes, turned, axis=2)[..., 0] for nodes in (ends, others))
    worlds, i, j = np.broadcast_to(world[..., 0], at_odds.shape)[at_odds], i[at_odds], j[at_odds]
    friendly[worlds, i, j] ^= True
    friendly[worlds, j, i] = friendly[worlds, i, j]


def _turned(links: Array, u: Array, p: float) -> Array:
    """Which link of an unbalanced triad turns, as its place when the unfriendly come first; shape (r, groups).

    One unfriendly: place 0 if u < p, else 1 or 2 with equal chances. Three: any of the places.
    """
    one = np.where(u < p, 0, 1 + ((u - p) / max(1 - p, 1e-300) * 2).astype(int))
    return np.minimum(np.where(links.any(axis=2), one, (3 * u).astype(int)), 2)


def constrained_step(friendly: Array, rng: Generator) -> None:
    """One step of the constrained dynamics, in place: one link a world is drawn, and turned if no more are at odds."""
    r, n, _ = friendly.shape
    i = rng.integers(n, size=r)
    j = (i + rng.integers(1, n, size=r)) % n
    u, world = rng.random(r), np.arange(r)
    alike = friendly[world, i] == friendly[world, j]
    alike[world, i] = alike[world, j] = False
    same = alike.sum(axis=1)
    unbalanced = np.where(friendly[world, i, j], n - 2 - same, same)
    turn = (2 * unbalanced > n - 2) | ((2 * unbalanced == n - 2) & (u < 0.5))
    friendly[world, i, j] ^= turn
    friendly[world, j, i] = friendly[world, i, j]
