"""States join organisations whose members they like and are near to, leave those they fell out with, and talk there.

    fit_mi    = by_affinity affinity_mi + by_region region_mi - by_remoteness remote_mi + universal breadth_m ** 4
    i applies at rate  apply sigmoid(wish),   wish = wish0 + fit + by_standing (legitimacy_m - 1/2) + by_lean lean_mi
    members consent    sigmoid(consent),      consent = consent0 + fit - by_rival rival_mi - by_pledge [duty to defend]
    i leaves at rate   leave (1 - breadth_m) exp(-by_affinity affinity_mi + by_grievance grievance_mi)
    d affinity_ij = dialogue (1 - affinity_ij) dt                    where the two share a platform for dialogue
    d legitimacy_m = drift (l0 + by_repute credibility_m - by_strife strife_m - legitimacy_m) dt
    d credibility_i = service legitimacy_m (1 - credibility_i) dt    for the leaders of m

| symbol | column | unit | shape |
|---|---|---|---|
| member, legitimacy | member, org_legitimacy | 1 | (m, n), (m,) |
| affinity_mi, grievance_mi, region_mi | mean over the members; share of them in the same region | 1 | (m, n) |
| remote_mi | mean of 1 - exp(-distance / 3000 km) over the members | 1 | (m, n) |
| lean, rival | portfolio share of i in poles that are members; in their rivals, by rivalry | 1 | (m, n) |
| breadth, strife, credibility_m | members of all states; members that fight another one; mean | 1 | (m,) |

Assumes: the mean member decides; organisations are neither founded nor dissolved; one in which all states are members
loses none.
Source: members since 1816 in Pevehouse et al. 2020 (the data); accession by likeness and region, and the numbers, are
assumed.
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
from sim.world import DEFENCE, World

FORCE = 4


def member_mean(held: Array, of_pair: Array) -> Array:
    """Mean of a quantity of pairs between the members of each organisation and each state: (m, n), (n, n) -> (m, n)."""
    others = held.sum(axis=1, keepdims=True) - held
    return held @ of_pair / np.maximum(others, 1.0)


@dataclass(frozen=True)
class Standing:
    """How organisations look to states: means over their members, (m, n); breadth and strife, (m,)."""

    held: Array
    affinity: Array
    grievance: Array
    region: Array
    remote: Array
    lean: Array
    rival: Array
    breadth: Array
    strife: Array


def standing(world: World) -> Standing:
    """What the states see in the organisations."""
    held = (world.member & world.alive).astype(float)
    number = np.maximum(held.sum(axis=1), 1.0)
    poles = (held @ world.pole.T > 0).astype(float)
    fighting = held * (held @ (world.hostility >= FORCE) > 0)
    w = world.alignment[:, 1:].T
    return Standing(
        held=held,
        affinity=member_mean(held, world.affinity),
        grievance=member_mean(held, world.grievance.T),
        region=member_mean(held, world.same_region),
        remote=member_mean(held, world.remoteness),
        lean=poles @ w,
        rival=poles @ world.pole_rivalry @ w,
        breadth=number / max(world.alive.sum(), 1),
        strife=fighting.sum(axis=1) / number,
    )


@dataclass(frozen=True)
class Organisations(Mechanism):
    """Sets `member`; moves the standing of organisations and leaders and the affinity of those who talk."""

    apply: float = param(0.05, unit="1/year", low=0, high=1, doc="Rate of applying at full wish.", source="assumed")
    wish0: float = param(-2, unit="1", low=-8, high=2, doc="Wish to join, all else 0.", source="assumed")
    consent0: float = param(0.5, unit="1", low=-6, high=4, doc="Consent, all else 0.", source="assumed")
    by_affinity: float = param(2, unit="1", low=0, high=6, doc="Of affinity with members.", source="assumed")
    by_region: float = param(2, unit="1", low=0, high=6, doc="Of being of their region.", source="assumed")
    by_remoteness: float = param(4, unit="1", low=0, high=8, doc="Of being far from members.", source="assumed")
    by_standing: float = param(1, unit="1", low=0, high=6, doc="Of legitimacy.", source="assumed")
    by_lean: float = param(1, unit="1", low=0, high=6, doc="Of leaning on member poles.", source="assumed")
    by_rival: float = param(2, unit="1", low=0, high=6, doc="Of leaning on their rivals.", source="assumed")
    by_pledge: float = param(2, unit="1", low=0, high=6, doc="Of a duty to defend.", source="assumed")
    universal: float = param(6, unit="1", low=0, high=12, doc="Of being open to all.", source="assumed")
    leave: float = param(0.004, unit="1/year", low=0, high=0.2, doc="Rate of leaving.", source="assumed")
    by_grievance: float = param(1, unit="1", low=0, high=3, doc="Of grievance on leaving.", source="assumed")
    dialogue: float = param(0.01, unit="1/year", low=0, high=0.2, doc="Affinity won by talking.", source="assumed")
    drift: float = param(0.1, unit="1/year", low=0, high=2, doc="Speed of legitimacy.", source="assumed")
    l0: float = param(0.3, unit="1", low=0, high=0.5, doc="Legitimacy it settles at, all 0.", source="assumed")
    by_repute: float = param(0.5, unit="1", low=0, high=0.5, doc="Of members' credibility.", source="assumed")
    by_strife: float = param(0.3, unit="1", low=0, high=0.3, doc="Of fighting among members.", source="assumed")
    service: float = param(0.01, unit="1/year", low=0, high=0.5, doc="Credibility of leaders.", source="assumed")

    phase: ClassVar = Phase.RESOLVE
    reads: ClassVar = (
        "member alive remoteness affinity grievance same_region pole pole_rivalry alignment hostility org_legitimacy "
        "org_obligation org_dialogue org_leader credibility"
    )
    writes: ClassVar = "member org_legitimacy affinity credibility"
    kinds: ClassVar = {
        "application": "{who} applies to {organisation}",
        "accession": "{who} joins {organisation}",
        "accession refused": "{organisation} refuses {who} as a member",
        "exit": "{who} leaves {organisation}",
    }

    def __call__(self, world: World, rng: Generator) -> Update:
        applied, said, left = rng.random((3, world.sizes["m"], world.sizes["i"]))
        seen = standing(world)
        fit = {
            "affinity": self.by_affinity * seen.affinity,
            "region": self.by_region * seen.region,
            "remoteness": -self.by_remoteness * seen.remote,
            "universality": np.broadcast_to(self.universal * seen.breadth[:, None] ** 4, seen.held.shape),
        }
        wish = self._wish(world, seen, fit)
        applying = world.chance(self.apply * expit(sum(wish.values())))
        asks = world.alive & ~world.member & (applied < applying)
        consent = self._consent(world, seen, fit)
        chance = expit(sum(consent.values()))
        joins = asks & (said < chance)
        m, i = np.nonzero(asks)
        why = {name: part[m, i] for name, part in consent.items()}
        told = Happening("accession", i, third=m, chance=chance[m, i], drawn=said[m, i], terms=why, done=joins[m, i])
        application = self._application(m, i, wish, applying, applied)
        leaves, exits = self._exits(world, seen, left)
        return Update(
            add=self._effects(world, seen),
            set={"member": (world.member | joins) & ~leaves},
            happenings=(application, told, exits),
        )

    def _wish(self, world: World, seen: Standing, fit: dict[str, Array]) -> dict[str, Array]:
        shape = seen.held.shape
        renown = np.broadcast_to(self.by_standing * (world.org_legitimacy[:, None] - 0.5), shape)
        own = {"reserve": np.full(shape, self.wish0), "legitimacy": renown}
        return own | {"leaning on members": self.by_lean * seen.lean} | fit

    def _application(self, m: Array, i: Array, wish: dict[str, Array], chance: Array, drawn: Array) -> Happening:
        """The applicants' reasons, which add up to the log of the rate of applying."""
        why = {"rate of applying": np.full(len(i), np.log(max(self.apply, 1e-300)))}
        wished = {name: part[m, i] for name, part in wish.items()}
        why |= wished | {"limit of the rate": -np.logaddexp(0.0, sum(wished.values(), np.zeros(len(i))))}
        return Happening("application", i, third=m, chance=chance[m, i], drawn=drawn[m, i], terms=why)

    def _consent(self, world: World, seen: Standing, fit: dict[str, Array]) -> dict[str, Array]:
        shape = seen.held.shape
        pledge = -self.by_pledge * world.org_obligation[:, DEFENCE]
        own = {"reserve": np.full(shape, self.consent0), "leaning on rivals": -self.by_rival * seen.rival}
        return own | {"duty to defend": np.broadcast_to(pledge[:, None], shape)} | fit

    def _exits(self, world: World, seen: Standing, drawn: Array) -> tuple[Array, Happening]:
        terms = {
            "usual rate": np.broadcast_to(_log(self.leave * (1 - seen.breadth))[:, None], drawn.shape),
            "affinity": -self.by_affinity * seen.affinity,
            "grievance": self.by_grievance * seen.grievance,
        }
        chance = world.chance(np.exp(sum(terms.values(), np.zeros(drawn.shape))))
        leaves = world.member & world.alive & (drawn < chance)
        m, i = np.nonzero(leaves)
        why = {name: part[m, i] for name, part in terms.items()}
        return leaves, Happening("exit", i, third=m, chance=chance[m, i], drawn=drawn[m, i], terms=why)

    def _effects(self, world: World, seen: Standing) -> dict[str, Array]:
        held, dt = seen.held, world.dt
        talking = held[world.org_dialogue]
        together = (talking.T @ talking > 0) & ~np.eye(held.shape[1], dtype=bool)
        repute = held @ world.credibility / np.maximum(held.sum(axis=1), 1.0)
        target = self.l0 + self.by_repute * repute - self.by_strife * seen.strife
        serving = world.org_legitimacy @ (world.org_leader * held)
        return {
            "affinity": -np.expm1(-self.dialogue * dt) * together * (1 - world.affinity),
            "org_legitimacy": -np.expm1(-self.drift * dt) * (target - world.org_legitimacy),
            "credibility": -np.expm1(-self.service * serving * dt) * (1 - world.credibility),
        }


def _log(x: Array) -> Array:
    return np.log(np.maximum(x, 1e-300))
