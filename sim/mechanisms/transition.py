"""Oil prices swing; states that invest their rents grow out of hydrocarbons; pledges pull emissions towards zero.

    log price: reverts to log usual_price at `price_reversion`, noise `price_noise` a year (solved exactly)
    v_i = reinvested r_i / (1 + r_i),   r_i = h_i (t_i / 2 gdp_i) max(0, price - cost) / usual_price
    d T_i = [(1 - T_i) (research (.5 + (d_i + l_i) / 2) + by_rents v_i + by_digital D_i)
             + diffusion o_i max(0, T~_i - T_i) - obsolescence T_i] dt + luck T_i (1 - T_i) sqrt(dt) z_i
    year_i <- start_i + horizon where the norm is adopted without a pledged year
    d log e_i = -(decline + f_i max(0, min(1 / (year_i - time), fastest) - decline)) dt
    f_i = [pledged and adopted] / (1 + exp(-firmness (l_i - resolve)))
    gap_i = e_i / e_i(start) - max(0, year_i - time) / (year_i - start_i)
    d log h_i = -(by_investment v_i + by_pledge f_i + by_world mean extra decline) dt

| symbol | column | unit | shape |
|---|---|---|---|
| h, T, d, l | hydrocarbon_share, technology, democracy, legitimacy | 1 | (n,) |
| e, year | emission_intensity, neutrality_year | kg/USD; year | (n,) |
| start, e(start), gap | path_start, path_intensity, path_gap | year; kg/USD; 1 | (n,) |
| t_i, o_i | total_trade, total_trade / (total_trade + gdp) | 1e9 USD; 1 | (n,) |
| D | digital_share | 1 | (n,) |
| T~_i | mean technology of trade partners, by trade | 1 | (n,) |
| price | oil_price | USD a barrel | () |
| adopted | adopted: the norm carbon_neutrality | 1 | (n,) |
| z | a standard normal number | 1 | (n,) |

With f = 1 emission intensity falls in a straight line to zero in the pledged year (as fast as `fastest` allows); with
weak institutions the line is missed: a state is on track while its gap is small, say below .05. v is the invested
share of gdp; the mean extra decline is weighted by emissions. Without shocks the log price has the standing variance
price_noise^2 / (2 price_reversion).

Assumes: rents need a price above `cost`; half of a state's trade is exports; a pledge binds only adopters of the norm
carbon_neutrality, and who drops the norm leaves the path.
Source: resource rents, Ross 2012; price as in Schwartz 1997; numbers assumed. The world's carbon intensity has fallen
by 1.3% (market prices) to 1.9% (purchasing power) a year since 1990. Kazakhstan pledged in 2020 for 2060, China for
2060, the European Union for 2050: 30 to 40 years ahead.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator
from scipy.special import expit

from sim.core.columns import Array
from sim.core.params import param
from sim.core.update import Update
from sim.mechanisms.base import Mechanism
from sim.timeline import Phase
from sim.world import World

NEVER = 9999.0
"""The year of those who pledged nothing."""


def price_after(price: Array, z: float, *, dt: float, usual: float, reversion: float, noise: float) -> Array:
    """Price after `dt` years of a mean-reverting walk of its logarithm, from a standard normal number; shape ()."""
    kept = math.exp(-reversion * dt)
    spread = noise * math.sqrt((1 - kept**2) / (2 * reversion))
    return np.asarray(usual * (price / usual) ** kept * np.exp(spread * z))


def path_decline(years_left: Array, follows: Array, *, decline: float, fastest: float) -> Array:
    """Yearly decline of emission intensity, shape (n,); `follows` (0..1) is how far the pledge is kept."""
    needed = 1 / np.maximum(years_left, 1 / fastest)
    return decline + follows * np.maximum(needed - decline, 0.0)


def path_gap(intensity: Array, time: float, neutrality_year: Array, path_start: Array, path_intensity: Array) -> Array:
    """How far intensity lies above the straight line to zero in the pledged year, as a share of where it began.

    All (n,); above 0 is behind the path, 0 for those who walk none.
    """
    span = np.maximum(neutrality_year - path_start, 1e-9)
    planned = np.maximum(neutrality_year - time, 0.0) / span
    return (path_start < NEVER) * (intensity / np.maximum(path_intensity, 1e-9) - np.minimum(planned, 1.0))


@dataclass(frozen=True)
class Transition(Mechanism):
    """Sets `oil_price`; adds to `hydrocarbon_share`, `technology` and `emission_intensity`."""

    usual_price: float = param(80, unit="USD/barrel", low=20, high=200, doc="Long-run price.", source="assumed")
    price_reversion: float = param(0.3, unit="1/year", low=0.1, high=3, doc="Return to it.", source="assumed")
    price_noise: float = param(0.25, unit="1/year^.5", low=0, high=0.5, doc="Of the log price.", source="assumed")
    cost: float = param(25, unit="USD/barrel", low=0, high=100, doc="Of lifting a barrel.", source="assumed")
    reinvested: float = param(0.2, unit="1", low=0, high=1, doc="Share of rents that is invested.", source="assumed")
    by_investment: float = param(1, unit="1", low=0, high=5, doc="Decline of hydrocarbons per v.", source="assumed")
    by_pledge: float = param(0.01, unit="1/year", low=0, high=0.1, doc="Decline by a pledge kept.", source="assumed")
    by_world: float = param(0.5, unit="1", low=0, high=2, doc="Decline by the world's transition.", source="assumed")
    research: float = param(0.005, unit="1/year", low=0, high=0.05, doc="Progress by institutions.", source="assumed")
    by_rents: float = param(0.5, unit="1", low=0, high=3, doc="Progress per v.", source="assumed")
    diffusion: float = param(0.015, unit="1/year", low=0, high=0.3, doc="Learning from partners.", source="assumed")
    obsolescence: float = param(0.001, unit="1/year", low=0, high=0.05, doc="Frontier moves on.", source="assumed")
    luck: float = param(0.06, unit="1/year^.5", low=0, high=0.2, doc="Of technology (log-odds).", source="assumed")
    by_digital: float = param(0.01, unit="1/year", low=0, high=0.1, doc="Progress per digital share.", source="assumed")
    decline: float = param(
        0.017, unit="1/year", low=0, high=0.05, doc="Of emission intensity without pledge.", source="assumed"
    )
    fastest: float = param(0.2, unit="1/year", low=0.03, high=0.5, doc="Possible decline.", source="assumed")
    resolve: float = param(0.6, unit="1", low=0, high=1, doc="Legitimacy that keeps half a pledge.", source="assumed")

    firmness: float = param(10, unit="1", low=0, high=50, doc="Log-odds per legitimacy.", source="assumed")
    horizon: float = param(35, unit="year", low=5, high=100, doc="From pledge to neutrality.", source="assumed")

    phase: ClassVar = Phase.ECONOMY
    reads: ClassVar = (
        "oil_price hydrocarbon_share technology democracy legitimacy emission_intensity neutrality_year "
        "path_start path_intensity path_gap digital_share adopted trade total_trade gdp alive"
    )
    writes: ClassVar = (
        "oil_price hydrocarbon_share technology emission_intensity neutrality_year path_start path_intensity path_gap"
    )

    def __call__(self, world: World, rng: Generator) -> Update:
        market, luck = float(rng.standard_normal()), rng.standard_normal(world.sizes["i"])
        price = price_after(
            world.oil_price,
            market,
            dt=world.dt,
            usual=self.usual_price,
            reversion=self.price_reversion,
            noise=self.price_noise,
        )
        bound = world.has_adopted("carbon_neutrality")
        path = self.path(world, bound & world.alive)
        invested, follows = self.invested(world), bound * self.follows(world)
        left = path["neutrality_year"] - (world.time + world.dt / 2)
        falling = path_decline(left, follows, decline=self.decline, fastest=self.fastest)
        emitted = world.emission_intensity * world.gdp * world.alive
        extra = float(emitted @ falling) / max(float(emitted.sum()), 1e-12) - self.decline
        leaving = self.by_investment * invested + self.by_pledge * follows + self.by_world * max(extra, 0.0)
        dt = world.dt * world.alive
        fallen = world.emission_intensity * np.expm1(-falling * dt)
        gap = path_gap(world.emission_intensity + fallen, world.time + world.dt, **path)
        path["path_gap"] = gap
        return Update(
            set={"oil_price": price} | {name: new for name, new in path.items() if new is not getattr(world, name)},
            add={
                "hydrocarbon_share": world.hydrocarbon_share * np.expm1(-leaving * dt),
                "emission_intensity": fallen,
                "technology": self.progress(world, invested) * dt + self.surprise(world, luck),
            },
        )

    def path(self, world: World, bound: Array) -> dict[str, Array]:
        """The pledged year, where the path to it begins and from what intensity, each (n,); `bound` are to walk one."""
        year, start, began = world.neutrality_year, world.path_start, world.path_intensity
        walking = start < NEVER
        if ((bound != walking) & world.alive).any():
            new, left = bound & ~walking, walking & ~bound & world.alive
            year = np.where(new & (year >= NEVER), world.time + self.horizon, year)
            start = np.where(new, world.time, np.where(left, NEVER, start))
            began = np.where(new, world.emission_intensity, began * ~left)
        return {"neutrality_year": year, "path_start": start, "path_intensity": began}

    def invested(self, world: World) -> Array:
        """Share of gdp that comes from rents and is invested, shape (n,)."""
        margin = max(0.0, float(world.oil_price) - self.cost) / self.usual_price
        rents = world.hydrocarbon_share * world.total_trade * (margin / 2) / world.gdp
        return self.reinvested * rents / (1 + rents)

    def follows(self, world: World) -> Array:
        """How far each state would keep its pledge, shape (n,), 0..1."""
        return np.asarray(expit(self.firmness * (world.legitimacy - self.resolve)))

    def surprise(self, world: World, z: Array) -> Array:
        """Unforeseen change of technology in a step, shape (n,); z standard normal."""
        T = world.technology
        return self.luck * math.sqrt(world.dt) * T * (1 - T) * z * world.alive

    def progress(self, world: World, invested: Array) -> Array:
        """Yearly change of technology, shape (n,)."""
        T = world.technology
        institutions = 0.5 + (world.democracy + world.legitimacy) / 2
        openness = world.total_trade / (world.total_trade + world.gdp)
        partners = (world.trade @ T) / np.maximum(world.total_trade, 1e-12)
        ahead = np.maximum(partners - T, 0.0)
        made = (1 - T) * (
            self.research * institutions + self.by_rents * invested + self.by_digital * world.digital_share
        )
        return made + self.diffusion * openness * ahead - self.obsolescence * T
