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


@dataclass(frozen=True)
class Pairs:
    """Which pairs are asked about: chosen ones (i[p], j[p]), or all, where both are None."""

    i: Array | None = None
    j: Array | None = None

    def of(self, matrix: Array) -> Array:
        """Entries of an (n, n) array."""
        return matrix if self.i is None else matrix[self.i, self.j]

    def ends(self, values: Array) -> tuple[Array, Array]:
        """What an (n,) array holds for the first and for the second state; they broadcast against each other."""
        return (values[:, None], values) if self.i is None else (values[self.i], values[self.j])

    def both_ways(self, matrix: Array) -> Array:
        """An (n, n) array added to its transpose."""
        return matrix + matrix.T if self.i is None else matrix[self.i, self.j] + matrix[self.j, self.i]


ALL = Pairs()


def standing(
    pairs: Pairs, contiguous: Array, near_by_sea: Array, capital_distance: Array, great: Array
) -> dict[str, Array]:
    """Covariates that hardly ever change in a run, by name; from the columns of these names."""
    one, two = pairs.ends(great)
    border = pairs.of(contiguous)
    return {
        "land_border": border,
        "near_by_sea": pairs.of(near_by_sea) & ~border,
        "far": np.log1p(pairs.of(capital_distance)),
        "one_great": one ^ two,
        "two_great": one & two,
    }


def _places(world: World) -> tuple[Array, Array, Array, Array]:
    """What `standing` asks for."""
    return world.contiguous, world.near_by_sea, world.capital_distance, world.great


def changing(world: World, pairs: Pairs, *, memory_time: float) -> dict[str, Array]:
    """Measured covariates that change, by name; `memory_time` in years."""
    power, other = pairs.ends(np.log(np.maximum(world.power, 1e-6)) / 2)
    democracy, ideal = pairs.ends(world.democracy), pairs.ends(world.ideal_point)
    return {
        "capabilities": power + other,
        "joint_democracy": np.minimum(*democracy),
        "ideal_distance": np.abs(ideal[0] - ideal[1]),
        "recent_dispute": np.exp(pairs.of(world.peace_years) / -memory_time),
        "dispute_history": np.log1p(pairs.of(world.dispute_record)),
    }


def mechanistic(world: World, pairs: Pairs) -> dict[str, Array]:
    """Covariates that the simulation brings about, by name."""
    return {
        "threat": pairs.both_ways(world.threat),
        "grievance": pairs.both_ways(world.grievance),
        "rivalry": pairs.of(world.rivalry),
        "shield": pairs.of(shield(world.guarantee, world.reach)),
        "backing": pairs.of(backing(world.treaty, world.power)),
        "settlement": pairs.of(world.settlement),
    }


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


def weighted_sum(parts: Mapping[str, Array], weights: Mapping[str, float], total: Array) -> Array:
    """`total` (a fresh array, changed in place) + sum_c weight_c x_c without keeping the products."""
    product = np.empty(total.shape)
    for name, values in parts.items():
        np.multiply(values, weights[name], out=product)
        total += product
    return total


WEIGHED_ONCE = ("baseline", "land_border", "near_by_sea", "far", "one_great", "two_great")


@once
def groundwork(
    frailty: Array, contiguous: Array, near_by_sea: Array, capital_distance: Array, great: Array, *weights: float
) -> Array:
    """Baseline, frailty and all standing covariates, (n, n), for weights in the order of `WEIGHED_ONCE`."""
    numbers = dict(zip(WEIGHED_ONCE, weights, strict=True))
    parts = standing(ALL, contiguous, near_by_sea, capital_distance, great)
    return weighted_sum(parts, numbers, frailty + numbers["baseline"])


@dataclass(frozen=True)
class OnsetIndex:
    """The log-odds that a pair begins a dispute within a year.

    Attributes:
        world: the world that it is about. numbers: the weights by name.
        reference: weighted mechanistic covariates at the start, (n, n). settled: it is known of all pairs already.
        logit: the sum of all, (n, n).
    """

    world: World
    numbers: Mapping[str, float]
    reference: Array
    logit: Array
    settled: bool

    def terms(self, i: Array, j: Array) -> dict[str, Array]:
        """Signed contributions for chosen pairs, each of the shape of `i`; they add up to `logit[i, j]`."""
        numbers, pairs = self.numbers, Pairs(i, j)
        facts = standing(pairs, *_places(self.world)) | changing(self.world, pairs, memory_time=numbers["memory_time"])
        told = {"baseline": np.full(len(i), numbers["baseline"]), "frailty": self.world.frailty[i, j]}
        told |= {_plain(name): numbers[name] * part for name, part in facts.items()}
        moving = mechanistic(self.world, pairs)
        told |= {f"{_plain(name)} now": numbers["trust"] * numbers[name] * part for name, part in moving.items()}
        return told | {"the same at the start": -self.reference[i, j]}


def _plain(name: str) -> str:
    return name.replace("_", " ")


def onset_index(world: World, numbers: Mapping[str, float]) -> OnsetIndex:
    """The log-odds of every pair; what moves is compared with `onset_reference`, or with itself if that is not known.

    Args:
        numbers: the parameters of `dispute_onset`.
    """
    index = weighted_sum(mechanistic(world, ALL), numbers, np.zeros(world.affinity.shape))
    index *= numbers["trust"]
    known = (world.onset_reference > UNKNOWN) if world.step else np.zeros(index.shape, dtype=bool)
    settled = np.array_equal(known, world.dyad)
    reference = world.onset_reference if settled else np.where(known, world.onset_reference, index)
    logit = index - reference
    logit += groundwork(world.frailty, *_places(world), *(numbers[name] for name in WEIGHED_ONCE))
    weighted_sum(changing(world, ALL, memory_time=numbers["memory_time"]), numbers, logit)
    return OnsetIndex(world, numbers, reference, logit, settled)


def onset_probability(world: World, numbers: Mapping[str, float]) -> Array:
    """Probability that a pair at peace begins a dispute within a year, (n, n), symmetric; 0 where a state is missing.

    Args:
        numbers: the parameters of `dispute_onset`, as `DisputeOnset().numbers()` gives them.
    """
    return np.where(world.dyad, expit(onset_index(world, numbers).logit), 0.0)
