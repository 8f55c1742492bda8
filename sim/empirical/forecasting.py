"""What an ensemble of worlds that start at the end of a year expects of every pair in the years after it.

    p_dispute(y)  mean over runs and steps of year y of the chance that the pair begins a dispute within a year,
                  given the state of the run at that step
    p_force(y)    p_dispute(y) x the share of disputes that reach the use of force
    p_pact(y)     mean over runs of [a defence pact binds the two at the end of y]
    counted(y)    mean over runs of [a dispute between the two began in y], for calibration

Hazards are averaged, not counts of simulated disputes: two hundred runs cannot tell a chance of 1 in 1000 from none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from sim.core.columns import Array
from sim.core.garbage import uncollected
from sim.empirical.validation import ensemble
from sim.experiment.executor import Factory
from sim.mechanisms.dispute_onset import DisputeOnset, onset_probability
from sim.model import Geopolitics
from sim.scenario import Scenario


@dataclass(frozen=True)
class Expected:
    """Means over runs for h years and the n states of a scenario.

    Attributes:
        onset: chance of a dispute that begins in the year, (h, n, n). counted: share of runs in which one did.
        tied: share of runs in which a defence pact binds the two at the end of the year, (h, n, n).
        power: shares of power at the end of the year, (h, n).
        runs: how many.
    """

    onset: Array
    counted: Array
    tied: Array
    power: Array
    runs: int


def expected(
    scenario: Scenario,
    years: int,
    runs: int,
    *,
    seed: int = 0,
    factory: Factory | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Expected:
    """Run an ensemble and average what it expects; the same bits whatever the number of workers.

    Raises:
        ExecutorError: a run failed; says why.
    """
    found = ensemble(partial(one_run, scenario, years), range(seed, seed + runs), factory, progress)
    total = [np.zeros(part.shape) for part in found[0]]
    for parts in found:
        for sum_, part in zip(total, parts, strict=True):
            sum_ += part
    onset, counted, tied, power = (sum_ / runs for sum_ in total)
    return Expected(onset, counted, tied, power, runs)


def one_run(scenario: Scenario, years: int, seed: int) -> tuple[Array, Array, Array, Array]:
    """What one world expects, and what happens in it: onset and pacts (h, n, n), counted disputes, power (h, n)."""
    with uncollected():
        model = scenario.model(seed, "none", record=False)
        world, steps = model.world, round(1 / model.world.dt)
        n = world.sizes["i"]
        onset, counted = np.zeros((years, n, n), dtype=np.float32), np.zeros((years, n, n), dtype=bool)
        tied, power = np.zeros((years, n, n), dtype=bool), np.zeros((years, n))
        for year in range(years):
            for _ in range(steps):
                onset[year] += chance_now(model) / steps
                tags = world.dispute_tag * (world.hostility >= 2)
                model.turn()
                now = world.dispute_tag * (world.hostility >= 2)
                counted[year] |= (now > 0) & (now != tags)
            tied[year], power[year] = world.allied, world.power
    return onset, counted, tied, power


def chance_now(model: Geopolitics) -> Array:
    """Probability that each pair begins a dispute within a year, as the world stands, (n, n)."""
    rule: Any = model.mechanisms.get("dispute_onset")
    if not isinstance(rule, DisputeOnset):
        return np.zeros(model.world.affinity.shape)
    return onset_probability(model.world, rule.numbers(*rule.weights))
