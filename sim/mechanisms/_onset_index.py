"""What makes a pair of states quarrel: the covariates of `dispute_onset`, each (n, n) and symmetric.

Two kinds: measured ones, whose weights were fitted to the record, and mechanistic ones (what the simulation itself
brings about), which count as deviations from their value at the start.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from sim.core.columns import Array
from sim.world import OBLIGATIONS, World

OFFENCE, NEUTRALITY = OBLIGATIONS.index("offence"), OBLIGATIONS.index("neutrality")
UNKNOWN = -50.0
"""Mark in `onset_reference` (its lower bound) for pairs that have not existed yet."""


def measured(world: World, *, memory_time: float) -> dict[str, Array]:
    """Covariates of the fitted logit by name; `memory_time` in years."""
    power = np.log(np.maximum(world.power, 1e-6))
    greats = world.great[:, None].astype(int) + world.great
    return {
        "capabilities": (power[:, None] + power) / 2,
        "land_border": world.contiguous,
        "near_by_sea": world.near_by_sea & ~world.contiguous,
        "far": np.log1p(world.capital_distance),
        "joint_democracy": np.minimum(world.democracy[:, None], world.democracy),
        "one_great": greats == 1,
        "two_great": greats == 2,
        "ideal_distance": np.abs(world.ideal_point[:, None] - world.ideal_point),
        "recent_dispute": np.exp(-world.peace_years / memory_time),
        "dispute_history": np.log1p(world.dispute_record),
    }


def mechanistic(world: World) -> dict[str, Array]:
    """Covariates that the simulation brings about, by name."""
    return {
        "threat": world.threat + world.threat.T,
        "grievance": world.grievance + world.grievance.T,
        "rivalry": world.rivalry,
        "shield": shield(world.guarantee, world.reach),
        "backing": backing(world.treaty[OFFENCE] | world.treaty[NEUTRALITY], world.power),
        "settlement": world.settlement,
    }


def shield(guarantee: Array, reach: Array) -> Array:
    """How far third parties cover the two against each other, mean of both sides, (n, n), 0..1.

    The cover of j against i is the power of j's guarantors (i left out) that reaches j, over that and i's own.
    """
    covered = guarantee * reach.T
    others = np.maximum(covered.sum(axis=1) - covered.T, 0.0)
    share = others / (others + reach + 1e-12)
    return (share + share.T) / 2


def backing(pledged: Array, power: Array) -> Array:
    """How far offence and neutrality pacts with third parties embolden the two, mean of both, (n, n), 0..1."""
    helpers = np.maximum((pledged @ power)[:, None] - pledged * power, 0.0)
    share = helpers / (helpers + power[:, None] + 1e-12)
    return (share + share.T) / 2


def weighted_sum(parts: Mapping[str, Array], weights: Mapping[str, float], shape: tuple[int, ...]) -> Array:
    """sum_c weight_c x_c without keeping the products; parts of one shape."""
    total, product = np.zeros(shape), np.empty(shape)
    for name, values in parts.items():
        np.multiply(values, weights[name], out=product)
        total += product
    return total


@dataclass(frozen=True)
class OnsetIndex:
    """The log-odds that a pair begins a dispute within a year, in parts.

    Attributes:
        facts, moving: measured and mechanistic covariates by name, each (n, n).
        frailty: (n, n). reference: weighted mechanistic covariates at the start, (n, n).
        logit: the sum of all, (n, n). numbers: the weights by name.
    """

    facts: Mapping[str, Array]
    moving: Mapping[str, Array]
    frailty: Array
    reference: Array
    logit: Array
    numbers: Mapping[str, float]

    def terms(self, i: Array, j: Array) -> dict[str, Array]:
        """Signed contributions for chosen pairs, each of the shape of `i`; they add up to `logit[i, j]`."""
        trust = self.numbers["trust"]
        told = {"baseline": np.full(len(i), self.numbers["baseline"]), "frailty": self.frailty[i, j]}
        told |= {_plain(name): self.numbers[name] * part[i, j] for name, part in self.facts.items()}
        told |= {f"{_plain(name)} now": trust * self.numbers[name] * part[i, j] for name, part in self.moving.items()}
        return told | {"the same at the start": -self.reference[i, j]}


def _plain(name: str) -> str:
    return name.replace("_", " ")


def onset_index(world: World, numbers: Mapping[str, float]) -> OnsetIndex:
    """The log-odds of every pair; what moves is compared with `onset_reference`, or with itself if that is not known.

    Args:
        numbers: the parameters of `dispute_onset`.
    """
    shape = world.affinity.shape
    facts, moving = measured(world, memory_time=numbers["memory_time"]), mechanistic(world)
    index = numbers["trust"] * weighted_sum(moving, numbers, shape)
    known = (world.onset_reference > UNKNOWN) if world.step else np.zeros(shape, dtype=bool)
    reference = np.where(known, world.onset_reference, index)
    logit = numbers["baseline"] + world.frailty + weighted_sum(facts, numbers, shape) + (index - reference)
    return OnsetIndex(facts, moving, world.frailty, reference, logit, numbers)


def onset_probability(world: World, numbers: Mapping[str, float]) -> Array:
    """Probability that a pair at peace begins a dispute within a year, (n, n), symmetric; 0 where a state is missing.

    Args:
        numbers: the parameters of `dispute_onset`, as `DisputeOnset().numbers()` gives them.
    """
    return np.where(world.dyad, expit(onset_index(world, numbers).logit), 0.0)
