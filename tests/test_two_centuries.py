"""What two centuries must look like: nothing stuck, no empire, every vector in use, disputes at a steady pace."""

from __future__ import annotations

import numpy as np
import pytest

from sim import load_scenario
from sim.measures import SCALAR
from sim.model import Geopolitics

SEEDS, YEARS, START = 50, 200, 2025
SHARES = [m for m in SCALAR.values() if m.low == 0 and m.high == 1]
"""Measures with a floor and a ceiling; for counts, zero is no bound but the absence of a thing."""


def lived(seed: int) -> Geopolitics:
    """The flagship world after two centuries."""
    model = load_scenario("central-asia-2025", changes={"end": START + YEARS}).model(seed, "none")
    model.run_until(START + YEARS)
    return model


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(SEEDS))
def test_two_centuries(seed: int) -> None:
    model = lived(seed)
    series = {name: np.array(values) for name, values in model.history.series.items()}
    fifty = round(50 / model.world.dt)
    late = {m.name: series[m.name][-fifty:] for m in SHARES}
    stuck = {name: at for name, values in late.items() if (at := np.isin(values, (0.0, 1.0)).mean()) > 0.5}
    assert not stuck, f"at a bound in over half of the last fifty years: {stuck}"
    assert series["top_power"].max() < 0.5
    assert 0.05 < series["alliance_density"][-fifty:].mean() < 0.3
    used = np.array(model.history.alignment)[-fifty:, ~model.world.in_pole].mean(axis=(0, 1))
    assert (used > 0.01).all(), f"a vector is forgotten: {used}"
    disputes = series["disputes"]
    first, last = disputes[fifty] - disputes[0], disputes[-1] - disputes[-1 - fifty]
    assert 0.5 < last / first < 2, f"disputes in the first and the last fifty years: {first:g}, {last:g}"
