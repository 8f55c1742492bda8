"""States explore, pursue and acquire nuclear weapons when threatened, unprotected and able; a few give them up.

    rate of the next stage  explore:  explore exp(want_i + capacity_i),  outside a programme
                            pursue:   decision share_pursuing / (1 - share_pursuing) exp(want_i)
                            acquire:  completion share_acquiring / (1 - share_acquiring) exp(capacity_i)
    rate of giving up       exploring: decision exp(-want_i),  pursuing: completion exp(-want_i)
                            weapons:  renounce exp(-want_i - by_great [great_i])
    want_i = by_threat (t_i - usual_threat) + by_rival max_j rivalry_ij nuclear_j
             - by_umbrella max_j guarantee_ij nuclear_j - by_norm [i holds non_proliferation]
    t_i    = max_j threat_ij / (1 - shield [nuclear_i])
    capacity_i = by_capacity ln(technology_i gdp_i / 100), at most 1
    d credibility_i = renounced (1 - credibility_i) [i renounces] - broken credibility_i [i acquires against the norm]

| symbol | column | unit | shape |
|---|---|---|---|
| nuclear; programme | nuclear; nuclear_programme: 0 none, 1 exploring, 2 pursuing | 1 | (n,) |
| threat, rivalry, guarantee | the same | 1 | (n, n) |
| technology, gdp, great | the same | 1; 1e9 USD; 1 | (n,) |
| non_proliferation | adopted | 1 | (q, n) |
| credibility | credibility | 1 | (n,) |

Thirty-one states have explored nuclear weapons, seventeen pursued and ten acquired them (Bleek 2017): the shares that
move on (`share_pursuing`, `share_acquiring`), where want is zero. `explore` is those thirty-one over about 10 000
state-years since 1945. Renunciations: South Africa in 1991 (six weapons), and of what the Soviet Union left, Kazakhstan
(1,410 strategic warheads, the last gone in April 1995), in 1996 Belarus and Ukraine: four in some 500 state-years of
possession, of which one of own make, which is `renounce`. States decide with each new year, for all of it, however
short the steps. The threat that a holder of weapons feels is taken as it would be without them
(`shield` repeats nuclear_shield of threat).

Assumes: what drives a state towards weapons keeps it from giving them up; programmes are known, and only their end, not
their years, moves others; the weights take their signs, not their sizes, from the literature.
Source: threat, rivalry, development and guarantees, Singh & Way 2004; capacity and the treaty, Jo & Gartzke 2007;
guarantees, Bleek & Lorber 2014; counts, Bleek 2017.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import log
from typing import ClassVar

import numpy as np
from numpy.random import Generator

from sim.core.columns import Array
from sim.core.params import param
from sim.core.update import Happening, Update
from sim.mechanisms.base import Mechanism
from sim.timeline import Phase
from sim.world import World

EXPLORING, PURSUING, ARMED = 1, 2, 3
WANTS = ("threat", "nuclear rival", "guarantee", "non-proliferation")
FORWARD = ("nuclear exploration", "nuclear pursuit", "nuclear")


@dataclass(frozen=True)
class Nuclear(Mechanism):
    """Sets `nuclear` and `nuclear_programme`; adds to `credibility`."""

    explore: float = param(0.003, unit="1/year", low=0, high=0.1, doc="Usual rate of exploring.", source="Bleek2017")
    decision: float = param(0.08, unit="1/year", low=0, high=1, doc="Dropping what was explored.", source="assumed")
    share_pursuing: float = param(0.55, unit="1", low=0, high=0.95, doc="Pursue, of 31.", source="Bleek2017")
    completion: float = param(0.03, unit="1/year", low=0, high=1, doc="Dropping a pursuit.", source="assumed")
    share_acquiring: float = param(0.59, unit="1", low=0, high=0.95, doc="Acquire, of 17.", source="Bleek2017")
    renounce: float = param(0.002, unit="1/year", low=0, high=0.5, doc="Usual rate of giving up.", source="assumed")
    by_threat: float = param(4, unit="1", low=0, high=10, doc="Of the worst threat.", source="assumed")
    usual_threat: float = param(0.1, unit="1", low=0, high=1, doc="Which moves nobody.", source="assumed")
    shield: float = param(0.5, unit="1", low=0, high=0.9, doc="Of the threat, by weapons.", source="assumed")
    by_rival: float = param(1, unit="1", low=0, high=4, doc="Of a rival with weapons.", source="assumed")
    by_umbrella: float = param(1, unit="1", low=0, high=4, doc="Of an armed guarantor.", source="assumed")
    by_norm: float = param(1, unit="1", low=0, high=4, doc="Of holding the norm.", source="assumed")
    by_capacity: float = param(0.5, unit="1", low=0, high=2, doc="Of ln(technology gdp).", source="assumed")
    by_great: float = param(3, unit="1", low=0, high=8, doc="Of great power rank.", source="assumed")
    renounced: float = param(0.25, unit="1", low=0, high=1, doc="Credibility won.", source="assumed")
    broken: float = param(0.3, unit="1", low=0, high=1, doc="Credibility lost.", source="assumed")

    phase: ClassVar = Phase.RESOLVE
    reads: ClassVar = (
        "nuclear nuclear_programme threat rivalry guarantee technology gdp great adopted credibility alive"
    )
    writes: ClassVar = "nuclear nuclear_programme credibility"
    kinds: ClassVar = {
        "nuclear exploration": "{who} explores nuclear weapons",
        "nuclear pursuit": "{who} begins to build nuclear weapons",
        "nuclear": "{who} acquires nuclear weapons",
        "nuclear programme ended": "{who} gives up its nuclear programme",
        "renunciation": "{who} renounces its nuclear weapons",
    }

    def __call__(self, world: World, rng: Generator) -> Update:
        years = world.years_begun
        if not years:
            return Update()
        drawn = rng.random((2, world.sizes["i"]))
        stage = np.maximum(world.nuclear_programme, ARMED * world.nuclear)
        usual = np.array(self._usual()).take(stage, axis=1)
        terms = self.terms(world)
        want = terms["threat"] + terms["nuclear rival"] + terms["guarantee"] + terms["non-proliferation"]
        rates = usual.copy()
        rates[0] += want * (stage < PURSUING) + terms["capacity"] * (stage != EXPLORING)
        rates[1] -= want + terms["great power"]
        chance = -np.expm1(-years * np.exp(rates))
        moves, stops = world.alive & (drawn < chance)
        if not (moves.any() or stops.any()):
            return Update()
        stops = stops & ~moves
        after = np.where(moves, stage + 1, np.where(stops, 0, stage))
        terms["once a year"] = np.full(len(stage), log(years / world.dt))
        return Update(
            set={"nuclear": after == ARMED, "nuclear_programme": np.where(after == ARMED, 0, after)},
            add={"credibility": self._repute(world, moves & (after == ARMED), stops & (stage == ARMED))},
            happenings=(
                *self._advances(stage, moves, usual[0], terms, chance[0], drawn[0]),
                *self._ends(stage, stops, usual[1], terms, chance[1], drawn[1]),
            ),
        )

    def _advances(
        self, stage: Array, moves: Array, usual: Array, terms: dict[str, Array], chance: Array, drawn: Array
    ) -> Iterator[Happening]:
        """Those who go on to the next stage, and why."""
        for at in np.unique(stage[moves]):
            i = np.flatnonzero(moves & (stage == at))
            names = ["once a year", *(WANTS if at < PURSUING else ()), *(("capacity",) if at != EXPLORING else ())]
            why = {"usual rate": usual[i]} | {name: terms[name][i] for name in names}
            yield Happening(FORWARD[at], i, chance=chance[i], drawn=drawn[i], terms=why)

    def _ends(
        self, stage: Array, stops: Array, usual: Array, terms: dict[str, Array], chance: Array, drawn: Array
    ) -> Iterator[Happening]:
        """Those who give up a programme or weapons, and why."""
        for kind, which in (("nuclear programme ended", stage < ARMED), ("renunciation", stage == ARMED)):
            i = np.flatnonzero(stops & which)
            why = {"usual rate": usual[i], "once a year": terms["once a year"][i]}
            why |= {name: -terms[name][i] for name in (*WANTS, "great power")}
            yield Happening(kind, i, chance=chance[i], drawn=drawn[i], terms=why)

    def terms(self, world: World) -> dict[str, Array]:
        """Signed contributions to log-rates, each (n,): WANTS add up to the want of the equation."""
        holds = world.nuclear
        worst = np.maximum.reduce(world.threat, axis=1) / (1 - self.shield * holds)
        armed = np.flatnonzero(holds)
        rival = np.maximum.reduce(world.rivalry.take(armed, axis=0), axis=0, initial=0.0)
        umbrella = np.maximum.reduce(world.guarantee.take(armed, axis=1), axis=1, initial=0.0)
        return {
            "threat": self.by_threat * (worst - self.usual_threat),
            "nuclear rival": self.by_rival * rival,
            "guarantee": -self.by_umbrella * umbrella * ~holds,
            "non-proliferation": -self.by_norm * world.has_adopted("non_proliferation"),
            "capacity": np.minimum(
                self.by_capacity * np.log(np.maximum(world.technology, 1e-9) * world.gdp / 100), 1.0
            ),
            "great power": self.by_great * (world.great & holds),
        }

    def _usual(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Logarithms of the usual rates of the next stage and of giving up, by stage."""
        pursue, acquire = (share / (1 - share) for share in (self.share_pursuing, self.share_acquiring))
        forward = (self.explore, self.decision * pursue, self.completion * acquire, 0.0)
        back = (0.0, self.decision, self.completion, self.renounce)
        ways = [tuple(log(max(rate, 1e-300)) for rate in rates) for rates in (forward, back)]
        return ways[0], ways[1]

    def _repute(self, world: World, armed: Array, disarmed: Array) -> Array:
        """Credibility won by giving weapons up, and lost by acquiring them in breach of the norm, (n,)."""
        breach = armed & world.has_adopted("non_proliferation")
        return self.renounced * (1 - world.credibility) * disarmed - self.broken * world.credibility * breach
