"""States ask each other for pacts, the asked consents or refuses, and pacts that no longer pay are ended.

    s_ij  = a0 + by_threat shared_threat + by_affinity affinity + by_democracy min(democracy) + by_network common_pact
            + by_border [land border] - by_autonomy autonomy_i max(0, ln(power_j / power_i)) / 5
            - by_entrapment entrapment_ij + pact_desire_ij
    i asks j at rate  f0 / 2 sigmoid(s_ij);   j consents with chance  sigmoid(min(s_ij, s_ji)) / sigmoid(s_ij)
    so a pair without a defence pact concludes one at rate  f0 sigmoid(min(s_ij, s_ji))
    a pact ends at rate  t0 exp(-by_loss (min(s_ij, s_ji) - a0 - usual)) [x strain while the two are in dispute]

| symbol | column | unit | shape |
|---|---|---|---|
| pact | pact | 1 | (k, n, n): bilateral; organisations' pacts are not touched |
| shared_threat | root of sum_k threat_ik threat_jk | 1 | (n, n) |
| common_pact | cosine overlap of the sets of defence allies | 1 | (n, n) |
| entrapment | 1 - exp(-E_ij / 2), E_ij = disputes and rivalries of j that i does not share | 1 | (n, n) |
| pact_desire | pact_desire (policies) | 1 | (n, n) |
| affinity, [land border] | affinity, contiguous | 1 | (n, n) |
| democracy, autonomy, power | the same | 1 | (n,) |

What is told of a request are the reasons of the asker, of the answer those of the asked (s_ji), and how much being
asked adds to them: together the log-odds of consent.

A new pact binds to `defence`, to defence and `offence`, to `nonaggression` or to `neutrality` with these chances, else
to consultation; it warms affinity by `warming` (1 - affinity).

Assumes: consent is needed to conclude and not to end; all obligations of a bilateral pact end together; a pair in a
dispute concludes none. Formation does not surge after great wars: bursts come through organisations.
Source: autonomy given for security, Morrow 1991; rates of 1816-2018 (2.64 defence pacts per 1000 untied pair-years,
1.79% ended a year) and shares of obligations from ATOP, Leeds, Ritter, Mitchell & Long 2002; weights assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator
from scipy.special import expit, logit

from sim.core.columns import Array
from sim.core.params import param
from sim.core.streams import symmetric_uniform
from sim.core.update import Happening, Update
from sim.mechanisms._disputes import scattered
from sim.mechanisms.base import Mechanism
from sim.quantities import cosine_overlap
from sim.timeline import Phase
from sim.world import World

BUNDLES = np.array(
    [  # consultation, non-aggression, neutrality, offence, defence
        [1, 1, 0, 0, 1],
        [1, 1, 0, 1, 1],
        [1, 1, 0, 0, 0],
        [1, 1, 1, 0, 0],
        [1, 0, 0, 0, 0],
    ],
    dtype=bool,
)
"""What a new pact obliges to, in the order defence, offence, non-aggression, neutrality, consultation."""


def shared_threat(threat: Array) -> Array:
    """How far two states fear the same others, root of sum_k threat_ik threat_jk, (n, n), symmetric."""
    return np.sqrt(threat @ threat.T)


def entrapment(quarrels: Array) -> Array:
    """What row i would be drawn into by a pact with column j, (n, n), 0..1.

    Args:
        quarrels: how far two states are at odds, (n, n), symmetric; what i shares, and i itself, do not count.
    """
    foreign = quarrels.sum(axis=1)[None, :] - quarrels @ quarrels.T - quarrels
    return -np.expm1(-np.maximum(foreign, 0.0) / 2)


@dataclass(frozen=True)
class Alliances(Mechanism):
    """Concludes and ends bilateral pacts."""

    a0: float = param(-4, unit="1", low=-8, high=2, doc="Surplus of a pact with nothing for it.", source="assumed")
    by_threat: float = param(1, unit="1", low=0, high=4, doc="Of shared threat.", source="assumed")
    by_affinity: float = param(0.8, unit="1", low=0, high=4, doc="Of affinity.", source="assumed")
    by_democracy: float = param(0.4, unit="1", low=-2, high=4, doc="Of joint democracy.", source="assumed")
    by_network: float = param(0.8, unit="1", low=0, high=4, doc="Of common defence allies.", source="assumed")
    by_border: float = param(0.5, unit="1", low=-2, high=3, doc="Of a land border.", source="assumed")
    by_autonomy: float = param(0.6, unit="1", low=0, high=3, doc="Of autonomy lost to the strong.", source="assumed")
    by_entrapment: float = param(0.8, unit="1", low=0, high=4, doc="Of entrapment.", source="assumed")
    f0: float = param(0.27, unit="1/year", low=0, high=2, doc="Rate of pacts at full surplus.", source="assumed")
    t0: float = param(0.0179, unit="1/year", low=0, high=0.5, doc="Rate at which pacts end.", source="ATOP2002fit")
    by_loss: float = param(0.5, unit="1", low=0, high=2, doc="Endings by lost surplus.", source="assumed")
    usual: float = param(0.1, unit="1", low=-2, high=4, doc="Surplus over a0 of the usual pact.", source="assumed")
    strain: float = param(4, unit="1", low=1, high=20, doc="Endings in dispute, factor.", source="assumed")
    defence: float = param(0.63, unit="1", low=0, high=0.9, doc="New pacts: defence.", source="ATOP2002fit")
    offence: float = param(0.02, unit="1", low=0, high=0.1, doc="Defence and offence.", source="ATOP2002fit")
    nonaggression: float = param(0.32, unit="1", low=0, high=1, doc="Non-aggression.", source="ATOP2002fit")
    neutrality: float = param(0.01, unit="1", low=0, high=1, doc="Neutrality.", source="ATOP2002fit")
    warming: float = param(0.2, unit="1", low=0, high=0.5, doc="Affinity won by a new pact.", source="assumed")

    phase: ClassVar = Phase.RESOLVE
    reads: ClassVar = (
        "pact allied threat affinity democracy contiguous autonomy power hostility rivalry pact_desire dyad"
    )
    writes: ClassVar = "pact affinity pact_formed_count pact_ended_count"
    kinds: ClassVar = {
        "pact request": "{who} asks {whom} for a pact",
        "pact": "{who} and {whom} conclude a pact",
        "pact refused": "{whom} refuses the pact that {who} asked for",
        "pact ended": "The pact of {who} and {whom} ends",
    }

    def __call__(self, world: World, rng: Generator) -> Update:
        n = world.sizes["i"]
        asked, said, kind, ending = rng.random((n, n)), rng.random((n, n)), rng.random(n), symmetric_uniform(rng, n)
        terms = self._surplus_terms(world)
        surplus = sum(terms.values(), np.full((n, n), self.a0))
        mutual = np.minimum(surplus, surplus.T)
        tied = world.pact.any(axis=0) & world.dyad
        fighting = world.hostility >= 2
        open_ = world.dyad & ~world.allied & ~fighting
        chance = world.chance(self.f0 / 2 * expit(surplus))
        i, j = np.nonzero(open_ & (asked < chance))
        consent = expit(mutual[i, j]) / expit(surplus[i, j])
        granted = said[i, j] < consent
        why = {"no reason": np.full(len(i), self.a0)} | {name: part[j, i] for name, part in terms.items()}
        why["having been asked"] = logit(np.clip(consent, 1e-300, 1 - 1e-12)) - surplus[j, i]
        told = Happening("pact", i, whom=j, chance=consent, drawn=said[i, j], terms=why, done=granted)
        new = self._concluded(n, i[granted], j[granted], kind)
        ends = self._endings(world, mutual, tied & ~new.any(axis=0), fighting, ending)
        request = self._request(i, j, terms, surplus, chance, asked)
        return self._update(world, new, ends[0], (request, told, ends[1]))

    def _surplus_terms(self, world: World) -> dict[str, Array]:
        """What makes row i want a pact with column j, beside a0; (n, n) each."""
        power = np.log(np.maximum(world.power, 1e-9))
        quarrels = np.maximum(world.hostility >= 2, world.rivalry)
        return {
            "shared threat": self.by_threat * shared_threat(world.threat),
            "affinity": self.by_affinity * world.affinity,
            "joint democracy": self.by_democracy * np.minimum(world.democracy[:, None], world.democracy),
            "common allies": self.by_network * cosine_overlap(world.allied),
            "land border": self.by_border * world.contiguous,
            "autonomy": -self.by_autonomy / 5 * world.autonomy[:, None] * np.maximum(0.0, power - power[:, None]),
            "entrapment": -self.by_entrapment * entrapment(quarrels),
            "policy": world.pact_desire,
        }

    def _request(
        self, i: Array, j: Array, terms: dict[str, Array], surplus: Array, chance: Array, drawn: Array
    ) -> Happening:
        """The askers' reasons, which add up to the log of the rate of asking."""
        why = {"rate of asking": np.full(len(i), np.log(max(self.f0 / 2, 1e-300)))}
        why |= {"no reason": np.full(len(i), self.a0)} | {name: part[i, j] for name, part in terms.items()}
        why["limit of the rate"] = -np.logaddexp(0.0, surplus[i, j])
        return Happening("pact request", i, whom=j, chance=chance[i, j], drawn=drawn[i, j], terms=why)

    def _concluded(self, n: int, i: Array, j: Array, kind: Array) -> Array:
        """New obligations, bool (k, n, n)."""
        shares = np.cumsum([self.defence, self.offence, self.nonaggression, self.neutrality])
        bundle = BUNDLES[np.searchsorted(shares, (kind[i] + kind[j]) % 1.0, side="right")]
        new = np.zeros((BUNDLES.shape[1], n, n), dtype=bool)
        new[:, i, j] = new[:, j, i] = bundle.T
        return new

    def _endings(
        self, world: World, mutual: Array, tied: Array, fighting: Array, drawn: Array
    ) -> tuple[Array, Happening]:
        i, j = np.nonzero(tied)
        terms = {
            "usual rate": np.full(len(i), np.log(max(self.t0, 1e-300))),
            "lost surplus": -self.by_loss * (mutual[i, j] - self.a0 - self.usual),
            "dispute": np.where(fighting[i, j], np.log(self.strain), 0.0),
        }
        chance = world.chance(np.exp(sum(terms.values(), np.zeros(len(i)))))
        over = drawn[i, j] < chance
        ended = scattered(len(mutual), i, j, over)
        once = np.flatnonzero(over & (world.power[i] > world.power[j]))  # each pact once, the stronger named first
        why = {name: part[once] for name, part in terms.items()}
        told = Happening("pact ended", i[once], whom=j[once], chance=chance[once], drawn=drawn[i, j][once], terms=why)
        return ended, told

    def _update(self, world: World, new: Array, ended: Array, told: tuple[Happening, ...]) -> Update:
        formed = new.any(axis=0)
        counts: Mapping[str, float] = {"pact_formed_count": formed.sum() / 2, "pact_ended_count": ended.sum() / 2}
        warmed = self.warming * formed * (1 - world.affinity)
        return Update(
            add={"affinity": warmed} | {name: np.asarray(float(count)) for name, count in counts.items()},
            set={"pact": (world.pact & ~ended & world.dyad) | new},
            happenings=told,
        )
