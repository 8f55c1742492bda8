"""Scores against closed forms and against the definitions written out row by row."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.empirical.scoring import (
    Draws,
    Interval,
    average_precision,
    drawn_scores,
    gains,
    intervals,
    mean_square_skill,
    reliability,
    roc_auc,
    scores,
)


def by_pairs_of_rows(y: np.ndarray, p: np.ndarray, w: np.ndarray) -> float:
    """ROC AUC as its definition has it: every event against every non-event."""
    a, b = np.flatnonzero(y), np.flatnonzero(1 - y)
    wins = (p[a][:, None] > p[b]) + 0.5 * (p[a][:, None] == p[b])
    return float((w[a][:, None] * w[b] * wins).sum() / (w[a].sum() * w[b].sum()))


def by_thresholds(y: np.ndarray, p: np.ndarray, w: np.ndarray) -> float:
    """Average precision, one threshold a distinct forecast."""
    area = 0.0
    for cut in np.unique(p):
        at = w[(p == cut) & (y == 1)].sum()
        above = p >= cut
        if at:
            area += at / w[y == 1].sum() * w[above & (y == 1)].sum() / w[above].sum()
    return float(area)


def test_four_rows_by_hand() -> None:
    y, p = np.array([1, 0, 1, 0]), np.array([0.9, 0.8, 0.4, 0.1])
    assert roc_auc(y, p) == pytest.approx(3 / 4)
    assert average_precision(y, p) == pytest.approx((1 + 2 / 3) / 2)
    found = scores(y, p)
    assert found.brier_skill == pytest.approx(1 - (0.01 + 0.64 + 0.36 + 0.01) / 1.0)
    assert found.expected_over_observed == pytest.approx(2.2 / 2)


def test_ties_count_half_in_roc_and_enter_together_in_precision() -> None:
    y, p = np.array([1, 0, 0, 1]), np.array([0.5, 0.5, 0.5, 0.2])
    assert roc_auc(y, p) == pytest.approx((0.5 * 2) / 4)
    assert average_precision(y, p) == pytest.approx((1 / 3 + 2 / 4) / 2)


def test_a_forecast_that_says_the_same_of_all_has_no_skill() -> None:
    y = np.repeat([1, 0], [3, 17])
    found = scores(y, np.full(20, 0.15))
    assert found.roc == pytest.approx(0.5)
    assert found.pr == pytest.approx(0.15), "precision of picking at random is the base rate"
    assert found.brier_skill == pytest.approx(0.0, abs=1e-12)
    assert found.expected_over_observed == pytest.approx(1.0)


def test_a_perfect_forecast_scores_one() -> None:
    y = np.array([0, 1, 0, 1, 1])
    found = scores(y, y)
    assert (found.roc, found.pr, found.brier_skill) == pytest.approx((1, 1, 1))


def test_samples_without_events_or_without_anything_else_have_no_score() -> None:
    for y in (np.zeros(4), np.ones(4)):
        assert np.isnan(scores(y, np.linspace(0, 1, 4)).roc)
    assert np.isnan(scores(np.zeros(4), np.full(4, 0.1)).pr)
    assert np.isnan(scores(np.zeros(0), np.zeros(0)).roc)


def test_forecasts_that_are_not_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="1 of 2 forecasts are not numbers"):
        scores(np.array([0, 1]), np.array([0.5, np.nan]))
    with pytest.raises(ValueError, match="3 forecasts for 2 rows"):
        scores(np.array([0, 1]), np.zeros(3))


@given(st.integers(0, 10_000), st.integers(2, 60), st.integers(1, 6))
@settings(max_examples=60, deadline=None)
def test_every_draw_agrees_with_the_definitions(seed: int, n: int, levels: int) -> None:
    rng = np.random.default_rng(seed)
    y, p = (rng.random(n) < 0.3).astype(float), rng.integers(0, levels, n) / levels
    draws = Draws.of(rng.integers(0, 8, n), 5, seed)
    drawn = drawn_scores(y, p, draws)
    for r in range(5):
        w = draws.weight[r][draws.pair].astype(float)
        if w[y == 1].sum() and w[y == 0].sum():
            assert drawn.roc[r] == pytest.approx(by_pairs_of_rows(y, p, w))
            assert drawn.pr[r] == pytest.approx(by_thresholds(y, p, w))
            rate = (w * y).sum() / w.sum()
            assert drawn.brier_skill[r] == pytest.approx(1 - (w * (p - y) ** 2).sum() / (w * (rate - y) ** 2).sum())
            assert drawn.expected_over_observed[r] == pytest.approx((w * p).sum() / (w * y).sum())
        else:
            assert np.isnan(drawn.roc[r])


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_areas_depend_on_the_order_of_forecasts_alone(seed: int) -> None:
    rng = np.random.default_rng(seed)
    y, p = rng.random(50) < 0.3, rng.random(50)
    y[:2] = True, False
    assert roc_auc(y, p) == pytest.approx(roc_auc(y, p**3))
    assert average_precision(y, p) == pytest.approx(average_precision(y, p**3))
    assert roc_auc(y, p) == pytest.approx(1 - roc_auc(y, -p))


def test_pairs_are_drawn_whole_and_with_replacement() -> None:
    draws = Draws.of(np.repeat([70, 3, 12], 4), number=400, seed=1)
    assert (draws.weight.sum(axis=1) == 3).all()
    assert draws.weight.mean() == pytest.approx(1.0)
    assert draws.weight.max() == 3
    assert draws.weight[:, 0].std() == pytest.approx(np.sqrt(2 / 3), abs=0.08)
    assert (draws.pair == np.repeat([2, 0, 1], 4)).all()


def test_the_same_seed_draws_the_same_and_another_does_not() -> None:
    pair = np.arange(50)
    assert (Draws.of(pair, 5, 1).weight == Draws.of(pair, 5, 1).weight).all()
    assert (Draws.of(pair, 5, 1).weight != Draws.of(pair, 5, 2).weight).any()


def repeated(pairs: int, years: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of pairs, each with the same forecast and (almost) the same outcome every year."""
    rng = np.random.default_rng(seed)
    p = rng.beta(1, 4, pairs)
    y = (rng.random(pairs) < p).astype(float)
    return np.repeat(y, years), np.repeat(p, years), np.repeat(np.arange(pairs), years)


def test_an_interval_knows_that_years_of_one_pair_are_no_new_evidence() -> None:
    once, often = repeated(200, 1, 3), repeated(200, 10, 3)
    wide = [intervals(y, p, Draws.of(pair, 300))["roc"] for y, p, pair in (once, often)]
    assert wide[0].value == pytest.approx(wide[1].value)
    assert wide[1].high - wide[1].low == pytest.approx(wide[0].high - wide[0].low, rel=0.01)
    naive = intervals(often[0], often[1], Draws.of(np.arange(2000), 300))["roc"]
    assert naive.high - naive.low < 0.5 * (wide[1].high - wide[1].low)


def test_intervals_cover_what_they_should() -> None:
    """Over 80 samples, the 90% interval of the ROC area holds the true area in 80 to 100% of them."""
    rng, held = np.random.default_rng(5), 0
    for seed in range(80):
        y = np.repeat([1.0, 0.0], [60, 240])
        p = rng.normal(np.where(y > 0, 1.0, 0.0), 1.0)
        found = intervals(y, p, Draws.of(np.arange(300), 150, seed), level=0.9)["roc"]
        held += found.low <= 0.7602499 <= found.high  # Phi(1 / sqrt 2)
    assert 0.8 <= held / 80 <= 1.0


def test_a_paired_gain_is_surer_than_two_separate_intervals() -> None:
    y, p, pair = repeated(400, 3, 7)
    noisy = p + 0.02 * np.sin(np.arange(len(p)))
    draws = Draws.of(pair, 300)
    gain = gains(y, p, noisy, draws)["roc"]
    alone = intervals(y, p, draws)["roc"]
    assert gain.value == pytest.approx(roc_auc(y, p) - roc_auc(y, noisy))
    assert gain.high - gain.low < 0.5 * (alone.high - alone.low)
    assert gains(y, p, p, draws)["pr"] == Interval(0.0, 0.0, 0.0)


def test_reliability_of_honest_forecasts_lies_on_the_diagonal() -> None:
    rng = np.random.default_rng(11)
    p = rng.beta(0.5, 20, 40_000)
    y = rng.random(40_000) < p
    found = reliability(y, p, bins=8)
    assert len(found.rows) == 8
    assert found.rows.sum() == 40_000
    assert found.events.sum() == y.sum()
    assert (np.diff(found.forecast) > 0).all()
    expected = found.forecast * found.rows
    assert expected.max() < 1.2 * expected.min(), "bins of equal expected events"
    assert ((found.low <= found.forecast) & (found.forecast <= found.high)).mean() >= 0.75
    doubled = reliability(y, 2 * p, bins=8)
    assert (doubled.forecast > doubled.high).sum() >= 7


def test_reliability_keeps_ties_in_one_bin() -> None:
    found = reliability(np.array([1, 0, 0, 0]), np.full(4, 0.25), bins=5)
    assert (found.rows.tolist(), found.forecast.tolist(), found.rate.tolist()) == ([4], [0.25], [0.25])
    assert found.low[0] == pytest.approx(0.0456, abs=1e-4)
    assert found.high[0] == pytest.approx(0.6994, abs=1e-4)


def test_mean_square_skill_is_the_share_of_variance_told() -> None:
    x = np.array([1.0, 2.0, 3.0])
    assert mean_square_skill(x, x) == 1
    assert mean_square_skill(x, np.full(3, 2.0)) == 0


@pytest.mark.slow
def test_the_size_of_a_real_forecast_takes_seconds() -> None:
    rng = np.random.default_rng(0)
    pair = np.tile(np.arange(18_000), 11)
    p = rng.beta(0.2, 60, len(pair))
    y = rng.random(len(pair)) < p
    begin = time.process_time()
    drawn_scores(y, p, Draws.of(pair, 300))
    assert time.process_time() - begin < 6
