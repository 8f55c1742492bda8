"""Third parties offer to mediate live disputes, alone, as a team or as an organisation; both sides must accept; talks
succeed when the time is ripe and the mediator is trusted or strong.

    willingness  = stakes zeal free         zeal = (activism^2 + power) effort (1 + by_record (1 - exp(-successes)))
    stakes       = floor + (by_trade trade share + exp(-km / near) + by_spill level / 5 [borders on a party]) / 2
    free         = 1 - load / capacity, 0 if none is left;  capacity = `capacity` + by_activism activism
    acceptance_i = sigmoid(a0 + a1 affinity_ik + a2 credibility_k + a3 leverage_ki
                           - a4 max(0, affinity_jk - affinity_ik) + a5 ripeness + by_venue venue)
    leverage_ki  = hold_trade trade_ik / trade_i + hold_patronage w_ik (k a pole), hold_membership (i a member of k)
    offer rate   = offers salience S / (S + half), S = sum_k score_k, score_k = willingness_k acceptance_i acceptance_j
    who offers   = argmax_k ln score_k + taste Gumbel
    success      = sigmoid(s0 + s_ripe ripeness + (1 - 2 causal_share) gap / 2
                           + 2 causal_share (s_credibility credibility + s_leverage leverage + s_norm norms + style))
    ripeness     = (1 - exp(-age / ripening)) (ripe_floor + (1 - ripe_floor) parity) level / 5

| symbol | column | unit | shape |
|---|---|---|---|
| affinity, trade, km | affinity, trade, distance | 1; 1e9 USD; km | (n, n) |
| credibility | credibility, org_legitimacy | 1 | (n,), (m,) |
| successes, effort, load | mediation_success, mediation_effort, mediation_load and org_load | 1 | (n,), (m,) |
| w | alignment | 1 | (n, 1 + g) |
| age, level | dispute_age, hostility | year; 0..5 | (n, n) |

An organisation with good offices serves disputes of its members: stakes 1, zeal `office` x legitimacy (times
`universal` if all states belong), capacity `org_capacity` + `by_breadth` x its share of all states. **Team**: a state
that leads asks up to two others, willing and leaning the other way, who join by `joint`, `by_opposite` and
`by_standing`; affinity and credibility of a team are its members' means, its leverage all that they hold; it guarantees
what it brings about.
**Venue**: a state chosen by credibility, independence of poles, impartiality and nearness (`host_range`,
`venue_taste`). **Style**: pressing the parties (`manipulates`, more with leverage: `press_leverage` from
`usual_leverage`), else proposing terms (`formulates`, more with credibility: `propose_credibility` from
`usual_credibility`), else carrying messages; `s_manipulation` and `s_facilitation` on success. `causal_share` of the
`gap` between mediated and other disputes is effect, the rest selection. While talks go on without success, the
credibility of those who mediate is known (`mediator_credibility`): it calms (`escalation`).

A mediator gains `gain` (1 - c) of credibility by success and loses `loss` c by failure, partners `partner_share` of it;
the host of a success gains `by_hosting` of it. A success ends the dispute for all who take part and warms the parties'
affinity by `warming` (1 - affinity); how long it holds, `settlements` says. Salience is level / 5, times `minor` where
nobody has died.

Assumes: only bias against a side deters that side; who has a dispute of its own with a party does not mediate; at most
one offer a dispute and step; a state joins one team a step.
Source: ripeness, Zartman 2000; bias and leverage, Kydd 2003 and Svensson 2009; offer and acceptance, Beardsley 2008;
styles, Beardsley et al. 2006; capacity and reputation, Bercovitch and Houston 1996.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, expm1, log, nan
from typing import ClassVar

import numpy as np
from numpy.random import Generator

from sim.core.columns import Array
from sim.core.params import param
from sim.core.streams import crossed_uniform
from sim.core.update import Update
from sim.mechanisms import _go_betweens as between
from sim.mechanisms import _talks as talks
from sim.mechanisms._disputes import mirrored
from sim.mechanisms.base import Mechanism
from sim.timeline import Phase
from sim.world import WAR, World

RUNNERS_UP = 2
"""Candidates who are told of beside the one who offers to mediate."""
NUMBERS_DRAWN = 9
"""Uniforms a dispute: offer, who offers and where, both consents, success, two partners, two of style."""
COUNTED = "ICB2021fit"


@dataclass(frozen=True)
class Offer:
    """One offer: of dispute d of a case, between i and j, by a team (its leader first), at a venue; its draws."""

    d: int
    i: int
    j: int
    team: tuple[int, ...]
    host: int
    suits: float
    drawn: list[float]

    @property
    def sides(self) -> tuple[int, int]:
        """Originator and target."""
        return self.i, self.j


@dataclass(frozen=True)
class Talks:
    """Talks that both sides accepted: the offer, the credibility of the team, their style, whether they succeed."""

    offer: Offer
    repute: float
    style: int
    settled: bool


@dataclass(frozen=True)
class Mediation(Mechanism):
    """Ends disputes by mediation; moves affinity, credibility and the mediators' record."""

    a0: float = param(0.6, unit="1", low=-3, high=3, doc="Readiness to accept anybody.", source="assumed")
    a1: float = param(1.5, unit="1", low=0, high=5, doc="Of affinity with the mediator.", source="assumed")
    a2: float = param(2, unit="1", low=0, high=5, doc="Of the mediator's credibility.", source="assumed")
    a3: float = param(1.5, unit="1", low=0, high=5, doc="Of the mediator's leverage.", source="assumed")
    a4: float = param(2, unit="1", low=0, high=5, doc="Of bias towards the opponent.", source="assumed")
    a5: float = param(1.5, unit="1", low=0, high=5, doc="Of ripeness.", source="assumed")
    by_venue: float = param(1, unit="1", low=0, high=4, doc="Of a neutral venue.", source="assumed")
    hold_trade: float = param(0.5, unit="1", low=0, high=1, doc="Leverage of all trade.", source="assumed")
    hold_patronage: float = param(0.5, unit="1", low=0, high=1, doc="Leverage of a whole portfolio.", source="assumed")
    hold_membership: float = param(0.3, unit="1", low=0, high=1, doc="Leverage on members.", source="assumed")
    offers: float = param(3.5, unit="1/year", low=0, high=12, doc="Offers to a war if many are able.", source="assumed")
    minor: float = param(0.15, unit="1", low=0, high=1, doc="Salience of a dispute without deaths.", source="assumed")
    half: float = param(0.1, unit="1", low=0.01, high=2, doc="Total score at half the offers.", source="assumed")
    taste: float = param(1, unit="1", low=0, high=3, doc="Scale of chance in who offers.", source="assumed")
    near: float = param(3000, unit="km", low=300, high=2e4, doc="Distance that dims interest.", source="assumed")
    floor: float = param(0.1, unit="1", low=0, high=1, doc="Interest of those without stakes.", source="assumed")
    by_trade: float = param(1, unit="1", low=0, high=4, doc="Stakes of trade with the parties.", source="assumed")
    by_spill: float = param(0.5, unit="1", low=0, high=4, doc="Stakes of a war next door.", source="assumed")
    by_record: float = param(1, unit="1", low=0, high=4, doc="Zeal added by a record of success.", source="assumed")
    capacity: float = param(1, unit="1", low=1, high=10, doc="Mediations a state can carry.", source="assumed")
    by_activism: float = param(3, unit="1", low=0, high=10, doc="More of them by activism.", source="assumed")
    office: float = param(4.4, unit="1", low=0, high=12, doc="Zeal of organisations.", source="assumed")
    universal: float = param(0.3, unit="1", low=0, high=2, doc="Of it, if all states belong.", source="assumed")
    org_capacity: float = param(3, unit="1", low=1, high=20, doc="Mediations of a small one.", source="assumed")
    by_breadth: float = param(3, unit="1", low=0, high=20, doc="More of them if universal.", source="assumed")
    joint: float = param(0.16, unit="1", low=0, high=1, doc="Usual share of partners who join.", source="assumed")
    by_opposite: float = param(2, unit="1", low=0, high=6, doc="Partners who offset the leader.", source="assumed")
    by_standing: float = param(0.5, unit="1", low=0, high=3, doc="Partners of like standing.", source="assumed")
    host_range: float = param(6000, unit="km", low=500, high=1e5, doc="Distance that dims a venue.", source="assumed")
    venue_taste: float = param(0.5, unit="1", low=0.05, high=3, doc="Chance in the venue.", source="assumed")
    manipulates: float = param(0.406, unit="1", low=0, high=1, doc="Usual share that presses.", source=COUNTED)
    formulates: float = param(0.789, unit="1", low=0, high=1, doc="Of the others, that proposes.", source=COUNTED)
    press_leverage: float = param(4, unit="1", low=0, high=20, doc="Leverage presses.", source="assumed")
    usual_leverage: float = param(0.15, unit="1", low=0, high=1, doc="Leverage of the usual.", source="assumed")
    propose_credibility: float = param(2, unit="1", low=0, high=10, doc="Credibility proposes.", source="assumed")
    usual_credibility: float = param(0.6, unit="1", low=0, high=1, doc="Credibility of the usual.", source="assumed")
    ripening: float = param(0.3, unit="year", low=0.1, high=10, doc="Time in which a dispute ripens.", source="assumed")
    ripe_floor: float = param(0.4, unit="1", low=0, high=1, doc="Ripeness without parity.", source="assumed")
    s0: float = param(-1.3, unit="1", low=-4, high=2, doc="Success of talks without any help.", source="assumed")
    s_ripe: float = param(1.2, unit="1", low=0, high=4, doc="Of ripeness on success.", source="assumed")
    s_credibility: float = param(0.8, unit="1", low=0, high=4, doc="Of credibility on success.", source="assumed")
    s_leverage: float = param(0.6, unit="1", low=0, high=4, doc="Of leverage on success.", source="assumed")
    s_norm: float = param(0.4, unit="1", low=0, high=4, doc="Of the mediator's norms on success.", source="assumed")
    s_manipulation: float = param(0.981, unit="1", low=-1, high=3, doc="Of pressing on success.", source=COUNTED)
    s_facilitation: float = param(-0.5, unit="1", low=-3, high=1, doc="Of messages only.", source="assumed")
    causal_share: float = param(0.5, unit="1", low=0, high=1, doc="Of the gap that is effect.", source="assumed")
    gap: float = param(1.94, unit="1", low=0, high=4, doc="Agreement, mediated over other crises.", source=COUNTED)
    gain: float = param(0.15, unit="1", low=0, high=1, doc="Credibility gained by success.", source="assumed")
    loss: float = param(0.10, unit="1", low=0, high=1, doc="Credibility lost by failure.", source="assumed")
    partner_share: float = param(0.5, unit="1", low=0, high=1, doc="Of it, for partners.", source="assumed")
    by_hosting: float = param(0.3, unit="1", low=0, high=1, doc="Of the gain, for the host.", source="assumed")
    warming: float = param(0.15, unit="1", low=0, high=1, doc="Affinity gained by the parties.", source="assumed")

    phase: ClassVar = Phase.MEDIATE
    reads: ClassVar = (
        "hostility originator dispute_tag dispute_age fatal power affinity trade total_trade alignment beholden pole "
        "member breadth alive dyad credibility org_legitimacy org_mediates activism distance contiguous "
        "mediation_effort mediation_load mediation_success org_load adopted settlement_kind guarantors "
        "mediator_credibility"
    )
    writes: ClassVar = (
        "hostility affinity credibility mediation_success mediation_load org_load org_legitimacy settlement_kind "
        "guarantors mediator_credibility offer_count acceptance_count settlement_count"
    )
    kinds: ClassVar = {
        "offer": "{mediator} offers to mediate between {who} and {whom}",
        "passed over": "{mediator}, too, could have offered to mediate between {who} and {whom}",
        "guarantor": "{mediator} joins those who would mediate between {who} and {whom}",
        "guarantor refused": "{mediator} does not join those who would mediate between {who} and {whom}",
        "venue": "{state} is to host the talks of {who} and {whom}",
        "mediation": "{mediator} mediates between {who} and {whom}",
        "mediation refused": "{mediator} offers to mediate between {who} and {whom} and is refused",
        "consent": "{who} accepts {mediator} as mediator",
        "consent refused": "{who} refuses {mediator} as mediator",
        "pressure": "{mediator} puts its weight into the talks of {who} and {whom}",
        "pressure refused": "{mediator} does not press {who} and {whom}",
        "proposal": "{mediator} proposes terms to {who} and {whom}",
        "proposal refused": "{mediator} only carries messages between {who} and {whom}",
        "settlement": "{who} and {whom} settle their dispute with the help of {mediator}",
        "settlement refused": "The talks of {who} and {whom} under {mediator} fail",
    }

    def __call__(self, world: World, rng: Generator) -> Update:
        n, m = world.sizes["i"], world.sizes["m"]
        own, fate, seat = rng.random((2 * NUMBERS_DRAWN, n)), rng.random(n + m), rng.random(n)
        i, j, calls, drawn = self._within_reach(world, own)
        if not i.size:
            return Update(add=self._forgetting(world))
        case = between.case_of(world, i, j, self.numbers())
        total = case.score.sum(axis=1)
        chance = world.chance(calls * total / (total + self.half))
        which = np.flatnonzero(drawn[0] < chance)
        if not which.size:
            return Update(add=self._forgetting(world))
        luck = talks.gumbel(crossed_uniform(drawn[1, which], np.concatenate([fate, seat])))
        noise, fortune = self.taste * luck[:, : n + m], luck[:, n + m :]
        worth = np.log(np.maximum(case.score[which], between.TINY)) + noise
        leads = talks.seated(case.score[which], worth, case.willing.left)
        minutes, offers = talks.Minutes(), list[Offer]()
        for row, (d, lead) in enumerate(zip(which.tolist(), leads, strict=True)):
            if lead >= 0:
                self._offered(minutes, case, d, lead, float(calls[d]), float(chance[d]), float(drawn[0, d]))
                self._passed_over(minutes, case, d, lead, noise[row], worth[row])
                others = {*leads, *(k for offer in offers for k in offer.team)}
                team = self._team(minutes, case, d, lead, noise[row], drawn[5:7, d].tolist(), others)
                host, suits = self._venue(world, minutes, case, d, fortune[row])
                offers.append(Offer(d, int(i[d]), int(j[d]), team, host, suits, drawn[:, d].tolist()))
        return self._answered(world, case, offers, minutes)

    def _within_reach(self, world: World, own: Array) -> tuple[Array, Array, Array, Array]:
        """Disputes that would get an offer if candidates were many, the yearly rate of offers in that case, draws."""
        pairs = world.originator.ravel().nonzero()[0]
        i, j = pairs // world.sizes["i"], pairs % world.sizes["i"]
        level = world.hostility.take(pairs)
        calls = self.offers / WAR * level
        calls[~(world.fatal.take(pairs) | (level == WAR))] *= self.minor
        first = own[0].take(i) + own[NUMBERS_DRAWN].take(j)
        first -= first >= 1.0
        near = ((first < world.chance(calls)) & world.dyad.take(pairs)).nonzero()[0]
        if not near.size:
            return near, near, calls, own
        i, j = i[near], j[near]
        drawn = own[:NUMBERS_DRAWN, i] + own[NUMBERS_DRAWN:, j]
        drawn -= drawn >= 1.0
        return i, j, calls[near], drawn

    # -- the offer -------------------------------------------------------------------------------------------------
    def _offered(
        self, minutes: talks.Minutes, case: between.Case, d: int, lead: int, calls: float, chance: float, drawn: float
    ) -> None:
        """The offer, with what the log of its rate adds up from."""
        total = max(float(case.score[d].sum()), between.TINY)
        why = {
            "rate of offers": log(self.offers),
            "gravity of the dispute": log(calls / self.offers),
            "candidates at hand": log(total / (total + self.half)),
        }
        minutes.add("offer", case.sides(d), lead, chance, drawn, why)

    def _passed_over(
        self, minutes: talks.Minutes, case: between.Case, d: int, lead: int, noise: Array, worth: Array
    ) -> None:
        """The best-scored others: the log-odds with which the leader came before each.

        The difference of two Gumbel numbers is logistic: what is told as drawn is its place in 0..1.
        """
        score, taste = np.where(worth < worth[lead], case.score[d], 0.0), max(self.taste, 1e-9)
        own = case.parts(d, lead)
        for other in np.argsort(-score, kind="stable")[:RUNNERS_UP].tolist():
            if score[other] > 0:
                parts = zip(between.PARTS, own, case.parts(d, other), strict=True)
                why = {name: log(one / two) / taste for name, one, two in parts}
                place = talks.logistic(float(noise[other] - noise[lead]) / taste)
                minutes.add("passed over", case.sides(d), other, talks.logistic(sum(why.values())), place, why)

    def _team(
        self,
        minutes: talks.Minutes,
        case: between.Case,
        d: int,
        lead: int,
        noise: Array,
        drawn: list[float],
        busy: set[int],
    ) -> tuple[int, ...]:
        """Who mediates together, the leader first; states only. The second is asked where the first has joined."""
        team = [lead]
        if lead < case.willing.outside.shape[1]:
            asked = talks.invited(case, d, lead, noise, by_opposite=self.by_opposite)
            for partner, fortune in zip([k for k in asked if k not in busy], drawn, strict=False):
                numbers = self.numbers("joint", "by_opposite", "by_standing")
                why = talks.joining_terms(case, d, lead, partner, **numbers)
                chance = talks.logistic(sum(why.values()))
                minutes.add("guarantor", case.sides(d), partner, chance, fortune, why, done=fortune < chance)
                if fortune >= chance:
                    break
                team.append(partner)
        return tuple(team)

    def _venue(
        self, world: World, minutes: talks.Minutes, case: between.Case, d: int, noise: Array
    ) -> tuple[int, float]:
        """Who hosts the talks and how good a venue it is, 0..1; noise: Gumbel numbers (n,)."""
        i, j = case.sides(d)
        weight = between.hosting(world, i, j, host_range=self.host_range) / self.venue_taste
        weight[~(case.willing.outside[d] & world.alive)] = -np.inf
        host = int((weight + noise).argmax())
        why = between.hosting_terms(world, i, j, host, host_range=self.host_range)
        suits = exp(sum(why.values()) - why["nearness"])
        why = {name: part / self.venue_taste for name, part in why.items()}
        why["all who could host"] = -log(max(float(np.exp(weight).sum()), between.TINY))
        minutes.add("venue", (i, j), host, min(exp(sum(why.values())), 1.0), nan, why)
        return host, suits

    # -- the answer and the talks ----------------------------------------------------------------------------------
    def _answered(self, world: World, case: between.Case, offers: list[Offer], minutes: talks.Minutes) -> Update:
        """Both sides say yes or no; talks follow where both say yes."""
        held = list[Talks]()
        for offer in offers:
            repute = sum(float(case.repute[k]) for k in offer.team) / len(offer.team)
            holds = [talks.joint_hold([float(case.hold[side, offer.d, k]) for k in offer.team]) for side in (0, 1)]
            if self._accepted(minutes, case, offer, repute, holds):
                norm = sum(between.norms_held(world, k) for k in offer.team) / len(offer.team)
                ripe = float(case.ripe[offer.d])
                held.append(self._course(minutes, offer, ripe, repute, sum(holds) / 2, norm))
        add = self._forgetting(world) | {"offer_count": np.asarray(float(len(offers)))}
        if held:
            self._credit(world, held, add)
            add |= self._outcome(world, held)
        return Update(add=add, happenings=minutes.happenings())

    def _accepted(
        self, minutes: talks.Minutes, case: between.Case, offer: Offer, repute: float, holds: list[float]
    ) -> bool:
        """What each side says to the offer; whether both say yes."""
        own = [sum(float(case.near[side, offer.d, k]) for k in offer.team) / len(offer.team) for side in (0, 1)]
        said, logs = [], {}
        for side, name in enumerate(("originator", "target")):
            why = between.acceptance_terms(
                own[side], own[1 - side], repute, holds[side], float(case.ripe[offer.d]), weights=vars(self)
            )
            why["venue"] = self.by_venue * offer.suits
            chance, drawn = talks.logistic(sum(why.values())), offer.drawn[2 + side]
            who = offer.sides if side == 0 else offer.sides[::-1]
            minutes.add("consent", who, offer.team[0], chance, drawn, why, done=drawn < chance)
            said.append(drawn < chance)
            logs[f"acceptance by the {name}"] = log(chance)
        both = exp(sum(logs.values()))
        size = len(offer.team)
        minutes.add("mediation", offer.sides, offer.team[0], both, nan, logs, done=all(said), amount=size)
        return all(said)

    def _course(
        self, minutes: talks.Minutes, offer: Offer, ripe: float, repute: float, hold: float, norms: float
    ) -> Talks:
        """Style and outcome of the talks, and why."""
        lead, drawn = offer.team[0], offer.drawn
        press, propose = talks.style_terms(repute, hold, vars(self))
        pressed, proposed = talks.logistic(sum(press.values())), talks.logistic(sum(propose.values()))
        style = talks.FORMULATION if drawn[8] < proposed else talks.FACILITATION
        minutes.add("pressure", offer.sides, lead, pressed, drawn[7], press, done=drawn[7] < pressed)
        if drawn[7] < pressed:
            style = talks.MANIPULATION
        else:
            minutes.add("proposal", offer.sides, lead, proposed, drawn[8], propose, done=drawn[8] < proposed)
        why = talks.success_terms(ripe, repute, hold, norms, style, vars(self))
        success = talks.logistic(sum(why.values()))
        settled = drawn[4] < success
        minutes.add("settlement", offer.sides, lead, success, drawn[4], why, done=settled, amount=style)
        return Talks(offer, repute, style, settled)

    def _credit(self, world: World, held: list[Talks], add: dict[str, Array]) -> None:
        """What success and failure do to the names of those who mediated and hosted, and the work that it was."""
        n, m = world.sizes["i"], world.sizes["m"]
        won, lost, busy = np.zeros(n + m), np.zeros(n + m), np.zeros(n + m)
        for talk in held:
            part = 1.0
            for k in talk.offer.team:
                busy[k] += 1.0
                (won if talk.settled else lost)[k] += part
                part = self.partner_share
        add["mediation_load"] += busy[:n]
        add["org_load"] += busy[n:]
        add["mediation_success"] = won[:n].copy()
        for talk in held:
            won[talk.offer.host] += self.by_hosting * talk.settled
        repute = np.concatenate([world.credibility, world.org_legitimacy])
        change = between.reputation_change(repute, won, lost, gain=self.gain, loss=self.loss)
        add["credibility"], add["org_legitimacy"] = change[:n], change[n:]

    def _outcome(self, world: World, held: list[Talks]) -> dict[str, Array]:
        """Success ends the dispute for all who take part and marks how; other talks go on and calm."""
        i, j = np.array([talk.offer.sides for talk in held]).T
        made = np.array([talk.settled for talk in held])
        pairs = talks.pairs_of(world, i, j)
        add = {"acceptance_count": np.asarray(float(len(held))), "settlement_count": np.asarray(float(made.sum()))}
        if not made.all():
            repute = np.array([talk.repute for talk in held])
            add["mediator_credibility"] = talks.brought_to(world.mediator_credibility, repute, pairs, ~made)
        if made.any():
            style = np.array([talk.style for talk in held])
            size = np.array([len(talk.offer.team) for talk in held])
            i, j = i[made], j[made]
            add |= {
                "hostility": talks.brought_to(world.hostility, 0 * style, pairs, made),
                "settlement_kind": talks.brought_to(world.settlement_kind, style, pairs, made),
                "guarantors": talks.brought_to(world.guarantors, size * (size > 1), pairs, made),
                "affinity": mirrored(world.sizes["i"], i, j, self.warming * (1 - world.affinity[i, j])),
            }
        return add

    def _forgetting(self, world: World) -> dict[str, Array]:
        """Work that is done with in a step."""
        share = expm1(-world.dt)
        return {"mediation_load": share * world.mediation_load, "org_load": share * world.org_load}
