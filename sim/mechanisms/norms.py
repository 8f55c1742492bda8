"""A norm spreads among those whom its adopters are friends with and meet; past a threshold it cascades.

    exposure_qi = sum_j a_ij adopted_qj / sum_j a_ij,   a_ij = max(0, affinity_ij) joint_membership_ij
    theta_qi    = norm_threshold_qi + burden cost_qi - entrepreneurs tanh(sum_j voice_qj max(0, affinity_ij))
    adoption rate  = slow (1 - cost_qi) + cascade sigmoid(steepness (exposure - theta))
    defection rate = lapse + bad_example cost_qi (power of the great powers outside / power of all great powers)

| symbol | column | unit | shape |
|---|---|---|---|
| adopted, years held | adopted, adoption_years | 1; year | (q, n) |
| threshold | norm_threshold: from Beta(4, 8) by the names of norm and state, the same in every run | 1 | (q, n) |
| voice | (entrepreneur or norm_effort) of adopters, times activism credibility, pooled in a coalition | 1 | (q, n) |
| cost | threat, nuclear; hydrocarbon_share; democracy, technology; democracy | 1 | (q, n) |
| affinity, joint_membership | the same | 1 | (n, n) |
| activism, credibility, power | the same | 1 | (n,) |
| pledged year | neutrality_year | year | (n,) |

What a norm costs (0..1) keeps out those who feel the cost, and makes them the first to go when great powers stay away:
non-proliferation costs whom somebody threatens, t / (t + 1/10), and who holds nuclear weapons (3/4 of what is left);
carbon neutrality exporters of hydrocarbons; digital governance and human rights governments that are not held to
account (1 - democracy; for the first, half of it lack of technology). Other norms cost nothing. Who adopts carbon
neutrality pledges it for `pledge` years ahead, unless it has a year. A norm held for `internalised` years is taken for
granted: defection falls to the share `relapse`.

What these numbers give. If all states meet and feel one cost, a share x of adopters is stationary where x is the mean
over theta of a D / (1 + a D): a is the rate of adoption at exposure x, D the years for which a norm is held at the
defection rate d, (1 - e^(-10 d)) / d + e^(-10 d) / (relapse d). A norm at no cost has one solution, .99: it creeps up
by 1% a year, then tips. At cost .6, with great powers of half the power outside, there are three: it stays at .40, or,
lifted past the tipping point .70, it climbs to .88; entrepreneurs at their strongest leave only .96. With all great
powers outside it stays at .24, and entrepreneurs make a tipping point at .46. At full cost nobody adopts.

Effects: non-proliferation lowers the threat others feel (threat) and the rates towards nuclear weapons (nuclear),
carbon neutrality binds to the path of emissions (transition), human rights move to sanctions (sanctions), all damp the
shocks of their kind (shocks), and the share of norms held makes a broker (credibility).

Assumes: a great power outside a norm is the violation that others see; norms do not compete.
Source: norm entrepreneurs, tipping and internalisation, Finnemore & Sikkink 1998; the numbers are assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator
from scipy.special import expit

from sim.core.columns import Array
from sim.core.params import param
from sim.core.update import Happening, Update
from sim.mechanisms.base import Mechanism
from sim.quantities import pooled
from sim.timeline import Phase
from sim.world import World

UNPLEDGED = 9999.0


def exposure(adopted: Array, friendly: Array, joint_membership: Array) -> Array:
    """Share of adopters among a state's friends and fellow members, (q, n), 0..1; 0 for those without any.

    Args:
        adopted: bool (q, n). friendly: positive part of affinity, (n, n). joint_membership: 0..1, (n, n).
    """
    attention = friendly * joint_membership
    return adopted.astype(float) @ attention.T / np.maximum(attention.sum(axis=1), 1e-12)


def adoption_rate(reached: Array, theta: Array, *, slow: float | Array, cascade: float, steepness: float) -> Array:
    """Yearly rate of adoption at an exposure and a threshold, any one shape."""
    return slow + cascade * expit(steepness * (reached - theta))


def costs(world: World) -> Array:
    """What each norm costs each state, (q, n), 0..1; 0 for norms of other names."""
    cost = np.zeros(world.adopted.shape)
    for row, name in zip(cost, world.names.norms, strict=True):
        if name == "non_proliferation":
            np.subtract(1, (1 - 0.75 * world.nuclear) / (10 * np.maximum.reduce(world.threat, axis=1) + 1), out=row)
        elif name == "carbon_neutrality":
            row[:] = world.hydrocarbon_share
        elif name == "digital_governance":
            np.subtract(1, (world.democracy + world.technology) / 2, out=row)
        elif name == "human_rights":
            np.subtract(1, world.democracy, out=row)
    return cost


@dataclass(frozen=True)
class Norms(Mechanism):
    """Sets who has `adopted` the norms and for how long."""

    slow: float = param(0.01, unit="1/year", low=0, high=0.5, doc="Adoption without example.", source="assumed")
    cascade: float = param(0.25, unit="1/year", low=0, high=3, doc="Added past the threshold.", source="assumed")
    steepness: float = param(12, unit="1", low=0, high=60, doc="Sharpness of the threshold.", source="assumed")
    burden: float = param(1, unit="1", low=0, high=3, doc="Of full cost, on the threshold.", source="assumed")
    entrepreneurs: float = param(0.15, unit="1", low=0, high=0.5, doc="Most they lower theta.", source="assumed")
    lapse: float = param(0.01, unit="1/year", low=0, high=1, doc="Defection of itself.", source="assumed")
    bad_example: float = param(0.05, unit="1/year", low=0, high=2, doc="By great powers outside.", source="assumed")
    internalised: float = param(10, unit="year", low=0, high=100, doc="After which it is a habit.", source="assumed")
    relapse: float = param(0.25, unit="1", low=0, high=1, doc="Defection left after that.", source="assumed")
    pledge: float = param(30, unit="year", low=5, high=100, doc="To neutrality, when pledged.", source="assumed")

    phase: ClassVar = Phase.RESOLVE
    reads: ClassVar = (
        "adopted adoption_years norm_threshold entrepreneur norm_effort coalition activism credibility affinity "
        "joint_membership alive great power threat nuclear hydrocarbon_share democracy technology neutrality_year"
    )
    writes: ClassVar = "adopted adoption_years neutrality_year"
    kinds: ClassVar = {
        "adoption": "{who} adopts {norm}",
        "defection": "{who} turns away from {norm}",
    }

    def __call__(self, world: World, rng: Generator) -> Update:
        drawn = rng.random(world.adopted.shape)
        if not drawn.size:
            return Update()
        held, friendly, cost = world.adopted & world.alive, np.maximum(world.affinity, 0.0), costs(world)
        effort = np.maximum(world.entrepreneur, world.norm_effort) * held
        lowered = self._lowered(world, effort, friendly)
        reached = exposure(held, friendly, world.joint_membership)
        rate = adoption_rate(
            reached,
            world.norm_threshold + self.burden * cost - lowered,
            slow=self.slow * (1 - cost),
            **self.numbers("cascade", "steepness"),
        )
        habit = self.relapse + (1 - self.relapse) * (world.adoption_years < self.internalised)
        example = self.bad_example * cost * self._violation(world)[:, None]
        np.copyto(rate, habit * (self.lapse + example), where=world.adopted)
        chance = world.chance(rate)
        turns = (drawn < chance) & world.alive
        if not turns.any():
            return Update(set={"adoption_years": world.adopted * (world.adoption_years + world.dt)})
        adopts, told = turns & ~held, []
        if adopts.any():
            alone = self._lowered(world, effort, friendly, pooling=False)
            parts = (reached, world.norm_threshold, cost, alone, lowered - alone)
            why = self._reasons(*(part[adopts] for part in parts))
            told.append(_told("adoption", adopts, chance, drawn, why))
        if (drops := turns & held).any():
            why = {"of itself": habit[drops] * self.lapse, "great powers outside": (habit * example)[drops]}
            told.append(_told("defection", drops, chance, drawn, why))
        years = world.adopted & ~turns
        changed = {"adopted": world.adopted ^ turns, "adoption_years": years * (world.adoption_years + world.dt)}
        return Update(set=changed | self._pledges(world, adopts), happenings=tuple(told))

    def _reasons(self, reached: Array, threshold: Array, cost: Array, alone: Array, pooling: Array) -> dict[str, Array]:
        """Contributions to the log of the rate of adoption, each of the shape of the arguments."""
        past = {
            "exposure": self.steepness * reached,
            "threshold": -self.steepness * threshold,
            "cost": -self.steepness * self.burden * cost,
            "entrepreneurs": self.steepness * alone,
            "issue coalition": self.steepness * pooling,
        }
        beyond = np.asarray(sum(past.values()))
        fullest, limit = np.log(max(self.cascade, 1e-300)), -np.logaddexp(0.0, beyond)
        unled = np.log(self.slow * (1 - cost) + self.cascade * expit(beyond)) - (fullest + beyond + limit)
        full = np.full(len(reached), fullest)
        return past | {"rate past the threshold": full, "limit of the rate": limit, "of itself": unled}

    def _lowered(self, world: World, effort: Array, friendly: Array, *, pooling: bool = True) -> Array:
        """How far those who campaign lower the thresholds of their friends, with coalitions or each alone, (q, n)."""
        voice = effort * (world.activism * world.credibility)
        if pooling and world.coalition.any():
            members = world.coalition & world.adopted & world.alive
            backed = np.maximum(effort, 1.0) * pooled(world.activism * world.credibility, members)[:, None]
            np.copyto(voice, backed, where=members)
        return np.asarray(self.entrepreneurs * np.tanh(voice @ friendly))

    def _violation(self, world: World) -> Array:
        """Share of the great powers' power that stands outside each norm, (q,)."""
        weight = world.power * (world.great & world.alive)
        return ~world.adopted @ weight / max(float(weight.sum()), 1e-12)

    def _pledges(self, world: World, adopts: Array) -> dict[str, Array]:
        """Years of carbon neutrality with those of new adopters that had none; nothing if there are none."""
        if "carbon_neutrality" not in world.names.norms:
            return {}
        new = adopts[world.names.norms.index("carbon_neutrality")] & (world.neutrality_year >= UNPLEDGED)
        return {"neutrality_year": np.where(new, world.time + self.pledge, world.neutrality_year)} if new.any() else {}


def _told(kind: str, turned: Array, chance: Array, drawn: Array, why: dict[str, Array]) -> Happening:
    """The report of those who turned to norms or away from them, bool (q, n)."""
    q, i = np.nonzero(turned)
    return Happening(kind, i, third=q, chance=chance[turned], drawn=drawn[turned], terms=why)
