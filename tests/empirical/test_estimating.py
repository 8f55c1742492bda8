"""Regressions and rates against closed forms and against worlds whose numbers are known."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.special import expit

from sim import mechanisms
from sim.core import params
from sim.core.registry import discover
from sim.empirical.covariates import FADING, FOLLOWING, NEVER, ONSET, Covariates, Rows
from sim.empirical.estimates import log_odds, mean, rate, ratio, share
from sim.empirical.estimating import OnsetFit, fit_all, onset, parameters
from sim.empirical.fits_of_conflict import HALF_LIFE, RELEVANT, SHAPE, at_risk, proneness
from sim.empirical.fits_of_politics import expected_variogram, ideal_points
from sim.empirical.panel import Panel
from sim.empirical.regression import logistic, poisson
from sim.mechanisms.base import Mechanism
from sim.mechanisms.dispute_onset import DisputeOnset
from sim.mechanisms.ideal_points import IdealPoints
from sim.mechanisms.memory import Memory

REAL = Path(os.environ.get("DETENTE_DATA") or Path(__file__).parents[3] / "shared" / "data")


def table(a: int, b: int, c: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    """A design with an intercept and one dummy; a, b events and others without it, c, d with it."""
    x = np.repeat([0.0, 0.0, 1.0, 1.0], [a, b, c, d])
    y = np.repeat([1.0, 0.0, 1.0, 0.0], [a, b, c, d])
    return np.stack([np.ones_like(x), x], axis=1), y


def test_a_two_by_two_table_gives_log_odds_and_woolfs_error() -> None:
    design, y = table(20, 180, 60, 140)
    fit = logistic(design, y, ("intercept", "x"))
    assert fit["intercept"][0] == pytest.approx(np.log(20 / 180), abs=1e-3)
    assert fit["x"][0] == pytest.approx(np.log(60 * 180 / (20 * 140)), abs=1e-3)
    assert fit["x"][1] == pytest.approx(np.sqrt(1 / 20 + 1 / 180 + 1 / 60 + 1 / 140), rel=1e-3)
    assert (fit.rows, fit.events) == (400, 80)
    assert fit.chance(np.array([[1.0, 1.0]]))[0] == pytest.approx(0.3, abs=1e-4)
    assert fit.log_likelihood == pytest.approx(
        20 * np.log(0.1) + 180 * np.log(0.9) + 60 * np.log(0.3) + 140 * np.log(0.7)
    )


def test_what_never_happens_in_a_category_stays_finite() -> None:
    design, y = table(30, 970, 0, 50)
    fit = logistic(design, y, ("intercept", "x"))
    assert -14 < fit["x"][0] < -3
    assert fit.chance(np.array([[1.0, 1.0]]))[0] < 0.002
    assert fit["intercept"][0] == pytest.approx(np.log(30 / 970), abs=0.01)


def test_empty_and_equal_columns_do_no_harm() -> None:
    design, y = table(20, 180, 60, 140)
    wide = np.concatenate([design, np.zeros((len(y), 1)), design[:, 1:]], axis=1)
    fit = logistic(wide, y, ("intercept", "x", "nothing", "again"))
    assert fit["nothing"][0] == 0
    assert fit["x"][0] == pytest.approx(fit["again"][0])
    assert fit["x"][0] + fit["again"][0] == pytest.approx(np.log(60 * 180 / (20 * 140)), abs=1e-3)


def test_an_offset_is_taken_as_known() -> None:
    design, y = table(20, 180, 60, 140)
    fit = logistic(design, y, ("intercept", "x"), offset=np.full(len(y), 0.7))
    assert fit["intercept"][0] == pytest.approx(np.log(20 / 180) - 0.7, abs=1e-3)


def invented(rows: int, seed: int = 0, baseline: float = -4.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A design of five columns, rare events, and the coefficients that made them."""
    rng = np.random.default_rng(seed)
    design = np.column_stack([np.ones(rows), rng.normal(size=(rows, 2)), rng.random((rows, 2)) < [0.02, 0.3]])
    true = np.array([baseline, 0.8, -0.5, 2.5, 1.0])
    return design, rng.random(rows) < expit(design @ true), true


@pytest.mark.parametrize("rows", [4_000, 60_000])
def test_the_fit_is_at_the_top_of_the_likelihood(rows: int) -> None:
    """Few rows are fitted at once, many by way of a part of them: the slope must vanish either way."""
    design, y, true = invented(rows)
    fit = logistic(design, y, tuple("abcde"))
    slope = design.T @ (y - fit.chance(design))
    assert np.abs(slope).max() < 0.05
    assert (np.abs(fit.coefficients - true) < 4 * fit.errors).all()


def test_copies_of_a_row_are_no_new_evidence_to_a_clustered_error() -> None:
    design, y, _ = invented(3_000, 4)
    once = logistic(design, y, tuple("abcde"), cluster=np.arange(3_000))
    copied = logistic(
        np.repeat(design, 6, axis=0), np.repeat(y, 6), tuple("abcde"), cluster=np.repeat(np.arange(3_000), 6)
    )
    naive = logistic(np.repeat(design, 6, axis=0), np.repeat(y, 6), tuple("abcde"))
    assert copied.errors == pytest.approx(once.errors, rel=2e-3)
    assert naive.errors == pytest.approx(once.errors / np.sqrt(6), rel=0.25)


def test_fits_say_what_is_wrong() -> None:
    with pytest.raises(ValueError, match="there are no rows"):
        logistic(np.zeros((0, 1)), np.zeros(0), ("a",))
    with pytest.raises(ValueError, match="3 rows and 1 names"):
        logistic(np.zeros((3, 2)), np.zeros(3), ("a",))


def test_poisson_rates_in_closed_form() -> None:
    exposure, events = np.array([10.0, 30.0, 20.0, 40.0]), np.array([4.0, 12.0, 20.0, 40.0])
    design = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 1.0], [1.0, 1.0]])
    fit = poisson(design, events, exposure, ("intercept", "x"))
    assert fit["intercept"][0] == pytest.approx(np.log(0.4), abs=1e-3)
    assert fit["x"][0] == pytest.approx(np.log(1.0 / 0.4), abs=1e-3)
    assert fit["x"][1] == pytest.approx(np.sqrt(1 / 16 + 1 / 60), rel=1e-3)


def test_a_row_that_counts_twice_is_two_rows() -> None:
    design, y, _ = invented(4_000, 5)
    double = np.arange(4_000) % 3 == 0
    weighed = logistic(design, y, tuple("abcde"), weights=np.where(double, 2.0, 1.0), cluster=np.arange(4_000))
    place = np.concatenate([np.arange(4_000), np.flatnonzero(double)])
    repeated = logistic(design[place], y[place], tuple("abcde"), cluster=place)
    assert weighed.coefficients == pytest.approx(repeated.coefficients, rel=1e-3)
    assert weighed.errors == pytest.approx(repeated.errors, rel=1e-3)
    assert weighed.log_likelihood == pytest.approx(repeated.log_likelihood)


@pytest.mark.parametrize("rows", [4_000, 60_000])
def test_weights_move_the_fit_as_they_should(rows: int) -> None:
    """Rows that count little, and follow another rule, hardly matter; many rows are fitted by way of a part of them."""
    design, y, _ = invented(rows, 6)
    other = np.arange(rows) % 2 == 0
    false = y ^ (other & (design[:, 4] > 0))
    alone = logistic(design[~other], y[~other], tuple("abcde"))
    light = logistic(design, false, tuple("abcde"), weights=np.where(other, 1e-6, 1.0))
    assert light.coefficients == pytest.approx(alone.coefficients, abs=0.02)
    assert abs(logistic(design, false, tuple("abcde"))["e"][0] - alone["e"][0]) > 0.5


def test_proneness_by_hand() -> None:
    """Pair 0-1 in three years, of which one is left out and one brings a dispute; pair 0-2 in the last only."""
    t, i, j = np.array([1, 3, 4, 4]), np.zeros(4, dtype=int), np.array([1, 1, 1, 2])
    rows = Rows(t, i, j, t - 1, t - 1, t - 1)
    known, left = proneness(rows, np.array([True, False, False, True]), np.array([0.2, 0.1, 0.3, 0.4]), (5, 3))
    h = 0.5 ** (1 / HALF_LIFE)
    n = np.array([0, h**2, h**3])
    m = np.array([0, 0.2 * h**2, 0.2 * h**3 + 0.1 * h])
    assert known[:3] == pytest.approx(np.log((SHAPE + n) / (SHAPE + m)))
    assert known[3] == 0
    assert (
        left[0, 1] == left[1, 0] == pytest.approx(np.log((SHAPE + h**4) / (SHAPE + 0.2 * h**4 + 0.1 * h**2 + 0.3 * h)))
    )
    assert left[0, 2] == pytest.approx(np.log((SHAPE + h) / (SHAPE + 0.4 * h)))
    assert left[1, 2] == left[0, 0] == 0


def test_simple_estimates_in_closed_form() -> None:
    found = share("s", np.array([True, False, False, False]), "")
    assert (found.value, found.se, found.n) == pytest.approx((0.25, np.sqrt(0.1875 / 4), 4))
    found = rate("r", np.array([True, True, False]), np.array([1.0, 2.0, 5.0]), "")
    assert (found.value, found.se) == pytest.approx((0.25, np.sqrt(2) / 8))
    found = mean("m", np.array([1.0, 2.0, 3.0]), "1", "")
    assert (found.value, found.se) == pytest.approx((2.0, 1 / np.sqrt(3)))
    yes, no = np.repeat([True, False], [30, 10]), np.repeat([True, False], [10, 40])
    found = log_odds("l", yes, no, "")
    assert found.value == pytest.approx(np.log(3 / 0.25))
    assert found.se == pytest.approx(np.sqrt(1 / 30 + 1 / 10 + 1 / 10 + 1 / 40))
    assert np.isnan(log_odds("l", yes[:5], no, "").value)
    assert np.isnan(share("s", np.zeros(0, dtype=bool), "").value)
    doubled = found.times(-2, "other", "told")
    assert (doubled.value, doubled.se, doubled.name) == (-2 * found.value, 2 * found.se, "other")


def test_events_that_come_in_bursts_make_a_rate_less_sure() -> None:
    exposure, group = np.ones(1_000), np.repeat(np.arange(50), 20)
    spread, burst = np.tile(np.repeat([1.0, 0.0], [1, 19]), 50), np.zeros(1_000)
    burst[:50] = 1.0
    calm, wild = (ratio("r", events, exposure, group, "1", "") for events in (spread, burst))
    assert calm.value == wild.value == 0.05
    assert calm.se == pytest.approx(0, abs=1e-12)
    assert wild.se > 2 * np.sqrt(0.05 * 0.95 / 1_000)


def test_the_variogram_of_votes_begins_with_noise_and_rises_with_the_innovations() -> None:
    found = expected_variogram(0.2, 1e-6, 0.1, lags=3)
    assert found[:-1] == pytest.approx(0.1**2 + 0.2**2 / 2 * np.array([1, 2, 3]), rel=0.01)
    held = expected_variogram(0.2, 0.5, 0.1, lags=25)
    assert (np.diff(held) > 0).all()
    assert held[-2] < 0.6 * expected_variogram(0.2, 1e-6, 0.1, lags=25)[-2]
    assert expected_variogram(0.2, 0.03, 0.1, lags=2000)[-2:].std() < 1e-6


@pytest.mark.slow
def test_votes_made_by_the_models_equations_give_their_numbers_back() -> None:
    rng, usual = np.random.default_rng(2), IdealPoints()
    n, years, innovation, reversion, noise = 150, 60, 0.2, 0.08, 0.15
    x, anchor, seen = np.zeros(n), np.zeros(n), np.empty((years, n))
    for year in range(-150, years):
        for _ in range(4):
            x, anchor = (
                x + reversion * (anchor - x) / 4 + innovation / 2 * rng.normal(size=n),
                anchor + usual.following * (x - anchor) / 4 - usual.homing * anchor / 4,
            )
        if year >= 0:
            seen[year] = x + noise * rng.normal(size=n)
    panel = SimpleNamespace(first=1946, exists=np.ones_like(seen, dtype=bool), ideal_point=seen)
    found = {e.name: e for e in ideal_points(panel)}  # type: ignore[arg-type]
    told = {"ideal_points.wandering": innovation, "mechanisms.ideal_points.noise": noise}
    for name, value in (told | {"mechanisms.ideal_points.reversion": reversion}).items():
        assert found[name].value == pytest.approx(value, abs=3.5 * found[name].se), name
        assert found[name].se < 0.4 * value
    own, leaders = found["mechanisms.ideal_points.innovation"], found["mechanisms.leadership.shift"]
    assert own.value**2 + leaders.value**2 == pytest.approx(found["ideal_points.wandering"].value ** 2)


@pytest.fixture(scope="module")
def panel(collection: Path) -> Panel:
    """The invented world up to 1990."""
    return Panel.of(collection, last=1990)


@pytest.fixture(scope="module")
def hazard(panel: Panel) -> OnsetFit:
    """Fitted to it."""
    return onset(panel)


@pytest.mark.slow
def test_every_address_is_a_declared_parameter_in_its_unit_and_bounds(panel: Panel) -> None:
    found = fit_all(panel)
    names = [e.name for e in found]
    assert len(set(names)) == len(names)
    declared = discover(mechanisms, Mechanism)  # type: ignore[type-abstract]
    addressed = [e for e in found if e.name.startswith("mechanisms.")]
    assert len(addressed) > 20
    for estimate in addressed:
        _, mechanism, parameter = estimate.name.split(".")
        assert estimate.unit == params.parameters(declared[mechanism])[parameter].unit, estimate.name
    usable = parameters(found)
    assert len(usable) > 18
    assert all(e.se >= 0 or np.isnan(e.se) for e in found)
    assert all(e.definition for e in found)


def test_the_hazard_expects_as_many_disputes_as_there_were(panel: Panel, hazard: OnsetFit) -> None:
    """With what the record says of each pair; where that is not known, with the shift for it; and of those begun."""
    data, rows = Covariates(panel), at_risk(panel, 1946)
    at = (rows.t, rows.i, rows.j)
    happened, began, design = panel.onset[at], panel.originator_onset[at], data.design(rows, ONSET)
    near = design[:, [ONSET.index(name) for name in RELEVANT]].any(axis=1)
    weights = np.where(near, 1.0, 0.2)
    known, _ = proneness(rows, happened, hazard.simple.chance(design[:, :-1]), panel.exists.shape)
    index = hazard.fit.index(np.column_stack([design, known]))
    found = {e.name.removeprefix("mechanisms.dispute_onset."): e.value for e in hazard.estimates()}
    bare = index - hazard.fit["proneness"][0] * known - found["recent_dispute"] * design[:, -1]
    assert weights @ expit(index) == pytest.approx(weights @ happened, rel=1e-3)
    assert weights @ expit(index + found["begun"]) == pytest.approx(weights @ began, rel=1e-3)
    assert weights @ expit(bare + found["baseline"] - hazard.baseline) == pytest.approx(weights @ happened, rel=1e-3)
    assert -1 < found["begun"] < 0


def test_what_made_the_disputes_of_the_invented_world_is_found_again(hazard: OnsetFit) -> None:
    for name, made in {"log_power": 0.35, "land": 2.2, "water": 1.0, "joint_tradition": -2.0}.items():
        value, se = hazard.fit[name]
        assert value == pytest.approx(made, abs=3 * se) and se < 1, name
    assert hazard.fit["recent_dispute"][0] > 3 * hazard.fit["recent_dispute"][1], "disputes bring disputes there"


def test_what_the_record_says_of_a_pair_stays_with_it(panel: Panel, hazard: OnsetFit) -> None:
    assert (hazard.frailty == hazard.frailty.T).all()
    both = np.triu(panel.exists[-1][:, None] & panel.exists[-1], 1)
    count = panel.onset.sum(axis=0)
    assert hazard.frailty[both & (count >= 1)].mean() > hazard.frailty[both & (count == 0)].mean() + 0.2
    assert hazard.frailty[both & (count >= 4)].mean() > hazard.frailty[both & (count == 1)].mean() + 0.2
    last = both & panel.ongoing[-1]
    assert (hazard.peace[last] == 0).all() and last.any()
    assert (hazard.peace[both & ~panel.ongoing.any(axis=0)] == NEVER).all()
    assert hazard.numbers()["baseline"] == hazard.baseline
    assert set(hazard.numbers()) <= set(DisputeOnset().numbers())


def test_the_numbers_of_the_fit_are_those_of_the_model() -> None:
    assert DisputeOnset().memory_time == FADING
    assert np.exp(-1 / Memory().tradition_time) == pytest.approx(1 - FOLLOWING, abs=1e-3)


PUBLISHED = {
    "intercept": -2.071, "log_power": 0.288, "land": 2.937, "water": 2.097, "log_distance": -0.347,
    "joint_tradition": -2.287, "one_major_far": 1.404, "two_majors": 1.846, "ideal_distance": 0.159,
    "tradition_difference": 0.228, "recent_dispute": 1.969, "proneness": 1.084,
}  # fmt: skip
"""Of 1946-1990, by another program that took capitals year by year."""


@pytest.mark.slow
@pytest.mark.skipif(not REAL.is_dir(), reason="the published data sets are not here")
def test_the_hazard_of_the_real_world() -> None:
    fit = onset(Panel.of(REAL, last=1990)).fit
    assert (fit.rows, fit.events) == (353_092, 1_227)
    for name, value in PUBLISHED.items():
        assert fit[name][0] == pytest.approx(value, abs=0.4 * fit[name][1]), name
