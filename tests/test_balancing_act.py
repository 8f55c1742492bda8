"""When the balancing act fails: the phase diagram of the portfolio in the whole model, beside the isolated theory."""

from __future__ import annotations

import numpy as np
import pytest

from sim import load_scenario
from sim.core.columns import Array

KAPPA, RHO, YEARS, SEEDS = 1.5, 1.0, 60, 8
STILL = (
    "mechanisms.rivalry=false",
    "mechanisms.courtship.contested=0",
    "mechanisms.dispute_onset.hardening=0",
    "mechanisms.alignment.mu=0",
    f"mechanisms.alignment.kappa={KAPPA}",
    f"end={2000 + YEARS}",
)
"""Everything goes on but what moves the rivalry between the poles, which is the thing that is varied."""
SCENARIO = "three-powers"


def rested(rivalry: float, start: float, seed: int) -> float:
    """Share of the first of two rival poles that the state between them ends with, non-alignment closed."""
    model = load_scenario(SCENARIO, changes=STILL).model(seed, "none")
    world = model.world
    between, first, second = (world.index(code) for code in ("MER", "ALD", "BOR"))
    held, portfolio = world.rivalry.copy(), world.alignment.copy()
    held[first, second] = held[second, first] = rivalry
    portfolio[between] = [0, start, 1 - start, 0]
    world.write({"rivalry": held, "alignment": portfolio})
    model.run_until(2000 + YEARS)
    return float(world.alignment[between, 1])


def collapsed(rivalry: float, start: float = 0.51) -> Array:
    """In which of the seeds one pole holds over nine tenths in the end, bool (seeds,)."""
    ends = np.array([rested(rivalry, start, seed) for seed in range(SEEDS)])
    return np.maximum(ends, 1 - ends) > 0.9


@pytest.mark.soak
def test_in_the_whole_model_the_act_ends_earlier_than_in_isolation() -> None:
    """The offers of poles differ in the whole model, by .08 on average: so much less rivalry is enough to end it."""
    grid = np.arange(0.40, 0.861, 0.06)
    share = np.array([collapsed(r).mean() for r in grid])
    threshold = float(np.interp(0.5, np.maximum.accumulate(share), grid))
    isolated = RHO / KAPPA
    print(f"collapse at a rivalry of {threshold:.2f}, in isolation {isolated:.2f}; shares {share.round(2).tolist()}")
    assert share[0] < 0.3 and share[-3:].mean() > 0.8
    assert 0.7 * isolated < threshold < 1.05 * isolated


@pytest.mark.soak
def test_in_the_whole_model_history_decides_between_camps() -> None:
    """At high rivalry a state stays in the camp that it is in, whichever that is; at none it comes back."""
    for start in (0.05, 0.95):
        ends = np.array([rested(0.95, start, seed) for seed in range(SEEDS)])
        assert (np.abs(ends - round(start)) < 0.1).mean() > 0.8, ends
    back = np.array([rested(0.0, 0.95, seed) for seed in range(SEEDS)])
    assert np.median(back) < 0.85, back
