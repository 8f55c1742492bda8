"""PRIM and CART find a box that was put there, and say how well it does."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.experiment.analysis.discovery import cart, inside_of, interesting, prim, wilson
from sim.experiment.analysis.outcomes import AnalysisError


@pytest.fixture(scope="module")
def planted() -> tuple[pd.DataFrame, np.ndarray]:
    """600 points over three factors; of interest are those with a > .6 and b < .5, and word "x"."""
    rng = np.random.default_rng(11)
    x = pd.DataFrame(rng.random((600, 3)), columns=["a", "b", "c"])
    return x, ((x["a"] > 0.6) & (x["b"] < 0.5)).to_numpy()


@pytest.mark.parametrize("method", [prim, cart])
def test_the_box_that_was_planted_is_found(planted, method) -> None:
    x, hit = planted
    best = method(x, hit, "planted").boxes[0]
    limits = {limit.name: limit for limit in best.limits}
    assert {"a", "b"} <= set(limits)
    assert limits["a"].low == pytest.approx(0.6, abs=0.06)
    assert limits["b"].high == pytest.approx(0.5, abs=0.06)
    assert best.density.value > 0.9
    assert best.coverage.value > 0.85


@pytest.mark.parametrize("method", [prim, cart])
def test_density_and_coverage_are_those_of_the_limits_told(planted, method) -> None:
    x, hit = planted
    box = method(x, hit, "planted").boxes[0]
    inside = inside_of(x, box.limits)
    assert box.density.value == pytest.approx(hit[inside].mean())
    assert box.coverage.value == pytest.approx(hit[inside].sum() / hit.sum())
    assert box.mass == pytest.approx(inside.mean())


def test_words_are_values_of_a_limit(planted) -> None:
    x, _ = planted
    worded = x.assign(policy=np.where(np.arange(len(x)) % 3 == 0, "align", "balance"))
    hit = (worded["policy"] == "align").to_numpy() & (worded["a"] > 0.3).to_numpy()
    box = prim(worded, hit, "align").boxes[0]
    limit = {each.name: each for each in box.limits}["policy"]
    assert limit.values == ("align",)
    assert str(limit) == "policy in align"


def test_noise_makes_no_box(planted) -> None:
    x, _ = planted
    hit = np.random.default_rng(2).random(len(x)) < 0.3
    found = prim(x, hit, "noise", boxes=1)
    assert not found.boxes or found.boxes[0].density.value < 0.8


def test_a_higher_density_covers_less(planted) -> None:
    x, hit = planted
    noisy = hit ^ (np.random.default_rng(4).random(len(x)) < 0.1)
    wide, pure = (prim(x, noisy, "planted", density=d, boxes=1).boxes[0] for d in (0.6, 0.9))
    assert pure.density.value > wide.density.value
    assert pure.coverage.value < wide.coverage.value


def test_interest_is_the_top_quarter_unless_bounds_are_given() -> None:
    values = np.arange(100.0)
    assert interesting("y", values)[0].sum() == 25
    hit, words = interesting("y", values, above=20, below=60)
    assert (hit.sum(), words) == (39, "y > 20 and y < 60")
    with pytest.raises(AnalysisError, match=r"0 to 99.*--above"):
        interesting("y", values, above=200)


def test_wilson_against_a_worked_case() -> None:
    """8 of 10: .490 to .943 (Wilson's interval in any table)."""
    share = wilson(8, 10)
    assert (share.low, share.high) == (pytest.approx(0.490, abs=0.001), pytest.approx(0.943, abs=0.001))
