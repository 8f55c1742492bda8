"""When force is used, some disputes draw others in: allies honour or break their word, neighbours and friends step in.

    log-odds that k joins its partner p against o, once at level 4 and once more at war, if the dispute widens:
    pledged:   logit(honoured) + by_credibility (credibility_k - 1/2) - by_doubt (1 - guarantee_pk)
               - below_war [level 4]
    unpledged: volunteer + by_rivalry rivalry_ko            (only neighbours of a party and great powers)
    both:      + by_affinity (affinity_kp - affinity_ko) - by_tie [treaty_ko >= 2] - restraint [both nuclear or great]
               - by_chain [p joined the dispute to defend]     (calls its own defence allies, a step later)
               - by_distance (remoteness_ko - usual_remoteness)

| symbol | column | unit | shape |
|---|---|---|---|
| pledged | treaty: defence with the target, offence with the originator | 1 | (k, n, n) |
| guarantee | guarantee (defence only) | 1 | (n, n): p can count on k |
| level of the last call | called | 0..5 | (n, n) |
| affinity, rivalry, treaty_ko | affinity, rivalry, treaty_level | 1; 1; 0..4 | (n, n) |
| credibility, nuclear, great | the same | 1 | (n,) |
| remoteness | remoteness | 1 | (n, n) |

`honoured` is `honoured_before` until `turning_year`, then `honoured_after`. Who joins takes part at the dispute's level
under its mark. Who breaks a pledge in war loses affinity and credibility, once a call; below war nobody is blamed.

It widens with chance `widens_force` at level 4, `widens_war` at war. Joining takes `quarrel` level (1 + affinity) from
affinity with the opponent, who resents it by `resentment`; a broken pledge takes `chill` (1 + affinity) and the share
`disrepute` of credibility, and is resented as much.

Assumes: a dispute widens with a chance of its own, shared by all third parties (most concern two states only); a state
pledged to both sides stays out; allies of those who joined the attacker are not called. Disputes live at the start have
had their calls.
Source: honouring, Leeds, Long & Mitchell 2000 and Berkemeier & Fuhrmann 2018; entrapment by overlapping pacts, Snyder
1984; allies of allies, Christensen & Snyder 1990; nuclear restraint is assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator
from scipy.special import expit, logit

from sim.core.columns import Array
from sim.core.params import param
from sim.core.streams import crossed_uniform
from sim.core.update import Happening, Update
from sim.mechanisms._disputes import LiveDisputes, disputes_of, mirrored, scattered
from sim.mechanisms.base import Mechanism
from sim.timeline import Phase
from sim.world import DEFENCE, OBLIGATIONS, WAR, World

OFFENCE = OBLIGATIONS.index("offence")
FORCE = 4


@dataclass(frozen=True)
class Calls:
    """Calls for help, (c,) each: number of the dispute, attacker, attacked, and whether the attacked had joined it."""

    of: Array
    attacker: Array
    attacked: Array
    chained: Array


@dataclass(frozen=True)
class Sides:
    """What third parties k are to c calls: partner, opponent (indices), pledged, candidate (bool), (c, n) each."""

    partner: Array
    opponent: Array
    pledged: Array
    candidate: Array
    defends: Array
    chained: Array


def third_parties(world: World, live: LiveDisputes, calls: Calls) -> Sides:
    """Where everybody stands in the fights that are called for; who takes part already does not count."""
    i, j, chained = calls.attacker, calls.attacked, calls.chained[:, None]
    party = np.zeros((len(live.mark), world.sizes["i"]), dtype=bool)
    party[live.of, live.row] = True
    defends, attacks = world.treaty[DEFENCE][j], world.treaty[OFFENCE][i] & ~chained
    lean = world.affinity[j] - world.affinity[i]
    pledged = defends ^ attacks
    with_target = np.where(pledged, defends, lean > 0)
    outside = world.alive & ~party[calls.of] & (world.hostility[i] == 0) & (world.hostility[j] == 0)
    near = world.contiguous[i] | world.contiguous[j] | world.near_by_sea[i] | world.near_by_sea[j]
    concerned = (near | world.great) & (lean != 0) & ~chained
    partner = np.where(with_target, j[:, None], i[:, None])
    opponent = np.where(with_target, i[:, None], j[:, None])
    candidate = outside & ~(defends & attacks) & (pledged | concerned)
    return Sides(partner, opponent, pledged, candidate, defends & pledged, chained)


@dataclass(frozen=True)
class Obligations(Mechanism):
    """Lets third parties join live disputes (`hostility`, `dispute_tag`); punishes broken pledges."""

    honoured_before: float = param(
        0.66, unit="1", low=0.02, high=0.98, doc="Honoured up to the turning year.", source="BerkemeierFuhrmann2018"
    )
    honoured_after: float = param(
        0.22, unit="1", low=0.02, high=0.98, doc="Honoured from the turning year.", source="BerkemeierFuhrmann2018"
    )
    turning_year: float = param(
        1945, unit="year", low=1800, high=2300, doc="When honouring changed.", source="BerkemeierFuhrmann2018"
    )
    by_credibility: float = param(1, unit="1", low=0, high=4, doc="Of the ally's credibility.", source="assumed")
    by_doubt: float = param(2, unit="1", low=0, high=6, doc="Of an ambiguous guarantee.", source="assumed")
    below_war: float = param(4.5, unit="1", low=0, high=8, doc="No case for the pledge yet.", source="assumed")
    by_affinity: float = param(1, unit="1", low=0, high=4, doc="Of liking one side more.", source="assumed")
    by_rivalry: float = param(1.5, unit="1", low=0, high=4, doc="Of rivalry with the opponent.", source="assumed")
    by_tie: float = param(1, unit="1", low=0, high=4, doc="Of a pact with the opponent.", source="assumed")
    volunteer: float = param(-2.4, unit="1", low=-8, high=0, doc="Joining without a pledge.", source="assumed")
    by_distance: float = param(4, unit="1", low=0, high=8, doc="Of a remote opponent.", source="assumed")
    usual_remoteness: float = param(0.5, unit="1", low=0, high=1, doc="Of opponents of allies.", source="assumed")
    by_chain: float = param(1, unit="1", low=0, high=4, doc="Of being called by a joiner.", source="assumed")
    restraint: float = param(3, unit="1", low=0, high=8, doc="Between nuclear or great powers.", source="assumed")
    widens_force: float = param(0.95, unit="1", low=0, high=1, doc="Chance of widening, force.", source="assumed")
    widens_war: float = param(0.5, unit="1", low=0, high=1, doc="Chance of widening, war.", source="assumed")
    chill: float = param(0.2, unit="1", low=0, high=0.5, doc="Affinity lost by abandoning.", source="assumed")
    disrepute: float = param(0.2, unit="1", low=0, high=1, doc="Share of credibility lost.", source="assumed")
    quarrel: float = param(0.05, unit="1", low=0, high=0.2, doc="Affinity lost per level joined.", source="assumed")
    resentment: float = param(0.2, unit="1", low=0, high=1, doc="Grievance at either.", source="assumed")

    phase: ClassVar = Phase.RESOLVE
    reads: ClassVar = (
        "hostility originator dispute_tag called dyad alive treaty treaty_level affinity contiguous near_by_sea great "
        "nuclear credibility guarantee rivalry remoteness"
    )
    writes: ClassVar = "hostility dispute_tag called affinity credibility grievance"
    kinds: ClassVar = {
        "joining": "{who} joins {state} against {whom} ({level})",
        "joining refused": "{who} leaves {state} alone against {whom}",
    }

    def __call__(self, world: World, rng: Generator) -> Update:
        n = world.sizes["i"]
        live = disputes_of(world, lowest=FORCE)
        draws, own = rng.random((4, n)), rng.random(n)
        level = world.hostility[live.row, live.column]
        fresh = level > world.called[live.row, live.column]
        if not fresh.any():
            over = np.count_nonzero(world.called) != len(live.row)
            return Update(set={"called": _levels(live, level, n)}) if over else Update()
        call, later = self._calls(live, np.flatnonzero(fresh), draws)
        level[later] = world.called[live.row[later], live.column[later]]
        called = {"called": _levels(live, level, n)}
        if not len(call.of) or world.step == 0:
            return Update(set=called)
        sides = third_parties(world, live, call)
        terms = self._terms(world, sides, live.level[call.of] < WAR)
        chance = expit(sum(terms.values()))
        drawn = crossed_uniform((draws[2, call.attacker] + draws[3, call.attacked]) % 1.0, own)
        joins = sides.candidate & (drawn < chance)
        stays = sides.candidate & sides.pledged & ~joins
        at = live.level[call.of]
        told = _told(sides, terms, chance, drawn, joins, stays, at)
        breaks = stays & (at == WAR)[:, None]
        effects = self._joined(world, live, call, sides, joins) if joins.any() else {}
        if breaks.any():
            effects = _sum(effects, self._broken(world, sides, breaks))
        return Update(add=effects, set=called, happenings=(told,))

    def _calls(self, live: LiveDisputes, fresh: Array, draws: Array) -> tuple[Calls, Array]:
        """Who calls now, and which pairs wait for a step, for their dispute's own call is made now."""
        row, column, of = live.row[fresh], live.column[fresh], live.of[fresh]
        first, second = live.first[of], live.second[of]
        begun = (row == first) & (column == second)
        chance = np.where(live.level == WAR, self.widens_war, self.widens_force)[of]
        widens = begun & ((draws[0, row] + draws[1, column]) % 1.0 < chance)
        calling = np.zeros(len(live.mark), dtype=bool)
        calling[of[begun]] = True
        chained = (column == first) & (row != second) & ~calling[of]
        later = calling[of] & (row != first) & (column != first)
        later |= calling[of] & (row != second) & (column != second)
        now = np.concatenate([np.flatnonzero(widens), np.flatnonzero(chained)])
        second_hand = chained[now]
        attacker = np.where(second_hand, column[now], row[now])
        return Calls(of[now], attacker, row[now] + column[now] - attacker, second_hand), fresh[later]

    def _terms(self, world: World, call: Sides, no_war: Array) -> dict[str, Array]:
        """Contributions to the log-odds of joining, (c, n) each; no_war: calls below war, bool (c,)."""
        k = np.arange(world.sizes["i"])[None, :]
        p, o, pledged = call.partner, call.opponent, call.pledged
        honoured = self.honoured_after if world.time >= self.turning_year else self.honoured_before
        equals = (world.nuclear[k] & world.nuclear[o]) | (world.great[k] & world.great[o])
        doubt = np.where(call.defends, 1 - world.guarantee[p, k], 0.0)
        return {
            "pledge": np.where(pledged, logit(honoured), self.volunteer),
            "credibility": np.where(pledged, self.by_credibility * (world.credibility[k] - 0.5), 0.0),
            "no war yet": -self.below_war * (pledged & no_war[:, None]),
            "doubtful guarantee": -self.by_doubt * doubt,
            "rivalry with the opponent": np.where(pledged, 0.0, self.by_rivalry * world.rivalry[k, o]),
            "affinity": self.by_affinity * (world.affinity[k, p] - world.affinity[k, o]),
            "pact with the opponent": -self.by_tie * (world.treaty_level[k, o] >= 2),
            "restraint among the great": -self.restraint * equals,
            "distance": self.by_distance * (self.usual_remoteness - world.remoteness[k, o]),
            "called at second hand": -self.by_chain * call.chained,
        }

    def _joined(self, world: World, live: LiveDisputes, calls: Calls, call: Sides, joins: Array) -> dict[str, Array]:
        """Pairs that come in; where two disputes claim the same pair, the one with the higher mark has it."""
        n = world.sizes["i"]
        c, k = np.nonzero(joins)
        o = call.opponent[c, k]
        number = np.zeros((n, n), dtype=int)
        np.maximum.at(number, (k, o), calls.of[c] + 1)  # disputes are in the order of their marks
        number = np.maximum(number, number.T)
        come = number > 0
        level = np.where(come, live.level[number - 1], 0)
        return {
            "hostility": level,
            "dispute_tag": np.where(come, live.mark[number - 1], 0.0),
            "affinity": -self.quarrel * level * (1 + world.affinity),
            "grievance": self.resentment * scattered(n, o, k, np.ones(len(k))),
        }

    def _broken(self, world: World, call: Sides, breaks: Array) -> dict[str, Array]:
        n = world.sizes["i"]
        c, k = np.nonzero(breaks)
        p = call.partner[c, k]
        let_down = mirrored(n, k, p, np.ones(len(k)))
        times = np.bincount(k, minlength=n)
        return {
            "affinity": -self.chill * let_down * (1 + world.affinity),
            "grievance": self.resentment * scattered(n, p, k, np.ones(len(k))),
            "credibility": world.credibility * ((1 - self.disrepute) ** times - 1),
        }


def _levels(live: LiveDisputes, level: Array, n: int) -> Array:
    """Levels of pairs as a matrix, (n, n)."""
    return scattered(n, live.row, live.column, level)


def _sum(first: dict[str, Array], second: dict[str, Array]) -> dict[str, Array]:
    both = {name: first[name] + second[name] for name in first.keys() & second.keys()}
    return first | second | both


def _told(
    call: Sides, terms: dict[str, Array], chance: Array, drawn: Array, joins: Array, stays: Array, level: Array
) -> Happening:
    c, k = np.nonzero(joins | stays)
    return Happening(
        "joining",
        k,
        whom=call.opponent[c, k],
        third=call.partner[c, k],
        amount=level[c],
        chance=chance[c, k],
        drawn=drawn[c, k],
        terms={name: part[c, k if part.shape[1] > 1 else 0].astype(float) for name, part in terms.items()},
        done=joins[c, k],
    )
