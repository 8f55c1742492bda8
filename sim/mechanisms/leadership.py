"""Leaders change, sooner in democracies and where support has gone; newcomers see the world otherwise.

    hazard_i = autocracy^(1 - d_i) democracy^d_i exp(by_legitimacy (usual_support - l_i))
    on a change: x_i += shift z_i / sqrt(autocracy^(1 - d_i) democracy^d_i)
                 rho_i <- (1 - newness) rho_i + newness U(.5, 1.5),   a_i <- (1 - newness) a_i + newness U(0, 1)^2
                 l_i += honeymoon max(0, usual_support - l_i)
    d l_i = recovery (usual_support - l_i) dt
    d d_i = regional_pull (mean of the region - d_i) dt + regime_noise 4 d_i (1 - d_i) sqrt(dt) z_i

| symbol | column | unit | shape |
|---|---|---|---|
| d, l | democracy, legitimacy | 1 | (n,) |
| x | ideal_point | 1 | (n,) |
| rho, a | autonomy, activism | 1 | (n,) |
| region | region, by which the mean is taken | 1 | (n,) |
| z | a standard normal number | 1 | (n,) |

Every state's ideal point gains the variance shift^2 a year from its leaders, a third of .184^2: rare changes are large
ones. Democracy walks on the log-odds, so that it stays inside 0..1, with a drift that leaves its mean where it is.

Assumes: one hazard for regular and irregular exits; the successor is drawn anew, not chosen by neighbours.
Source: exits 1946-2015 in Goemans, Gleditsch and Chiozza 2009, fitted on polyarchy for this project (.17 a year up to
polyarchy .5, .26 above); leaders move votes in the United Nations, Mattes, Leeds and Carroll 2015; democracy spreads in
regions, Gleditsch and Ward 2006; how fast, and how it wanders, fitted to the polyarchy of 1946-2023 in Coppedge et al.
2024: at these numbers regimes stay as different from each other as they are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator

from sim.core.columns import Array
from sim.core.params import param
from sim.core.update import Happening, Update
from sim.mechanisms.base import Mechanism
from sim.timeline import Phase
from sim.world import World


def regional_mean(x: Array, region: Array, alive: Array) -> Array:
    """Mean of x over the living states of each state's region, shape (n,); x itself where there are none."""
    number = np.bincount(region, weights=alive)
    mean = np.bincount(region, weights=x * alive) / np.maximum(number, 1.0)
    return mean[region] if number.all() else np.where(number[region] > 0, mean[region], x)


def regime_after(d: Array, mean: Array, z: Array, *, dt: float, regional_pull: float, regime_noise: float) -> Array:
    """Democracy after `dt` years, shape (n,), inside 0..1; z standard normal."""
    held = np.minimum(np.maximum(d, 1e-4), 1 - 1e-4)
    spread = 4 * regime_noise * math.sqrt(dt)
    walked = held / (held + (1 - held) * np.exp(spread * (spread * (0.5 - held) - z)))
    return walked - math.expm1(-regional_pull * dt) * (mean - walked)


@dataclass(frozen=True)
class Leadership(Mechanism):
    """Sets `tenure`; adds to what a government is: `ideal_point`, `autonomy`, `activism`, `legitimacy`, `democracy`."""

    autocracy: float = param(
        0.14, unit="1/year", low=0.02, high=1, doc="Hazard at polyarchy 0.", source="Goemans2009fit"
    )
    democracy: float = param(
        0.328, unit="1/year", low=0.02, high=1, doc="Hazard at polyarchy 1.", source="Goemans2009fit"
    )
    by_legitimacy: float = param(2, unit="1", low=0, high=6, doc="Log hazard per legitimacy lost.", source="assumed")
    usual_support: float = param(0.6, unit="1", low=0.1, high=0.9, doc="Legitimacy in calm times.", source="assumed")
    recovery: float = param(0.1, unit="1/year", low=0, high=1, doc="Return to it.", source="assumed")
    honeymoon: float = param(0.3, unit="1", low=0, high=1, doc="Share of distrust undone.", source="assumed")
    shift: float = param(
        0.106, unit="1/year^.5", low=0, high=0.4, doc="Of ideal points through leaders.", source="BaileyEtAl2017fit"
    )
    newness: float = param(0.15, unit="1", low=0, high=1, doc="Weight of the newcomer's own temper.", source="assumed")
    regional_pull: float = param(
        0.0237, unit="1/year", low=0, high=0.5, doc="Towards the region.", source="CoppedgeEtAl2024fit"
    )
    regime_noise: float = param(
        0.0597, unit="1/year^.5", low=0, high=0.2, doc="Of democracy at .5.", source="CoppedgeEtAl2024fit"
    )

    phase: ClassVar = Phase.SHOCK
    reads: ClassVar = "democracy legitimacy region tenure autonomy activism alive"
    writes: ClassVar = "tenure ideal_point autonomy activism legitimacy democracy"
    kinds: ClassVar = {"leader change": "{who} has a new leader after {amount:.0f} years"}

    def __call__(self, world: World, rng: Generator) -> Update:
        alive, dt = world.alive, world.dt
        drawn, temper, zeal = rng.random((3, world.sizes["i"]))
        view, regime = rng.standard_normal((2, world.sizes["i"]))
        terms = self.terms(world)
        usual = np.exp(terms["autocracy"] + terms["democracy"])
        chance = -np.expm1(usual * np.exp(terms["lost legitimacy"]) * -dt)
        new = (drawn < chance) & alive
        mean = regional_mean(world.democracy, world.region, alive)
        turned = regime_after(world.democracy, mean, regime, dt=dt, **self.numbers("regional_pull", "regime_noise"))
        missing = self.usual_support - world.legitimacy
        undone = new * self.honeymoon * np.maximum(missing, 0.0)
        regained = undone - math.expm1(-self.recovery * dt) * (missing - undone)
        kept = {"legitimacy": regained * alive, "democracy": (turned - world.democracy) * alive}
        who = np.flatnonzero(new)
        if not who.size:
            return Update(set={"tenure": world.tenure + dt * alive}, add=kept)
        told = {name: values[who] for name, values in terms.items()}
        return Update(
            set={"tenure": (world.tenure + dt * alive) * ~new},
            add=kept
            | {
                "ideal_point": new * self.shift * view / np.sqrt(usual),
                "autonomy": new * self.newness * (0.5 + temper - world.autonomy),
                "activism": new * self.newness * (zeal * zeal - world.activism),
            },
            happenings=(Happening("leader change", who, None, None, world.tenure[who], chance[who], drawn[who], told),),
        )

    def terms(self, world: World) -> dict[str, Array]:
        """What the log hazard of a change adds up from, each (n,)."""
        d = world.democracy
        return {
            "autocracy": (1 - d) * math.log(self.autocracy),
            "democracy": d * math.log(self.democracy),
            "lost legitimacy": self.by_legitimacy * (self.usual_support - world.legitimacy),
        }
