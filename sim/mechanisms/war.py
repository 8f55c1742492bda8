"""Wars are fought with projected power, cost force, income, trust and lives, and end with a winner; no state dies.

    P(side A wins) = S_A^m / (S_A^m + S_B^m)        S_A = sum of reach_kj over k beside the originator i; S_B likewise
    ln days   ~ N(log_days, spread_days)
    ln deaths = d0 + by_days ln days + by_troops ln(weaker side's troops) + by_states ln(states) + N(0, spread_deaths)
    troops    = sum over the side of troops_scale sqrt(force), in 1000 persons
    losses a year of fighting: x <- x exp(-loss e),  e = S_enemy / (S_own + S_enemy)      x = force, gdp, legitimacy

| symbol | column | unit | shape |
|---|---|---|---|
| reach | reach | 1 | (n, n) |
| time left, whole length, whole toll | war_remaining, war_length, war_toll | year; year; persons | (n, n) |
| deaths | war_deaths; population | persons; 1e6 | (); (n,) |
| x | force, gdp, legitimacy | 1e9 USD; 1e9 USD; 1 | (n,) |

Length and toll are drawn when a war is first seen (`war_length` 0) and deaths come evenly over it, so that a war that
is settled early costs its share. A war that the scenario begins with lasts its `war_remaining`, if that is given.

m is `decisiveness`; `force_loss`, `gdp_loss` and `trust_loss` are the losses, and the loser bears those of `defeat`
more years, with `resentment` of the winner. A war that begins takes the share `chill` of affinity above -1.

Assumes: joiners fight the leader of the other side; the toll falls on the sides as the enemy's share of strength and on
members by projected power; draws are cut at three standard deviations and no war lasts over a century.
Source: length and deaths fitted to 90 wars of Sarkees & Wayman 2010; loss of strength, Boulding 1962; contest success
function, Hirshleifer 1989.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator
from scipy.special import expit, ndtri

from sim.core.columns import Array
from sim.core.params import param
from sim.core.update import Happening, Update
from sim.mechanisms._disputes import LiveDisputes, disputes_of, uniform_per_dispute
from sim.mechanisms.base import Mechanism
from sim.timeline import Phase
from sim.world import WAR, World

DAYS = 365.25
FITTED = "SarkeesWayman2010fit"


def normal(drawn: Array) -> Array:
    """Standard normal numbers from uniforms, cut at three standard deviations."""
    return ndtri(np.clip(drawn, 0.00135, 0.99865))


def battle_deaths(
    years: Array,
    troops: Array,
    states: Array,
    noise: Array,
    *,
    d0: float,
    by_days: float,
    by_troops: float,
    by_states: float,
    spread_deaths: float,
) -> Array:
    """Battle deaths of whole wars, shape (d,): length in years, 1000 troops of the weaker side, number of states."""
    days, thousands = np.maximum(years * DAYS, 1.0), np.maximum(troops, 1.0)
    log_deaths = d0 + by_days * np.log(days) + by_troops * np.log(thousands) + by_states * np.log(np.maximum(states, 2))
    return np.exp(log_deaths + spread_deaths * noise)


@dataclass(frozen=True)
class Fight:
    """The wars of a step: sides (d, n), strengths and troops (d,), the enemy's share of strength for A and for B."""

    beside: Array
    against: Array
    strength: tuple[Array, Array]
    part: tuple[Array, Array]

    @property
    def enemy_share(self) -> tuple[Array, Array]:
        """What the other side has of all strength, seen from A and from B, (d,) each."""
        a, b = self.strength
        return b / np.maximum(a + b, 1e-300), a / np.maximum(a + b, 1e-300)

    def by_state(self, years: Array) -> Array:
        """Years of fighting weighted by the enemy's share, summed over the wars of each state, (n,)."""
        for_a, for_b = self.enemy_share
        return (years * for_a) @ self.beside + (years * for_b) @ self.against

    def deaths_by_state(self, deaths: Array) -> Array:
        """Deaths of each war laid on its states, summed, (n,)."""
        for_a, for_b = self.enemy_share
        return (deaths * for_a) @ self.part[0] + (deaths * for_b) @ self.part[1]


@dataclass(frozen=True)
class War(Mechanism):
    """Fights wars: draws down `war_remaining`, counts the dead, ends wars and punishes the losers."""

    log_days: float = param(5.07, unit="1", low=3, high=7, doc="Mean ln of days of war.", source=FITTED)
    spread_days: float = param(1.47, unit="1", low=0, high=2, doc="Its standard deviation.", source=FITTED)
    d0: float = param(3.4, unit="1", low=0, high=6, doc="ln deaths, all else 0.", source=FITTED)
    by_days: float = param(0.74, unit="1", low=0, high=1.2, doc="Of ln days.", source=FITTED)
    by_troops: float = param(0.23, unit="1", low=0, high=1, doc="Of ln 1000 troops.", source=FITTED)
    by_states: float = param(1.2, unit="1", low=0, high=2, doc="Of ln states at war.", source=FITTED)
    spread_deaths: float = param(1.4, unit="1", low=0, high=2.5, doc="Rest, standard deviation.", source=FITTED)
    troops_scale: float = param(14, unit="1000", low=1, high=100, doc="Troops per root of force.", source="assumed")
    decisiveness: float = param(2, unit="1", low=0, high=6, doc="Exponent m of the contest.", source="assumed")
    force_loss: float = param(0.3, unit="1/year", low=0, high=2, doc="Loss of force.", source="assumed")
    gdp_loss: float = param(0.06, unit="1/year", low=0, high=0.5, doc="Loss of gdp.", source="assumed")
    trust_loss: float = param(0.1, unit="1/year", low=0, high=1, doc="Loss of legitimacy.", source="assumed")
    defeat: float = param(0.5, unit="year", low=0, high=3, doc="Defeat costs as much as this long.", source="assumed")
    resentment: float = param(0.5, unit="1", low=0, high=2, doc="Grievance of losers.", source="assumed")
    chill: float = param(0.5, unit="1", low=0, high=1, doc="Share of affinity above -1 lost.", source="assumed")

    phase: ClassVar = Phase.CONFLICT
    reads: ClassVar = (
        "hostility originator dispute_tag dyad reach force gdp population legitimacy affinity war_remaining war_length "
        "war_toll"
    )
    writes: ClassVar = (
        "war_remaining war_length war_toll hostility gdp force population affinity grievance legitimacy war_deaths"
    )
    kinds: ClassVar = {"war ended": "{who} wins its war with {whom}; {amount:,.0f} died in battle"}

    def __call__(self, world: World, rng: Generator) -> Update:
        n = world.sizes["i"]
        live = disputes_of(world, lowest=WAR)
        drawn = uniform_per_dispute(rng, live, n, 3)
        none, gone = np.zeros((n, n)), (world.hostility == WAR) & ~world.dyad
        fade = {"hostility": np.where(gone, -world.hostility, 0)}
        if not live.led.any():
            return Update(add=fade, set={"war_remaining": none, "war_length": none, "war_toll": none})
        fight = _sides(world, live)
        length, left, toll = self._course(world, live, fight, drawn)
        fought = np.where(live.led, np.minimum(left, world.dt), 0.0)
        ended = live.led & (left <= world.dt)
        goes_on = live.led & ~ended
        lost_by, told = self._outcome(live, fight, ended, toll, drawn[2])
        kept = {"war_remaining": left - fought, "war_length": length, "war_toll": toll}
        effects = self._effects(world, live, fight, fought, toll * fought / length, lost_by)
        over = live.spread(ended, n)
        return Update(
            add=effects | {"hostility": fade["hostility"] - np.where(over, world.hostility, 0)},
            set={name: live.spread(np.where(goes_on, values, 0.0), n) for name, values in kept.items()},
            happenings=(told,),
        )

    def _course(self, world: World, live: LiveDisputes, fight: Fight, drawn: Array) -> tuple[Array, Array, Array]:
        """Whole length, time left (years) and whole toll (deaths) of each war; drawn for those first seen, (d,)."""
        i, j = live.first, live.second
        given, left, toll = world.war_length[i, j], world.war_remaining[i, j], world.war_toll[i, j]
        lasting = np.minimum(np.exp(self.log_days + self.spread_days * normal(drawn[0])) / DAYS, 100.0)
        length = np.where(given > 0, given, np.where(left > 0, left, lasting))
        troops = self.troops_scale * np.sqrt(world.force)
        weaker = np.minimum(fight.beside @ troops, fight.against @ troops)
        states = fight.beside.sum(axis=1) + fight.against.sum(axis=1)
        numbers = self.numbers("d0", "by_days", "by_troops", "by_states", "spread_deaths")
        cost = battle_deaths(length, weaker, states, normal(drawn[1]), **numbers)
        return length, np.where(given > 0, left, length), np.where(given > 0, toll, cost)

    def _outcome(
        self, live: LiveDisputes, fight: Fight, ended: Array, toll: Array, drawn: Array
    ) -> tuple[tuple[Array, Array], Happening]:
        """Which wars side A and side B lost, bool (d,) each, and the report of those that ended."""
        own, other = (self.decisiveness * np.log(np.maximum(s, 1e-300)) for s in fight.strength)
        chance = expit(own - other)
        won = drawn < chance
        which = np.flatnonzero(ended)
        a_won = won[which]
        told = Happening(
            "war ended",
            np.where(won, live.first, live.second)[which],
            whom=np.where(won, live.second, live.first)[which],
            amount=toll[which],
            chance=np.where(a_won, chance[which], 1 - chance[which]),
            drawn=np.where(a_won, drawn[which], 1 - drawn[which]),
            terms={
                "strength of the winner": np.where(a_won, own[which], other[which]),
                "strength of the loser": -np.where(a_won, other[which], own[which]),
            },
        )
        return (ended & ~won, ended & won), told

    def _effects(
        self,
        world: World,
        live: LiveDisputes,
        fight: Fight,
        fought: Array,
        deaths: Array,
        lost_by: tuple[Array, Array],
    ) -> dict[str, Array]:
        n = world.sizes["i"]
        a_lost, b_lost = lost_by
        defeats = a_lost.astype(float) @ fight.beside + b_lost.astype(float) @ fight.against
        burden = fight.by_state(fought) + self.defeat * defeats
        dead = fight.deaths_by_state(deaths)
        loser = np.where(a_lost[live.of], fight.beside[live.of, live.row], fight.against[live.of, live.row])
        bitter = (loser > 0) & (a_lost | b_lost)[live.of]
        grievance = np.zeros((n, n))
        grievance[live.row, live.column] = self.resentment * bitter
        begun = (live.spread(live.led, n)) & (world.war_length == 0)
        return {
            "force": world.force * np.expm1(-self.force_loss * burden),
            "gdp": world.gdp * np.expm1(-self.gdp_loss * burden),
            "legitimacy": world.legitimacy * np.expm1(-self.trust_loss * burden),
            "population": world.population * np.expm1(-dead / 1e6 / world.population),
            "war_deaths": np.asarray(float(deaths.sum())),
            "grievance": grievance,
            "affinity": -self.chill * begun * (1 + world.affinity),
        }


def _sides(world: World, live: LiveDisputes) -> Fight:
    beside, against = (side.astype(float) for side in live.sides(world.sizes["i"]))
    for_a, for_b = beside * world.reach[:, live.second].T, against * world.reach[:, live.first].T
    a, b = for_a.sum(axis=1), for_b.sum(axis=1)
    shares = (for_a / np.maximum(a, 1e-300)[:, None], for_b / np.maximum(b, 1e-300)[:, None])
    return Fight(beside, against, (a, b), shares)
