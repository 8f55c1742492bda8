"""Third parties offer to mediate live disputes; both sides must accept; talks succeed when the time is ripe.

    acceptance_i = sigmoid(a0 + a1 affinity_ik + a2 credibility_k + a3 leverage_ki
                           - a4 max(0, affinity_jk - affinity_ik) + a5 ripeness)
    leverage_ki  = .5 trade_ik / trade_i + .5 w_ik     (w where k is a pole; by_membership where i is a member of k)
    score_k      = willingness_k acceptance_i acceptance_j
    offer rate   = offers salience S / (S + half),  S = sum_k score_k;   who offers: argmax ln score_k + taste Gumbel
    success      = sigmoid(s0 + s_ripe ripeness + s_credibility credibility_k + s_leverage leverage_k + s_norm norms_k)
    ripeness     = (1 - exp(-age / ripening)) (.4 + .6 parity) level / 5

| symbol | column | unit | shape |
|---|---|---|---|
| affinity, trade | the same | 1; 1e9 USD | (n, n) |
| credibility | credibility, org_legitimacy | 1 | (n,), (m,) |
| w | alignment | 1 | (n, 1 + g) |
| age, level | dispute_age, hostility | year; 0..5 | (n, n) |

A mediator gains `gain` (1 - c) of credibility by success and loses `loss` c by failure; a success ends the dispute for
all who take part, warms the parties' affinity by `warming` (1 - affinity) and leaves a settlement that fades within
`holding` years. Salience is level / 5, times `minor` where nobody has died.

Assumes: only bias against a side deters that side; candidates are states outside the dispute and organisations with
good offices to which both sides belong; at most one offer a dispute and step; talks end within the step.
Source: ripeness, Zartman 2000; bias and leverage, Kydd 2003 and Svensson 2009; offer and acceptance, Beardsley 2008.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator
from scipy.special import expit

from sim.core.columns import Array
from sim.core.params import param
from sim.core.streams import crossed_uniform
from sim.core.update import Happening, Update
from sim.mechanisms import _go_betweens as between
from sim.mechanisms.base import Mechanism
from sim.timeline import Phase
from sim.world import WAR, World

RUNNERS_UP = 3
"""Candidates who are told of beside the one who offers to mediate."""


@dataclass(frozen=True)
class Case:
    """The live disputes (d of them, originator i against target j) and what every candidate could do in each."""

    i: Array
    j: Array
    ripe: Array
    terms: tuple[dict[str, Array], dict[str, Array]]
    yes: tuple[Array, Array]
    score: Array
    leverage: Array

    def of(self, which: Array, k: Array) -> tuple[tuple[Array, Array], tuple[dict[str, Array], dict[str, Array]]]:
        """Both sides' probabilities and terms for chosen disputes and candidates."""
        probabilities = (self.yes[0][which, k], self.yes[1][which, k])
        first, second = ({name: part[which, k] for name, part in side.items()} for side in self.terms)
        return probabilities, (first, second)


@dataclass(frozen=True)
class Mediation(Mechanism):
    """Ends disputes by mediation; moves affinity, credibility and the mediators' record."""

    a0: float = param(1.2, unit="1", low=-3, high=3, doc="Readiness to accept anybody.", source="assumed")
    a1: float = param(1.5, unit="1", low=0, high=5, doc="Of affinity with the mediator.", source="assumed")
    a2: float = param(2, unit="1", low=0, high=5, doc="Of the mediator's credibility.", source="assumed")
    a3: float = param(1.5, unit="1", low=0, high=5, doc="Of the mediator's leverage.", source="assumed")
    a4: float = param(2, unit="1", low=0, high=5, doc="Of bias towards the opponent.", source="assumed")
    a5: float = param(1.5, unit="1", low=0, high=5, doc="Of ripeness.", source="assumed")
    offers: float = param(2.5, unit="1/year", low=0, high=12, doc="Offers to a war if many are able.", source="assumed")
    minor: float = param(0.3, unit="1", low=0, high=1, doc="Salience of a dispute without deaths.", source="assumed")
    half: float = param(0.1, unit="1", low=0.01, high=2, doc="Total score at half the offers.", source="assumed")
    taste: float = param(1, unit="1", low=0, high=3, doc="Scale of chance in who offers.", source="assumed")
    by_membership: float = param(0.3, unit="1", low=0, high=1, doc="Leverage on members.", source="assumed")
    ripening: float = param(1, unit="year", low=0.1, high=10, doc="Time in which a dispute ripens.", source="assumed")
    s0: float = param(-1.3, unit="1", low=-4, high=2, doc="Success of talks without any help.", source="assumed")
    s_ripe: float = param(1.2, unit="1", low=0, high=4, doc="Of ripeness on success.", source="assumed")
    s_credibility: float = param(0.8, unit="1", low=0, high=4, doc="Of credibility on success.", source="assumed")
    s_leverage: float = param(0.6, unit="1", low=0, high=4, doc="Of leverage on success.", source="assumed")
    s_norm: float = param(0.4, unit="1", low=0, high=4, doc="Of the mediator's norms on success.", source="assumed")
    gain: float = param(0.15, unit="1", low=0, high=1, doc="Credibility gained by success.", source="assumed")
    loss: float = param(0.10, unit="1", low=0, high=1, doc="Credibility lost by failure.", source="assumed")
    warming: float = param(0.15, unit="1", low=0, high=1, doc="Affinity gained by the parties.", source="assumed")
    holding: float = param(5, unit="year", low=0.5, high=50, doc="Time in which a settlement fades.", source="assumed")

    phase: ClassVar = Phase.MEDIATE
    reads: ClassVar = (
        "hostility originator dispute_tag dispute_age fatal power affinity trade total_trade alignment pole member "
        "alive dyad credibility org_legitimacy org_mediates activism distance mediation_effort mediation_load org_load "
        "adopted settlement"
    )
    writes: ClassVar = (
        "hostility affinity credibility mediation_success mediation_load org_load org_legitimacy settlement "
        "offer_count acceptance_count settlement_count"
    )
    kinds: ClassVar = {
        "offer": "{mediator} offers to mediate between {who} and {whom}",
        "passed over": "{mediator}, too, could have offered to mediate between {who} and {whom}",
        "mediation": "{mediator} mediates between {who} and {whom}",
        "mediation refused": "{mediator} offers to mediate between {who} and {whom} and is refused",
        "consent": "{who} accepts {mediator} as mediator",
        "consent refused": "{who} refuses {mediator} as mediator",
        "settlement": "{who} and {whom} settle their dispute with the help of {mediator}",
        "settlement refused": "The talks of {who} and {whom} under {mediator} fail",
    }

    def __call__(self, world: World, rng: Generator) -> Update:
        n, m = world.sizes["i"], world.sizes["m"]
        drawn, fate = rng.random((5, n, n)), rng.random(n + m)
        i, j, calls = self._within_reach(world, drawn[1])
        if not i.size:
            return Update(add=self._fading(world))
        noise = crossed_uniform(drawn[0][i, j], fate)
        gumbel = -np.log(-np.log(np.clip(noise, 1e-12, 1 - 1e-12)))
        case = self._case(world, i, j)
        total = case.score.sum(axis=1)
        chance = world.chance(calls * total / (total + self.half))
        best = (np.log(np.maximum(case.score, 1e-300)) + self.taste * gumbel).argmax(axis=1)
        which = np.flatnonzero(drawn[1][i, j] < chance)
        offers = (
            self._offered(case, which, best[which], calls[which], chance[which], drawn[1][i[which], j[which]]),
            self._passed_over(case, which, best[which], gumbel),
        )
        return self._talks(world, case, which, best[which], drawn[2:, i[which], j[which]], offers)

    def _within_reach(self, world: World, drawn: Array) -> tuple[Array, Array, Array]:
        """Disputes that would get an offer if candidates were many, and the yearly rate of offers in that case."""
        i, j = np.nonzero((world.originator == 1) & (world.hostility > 0) & world.dyad)
        level = world.hostility[i, j]
        grave = world.fatal[i, j] | (level == WAR)
        calls = self.offers * np.where(grave, 1.0, self.minor) * level / WAR
        near = drawn[i, j] < world.chance(calls)
        return i[near], j[near], calls[near]

    def _offered(self, case: Case, which: Array, k: Array, calls: Array, chance: Array, drawn: Array) -> Happening:
        """The offers, with what the log of their rate adds up from."""
        total = case.score[which].sum(axis=1)
        why = {
            "rate of offers": np.full(len(k), np.log(max(self.offers, 1e-300))),
            "gravity of the dispute": np.log(np.maximum(calls, 1e-300) / max(self.offers, 1e-300)),
            "candidates at hand": np.log(np.maximum(total, 1e-300) / (total + self.half)),
        }
        return _told("offer", (case.i[which], case.j[which]), k, chance, drawn, why)

    def _passed_over(self, case: Case, which: Array, k: Array, noise: Array) -> Happening:
        """For every offer the best-scored others: the log-odds with which the mediator k came before each.

        The difference of two Gumbel numbers is logistic: what is told as drawn is its place in 0..1.
        """
        taste, scores = max(self.taste, 1e-9), case.score[which].copy()
        scores[np.arange(len(k)), k] = 0.0
        order = np.argsort(-scores, axis=1, kind="stable")[:, :RUNNERS_UP]
        at, rank = np.nonzero(np.take_along_axis(scores, order, axis=1) > 0)
        d, other, chosen = which[at], order[at, rank], k[at]

        def ahead(values: Array) -> Array:
            return (np.log(values[d, chosen]) - np.log(values[d, other])) / taste

        why = {
            "willingness": ahead(case.score / (case.yes[0] * case.yes[1])),
            "acceptance by the originator": ahead(case.yes[0]),
            "acceptance by the target": ahead(case.yes[1]),
        }
        drawn = expit(noise[d, other] - noise[d, chosen])
        return _told(
            "passed over", (case.i[d], case.j[d]), other, expit(sum(why.values(), np.zeros(len(d)))), drawn, why
        )

    def _talks(
        self, world: World, case: Case, which: Array, k: Array, drawn: Array, offers: tuple[Happening, ...]
    ) -> Update:
        """What comes of the offers that candidates k make in some of the disputes; drawn (3, offers)."""
        said_i, said_j, fortune = drawn
        sides = (case.i[which], case.j[which])
        yes, terms = case.of(which, k)
        accepted = (said_i < yes[0]) & (said_j < yes[1])
        push = self._push(world, case, which, k)
        success = expit(sum(push.values()))
        settled = accepted & (fortune < success)
        both = {"acceptance by the originator": np.log(yes[0]), "acceptance by the target": np.log(yes[1])}
        told = (
            *offers,
            _told("mediation", sides, k, yes[0] * yes[1], None, both, accepted),
            _told("consent", sides, k, yes[0], said_i, terms[0], said_i < yes[0]),
            _told("consent", sides[::-1], k, yes[1], said_j, terms[1], said_j < yes[1]),
            _told("settlement", sides, k, success, fortune, push, settled, accepted),
        )
        return Update(add=self._effects(world, sides, k, accepted, settled), happenings=told)

    def _case(self, world: World, i: Array, j: Array) -> Case:
        near_i, near_j = between.affinity_with(world, i), between.affinity_with(world, j)
        hold_i, hold_j = (between.leverage_on(world, side, by_membership=self.by_membership) for side in (i, j))
        repute = np.concatenate([world.credibility, world.org_legitimacy])
        state = (world.dispute_age[i, j], world.hostility[i, j], world.power[i], world.power[j])
        ripe = between.ripeness(*state, ripening=self.ripening)
        weights = (self.a0, self.a1, self.a2, self.a3, self.a4, self.a5)
        terms = (
            between.acceptance_terms(near_i, near_j, repute, hold_i, ripe, weights=weights),
            between.acceptance_terms(near_j, near_i, repute, hold_j, ripe, weights=weights),
        )
        yes = (expit(sum(terms[0].values())), expit(sum(terms[1].values())))
        score = between.willingness(world, i, j) * yes[0] * yes[1]
        return Case(i, j, ripe, terms, yes, score, (hold_i + hold_j) / 2)

    def _push(self, world: World, case: Case, which: Array, k: Array) -> dict[str, Array]:
        repute = np.concatenate([world.credibility, world.org_legitimacy])
        return {
            "talks": np.full(len(k), self.s0),
            "ripeness": self.s_ripe * case.ripe[which],
            "credibility": self.s_credibility * repute[k],
            "leverage": self.s_leverage * case.leverage[which, k],
            "norms": self.s_norm * between.norms_held(world)[k],
        }

    def _effects(
        self, world: World, sides: tuple[Array, Array], k: Array, accepted: Array, settled: Array
    ) -> dict[str, Array]:
        n, m = world.sizes["i"], world.sizes["m"]
        i, j = sides[0][settled], sides[1][settled]
        ended = np.isin(world.dispute_tag, world.dispute_tag[i, j]) & (world.hostility > 0)
        made = np.zeros((n, n))
        made[i, j] = made[j, i] = 1.0
        won, lost, busy = (
            np.bincount(k[those], minlength=n + m).astype(float) for those in (settled, accepted & ~settled, accepted)
        )
        fading, stake = self._fading(world), self.numbers("gain", "loss")
        return fading | {
            "hostility": np.where(ended, -world.hostility, 0),
            "affinity": self.warming * made * (1 - world.affinity),
            "settlement": np.where(made > 0, 1 - world.settlement, fading["settlement"]),
            "mediation_load": busy[:n] + fading["mediation_load"],
            "org_load": busy[n:] + fading["org_load"],
            "mediation_success": won[:n],
            "credibility": between.reputation_change(world.credibility, won[:n], lost[:n], **stake),
            "org_legitimacy": between.reputation_change(world.org_legitimacy, won[n:], lost[n:], **stake),
            "offer_count": np.asarray(float(len(k))),
            "acceptance_count": np.asarray(float(accepted.sum())),
            "settlement_count": np.asarray(float(settled.sum())),
        }

    def _fading(self, world: World) -> dict[str, Array]:
        """What is forgotten in a step."""
        return {
            "settlement": np.expm1(-world.dt / self.holding) * world.settlement,
            "mediation_load": np.expm1(-world.dt) * world.mediation_load,
            "org_load": np.expm1(-world.dt) * world.org_load,
        }


def _told(
    kind: str,
    sides: tuple[Array, Array],
    k: Array,
    chance: Array,
    drawn: Array | None,
    terms: dict[str, Array],
    done: Array | None = None,
    only: Array | None = None,
) -> Happening:
    """One kind of happening over the offers (those marked by `only`), with its numbers."""
    kept = np.ones(len(k), dtype=bool) if only is None else only
    return Happening(
        kind,
        sides[0][kept],
        whom=sides[1][kept],
        third=k[kept],
        chance=chance[kept],
        drawn=None if drawn is None else drawn[kept],
        terms={name: part[kept] for name, part in terms.items()},
        done=None if done is None else done[kept],
    )
