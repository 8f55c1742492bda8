"""Who could go between: what candidates are to the parties of a dispute. Kernels of `mediation`.

Candidates are numbered along an axis c: the n states first, then the m organisations. Sides are rows: of d disputes
first the d originators, then the d targets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
from scipy.special import expit

from sim.core.columns import Array
from sim.core.once import once
from sim.world import WAR, World

TINY = 1e-300


def ripeness(age: Array, level: Array, power_i: Array, power_j: Array, *, ripening: float, ripe_floor: float) -> Array:
    """How far both sides hurt and neither can win, shape (d,), 0..1; age in years, level 1..5."""
    parity = np.minimum(power_i, power_j) / np.maximum(np.maximum(power_i, power_j), TINY)
    return -np.expm1(-age / ripening) * (ripe_floor + (1 - ripe_floor) * parity) * level / WAR


def acceptance_terms[T: (float, Array)](
    own: T, other: T, repute: T, leverage: T, ripe: T, *, weights: Mapping[str, float]
) -> dict[str, Any]:
    """Signed contributions to the log-odds that a side accepts a mediator; numbers, or arrays that broadcast.

    Args:
        own: affinity of this side with the mediator. other: the opponent's. repute: credibility of the mediator.
        leverage: of the mediator over this side. ripe: how ripe the dispute is. weights: a0 .. a5.
    """
    against = other - own
    return {
        "readiness": weights["a0"],
        "affinity": weights["a1"] * own,
        "credibility": weights["a2"] * repute,
        "leverage": weights["a3"] * leverage,
        "bias against": -weights["a4"] * against * (against > 0),
        "ripeness": weights["a5"] * ripe,
    }


@once
def shares_of_members(member: Array, alive: Array) -> Array:
    """Weight of each state in the mean over an organisation's members, (n, m)."""
    held = (member & alive).T.astype(float)
    return held / np.maximum(held.sum(axis=0), 1.0)


def affinity_with(world: World, i: Array) -> Array:
    """Affinity of every candidate with the states i, shape (d, c); an organisation's is the mean of its members'."""
    near = world.affinity.take(i, axis=0)
    return np.concatenate([near, near @ shares_of_members(world.member, world.alive)], axis=1)


def leverage_on(world: World, i: Array, *, by_trade: float, by_patronage: float, by_membership: float) -> Array:
    """What every candidate holds over the states i, shape (d, c): trade, patronage, membership."""
    bought = world.trade.take(i, axis=0)
    bought *= (by_trade / np.maximum(world.total_trade.take(i), 1e-12))[:, None]
    bought += (by_patronage * world.alignment.take(i, axis=0)[:, 1:]) @ world.pole
    return np.concatenate([bought, by_membership * world.member.take(i, axis=1).T], axis=1)


def norms_held(world: World, candidate: int) -> float:
    """Share of the norms that a candidate has adopted; half for organisations and without norms."""
    if candidate >= world.sizes["i"] or not len(world.adopted):
        return 0.5
    return float(world.adopted[:, candidate].sum()) / len(world.adopted)


def room(left: Array, capacity: Array) -> Array:
    """Free share of a capacity (mediations at a time) of which so much is left, 0..1; 0 where less than one fits."""
    return left * (left >= 1 - 1e-9) / np.maximum(capacity, 1e-9)


def interest(world: World, i: Array, j: Array, *, near: float, floor: float, by_trade: float, by_spill: float) -> Array:
    """What is at stake for every state in the disputes of i and j, (d, n).

    Half of: its trade with them as a share of all its trade, times `by_trade`; nearness exp(-km / near); and
    `by_spill` times the gravity of the dispute where it borders on a party. Plus `floor`.
    """
    stakes = world.trade.take(i, axis=0) + world.trade.take(j, axis=0)
    stakes *= by_trade / np.maximum(world.total_trade, 1e-12)
    stakes += np.exp(np.minimum(world.distance.take(i, axis=0), world.distance.take(j, axis=0)) / -near)
    borders = world.contiguous.take(i, axis=0) | world.contiguous.take(j, axis=0)
    stakes += borders * (by_spill / WAR * world.hostility[i, j])[:, None]
    stakes /= 2
    stakes += floor
    return stakes


def zeal(world: World, *, by_record: float) -> Array:
    """How eager every state is, (n,): activism squared and means, as its policy has it, and a record of success."""
    known = 1 - by_record * np.expm1(-world.mediation_success)
    return (world.activism**2 + world.power) * world.mediation_effort * world.alive * known


def outsiders(world: World, i: Array, j: Array) -> Array:
    """States that take no part in the disputes of i and j and have none of their own with either, bool (d, n)."""
    mark = np.maximum(world.dispute_tag[i, j], 1e-12)[:, None]
    outside = (world.dispute_tag.take(i, axis=0) != mark) & (world.dispute_tag.take(j, axis=0) != mark)
    outside &= np.maximum(world.hostility.take(i, axis=0), world.hostility.take(j, axis=0)) < 2
    each = np.arange(len(i))
    outside[each, i] = outside[each, j] = False
    return outside


@dataclass(frozen=True)
class Willing:
    """How much each candidate wants to mediate: factors whose product counts.

    Attributes:
        stakes: (d, c), 0 for those who cannot. zeal, free: (c,). left: mediations that each can still carry, (c,).
        outside: states that take no part, bool (d, n).
    """

    stakes: Array
    zeal: Array
    free: Array
    left: Array
    outside: Array

    @property
    def product(self) -> Array:
        """Willingness, (d, c); 0 for parties, the dead, the overworked and those without standing."""
        return self.stakes * (self.zeal * self.free)


def capacities(world: World, numbers: Mapping[str, float]) -> Array:
    """Mediations that each candidate can carry at a time, (c,); organisations more, the more universal they are."""
    states = numbers["capacity"] + numbers["by_activism"] * world.activism
    return np.concatenate([states, numbers["org_capacity"] + numbers["by_breadth"] * world.breadth])


def willingness(world: World, i: Array, j: Array, numbers: Mapping[str, float]) -> Willing:
    """How much each candidate wants to mediate between i and j; an organisation serves its own members."""
    stakes = interest(world, i, j, **{name: numbers[name] for name in ("near", "floor", "by_trade", "by_spill")})
    outside = outsiders(world, i, j)
    stakes *= outside
    standing = world.member.take(i, axis=1).T & world.member.take(j, axis=1).T & world.org_mediates
    office = numbers["office"] * world.org_legitimacy * (1 + (numbers["universal"] - 1) * world.breadth)
    eager = np.concatenate([zeal(world, by_record=numbers["by_record"]), office])
    load = np.concatenate([world.mediation_load, world.org_load])
    capacity = capacities(world, numbers)
    everyone = np.concatenate([stakes, standing], axis=1)
    left = capacity - load
    return Willing(everyone, eager, room(left, capacity), left, outside)


@dataclass(frozen=True)
class Case:
    """d disputes in which an offer may come, and what every candidate could do in each.

    Attributes:
        i, j, ripe: originators, targets and ripeness, (d,).
        repute: credibility of the candidates, (c,).
        near, hold, yes: affinity with, leverage on and acceptance by each side, (2, d, c) each.
        willing: how much each candidate wants to. score: willingness times both acceptances, (d, c).
    """

    i: Array
    j: Array
    ripe: Array
    repute: Array
    near: Array
    hold: Array
    yes: Array
    willing: Willing
    score: Array

    def sides(self, d: int) -> tuple[int, int]:
        """Originator and target of a dispute."""
        return int(self.i[d]), int(self.j[d])

    def parts(self, d: int, c: int) -> list[float]:
        """The factors of the score (`PARTS`) of candidate c in dispute d."""
        willing = self.willing
        factors = (willing.stakes[d, c], willing.zeal[c], willing.free[c], self.yes[0, d, c], self.yes[1, d, c])
        return [float(factor) for factor in factors]


PARTS = ("stakes", "zeal", "free capacity", "acceptance by the originator", "acceptance by the target")


def case_of(world: World, i: Array, j: Array, numbers: Mapping[str, float]) -> Case:
    """What every candidate is to the disputes of i and j; numbers: the parameters of `mediation`."""
    both = np.concatenate([i, j])
    shape = (2, len(i), -1)
    pull = {name: numbers[of] for name, of in LEVERAGE}
    near, hold = affinity_with(world, both).reshape(shape), leverage_on(world, both, **pull).reshape(shape)
    repute = np.concatenate([world.credibility, world.org_legitimacy])
    state = (world.dispute_age[i, j], world.hostility[i, j], world.power[i], world.power[j])
    ripe = ripeness(*state, ripening=numbers["ripening"], ripe_floor=numbers["ripe_floor"])
    terms = acceptance_terms(near, near[::-1], repute, hold, ripe[:, None], weights=numbers)
    yes = expit(sum(terms.values()))
    willing = willingness(world, i, j, numbers)
    return Case(i, j, ripe, repute, near, hold, yes, willing, willing.product * yes[0] * yes[1])


LEVERAGE = (("by_trade", "hold_trade"), ("by_patronage", "hold_patronage"), ("by_membership", "hold_membership"))


def reputation_change(held: Array, won: Array, lost: Array, *, gain: float, loss: float) -> Array:
    """Increment of reputations in 0..1 after (weighted) numbers of successes and failures, shape as `held`."""
    raised = 1 - (1 - held) * (1 - gain) ** won
    return raised * (1 - loss) ** lost - held


@once
def standing_to_host(credibility: Array, beholden: Array) -> Array:
    """Log of credibility and of independence of poles, which make a state a venue for anybody, (n,)."""
    return np.log(np.maximum(credibility, 1e-9)) + np.log(np.maximum(1 - beholden, 1e-9))


def hosting(world: World, i: int, j: int, *, host_range: float) -> Array:
    """Logs of how good a venue each state is for talks of i and j, nearness included, (n,); a sum of what follows."""
    worth = np.abs(world.affinity[i] - world.affinity[j])
    worth += (world.distance[i] + world.distance[j]) / (2 * host_range)
    return np.subtract(standing_to_host(world.credibility, world.beholden), worth, out=worth)


def hosting_terms(world: World, i: int, j: int, host: int, *, host_range: float) -> dict[str, float]:
    """What makes one state a venue: logs that add up to `hosting`."""
    return {
        "credibility": log(max(float(world.credibility[host]), 1e-9)),
        "balance": log(max(1 - float(world.beholden[host]), 1e-9)),
        "impartiality": -abs(float(world.affinity[i, host] - world.affinity[j, host])),
        "nearness": -float(world.distance[i, host] + world.distance[j, host]) / (2 * host_range),
    }
