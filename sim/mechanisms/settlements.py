"""How a dispute ended decides how long the peace holds: imposed, mediated, negotiated, or simply let go.

    imposed, if not mediated: log-odds = logit(share of its highest level) + by_disparity (|ln force ratio| - 1)
    negotiated, if neither:   log-odds = logit(share of its highest level) + by_parity (parity - 1/3)
    settlement <- kind + by_guarantor guarantors,   fading within `holding` years
    settlement <- settlement + strain,   once `grace` years have gone by

| symbol | column | unit | shape |
|---|---|---|---|
| settlement, strain | the same: log-odds that they add to a new dispute (`dispute_onset`) | 1 | (n, n) |
| kind and style, guarantors | settlement_kind, guarantors | 0..6; 1 | (n, n) |
| highest level | dispute_peak | 0..5 | (n, n) |
| mediators at work (cleared with the dispute) | mediator_credibility | 1 | (n, n) |
| force; time | force; peace_years | 1e9 USD; year | (n,); (n, n) |

Kind counts `mediated`, `negotiated` or `imposed`, a stalemate nothing: it is what the others are compared with. Strain
is `late_manipulation` where mediators pressed and `late_facilitation` where they only carried messages. Shares imposed
are `imposed_display`, `imposed_force` and `imposed_war`, shares negotiated of the others `agreed_display`,
`agreed_force` and `agreed_war`; a dispute that never went beyond a threat is let go. A new dispute voids what was
settled.

Assumes: joiners settle as the pair that began; those who leave earlier let go; settlements fade alike, whatever kind.
Source: kinds and their rates of relapse counted in GML MID 2.2.1, Gibler, Miller & Little 2016b, mediators and groups
of them in ICB, Brecher et al. 2021; guarantees, Fortna 2003; pressed and imposed peace, Werner & Yuen 2005; relapse
long after leverage, Beardsley 2008. Groups of mediators count -.37 (standard error .35), over some 2.5 guarantors.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np
from numpy.random import Generator
from scipy.special import expit, logit

from sim.core.columns import Array
from sim.core.params import param
from sim.core.update import Happening, Update
from sim.mechanisms.base import Mechanism
from sim.timeline import Phase
from sim.world import SETTLED, World

STALEMATE, NEGOTIATED, FACILITATED, FORMULATED, MANIPULATED, IMPOSED = range(1, len(SETTLED))
ENDS, CRISES = "GML2016bfit", "ICB2021fit"
UNHEARD_OF = -30.0
"""Log-odds of settling a dispute that never went beyond a threat."""


def durability_terms(kind: Array, guarantors: Array, *, by_kind: Array, by_guarantor: float) -> dict[str, Array]:
    """Contributions of a new settlement to the log-odds of a new dispute, each (d,); by_kind: of the kinds 0..6."""
    return {"kind of settlement": by_kind[kind], "guarantors": by_guarantor * guarantors}


def is_mediated(kind: Array) -> Array:
    """Whether settlements of a kind are mediated, in whatever style."""
    return (kind >= FACILITATED) & (kind <= MANIPULATED)


@dataclass(frozen=True)
class Settlements(Mechanism):
    """Marks how disputes ended; keeps what that does to the peace."""

    imposed: float = param(-0.69, unit="1", low=-3, high=1, doc="Of an imposed settlement.", source=ENDS)
    negotiated: float = param(0.05, unit="1", low=-2, high=2, doc="Of one between the two.", source=ENDS)
    mediated: float = param(-0.15, unit="1", low=-2, high=2, doc="Of a mediated one.", source=CRISES)
    by_guarantor: float = param(-0.15, unit="1", low=-1, high=0.5, doc="Of each guarantor.", source=CRISES)
    late_manipulation: float = param(0.47, unit="1", low=-1, high=2, doc="Of pressing, later.", source="assumed")
    late_facilitation: float = param(-0.36, unit="1", low=-2, high=1, doc="Of messages, later.", source="assumed")
    grace: float = param(3, unit="year", low=0.5, high=15, doc="Time until that counts.", source="assumed")
    holding: float = param(15, unit="year", low=1, high=100, doc="Fading of settlements.", source="assumed")
    imposed_display: float = param(0.006, unit="1", low=0, high=1, doc="Imposed after a display.", source=ENDS)
    imposed_force: float = param(0.019, unit="1", low=0, high=1, doc="Imposed after force.", source=ENDS)
    imposed_war: float = param(0.27, unit="1", low=0, high=1, doc="Imposed after war.", source=ENDS)
    agreed_display: float = param(0.17, unit="1", low=0, high=1, doc="Negotiated after a display.", source=ENDS)
    agreed_force: float = param(0.24, unit="1", low=0, high=1, doc="Negotiated after force.", source=ENDS)
    agreed_war: float = param(0.75, unit="1", low=0, high=1, doc="Negotiated after war.", source=ENDS)
    by_disparity: float = param(0.3, unit="1", low=-1, high=2, doc="The mighty impose.", source="assumed")
    by_parity: float = param(0.5, unit="1", low=-2, high=3, doc="Equals negotiate.", source="assumed")

    phase: ClassVar = Phase.REMEMBER
    reads: ClassVar = (
        "hostility dyad originator fatal dispute_tag dispute_peak peace_years force settlement strain settlement_kind "
        "guarantors mediator_credibility"
    )
    writes: ClassVar = "settlement strain settlement_kind guarantors dispute_peak mediator_credibility"
    kinds: ClassVar = {
        "imposed peace": "The dispute of {who} with {whom} ends on the stronger side's terms",
        "imposed peace refused": "Neither {who} nor {whom} imposes its terms",
        "negotiated peace": "{who} and {whom} agree between themselves to end their dispute",
        "negotiated peace refused": "{who} and {whom} let their dispute go without an agreement",
    }

    def __call__(self, world: World, rng: Generator) -> Update:
        n = world.sizes["i"]
        own = rng.random((4, n))
        change = np.expm1(-world.dt / self.holding) * world.settlement
        add: dict[str, Array] = {"settlement": change}
        late = world.strain.ravel().nonzero()[0]
        late = late[(world.peace_years.take(late) >= self.grace) & (world.hostility.take(late) == 0)]
        if late.size:
            left = np.zeros(n * n)
            left[late] = world.strain.take(late)
            change += left.reshape(n, n)
            add["strain"] = -left.reshape(n, n)
        pairs = world.dispute_tag.ravel().nonzero()[0]
        if not pairs.size:
            return Update(add=add)
        level, there = world.hostility.take(pairs), world.dyad.take(pairs)
        live = (level > 0) & there
        marks = _Marks(world, pairs, live * np.maximum(level, world.dispute_peak.take(pairs)))
        told: tuple[Happening, ...] = ()
        if not live.all():
            marks.credible *= live
            over = ((level == 0) & there).nonzero()[0]
            if over.size:
                told = self._ended(world, marks, over, own)
        self._begun(marks, live)
        return Update(add=marks.into(add), happenings=told)

    def _begun(self, marks: _Marks, live: Array) -> None:
        """Where a dispute is live, what was settled before is void."""
        if (live & (marks.kind > 0)).any():
            marks.settle(live.nonzero()[0], 0, 0, 0.0, 0.0)

    def _ended(self, world: World, marks: _Marks, over: Array, own: Array) -> tuple[Happening, ...]:
        """Kinds of the settlements of the pairs `over`, what they are worth, and the decisions of those who began."""
        pairs, n = marks.pairs[over], world.sizes["i"]
        led = world.originator.take(pairs).nonzero()[0]
        kinds, told = np.full(len(pairs), STALEMATE), tuple[Happening, ...]()
        if led.size:
            i, j = pairs[led] // n, pairs[led] % n
            kind, told = self._kind(world, i, j, own, marks.kind[over[led]])
            tag = world.dispute_tag.take(pairs)
            same = tag[:, None] == tag[led]
            kinds = np.where(same.any(axis=1), kind[same.argmax(axis=1)], STALEMATE)
        guarantors = marks.guarantors[over] * is_mediated(kinds)
        talked = self.mediated
        by_kind = np.array([0.0, 0.0, self.negotiated, talked, talked, talked, self.imposed])
        late = np.array([0.0, 0.0, 0.0, self.late_facilitation, 0.0, self.late_manipulation, 0.0])
        worth = sum(durability_terms(kinds, guarantors, by_kind=by_kind, by_guarantor=self.by_guarantor).values())
        marks.settle(over, kinds, guarantors, worth, late[kinds])
        return told

    def _kind(self, world: World, i: Array, j: Array, own: Array, marked: Array) -> tuple[Array, tuple[Happening, ...]]:
        """How the disputes of i with j were settled, (d,), and why; those that were mediated are marked so already."""
        peak = world.dispute_peak[i, j]
        peak = np.where(peak > 0, peak, 3 + world.fatal[i, j])
        mediated = is_mediated(marked)
        kind = np.where(mediated, marked, STALEMATE)
        open_ = (~mediated & (peak > 2)).nonzero()[0]
        if not open_.size:
            return kind, ()
        i, j, peak = i[open_], j[open_], peak[open_]
        drawn = (own[:2, i] + own[2:, j]) % 1.0
        gap = np.log(np.maximum(world.force, 1e-9))
        gap = np.abs(gap[i] - gap[j])
        force = {
            "usual share": _usual(self.imposed_display, self.imposed_force, self.imposed_war)[peak],
            "disparity of force": self.by_disparity * (gap - 1),
        }
        imposing = expit(force["usual share"] + force["disparity of force"])
        imposed = drawn[0] < imposing
        told = Happening("imposed peace", i, whom=j, chance=imposing, drawn=drawn[0], terms=force, done=imposed)
        kind[open_[imposed]] = IMPOSED
        if imposed.all():
            return kind, (told,)
        left = (~imposed).nonzero()[0]
        i, j, peak, draw = i[left], j[left], peak[left], drawn[1, left]
        talk = {
            "usual share": _usual(self.agreed_display, self.agreed_force, self.agreed_war)[peak],
            "parity of force": self.by_parity * (np.exp(-gap[left]) - 1 / 3),
        }
        agreeing = expit(talk["usual share"] + talk["parity of force"])
        agreed = draw < agreeing
        kind[open_[left[agreed]]] = NEGOTIATED
        return kind, (
            told,
            Happening("negotiated peace", i, whom=j, chance=agreeing, drawn=draw, terms=talk, done=agreed),
        )


@cache
def _usual(*shares: float) -> Array:
    """Log-odds of a kind of settlement by the highest level of the dispute, (6,), from the shares at levels 3 to 5."""
    return np.array([UNHEARD_OF] * 3 + [float(logit(min(max(share, 1e-9), 1 - 1e-9))) for share in shares])


class _Marks:
    """What is to be written on the pairs that have, or just had, a dispute: arrays (p,), changed bit by bit."""

    def __init__(self, world: World, pairs: Array, peak: Array) -> None:
        self.world, self.pairs, self.peak = world, pairs, peak
        self.kind, self.credible = world.settlement_kind.take(pairs), world.mediator_credibility.take(pairs)
        self.guarantors = world.guarantors.take(pairs)
        self.worth, self.strain = world.settlement.take(pairs), world.strain.take(pairs)
        self.settled = False

    def settle(
        self, at: Array, kind: Array | int, guarantors: Array | int, worth: Array | float, strain: Array | float
    ) -> None:
        """Write a settlement on some of the pairs."""
        self.settled = True
        self.kind[at], self.guarantors[at], self.worth[at], self.strain[at] = kind, guarantors, worth, strain

    def into(self, add: dict[str, Array]) -> dict[str, Array]:
        """The increments of all columns that change, with those that are there."""
        values = {"dispute_peak": self.peak, "mediator_credibility": self.credible}
        if self.settled:
            values |= {
                "settlement_kind": self.kind,
                "guarantors": self.guarantors,
                "settlement": self.worth,
                "strain": self.strain,
            }
        for name, value in values.items():
            held = getattr(self.world, name)
            step = value - held.take(self.pairs)
            if name in add:
                add[name].reshape(-1)[self.pairs] = step
            elif step.any():
                change = np.zeros(held.size, dtype=held.dtype)
                change[self.pairs] = step
                add[name] = change.reshape(held.shape)
        return add
