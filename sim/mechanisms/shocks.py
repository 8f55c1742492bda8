"""Shocks cross borders: they strike a state and its neighbours, or the whole world, and nobody decided them.

    arrivals of kind k in a step ~ Poisson(rate_k rate_factor dt), at most three; size s ~ Pareto(tail_k tail_factor)
    felt_i  = 1 at the epicentre, `spread` where it spills over, times (1 - norm_damping (own_i + share) / 2)
              times (1 - membership_damping mean_j joint_membership_ij)
    burden_i(channel) = sum over shocks of weight severity_factor s felt_i;   loss(x) = limit (1 - exp(-x / limit))
    gdp_i *= 1 - loss,  legitimacy_i *= 1 - loss,  credibility_i *= 1 - loss
    affinity_ij += (1 - A_ij^2) loss(sum weight s felt_i felt_j (1 - membership_damping joint_membership_ij))
    grievance_ij += (1 - grievance_ij / 5) loss(burden_i max(0, -A_ij))

| symbol | column | unit | shape |
|---|---|---|---|
| own, share | adopted: the norm that damps the kind, and the share of states that adopted it | 1 | (n,), () |
| A | affinity | 1 | (n, n) |
| losses | gdp, legitimacy, credibility | 1e9 USD; 1; 1 | (n,) |
| joint_membership, grievance | the same | 1 | (n, n) |
| where it spills over | contiguous, or everywhere | 1 | (n, n) |

`limit` is .2 for gdp and .5 otherwise, so a state never loses a fifth of its gdp to all shocks of one step.

Assumes: shocks come independently of each other and of politics, save where they strike; those who suffer blame whom
they dislike already; natural disasters bring a little sympathy.
Source: sizes of terror attacks, Clauset, Young and Gleditsch 2007; of pandemics, Cirillo and Taleb 2020; disaster
diplomacy, Kelman 2012; rates and weights assumed (pandemics: five in 1918-2020; world crises: 1929, 1973, 1997, 2008).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator
from scipy.special import gammainc

from sim.core.columns import Array
from sim.core.params import param
from sim.core.update import Happening, Update
from sim.mechanisms._shock_kinds import SHOCKS, Shock
from sim.mechanisms.base import Mechanism
from sim.timeline import Phase
from sim.world import World

SLOTS = 3
"""Most arrivals of one kind in one step."""
LIMIT = {"gdp": 0.2, "legitimacy": 0.5, "affinity": 0.5, "grievance": 0.5, "credibility": 0.5}
"""Channels, and the loss in one step that no shock exceeds."""


def arrival_chances(expected: Array) -> Array:
    """Chance that at least 1, 2, .. SLOTS shocks arrive (Poisson), shape (kinds, SLOTS); `expected` number (kinds,)."""
    return gammainc(np.arange(1, SLOTS + 1), expected[:, None])


def epicentres(weight: Array, u: Array) -> Array:
    """The states struck first, second, ..: drawn by weight without repeating (Gumbel); weight, u (n,) -> (SLOTS,)."""
    with np.errstate(divide="ignore"):
        score = np.log(weight) - np.log(-np.log(u))
    order = np.argsort(-score)
    return order[np.arange(SLOTS) % max(int(np.count_nonzero(weight)), 1)]


def bounded(x: Array, limit: float) -> Array:
    """x where small, never beyond +-limit; odd in x."""
    return np.sign(x) * -limit * np.expm1(-np.abs(x) / limit)


@dataclass(frozen=True)
class Shocks(Mechanism):
    """Strikes states and the world with the shocks of the table SHOCKS."""

    rate_factor: float = param(1, unit="1", low=0, high=5, doc="Factor on all rates.", source="assumed")
    severity_factor: float = param(1, unit="1", low=0, high=5, doc="Factor on all sizes.", source="assumed")
    tail_factor: float = param(
        1, unit="1", low=0.7, high=3, doc="On all Pareto tails; less is wilder.", source="assumed"
    )
    spread: float = param(0.4, unit="1", low=0, high=1, doc="Felt away from the epicentre.", source="assumed")
    norm_damping: float = param(0.5, unit="1", low=0, high=1, doc="By the norm of the kind.", source="assumed")
    membership_damping: float = param(0.4, unit="1", low=0, high=1, doc="By joint membership.", source="assumed")

    phase: ClassVar = Phase.SHOCK
    reads: ClassVar = (
        "gdp legitimacy affinity grievance credibility technology power population hostility contiguous "
        "joint_membership adopted alive dyad"
    )
    writes: ClassVar = "gdp legitimacy affinity grievance credibility shock_count"
    kinds: ClassVar = {shock.kind: shock.sentence for shock in SHOCKS}

    def __call__(self, world: World, rng: Generator) -> Update:
        n, k = world.sizes["i"], len(SHOCKS)
        came, place, size = rng.random(k), rng.random((k, n)), 1 - rng.random((k, SLOTS))
        rate = np.array([shock.rate * (world.time >= shock.since) for shock in SHOCKS]) * self.rate_factor
        chance = arrival_chances(rate * world.dt)
        struck = came[:, None] < chance
        if not struck.any() or not world.alive.any():
            return Update()
        burden = {name: np.zeros((n, n) if name == "affinity" else n) for name in LIMIT}
        told = []
        for number, slot in np.argwhere(struck):
            shock = SHOCKS[number]
            weight = np.where(world.alive, np.maximum(shock.strikes(world), 1e-9), 0.0)
            where = epicentres(weight, place[number])[[slot]]
            severity = size[number, [slot]] ** (-1 / (shock.tail * self.tail_factor))
            self.strike(world, shock, int(where[0]), float(severity[0]) * self.severity_factor, burden)
            terms = {"usual rate": np.log([shock.rate]), "rate factor": np.log([self.rate_factor])}
            odds = {"chance": chance[number, [slot]], "drawn": came[[number]]}
            if slot:
                as_rate = -np.log1p(-odds["chance"]) / world.dt
                terms["not the first in this step"] = np.log(as_rate / rate[number])
            told.append(Happening(shock.kind, where, amount=severity, terms=terms, **odds))
        return Update(add=self.losses(world, burden) | {"shock_count": np.asarray(float(len(told)))}, happenings=told)

    def strike(self, world: World, shock: Shock, epicentre: int, size: float, burden: dict[str, Array]) -> None:
        """Add what one shock does to the burdens."""
        felt = self.felt(world, shock, epicentre)
        for name in ("gdp", "legitimacy", "grievance", "credibility"):
            burden[name] += getattr(shock, name) * size * felt
        shared = 1 - self.membership_damping * world.joint_membership
        burden["affinity"] += shock.affinity * size * np.outer(felt, felt) * shared

    def felt(self, world: World, shock: Shock, epicentre: int) -> Array:
        """How far each state feels a shock, shape (n,), 0..1."""
        reached = world.alive if shock.worldwide else world.contiguous[epicentre]
        felt = np.where(np.arange(len(reached)) == epicentre, 1.0, self.spread * reached)
        number = world.alive.sum()
        adopted = world.has_adopted(shock.norm) & world.alive
        guarded = self.norm_damping * (adopted + adopted.sum() / number) / 2
        sheltered = self.membership_damping * world.joint_membership.sum(axis=1) / max(number - 1, 1)
        return felt * world.alive * (1 - guarded) * (1 - sheltered)

    def losses(self, world: World, burden: dict[str, Array]) -> dict[str, Array]:
        """The bounded changes that the burdens of one step bring, by column."""
        A, grievance = world.affinity, world.grievance
        blame = burden["grievance"][:, None] * np.maximum(-A, 0.0)
        strained = (1 - A**2) * bounded(burden["affinity"], LIMIT["affinity"])
        shares = {name: bounded(burden[name], LIMIT[name]) for name in ("gdp", "legitimacy", "credibility")}
        lost = {name: -getattr(world, name) * share for name, share in shares.items()}
        resented = (1 - grievance / 5) * bounded(blame, LIMIT["grievance"])
        return lost | {"affinity": strained * world.dyad, "grievance": resented * world.dyad}
