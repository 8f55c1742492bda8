"""Richardson's arms race of 1909-13 (Arms and Insecurity, 1960): the published line, and the model's armament on it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sim.mechanisms.armament import military_need, share_change

# Defence budgets in million pounds, 1909 to 1913, as Richardson gives them.
BUDGETS = {
    "France": (48.6, 50.9, 57.1, 63.2, 74.7),
    "Russia": (66.7, 68.5, 70.7, 81.8, 92.0),
    "Germany": (63.1, 62.0, 62.5, 68.2, 95.4),
    "Austria-Hungary": (20.8, 23.4, 24.6, 25.5, 26.9),
}
TOTAL = np.sum(list(BUDGETS.values()), axis=0)
SLOPE, BALANCE = 0.73, 194.0  # a year; million pounds at which the race would have stood still


def line() -> tuple[float, float, float]:
    """Yearly increase of the total against the total halfway: slope, where it crosses zero, squared correlation."""
    middle, rise = (TOTAL[1:] + TOTAL[:-1]) / 2, np.diff(TOTAL)
    slope, intercept = np.polyfit(middle, rise, 1)
    return slope, -intercept / slope, np.corrcoef(middle, rise)[0, 1] ** 2


def test_the_total_grew_along_a_straight_line() -> None:
    slope, crossing, fit = line()
    assert slope == pytest.approx(SLOPE, abs=0.005)
    assert crossing == pytest.approx(BALANCE, abs=1)
    assert fit > 0.999


def test_the_numbers_are_the_published_ones(published: dict[str, dict[str, list[float]]]) -> None:
    case = published["M_richardson"]
    for name, figures in BUDGETS.items():
        assert tuple(case[name.replace("-", "")]) == figures


@pytest.mark.parametrize("speed", [0.5, 1.0])
def test_two_blocs_under_the_models_armament_run_along_that_line(speed: float) -> None:
    """Two equal blocs, p = 1 + slope / speed > 1, need m0 below zero: unstable; four years on, the totals of history.

    In the units of the mechanism a bloc of gdp 10,000 spends a hundredth of it.
    """
    p, gdp, dt = 1 + SLOPE / speed, np.array([1e4, 1e4]), 1e-3
    answer = np.array([[0, p], [p, 0]])
    m0 = -(p - 1) * BALANCE / gdp.sum()
    share = np.full(2, TOTAL[0] / gdp.sum())
    totals = [TOTAL[0]]
    for _ in range(4):
        for _ in range(1000):
            share = share + share_change(share, military_need(answer, share, gdp, m0=m0), dt=dt, speed=speed)
        totals.append((share * gdp).sum())
    np.testing.assert_allclose(totals, BALANCE + (TOTAL[0] - BALANCE) * np.exp(SLOPE * np.arange(5)), rtol=1e-3)
    np.testing.assert_allclose(totals, TOTAL, rtol=0.03)


@pytest.fixture
def published(data_folder: Path) -> dict[str, dict[str, list[float]]]:
    return json.loads((data_folder / "published_cases.json").read_text())
