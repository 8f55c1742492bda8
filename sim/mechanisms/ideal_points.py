"""What states want in world politics wanders, slowly returns to old habit, and drifts to the poles they side with.

    dx_i = reversion (a_i - x_i) dt + by_pole sum_g w_ig (x_g - x_i) dt + innovation sqrt(dt) z_i
    da_i = following (x_i - a_i) dt - homing a_i dt
    voted_i = x_i + noise z'_i

| symbol | column | unit | shape |
|---|---|---|---|
| x | ideal_point | 1 | (n,) |
| a | ideal_anchor | 1 | (n,) |
| w | alignment without its component 0 | 1 | (n, g) |
| x_g | pole_weight @ ideal_point | 1 | (g,) |
| z, z' | standard normal numbers | 1 | (n,) |
| what votes show | voted | 1 | (n,) |

With a third of all variance (.184^2 a year) coming from new leaders, `innovation` is .184 sqrt(2/3). Observation noise
of .134 included, states that lean on poles by two thirds have correlations of .962, .897, .826 and .713 after 1, 5, 10
and 20 years and a spread of .96; United Nations votes of 1946-2023 give .965, .896, .837, .719 and .9.

Assumes: habit (the anchor) itself gives way within decades; wandering is normal and independent between states.
Source: votes in the United Nations, Bailey, Strezhnev and Voeten 2017 (the data); the form is this project's, and
`innovation` and `reversion` are its fit to changes over 1 to 25 years and to the spread.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from numpy.random import Generator

from sim.core.columns import Array
from sim.core.params import param
from sim.core.update import Update
from sim.mechanisms.base import Mechanism
from sim.timeline import Phase
from sim.world import World


def anchored_pull(x: Array, anchor: Array, *, reversion: float, following: float, homing: float) -> tuple[Array, Array]:
    """Yearly pull on the ideal points and on their anchors, each (n,)."""
    return reversion * (anchor - x), following * (x - anchor) - homing * anchor


def usual_anchor(x: Array, *, reversion: float, following: float, homing: float, drawn: float = 0.0) -> Array:
    """Where the anchors of ideal points x (n,) are on average once all wanders as it always does, (n,).

    The regression of a on x in the stationary state of the equations above, with pull `drawn` x to the middle.
    """
    held = following / (following + homing)
    return x * following / (reversion * (1 - held) + drawn + following + homing)


def pole_pull(x: Array, shares: Array, pole_x: Array) -> Array:
    """Sum over poles of share times distance to the pole, shape (n,); shares (n, g), pole_x (g,)."""
    return shares @ pole_x - shares.sum(axis=1) * x


@dataclass(frozen=True)
class IdealPoints(Mechanism):
    """Adds to `ideal_point` and `ideal_anchor`; sets `voted`, which nobody reads but who compares with votes."""

    innovation: float = param(
        0.15,
        unit="1/year^.5",
        low=0,
        high=0.4,
        doc="Yearly wandering under the same leader.",
        source="BaileyEtAl2017fit",
    )
    reversion: float = param(
        0.0272, unit="1/year", low=0.005, high=0.5, doc="Return to the anchor.", source="BaileyEtAl2017fit"
    )
    following: float = param(0.035, unit="1/year", low=0, high=0.1, doc="Anchor after the point.", source="assumed")
    homing: float = param(0.03, unit="1/year", low=0.005, high=0.2, doc="Anchor back to the middle.", source="assumed")
    by_pole: float = param(0.005, unit="1/year", low=0, high=0.2, doc="To the poles sided with.", source="assumed")
    noise: float = param(0.134, unit="1", low=0, high=0.5, doc="Of votes about it.", source="BaileyEtAl2017fit")

    phase: ClassVar = Phase.REMEMBER
    reads: ClassVar = "ideal_point ideal_anchor alignment pole_weight alive"
    writes: ClassVar = "ideal_point ideal_anchor voted"

    def __call__(self, world: World, rng: Generator) -> Update:
        x, dt = world.ideal_point, world.dt
        wandering, noise = rng.standard_normal((2, len(x)))
        wander = self.innovation * math.sqrt(dt) * wandering
        habit, shift = anchored_pull(x, world.ideal_anchor, **self.numbers("reversion", "following", "homing"))
        siding = self.by_pole * pole_pull(x, world.alignment[:, 1:], world.pole_weight @ x)
        moved = ((habit + siding) * dt + wander) * world.alive
        return Update(
            add={"ideal_point": moved, "ideal_anchor": shift * (dt * world.alive)},
            set={"voted": x + moved + self.noise * noise},
        )
