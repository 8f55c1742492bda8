"""A pole punishes clients that drift to its rivals or hedge between them; that bends some and sets others against it.

    drifting:  rate_ig = strictness (1 - t_g) strength_gi sum_h rivalry_gh max(0, dw_ih / dt)
    hedging:   rate_ig = vigilance (1 - t_g) strength_gi 4 w_ig sum_h rivalry_gh w_ih
    strength_gi = reach_gi / (reach_gi + power_i);   t_g = mean tolerance of the pole's members, by gdp
    on an act: coercion_ig += blow (1 - coercion), grievance_ig += grievance,
               affinity_ig -= coldness (1 + affinity),
               and with chance `by_sanction` sanctions_gi += sanction (1 - sanctions)
    it bends:  sigmoid(readiness + by_trade trade_ig / trade_i + by_share w_ig + by_reach strength_gi
                       - by_autonomy autonomy_i - by_grievance grievance_ig)
               deference_ig += swing (1 - deference) if it does, else -= swing (1 + deference)
    leaning_ig follows weight deference_ig, which fades within `fading` years

| symbol | column | unit | shape |
|---|---|---|---|
| coercion, deference | the same | 1 | (n, g): of i by, and towards, g |
| w, dw/dt | alignment, drift | 1; 1/year | (n, 1 + g) |
| leaning | leaning | 1 | (n, 1 + g): part of what the options offer |
| reach, power, rivalry | pole_reach, power, pole_rivalry | 1 | (g, n), (n,), (g, g) |
| tolerance, autonomy | the same | 1 | (n,) |
| grievance, affinity, sanctions | the same | 1 | (n, n): members of g and i |
| trade | pole_trade, total_trade | 1e9 USD | (n, g); (n,) |

A pole that tolerates everything (t = 1) never punishes. While coercion lasts the pole also gives less aid (`courtship`)
and stands less by its pacts of defence (`guarantee`).

Assumes: whom a pole punishes, and for what, is its own doing; members of a pole act as one; fear and pride work through
the worth of the pole alone (the portfolio turns them into shares).
Source: room for hedging that shrinks as great powers compete, Korolev 2019; tolerance of hedging and its limits, Lim &
Cooper 2015 and Ciorciari & Haacke 2019; the numbers are assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import expm1
from typing import ClassVar

import numpy as np
from numpy.random import Generator
from scipy.special import expit, logit

from sim.core.columns import Array
from sim.core.params import param
from sim.core.update import Happening, Update
from sim.mechanisms.base import Mechanism
from sim.timeline import Phase
from sim.world import World

KINDS = ("coercion", "punishment")
"""What a pole punishes, in the order of `grounds`: drift to its rivals, ties to them."""
NAMED = ("drift to rivals", "ties to rivals")


def grounds(drift: Array, w: Array, rivalry: Array) -> Array:
    """What each pole holds against each state, (2, n, g): drift to its rivals a year, and ties to both, 0..1.

    Args:
        drift, w: of the poles' shares only, (n, g). rivalry: (g, g).
    """
    held = np.empty((2, *w.shape))
    np.maximum(drift, 0.0, out=held[0])
    held[1] = w
    held = held @ rivalry
    held[1] *= 4 * w
    return held


@dataclass(frozen=True)
class Coercion(Mechanism):
    """Adds to coercion, deference, leaning, grievance, sanctions; takes from affinity."""

    strictness: float = param(1, unit="1", low=0, high=10, doc="Punishment of drifting.", source="assumed")
    vigilance: float = param(0.2, unit="1/year", low=0, high=2, doc="Punishment of hedging.", source="assumed")
    blow: float = param(0.5, unit="1", low=0, high=1, doc="How far one act raises coercion.", source="assumed")
    by_sanction: float = param(0.5, unit="1", low=0, high=1, doc="Chance that it is a sanction.", source="assumed")
    sanction: float = param(0.3, unit="1", low=0, high=1, doc="Share of trade that it bars.", source="assumed")
    grievance: float = param(0.1, unit="1", low=0, high=1, doc="Grievance that it leaves.", source="assumed")
    coldness: float = param(0.1, unit="1", low=0, high=1, doc="Affinity that it costs a stranger.", source="assumed")
    readiness: float = param(0, unit="1", low=-5, high=5, doc="To bend, all else 0 (log-odds).", source="assumed")
    by_trade: float = param(2, unit="1", low=0, high=8, doc="Of trade with the pole.", source="assumed")
    by_share: float = param(1, unit="1", low=0, high=8, doc="Of the pole in the portfolio.", source="assumed")
    by_reach: float = param(1, unit="1", low=0, high=8, doc="Of its reach over own power.", source="assumed")
    by_autonomy: float = param(1, unit="1", low=0, high=8, doc="Of the desire for autonomy.", source="assumed")
    by_grievance: float = param(1, unit="1", low=0, high=8, doc="Of grievance against it.", source="assumed")
    swing: float = param(0.5, unit="1", low=0, high=1, doc="How far one act moves deference.", source="assumed")
    weight: float = param(0.3, unit="1", low=0, high=1, doc="Of deference in a pole's worth.", source="assumed")
    fading: float = param(5, unit="year", low=0.5, high=50, doc="Time in which it fades.", source="assumed")

    phase: ClassVar = Phase.DECIDE
    reads: ClassVar = (
        "drift pole_rivalry pole_reach power alive in_pole pole coercion affinity sanctions pole_weight alignment "
        "tolerance deference autonomy grievance pole_trade total_trade"
    )
    writes: ClassVar = "coercion deference leaning grievance affinity sanctions"
    kinds: ClassVar = {
        "coercion": "{pole} threatens {who} for drifting to its rivals",
        "punishment": "{pole} punishes {who} for its ties with rivals and withholds favours and protection",
        "coercive sanction": "{pole} bars trade with {who} over its ties with rivals",
        "coercive sanction refused": "{pole} leaves it at threatening {who}",
        "submission": "{who} bends to the pressure of {pole}",
        "submission refused": "{who} defies the pressure of {pole}",
    }

    def __call__(self, world: World, rng: Generator) -> Update:
        n, g = world.coercion.shape
        drawn = rng.random((4, n, g))
        cause = grounds(world.drift[:, 1:], world.alignment[:, 1:], world.pole_rivalry)
        strict = 1 - world.pole_weight @ world.tolerance
        pace = np.array([self.strictness, self.vigilance])
        near = np.flatnonzero(drawn[:2] < cause * (world.dt * pace[:, None] * strict)[:, None, :])
        told = self._struck(world, near, drawn, cause, strict) if near.size else []
        change = self._faded(world)
        if not told:
            return Update(add=change)
        who, pole = (np.concatenate([getattr(h, side) for h in told]) for side in ("who", "third"))
        which = np.zeros((n, g), dtype=bool)
        which[who, pole] = True
        return self._acts(world, which, drawn[2:], change, told)

    def _struck(self, world: World, near: Array, drawn: Array, cause: Array, strict: Array) -> list[Happening]:
        """The acts: those of the nearest cases whose draw lies below the chance that the terms give."""
        n, g = world.coercion.shape
        ground, case = np.divmod(near, n * g)
        who, pole = np.divmod(case, g)
        pace = np.array([self.strictness, self.vigilance])[ground]
        scale = {"strictness": _log(pace), "intolerance of the patron": _log(strict[pole])}
        reach = _log(strength(world, who, pole))
        by_cause = _log(cause[ground, who, pole])
        chance = world.chance(np.exp(sum(scale.values()) + reach + by_cause))
        luck = drawn[ground, who, pole]
        hit = (luck < chance) & world.alive[who] & ~world.in_pole[who]
        told = []
        for number, (kind, name) in enumerate(zip(KINDS, NAMED, strict=True)):
            those = np.flatnonzero(hit & (ground == number))
            if those.size:
                why = scale | {name: by_cause, "reach over own power": reach}
                terms = {term: part[those] for term, part in why.items()}
                told.append(Happening(kind, who[those], None, pole[those], None, chance[those], luck[those], terms))
        return told

    def _faded(self, world: World) -> dict[str, Array]:
        """What time takes from deference, if there is any."""
        if not world.deference.any():
            return {}
        lost = world.deference * expm1(-world.dt / self.fading)
        return {"deference": lost, "leaning": self._worth(lost)}

    def _worth(self, deference: Array) -> Array:
        """Deference (n, g) as a part of what the options offer, (n, 1 + g)."""
        worth = np.zeros((deference.shape[0], deference.shape[1] + 1))
        np.multiply(deference, self.weight, out=worth[:, 1:])
        return worth

    def _acts(
        self,
        world: World,
        struck: Array,
        drawn: Array,
        change: dict[str, Array],
        told: list[Happening],
    ) -> Update:
        """What acts of coercion, bool (n, g), do; drawn (2, n, g): for the manner and for the answer."""
        who, pole = np.nonzero(struck)
        means = self._means(who, pole, drawn[0, who, pole])
        answer = self._answer(world, who, pole, drawn[1, who, pole])
        members = world.pole > 0
        barred, moved = np.zeros(struck.shape), np.zeros(struck.shape)
        barred[who, pole] = np.asarray(means.done)
        held = world.deference[who, pole]
        moved[who, pole] = self.swing * np.where(np.asarray(answer.done), 1 - held, -1 - held)
        felt = struck.astype(float) @ members
        add = {
            "coercion": struck * self.blow * (1 - world.coercion),
            "grievance": self.grievance * felt,
            "affinity": -self.coldness * np.minimum(felt + felt.T, 1.0) * (1 + world.affinity),
            "sanctions": self.sanction * (barred @ members).T * (1 - world.sanctions),
            "deference": change.get("deference", 0) + moved,
            "leaning": change.get("leaning", 0) + self._worth(moved),
        }
        return Update(add=add, happenings=(*told, means, answer))

    def _means(self, who: Array, pole: Array, drawn: Array) -> Happening:
        """Whether each act is a sanction or no more than a threat."""
        usual = np.full(len(who), self.by_sanction)
        why = {"usual share": logit(np.minimum(np.maximum(usual, 1e-300), 1 - 1e-12))}
        return Happening("coercive sanction", who, None, pole, None, usual, drawn, why, drawn < usual)

    def _answer(self, world: World, who: Array, pole: Array, drawn: Array) -> Happening:
        """Whether states bend to poles or defy them."""
        resent = (world.grievance[who] * world.pole_weight[pole]).sum(axis=1)
        why = {
            "readiness": np.full(len(who), self.readiness),
            "trade with the pole": self.by_trade
            * world.pole_trade[who, pole]
            / np.maximum(world.total_trade[who], 1e-12),
            "share of the portfolio": self.by_share * world.alignment[who, pole + 1],
            "reach over own power": self.by_reach * strength(world, who, pole),
            "autonomy": -self.by_autonomy * world.autonomy[who],
            "grievance": -self.by_grievance * resent,
        }
        chance = expit(sum(why.values()))
        return Happening("submission", who, None, pole, None, chance, drawn, why, drawn < chance)


def strength(world: World, who: Array, pole: Array) -> Array:
    """Power of poles that reaches states, over that and the states' own, (p,), 0..1."""
    reach = world.pole_reach[pole, who]
    return np.asarray(reach / np.maximum(reach + world.power[who], 1e-300))


def _log(x: Array | float) -> Array:
    return np.log(np.maximum(x, 1e-300))
