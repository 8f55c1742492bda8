"""Lanchester's square law at Iwo Jima, 1945 (Engel 1954, A verification of Lanchester's law, Operations Research 2(2)).

    dA/dt = landing(t) - a J,    dJ/dt = -b A        A American, J Japanese troops, t days

The law is integrated here: wars in the simulator do not follow it. There losses go with the other side's share of the
projected power of both (see `sim/mechanisms/war.py`), because a war of years is no single battle of aimed fire. This
test guards the published case as a yardstick, and says where the two differ.
"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

A_LOSS, B_LOSS = 0.0544, 0.0106  # a day: Americans lost per Japanese, Japanese lost per American
DEFENDERS = 21_500
LANDINGS = ((0, 1, 54_000), (2, 3, 6_000), (5, 6, 13_000))  # from day, to day, troops a day


def battle(days: float, *, landings: tuple[tuple[float, float, float], ...] = LANDINGS, start: float = 0) -> np.ndarray:
    """American and Japanese troops after so many days; every landing's ends cut the integration."""
    cuts = sorted({0.0, days, *(day for landing in landings for day in landing[:2] if day < days)})
    troops = np.array([start, DEFENDERS])
    for begin, end in pairwise(cuts):
        inflow = sum(rate for first, last, rate in landings if first <= begin < last)

        def change(t: float, y: np.ndarray, inflow: float = inflow) -> list[float]:
            return [inflow - A_LOSS * y[1], -B_LOSS * y[0]]

        troops = solve_ivp(change, (begin, end), troops, rtol=1e-10, atol=1e-6).y[:, -1]
    return troops


def test_iwo_jima() -> None:
    """Day 28: 53,042 Americans (52,735 counted). Day 36, the last: 51,985, and 217 Japanese left."""
    americans, _ = battle(28)
    assert americans == pytest.approx(53_042, abs=1)
    assert americans == pytest.approx(52_735, rel=0.01)
    np.testing.assert_allclose(battle(36), [51_985, 217], atol=1)


def test_without_landings_the_square_law_is_conserved() -> None:
    start = 54_000.0
    for day in (5, 15, 25):
        americans, japanese = battle(day, landings=(), start=start)
        conserved = B_LOSS * americans**2 - A_LOSS * japanese**2
        assert conserved == pytest.approx(B_LOSS * start**2 - A_LOSS * DEFENDERS**2, rel=1e-8)


def test_the_numbers_are_the_published_ones(data_folder: Path) -> None:
    case = json.loads((data_folder / "published_cases.json").read_text())["N_lanchester_iwo_jima"]
    assert (case["a"], case["b"], case["J0"]) == (A_LOSS, B_LOSS, DEFENDERS)
    assert tuple(tuple(landing) for landing in case["reinforcement"]) == LANDINGS
