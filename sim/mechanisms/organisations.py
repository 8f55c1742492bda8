"""States join organisations whose members they like, leave those they fell out with, talk and decide together there.

    fit_mi    = by_affinity affinity_mi + by_region region_mi - by_remoteness remote_mi + universal breadth_m ** 4
    i applies at rate  apply sigmoid(wish),   wish = wish0 + fit + by_standing (legitimacy_m - 1/2) + by_lean lean_mi
                                                     + desire_i
    members consent    sigmoid(consent),      consent = consent0 + fit - by_rival rival_mi - by_pledge [duty to defend]
                                                     + by_veto min(0, min_k affinity_ki + grace) [by consensus]
    i leaves at rate   leave (1 - breadth_m) exp(-by_affinity affinity_mi + by_grievance grievance_mi - desire_i)
    m is dissolved at rate  dissolve (1 - breadth_m) exp(by_feud strife_m - by_worth (legitimacy_m - 1/2))
    k votes to act against i for j with chance  sigmoid(vote0 + by_side (affinity_kj - affinity_ki) + by_fear threat_ki
            - by_trade trade_ki / trade_k - by_ally [k, i allied] + by_war [war] + forbearance [by consensus])
    d affinity_ij = (dialogue [same platform] + integration [same market, led by a middle power]) (1 - affinity_ij) dt
    d legitimacy_m = drift (l0 + by_repute credibility_m - by_strife strife_m - legitimacy_m) dt
    d credibility_i = (service legitimacy_m [leads m] + by_giving giving activism_i) (1 - credibility_i) dt

| symbol | column | unit | shape |
|---|---|---|---|
| member, legitimacy | member, org_legitimacy | 1 | (m, n), (m,) |
| [by consensus], [by majority] | org_rule | 0, 1, 2 | (m,) |
| affinity_mi, grievance_mi, region_mi | mean over the members; share of them in the same region | 1 | (m, n) |
| remote_mi | mean of 1 - exp(-distance / 3000 km) over the members | 1 | (m, n) |
| lean, rival | portfolio share of i in poles that are members; in their rivals, by rivalry | 1 | (m, n) |
| desire | membership_desire (policies) | 1 | (n,) |
| breadth, strife, credibility_m | members of all states; members that fight another one; mean | 1 | (m,) |
| force newly used | hostility above called, the level of the last call | 0..5 | (n, n) |

Force newly used against a member (and war anew) comes with chance `tabled_force` (`tabled_war`) before any organisation
that decides and has an obligation or good offices; the two parties have no vote. More than the share `majority` carries
it; by consensus nobody may dissent. If it is carried all members are bound, dissenters too: affinity with the aggressor
falls by `censure` (1 + affinity), its credibility by the share `disgrace`, and where members have obligations or a
market they bar `embargo` of their trade with it. An aggressor that is a member is suspended by more than the share
`expelling` (by consensus, by all). Legitimacy gains `acting`, less by_dissent x the share of dissent and `against` if
it is a member that was decided against; an organisation that does not act loses `failing` (shares of what is left to
gain or to lose). Dissent and every outcome are told. Aid and peacekeeping take the share `giving` activism of gdp a
year: growth falls by `burden` times that share, credibility rises by `by_giving` times it.

All but these decisions is settled in rounds of talks, one every `every` years (in each step, if steps are longer).

Assumes: of applications the mean member decides, unless consensus rules; all of an organisation's members vote with one
weight; organisations are not founded in a run, and one without members takes nobody in; one in which all states are
members loses none. Pacts of many are founded, joined and left in `alliances`.
Source: members since 1816 in Pevehouse et al. 2020 (the data); legitimacy, Hurd 1999; why states act through
organisations, Abbott & Snidal 1998; accession by likeness and region, and the numbers, are assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.random import Generator
from scipy.special import expit

from sim.core.columns import Array
from sim.core.once import once
from sim.core.params import param
from sim.core.update import Happening, Update
from sim.mechanisms._decisions import CONSENSUS, Ballot, Motions, ballot, motions, suspensions
from sim.mechanisms._disputes import LiveDisputes, disputes_of
from sim.mechanisms._rounds import ROUNDS, Round, round_of_talks
from sim.mechanisms.base import Mechanism
from sim.timeline import Phase
from sim.world import DEFENCE, World

FORCE = 4
MIDDLE = 1
type Pairs = tuple[Array, Array]
"""Organisations and states, (c,) each."""


def member_mean(others: Array, of_pair: Array) -> Array:
    """Mean of what holds between a state and the members beside it; members (c, n) as numbers, (c, n) -> (c,)."""
    return np.einsum("cn,cn->c", others, of_pair) / np.maximum(others.sum(axis=1), 1.0)


@once
def living_members(member: Array, alive: Array) -> tuple[Array, Array, Array]:
    """Members that exist, bool (m, n), their number, at least 1, and their share of all states, (m,)."""
    held = member & alive
    number = held.sum(axis=1)
    return held, np.maximum(number, 1.0), number / max(alive.sum(), 1)


def integrating(held: Array, led: Array, rate: float) -> Array:
    """Share of the way to friendship that members of the same of the organisations `led`, (m,), go; (n, n)."""
    inside = held[led].astype(float)
    return -np.expm1(-rate * ((inside.T @ inside > 0) & ~np.eye(held.shape[1], dtype=bool)))


def strife(held: Array, live: LiveDisputes, number: Array) -> Array:
    """Share of the members of each organisation that use force against another one, (m,)."""
    fighting = np.zeros(held.shape, dtype=bool)
    m, p = np.nonzero(held[:, live.row] & held[:, live.column])
    fighting[m, live.row[p]] = True
    return fighting.sum(axis=1) / number


@dataclass(frozen=True)
class Organisations(Mechanism):
    """Sets `member`; moves the standing of organisations, of leaders and of aggressors, and members' affinity."""

    every: float = param(1, unit="year", low=0.01, high=5, doc="Between rounds of talks.", source="assumed")
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
    by_veto: float = param(4, unit="1", low=0, high=12, doc="Of the most hostile member.", source="assumed")
    grace: float = param(0.3, unit="1", low=0, high=1, doc="Hostility that blocks nothing.", source="assumed")
    universal: float = param(6, unit="1", low=0, high=12, doc="Of being open to all.", source="assumed")
    leave: float = param(0.004, unit="1/year", low=0, high=0.2, doc="Rate of leaving.", source="assumed")
    by_grievance: float = param(1, unit="1", low=0, high=3, doc="Of grievance on leaving.", source="assumed")
    dissolve: float = param(0.002, unit="1/year", low=0, high=0.1, doc="Rate of dissolution.", source="assumed")
    by_worth: float = param(5, unit="1", low=0, high=20, doc="Of legitimacy on it.", source="assumed")
    by_feud: float = param(2, unit="1", low=0, high=10, doc="Of fighting members on it.", source="assumed")
    tabled_force: float = param(0.05, unit="1", low=0, high=1, doc="Brought up: use of force.", source="assumed")
    tabled_war: float = param(0.5, unit="1", low=0, high=1, doc="Brought up: war.", source="assumed")
    vote0: float = param(-0.5, unit="1", low=-6, high=4, doc="For action, all else 0.", source="assumed")
    by_side: float = param(2, unit="1", low=0, high=6, doc="Of liking the victim more.", source="assumed")
    by_fear: float = param(4, unit="1", low=0, high=12, doc="Of threat by the aggressor.", source="assumed")
    by_trade: float = param(6, unit="1", low=0, high=20, doc="Of trade with the aggressor.", source="assumed")
    by_ally: float = param(2, unit="1", low=0, high=6, doc="Of an alliance with it.", source="assumed")
    by_war: float = param(1, unit="1", low=0, high=4, doc="Of war, not only force.", source="assumed")
    forbearance: float = param(3, unit="1", low=0, high=8, doc="Not to block alone.", source="assumed")
    majority: float = param(0.5, unit="1", low=0.3, high=0.9, doc="Share that carries.", source="assumed")
    expelling: float = param(0.667, unit="1", low=0.3, high=0.95, doc="Share that suspends.", source="assumed")
    censure: float = param(0.05, unit="1", low=0, high=0.5, doc="Affinity the aggressor loses.", source="assumed")
    disgrace: float = param(0.05, unit="1", low=0, high=0.5, doc="Credibility it loses.", source="assumed")
    embargo: float = param(0.1, unit="1", low=0, high=0.5, doc="Share of trade barred.", source="assumed")
    acting: float = param(0.01, unit="1", low=0, high=0.1, doc="Legitimacy for acting.", source="assumed")
    by_dissent: float = param(0.03, unit="1", low=0, high=0.2, doc="Cost of dissent.", source="assumed")
    against: float = param(0.01, unit="1", low=0, high=0.1, doc="Cost of turning on a member.", source="assumed")
    failing: float = param(0.01, unit="1", low=0, high=0.1, doc="Cost of not acting.", source="assumed")
    dialogue: float = param(0.01, unit="1/year", low=0, high=0.2, doc="Affinity won by talking.", source="assumed")
    integration: float = param(
        0.005, unit="1/year", low=0, high=0.2, doc="By a middle power's market.", source="assumed"
    )
    drift: float = param(0.1, unit="1/year", low=0, high=2, doc="Speed of legitimacy.", source="assumed")
    l0: float = param(0.3, unit="1", low=0, high=0.5, doc="Legitimacy it settles at, all 0.", source="assumed")
    by_repute: float = param(0.5, unit="1", low=0, high=0.5, doc="Of members' credibility.", source="assumed")
    by_strife: float = param(0.3, unit="1", low=0, high=0.3, doc="Of fighting among members.", source="assumed")
    service: float = param(0.01, unit="1/year", low=0, high=0.5, doc="Credibility of leaders.", source="assumed")
    giving: float = param(0.003, unit="1/year", low=0, high=0.02, doc="Of gdp, by the most active.", source="assumed")
    by_giving: float = param(2, unit="1", low=0, high=20, doc="Credibility per share given.", source="assumed")
    burden: float = param(0.1, unit="1", low=0, high=1, doc="Growth lost per share given.", source="assumed")

    phase: ClassVar = Phase.RESOLVE
    reads: ClassVar = (
        "member alive remoteness affinity grievance same_region pole pole_rivalry alignment hostility org_legitimacy "
        "org_obligation org_leader org_rule org_mediates org_economic credibility membership_desire in_dialogue tier "
        "originator dispute_tag dyad called threat trade total_trade allied sanctions activism gdp"
    )
    writes: ClassVar = "member org_legitimacy affinity credibility sanctions gdp"
    kinds: ClassVar = {
        "application": "{who} applies to {organisation}",
        "accession": "{who} joins {organisation}",
        "accession refused": "{organisation} refuses {who} as a member",
        "exit": "{who} leaves {organisation}",
        "dissolution": "{organisation} is dissolved",
        "vote": "{who} votes in {organisation} for acting against {whom}",
        "vote refused": "{who} dissents in {organisation} from acting against {whom}",
        "collective action": "{organisation} acts with {who} against {whom}",
        "collective action refused": "{organisation} does not act with {who} against {whom}",
        "suspension": "{organisation} suspends {who} for its attack on {whom}",
        "suspension refused": "{organisation} does not suspend {who} for its attack on {whom}",
    }

    def __call__(self, world: World, rng: Generator) -> Update:
        m, n = world.sizes["m"], world.sizes["i"]
        voting, (fate, seat) = rng.random((4, n)), rng.random((2, m))
        live, talks = disputes_of(world, lowest=FORCE), round_of_talks(world, self.every)
        new = live.led & (live.level > world.called[live.first, live.second]) if world.step else live.led[:0]
        if talks is None and not new.any():
            return Update()
        held, number, breadth = living_members(world.member, world.alive)
        told: list[Happening] = []
        add: dict[str, Any] = {}
        joins = leaves = np.zeros((m, n), dtype=bool)
        over = joins[:, 0]
        if talks:
            torn = strife(held, live, number)
            add = self._effects(world, talks, held, number, torn)
            applied, said, left = rng.random((3, m, n))
            joins = self._joins(world, talks, held, breadth, applied, said, told)
            leaves = self._exits(world, talks, held, breadth, left, told)
            over = self._dissolved(world, talks, breadth, torn, fate, told)
        if new.any():
            moved = motions(world, live, np.flatnonzero(new), held, self.numbers(), seat, voting[3])
            if len(moved):
                leaves = leaves | self._decided(world, held, moved, voting[:3], add, told)
        changed = joins.any() or leaves.any() or over.any()
        member = {"member": ((world.member | joins) & ~leaves) & ~over[:, None]} if changed else {}
        return Update(add=add, set=member, happenings=tuple(told))

    # -- coming and going --------------------------------------------------------------------------------------------
    def _joins(
        self,
        world: World,
        talks: Round,
        held: Array,
        breadth: Array,
        applied: Array,
        said: Array,
        told: list[Happening],
    ) -> Array:
        """Who joins, bool (m, n); only those whose draw could make them apply are looked at."""
        joins = np.zeros(held.shape, dtype=bool)
        flat = np.flatnonzero(applied < talks.at_most(self.apply))
        m, i = np.divmod(flat, held.shape[1])
        may = world.alive[i] & ~world.member[m, i] & (breadth[m] > 0)
        m, i = m[may], i[may]
        if not m.size:
            return joins
        others = held[m].astype(float)
        fit = {
            "affinity": self.by_affinity * member_mean(others, world.affinity[i]),
            "region": self.by_region * member_mean(others, world.same_region[i]),
            "remoteness": -self.by_remoteness * member_mean(others, world.remoteness[i]),
            "universality": self.universal * breadth[m] ** 4,
        }
        poles = (others @ world.pole.T > 0).astype(float)
        w = world.alignment[i, 1:]
        wish = {
            "reserve": np.full(len(m), self.wish0),
            "legitimacy": self.by_standing * (world.org_legitimacy[m] - 0.5),
            "policy": world.membership_desire[i],
            "leaning on members": self.by_lean * (poles * w).sum(axis=1),
        } | fit
        total = sum(wish.values(), np.zeros(len(m)))
        applying = talks.chance(self.apply * expit(total))
        asks = applied[m, i] < applying
        if not asks.any():
            return joins
        consent = self._consent(world, others, poles, w, (m, i), fit)
        chance = expit(sum(consent.values()))
        admitted = said[m, i] < chance
        why = {"rate of applying": np.full(len(m), _log(self.apply))} | wish
        why |= {"limit of the rate": -np.logaddexp(0.0, total), ROUNDS: np.full(len(m), talks.term)}
        m, i = m[asks], i[asks]
        for kind, terms, p, drawn, done in (
            ("application", why, applying, applied, None),
            ("accession", consent, chance, said, admitted[asks]),
        ):
            part = {name: values[asks] for name, values in terms.items()}
            told.append(Happening(kind, i, third=m, chance=p[asks], drawn=drawn[m, i], terms=part, done=done))
        joins[m, i] = admitted[asks]
        return joins

    def _consent(
        self, world: World, others: Array, poles: Array, w: Array, of: Pairs, fit: dict[str, Array]
    ) -> dict[str, Array]:
        """What the members go by, (c,) each: the mean member, and the most hostile one where it has a veto."""
        m, i = of
        lowest = (np.where(others > 0, world.affinity[i], 1.0)).min(axis=1)
        veto = self.by_veto * np.minimum(lowest + self.grace, 0.0) * (world.org_rule[m] == CONSENSUS)
        return {
            "reserve": np.full(len(m), self.consent0),
            "leaning on rivals": -self.by_rival * ((poles @ world.pole_rivalry) * w).sum(axis=1),
            "duty to defend": -self.by_pledge * world.org_obligation[m, DEFENCE],
            "the most hostile member": veto,
        } | fit

    def _exits(
        self, world: World, talks: Round, held: Array, breadth: Array, drawn: Array, told: list[Happening]
    ) -> Array:
        """Who leaves, bool (m, n); only those whose draw could make them leave are looked at."""
        leaves = np.zeros(held.shape, dtype=bool)
        worst = self.by_affinity + self.by_grievance * world.grievance.max() - world.membership_desire.min()
        flat = np.flatnonzero(drawn < talks.chance(self.leave * np.exp(min(worst, 50.0))))
        flat = flat[held.ravel()[flat]]
        if not flat.size:
            return leaves
        m, i = np.divmod(flat, held.shape[1])
        others = held[m].astype(float)
        others[np.arange(len(i)), i] = 0.0
        terms = {
            "usual rate": _log(self.leave * (1 - breadth[m])),
            "affinity": -self.by_affinity * member_mean(others, world.affinity[i]),
            "grievance": self.by_grievance * member_mean(others, world.grievance[i]),
            "policy": -world.membership_desire[i],
        }
        chance = talks.chance(np.exp(sum(terms.values(), np.zeros(len(m)))))
        terms[ROUNDS] = np.full(len(m), talks.term)
        over = np.flatnonzero(drawn[m, i] < chance)
        if over.size:
            m, i = m[over], i[over]
            why = {name: part[over] for name, part in terms.items()}
            told.append(Happening("exit", i, third=m, chance=chance[over], drawn=drawn[m, i], terms=why))
            leaves[m, i] = True
        return leaves

    def _dissolved(
        self, world: World, talks: Round, breadth: Array, torn: Array, drawn: Array, told: list[Happening]
    ) -> Array:
        """Organisations that come to an end, bool (m,)."""
        worth = self.by_worth * (world.org_legitimacy - 0.5)
        terms = {"usual rate": _log(self.dissolve * (1 - breadth)), "legitimacy": -worth, "strife": self.by_feud * torn}
        chance = talks.chance(np.exp(terms["usual rate"] + terms["legitimacy"] + terms["strife"]))
        terms[ROUNDS] = np.full(len(chance), talks.term)
        over = (drawn < chance) & (breadth > 0)
        if over.any():
            m = np.flatnonzero(over)
            why = {name: part[m] for name, part in terms.items()}
            nobody = np.full(len(m), -1)
            told.append(Happening("dissolution", nobody, third=m, chance=chance[m], drawn=drawn[m], terms=why))
        return over

    # -- acting ------------------------------------------------------------------------------------------------------
    def _decided(
        self, world: World, held: Array, moved: Motions, drawn: Array, add: dict[str, Any], told: list[Happening]
    ) -> Array:
        """Decisions on force newly used: their effects go into `add`; who is suspended, bool (m, n)."""
        numbers = self.numbers()
        counted, happenings = ballot(world, moved, held, numbers, drawn)
        out, more = suspensions(world, moved, counted, held, numbers)
        told += [*happenings, *more]
        i, m, passed = moved.aggressor, moved.organisation, counted.passed
        cost = np.where(
            passed, self.acting - self.by_dissent * counted.dissent - self.against * held[m, i], -self.failing
        )
        change = np.bincount(m, weights=cost, minlength=len(held))
        left_to_move = np.where(change > 0, 1 - world.org_legitimacy, world.org_legitimacy)
        add["org_legitimacy"] = add.get("org_legitimacy", 0.0) + np.tanh(change) * left_to_move
        if passed.any():
            self._carried_out(world, moved, counted, add)
        return out

    def _carried_out(self, world: World, moved: Motions, counted: Ballot, add: dict[str, Any]) -> None:
        """What the members are bound to do against the aggressors; the victims do it too."""
        n, m = world.sizes["i"], moved.organisation
        binding = world.org_economic[m] | world.org_obligation[m].any(axis=1)
        times, barred = np.zeros((2, n, n))
        for c in np.flatnonzero(counted.passed):
            bound, i = counted.voters[c].copy(), moved.aggressor[c]
            bound[moved.victim[c]] = True
            times[bound, i] += 1
            if binding[c]:
                barred[bound, i] = np.maximum(self.embargo - world.sanctions[bound, i], 0.0)
        times += times.T
        cooled = (1 + world.affinity) * np.expm1(np.log1p(-self.censure) * times)
        add["affinity"] = add.get("affinity", 0.0) + cooled
        disgraced = np.bincount(moved.aggressor[counted.passed], minlength=n)
        lost = world.credibility * np.expm1(np.log1p(-self.disgrace) * disgraced)
        add["credibility"] = add.get("credibility", 0.0) + lost
        add["sanctions"] = barred

    def _effects(self, world: World, talks: Round, held: Array, number: Array, torn: Array) -> dict[str, Any]:
        """What membership does by itself."""
        dt, open_ = talks.span, 1 - world.affinity
        warmth = -np.expm1(-self.dialogue * dt) * world.in_dialogue * open_
        if world.org_economic.any():
            led = (world.org_leader & held & (world.tier == MIDDLE)).any(axis=1) & world.org_economic
            if led.any():
                warmth = warmth + integrating(held, led, self.integration * dt) * open_
        target = self.l0 + self.by_repute * (held @ world.credibility / number) - self.by_strife * torn
        serving = self.service * (world.org_legitimacy @ (world.org_leader & held))
        given = self.giving * world.activism * world.alive
        return {
            "affinity": warmth,
            "org_legitimacy": -np.expm1(-self.drift * dt) * (target - world.org_legitimacy),
            "credibility": -np.expm1(-(serving + self.by_giving * given) * dt) * (1 - world.credibility),
            "gdp": world.gdp * np.expm1(-self.burden * dt * given),
        }


def _log(x: Any) -> Any:
    return np.log(np.maximum(x, 1e-300))
