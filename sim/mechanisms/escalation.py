"""Live disputes end, rise to the use of force, cost lives or become wars: competing risks, resolved inside the step.

    rise: 2 or 3 -> 4 at `rise`;  war: 4 -> 5 at `war` x caution x stakes;  death: at level 4 at `death`;  end: at `end`
    caution = nuclear_caution if both hold nuclear weapons, else 1
    stakes  = P(war | D) / P(war | D0),  P(war | D) = max(0, (3 D - c - k) / (4 D))
    D       = D0 (1 + by_parity (parity - usual_parity) + by_new_leader (newness - usual_newness)) (1 - calming q)
    parity  = the smaller over the larger power; newness = mean of exp(-tenure / settling_in) over the two leaders

Each risk has an exponential clock; those of war and death start when level 4 is reached; the first that rings decides.
A dispute that is seen for the first time has been live for part of the step in which it began: its clocks run longer
than dt, by so much that disputes are live for 1 / end years on average, whatever the step.

| symbol | column | unit | shape |
|---|---|---|---|
| level | hostility | 0..5 | (n, n) |
| the pair that began it | originator | 1 | (n, n) |
| all pairs of a dispute | dispute_tag | 1 | (n, n) |
| tenure, age | tenure, dispute_age | year | (n,), (n, n) |
| power, nuclear weapons | power, nuclear | 1 | (n,) |
| q, of a go-between who is at work | mediator_credibility | 1 | (n, n) |

All pairs of a dispute move with the pair that began it; where that pair has left, the others end too. The rate of war
is `war` until `turning_year` and `war_since` from then on.

c, k and D0 are `cost`, `stake` and `uncertainty`; D is held within (0, c]. Parity and newness are taken from their
means over the disputes with force of 1946-2000, where stakes are 1. A rise by a level takes `chill` (1 + affinity)
from affinity and adds `resentment` to grievance.

Assumes: the clocks have no memory and do not depend on each other; the demand costs one party k and the other c - D ..
c + D; nuclear weapons on both sides bear on war alone; a claim (level 1) does not escalate, it becomes a dispute.
Source: rates fitted to GML MID 2.2.1, Gibler, Miller & Little 2016; bargaining, Fearon 1995.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import ClassVar

import numpy as np
from numpy.random import Generator

from sim.core.columns import Array
from sim.core.params import param
from sim.core.update import Happening, Update
from sim.mechanisms._bargaining import LEAST, war_contributions, war_probability
from sim.mechanisms._clocks import FORCE, RISKS, Clocks, clocks, first_exposure, waiting_time
from sim.mechanisms._disputes import LiveDisputes, disputes_of, uniform_per_dispute
from sim.mechanisms.base import Mechanism
from sim.timeline import Phase
from sim.world import WAR, World

FITTED = "GML2016fit"


@dataclass(frozen=True)
class Escalation(Mechanism):
    """Moves `hostility` of live disputes at levels 2 to 4; counts crises and wars."""

    end: float = param(2.25, unit="1/year", low=0.2, high=12, doc="Rate at which disputes end.", source=FITTED)
    rise: float = param(1.6, unit="1/year", low=0, high=12, doc="Rate of rising to force.", source=FITTED)
    war: float = param(0.0958, unit="1/year", low=0, high=2, doc="Force to war until the turn.", source=FITTED)
    war_since: float = param(0.08, unit="1/year", low=0, high=2, doc="Force to war from then on.", source="assumed")
    turning_year: float = param(1991, unit="year", low=0, high=9999, doc="Wars are rarer since.", source="assumed")
    death: float = param(1.15, unit="1/year", low=0, high=12, doc="Rate of the first death.", source=FITTED)
    nuclear_caution: float = param(0.5, unit="1", low=0, high=2, doc="Factor, both nuclear.", source="assumed")
    cost: float = param(1, unit="1", low=0.9, high=1.4, doc="Mean cost of war to a target (c).", source="assumed")
    stake: float = param(0.5, unit="1", low=0, high=0.9, doc="Cost of war to the demander (k).", source="assumed")
    uncertainty: float = param(0.7, unit="1", low=0.65, high=0.9, doc="Spread of costs (D0).", source="assumed")
    by_parity: float = param(0.3, unit="1", low=0, high=1, doc="Parity widens the spread.", source="assumed")
    usual_parity: float = param(0.29, unit="1", low=0, high=1, doc="Mean where force is used.", source=FITTED)
    by_new_leader: float = param(0.3, unit="1", low=0, high=1, doc="So do new leaders.", source="assumed")
    usual_newness: float = param(
        0.259, unit="1", low=0, high=1, doc="Mean where force is used.", source="GML2016fit; Goemans2009fit"
    )
    settling_in: float = param(2, unit="year", low=0.2, high=20, doc="Until leaders are known.", source="assumed")
    calming: float = param(0.5, unit="1", low=0, high=1, doc="A credible go-between narrows it.", source="assumed")
    chill: float = param(0.05, unit="1", low=0, high=0.2, doc="Affinity lost per level risen.", source="assumed")
    resentment: float = param(0.1, unit="1", low=0, high=1, doc="Grievance per level risen.", source="assumed")

    phase: ClassVar = Phase.CONFLICT
    reads: ClassVar = (
        "hostility originator dispute_tag dispute_age dyad alive nuclear power tenure fatal affinity "
        "mediator_credibility"
    )
    writes: ClassVar = "hostility affinity grievance crisis_count war_count fatal"
    kinds: ClassVar = {
        "escalation": "{who} uses force against {whom}",
        "first deaths": "The dispute of {who} with {whom} costs lives",
        "war begins": "{who} goes to war with {whom}",
        "dispute ended": "The dispute of {who} with {whom} ends ({level})",
    }

    def __call__(self, world: World, rng: Generator) -> Update:
        live = disputes_of(world)
        drawn = uniform_per_dispute(rng, live, world.sizes["i"], 4)
        gone = {} if world.alive.all() else {"hostility": _left_by_the_dead(world)}
        if not len(live.mark):
            return Update(add=gone)
        led = live.led
        age = world.dispute_age[live.first, live.second]
        longer = first_exposure(world.dt, self.end) - world.dt
        exposure = world.dt + longer * (age < 1.5 * world.dt)
        war = self.war if world.time < self.turning_year else self.war_since
        rates = np.array([self.end, self.rise, 0.0, self.death])[:, None]
        why: dict[str, Array] = {}
        if (waiting_time(drawn[2], war * self._most_stakes()) < exposure).any():  # else no war can begin
            why = {"rate of war": np.full(len(age), _log(war))} | self._war_terms(world, live)
            rates = np.repeat(rates, len(age), axis=1)
            rates[2] = np.exp(sum(why.values()))
        run = clocks(live.level, drawn, rates, exposure=exposure)
        open_ = led & (live.level < WAR)
        fate = {what: happened & open_ for what, happened in run.fate().items()}
        fate["death"] = (fate["death"] | fate["war"]) & ~world.fatal[live.first, live.second]
        level = np.where(fate["war"], WAR, np.where(fate["risen"], FORCE, live.level))
        told = self._told(world, live, fate, level, why, run, drawn)
        return self._update(world, live, level * ~(fate["ended"] | ~led), fate, told, gone)

    def _most_stakes(self) -> float:
        """The largest factor on the rate of war that bargaining and nuclear weapons can make."""
        usual, most = (
            float(war_probability(np.asarray(spread), cost=self.cost, stake=self.stake))
            for spread in (self.uncertainty, self.cost)
        )
        return most / max(usual, LEAST) * max(self.nuclear_caution, 1.0)

    def _war_terms(self, world: World, live: LiveDisputes) -> dict[str, Array]:
        """What nuclear weapons and the failure of bargaining add to the logarithm of the rate of war, each (d,)."""
        i, j = live.first, live.second
        a, b = world.power[i], world.power[j]
        parity = np.minimum(a, b) / np.maximum(np.maximum(a, b), 1e-300)
        newness = (np.exp(world.tenure[i] / -self.settling_in) + np.exp(world.tenure[j] / -self.settling_in)) / 2
        wider = (self.by_parity * (parity - self.usual_parity), self.by_new_leader * (newness - self.usual_newness))
        left = 1 - self.calming * world.mediator_credibility[i, j]
        by_parity, by_leaders, by_go_between = war_contributions(
            wider, left, **self.numbers("uncertainty", "cost", "stake")
        )
        return {
            "nuclear caution": (world.nuclear[i] & world.nuclear[j]) * _log(self.nuclear_caution),
            "parity of power": by_parity,
            "new leaders": by_leaders,
            "credibility of the go-between": by_go_between,
        }

    def _told(
        self,
        world: World,
        live: LiveDisputes,
        fate: dict[str, Array],
        level: Array,
        of_war: dict[str, Array],
        run: Clocks,
        drawn: Array,
    ) -> tuple[Happening, ...]:
        kinds = (
            ("escalation", "risen", "rise"),
            ("first deaths", "death", "death"),
            ("war begins", "war", "war"),
            ("dispute ended", "ended", "end"),
        )
        told = []
        for kind, happened, risk in kinds:
            which = np.flatnonzero(fate[happened] > fate["war"] if happened == "death" else fate[happened])
            if not which.size:
                continue
            if risk == "war":
                terms = {name: part[which] for name, part in of_war.items()}
            else:
                terms = {f"rate of {risk}": np.full(len(which), _log(getattr(self, risk)))}
            terms["time it had"] = np.log(np.maximum(run.allowed(risk)[which], 1e-300) / world.dt)
            chance = world.chance(np.exp(sum(terms.values())))
            luck = drawn[RISKS.index(risk), which]
            told.append(Happening(kind, live.first[which], live.second[which], None, level[which], chance, luck, terms))
        return tuple(told)

    def _update(
        self,
        world: World,
        live: LiveDisputes,
        level: Array,
        fate: dict[str, Array],
        told: tuple[Happening, ...],
        gone: dict[str, Array],
    ) -> Update:
        """The update that brings every pair to its dispute's new level, (d,); wars are left alone."""
        n, at = world.sizes["i"], (live.row, live.column)
        moved = (live.level < WAR) | ~live.led
        change = (level[live.of] - world.hostility[at]) * moved[live.of]
        add, new = dict(gone), {}
        if change.any():
            add["hostility"] = add.get("hostility", 0) + _placed(n, at, change)
        if (up := np.maximum(change, 0)).any():
            add["affinity"] = _placed(n, at, -self.chill * up * (1 + world.affinity[at]))
            add["grievance"] = _placed(n, at, self.resentment * up)
        if fate["death"].any():
            new["fatal"] = world.fatal | live.spread(fate["death"], n)
            add["crisis_count"] = np.asarray(float(fate["death"].sum()))
        if fate["war"].any():
            add["war_count"] = np.asarray(float(fate["war"].sum()))
        return Update(add=add, set=new, happenings=told)


def _placed(n: int, at: tuple[Array, Array], values: Array) -> Array:
    """Zeros, (n, n), with `values` at the pairs `at`."""
    matrix = np.zeros((n, n), dtype=values.dtype)
    matrix[at] = values
    return matrix


def _left_by_the_dead(world: World) -> Array:
    """What must be added to hostility for disputes below war to end where a party no longer exists."""
    return -world.hostility * (~world.dyad & (world.hostility > 1) & (world.hostility < WAR))


def _log(x: float) -> float:
    return log(max(x, 1e-300))
