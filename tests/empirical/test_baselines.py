"""What forecasts are scored on, and the five that are to be beaten."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from sim.empirical.baselines import MODELS, _walked, baselines
from sim.empirical.covariates import power_shares
from sim.empirical.estimating import fit_all
from sim.empirical.panel import Panel
from sim.empirical.regression import logistic
from sim.empirical.scoring import Draws, Scores, gains, mean_square_skill, scores
from sim.empirical.targets import TARGETS, Forecast, Sample, samples
from tests.empirical.futures import rewrite_future

START, END = 1985, 1992
YEARS = range(START + 1, END + 1)
REAL = Path(os.environ.get("DETENTE_DATA", Path(__file__).parents[3] / "shared" / "data"))


@pytest.fixture(scope="module")
def later(collection: Path) -> Panel:
    """The invented world up to the last scored year."""
    return Panel.of(collection, last=END)


@pytest.fixture(scope="module")
def start(later: Panel) -> Panel:
    """The same as it was known at the start."""
    return later.until(START)


@pytest.fixture(scope="module")
def rows(later: Panel, start: Panel) -> dict[str, Sample]:
    return samples(later, start, YEARS)


@pytest.fixture(scope="module")
def told(start: Panel) -> dict[str, Forecast]:
    return baselines(start, YEARS)


# -- what is scored --------------------------------------------------------------------------------------------------


def by_hand(later: Panel, start: Panel) -> dict[str, dict[tuple[int, ...], tuple[bool, bool]]]:
    """The rows of the targets, one pair and year after the other: key -> (happened, relevant)."""
    found: dict[str, dict[tuple[int, ...], tuple[bool, bool]]] = {name: {} for name in TARGETS}
    codes = [int(code) for code, there in zip(start.codes, start.exists_at_end[-1], strict=True) if there]
    pact = later.pact_of("defence")
    for a in codes:
        for b in (code for code in codes if code > a):
            i, j, k, m = later.place(a), later.place(b), start.place(a), start.place(b)
            relevant = bool(start.contiguity[-1, k, m] or start.major[-1, k] or start.major[-1, m])
            for year in YEARS:
                t = later.at(year)
                if not (later.exists[t, i] and later.exists[t, j]):
                    continue
                onset = bool(later.onset[t, i, j])
                if onset or not later.ongoing[t, i, j]:
                    found["dispute_onset"][a, b, year] = (onset, relevant)
                    found["use_of_force_onset"][a, b, year] = (bool(later.force_onset[t, i, j]), relevant)
                before = found["dispute_any"].get((a, b), (False, relevant))
                found["dispute_any"][a, b] = (before[0] or onset, relevant)
                found["defence_pact"][a, b, year] = (bool(pact[t, i, j]), relevant)
                if year == END and not start.pact_of("defence")[-1, k, m]:
                    found["new_defence_pact"][a, b] = (bool(pact[t, i, j]), relevant)
    return found


@pytest.mark.slow
def test_rows_are_those_of_the_definitions(later: Panel, start: Panel, rows: dict[str, Sample]) -> None:
    assert set(rows) == set(TARGETS)
    for target, expected in by_hand(later, start).items():
        if target == "power_share":
            continue
        sample = rows[target]
        yearly = target in ("dispute_onset", "use_of_force_onset", "defence_pact")
        keys = zip(start.codes[sample.i], start.codes[sample.j], *([sample.year] if yearly else []), strict=True)
        found = dict(zip(keys, zip(sample.happened, sample.relevant, strict=True), strict=True))
        assert found == expected, target
        assert len(found) == len(sample.i)
        assert 0 < sample.happened.sum() < len(sample.happened), f"nothing to tell apart in {target}"
        assert 0 < sample.relevant.sum() < len(sample.relevant)


def test_shares_are_of_states_that_are_still_there(later: Panel, start: Panel, rows: dict[str, Sample]) -> None:
    sample, power = rows["power_share"], power_shares(later)
    place = np.searchsorted(later.codes, start.codes)
    assert later.exists[sample.year - later.first, place[sample.i]].all()
    assert (sample.happened == power[sample.year - later.first, place[sample.i]]).all()


def test_years_that_the_data_do_not_tell_of_are_not_scored(start: Panel) -> None:
    assert samples(start, start, YEARS) == {}


def test_the_chance_of_any_dispute_is_that_of_one_in_some_year(rows: dict[str, Sample], start: Panel) -> None:
    n, years = len(start.codes), np.array(YEARS)
    rng = np.random.default_rng(0)
    yearly = rng.random((len(years), n, n)) / 20
    forecast = Forecast(years, yearly, yearly, yearly)
    sample, whole = rows["dispute_any"], rows["defence_pact"]
    none: dict[tuple[int, int], float] = {}
    for i, j, h in zip(whole.i, whole.j, whole.at, strict=True):
        none[i, j] = none.get((i, j), 1.0) * (1 - yearly[h, i, j])
    expected = [1 - none[i, j] for i, j in zip(sample.i, sample.j, strict=True)]
    assert sample.chance(forecast) == pytest.approx(expected)
    assert rows["new_defence_pact"].chance(forecast) == pytest.approx(
        yearly[-1, rows["new_defence_pact"].i, rows["new_defence_pact"].j]
    )
    assert rows["power_share"].chance(forecast) is None


# -- the five --------------------------------------------------------------------------------------------------------


def test_all_five_forecast_every_target(told: dict[str, Forecast], rows: dict[str, Sample]) -> None:
    assert tuple(told) == MODELS
    for name, forecast in told.items():
        for target in set(TARGETS) - {"power_share"}:
            chance = rows[target].chance(forecast)
            assert chance is not None
            assert ((chance >= 0) & (chance <= 1)).all(), (name, target)
            assert (chance > 0).any()
        for table in (forecast.onset, forecast.force, forecast.pact):
            assert (table == table.transpose(0, 2, 1)).all()


def test_they_are_frozen_at_the_start(told: dict[str, Forecast], start: Panel) -> None:
    for forecast in told.values():
        assert (forecast.onset == forecast.onset[:1]).all()
        assert (forecast.force == forecast.force[:1]).all()
    longer = baselines(start, range(START + 1, END + 11))
    for name, forecast in told.items():
        assert (longer[name].pact[: len(YEARS)] == forecast.pact).all()


@pytest.mark.slow
@pytest.mark.parametrize("year", [1970, START])
def test_another_future_changes_nothing(collection: Path, tmp_path: Path, year: int) -> None:
    """Neither the baselines nor any estimate, bit for bit, whatever comes after the start."""
    changed = rewrite_future(collection, tmp_path / "changed", year)
    before, after = (Panel.of(folder, last=1992).until(year) for folder in (collection, changed))
    assert Panel.of(changed, last=1992).digest() != Panel.of(collection, last=1992).digest()
    one, other = (baselines(panel, range(year + 1, year + 4)) for panel in (before, after))
    for name, forecast in one.items():
        for field in ("onset", "force", "pact", "power", "new_pact"):
            assert np.array_equal(getattr(forecast, field), getattr(other[name], field)), (name, field)
    assert repr(fit_all(before)) == repr(fit_all(after))


def test_base_rates_are_those_of_the_past(told: dict[str, Forecast], start: Panel) -> None:
    events = exposed = 0
    i, j = np.triu_indices(len(start.codes), 1)
    for t in range(start.at(1946), len(start.years)):
        there = start.exists[t, i] & start.exists[t, j]
        onset, live = start.onset[t, i, j], start.ongoing[t, i, j]
        events += (onset & there).sum()
        exposed += (there & (onset | ~live)).sum()
    forecast = told["base_rate"]
    here = np.flatnonzero(start.exists_at_end[-1])[:2]
    assert forecast.onset[0][tuple(here)] == pytest.approx(events / exposed, rel=1e-6)
    assert forecast.power is not None
    assert forecast.power[0].sum() == pytest.approx(1.0)
    assert len(np.unique(forecast.power[0][start.exists_at_end[-1]])) == 1


def test_a_fitted_logit_expects_the_events_it_was_fitted_to() -> None:
    rng = np.random.default_rng(1)
    design = np.column_stack([np.ones(5_000), rng.normal(size=5_000)])
    y = rng.random(5_000) < 0.02
    assert logistic(design, y, ("a", "b")).chance(design).sum() == pytest.approx(y.sum(), rel=1e-4)


def test_persistence_keeps_what_there_is(told: dict[str, Forecast], start: Panel, rows: dict[str, Sample]) -> None:
    forecast, now = told["persistence"], start.pact_of("defence")[-1]
    here = start.exists_at_end[-1]
    pairs = here[:, None] & here & ~np.eye(len(here), dtype=bool)
    assert forecast.pact[0][now & pairs].min() > 0.8
    assert forecast.pact[0][~now & pairs].max() < 0.2
    assert (forecast.pact[-1][now & pairs] < forecast.pact[0][now & pairs]).all()
    shares = rows["power_share"]
    chance = shares.chance(forecast)
    assert chance is not None
    assert mean_square_skill(shares.happened, chance) > 0.5


def test_ties_form_and_end_year_by_year() -> None:
    found = _walked(np.array([True, False]), np.array([0.1, 0.1]), np.array([0.3, 0.3]), 200)
    assert found[0].tolist() == pytest.approx([0.7, 0.1])
    assert found[1].tolist() == pytest.approx([0.7 * 0.7 + 0.3 * 0.1, 0.1 * 0.7 + 0.9 * 0.1])
    assert found[-1].tolist() == pytest.approx([0.25, 0.25])


# -- on the data of the field ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real() -> dict[str, Scores]:
    """Scores of disputes 1991-2000 as forecast at the end of 1990, politically relevant pairs."""
    if not list(REAL.glob("gml_mid*directed_dyad_year*")):
        pytest.skip(f"no data in {REAL}; DETENTE_DATA names another folder")
    later = Panel.of(REAL, last=2000)
    start, years = later.until(1990), range(1991, 2001)
    sample = samples(later, start, years)["dispute_onset"]
    chance = {name: sample.chance(forecast)[sample.relevant] for name, forecast in baselines(start, years).items()}  # type: ignore[index]
    happened = sample.happened[sample.relevant]
    found = {name: scores(happened, values) for name, values in chance.items()}
    draws = Draws.of(sample.pair[sample.relevant], 200)
    found["gain"] = gains(happened, chance["extended_logit"], chance["core_logit"], draws)  # type: ignore[assignment]
    return found


@pytest.mark.slow
def test_real_disputes_are_forecast_as_well_as_the_literature_does(real: dict[str, Scores]) -> None:
    """Scored over 1991-2010 the two logits reach ROC .877 and .888 and PR .141 and .204; here the years end in 2000."""
    assert real["base_rate"].roc == pytest.approx(0.5)
    assert real["distance"].roc == pytest.approx(0.776, abs=0.03)
    assert real["core_logit"].roc == pytest.approx(0.877, abs=0.03)
    assert real["core_logit"].pr == pytest.approx(0.141, abs=0.03)
    assert real["extended_logit"].roc == pytest.approx(0.888, abs=0.03)
    assert real["extended_logit"].pr == pytest.approx(0.204, abs=0.03)
    assert real["gain"]["pr"].low > 0, "what else is known tells something"  # type: ignore[index]
