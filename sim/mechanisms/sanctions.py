"""States that side with the victim bar trade with those who use force; sanctions cost, leak, end and sometimes work.

    imposed at rate  impose sum over j's live disputes with force of max(0, affinity_iv - affinity_ij) gravity righteous
    gravity = 1 for force, `for_war` for war;  righteous = `by_norm` for adopters of human rights, else 1
    cost_j  = weight sum_i s_ij trade_ij / gdp_j (1 - leak_j),      d gdp_j = -speed gdp_j cost_j dt
    leak_j  = leakage sum_k through_kj,  through_kj = (1 - s_kj) max(0, affinity_kj) trade_kj / sum_k trade_kj
    conduits gain   d trade_kj = rerouting leakage through_kj sum_i s_ij trade_ij dt
    and are hit     at rate  secondary sum_j s_ij through_kj  by sender i
    ended at rate   end, x `patience` while j is still using force
    success         sigmoid(logit(success) + by_cost tanh(ln(cost_j / usual_cost)))

| symbol | column | unit | shape |
|---|---|---|---|
| s | sanctions | 1 | (n, n): i bars this share of trade with j |
| trade | trade | 1e9 USD | (n, n) |
| victim v of j | originator, hostility | 1 | (n, n) |
| affinity, grievance | the same | 1 | (n, n) |
| gdp; adopters | gdp; adopted | 1e9 USD; 1 | (n,); (q, n) |

A sanction takes the share `size` of what lies between the trade barred so far and `most`, a secondary sanction the
share `secondary_size`; a step smaller than `least` is not taken. Success makes the target give up a share `yield_` of
all its grievances times the sender's part of the trade barred, and with it the sender lifts its sanctions; failure,
in which they are lifted all the same, adds `spite`.

Assumes: allies of a target do not join; who trades on gains what the trade mechanism lets stand (it draws trade back
to its natural flow); the cost is spread over the four years that a sanction lasts (`speed`), and falls as the trade
that is left adapts; each sender decides by itself when to stop.
Source: success of about a third, Hufbauer et al. 2007 (Pape 1997 disagrees); leaks and conduits, Early 2015; the rest
is assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import ClassVar

import numpy as np
from numpy.random import Generator
from scipy.special import expit

from sim.core.columns import Array
from sim.core.params import param
from sim.core.update import Happening, Update
from sim.mechanisms._clocks import FORCE
from sim.mechanisms._disputes import LiveDisputes, disputes_of
from sim.mechanisms._leaks import Leaks, leaks
from sim.mechanisms.base import Mechanism
from sim.timeline import Phase
from sim.world import WAR, World


@dataclass(frozen=True)
class Sanctions(Mechanism):
    """Imposes and ends sanctions; charges the targets; lets conduits gain and be hit."""

    impose: float = param(0.1, unit="1/year", low=0, high=2, doc="Rate at full partiality.", source="assumed")
    for_war: float = param(4, unit="1", low=0, high=20, doc="War against force, factor.", source="assumed")
    by_norm: float = param(1.5, unit="1", low=0, high=5, doc="Adopters of human rights.", source="assumed")
    size: float = param(0.3, unit="1", low=0, high=0.9, doc="Share of open trade barred.", source="assumed")
    most: float = param(0.95, unit="1", low=0.1, high=1, doc="Share of trade ever barred.", source="assumed")
    least: float = param(0.05, unit="1", low=0.01, high=0.5, doc="Smallest step worth taking.", source="assumed")
    weight: float = param(0.5, unit="1", low=0, high=1, doc="Loss per barred trade.", source="assumed")
    speed: float = param(0.25, unit="1/year", low=0, high=1, doc="Share of the cost a year.", source="assumed")
    leakage: float = param(0.6, unit="1", low=0, high=1, doc="Most that can leak.", source="assumed")
    rerouting: float = param(0.25, unit="1/year", low=0, high=1, doc="Barred trade through conduits.", source="assumed")
    secondary: float = param(0.1, unit="1/year", low=0, high=2, doc="Rate of hitting conduits.", source="assumed")
    secondary_size: float = param(0.15, unit="1", low=0, high=0.9, doc="Of open trade with them.", source="assumed")
    end: float = param(0.25, unit="1/year", low=0, high=2, doc="Rate of ending.", source="assumed")
    patience: float = param(0.2, unit="1", low=0, high=1, doc="While force lasts, factor.", source="assumed")
    success: float = param(0.34, unit="1", low=0.02, high=0.98, doc="That work.", source="HufbauerEtAl2007")
    by_cost: float = param(1, unit="1", low=0, high=4, doc="Of cost on success.", source="assumed")
    usual_cost: float = param(0.003, unit="1", low=1e-4, high=0.1, doc="Cost in the usual case.", source="assumed")
    yield_: float = param(0.5, unit="1", low=0, high=1, doc="Grievance given up in success.", source="assumed")
    spite: float = param(0.1, unit="1", low=0, high=1, doc="Grievance added by failure.", source="assumed")

    phase: ClassVar = Phase.RESOLVE
    reads: ClassVar = (
        "sanctions hostility originator dispute_tag dyad affinity allied trade gdp grievance adopted alive"
    )
    writes: ClassVar = "sanctions gdp grievance trade"
    kinds: ClassVar = {
        "sanction": "{who} bars {amount:.0%} of its trade with {whom}",
        "sanction tightened": "{who} bars a further {amount:.0%} of its trade with {whom}",
        "secondary sanction": "{who} bars {amount:.0%} of its trade with {whom} for trading on with {state}",
        "sanction ended": "{who} lifts its sanctions on {whom}",
        "concession": "{whom} gives in to the sanctions of {who}",
        "concession refused": "The sanctions of {who} on {whom} end without result",
    }

    def __call__(self, world: World, rng: Generator) -> Update:
        n = world.sizes["i"]
        imposing, hitting, fate = rng.random((3, 3, n))
        live = disputes_of(world, lowest=FORCE)
        told = self._imposed(world, live, imposing) if live.led.any() else ()
        add: dict[str, Array] = {}
        if held := np.flatnonzero(world.sanctions).size:
            felt = leaks(world.sanctions, world.affinity, world.trade, world.gdp, **self.numbers("weight", "leakage"))
            add["gdp"] = world.gdp * np.expm1(-self.speed * world.dt * felt.cost) * world.alive
            rerouted = felt.through * (self.rerouting * self.leakage * world.dt * felt.barred)
            add["trade"] = rerouted + rerouted.T if world.alive.all() else (rerouted + rerouted.T) * world.dyad
            told = (*told, *self._conduits_hit(world, felt, hitting))
        change = np.zeros((n, n))
        for happening in told:
            change[happening.who, happening.whom] = happening.amount
        if held:
            lifted, grievance, ends = self._endings(world, live, felt, fate)
            change[lifted] = -world.sanctions[lifted]
            add |= grievance
            told = (*told, *ends)
        if told or change.any():
            add["sanctions"] = change
        return Update(add=add, happenings=told)

    def _imposed(self, world: World, live: LiveDisputes, luck: Array) -> tuple[Happening, ...]:
        """New sanctions on those who began disputes with force, by those who side with their victims; luck (2, n)."""
        led = live.led
        began, victim = live.first[led], live.second[led]
        siding = np.maximum(world.affinity[victim] - world.affinity[began], 0.0)
        siding *= 1 + (self.for_war - 1) * (live.level[led] == WAR)[:, None]
        targets, outrage = began, siding
        if len(began) > 1:
            same = began[:, None] == began
            rows = np.flatnonzero(same.argmax(axis=1) == np.arange(len(began)))  # each target once
            targets, outrage = began[rows], (same @ siding)[rows]
        righteous = 1 + (self.by_norm - 1) * world.has_adopted("human_rights")
        rate = self.impose * outrage * righteous
        drawn = (luck[0] + luck[1, targets][:, None]) % 1.0
        near = np.flatnonzero(drawn < rate * world.dt)  # those below the chance are among these
        if not near.size:
            return ()
        t, i = np.divmod(near, rate.shape[1])
        j, drawn = targets[t], drawn.ravel()[near]
        chance, amount = world.chance(rate[t, i]), self.size * (self.most - world.sanctions[i, j])
        able = world.dyad[i, j] & ~world.allied[i, j] & (amount >= self.least)
        which = np.flatnonzero((drawn < chance) & able)
        if not which.size:
            return ()
        i, j, t, chance, amount, drawn = (values[which] for values in (i, j, t, chance, amount, drawn))
        why = {
            "rate": np.full(len(i), _log(self.impose)),
            "siding with the victim": np.log(outrage[t, i]),
            "human rights": np.log(righteous[i]),
        }
        further = world.sanctions[i, j] > 0
        parts = (("sanction", np.flatnonzero(~further)), ("sanction tightened", np.flatnonzero(further)))
        return tuple(_told(kind, i, j, chance, drawn, why, those, amount=amount) for kind, those in parts if those.size)

    def _conduits_hit(self, world: World, felt: Leaks, luck: Array) -> tuple[Happening, ...]:
        """Secondary sanctions of senders i on conduits k."""
        n = len(world.gdp)
        carried = world.sanctions @ felt.through.T
        drawn = np.add.outer(luck[0], luck[1])
        drawn -= drawn >= 1
        near = np.flatnonzero(drawn < self.secondary * world.dt * carried)
        if not near.size:
            return ()
        i, k = np.divmod(near, n)
        amount = self.secondary_size * (self.most - world.sanctions[i, k])
        chance = world.chance(self.secondary * carried[i, k])
        able = world.dyad[i, k] & ~world.allied[i, k] & (amount >= self.least)
        which = np.flatnonzero((drawn[i, k] < chance) & able)
        if not which.size:
            return ()
        i, k = i[which], k[which]
        why = {"rate": np.full(len(i), _log(self.secondary)), "trading on": np.log(carried[i, k])}
        whose = (world.sanctions[i] * felt.through[k]).argmax(axis=1)
        told = (i, k, whose, amount[which], chance[which], drawn[i, k], why)
        return (Happening("secondary sanction", *told),)

    def _endings(
        self, world: World, live: LiveDisputes, felt: Leaks, fate: Array
    ) -> tuple[tuple[Array, Array], dict[str, Array], tuple[Happening, ...]]:
        """Sanctions lifted (senders, targets), grievances that follow, and the reports."""
        n = len(world.gdp)
        pairs = np.flatnonzero(world.sanctions)
        k = pairs // n
        t = pairs - n * k
        using_force = np.zeros(n, dtype=bool)
        using_force[live.first[live.led]] = True
        steady = using_force[t]
        calm, tense = (float(world.chance(self.end * factor)) for factor in (1.0, self.patience))
        drawn = fate[0, k] + fate[1, t]
        drawn -= drawn >= 1
        over = drawn < np.where(steady, tense, calm)
        lifted = (k[:0], t[:0])
        if not world.alive.all():
            gone = ~world.dyad[k, t]
            lifted, over = (k[gone], t[gone]), over & ~gone
        over = np.flatnonzero(over)
        if not over.size:
            return lifted, {}, ()
        k, t, steady, drawn = k[over], t[over], steady[over], drawn[over]
        why = {
            "rate of ending": np.full(len(k), _log(self.end)),
            "force goes on": steady * _log(self.patience),
        }
        ended = Happening("sanction ended", k, t, None, None, np.where(steady, tense, calm), drawn, why)
        outcome = self._outcome(felt, k, t, (fate[2, k] + fate[1, t]) % 1.0)
        lifted = (np.concatenate([lifted[0], k]), np.concatenate([lifted[1], t]))
        return lifted, {"grievance": self._grievance(world, felt, outcome)}, (ended, outcome)

    def _outcome(self, felt: Leaks, k: Array, t: Array, luck: Array) -> Happening:
        """Whether the targets t of sanctions that end have given in to the senders k."""
        costs = np.maximum(np.stack([felt.full[t], felt.cost[t]]), 1e-12) / self.usual_cost
        full, left = self.by_cost * np.tanh(np.log(costs))
        usual = log(self.success / (1 - self.success))
        push = {"usual success": np.full(len(k), usual), "trade barred": full, "leakage": left - full}
        chance = expit(sum(push.values()))
        return Happening("concession", k, t, None, None, chance, luck, push, luck < chance)

    def _grievance(self, world: World, felt: Leaks, outcome: Happening) -> Array:
        """What targets give up or come to hold against senders, (n, n)."""
        n, k, t, works = len(world.gdp), outcome.who, np.asarray(outcome.whom), np.asarray(outcome.done)
        part = world.sanctions[k, t] * world.trade[k, t] / np.maximum(felt.barred[t], 1e-12)
        bought = np.bincount(t, weights=works * part, minlength=n)
        change = -self.yield_ * np.minimum(bought, 1.0)[:, None] * world.grievance
        change[t, k] += self.spite * ~works
        return change


def _told(
    kind: str,
    i: Array,
    j: Array,
    chance: Array,
    drawn: Array,
    terms: dict[str, Array],
    which: Array,
    *,
    amount: Array,
) -> Happening:
    why = {name: part[which] for name, part in terms.items()}
    return Happening(kind, i[which], j[which], None, amount[which], chance[which], drawn[which], why)


def _log(x: float) -> float:
    return log(max(x, 1e-300))
