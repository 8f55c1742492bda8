"""Live disputes end, rise to the use of force, cost lives or become wars: competing risks, resolved inside the step.

    rise: 2 or 3 -> 4 at `rise`;  war: 4 -> 5 at `war` x caution x stakes;  death: at level 4 at `death`;  end: at `end`
    caution = nuclear_caution if both hold nuclear weapons, else 1
    stakes  = P(war | D) / P(war | D0),  P(war | D) = max(0, (3 D - c - k) / (4 D))
    D       = D0 (1 + by_parity (parity - .3) + by_new_leader (newness - 1/4)) within (0, c]
    parity  = the smaller over the larger power; newness = mean of exp(-tenure / 2) over the two leaders

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

All pairs of a dispute move with the pair that began it; where that pair has left, the others end too.

c, k and D0 are `cost`, `stake` and `uncertainty`. A rise by a level takes `chill` (1 + affinity) from affinity and adds
`resentment` to grievance.

Assumes: the clocks have no memory and do not depend on each other; the demand costs one party k and the other c - D ..
c + D; a claim (level 1) does not escalate, it becomes a dispute (`dispute_onset`).
Source: rates fitted to GML MID 2.2.1, Gibler, Miller & Little 2016; bargaining, Fearon 1995.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator

from sim.core.columns import Array
from sim.core.params import param
from sim.core.update import Happening, Update
from sim.mechanisms._disputes import LiveDisputes, disputes_of, uniform_per_dispute
from sim.mechanisms.base import Mechanism
from sim.timeline import Phase
from sim.world import WAR, World

FORCE = 4


def war_probability(spread: Array, *, cost: float, stake: float) -> Array:
    """Chance that a take-it-or-leave-it demand ends in war, where the target's cost is uniform on cost -+ spread.

    The demander, whose own cost is `stake`, asks for (cost + spread - stake) / 2 more than the target's chances;
    0 < spread <= cost.
    """
    return np.maximum(0.0, (3 * spread - cost - stake) / (4 * spread))


def waiting_time(drawn: Array, rate: Array | float) -> Array:
    """Exponential waiting times in years from uniforms in [0, 1); infinite where the rate is 0."""
    rate = np.asarray(rate, dtype=float)
    return np.where(rate > 0, -np.log1p(-drawn) / np.where(rate > 0, rate, 1.0), np.inf)


def first_exposure(dt: float, end: float) -> float:
    """Years that the clocks of a new dispute run, in [1.5 dt, 4 dt], so that it is live for 1 / end years on average.

    It is seen once for certain, then with the chance of surviving this exposure, and then of surviving each step:
    dt (1 + exp(-end x) / (1 - exp(-end dt))) = 1 / end, solved for x; long steps cannot do better than 4 dt.
    """
    spent = end * dt
    survival = (1 / spent - 1) * -np.expm1(-spent)
    return min(-float(np.log(survival)) / end, 4 * dt) if survival > 0 else 4 * dt


def clocks(level: Array, drawn: Array, rates: tuple[Array | float, ...]) -> tuple[Array, Array, Array, Array]:
    """Years until the end, until force is used, and from then on until war and the first death; arguments as below."""
    end, rise, war, death = (waiting_time(u, rate) for u, rate in zip(drawn, rates, strict=True))
    return end, np.where(level >= FORCE, 0.0, rise), war, death


def resolved(level: Array, drawn: Array, rates: tuple[Array | float, ...], *, exposure: Array) -> dict[str, Array]:
    """What happens to disputes while their clocks run, bool (d,) each: ended, risen, war, death.

    Args:
        level: 2, 3 or 4, shape (d,). drawn: four uniforms each, (4, d). rates: end, rise, war, death, per year.
        exposure: years, shape (d,).
    """
    end, at_force, war, death = clocks(level, drawn, rates)
    war_at = at_force + war
    stop = np.minimum(np.minimum(end, war_at), exposure)
    return {
        "ended": end <= np.minimum(war_at, exposure),
        "risen": (level < FORCE) & (at_force < stop),
        "war": war_at < np.minimum(end, exposure),
        "death": at_force + death < stop,
    }


def time_allowed(level: Array, drawn: Array, rates: tuple[Array | float, ...], *, exposure: Array) -> dict[str, Array]:
    """Years within which each clock had to ring to be the first, (d,) by risk; arguments as in `resolved`."""
    end, at_force, war, _ = clocks(level, drawn, rates)
    before = {"end": at_force + war, "rise": end, "war": end, "death": np.minimum(end, at_force + war)}
    counting = {"war": at_force, "death": at_force}
    return {risk: np.minimum(rival, exposure) - counting.get(risk, 0.0) for risk, rival in before.items()}


@dataclass(frozen=True)
class Escalation(Mechanism):
    """Moves `hostility` of live disputes at levels 2 to 4; counts crises and wars."""

    end: float = param(2.4, unit="1/year", low=0.2, high=12, doc="Rate at which disputes end.", source="GML2016fit")
    rise: float = param(1.6, unit="1/year", low=0, high=12, doc="Rate of rising to force.", source="GML2016fit")
    war: float = param(0.10, unit="1/year", low=0, high=2, doc="Force to war; .05 in 1991-2010.", source="GML2016fit")
    death: float = param(1.1, unit="1/year", low=0, high=12, doc="Rate of the first death.", source="GML2016fit")
    nuclear_caution: float = param(0.5, unit="1", low=0, high=2, doc="Factor, both nuclear.", source="assumed")
    cost: float = param(1, unit="1", low=0.9, high=1.4, doc="Mean cost of war to a target (c).", source="assumed")
    stake: float = param(0.5, unit="1", low=0, high=0.9, doc="Cost of war to the demander (k).", source="assumed")
    uncertainty: float = param(0.7, unit="1", low=0.65, high=0.9, doc="Spread of costs (D0).", source="assumed")
    by_parity: float = param(0.3, unit="1", low=0, high=1, doc="Parity widens the spread.", source="assumed")
    by_new_leader: float = param(0.3, unit="1", low=0, high=1, doc="So do new leaders.", source="assumed")
    chill: float = param(0.05, unit="1", low=0, high=0.2, doc="Affinity lost per level risen.", source="assumed")
    resentment: float = param(0.1, unit="1", low=0, high=1, doc="Grievance per level risen.", source="assumed")

    phase: ClassVar = Phase.CONFLICT
    reads: ClassVar = "hostility originator dispute_tag dispute_age dyad nuclear power tenure fatal affinity"
    writes: ClassVar = "hostility affinity grievance crisis_count war_count fatal"
    kinds: ClassVar = {
        "escalation": "{who} uses force against {whom}",
        "first deaths": "The dispute of {who} with {whom} costs lives",
        "war begins": "{who} goes to war with {whom}",
        "dispute ended": "The dispute of {who} with {whom} ends ({level})",
    }

    def __call__(self, world: World, rng: Generator) -> Update:
        n = world.sizes["i"]
        live = disputes_of(world)
        drawn = uniform_per_dispute(rng, live, n, 4)
        if not len(live.mark):
            return self._ended_with_a_state(world)
        war_terms = self._war_terms(world, live)
        war_rate = np.exp(sum(war_terms.values()))
        new = world.dispute_age[live.first, live.second] < 1.5 * world.dt
        exposure = np.where(new, first_exposure(world.dt, self.end), world.dt)
        rates = (self.end, self.rise, war_rate, self.death)
        fate = resolved(live.level, drawn, rates, exposure=exposure)
        open_ = live.led & (live.level < WAR)
        fate = {name: happened & open_ for name, happened in fate.items()}
        before = world.fatal[live.first, live.second]
        fate["death"] = (fate["death"] | fate["war"]) & ~before
        level = np.where(fate["war"], WAR, np.where(fate["risen"], FORCE, live.level))
        had = time_allowed(live.level, drawn, rates, exposure=exposure)
        told = self._told(world, live, fate, level, war_terms, drawn, had)
        level = np.where(fate["ended"] | ~live.led, 0, level)
        return self._update(world, live, level, fate, told)

    def _war_terms(self, world: World, live: LiveDisputes) -> dict[str, Array]:
        """Contributions to the logarithm of the rate of war, each (d,)."""
        i, j = live.first, live.second
        low, high = np.minimum(world.power[i], world.power[j]), np.maximum(world.power[i], world.power[j])
        newness = (np.exp(-world.tenure[i] / 2) + np.exp(-world.tenure[j] / 2)) / 2
        wider = self.by_parity * (low / np.maximum(high, 1e-300) - 0.3) + self.by_new_leader * (newness - 0.25)
        costs = self.numbers("cost", "stake")
        spread = np.clip(self.uncertainty * (1 + wider), 1e-3, self.cost)
        usual = war_probability(np.asarray(self.uncertainty), **costs)
        stakes = war_probability(spread, **costs) / max(float(usual), 1e-3)
        both = world.nuclear[i] & world.nuclear[j]
        caution = np.where(both, self.nuclear_caution, 1.0)
        return {
            "rate of war": np.full(len(i), _log(self.war)),
            "nuclear caution": _log(caution),
            "uncertainty": _log(stakes),
        }

    def _told(
        self,
        world: World,
        live: LiveDisputes,
        fate: dict[str, Array],
        level: Array,
        war_terms: dict[str, Array],
        drawn: Array,
        had: dict[str, Array],
    ) -> tuple[Happening, ...]:
        d = len(live.mark)
        plain = {"end": self.end, "rise": self.rise, "death": self.death}
        why = {name: {f"rate of {name}": np.full(d, _log(rate))} for name, rate in plain.items()} | {"war": war_terms}
        kinds = (
            ("escalation", "risen", "rise", 1),
            ("first deaths", "death", "death", 3),
            ("war begins", "war", "war", 2),
            ("dispute ended", "ended", "end", 0),
        )
        told = []
        for kind, happened, risk, row in kinds:
            which = np.flatnonzero(fate[happened] & ~fate["war"] if happened == "death" else fate[happened])
            if not which.size:
                continue
            terms = {name: part[which] for name, part in why[risk].items()}
            terms["time it had"] = np.log(np.maximum(had[risk][which], 1e-300) / world.dt)
            chance = world.chance(np.exp(sum(terms.values(), np.zeros(len(which)))))
            told.append(
                Happening(
                    kind,
                    live.first[which],
                    whom=live.second[which],
                    amount=level[which],
                    chance=chance,
                    drawn=drawn[row, which],
                    terms=terms,
                )
            )
        return tuple(told)

    def _update(
        self, world: World, live: LiveDisputes, level: Array, fate: dict[str, Array], told: tuple[Happening, ...]
    ) -> Update:
        n = world.sizes["i"]
        moved = ~live.led | (live.level < WAR)
        after = live.spread(np.where(moved, level, -1), n)
        held = live.spread(np.ones(len(level), dtype=bool), n)
        change = np.where(held & (after >= 0), after - world.hostility, 0)
        up = np.maximum(change, 0)
        ended = self._ended_with_a_state(world)
        return Update(
            add={
                "hostility": change + ended.add["hostility"],
                "affinity": -self.chill * up * (1 + world.affinity),
                "grievance": self.resentment * up,
                "crisis_count": np.asarray(float(fate["death"].sum())),
                "war_count": np.asarray(float(fate["war"].sum())),
            },
            set={"fatal": world.fatal | live.spread(fate["death"], n)},
            happenings=told,
        )

    def _ended_with_a_state(self, world: World) -> Update:
        """Disputes below war end where a party no longer exists."""
        gone = ~world.dyad & (world.hostility > 1) & (world.hostility < WAR)
        return Update(add={"hostility": np.where(gone, -world.hostility, 0)})


def _log(x: Array | float) -> Array:
    return np.log(np.maximum(x, 1e-300))
