"""Pairs of states begin disputes: some pairs always do, and more so when threat, grievance and rivalry have grown.

    logit p = baseline + sum_c weight_c x_c + frailty + trust sum_k weight_k (z_k - z_k at the start)
    logit q = logit p + begun,  rate = -ln(1 - q)
    originator: odds = exp(by_resentment (grievance_ij - grievance_ji)) (power_i / power_j) ** by_power
    level 2 / 3 / 4: ordered logit, shares share_threat / share_display / the rest (until `turning_year`, from then on
        share_threat_since / share_display_since / the rest), shifted by
        level_threat (threat_ij + threat_ji - .1) + level_border ([land border] - .5) + level_parity (parity - .3)

| symbol | column | unit | shape |
|---|---|---|---|
| p; q | chance within a year of a new dispute, joined ones too; of one of the pair's own | 1 | (n, n) |
| x | capabilities, land_border, near_by_sea (no border), far ln(1 + km), ideal_distance | mixed | (n, n) |
| x | joint_democracy, regime_distance: minimum and distance of democratic_tradition | 1 | (n, n) |
| x | one_great (and no neighbours), two_great: one or both are great powers | 1 | (n, n) |
| x | recent_dispute exp(-peace_years / memory_time) | 1 | (n, n) |
| z | threat, grievance, rivalry, shield and backing by allies, settlement (`settlements`) | 1 | (n, n) |
| z | dependence: trade over the larger gdp of the two | 1 | (n, n) |
| z at the start | onset_reference (the weighted sum) | 1 | (n, n) |
| power; [land border] | power; contiguous | 1 | (n,); (n, n) |
| parity | the smaller over the larger power | 1 | (n, n) |

A new dispute adds 1 to the record (halved every `record_life` years), `hardening` (1 - rivalry) to rivalry,
`resentment` to the target's grievance, and takes `chill` level (1 + affinity) from affinity; claims (level 1) lapse.
`baseline` is for runs without frailty (all 0); where frailty is taken from the record (`empirical`) it is -.911.

Assumes: of the pairs newly in dispute three in four began it, the others join (`obligations`): hence `begun`; half of
the effect of a recent dispute passes, half lasts (frailty); the simulation's own columns count as deviations from the
start, so that at the start the hazard is the fitted one; the effects on mood are in proportion to the level.
Source: rates and covariates fitted to GML MID 2.2.1, Gibler, Miller & Little 2016; trade, Oneal & Russett 1997, a
quarter of what Gibler, Miller & Little 2016d tell, with a large error; alliances, Leeds 2003.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator
from scipy.special import expit, logit

from sim.core.columns import Array
from sim.core.params import param
from sim.core.streams import symmetric_uniform
from sim.core.update import Happening, Update
from sim.mechanisms import _onset_index as onset
from sim.mechanisms._disputes import mirrored, scattered
from sim.mechanisms.base import Mechanism
from sim.timeline import Phase
from sim.world import SETTLED, World

FITTED, SINCE = "GML2016fit", "GML2016cfit"
onset_probability = onset.onset_probability
"""The hazard p, joined disputes included, as a function of the world, for forecasts: see there."""


def opening_level(drawn: Array, shift: Array, *, share_threat: float, share_display: float) -> Array:
    """Level 2, 3 or 4 of new disputes by an ordered logit; uniforms and shifts of any one shape.

    Without a shift the shares are `share_threat`, `share_display` and the rest.
    """
    threat = expit(logit(share_threat) - shift)
    display = expit(logit(min(share_threat + share_display, 1.0)) - shift)
    return 4 - (drawn < display).astype(int) - (drawn < threat).astype(int)


def _clock(drawn: Array) -> Array:
    """Logarithm of an exponential waiting time; the difference of two is logistic."""
    return np.log(-np.log1p(-np.minimum(drawn, 1 - 1e-16)) + 1e-300)


@dataclass(frozen=True)
class DisputeOnset(Mechanism):
    """Begins disputes between pairs; keeps the reference that mechanistic changes are measured against."""

    baseline: float = param(-0.4562, unit="1", low=-6, high=6, doc="Log-odds with all covariates 0.", source=FITTED)
    capabilities: float = param(0.3206, unit="1", low=-1, high=2, doc="Of mean ln power share.", source=FITTED)
    land_border: float = param(2.774, unit="1", low=-5, high=6, doc="Of a common land border.", source=FITTED)
    near_by_sea: float = param(1.9, unit="1", low=-3, high=5, doc="Of 400 miles of water or less.", source=FITTED)
    far: float = param(-0.4586, unit="1", low=-2, high=1, doc="Of ln(1 + km between capitals).", source=FITTED)
    joint_democracy: float = param(-2.235, unit="1", low=-6, high=3, doc="Of the lower tradition.", source=FITTED)
    one_great: float = param(1.302, unit="1", low=-3, high=3, doc="Of one great power far off.", source=FITTED)
    two_great: float = param(1.656, unit="1", low=-3, high=4, doc="Of two great powers.", source=FITTED)
    ideal_distance: float = param(0.1677, unit="1", low=-1, high=2, doc="Of the distance in UN votes.", source=FITTED)
    regime_distance: float = param(0.2186, unit="1", low=-3, high=4, doc="Of the gap in tradition.", source=FITTED)
    recent_dispute: float = param(1.045, unit="1", low=0, high=4, doc="Right after a dispute.", source=FITTED)
    begun: float = param(-0.3014, unit="1", low=-3, high=1, doc="Of being first in it, not to join.", source=FITTED)
    memory_time: float = param(4, unit="year", low=1, high=40, doc="Fading of recent disputes.", source=FITTED)
    record_life: float = param(15, unit="year", low=2, high=60, doc="Half-life of the record.", source=FITTED)
    trust: float = param(0.25, unit="1", low=0, high=1, doc="Share of mechanistic change believed.", source="assumed")
    threat: float = param(2, unit="1", low=0, high=6, doc="Of threat, both ways.", source="assumed")
    grievance: float = param(0.5, unit="1", low=0, high=1.5, doc="Of grievance, both ways.", source="assumed")
    rivalry: float = param(1, unit="1", low=0, high=4, doc="Of rivalry.", source="assumed")
    shield: float = param(-1, unit="1", low=-4, high=1, doc="Of third parties' guarantees.", source="assumed")
    backing: float = param(0.5, unit="1", low=-1, high=3, doc="Of offence or neutrality pacts.", source="assumed")
    settlement: float = param(4, unit="1", low=0, high=8, doc="Of the last settlement; x trust: 1.", source="assumed")
    dependence: float = param(-10, unit="1", low=-240, high=40, doc="x trust: of trade.", source="assumed")
    by_resentment: float = param(1, unit="1", low=0, high=4, doc="Who begins: the aggrieved.", source="assumed")
    by_power: float = param(0.3, unit="1", low=-1, high=2, doc="Who begins: the stronger.", source="assumed")
    share_threat: float = param(0.0333, unit="1", low=0, high=0.3, doc="Begin with a threat.", source=FITTED)
    share_display: float = param(0.296, unit="1", low=0, high=0.7, doc="Begin with a display.", source=FITTED)
    share_threat_since: float = param(0.0241, unit="1", low=0, high=0.3, doc="The first, lately.", source=SINCE)
    share_display_since: float = param(0.596, unit="1", low=0, high=0.7, doc="The second, lately.", source=SINCE)
    turning_year: float = param(1991, unit="year", low=0, high=9999, doc="Force is rarer since.", source="assumed")
    level_threat: float = param(0.5, unit="1", low=0, high=3, doc="Threat raises the level.", source="assumed")
    level_border: float = param(0.2, unit="1", low=-1, high=2, doc="So does a border.", source="assumed")
    level_parity: float = param(0.2, unit="1", low=-1, high=2, doc="So does parity of power.", source="assumed")
    hardening: float = param(0.15, unit="1", low=0, high=0.5, doc="Rivalry won of what is missing.", source="assumed")
    resentment: float = param(0.3, unit="1", low=0, high=1, doc="Grievance of the target.", source="assumed")
    chill: float = param(0.05, unit="1", low=0, high=0.2, doc="Affinity lost per level.", source="assumed")
    lapse: float = param(0.1, unit="1/year", low=0, high=2, doc="Rate at which claims lapse.", source="assumed")

    weights: ClassVar = (
        *("baseline", "capabilities", "land_border", "near_by_sea", "far", "joint_democracy", "one_great", "two_great"),
        *("ideal_distance", "regime_distance", "recent_dispute", "memory_time", "trust"),
        *("threat", "grievance", "rivalry", "shield", "backing", "settlement", "dependence"),
    )
    phase: ClassVar = Phase.CONFLICT
    reads: ClassVar = (
        "dyad hostility originator dispute_tag power great contiguous near_by_sea capital_distance "
        "democratic_tradition ideal_point peace_years dispute_record frailty onset_reference threat grievance rivalry "
        "guarantee reach treaty settlement settlement_kind affinity trade gdp"
    )
    writes: ClassVar = (
        "hostility originator dispute_tag dispute_count grievance affinity rivalry dispute_record onset_reference"
    )
    kinds: ClassVar = {
        "dispute onset": "{who} begins a dispute with {whom}: {level}",
        "relapse": "What {who} and {whom} had settled lasted {amount:.1f} years: they fall out again",
        "first move": "{who}, not {whom}, is the one who begins",
        "opening level": "The dispute of {who} with {whom} opens with {level}",
        "claim lapsed": "The claim of {who} on {whom} lapses",
    }

    def __call__(self, world: World, rng: Generator) -> Update:
        n = world.sizes["i"]
        drawn, own = symmetric_uniform(rng, n), rng.random((4, n))
        index = onset.onset_index(world, self.numbers(*self.weights))
        chance = world.chance(np.log1p(np.exp(np.minimum(index.logit + self.begun, 700.0))))
        claimed = world.hostility == 1
        lapsed = claimed & (~world.dyad | (drawn > 1 - world.chance(self.lapse))) if claimed.any() else claimed
        quarrel = (drawn < chance) & world.dyad & (world.hostility <= 1) & ~lapsed
        fading = world.dispute_record * np.expm1(-np.log(2) * world.dt / self.record_life)
        known = {} if index.settled else {"onset_reference": np.where(world.dyad, index.reference, onset.UNKNOWN)}
        if not (quarrel.any() or lapsed.any()):
            return Update(add={"dispute_record": fading}, set=known)
        i, j, moves = self._begun(world, quarrel, own[:2])
        shares = self._shares(world.time)
        opening, shift = (own[2, i] + own[2, j]) % 1.0, self._shift(world, i, j)
        level = opening_level(opening, sum(shift.values(), np.zeros(len(i))), **shares)
        tag = np.maximum((own[3, i] + own[3, j]) % 1.0, 1e-12)
        why = index.terms(i, j) | {"begun, not joined": np.full(len(i), self.begun)}
        told = Happening("dispute onset", i, whom=j, amount=level, chance=chance[i, j], drawn=drawn[i, j], terms=why)
        lapses = (self._lapses(world, lapsed, drawn),) if lapsed.any() else ()
        return Update(
            add=self._effects(world, i, j, level, tag, lapsed)
            | {"dispute_record": fading + mirrored(n, i, j, np.ones(len(i)))},
            set=known,
            happenings=(told, *_relapses(world, told), moves, _opening(i, j, level, shares, shift, opening), *lapses),
        )

    def _shares(self, time: float) -> dict[str, float]:
        """Shares of disputes that begin with a threat and with a display of force."""
        if time < self.turning_year:
            return self.numbers("share_threat", "share_display")
        return {"share_threat": self.share_threat_since, "share_display": self.share_display_since}

    def _begun(self, world: World, quarrel: Array, own: Array) -> tuple[Array, Array, Happening]:
        """Originators and targets of the pairs that quarrel: of each two, the one whose clock is quicker; and why.

        Args:
            quarrel: bool (n, n), symmetric. own: two uniforms a state, (2, n).
        """
        i, j = np.nonzero(quarrel)
        power = np.log(np.maximum(world.power, 1e-9))
        why = {
            "grievance": self.by_resentment * (world.grievance[i, j] - world.grievance[j, i]),
            "power": self.by_power * (power[i] - power[j]),
        }
        pull = why["grievance"] + why["power"]
        mine, theirs = (own[0, i] + own[1, j]) % 1.0, (own[0, j] + own[1, i]) % 1.0
        ahead = _clock(mine) - _clock(theirs)
        first = ahead < pull
        terms = {name: part[first] for name, part in why.items()}
        odds = {"chance": expit(pull[first]), "drawn": expit(ahead[first])}
        return i[first], j[first], Happening("first move", i[first], whom=j[first], terms=terms, **odds)

    def _shift(self, world: World, i: Array, j: Array) -> dict[str, Array]:
        """Contributions to the log-odds of a higher level."""
        low, high = np.minimum(world.power[i], world.power[j]), np.maximum(world.power[i], world.power[j])
        return {
            "threat": self.level_threat * (world.threat[i, j] + world.threat[j, i] - 0.1),
            "land border": self.level_border * (world.contiguous[i, j] - 0.5),
            "parity": self.level_parity * (low / np.maximum(high, 1e-300) - 0.3),
        }

    def _effects(self, world: World, i: Array, j: Array, level: Array, tag: Array, lapsed: Array) -> dict[str, Array]:
        n = world.sizes["i"]
        friendly, rival = world.affinity[i, j], world.rivalry[i, j]
        begun = scattered(n, i, j, np.ones(len(i)))
        return {
            "hostility": mirrored(n, i, j, level - world.hostility[i, j]) - lapsed,
            "originator": scattered(n, i, j, 1 - world.originator[i, j]) - scattered(n, j, i, world.originator[j, i]),
            "dispute_tag": mirrored(n, i, j, tag - world.dispute_tag[i, j]),
            "dispute_count": np.asarray(float(len(i))),
            "grievance": self.resentment * begun.T,
            "affinity": mirrored(n, i, j, -self.chill * level * (1 + friendly)),
            "rivalry": mirrored(n, i, j, self.hardening * (1 - rival)),
        }

    def _lapses(self, world: World, lapsed: Array, drawn: Array) -> Happening:
        i, j = np.nonzero(lapsed & (world.originator > 0))
        chance = np.full(len(i), world.chance(self.lapse))
        why = {"lapse": np.full(len(i), np.log(max(self.lapse, 1e-300)))}
        return Happening("claim lapsed", i, whom=j, chance=chance, drawn=1 - drawn[i, j], terms=why)


def _opening(
    i: Array, j: Array, level: Array, shares: dict[str, float], shift: dict[str, Array], drawn: Array
) -> Happening:
    """Why each dispute opens at its level and not lower: the log-odds of that; at the lowest, of no higher one."""
    low = level == 2
    above = np.where(level == 4, min(shares["share_threat"] + shares["share_display"], 1.0), shares["share_threat"])
    usual = -logit(np.clip(above, 1e-12, 1 - 1e-12))
    sign = np.where(low, -1.0, 1.0)
    why = {name: sign * part for name, part in ({"usual share": usual} | shift).items()}
    chance = expit(sum(why.values(), np.zeros(len(i))))
    luck = np.where(low, drawn, 1 - drawn)
    return Happening("opening level", i, whom=j, amount=level, chance=chance, drawn=luck, terms=why)


def _relapses(world: World, begun: Happening) -> tuple[Happening, ...]:
    """Those of the new disputes that break a settlement, by agreement or imposed, with the same reasons."""
    i, j = begun.who, np.asarray(begun.whom)
    broken = np.flatnonzero(world.settlement_kind[i, j] > SETTLED.index("stalemate"))
    if not broken.size:
        return ()
    i, j = i[broken], j[broken]
    why = {name: part[broken] for name, part in begun.terms.items()}
    odds = {"chance": np.asarray(begun.chance)[broken], "drawn": np.asarray(begun.drawn)[broken]}
    return (Happening("relapse", i, whom=j, amount=world.peace_years[i, j], terms=why, **odds),)
