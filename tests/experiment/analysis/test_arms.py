"""Paired differences: what pairs share cancels, intervals cover, the saving is the one that was put in."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.experiment.analysis.arms import by_level, contrast, differences
from sim.experiment.analysis.convergence import growing_means, settled
from sim.experiment.analysis.outcomes import AnalysisError


def pairs(points: int, replicates: int, *, effect: float = 0.5, shared: float = 1.0, own: float = 0.1, seed: int = 1):
    """Runs of base and of an arm that adds `effect`; luck of which `shared` is common to a pair."""
    rng = np.random.default_rng(seed)
    rows = []
    for point in range(points):
        for replicate in range(replicates):
            luck = shared * rng.standard_normal()
            for arm, added in (("base", 0.0), ("change", effect), ("twice", 2 * effect)):
                value = 10 + point + luck + added + own * rng.standard_normal()
                rows.append((point, arm, replicate, "s", "ok", value))
    return pd.DataFrame(rows, columns=["point", "arm", "replicate", "scenario", "status", "y.mean"])


def test_the_difference_that_was_put_in_is_found_and_surely() -> None:
    found = {each.arm: each for each in differences(pairs(1, 200), ["y.mean"])}
    change = found["change"]
    assert change.low < 0.5 < change.high
    assert change.high - change.low < 0.05
    assert found["twice"].diff == pytest.approx(1.0, abs=0.04)
    assert (change.pairs, change.independent) == (200, 200)


def test_the_variance_ratio_is_that_of_independent_seeds_over_pairs() -> None:
    """Two variances of 1.01 over the variance 0.02 of a difference: 101."""
    found = differences(pairs(1, 4000), ["y.mean"], arms=["change"])[0]
    assert found.variance_ratio == pytest.approx(101, rel=0.1)
    unpaired = differences(pairs(1, 4000, shared=0), ["y.mean"], arms=["change"])[0]
    assert unpaired.variance_ratio == pytest.approx(1, rel=0.1)


def test_intervals_cover_as_often_as_they_say() -> None:
    held = [differences(pairs(1, 8, seed=k), ["y.mean"], arms=["change"])[0] for k in range(300)]
    covered = np.mean([each.low < 0.5 < each.high for each in held])
    assert 0.91 < covered < 0.985


def test_with_many_points_points_are_what_is_independent() -> None:
    found = differences(pairs(12, 5), ["y.mean"], arms=["change"])[0]
    assert (found.pairs, found.independent) == (60, 12)
    assert found.variance_ratio == pytest.approx(101, rel=0.5)


def test_where_all_points_share_their_seeds_seeds_are_what_is_independent() -> None:
    """A grid of 12 points under 5 seeds tells no more of luck than 5 seeds do."""
    table = pairs(12, 5).assign(seed=lambda t: t["replicate"] + 100)
    found = differences(table, ["y.mean"], arms=["change"])[0]
    assert (found.pairs, found.independent) == (60, 5)
    assert found.low < 0.5 < found.high


def test_a_pair_with_a_failed_run_is_left_out() -> None:
    table = pairs(1, 20)
    table.loc[(table["arm"] == "change") & (table["replicate"] == 3), "status"] = "error"
    assert differences(table, ["y.mean"], arms=["change"])[0].pairs == 19


def test_contrasts_show_what_is_more_than_the_sum_of_its_parts() -> None:
    table = pairs(1, 100)
    diff, low, high = contrast(table, "y.mean", {"twice": 1, "change": -2, "base": 1})
    assert low < 0 < high
    assert abs(diff) < 0.1


def test_levels_split_the_pairs_by_what_the_base_did() -> None:
    table = by_level(pairs(9, 4), "y.mean")
    base = table[table["arm"] == "base"].groupby("level")["y.mean"].mean()
    assert list(base.index) == [0, 1, 2]
    assert base[0] < base[1] < base[2]
    assert table.groupby(["point", "replicate"])["level"].nunique().max() == 1


def test_an_arm_that_is_not_there_is_named_with_its_neighbours() -> None:
    with pytest.raises(AnalysisError, match="change"):
        differences(pairs(1, 3), ["y.mean"], arms=["chance"])


def test_a_sweep_without_arms_says_how_to_add_one() -> None:
    table = pairs(1, 3)
    with pytest.raises(AnalysisError, match=r"\[\[arms\]\]"):
        differences(table[table["arm"] == "base"], ["y.mean"])


def test_means_settle_as_points_grow() -> None:
    values = np.random.default_rng(8).standard_normal(400)
    steps = growing_means("y.mean", values)
    assert [step.rows for step in steps] == [100, 200, 400]
    widths = [step.high - step.low for step in steps]
    assert widths[0] / widths[2] == pytest.approx(2, rel=0.15)
    assert settled(steps) == {"y.mean": True}
    with pytest.raises(AnalysisError, match="8 points"):
        growing_means("y.mean", values[:7])
