"""Middle powers that hold a norm and are of one mind form an issue coalition for it and speak with one voice.

    entering: rate = (found or join) exp(by_activism (activism_i - 1/2) + by_campaign campaign_qi + likeness_qi)
              of middle powers outside the poles that hold norm q; campaign_qi at most 1
    leaving:  rate = leave exp(-likeness_qi + by_standing [no middle power that holds q] + by_solitude [nobody else])
    likeness_qi = by_affinity mean affinity_ij - by_distance |ideal_point_i - mean ideal_point_j|,   j the members
    pooled(x)_q = 1 - prod_j (1 - x_j),   j the members
    d credibility_i = standing max(0, pooled(activism credibility)_q - credibility_i) dt,   the best of its coalitions

| symbol | column | unit | shape |
|---|---|---|---|
| member | coalition | 1 | (q, n) |
| holds the norm, campaigns | adopted; entrepreneur | 1 | (q, n) |
| campaigns by policy | norm_effort | 1 | (n,) |
| middle power, in a pole | tier, in_pole | 0, 1, 2; 1 | (n,) |
| activism, credibility, ideal_point | the same | 1 | (n,) |
| affinity | affinity | 1 | (n, n) |

Coalitions meet with each new year, for all of it, however short the steps. While one has no member, candidates look at
one another. `norms` lets each member campaign with the pooled activism and credibility of all, so a coalition lowers
thresholds further than its members would one by one. One state alone pools nothing and gains no credibility.

Assumes: one coalition for each norm; great powers stay out, small powers are not asked.
Source: technical and entrepreneurial leadership by coalitions of the like-minded, Cooper, Higgott & Nossal 1993; cases
are the New Agenda Coalition, the Non-Proliferation and Disarmament Initiative and MIKTA; the
numbers are assumed.
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
from sim.mechanisms.base import Mechanism
from sim.quantities import pooled
from sim.timeline import Phase
from sim.world import World

MIDDLE = 1


@dataclass(frozen=True)
class IssueCoalitions(Mechanism):
    """Sets `coalition`; adds to `credibility` of members."""

    found: float = param(0.02, unit="1/year", low=0, high=2, doc="Rate of a first call.", source="assumed")
    join: float = param(0.03, unit="1/year", low=0, high=2, doc="Rate of joining.", source="assumed")
    leave: float = param(0.05, unit="1/year", low=0, high=2, doc="Rate of leaving.", source="assumed")
    by_activism: float = param(2, unit="1", low=0, high=6, doc="Of activism beyond 1/2.", source="assumed")
    by_affinity: float = param(1.5, unit="1", low=0, high=4, doc="Of affinity with members.", source="assumed")
    by_distance: float = param(0.5, unit="1", low=0, high=3, doc="Per unit of ideal points.", source="assumed")
    by_campaign: float = param(1, unit="1", low=0, high=4, doc="Of campaigning for the norm.", source="assumed")
    by_standing: float = param(4, unit="1", low=0, high=8, doc="Of having lost the standing.", source="assumed")
    by_solitude: float = param(1, unit="1", low=0, high=4, doc="Of being the only member.", source="assumed")
    standing: float = param(0.02, unit="1/year", low=0, high=0.5, doc="Credibility lent.", source="assumed")

    phase: ClassVar = Phase.RESOLVE
    reads: ClassVar = (
        "coalition adopted entrepreneur norm_effort tier in_pole alive activism credibility ideal_point affinity"
    )
    writes: ClassVar = "coalition credibility"
    kinds: ClassVar = {
        "coalition founded": "{who} calls for a coalition of middle powers on {norm}",
        "coalition joined": "{who} joins the coalition of middle powers on {norm}",
        "coalition left": "{who} leaves the coalition of middle powers on {norm}",
    }

    def __call__(self, world: World, rng: Generator) -> Update:
        drawn, years = rng.random(world.coalition.shape), world.years_begun
        if not years or not drawn.size:
            return Update()
        middle = (world.tier == MIDDLE) & world.alive & ~world.in_pole
        champions, members = world.adopted & middle, world.coalition & world.alive
        size = members.sum(axis=1)
        bond, gap = self._likeness(world, champions, members, size)
        drive = self.by_campaign * np.minimum(np.maximum(world.entrepreneur, world.norm_effort), 1.0)
        log_rate = bond - gap
        coming = self.by_activism * (world.activism - 0.5) + drive + self._usual(size)[:, None] + log_rate
        spent = self.by_standing * ~champions + (_log(self.leave) + self.by_solitude * (size == 1))[:, None]
        np.subtract(spent, log_rate, out=log_rate)
        np.copyto(log_rate, coming, where=~members)
        chance = -np.expm1(-years * np.exp(log_rate))
        moves = (drawn < chance) & (champions | members)
        add = self._repute(world, members, size, years)
        if not moves.any():
            return Update(add=add, set={"coalition": members} if not world.alive.all() else {})
        parts = {"drive": drive, "bond": bond, "gap": gap, "chance": chance, "drawn": drawn}
        comes, goes = moves & ~members, moves & members
        told = (
            self._entries(world, comes & (size == 0)[:, None], ("coalition founded", self.found), parts),
            self._entries(world, comes & (size > 0)[:, None], ("coalition joined", self.join), parts),
            self._exits(world, goes, champions, size, parts),
        )
        return Update(set={"coalition": members ^ moves}, add=add, happenings=told)

    def _usual(self, size: Array) -> Array:
        """Logarithm of the usual rate of a first call or of joining, (q,)."""
        return np.array([_log(self.found), _log(self.join)])[(size > 0).view(np.int8)]

    def _likeness(self, world: World, champions: Array, members: Array, size: Array) -> tuple[Array, Array]:
        """What affinity with the members (or champions, before there are any) adds; what distance takes, (q, n)."""
        if size.all():
            weight = members / size[:, None]
        else:
            company = np.where(size[:, None] > 0, members, champions)
            weight = company / np.maximum(company.sum(axis=1, keepdims=True), 1)
        gap = np.abs(world.ideal_point - (weight @ world.ideal_point)[:, None])
        return self.by_affinity * (weight @ world.affinity), self.by_distance * gap

    def _repute(self, world: World, members: Array, size: Array, years: int) -> dict[str, Array]:
        """Credibility that coalitions of two and more lend to their members; nothing where there is none."""
        shared = size > 1
        if not shared.any():
            return {}
        backing = pooled(world.activism * world.credibility, members) * shared
        best = np.maximum.reduce(members * backing[:, None], axis=0)
        return {"credibility": -np.expm1(-self.standing * years) * np.maximum(best - world.credibility, 0.0)}

    def _entries(self, world: World, comes: Array, kind_rate: tuple[str, float], parts: dict[str, Array]) -> Happening:
        """Those who call for a coalition or join one, and why."""
        q, i = np.nonzero(comes)
        terms = {
            "usual rate": np.full(len(i), _log(kind_rate[1])),
            "once a year": np.full(len(i), _log(world.years_begun / world.dt)),
            "activism": self.by_activism * (world.activism[i] - 0.5),
            "campaigns for it": parts["drive"][q, i],
            "affinity": parts["bond"][q, i],
            "distance in outlook": -parts["gap"][q, i],
        }
        chance, drawn = parts["chance"][q, i], parts["drawn"][q, i]
        return Happening(kind_rate[0], i, third=q, chance=chance, drawn=drawn, terms=terms)

    def _exits(self, world: World, goes: Array, champions: Array, size: Array, parts: dict[str, Array]) -> Happening:
        """Those who leave, and why."""
        q, i = np.nonzero(goes)
        terms = {
            "usual rate": np.full(len(i), _log(self.leave)),
            "once a year": np.full(len(i), _log(world.years_begun / world.dt)),
            "affinity": -parts["bond"][q, i],
            "distance in outlook": parts["gap"][q, i],
            "no middle power that holds the norm": self.by_standing * ~champions[q, i],
            "stands alone": self.by_solitude * (size[q] == 1),
        }
        chance, drawn = parts["chance"][q, i], parts["drawn"][q, i]
        return Happening("coalition left", i, third=q, chance=chance, drawn=drawn, terms=terms)


def _log(rate: float) -> float:
    return log(max(rate, 1e-300))
