"""What makes a pair of states quarrel: the covariates of `dispute_onset`, each (n, n) and symmetric.

Two kinds: measured ones, whose weights were fitted to the record, and mechanistic ones (what the simulation itself
brings about), which count as deviations from their value at the start. What never changes in a run is summed once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from sim.core.columns import Array
from sim.core.once import once
from sim.world import OBLIGATIONS, World

OFFENCE, NEUTRALITY = OBLIGATIONS.index("offence"), OBLIGATIONS.index("neutrality")
UNKNOWN = -50.0
"""Mark in `onset_reference` (its lower bound) for pairs that have not existed yet."""


STANDING = ("land_border", "near_by_sea", "far", "one_great", "two_great")
"""Covariates that hardly ever change in a run, by the names of their weights."""
CHANGING = ("capabilities", "joint_democracy", "ideal_distance", "regime_distance", "recent_dispute")
"""Measured covariates that change."""
MECHANISTIC = ("threat", "grievance", "rivalry", "shield", "backing", "settlement", "dependence")
"""Covariates that the simulation brings about."""


@once
def standing(contiguous: Array, near_by_sea: Array, capital_distance: Array, great: Array) -> Array:
    """The covariates of `STANDING`, from the columns of these names, (5, n, n)."""
    parts = np.empty((len(STANDING), *contiguous.shape))
    parts[0] = contiguous
    parts[1] = near_by_sea & ~contiguous
    np.log1p(capital_distance, out=parts[2])
    parts[3] = (great[:, None] ^ great) & ~contiguous & ~near_by_sea
    parts[4] = great[:, None] & great
    return parts


def put_changing(world: World, parts: Array, *, memory_time: float) -> None:
    """Fill in the covariates of `CHANGING`, (5, n, n); `memory_time` in years."""
    power = np.log(np.maximum(world.power, 1e-6)) / 2
    np.add(power[:, None], power, out=parts[0])
    regime = world.democratic_tradition
    np.minimum(regime[:, None], regime, out=parts[1])
    np.subtract(world.ideal_point[:, None], world.ideal_point, out=parts[2])
    np.subtract(regime[:, None], regime, out=parts[3])
    np.abs(parts[2:4], out=parts[2:4])
    np.divide(world.peace_years, -memory_time, out=parts[4])
    np.exp(parts[4], out=parts[4])


def put_mechanistic(world: World, parts: Array) -> None:
    """Fill in the covariates of `MECHANISTIC`, (7, n, n)."""
    np.add(world.threat, world.threat.T, out=parts[0])
    np.add(world.grievance, world.grievance.T, out=parts[1])
    parts[2] = world.rivalry
    parts[3] = shield(world.guarantee, world.reach)
    parts[4] = backing(world.treaty, world.power)
    parts[5] = world.settlement
    np.divide(world.trade, np.maximum(np.maximum(world.gdp[:, None], world.gdp), 1e-9), out=parts[6])


@once
def shield(guarantee: Array, reach: Array) -> Array:
    """How far third parties cover the two against each other, mean of both sides, (n, n), 0..1.

    The cover of j against i is the power of j's guarantors (i left out) that reaches j, over that and i's own.
    """
    covered = guarantee * reach.T
    others = np.maximum(covered.sum(axis=1) - covered.T, 0.0)
    share = others / (others + reach + 1e-12)
    return (share + share.T) / 2


@once
def backing(treaty: Array, power: Array) -> Array:
    """How far offence and neutrality pacts with third parties embolden the two, mean of both, (n, n), 0..1.

    Args:
        treaty: bool (k, n, n). power: (n,).
    """
    pledged = treaty[OFFENCE] | treaty[NEUTRALITY]
    helpers = np.maximum((pledged @ power)[:, None] - pledged * power, 0.0)
    share = helpers / (helpers + power[:, None] + 1e-12)
    return (share + share.T) / 2


@once
def groundwork(
    frailty: Array, contiguous: Array, near_by_sea: Array, capital_distance: Array, great: Array, *weights: float
) -> Array:
    """Baseline, frailty and all standing covariates, (n, n), for the weights of baseline and `STANDING` in order."""
    parts = standing(contiguous, near_by_sea, capital_distance, great)
    return frailty + weights[0] + _weighed(parts, np.array(weights[1:]))


def _weighed(parts: Array, weights: Array) -> Array:
    """sum_c weight_c x_c, (c, n, n) -> (n, n)."""
    return (weights @ parts.reshape(len(parts), -1)).reshape(parts.shape[1:])


@dataclass(frozen=True)
class OnsetIndex:
    """The log-odds that a pair at peace is in a new dispute within a year, its own or one that it joins.

    Attributes:
        world: the world that it is about. numbers: the weights by name.
        parts, weights: covariates of `MECHANISTIC` and `CHANGING` in order, (12, n, n), and what each counts, (12,).
        reference: weighted mechanistic covariates at the start, (n, n). settled: it is known of all pairs already.
        logit: the sum of all, (n, n).
    """

    world: World
    numbers: Mapping[str, float]
    parts: Array
    weights: Array
    reference: Array
    logit: Array
    settled: bool

    def terms(self, i: Array, j: Array) -> dict[str, Array]:
        """Signed contributions for chosen pairs, each of the shape of `i`; they add up to `logit[i, j]`."""
        numbers, held = self.numbers, [self.numbers[name] for name in STANDING]
        told = {"baseline": np.full(len(i), numbers["baseline"]), "frailty": self.world.frailty[i, j]}
        ground = standing(*_places(self.world))[:, i, j] * np.array(held)[:, None]
        told |= zip(TOLD_STANDING, ground, strict=True)
        told |= zip(TOLD_MOVING, self.parts[:, i, j] * self.weights[:, None], strict=True)
        told["the same at the start"] = -self.reference[i, j]
        return told


def _plain(name: str) -> str:
    return name.replace("_", " ")


TOLD_STANDING = tuple(_plain(name) for name in STANDING)
TOLD_MOVING = (*(f"{_plain(name)} now" for name in MECHANISTIC), *(_plain(name) for name in CHANGING))


def _places(world: World) -> tuple[Array, Array, Array, Array]:
    """What `standing` asks for."""
    return world.contiguous, world.near_by_sea, world.capital_distance, world.great


def onset_index(world: World, numbers: Mapping[str, float]) -> OnsetIndex:
    """The log-odds of every pair; what moves is compared with `onset_reference`, or with itself if that is not known.

    Args:
        numbers: the parameters of `dispute_onset`.
    """
    split = len(MECHANISTIC)
    parts = np.empty((split + len(CHANGING), *world.affinity.shape))
    weights = np.array([numbers[name] for name in (*MECHANISTIC, *CHANGING)])
    weights[:split] *= numbers["trust"]
    put_mechanistic(world, parts[:split])
    put_changing(world, parts[split:], memory_time=numbers["memory_time"])
    index = _weighed(parts[:split], weights[:split])
    known = (world.onset_reference > UNKNOWN) if world.step else np.zeros(index.shape, dtype=bool)
    settled = np.array_equal(known, world.dyad)
    reference = world.onset_reference if settled else np.where(known, world.onset_reference, index)
    logit = index - reference
    logit += groundwork(world.frailty, *_places(world), *(numbers[name] for name in ("baseline", *STANDING)))
    logit += _weighed(parts[split:], weights[split:])
    return OnsetIndex(world, numbers, parts, weights, reference, logit, settled)


def onset_probability(world: World, numbers: Mapping[str, float]) -> Array:
    """Probability that a pair at peace is in a new dispute within a year, its own or one that it joins.

    Returns (n, n), symmetric; 0 where a state is missing.

    Args:
        numbers: the parameters of `dispute_onset`, as `DisputeOnset().numbers()` gives them.
    """
    return np.where(world.dyad, expit(onset_index(world, numbers).logit), 0.0)
