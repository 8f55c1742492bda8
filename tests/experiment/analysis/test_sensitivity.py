"""Sobol indices and elementary effects, against functions whose answers are known on paper."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sample_sweeps import ishigami, saltelli
from scipy.stats import sobol_indices

from sim.experiment.analysis import convergence, elementary
from sim.experiment.analysis.outcomes import AnalysisError
from sim.experiment.analysis.sensitivity import Blocks, blocks_of, growing, sobol

NAMES = ("factors.x1", "factors.x2", "factors.x3")
A, B = 7.0, 0.1
VARIANCE = A**2 / 8 + B * np.pi**4 / 5 + B**2 * np.pi**8 / 18 + 0.5
FIRST = np.array([0.5 * (1 + B * np.pi**4 / 5) ** 2, A**2 / 8, 0]) / VARIANCE
BOTH = B**2 * np.pi**8 * (1 / 18 - 1 / 50) / VARIANCE
TOTAL = np.array([FIRST[0] + BOTH, FIRST[1], BOTH])


@pytest.fixture(scope="module")
def known():
    return saltelli(ishigami, NAMES, -np.pi, np.pi, 2048)


@pytest.fixture(scope="module")
def found(known):
    return sobol("y.mean", NAMES, blocks_of(known, "y.mean"))


def test_ishigami_indices_are_those_on_paper(found) -> None:
    assert [s.value for s in found.first] == pytest.approx(FIRST, abs=0.02)
    assert [s.value for s in found.total] == pytest.approx(TOTAL, abs=0.02)
    assert found.variance == pytest.approx(VARIANCE, rel=0.03)


def test_intervals_hold_the_true_indices_and_are_narrow(found) -> None:
    for share, true in zip((*found.first, *found.total), (*FIRST, *TOTAL), strict=True):
        assert share.low <= true <= share.high
        assert share.width < 0.16


def test_indices_are_those_of_scipy(known) -> None:
    blocks = blocks_of(known, "y.mean")
    theirs = sobol_indices(func={"f_A": blocks.a[None], "f_B": blocks.b[None], "f_AB": blocks.ab[:, None]}, n=2048)
    ours = sobol("y.mean", NAMES, blocks, resamples=20)
    assert [s.value for s in ours.first] == pytest.approx(theirs.first_order.ravel(), abs=0.01)
    assert [s.value for s in ours.total] == pytest.approx(theirs.total_order.ravel(), abs=0.01)


def test_intervals_shrink_as_rows_grow(known) -> None:
    steps = growing("y.mean", NAMES, blocks_of(known, "y.mean"))
    assert [each.rows for each in steps] == [512, 1024, 2048]
    widths = [np.mean([share.width for share in each.total]) for each in steps]
    assert widths[0] > widths[1] > widths[2]
    assert widths[2] == pytest.approx(widths[0] / 2, rel=0.3)
    settled = convergence.settled(convergence.steps_of(steps))
    assert set(settled) == set(NAMES)


def test_incomplete_rows_are_left_out_and_counted(known) -> None:
    broken = saltelli(ishigami, NAMES, -np.pi, np.pi, 64)
    broken.table.loc[7, "status"] = "crashed"
    blocks = blocks_of(broken, "y.mean")
    assert (len(blocks.a), blocks.lost) == (63, 1)


def test_replicates_are_averaged() -> None:
    once = saltelli(ishigami, NAMES, -np.pi, np.pi, 16)
    twice = once.table.assign(replicate=1)
    twice["y.mean"] += 2.0
    whole = blocks_of(once, "y.mean")
    once.table = pd.concat([once.table, twice], ignore_index=True)
    assert blocks_of(once, "y.mean").a == pytest.approx(whole.a + 1)


def test_other_designs_are_refused_with_what_to_write() -> None:
    sweep = saltelli(ishigami, NAMES, -np.pi, np.pi, 8)
    object.__setattr__(sweep.design, "kind", "lhs")
    with pytest.raises(AnalysisError, match='kind = "saltelli"'):
        blocks_of(sweep, "y.mean")


def test_an_outcome_that_never_varies_has_no_indices() -> None:
    flat = np.ones(16)
    with pytest.raises(AnalysisError, match="same in all runs"):
        sobol("y.mean", ("a",), Blocks(flat, flat, flat[None]))


def test_common_chance_in_a_row_narrows_the_intervals() -> None:
    """With one noise a row, differences between blocks are free of it; with a noise a run they are not."""
    quiet = saltelli(ishigami, NAMES, -np.pi, np.pi, 256)
    blocks = blocks_of(quiet, "y.mean")
    rng = np.random.default_rng(3)
    noise = 3 * rng.standard_normal((5, 256))
    shared = Blocks(blocks.a + noise[0], blocks.b + noise[0], blocks.ab + noise[0])
    own = Blocks(blocks.a + noise[0], blocks.b + noise[1], blocks.ab + noise[2:5])
    with_shared, with_own = (sobol("y.mean", NAMES, each) for each in (shared, own))
    for one, other in zip(with_shared.total, with_own.total, strict=True):
        assert one.width < other.width
    assert with_shared.luck.value > 0.25 > abs(with_own.luck.value)


# -- elementary effects ------------------------------------------------------------------------------------------------
def test_effects_of_a_plane_are_its_slopes() -> None:
    sweep = saltelli(lambda x: 3 * x[:, 0] - 2 * x[:, 1] + 0 * x[:, 2], NAMES, 0, 1, 32)
    found = elementary.of(sweep, "y.mean")
    held = {effect.name: effect for effect in found.effects}
    assert held[NAMES[0]].mean == pytest.approx(3)
    assert held[NAMES[1]].mean == pytest.approx(-2)
    assert held[NAMES[1]].strength.value == pytest.approx(2)
    assert held[NAMES[2]].strength.value == pytest.approx(0)
    assert held[NAMES[0]].spread == pytest.approx(0, abs=1e-9)
    assert [effect.name for effect in found.effects] == list(NAMES)


def test_effects_are_per_whole_range() -> None:
    sweep = saltelli(lambda x: 3 * x[:, 0], NAMES, 0, 10, 16)
    assert elementary.of(sweep, "y.mean").effects[0].mean == pytest.approx(30)


def test_an_interaction_shows_as_spread() -> None:
    sweep = saltelli(lambda x: x[:, 0] * x[:, 1] + x[:, 2], NAMES, -1, 1, 128)
    held = {effect.name: effect for effect in elementary.of(sweep, "y.mean").effects}
    assert abs(held[NAMES[0]].mean) < 0.3 < held[NAMES[0]].strength.value
    assert held[NAMES[0]].spread > 0.5 > held[NAMES[2]].spread


def test_points_that_differ_in_several_factors_have_no_effects() -> None:
    rng = np.random.default_rng(1)
    slopes = elementary.elementary_effects(rng.random((20, 3)), rng.random(20))
    with pytest.raises(AnalysisError, match="one_at_a_time"):
        elementary.morris("y.mean", NAMES, slopes)
