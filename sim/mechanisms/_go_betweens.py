"""Who could go between: what candidates are to the parties of a dispute. Kernels of `mediation`.

Candidates are numbered along an axis k: the n states first, then the m organisations.
"""

from __future__ import annotations

import numpy as np

from sim.core.columns import Array
from sim.world import WAR, World


def ripeness(age: Array, level: Array, power_i: Array, power_j: Array, *, ripening: float) -> Array:
    """How far both sides hurt and neither can win, shape (d,), 0..1; age in years, level 1..5."""
    parity = np.minimum(power_i, power_j) / np.maximum(np.maximum(power_i, power_j), 1e-300)
    return -np.expm1(-age / ripening) * (0.4 + 0.6 * parity) * level / WAR


def acceptance_terms(
    own: Array, other: Array, repute: Array, leverage: Array, ripe: Array, *, weights: tuple[float, ...]
) -> dict[str, Array]:
    """Signed contributions to the log-odds that a side accepts each candidate, each (d, k).

    Args:
        own: affinity of this side with the candidates, (d, k). other: the opponent's, (d, k).
        repute: credibility of the candidates, (k,). leverage: of the candidates over this side, (d, k).
        ripe: (d,). weights: a0 .. a5.
    """
    a0, a1, a2, a3, a4, a5 = weights
    return {
        "readiness": np.full(own.shape, a0),
        "affinity": a1 * own,
        "credibility": np.broadcast_to(a2 * repute, own.shape),
        "leverage": a3 * leverage,
        "bias against": -a4 * np.maximum(0.0, other - own),
        "ripeness": np.broadcast_to(a5 * ripe[:, None], own.shape),
    }


def leverage_on(world: World, i: Array, *, by_membership: float) -> Array:
    """What every candidate holds over the states i, shape (d, k): trade, patronage, membership."""
    by_trade = 0.5 * world.trade[i] / np.maximum(world.total_trade[i], 1e-12)[:, None]
    by_pole = 0.5 * world.alignment[i, 1:] @ world.pole
    return np.hstack([by_trade + by_pole, by_membership * world.member[:, i].T])


def affinity_with(world: World, i: Array) -> Array:
    """Affinity of every candidate with the states i, shape (d, k); an organisation's is the mean of its members'."""
    held = world.member * world.alive
    groups = world.affinity[i] @ held.T / np.maximum(held.sum(axis=1), 1)
    return np.hstack([world.affinity[i], groups])


def norms_held(world: World) -> Array:
    """Share of the norms that each candidate has adopted, shape (k,); half for organisations."""
    states = world.adopted.mean(axis=0) if len(world.adopted) else np.zeros(world.sizes["i"])
    return np.concatenate([states, np.full(world.sizes["m"], 0.5)])


def willingness(world: World, i: Array, j: Array) -> Array:
    """How much each candidate wants to mediate between i and j, (d, k); 0 for parties and those without standing.

    A state's stakes are trade with the parties and nearness, times its zeal (activism squared, and means), times its
    free capacity (1 + 3 activism a year); an organisation with good offices serves disputes among its members, by its
    legitimacy and free capacity (3 to 6 a year, more the more universal).
    """
    stakes = world.trade / np.maximum(world.total_trade, 1e-12)[:, None]
    close = np.exp(-np.minimum(world.distance[:, i], world.distance[:, j]) / 3000.0)
    interest = 0.1 + (stakes[:, i] + stakes[:, j] + close) / 2
    zeal = (world.activism**2 + world.power) * world.mediation_effort * world.alive
    free = np.exp(-world.mediation_load / (1 + 3 * world.activism))
    marks = world.dispute_tag[i, j]
    party = (world.dispute_tag[None, :, :] == marks[:, None, None]).any(axis=2)
    states = (interest * (zeal * free)[:, None]).T * ~party
    standing = world.member[:, i] & world.member[:, j] & world.org_mediates[:, None]
    breadth = world.member.sum(axis=1) / max(world.alive.sum(), 1)
    office = 1.5 * world.org_legitimacy * np.exp(-world.org_load / (3 + 3 * breadth))
    return np.hstack([states, (standing * office[:, None]).T])


def reputation_change(held: Array, won: Array, lost: Array, *, gain: float, loss: float) -> Array:
    """Increment of reputations in 0..1 after numbers of successes and failures, shape as `held`."""
    raised = 1 - (1 - held) * (1 - gain) ** won
    return raised * (1 - loss) ** lost - held
