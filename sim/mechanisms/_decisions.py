"""How organisations decide: members vote on whether to act against a state that uses force against one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from sim.core.columns import Array
from sim.core.streams import crossed_uniform
from sim.core.update import Happening
from sim.mechanisms._disputes import LiveDisputes
from sim.world import WAR, World

NO_RULE, MAJORITY, CONSENSUS = 0, 1, 2
"""Values of `org_rule`."""
type Numbers = Mapping[str, float]
"""Parameters of `organisations`, by name."""


@dataclass(frozen=True)
class Motions:
    """c motions, each of an organisation against an aggressor for a victim (indices, (c,)), and whether it is war."""

    organisation: Array
    aggressor: Array
    victim: Array
    war: Array

    def __len__(self) -> int:
        return len(self.organisation)


@dataclass(frozen=True)
class Ballot:
    """How motions went: who has a vote, who is for it, bool (c, n); passed, bool (c,); share of dissent, (c,)."""

    voters: Array
    for_it: Array
    passed: Array
    dissent: Array


def motions(
    world: World, live: LiveDisputes, which: Array, held: Array, numbers: Numbers, seat: Array, case: Array
) -> Motions:
    """Force newly used against a member may come before any organisation that decides and has a say in security.

    Args:
        live, which: disputes, and the numbers of those in which force is newly used. held: members, bool (m, n).
        seat, case: uniforms of organisations, (m,), and of victims, (n,), that decide what is brought up.
    """
    competent = (world.org_rule != NO_RULE) & (world.org_mediates | world.org_obligation.any(axis=1))
    c, m = np.nonzero((held & competent[:, None])[:, live.second[which]].T)
    first, second, war = live.first[which[c]], live.second[which[c]], live.level[which[c]] == WAR
    chance = np.where(war, numbers["tabled_war"], numbers["tabled_force"])
    tabled = (seat[m] + case[second]) % 1.0 < chance
    return Motions(m[tabled], first[tabled], second[tabled], war[tabled])


def voting_terms(world: World, moved: Motions, numbers: Numbers) -> dict[str, Array]:
    """Contributions to the log-odds that each state votes for each motion, (c, n)."""
    i, j = moved.aggressor, moved.victim
    shape = (len(moved), world.sizes["i"])
    dependence = world.trade[i] / np.maximum(world.total_trade, 1e-9)
    consensus = world.org_rule[moved.organisation] == CONSENSUS
    flat = {
        "reserve": np.full(len(moved), numbers["vote0"]),
        "war": numbers["by_war"] * moved.war,
        "reluctance to block": numbers["forbearance"] * consensus,
    }
    return {name: np.broadcast_to(part[:, None], shape) for name, part in flat.items()} | {
        "siding with the victim": numbers["by_side"] * (world.affinity[j] - world.affinity[i]),
        "threat": numbers["by_fear"] * world.threat[:, i].T,
        "trade at risk": -numbers["by_trade"] * dependence,
        "alliance with the aggressor": -numbers["by_ally"] * world.allied[i],
    }


def votes_needed(rule: Array, voters: Array, majority: float) -> Array:
    """More votes than this carry a motion: all but a half by consensus, else the share `majority`; (c,)."""
    return np.where(rule == CONSENSUS, voters - 0.5, majority * voters)


def ballot(
    world: World, moved: Motions, held: Array, numbers: Numbers, drawn: Array
) -> tuple[Ballot, tuple[Happening, ...]]:
    """Votes of the members (the parties have none), what they come to, and what is told.

    Args:
        held: living members, bool (m, n). drawn: uniforms of aggressors, victims and voters, (3, n).
    """
    i, j, m = moved.aggressor, moved.victim, moved.organisation
    voters, at = held[m].copy(), np.arange(len(moved))
    voters[at, i] = voters[at, j] = False
    terms = voting_terms(world, moved, numbers)
    chance = expit(sum(terms.values()))
    luck = crossed_uniform((drawn[0, i] + drawn[1, j]) % 1.0, drawn[2])
    for_it = voters & (luck < chance)
    number, yes = voters.sum(axis=1), for_it.sum(axis=1)
    needed = votes_needed(world.org_rule[m], number, numbers["majority"])
    passed = (yes > needed) & (number > 0)
    c, k = np.nonzero(voters & ~for_it)
    why = {name: part[c, k] for name, part in terms.items()}
    dissent = Happening(
        "vote", k, whom=i[c], third=m[c], chance=chance[c, k], drawn=luck[c, k], terms=why, done=np.zeros(len(k), bool)
    )
    action = _counted("collective action", j, i, m, yes, needed, passed)
    share = (number - yes) / np.maximum(number, 1)
    return Ballot(voters, for_it, passed, share), (dissent, action)


def suspensions(
    world: World, moved: Motions, counted: Ballot, held: Array, numbers: Numbers
) -> tuple[Array, tuple[Happening, ...]]:
    """Members that lose their membership for force against another one, bool (m, n), and what is told."""
    out = np.zeros(held.shape, dtype=bool)
    inside = np.flatnonzero(counted.passed & held[moved.organisation, moved.aggressor])
    if not inside.size:
        return out, ()
    i, j, m = moved.aggressor[inside], moved.victim[inside], moved.organisation[inside]
    number, yes = counted.voters[inside].sum(axis=1), counted.for_it[inside].sum(axis=1)
    needed = votes_needed(world.org_rule[m], number, numbers["expelling"])
    passed = yes > needed
    out[m[passed], i[passed]] = True
    return out, (_counted("suspension", i, j, m, yes, needed, passed),)


def _counted(kind: str, who: Array, whom: Array, m: Array, yes: Array, needed: Array, passed: Array) -> Happening:
    """A decision by counting votes: the terms add up to the margin, and nothing is drawn."""
    terms = {"votes for": yes.astype(float), "votes that are not enough": -needed.astype(float)}
    return Happening(kind, who, whom=whom, third=m, amount=yes.astype(float), terms=terms, done=passed)
