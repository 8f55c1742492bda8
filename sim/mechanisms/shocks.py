"""Shocks cross borders: they strike a state and those near or tied to it, or the whole world; nobody decided them.

    arrivals of kind k in a step ~ Poisson(rate_k rate_factor dt), at most three; size s ~ Pareto(tail_k tail_factor)
    felt_i  = 1 at the epicentre e, spread_k carried_i elsewhere,
              times (1 - norm_damping (own_i + share) / 2) (1 - membership_damping mean_j joint_membership_ij)
              times D_i / max D for kinds that need networks
    carried_i = [contiguous to e], or 1 (the whole world), or x / (x + half_exposure), x = trade_ie / total_trade_i
    burden_i(channel) = sum over shocks of weight_k severity_factor s felt_i;   loss(x) = limit (1 - exp(-x / limit))
    gdp_i *= 1 - loss,  legitimacy_i *= 1 - loss,  credibility_i *= 1 - loss
    affinity_ij += (1 - A_ij^2) loss(sum weight_k s felt_i felt_j) (1 - membership_damping joint_membership_ij)
    grievance_ij += (1 - grievance_ij / 5) loss(burden_i max(0, -A_ij))

| symbol | column | unit | shape |
|---|---|---|---|
| own, share | adopted: the norm that damps the kind, and the share of states that adopted it | 1 | (n,), () |
| A, D | affinity, digital_share | 1 | (n, n), (n,) |
| losses | gdp, legitimacy, credibility | 1e9 USD; 1; 1 | (n,) |
| joint_membership, grievance | the same | 1 | (n, n) |
| trade_ie, contiguous | trade, contiguous: with the epicentre | 1e9 USD; 1 | (n,) |

The kinds: terrorism, cyber (attack), space (militarisation of), ai (disruptive), climate (disaster), migration (mass),
pandemic, crisis (financial). Each has its own numbers:
rates terrorism_rate, cyber_rate, space_rate, ai_rate, climate_rate, migration_rate, pandemic_rate, crisis_rate;
tails terrorism_tail, cyber_tail, space_tail, ai_tail, climate_tail, migration_tail, pandemic_tail, crisis_tail;
spreads terrorism_spread, cyber_spread, space_spread, ai_spread, climate_spread, migration_spread, pandemic_spread,
crisis_spread; and the weights of the channels
terrorism_gdp, cyber_gdp, space_gdp, ai_gdp, climate_gdp, migration_gdp, pandemic_gdp, crisis_gdp;
terrorism_legitimacy, cyber_legitimacy, space_legitimacy, ai_legitimacy, climate_legitimacy, migration_legitimacy,
pandemic_legitimacy, crisis_legitimacy; terrorism_affinity, cyber_affinity, space_affinity, ai_affinity,
climate_affinity, migration_affinity, pandemic_affinity, crisis_affinity; terrorism_grievance, cyber_grievance,
space_grievance, ai_grievance, climate_grievance, migration_grievance, pandemic_grievance, crisis_grievance;
terrorism_credibility, cyber_credibility, space_credibility, ai_credibility, climate_credibility,
migration_credibility, pandemic_credibility, crisis_credibility.
`limit` is most_gdp for gdp and most_other otherwise: no step takes more, whatever its shocks.

Assumes: shocks come independently of each other and of politics, save where they strike; those who suffer blame whom
they dislike already; natural disasters bring a little sympathy.
Source: sizes of terror attacks, Clauset, Young and Gleditsch 2007; pandemics, Marani et al. 2021 (2% a year are like
that of 2020 or worse) and Cirillo and Taleb 2020; crises, Reinhart and Rogoff 2009 (9% of product at a mean size of 3
where one begins), along trade, Glick and Rose 1999; cyclones, Hsiang and Jina 2014 (7.4% at the 90th percentile, which
is size 4.2); disaster diplomacy, Kelman 2012.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.random import Generator
from scipy.special import gammainc

from sim.core.columns import Array
from sim.core.params import param
from sim.core.update import Happening, Update
from sim.mechanisms._shock_kinds import NUMBERS, SHOCKS, ShockNumbers
from sim.timeline import Phase
from sim.world import World

SLOTS = 3
"""Most arrivals of one kind in one step."""
LOCAL = ("gdp", "legitimacy", "credibility", "grievance")
"""Channels that a state feels by itself."""
SINCE = np.array([shock.since for shock in SHOCKS])


def arrival_chances(expected: Array) -> Array:
    """Chance that at least 1, 2, .. SLOTS shocks arrive (Poisson), shape (kinds, SLOTS); `expected` number (kinds,)."""
    return gammainc(np.arange(1, SLOTS + 1), expected[:, None])


def epicentres(weight: Array, u: Array) -> Array:
    """The states struck first, second, ..: drawn by weight without repeating (Gumbel); weight, u (n,) -> (SLOTS,)."""
    score = np.log(np.maximum(weight, 1e-300)) - np.log(-np.log(np.maximum(u, 1e-300)))
    order = np.argsort(-score)
    return order[np.arange(SLOTS) % max(int(np.count_nonzero(weight)), 1)]


def bounded(x: Array, limit: Array | float) -> Array:
    """x where small, never beyond +-limit; odd in x."""
    return np.copysign(limit, x) * -np.expm1(np.abs(x) / -limit)


@dataclass(frozen=True)
class Shocks(ShockNumbers):
    """Strikes states and the world with the shocks of the table SHOCKS."""

    rate_factor: float = param(1, unit="1", low=0, high=5, doc="Factor on all rates.", source="assumed")
    severity_factor: float = param(1, unit="1", low=0, high=5, doc="Factor on all sizes.", source="assumed")
    tail_factor: float = param(
        1, unit="1", low=0.7, high=3, doc="On all Pareto tails; less is wilder.", source="assumed"
    )
    half_exposure: float = param(
        0.1, unit="1", low=0.01, high=1, doc="Share of trade that carries half of a crisis.", source="assumed"
    )
    norm_damping: float = param(0.5, unit="1", low=0, high=1, doc="By the norm of the kind.", source="assumed")
    membership_damping: float = param(0.4, unit="1", low=0, high=1, doc="By joint membership.", source="assumed")
    most_gdp: float = param(0.2, unit="1", low=0.05, high=0.5, doc="Share of gdp that a step spares.", source="assumed")
    most_other: float = param(0.5, unit="1", low=0.1, high=0.8, doc="Most that a step moves.", source="assumed")

    phase: ClassVar = Phase.SHOCK
    reads: ClassVar = (
        "gdp legitimacy affinity grievance credibility technology digital_share power population hostility contiguous "
        "trade total_trade joint_membership adopted alive dyad"
    )
    writes: ClassVar = "gdp legitimacy affinity grievance credibility shock_count"
    kinds: ClassVar = {shock.kind: shock.sentence for shock in SHOCKS}

    @cached_property
    def by_kind(self) -> dict[str, Array]:
        """The numbers of the table as they are here: name -> array over kinds."""
        given = self.numbers()
        return {name: np.array([given[f"{shock.key}_{name}"] for shock in SHOCKS]) for name in NUMBERS}

    @cached_property
    def local_weights(self) -> Array:
        """Weights of the channels LOCAL, (channels, kinds)."""
        return np.array([self.by_kind[name] for name in LOCAL])

    def __call__(self, world: World, rng: Generator) -> Update:
        n, k = world.sizes["i"], len(SHOCKS)
        came = rng.random(k)
        usual = self.by_kind["rate"]
        rate = usual * (world.time >= SINCE) * self.rate_factor
        if not (came < -np.expm1(-rate * world.dt)).any() or not world.alive.any():
            return Update()
        place, size = rng.random((k, n)), 1 - rng.random((k, SLOTS))
        chance = arrival_chances(rate * world.dt)
        number, slot = np.nonzero(came[:, None] < chance)
        size = size[number, slot] ** (-1 / (self.by_kind["tail"][number] * self.tail_factor))
        where = np.array(
            [self.epicentre(world, k, place[k], at) for k, at in zip(number.tolist(), slot.tolist(), strict=True)]
        )
        odds = chance[number, slot]
        terms = {"usual rate": np.log(usual[number]), "rate factor": np.full(len(number), np.log(self.rate_factor))}
        if slot.any():
            as_rate = np.log(-np.log1p(-odds) / world.dt / rate[number])
            terms["not the first in this step"] = np.where(slot > 0, as_rate, 0.0)
        told = [
            Happening(SHOCKS[k].kind, where[[e]], None, None, size[[e]], odds[[e]], came[[k]],
                      {name: term[[e]] for name, term in terms.items() if term[e] or name == "usual rate"})
            for e, k in enumerate(number)
        ]  # fmt: skip
        lost = self.losses(world, number, where, size * self.severity_factor)
        return Update(add=lost | {"shock_count": np.asarray(float(len(told)))}, happenings=told)

    def epicentre(self, world: World, kind: int, place: Array, slot: int) -> int:
        """Where the shock number `slot` of a kind strikes."""
        weight = np.maximum(SHOCKS[kind].strikes(world), 1e-9) * world.alive
        return int(epicentres(weight, place)[slot])

    def felt(self, world: World, kind: int, epicentre: int) -> Array:
        """How far each state feels a shock, shape (n,), 0..1."""
        shock, alive = SHOCKS[kind], world.alive
        reached: Array = np.ones(len(alive))
        if shock.carried == "land":
            reached = world.contiguous[epicentre].astype(float)
        elif shock.carried == "trade":
            share = world.trade[epicentre] / np.maximum(world.total_trade, 1e-12)
            reached = share / (share + self.half_exposure)
        felt = self.by_kind["spread"][kind] * reached * alive
        felt[epicentre] = 1.0
        if shock.digital:
            felt *= world.digital_share / max(float((world.digital_share * alive).max()), 1e-12)
        number = alive.sum()
        if self.norm_damping and (adopted := world.has_adopted(shock.norm) & alive).any():
            felt *= 1 - self.norm_damping * (adopted + adopted.sum() / number) / 2
        return felt * (1 - self.membership_damping * world.joint_membership.sum(axis=1) / max(number - 1, 1))

    def losses(self, world: World, number: Array, where: Array, size: Array) -> dict[str, Array]:
        """The bounded changes that some shocks bring: kinds, epicentres and sizes (events,) -> increments by column."""
        felt = np.array([self.felt(world, k, e) for k, e in zip(number.tolist(), where.tolist(), strict=True)])
        burden = (self.local_weights[:, number] * size) @ felt
        gdp, *other = bounded(burden[:3], np.array([[self.most_gdp], [self.most_other], [self.most_other]]))
        change = {"gdp": -world.gdp * gdp, "legitimacy": -world.legitimacy * other[0]}
        change["credibility"] = -world.credibility * other[1]
        strain = self.by_kind["affinity"][number] * size
        rows = np.flatnonzero(felt.any(axis=0))
        if strain.any():
            block = (rows[:, None], rows)
            strained = bounded((felt.T[rows] * strain) @ felt[:, rows], self.most_other)
            strained *= (1 - world.affinity[block] ** 2) * world.dyad[block]
            strained *= 1 - self.membership_damping * world.joint_membership[block]
            change["affinity"] = np.zeros(world.dyad.shape)
            change["affinity"][block] = strained
        if burden[3].any():
            blame = bounded(burden[3, rows, None] * np.maximum(-world.affinity[rows], 0.0), self.most_other)
            change["grievance"] = np.zeros(world.dyad.shape)
            change["grievance"][rows] = (1 - world.grievance[rows] / 5) * blame * world.dyad[rows]
        return change
