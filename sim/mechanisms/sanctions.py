"""States that side with the victim bar trade with those who use force; sanctions cost, leak, end and sometimes work.

    imposed at rate  impose sum over j's live disputes with force of max(0, affinity_iv - affinity_ij) gravity righteous
    gravity = 1 for force, `for_war` for war;  righteous = `by_norm` for adopters of human rights, else 1
    cost_j  = weight sum_i s_ij trade_ij / gdp_j (1 - leak_j),      d gdp_j = -speed gdp_j cost_j dt
    leak_j  = leakage sum_k (1 - s_kj) max(0, affinity_kj) trade_kj / sum_k trade_kj
    ended at rate    end, x `patience` while j is still using force
    success          sigmoid(logit(success) + by_cost tanh(ln(cost_j / usual_cost)))

| symbol | column | unit | shape |
|---|---|---|---|
| s | sanctions | 1 | (n, n): i bars this share of trade with j |
| trade | trade | 1e9 USD | (n, n) |
| victim v of j | originator, hostility | 1 | (n, n) |
| affinity, grievance | the same | 1 | (n, n) |
| gdp; adopters | gdp; adopted | 1e9 USD; 1 | (n,); (q, n) |

A sanction bars the share `size` of the trade still open. A success makes the target give up a share `yield_` of all its
grievances; a failure adds `spite`.

Assumes: allies of the target do not join; the cost is spread over the four years that a sanction lasts (`speed`), and
falls as the trade that is left adapts; what trade is diverted is the matter of `trade`.
Source: success of about a third, Hufbauer et al. 2007 (Pape 1997 disagrees); leaks, Early 2015; the rest is assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator
from scipy.special import expit, logit

from sim.core.columns import Array
from sim.core.params import param
from sim.core.update import Happening, Update
from sim.mechanisms._disputes import LiveDisputes, disputes_of, scattered
from sim.mechanisms.base import Mechanism
from sim.timeline import Phase
from sim.world import WAR, World

FORCE = 4


def leak(sanctions: Array, affinity: Array, trade: Array, *, leakage: float) -> Array:
    """Share of the cost that each target escapes through those who trade on, (n,), 0..leakage."""
    open_trade = (1 - sanctions) * np.maximum(affinity, 0.0) * trade
    return leakage * open_trade.sum(axis=0) / np.maximum(trade.sum(axis=0), 1e-12)


def sanctions_cost(
    sanctions: Array, affinity: Array, trade: Array, gdp: Array, *, weight: float, leakage: float
) -> Array:
    """Share of gdp that sanctions cost each target, shape (n,); sanctions (sender, target) 0..1, trade symmetric."""
    barred = (sanctions * trade).sum(axis=0)
    return weight * barred / gdp * (1 - leak(sanctions, affinity, trade, leakage=leakage))


@dataclass(frozen=True)
class Sanctions(Mechanism):
    """Imposes and ends sanctions; charges the targets."""

    impose: float = param(0.1, unit="1/year", low=0, high=2, doc="Rate at full partiality.", source="assumed")
    for_war: float = param(4, unit="1", low=0, high=20, doc="War against force, factor.", source="assumed")
    by_norm: float = param(1.5, unit="1", low=0, high=5, doc="Adopters of human rights.", source="assumed")
    size: float = param(0.3, unit="1", low=0, high=0.9, doc="Share of open trade barred.", source="assumed")
    weight: float = param(0.5, unit="1", low=0, high=1, doc="Loss per barred trade.", source="assumed")
    speed: float = param(0.25, unit="1/year", low=0, high=1, doc="Share of the cost a year.", source="assumed")
    leakage: float = param(0.6, unit="1", low=0, high=1, doc="Most that can leak.", source="assumed")
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
    writes: ClassVar = "sanctions gdp grievance"
    kinds: ClassVar = {
        "sanction": "{who} bars {amount:.0%} of its trade with {whom}",
        "sanction ended": "{who} lifts its sanctions on {whom}",
        "concession": "{whom} gives in to the sanctions of {who}",
        "concession refused": "The sanctions of {who} on {whom} end without result",
    }

    def __call__(self, world: World, rng: Generator) -> Update:
        n = world.sizes["i"]
        imposing, fate = rng.random((n, n)), rng.random((3, n))
        live = disputes_of(world, lowest=FORCE)
        imposed = self._imposed(world, live, imposing)
        cost = sanctions_cost(
            world.sanctions, world.affinity, world.trade, world.gdp, **self.numbers("weight", "leakage")
        )
        using_force = np.isin(np.arange(n), live.first[live.led])
        lifted, grievance, ends = self._endings(world, using_force, cost, fate)
        new = scattered(n, imposed.who, np.asarray(imposed.whom), np.asarray(imposed.amount))
        return Update(
            add={
                "sanctions": np.where(lifted, -world.sanctions, new),
                "gdp": np.where(world.alive, world.gdp * np.expm1(-self.speed * cost * world.dt), 0.0),
                "grievance": grievance,
            },
            happenings=(imposed, *ends),
        )

    def _imposed(self, world: World, live: LiveDisputes, drawn: Array) -> Happening:
        """New sanctions: senders, targets and shares of trade barred."""
        began, victim = live.first[live.led], live.second[live.led]
        targets, of = np.unique(began, return_inverse=True)
        siding = np.maximum(world.affinity[victim] - world.affinity[began], 0.0)
        siding = siding * np.where(live.level[live.led] == WAR, self.for_war, 1.0)[:, None]
        outrage = np.zeros((len(targets), world.sizes["i"]))
        np.add.at(outrage, of, siding)
        free = (world.dyad & ~world.allied)[targets]
        righteous = np.where(world.has_adopted("human_rights"), self.by_norm, 1.0)
        chance = world.chance(self.impose * outrage * righteous)
        t, i = np.nonzero(free & (chance > drawn[:, targets].T))
        j = targets[t]
        why = {
            "rate": np.full(len(i), _log(self.impose)),
            "siding with the victim": _log(outrage[t, i]),
            "human rights": _log(righteous[i]),
        }
        amount = self.size * (1 - world.sanctions[i, j])
        return Happening("sanction", i, whom=j, amount=amount, chance=chance[t, i], drawn=drawn[i, j], terms=why)

    def _endings(
        self, world: World, using_force: Array, cost: Array, fate: Array
    ) -> tuple[Array, Array, tuple[Happening, ...]]:
        """Sanctions lifted, bool (n, n), grievances that follow, (n, n), and the reports."""
        n = world.sizes["i"]
        k, t = np.nonzero(world.sanctions > 0)
        terms = {
            "rate of ending": np.full(len(k), _log(self.end)),
            "force goes on": _log(np.where(using_force[t], self.patience, 1.0)),
        }
        chance = world.chance(np.exp(sum(terms.values(), np.zeros(len(k)))))
        drawn, luck = (fate[0, k] + fate[1, t]) % 1.0, (fate[2, k] + fate[1, t]) % 1.0
        exists = world.dyad[k, t]
        over = (drawn < chance) & exists
        lifted = scattered(n, k, t, over | ~exists)
        push = {
            "usual success": np.full(len(k), logit(self.success)),
            "cost": self.by_cost * np.tanh(np.log(np.maximum(cost[t], 1e-12) / self.usual_cost)),
        }
        works = over & (luck < expit(push["usual success"] + push["cost"]))
        gave_in = np.zeros(n, dtype=bool)
        gave_in[t[works]] = True
        grievance = self.spite * scattered(n, t, k, (over & ~works).astype(float))
        grievance = grievance - self.yield_ * gave_in[:, None] * world.grievance
        told = (
            _told("sanction ended", k, t, chance, drawn, terms, over, None),
            _told("concession", k, t, expit(push["usual success"] + push["cost"]), luck, push, over, works),
        )
        return lifted, grievance, told


def _told(
    kind: str,
    i: Array,
    j: Array,
    chance: Array,
    drawn: Array,
    terms: dict[str, Array],
    which: Array,
    done: Array | None,
) -> Happening:
    at = np.flatnonzero(which)
    why = {name: part[at] for name, part in terms.items()}
    fulfilled = None if done is None else done[at]
    return Happening(kind, i[at], whom=j[at], chance=chance[at], drawn=drawn[at], terms=why, done=fulfilled)


def _log(x: Array | float) -> Array:
    return np.log(np.maximum(x, 1e-300))
