"""Economies catch up with what their technology allows; growth feeds legitimacy, wealth slows births.

    d log y_i = [trend + convergence gap_i + by_openness (o_i - o) - by_burden (m_i - m)
                 + by_oil h_i log(price / usual_price) - by_war [at war]] dt + noise sqrt(dt) z_i
    gap_i = (log y* - log y_i) - by_technology (T* - T_i)
    d log population_i = births(y_i) dt,    births = least + (most - least) / (1 + (y_i / half)^steepness)
    logit l_i += 4 by_growth (d log y_i - trend dt)          (that is, by_growth per unit of growth at l = 1/2)

| symbol | column | unit | shape |
|---|---|---|---|
| y | gdp / population | 1e3 USD a head | (n,) |
| T, m, h, l | technology, milex_share, hydrocarbon_share, legitimacy | 1 | (n,) |
| o | total_trade / (total_trade + gdp) | 1 | (n,) |
| price | oil_price | USD a barrel | () |
| z | a standard normal number | 1 | (n,) |
| at war | hostility = 5 with anybody | 1 | (n,) |

y*, T* are means of log y and T weighted by gdp T^frontier (so high a power that the frontier is where technology is
best, not where most of the product is), o and m without index means weighted by gdp: relative terms redistribute
growth, they do not make it. Sanctions slow growth through trade here, and at once where they are imposed.

`trend` is what is left when nothing goes wrong: transnational shocks take about half a percent a year of it.

Assumes: a state's own ceiling lies below the frontier by its lag in technology; no business cycle.
Source: conditional convergence of .02, Barro and Sala-i-Martin 1992; Gibrat's noise; openness, Frankel and Romer
1999; military burden, Dunne and Tian 2013; births from the data of Fariss et al. 2022, rounded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator

from sim.core.columns import Array
from sim.core.params import param
from sim.core.update import Update
from sim.mechanisms.base import Mechanism
from sim.timeline import Phase
from sim.world import WAR, World


def weighted_mean(x: Array, weight: Array) -> float:
    """Mean of x, shape (n,); 0 where all weights are."""
    return float((weight @ x) / max(weight.sum(), 1e-300))


def frontier_gap(log_y: Array, technology: Array, gdp: Array, *, by_technology: float, frontier: float) -> Array:
    """Log of what technology would allow a head over what there is, shape (n,); 0 on average at the frontier."""
    weight = gdp * technology**frontier
    ahead = log_y - by_technology * technology
    return weighted_mean(ahead, weight) - ahead


def births(y: Array, *, least: float, most: float, half: float, steepness: float) -> Array:
    """Yearly growth of population by gdp a head (1e3 USD), shape (n,)."""
    return least + (most - least) / (1 + (y / half) ** steepness)


@dataclass(frozen=True)
class Growth(Mechanism):
    """Adds to `gdp`, `population` and `legitimacy`."""

    trend: float = param(0.02, unit="1/year", low=-0.01, high=0.04, doc="Of the frontier a head.", source="assumed")
    convergence: float = param(
        0.02, unit="1/year", low=0, high=0.1, doc="Share of the gap closed.", source="BarroSalaIMartin1992"
    )
    by_technology: float = param(3, unit="1", low=0, high=8, doc="Log y per unit of technology.", source="assumed")
    frontier: float = param(12, unit="1", low=0, high=40, doc="Power of technology in it.", source="assumed")
    by_openness: float = param(0.01, unit="1/year", low=0, high=0.1, doc="Of openness to trade.", source="assumed")
    by_burden: float = param(0.1, unit="1/year", low=0, high=1, doc="Of the military share of gdp.", source="assumed")
    by_oil: float = param(0.03, unit="1/year", low=0, high=0.2, doc="Of oil above its usual price.", source="assumed")
    usual_price: float = param(80, unit="USD/barrel", low=20, high=200, doc="Oil price of plans.", source="assumed")
    by_war: float = param(0.02, unit="1/year", low=0, high=0.2, doc="Lost while at war.", source="assumed")
    noise: float = param(0.03, unit="1/year^.5", low=0, high=0.15, doc="Standard deviation a year.", source="assumed")
    least: float = param(0.0, unit="1/year", low=-0.02, high=0.01, doc="Births where rich.", source="assumed")
    most: float = param(0.028, unit="1/year", low=0.01, high=0.04, doc="Births where poor.", source="Fariss2022fit")
    half: float = param(2, unit="1e3 USD", low=0.2, high=20, doc="Gdp a head at the mean of both.", source="assumed")
    steepness: float = param(1.5, unit="1", low=0.3, high=5, doc="Of the fall of births.", source="Fariss2022fit")
    by_growth: float = param(1.5, unit="1", low=0, high=5, doc="Legitimacy from growth.", source="assumed")

    phase: ClassVar = Phase.ECONOMY
    reads: ClassVar = (
        "gdp population technology total_trade milex_share hydrocarbon_share oil_price hostility legitimacy alive"
    )
    writes: ClassVar = "gdp population legitimacy"

    def rates(self, world: World) -> Array:
        """Expected growth of gdp a head a year, shape (n,)."""
        gdp = world.gdp * world.alive
        log_y = np.log(world.gdp / world.population)
        grown = self.convergence * frontier_gap(
            log_y, world.technology, gdp, **self.numbers("by_technology", "frontier")
        )
        relative = self.by_openness * world.total_trade / (world.total_trade + world.gdp)
        relative -= self.by_burden * world.milex_share
        grown += relative
        grown += self.trend - weighted_mean(relative, gdp)
        grown += self.by_oil * math.log(float(world.oil_price) / self.usual_price) * world.hydrocarbon_share
        if (fighting := world.hostility == WAR).any():
            grown -= self.by_war * fighting.any(axis=1)
        return grown

    def __call__(self, world: World, rng: Generator) -> Update:
        dt, alive, support = world.dt, world.alive, world.legitimacy
        luck = self.noise * math.sqrt(dt) * rng.standard_normal(world.sizes["i"])
        grown = (self.rates(world) * dt + luck) * alive
        born = births(world.gdp / world.population, **self.numbers("least", "most", "half", "steepness")) * dt * alive
        odds = np.exp(-4 * self.by_growth * (grown - self.trend * dt))
        held = np.minimum(np.maximum(support, 1e-4), 1 - 1e-4)
        liked = held / (held + (1 - held) * odds)
        return Update(
            add={
                "gdp": world.gdp * np.expm1(grown + born),
                "population": world.population * np.expm1(born),
                "legitimacy": (liked - support) * alive,
            }
        )
