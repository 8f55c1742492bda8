"""Wars are fought with projected power, cost force, income, trust and lives, and end with a winner; no state dies.

    P(side A wins) = S_A^m / (S_A^m + S_B^m)        S_A = sum of reach_kj over k beside the originator i; S_B likewise
    ln days   ~ N(log_days, spread_days)
    ln deaths = d0 + by_days ln days + by_troops ln(weaker side's troops) + by_states ln(states) + N(0, spread_deaths)
    troops    = sum over the side of troops_scale sqrt(force), in 1000 persons
    losses a year of fighting: x <- x exp(-loss e),  e = S_enemy / (S_own + S_enemy)      x = force, gdp, legitimacy
    k joins the stronger side s against o at rate  bandwagon (2 P(s wins) - 1) max(0, affinity_ks - affinity_ko) c_o

| symbol | column | unit | shape |
|---|---|---|---|
| reach | reach | 1 | (n, n) |
| time left, whole length, whole toll | war_remaining, war_length, war_toll | year; year; persons | (n, n) |
| deaths | war_deaths; population | persons; 1e6 | (); (n,) |
| x | force, gdp, legitimacy | 1e9 USD; 1e9 USD; 1 | (n,) |
| affinity | affinity | 1 | (n, n) |

Length and toll are drawn when a war is first seen (`war_length` 0) and deaths come evenly over it, so that a war that
is settled early costs its share. A war that the scenario begins with lasts its `war_remaining`, if that is given.

m is `decisiveness`; `force_loss`, `gdp_loss` and `trust_loss` are the losses, and the loser bears those of `defeat`
more years, with `resentment` of the winner, the share `rancour` of affinity above -1 lost, and `disgrace` of its
legitimacy, which brings leaders down (`leadership`). A war that begins takes the share `chill` of affinity above -1.

Who bandwagons is no party to the war and no defence ally of o, has no dispute with either leader, and is a great power
or o's neighbour by land or sea; c_o is 1 - `deterred` if o has nuclear weapons, else 1. Whether the winner
imposes the peace is the matter of `settlements`.

Assumes: joiners fight the leader of the other side; the toll falls on the sides as the enemy's share of strength and on
members by projected power; normal draws are cut at `tails` standard deviations and no war lasts over `longest` years.
Source: length and deaths fitted to 90 wars of Sarkees & Wayman 2010; loss of strength, Boulding 1962; contest success
function, Hirshleifer 1989; joining the likely winner, Schweller 1994.
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
from sim.mechanisms._disputes import LiveDisputes, disputes_of, mirrored, uniform_per_dispute
from sim.mechanisms._fighting import DAYS as DAYS
from sim.mechanisms._fighting import Fight, battle_deaths, normal, sides_of
from sim.mechanisms.base import Mechanism
from sim.timeline import Phase
from sim.world import WAR, World

FITTED = "SarkeesWayman2010fit"


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
    troops_scale: float = param(7, unit="1000", low=1, high=100, doc="Troops per root of force.", source="assumed")
    decisiveness: float = param(2, unit="1", low=0, high=6, doc="Exponent m of the contest.", source="assumed")
    force_loss: float = param(0.3, unit="1/year", low=0, high=2, doc="Loss of force.", source="assumed")
    gdp_loss: float = param(0.06, unit="1/year", low=0, high=0.5, doc="Loss of gdp.", source="assumed")
    trust_loss: float = param(0.1, unit="1/year", low=0, high=1, doc="Loss of legitimacy.", source="assumed")
    defeat: float = param(0.5, unit="year", low=0, high=3, doc="Defeat costs as much as this long.", source="assumed")
    resentment: float = param(0.5, unit="1", low=0, high=2, doc="Grievance of losers.", source="assumed")
    chill: float = param(0.5, unit="1", low=0, high=1, doc="Share of affinity above -1 lost.", source="assumed")
    rancour: float = param(0.2, unit="1", low=0, high=1, doc="Lost once more by defeat.", source="assumed")
    disgrace: float = param(0.25, unit="1", low=0, high=1, doc="Legitimacy lost by defeat.", source="assumed")
    bandwagon: float = param(0.3, unit="1/year", low=0, high=5, doc="Joining the likely winner.", source="assumed")
    deterred: float = param(0.8, unit="1", low=0, high=1, doc="By the loser's nuclear weapons.", source="assumed")
    tails: float = param(3, unit="1", low=1, high=6, doc="Standard deviations that count.", source="assumed")
    longest: float = param(100, unit="year", low=5, high=200, doc="Longest war.", source="assumed")

    phase: ClassVar = Phase.CONFLICT
    reads: ClassVar = (
        "hostility originator dispute_tag dyad reach force gdp population legitimacy affinity war_remaining war_length "
        "war_toll alive great nuclear contiguous near_by_sea allied"
    )
    writes: ClassVar = (
        "war_remaining war_length war_toll hostility dispute_tag gdp force population affinity grievance legitimacy "
        "war_deaths"
    )
    kinds: ClassVar = {
        "war ended": "{who} wins its war with {whom}; {amount:,.0f} died in battle",
        "bandwagoning": "{who} joins the war against {whom} on the side of {state}, which is winning",
    }

    def __call__(self, world: World, rng: Generator) -> Update:
        n = world.sizes["i"]
        live = disputes_of(world, lowest=WAR)
        drawn, mood = uniform_per_dispute(rng, live, n, 4), rng.random(n)
        if not live.led.any():
            return self._nothing_to_fight_for(world)
        fight = sides_of(live, world.reach)
        length, left, toll = self._course(world, live, fight, drawn)
        fought = np.where(live.led, np.minimum(left, world.dt), 0.0)
        ended = live.led & (left <= world.dt)
        lost_by, told = self._outcome(live, fight, ended, toll, drawn[2])
        effects = self._effects(world, live, fight, fought, toll * fought / length, lost_by)
        over, joined = live.spread(ended, n), self._bandwagon(world, live, fight, ended, drawn[3], mood)
        stop = over | ((world.hostility == WAR) & ~world.dyad)
        effects["hostility"] = -world.hostility * stop
        if len(joined.who):
            pairs = (joined.who, np.asarray(joined.whom))
            effects["hostility"] = effects["hostility"] + mirrored(n, *pairs, np.full(len(joined.who), WAR))
            effects["dispute_tag"] = mirrored(n, *pairs, world.dispute_tag[np.asarray(joined.third), pairs[1]])
        kept = {"war_remaining": left - fought, "war_length": length, "war_toll": toll}
        goes_on = live.led & ~ended
        return Update(
            add=effects,
            set={name: live.spread(values * goes_on, n) for name, values in kept.items()},
            happenings=(*told, joined),
        )

    def _nothing_to_fight_for(self, world: World) -> Update:
        """Wars without a leading pair stop, and nothing is left of those that others ended."""
        stop = (world.hostility == WAR) & ~world.dyad
        none = np.zeros(stop.shape)
        kept = {name: none for name in ("war_remaining", "war_length", "war_toll") if getattr(world, name).any()}
        return Update(add={"hostility": -world.hostility * stop} if stop.any() else {}, set=kept)

    def _course(self, world: World, live: LiveDisputes, fight: Fight, drawn: Array) -> tuple[Array, Array, Array]:
        """Whole length, time left (years) and whole toll (deaths) of each war; drawn for those first seen, (d,)."""
        i, j = live.first, live.second
        given, left, toll = world.war_length[i, j], world.war_remaining[i, j], world.war_toll[i, j]
        if (given > 0).all():
            return given, left, toll
        length_noise, toll_noise = normal(drawn[:2], tails=self.tails)
        lasting = np.minimum(np.exp(self.log_days + self.spread_days * length_noise) / DAYS, self.longest)
        length = np.where(given > 0, given, np.where(left > 0, left, lasting))
        troops = self.troops_scale * np.sqrt(world.force)
        weaker = np.minimum(fight.beside @ troops, fight.against @ troops)
        states = fight.beside.sum(axis=1) + fight.against.sum(axis=1)
        numbers = self.numbers("d0", "by_days", "by_troops", "by_states", "spread_deaths")
        cost = battle_deaths(length, weaker, states, toll_noise, **numbers)
        return length, np.where(given > 0, left, length), np.where(given > 0, toll, cost)

    def _outcome(
        self, live: LiveDisputes, fight: Fight, ended: Array, toll: Array, drawn: Array
    ) -> tuple[tuple[Array, Array], tuple[Happening, ...]]:
        """Which wars side A and side B lost, bool (d,) each, and the report of those that ended."""
        own, other = (self.decisiveness * np.log(np.maximum(s, 1e-300)) for s in fight.strength)
        chance = expit(own - other)
        won = drawn < chance
        which = np.flatnonzero(ended)
        if not which.size:
            return (ended, ended), ()
        a_won = won[which]
        told = Happening(
            "war ended",
            np.where(a_won, live.first[which], live.second[which]),
            whom=np.where(a_won, live.second[which], live.first[which]),
            amount=toll[which],
            chance=np.where(a_won, chance[which], 1 - chance[which]),
            drawn=np.where(a_won, drawn[which], 1 - drawn[which]),
            terms={
                "strength of the winner": np.where(a_won, own[which], other[which]),
                "strength of the loser": -np.where(a_won, other[which], own[which]),
            },
        )
        return (ended & ~won, ended & won), (told,)

    def _bandwagon(
        self, world: World, live: LiveDisputes, fight: Fight, ended: Array, drawn: Array, mood: Array
    ) -> Happening:
        """Who joins the stronger side of a war that goes on, with what the log of the rate adds up from."""
        a_leads = fight.strength[0] >= fight.strength[1]
        strong, weak = np.where(a_leads, live.first, live.second), np.where(a_leads, live.second, live.first)
        rests = fight.beside + fight.against + (world.hostility[strong] > 0) + (world.hostility[weak] > 0)
        near = world.contiguous[weak] | world.near_by_sea[weak] | world.great
        free = near & world.alive & ~world.allied[weak] & (rests == 0) & (live.led & ~ended)[:, None]
        liking = world.affinity[strong] - world.affinity[weak]
        d, k = np.nonzero(free & (liking > 0))
        own, other = (np.maximum(s, 1e-300) ** self.decisiveness for s in fight.strength)
        lead = np.abs(own - other)[d] / (own + other)[d]
        why = {
            "rate of bandwagoning": np.full(len(d), _log(self.bandwagon)),
            "lead of the stronger side": _log(lead),
            "liking for it": np.log(liking[d, k]),
            "nuclear weapons of the weaker": world.nuclear[weak[d]] * _log(1 - self.deterred),
        }
        chance = world.chance(np.exp(sum(why.values(), np.zeros(len(d)))))
        luck = (drawn[d] + mood[k]) % 1.0
        joins = np.flatnonzero(luck < chance)
        told = {name: part[joins] for name, part in why.items()}
        d = d[joins]
        return Happening("bandwagoning", k[joins], weak[d], strong[d], None, chance[joins], luck[joins], told)

    def _effects(
        self,
        world: World,
        live: LiveDisputes,
        fight: Fight,
        fought: Array,
        deaths: Array,
        lost_by: tuple[Array, Array],
    ) -> dict[str, Array]:
        a_lost, b_lost = lost_by
        defeats = a_lost.astype(float) @ fight.beside + b_lost.astype(float) @ fight.against
        burden = fight.by_state(fought) + self.defeat * defeats
        dead = fight.deaths_by_state(deaths)
        begun = live.spread(live.led, len(dead)) & (world.war_length == 0)
        made = {
            "force": world.force * np.expm1(-self.force_loss * burden),
            "gdp": world.gdp * np.expm1(-self.gdp_loss * burden),
            "legitimacy": world.legitimacy * (np.exp(-self.trust_loss * burden) * (1 - self.disgrace) ** defeats - 1),
            "population": world.population * np.expm1(-dead / 1e6 / world.population),
            "war_deaths": np.asarray(float(deaths.sum())),
        }
        colder = self.chill * begun
        if (a_lost | b_lost).any():
            bitter = self._bitter(live, fight, lost_by, len(dead))
            made["grievance"] = self.resentment * bitter
            colder = colder + self.rancour * np.maximum(bitter, bitter.T)
        if colder.any():
            made["affinity"] = -np.minimum(colder, 1.0) * (1 + world.affinity)
        return made

    def _bitter(self, live: LiveDisputes, fight: Fight, lost_by: tuple[Array, Array], n: int) -> Array:
        """1 where row lost a war to column, else 0, (n, n)."""
        a_lost, b_lost = lost_by
        loser = np.where(a_lost[live.of], fight.beside[live.of, live.row], fight.against[live.of, live.row])
        bitter = np.zeros((n, n))
        bitter[live.row, live.column] = (loser > 0) & (a_lost | b_lost)[live.of]
        return bitter


def _log(x: Array | float) -> Array:
    return np.log(np.maximum(x, 1e-300))
