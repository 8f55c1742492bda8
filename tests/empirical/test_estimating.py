"""Regressions and rates against closed forms and against worlds whose numbers are known."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.special import expit

from sim import mechanisms
from sim.core import params
from sim.core.registry import discover
from sim.empirical.estimates import log_odds, mean, rate, ratio, share
from sim.empirical.estimating import fit_all, onset, parameters
from sim.empirical.fits_of_politics import expected_variogram, ideal_points
from sim.empirical.panel import Panel
from sim.empirical.regression import logistic, poisson, with_frailty
from sim.mechanisms.base import Mechanism
from sim.mechanisms.ideal_points import IdealPoints


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


def with_groups(shape: float, seed: int, baseline: float = -4.0) -> tuple[np.ndarray, ...]:
    """Groups of 40 rows each with a gamma multiplier of their odds."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(1_500), 40)
    u = np.log(rng.gamma(shape, 1 / shape, 1_500))
    design = np.column_stack([np.ones(len(group)), np.repeat(rng.normal(size=1_500), 40)])
    return design, rng.random(len(group)) < expit(design @ [baseline, 0.6] + u[group]), group, u


@pytest.mark.slow
def test_frailty_is_told_from_what_the_columns_explain() -> None:
    design, y, group, u = with_groups(0.6, 3)
    found = with_frailty(design, y, ("intercept", "x"), group, 1_500)
    assert found.shape == pytest.approx(0.6, abs=4 * found.shape_error)
    assert found.shape_error < 0.12
    for value, name in ((-4.0, "intercept"), (0.6, "x")):
        assert found.fit[name][0] == pytest.approx(value, abs=4 * found.fit[name][1])
    k, n, m = found.shape, found.events, found.expected
    assert found.log_multiplier == pytest.approx(np.log((k + n) / (k + m)))
    assert n.sum() == y.sum()
    assert np.corrcoef(np.exp(found.log_multiplier), np.exp(u))[0, 1] > 0.6
    pooled = logistic(design, y, ("intercept", "x"))
    assert found.fit["x"][1] > 1.2 * pooled["x"][1], "rows of a group are not independent"


@pytest.mark.slow
def test_groups_without_frailty_are_told_to_be_alike() -> None:
    rng = np.random.default_rng(8)
    group = np.repeat(np.arange(1_000), 30)
    design = np.ones((30_000, 1))
    found = with_frailty(design, rng.random(30_000) < 0.03, ("intercept",), group, 1_000)
    assert found.shape > 5
    assert np.abs(found.log_multiplier).max() < 0.6
    assert found.fit["intercept"][0] == pytest.approx(np.log(0.03 / 0.97), abs=0.12)


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
    assert found == pytest.approx(0.1**2 + 0.2**2 / 2 * np.array([1, 2, 3]), rel=1e-3)
    held = expected_variogram(0.2, 0.5, 0.1, lags=25)
    assert (np.diff(held) > 0).all()
    assert held[-1] < 0.6 * expected_variogram(0.2, 1e-6, 0.1, lags=25)[-1]


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
    told = {"ideal_points.wandering": innovation, "ideal_points.noise": noise}
    for name, value in (told | {"mechanisms.ideal_points.reversion": reversion}).items():
        assert found[name].value == pytest.approx(value, abs=3.5 * found[name].se), name
        assert found[name].se < 0.4 * value
    own, leaders = found["mechanisms.ideal_points.innovation"], found["mechanisms.leadership.shift"]
    assert own.value**2 + leaders.value**2 == pytest.approx(found["ideal_points.wandering"].value ** 2)


@pytest.fixture(scope="module")
def panel(collection: Path) -> Panel:
    """The invented world up to 1990."""
    return Panel.of(collection, last=1990)


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


@pytest.mark.slow
def test_the_hazard_expects_as_many_disputes_as_there_were(panel: Panel) -> None:
    from sim.empirical.covariates import ONSET, Covariates, past_rows

    found = onset(panel)
    rows = past_rows(panel, 1946)
    at = (rows.t, rows.i, rows.j)
    rows = rows.where(~panel.ongoing[at] | panel.onset[at])
    index = found.frailty_fit.fit.index(Covariates(panel).design(rows, ONSET))
    began = panel.originator_onset[rows.t, rows.i, rows.j].sum()
    assert expit(index + found.shift).sum() == pytest.approx(began, rel=1e-4)
    assert expit(index + found.frailty[rows.i, rows.j]).sum() == pytest.approx(began, rel=0.03)
    assert (found.frailty == found.frailty.T).all()
    usual = next(e for e in found.estimates() if e.name == "mechanisms.dispute_onset.baseline")
    assert usual.value == pytest.approx(found.baseline + found.shift)
