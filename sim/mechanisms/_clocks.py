"""Competing risks of live disputes: exponential clocks that run side by side, and which of them rings first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from sim.core.columns import Array

FORCE = 4
"""The level of hostility from which a dispute can cost lives or become a war."""
RISKS = ("end", "rise", "war", "death")


def waiting_time(drawn: Array, rate: Array | float) -> Array:
    """Exponential waiting times in years from uniforms in [0, 1); beyond all ages where the rate is 0."""
    return -np.log1p(-drawn) / np.maximum(rate, 1e-300)


@cache
def first_exposure(dt: float, end: float) -> float:
    """Years that the clocks of a new dispute run, in [1.5 dt, 4 dt], so that it is live for 1 / end years on average.

    It is seen once for certain, then with the chance of surviving this exposure, and then of surviving each step:
    dt (1 + exp(-end x) / (1 - exp(-end dt))) = 1 / end, solved for x; long steps cannot do better than 4 dt.
    """
    spent = end * dt
    survival = (1 / spent - 1) * -np.expm1(-spent)
    return min(-float(np.log(survival)) / end, 4 * dt) if survival > 0 else 4 * dt


@dataclass(frozen=True)
class Clocks:
    """The clocks of d disputes; those of war and death start when force is used.

    Attributes:
        rising: below the use of force, bool (d,).
        end, at_force, war, death: years until the end, until force is used, and from then on until war and the first
            death, (d,) each.
        exposure: years that the clocks run, (d,).
    """

    rising: Array
    end: Array
    at_force: Array
    war: Array
    death: Array
    exposure: Array

    def fate(self) -> dict[str, Array]:
        """What happens while the clocks run, bool (d,) each: ended, risen, war, death."""
        war_at = self.at_force + self.war
        stop = np.minimum(np.minimum(self.end, war_at), self.exposure)
        return {
            "ended": self.end <= stop,
            "risen": self.rising & (self.at_force < stop),
            "war": war_at < np.minimum(self.end, self.exposure),
            "death": self.at_force + self.death < stop,
        }

    def allowed(self, risk: str) -> Array:
        """Years within which the clock of a risk had to ring to be the first, (d,)."""
        war_at = self.at_force + self.war
        if risk == "end":
            return np.minimum(war_at, self.exposure)
        if risk == "death":
            return np.minimum(np.minimum(self.end, war_at), self.exposure) - self.at_force
        return np.minimum(self.end, self.exposure) - (self.at_force if risk == "war" else 0.0)


def clocks(level: Array, drawn: Array, rates: Array, *, exposure: Array) -> Clocks:
    """Wind the clocks.

    Args:
        level: 2, 3 or 4, shape (d,). drawn: a uniform for each of `RISKS`, (4, d). rates: a year, the same shape.
        exposure: years, shape (d,).
    """
    end, rise, war, death = waiting_time(drawn, rates)
    rising = level < FORCE
    return Clocks(rising, end, rise * rising, war, death, exposure)
