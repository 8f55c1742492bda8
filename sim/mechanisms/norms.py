"""A norm spreads among those whom its adopters are friends with and meet; past a threshold it cascades.

    exposure_qi = sum_j a_ij adopted_qj / sum_j a_ij,   a_ij = max(0, affinity_ij) joint_membership_ij
    theta_qi    = norm_threshold_qi - entrepreneurs tanh(sum_j [j campaigns] credibility_j max(0, affinity_ij))
    adoption rate  = slow + cascade sigmoid(steepness (exposure - theta))
    defection rate = lapse + bad_example (power of the great powers that stand outside / power of all great powers)

| symbol | column | unit | shape |
|---|---|---|---|
| adopted, years held | adopted, adoption_years | 1; year | (q, n) |
| threshold | norm_threshold | 1 | (q, n) |
| campaigns | entrepreneur | 1 | (q, n) |
| affinity, joint_membership | the same | 1 | (n, n) |
| credibility, power | the same | 1 | (n,) |

A norm held for `internalised` years is taken for granted: defection falls to the share `relapse` of its rate.

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
from sim.timeline import Phase
from sim.world import World


def exposure(adopted: Array, affinity: Array, joint_membership: Array) -> Array:
    """Share of adopters among a state's friends and fellow members, (q, n), 0..1; 0 for those without any.

    Args:
        adopted: bool (q, n). affinity: -1..1, (n, n). joint_membership: 0..1, (n, n).
    """
    attention = np.maximum(affinity, 0.0) * joint_membership
    return adopted @ attention.T / np.maximum(attention.sum(axis=1), 1e-12)


def adoption_rate(reached: Array, theta: Array, *, slow: float, cascade: float, steepness: float) -> Array:
    """Yearly rate of adoption at an exposure and a threshold, any one shape."""
    return slow + cascade * expit(steepness * (reached - theta))


@dataclass(frozen=True)
class Norms(Mechanism):
    """Sets who has `adopted` the norms and for how long."""

    slow: float = param(0.01, unit="1/year", low=0, high=0.5, doc="Adoption without example.", source="assumed")
    cascade: float = param(0.25, unit="1/year", low=0, high=3, doc="Added past the threshold.", source="assumed")
    steepness: float = param(12, unit="1", low=0, high=60, doc="Sharpness of the threshold.", source="assumed")
    entrepreneurs: float = param(0.15, unit="1", low=0, high=0.5, doc="Most they lower theta.", source="assumed")
    lapse: float = param(0.005, unit="1/year", low=0, high=1, doc="Defection of itself.", source="assumed")
    bad_example: float = param(0.05, unit="1/year", low=0, high=2, doc="By great powers outside.", source="assumed")
    internalised: float = param(10, unit="year", low=0, high=100, doc="After which it is a habit.", source="assumed")
    relapse: float = param(0.3, unit="1", low=0, high=1, doc="Defection left after that.", source="assumed")

    phase: ClassVar = Phase.RESOLVE
    reads: ClassVar = (
        "adopted adoption_years norm_threshold entrepreneur credibility affinity joint_membership alive great power"
    )
    writes: ClassVar = "adopted adoption_years"
    kinds: ClassVar = {
        "adoption": "{who} adopts {norm}",
        "defection": "{who} turns away from {norm}",
    }

    def __call__(self, world: World, rng: Generator) -> Update:
        taken, dropped = rng.random((2, *world.adopted.shape))
        held = world.adopted & world.alive
        reached = exposure(held, world.affinity, world.joint_membership)
        lowered = self._lowered(world)
        numbers = self.numbers("slow", "cascade", "steepness")
        chance = world.chance(adoption_rate(reached, world.norm_threshold - lowered, **numbers))
        adopts = world.alive & ~world.adopted & (taken < chance)
        violation = self._violation(world)
        habit = np.where(world.adoption_years < self.internalised, 1.0, self.relapse)
        drop_chance = world.chance(habit * (self.lapse + self.bad_example * violation)[:, None])
        drops = held & (dropped < drop_chance)
        after = (world.adopted | adopts) & ~drops
        q, i = np.nonzero(adopts)
        why = self._reasons(reached[q, i], world.norm_threshold[q, i], lowered[q, i])
        r, k = np.nonzero(drops)
        reasons = {
            "of itself": habit[r, k] * self.lapse,
            "great powers outside": habit[r, k] * self.bad_example * violation[r],
        }
        return Update(
            set={
                "adopted": after,
                "adoption_years": np.where(world.adopted & after, world.adoption_years + world.dt, 0.0),
            },
            happenings=(
                Happening("adoption", i, third=q, chance=chance[q, i], drawn=taken[q, i], terms=why),
                Happening("defection", k, third=r, chance=drop_chance[r, k], drawn=dropped[r, k], terms=reasons),
            ),
        )

    def _reasons(self, reached: Array, threshold: Array, lowered: Array) -> dict[str, Array]:
        """Contributions to the log of the rate of adoption, each of the shape of the arguments."""
        past = {
            "exposure": self.steepness * reached,
            "threshold": -self.steepness * threshold,
            "entrepreneurs": self.steepness * lowered,
        }
        beyond = sum(past.values(), np.zeros(len(reached)))
        fullest, limit = np.log(max(self.cascade, 1e-300)), -np.logaddexp(0.0, beyond)
        unled = np.log(self.slow + self.cascade * expit(beyond)) - (fullest + beyond + limit)
        return (
            past
            | {"rate past the threshold": np.full(len(reached), fullest)}
            | {
                "limit of the rate": limit,
                "of itself": unled,
            }
        )

    def _lowered(self, world: World) -> Array:
        """How far entrepreneurs lower the thresholds of their friends, (q, n)."""
        voice = (world.entrepreneur & world.alive) * world.credibility
        return self.entrepreneurs * np.tanh(voice @ np.maximum(world.affinity, 0.0))

    def _violation(self, world: World) -> Array:
        """Share of the great powers' power that stands outside each norm, (q,)."""
        weight = world.power * (world.great & world.alive)
        return (~world.adopted) @ weight / max(weight.sum(), 1e-12)
