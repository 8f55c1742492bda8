"""States conclude pacts, two by two or many at once, by mutual consent; renew them, and leave those that do not pay.

    s_ij  = a0 + by_threat shared_threat + by_affinity affinity + by_democracy min(democracy) + by_network common_pact
            + by_border [land border] - by_distance distance_ij / 1000 km
            - by_autonomy autonomy_i max(0, ln(power_j / power_i)) / ratio
            - by_entrapment entrapment_ij - by_number encumbrance_i + pact_desire_ij
    i asks j at rate  f0 / 2 sigmoid(s_ij);   j consents with chance  sigmoid(min(s_ij, s_ji)) / sigmoid(s_ij)
    so a pair without a defence pact concludes one at rate  f0 sigmoid(min(s_ij, s_ji))
    a pact is broken at rate  t0 (1 - lapsing) exp(-loss_ij) [x strain while the two are in dispute]
    a pact is renewed every `term` years with log-odds  logit(1 - t0 lapsing term) + loss_ij [- ln strain in dispute]
            loss_ij = by_loss (min(s_ij, s_ji) - a0 - usual)
    i calls for a pact of many at rate  found (n power_i) ** by_power [x surge for `unrest` years after an upheaval]
            and invites all j, not allied to i, with min(s_ij, s_ji) - a0 >= kinship, who agree by
            sigmoid(company + mean_k s_jk)
    i applies to a pact of many at rate  accede sigmoid(company + mean_k s_ik), which lets it in with chance
            sigmoid(company + mean_k s_ki), encumbrance of the members left out
    i leaves one at rate  t0 / 2 exp(-by_loss (mean_k s_ik - a0 - usual)) [x strain in dispute with a member]

| symbol | column | unit | shape |
|---|---|---|---|
| pact (none of organisations) | pact | 1 | (k, n, n) |
| its date, its mark | pact_since, pact_mark | year; 1 | (n, n) |
| shared_threat | root of sum_k threat_ik threat_jk | 1 | (n, n) |
| common_pact | cosine overlap of the sets of defence allies | 1 | (n, n) |
| entrapment | 1 - exp(-E_ij / 2), E_ij = disputes and rivalries of j that i does not share | 1 | (n, n) |
| encumbrance | share of the other states alive that i is bound to defend already | 1 | (n,) |
| pact_desire | pact_desire (policies) | 1 | (n, n) |
| affinity, [land border], distance | affinity, contiguous, distance | 1; 1; km | (n, n) |
| democracy, autonomy, power | the same | 1 | (n,) |
| upheaval: a war of great powers is over, or a pole is `fall` below its height | upheaval | year | () |
| height of a pole, its power | pole_peak, pole_power | 1 | (g,) |

What is told of a request are the reasons of the asker, of the answer those of the asked (s_ji), and how much being
asked adds to them: together the log-odds of consent. Of a pact broken, the one that saw less in it is told to end it.

A new pact binds to `defence`, to defence and `offence`, to `nonaggression` or to `neutrality` with these chances, else
to consultation; it warms affinity by `warming` (1 - affinity). The height of a pole fades by `fading` a year.

All this is settled in rounds of talks, one every `every` years (in each step, if steps are longer).

Assumes: consent is needed to conclude and not to end; all obligations of a pact end together; a pair in a dispute
concludes none; a pair has one pact beside those of organisations, that of the oldest pact of many; pacts of many
have no term. Pacts whose date is not known are anywhere in their term at the start. The next ally is worth the less
the more there are, few or many at once, great or small, by whatever pact or organisation: this is what bounds pacts.
Source: autonomy given for security, Morrow 1991; fear of entrapment, Snyder 1984; no coalition larger than it need be,
Riker 1962; breaking before the term against ending at it, Leeds & Savun 2007; rates of 1816-2018 (2.64 defence pacts
per 1000 untied pair-years, 1.79% ended a year) and shares of obligations from ATOP, Leeds, Ritter, Mitchell & Long
2002; weights assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np
from numpy.random import Generator
from scipy.special import expit, logit

from sim.core.columns import Array
from sim.core.once import once
from sim.core.params import param
from sim.core.streams import symmetric_uniform
from sim.core.update import Happening, Update
from sim.mechanisms._disputes import disputes_of
from sim.mechanisms._pacts_of_many import Changes, Looking, bundles, chance_of_calling, founded, joined, left
from sim.mechanisms._rounds import ROUNDS, Round, round_of_talks
from sim.mechanisms._surplus import LEAST_POWER, Views, encumbrance, told, views
from sim.mechanisms.base import Mechanism
from sim.timeline import Phase
from sim.world import WAR, World


@dataclass(frozen=True)
class Alliances(Mechanism):
    """Concludes, renews and ends pacts between two and between many."""

    every: float = param(1, unit="year", low=0.01, high=5, doc="Between rounds of talks.", source="assumed")
    a0: float = param(-4, unit="1", low=-8, high=2, doc="Surplus of a pact with nothing for it.", source="assumed")
    by_threat: float = param(1, unit="1", low=0, high=4, doc="Of shared threat.", source="assumed")
    by_affinity: float = param(3.5, unit="1", low=0, high=8, doc="Of affinity.", source="assumed")
    by_democracy: float = param(0.1, unit="1", low=-2, high=4, doc="Of joint democracy.", source="assumed")
    by_network: float = param(1.8, unit="1", low=0, high=6, doc="Of common defence allies.", source="assumed")
    by_border: float = param(0, unit="1", low=-2, high=3, doc="Of a land border.", source="assumed")
    by_distance: float = param(0.5, unit="1/1000 km", low=0, high=3, doc="Of distance.", source="assumed")
    by_autonomy: float = param(0.6, unit="1", low=0, high=3, doc="Of autonomy lost to the strong.", source="assumed")
    ratio: float = param(5, unit="1", low=1, high=20, doc="Log of a crushing ratio of power.", source="assumed")
    by_entrapment: float = param(1.2, unit="1", low=0, high=4, doc="Of entrapment.", source="assumed")
    by_number: float = param(8, unit="1", low=0, high=20, doc="Of the share of states allied to.", source="assumed")
    f0: float = param(0.05, unit="1/year", low=0, high=2, doc="Rate of pacts at full surplus.", source="assumed")
    t0: float = param(0.0179, unit="1/year", low=0, high=0.5, doc="Rate at which pacts end.", source="ATOP2002fit")
    lapsing: float = param(0.5, unit="1", low=0, high=1, doc="Share that ends for want of renewal.", source="assumed")
    term: float = param(10, unit="year", low=1, high=50, doc="Between renewals.", source="assumed")
    by_loss: float = param(1, unit="1", low=0, high=2, doc="Endings by lost surplus.", source="assumed")
    usual: float = param(-1.6, unit="1", low=-2, high=4, doc="Surplus over a0 of the usual pact.", source="assumed")
    strain: float = param(4, unit="1", low=1, high=20, doc="Endings in dispute, factor.", source="assumed")
    found: float = param(0.01, unit="1/year", low=0, high=0.1, doc="Calls for a pact of many.", source="assumed")
    by_power: float = param(0.5, unit="1", low=0, high=2, doc="Of power on calling.", source="assumed")
    surge: float = param(5, unit="1", low=1, high=20, doc="Calls after an upheaval, factor.", source="assumed")
    unrest: float = param(3, unit="year", low=0, high=20, doc="How long an upheaval lasts.", source="assumed")
    fall: float = param(0.35, unit="1", low=0.05, high=0.9, doc="Of power lost: a pole's collapse.", source="assumed")
    fading: float = param(0.05, unit="1/year", low=0, high=0.5, doc="Of a pole's height.", source="assumed")
    kinship: float = param(0.3, unit="1", low=-2, high=4, doc="Surplus over a0 to be invited.", source="assumed")
    company: float = param(4.3, unit="1", low=0, high=8, doc="Of many joining at once.", source="assumed")
    accede: float = param(0.15, unit="1/year", low=0, high=0.5, doc="Applying at full surplus.", source="assumed")
    defence: float = param(0.698, unit="1", low=0, high=0.9, doc="New pacts: defence.", source="ATOP2002fit")
    offence: float = param(0.0219, unit="1", low=0, high=0.1, doc="Defence and offence.", source="ATOP2002fit")
    nonaggression: float = param(0.265, unit="1", low=0, high=1, doc="Non-aggression.", source="ATOP2002fit")
    neutrality: float = param(0.00183, unit="1", low=0, high=1, doc="Neutrality.", source="ATOP2002fit")
    warming: float = param(0.2, unit="1", low=0, high=0.5, doc="Affinity won by a new pact.", source="assumed")

    phase: ClassVar = Phase.RESOLVE
    reads: ClassVar = (
        "pact pact_held pact_since pact_mark allied threat affinity democracy contiguous autonomy power alive great "
        "hostility originator dispute_tag rivalry pact_desire dyad pole_power pole_peak upheaval distance"
    )
    writes: ClassVar = "pact pact_since pact_mark affinity pact_formed_count pact_ended_count pole_peak upheaval"
    kinds: ClassVar = {
        "pact request": "{who} asks {whom} for a pact",
        "pact": "{who} and {whom} conclude a pact",
        "pact refused": "{whom} refuses the pact that {who} asked for",
        "pact ended": "{who} ends its pact with {whom}",
        "renewal": "{who} and {whom} renew their pact",
        "renewal refused": "{who} lets its pact with {whom} lapse",
        "call": "{who} calls {amount:.0f} states to found a pact",
        "founding": "{who} agrees to found the pact that {whom} calls for",
        "founding refused": "{who} stays out of the pact that {whom} calls for",
        "pact application": "{who} applies to the pact of {whom}",
        "pact accession": "{who} joins the pact of {whom}",
        "pact accession refused": "The pact of {whom} refuses {who}",
        "pact exit": "{who} leaves the pact of {whom}",
    }

    def __call__(self, world: World, rng: Generator) -> Update:
        talks, n = round_of_talks(world, self.every), world.sizes["i"]
        if talks is None:
            return Update(set={"upheaval": np.asarray(self.unrest)} if great_war(world) else {})
        asked, said, ending = rng.random((n, n)), rng.random((n, n)), symmetric_uniform(rng, n)
        kind, renewing, calling, answer, leaving = rng.random((5, n))
        numbers = self.numbers()
        look: Looking = partial(views, world, weights=numbers)
        changes, most_broken = Changes.none(n), self._most_broken(world, talks)
        after, moved = self._upheaval(world, talks)
        i, j = self._may_ask(world, talks, asked)
        a, b, due = self._may_end(world, talks, ending, most_broken)
        seen = look(np.concatenate([i, a]), np.concatenate([j, b]))
        self._between_two(talks, changes, (i, j), seen.of(slice(len(i))), asked, said, kind)
        marked = bool(world.pact_mark.any())
        if marked or calling.min() < self._most_calling(world, talks, upheaval=after):
            free = world.dyad & (world.hostility < 2)
            calls = chance_of_calling(world, talks, numbers, upheaval=after)
            unmarked, drawn = free & (world.pact_mark == 0), np.stack([calling, answer, kind])
            founded(look, numbers, changes, calls, drawn, unmarked, apart=~world.allied)
            if marked:
                joined(world, talks, look, numbers, changes, (renewing, answer), free)
                left(world, talks, look, numbers, changes, leaving, at_most=most_broken)
        if a.size:
            self._endings(world, talks, changes, (a, b), seen.of(slice(len(i), None)), due, (ending[a, b], renewing))
        return self._update(world, changes, moved, kind)

    # -- two by two --------------------------------------------------------------------------------------------------
    def _may_ask(self, world: World, talks: Round, asked: Array) -> tuple[Array, Array]:
        """Pairs whose draw could make the first ask the second, (p,) each; the others need not be looked at."""
        i, j = np.divmod(np.flatnonzero(asked < talks.at_most(self.f0 / 2)), len(asked))
        may = np.flatnonzero(world.dyad[i, j] & ~world.allied[i, j] & (world.hostility[i, j] < 2))
        return i[may], j[may]

    def _between_two(
        self,
        talks: Round,
        changes: Changes,
        pairs: tuple[Array, Array],
        seen: Views,
        asked: Array,
        said: Array,
        kind: Array,
    ) -> None:
        """Requests and answers."""
        chance = talks.chance(self.f0 / 2 * expit(seen.surplus))
        asks = np.flatnonzero(asked[pairs] < chance)
        if not asks.size:
            return
        i, j, chance, seen = pairs[0][asks], pairs[1][asks], chance[asks], seen.of(asks)
        why = {"rate of asking": np.full(len(i), np.log(max(self.f0 / 2, 1e-300)))} | told(seen.forth)
        why |= {"limit of the rate": -np.logaddexp(0.0, seen.surplus), ROUNDS: np.full(len(i), talks.term)}
        consent = expit(seen.mutual) / expit(seen.surplus)
        granted = said[i, j] < consent
        reasons = told(seen.back)
        reasons["having been asked"] = logit(np.minimum(np.maximum(consent, 1e-300), 1 - 1e-12)) - seen.answer
        changes.told += [
            Happening("pact request", i, whom=j, chance=chance, drawn=asked[i, j], terms=why),
            Happening("pact", i, whom=j, chance=consent, drawn=said[i, j], terms=reasons, done=granted),
        ]
        if granted.any():
            i, j, changes.some = i[granted], j[granted], True
            bundle = bundles((kind[i] + kind[j]) % 1.0, self.numbers()).T
            changes.new[:, i, j] |= bundle
            changes.new[:, j, i] |= bundle

    def _may_end(self, world: World, talks: Round, ending: Array, at_most: float) -> tuple[Array, Array, Array]:
        """Pacts between two whose term is over, or whose draw could break them: (p,) each, and which are due."""
        i, j, since = pacts_of_two(world.pact_held, world.pact_mark, world.pact_since)
        age = (world.time - since) / self.term
        due = (since > 0) & (np.floor(age + (talks.span / self.term + 1e-9)) > np.floor(age + 1e-9))
        due &= world.step > 0
        which = np.flatnonzero(due | (ending[i, j] < at_most))
        return i[which], j[which], due[which]

    def _most_broken(self, world: World, talks: Round) -> float:
        """No pact is broken with a higher chance: every reason at its worst."""
        gap = -np.log(LEAST_POWER) * World.autonomy.high / self.ratio
        worst = self.by_affinity + max(-self.by_democracy, 0.0) + max(-self.by_border, 0.0) + self.by_autonomy * gap
        worst += self.by_entrapment - min(float(world.pact_desire.min()), 0.0) + self.usual
        worst += self.by_distance * float(world.distance.max()) / 1000
        worst += self.by_number * float(encumbrance(world.allied, world.alive).max())
        rate = self.t0 * self.strain * np.exp(min(self.by_loss * max(worst, 0.0), 50.0))
        return talks.at_most(float(rate))

    def _endings(
        self,
        world: World,
        talks: Round,
        changes: Changes,
        pairs: tuple[Array, Array],
        seen: Views,
        due: Array,
        drawn: tuple[Array, Array],
    ) -> None:
        """Pacts between two that are broken, and those that are renewed or not."""
        i, j = pairs
        lost = -self.by_loss * (seen.mutual - self.a0 - self.usual)
        strain = np.log(self.strain) * (world.hostility[i, j] >= 2)
        ahead = seen.surplus - seen.answer
        leaves = (ahead < 0) | ((ahead == 0) & (world.power[i] > world.power[j]))
        who, whom = np.where(leaves, i, j), np.where(leaves, j, i)
        usual = np.full(len(i), np.log(max(self.t0 * (1 - self.lapsing), 1e-300)))
        why = {"usual rate": usual, "lost surplus": lost, "dispute": strain}
        chance = talks.chance(np.exp(usual + lost + strain))
        why[ROUNDS] = np.full(len(i), talks.term)
        over = _decided(changes, "pact ended", who, whom, why, chance, drawn[0], None)
        due = due & ~over
        if due.any():
            usual = np.full(len(i), logit(1 - min(max(self.t0 * self.lapsing * self.term, 1e-12), 0.99)))
            why = {"usual renewal": usual, "surplus": -lost, "dispute": -strain}
            luck = (drawn[1][i] + drawn[1][j]) % 1.0
            kept = _decided(changes, "renewal", who, whom, why, expit(usual - lost - strain), luck, due)
            over |= due & ~kept
        if over.any():
            changes.untied[i[over], j[over]] = changes.untied[j[over], i[over]] = changes.some = True

    # -- the world at large ------------------------------------------------------------------------------------------
    def _upheaval(self, world: World, talks: Round) -> tuple[bool, dict[str, Any]]:
        """Whether these are years of founding, and what is kept of great wars and of the height of poles."""
        at_war = great_war(world)
        height = np.maximum(world.pole_power, world.pole_peak * np.exp(-self.fading * talks.span))
        fallen = world.pole_power < (1 - self.fall) * height
        before, collapse = float(world.upheaval), bool(fallen.any())
        left_of_it = self.unrest if at_war or collapse else max(before - talks.span, 0.0)
        if collapse:
            height = np.where(fallen, world.pole_power, height)
        after = not at_war and (left_of_it > 0 or before > 0)
        return after, {"pole_peak": height, "upheaval": np.asarray(left_of_it)}

    def _most_calling(self, world: World, talks: Round, *, upheaval: bool) -> float:
        """No state calls for a pact of many with a higher chance than the mightiest."""
        mightiest = max(float(world.power.max()), LEAST_POWER) * world.sizes["i"]
        rate = self.found * max(mightiest, 1.0) ** self.by_power * (self.surge if upheaval else 1.0)
        return talks.at_most(rate)

    def _update(self, world: World, changes: Changes, moved: dict[str, Any], kind: Array) -> Update:
        formed = changes.new.any(axis=0) if changes.some else changes.untied
        if changes.some or undated(world.pact_held, world.pact_since):
            begun = world.time - self.term * ((kind[:, None] + kind) % 1.0) if world.step == 0 else world.time
            since = np.where(world.pact_held & (world.pact_since == 0), begun, world.pact_since)
            moved["pact_since"] = np.where(formed, world.time, since)
        if not changes.some:
            return Update(set=moved, happenings=tuple(changes.told))
        keeps = world.dyad & ~(changes.untied & ~formed)
        moved["pact"] = (world.pact & keeps) | changes.new
        moved["pact_mark"] = np.where(changes.mark > 0, changes.mark, world.pact_mark * keeps)
        return Update(
            add={
                "affinity": self.warming * formed * (1 - world.affinity),
                "pact_formed_count": np.asarray((formed & ~world.pact_held).sum() / 2),
                "pact_ended_count": np.asarray((world.pact_held & ~keeps).sum() / 2),
            },
            set=moved,
            happenings=tuple(changes.told),
        )


def great_war(world: World) -> bool:
    """Whether great powers are at war with each other."""
    wars = disputes_of(world, lowest=WAR)
    return bool((world.great[wars.row] & world.great[wars.column]).any())


@once
def pacts_of_two(held: Array, mark: Array, since: Array) -> tuple[Array, Array, Array]:
    """Pairs (i < j) that a pact between two binds, and since when, (p,) each; arrays (n, n)."""
    i, j = np.nonzero(np.triu(held & (mark == 0)))
    return i, j, since[i, j]


@once
def undated(held: Array, since: Array) -> bool:
    """Whether the date of a pact is not known yet."""
    return bool((held & (since == 0)).any())


def _decided(
    changes: Changes,
    kind: str,
    who: Array,
    whom: Array,
    terms: dict[str, Array],
    chance: Array,
    drawn: Array,
    asked: Array | None,
) -> Array:
    """What came about, bool (p,); where nobody was asked, only that is told."""
    happens = drawn < chance
    at = np.flatnonzero(happens if asked is None else asked)
    if at.size:
        done = None if asked is None else happens[at]
        why = {name: part[at] for name, part in terms.items()}
        changes.told.append(
            Happening(kind, who[at], whom=whom[at], chance=chance[at], drawn=drawn[at], terms=why, done=done)
        )
    return happens
