"""A forecast knows nothing later than its start, is the same whoever computes it, and is scored beside baselines."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import numpy as np
import pytest
from click.testing import CliRunner

from sim.cli.program import detente
from sim.empirical.baselines import MODELS
from sim.empirical.estimating import fit_all, onset
from sim.empirical.fits_kept import kept_estimates, kept_onset
from sim.empirical.hindcast import FROZEN, MODEL, Hindcast, hindcast
from sim.empirical.panel import Panel
from sim.empirical.scorecard import counted, diagrams, rows, won
from sim.empirical.sources import DataError
from sim.empirical.targets import TARGETS
from sim.experiment.executor import local
from tests.empirical.futures import rewrite_future

START, END, RUNS = 1985, 1989, 3


@pytest.fixture(scope="module")
def done(collection: Path) -> Hindcast:
    """Four years of the invented world."""
    return hindcast(collection, START, END, runs=RUNS, factory=local(1))


def command(folder: Path, out: Path, *more: str) -> tuple[int, str]:
    """Exit code and output of the command."""
    typed = ["hindcast", "--data", str(folder), "--start", str(START), "--end", str(END), "--runs", str(RUNS)]
    found = CliRunner().invoke(detente, [*typed, "--out", str(out), *more])
    return found.exit_code, found.output


def test_chances_are_chances_of_the_pairs_that_exist_at_the_start(done: Hindcast) -> None:
    table = done.table()
    pairs = int(done.panel.exists_at_end[-1].sum())
    assert len(table["year"]) == (END - START) * pairs * (pairs - 1) // 2
    assert (table["ccode1"] < table["ccode2"]).all()
    for name in ("p_dispute", "p_use_of_force", "p_defence_pact"):
        assert (table[name] >= 0).all() and (table[name] <= 1).all()
    assert (table["p_use_of_force"] <= table["p_dispute"]).all() and table["p_dispute"].max() > table["p_dispute"].min()


def test_every_model_is_scored_on_the_same_rows(done: Hindcast) -> None:
    found = rows(done, draws=0)
    assert {row.target for row in found} == set(TARGETS)
    for target in TARGETS:
        for dyads in ("all", "relevant"):
            same = [row for row in found if (row.target, row.dyads) == (target, dyads)]
            if same:
                assert {row.model for row in same} == {MODEL, FROZEN, *MODELS}
                assert len({(row.n, row.positives) for row in same}) == 1
    assert {(gain.dyads, gain.over) for gain in won(done, 50)} == {
        (dyads, over) for dyads in ("all", "relevant") for over in ("extended_logit", FROZEN)
    }
    assert set(counted(done)) == set(diagrams(done)) == {"all", "relevant"}


def test_the_base_rate_does_not_discriminate_and_the_model_does(done: Hindcast) -> None:
    found = {row.model: row for row in rows(done, draws=0) if (row.target, row.dyads) == ("dispute_onset", "all")}
    assert found["base_rate"].roc == pytest.approx(0.5, abs=0.02)
    assert found[MODEL].roc > 0.6


@pytest.mark.slow
@pytest.mark.parametrize("start", [1979, START])
def test_nothing_later_than_the_start_is_used(
    collection: Path, tmp_path: Path, start: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_the_future_does_not_matter(collection, tmp_path, start, monkeypatch)


@pytest.mark.soak
@pytest.mark.parametrize("start", [1975, 1990])
def test_nothing_later_than_the_start_is_used_of_the_real_record(
    data_folder: Path, tmp_path: Path, start: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_the_future_does_not_matter(data_folder, tmp_path, start, monkeypatch)


def assert_the_future_does_not_matter(folder: Path, tmp_path: Path, start: int, patch: pytest.MonkeyPatch) -> None:
    """The forecast is the same, bit for bit, when everything after the start is another; nothing kept is re-used."""
    tables = []
    for name, data in (("one", folder), ("two", rewrite_future(folder, tmp_path / "other", start))):
        patch.setenv("DETENTE_CACHE", str(tmp_path / name))
        tables.append(hindcast(data, start, start + 3, runs=2, factory=local(1)).table())
    for name, values in tables[0].items():
        assert values.tobytes() == tables[1][name].tobytes(), name


@pytest.mark.slow
def test_fits_from_the_cache_are_those_made_anew(
    collection: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path / "cache"))
    panel = Panel.of(collection, last=START)
    cold = kept_onset(panel)
    monkeypatch.setattr("sim.empirical.fits_kept.onset", lambda *_: pytest.fail("fitted again"))
    warm = kept_onset(panel)
    assert warm.numbers() == cold.numbers() == onset(panel).numbers()
    assert warm.frailty.tobytes() == cold.frailty.tobytes()
    first = kept_estimates(panel, cold)
    assert repr(first) == repr(kept_estimates(panel, warm)) == repr(fit_all(panel))


@pytest.mark.slow
def test_the_same_bits_whatever_the_number_of_workers(done: Hindcast, collection: Path) -> None:
    again = hindcast(collection, START, END, runs=RUNS, factory=local(2)).table()
    for name, values in done.table().items():
        assert values.tobytes() == again[name].tobytes(), name


@pytest.mark.slow
def test_the_command_writes_and_tells(collection: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, text = command(collection, out, "--json")
    assert code == 0, text
    told = json.loads(text)
    assert {row["model"] for row in told["scores"]} == {MODEL, *MODELS}
    assert {row["model"] for row in told["ablation"]} == {FROZEN}
    assert set(told["scores"][0]) >= {"target", "dyads", "model", "roc", "pr", "brier_skill", "n", "positives"}
    columns = duckdb.sql(f"SELECT * FROM '{out / 'forecast.parquet'}' LIMIT 0").columns
    assert columns == ["ccode1", "ccode2", "year", "p_dispute", "p_use_of_force", "p_defence_pact"]
    assert json.loads((out / "scores.json").read_text()) == told
    assert (out / "reliability.svg").read_text().lstrip().startswith("<?xml")
    code, text = command(collection, out)
    assert code == 2 and "not empty" in text and "--force" in text


@pytest.mark.slow
def test_without_later_data_there_is_a_forecast_and_no_score(collection: Path, tmp_path: Path) -> None:
    cut = rewrite_future(collection, tmp_path / "cut", START)
    last = int(np.max(hindcast(cut, START, END, runs=2, factory=local(1)).years))
    assert last == END
    typed = ["hindcast", "--data", str(collection), "--start", "2000", "--end", "2003", "--runs", "2"]
    found = CliRunner().invoke(detente, [*typed, "--out", str(tmp_path / "late")])
    assert found.exit_code == 0, found.output
    assert "nothing can be scored" in found.output or "shares of power" in found.output
    assert (tmp_path / "late" / "forecast.parquet").is_file()


@pytest.mark.parametrize(
    ("years", "said"), [((1990, 1980), "must lie after"), ((1950, 1960), "too few years"), ((2200, 2210), "2200")]
)
def test_years_that_make_no_sense(collection: Path, tmp_path: Path, years: tuple[int, int], said: str) -> None:
    with pytest.raises(DataError, match=said):
        hindcast(collection, *years, runs=2, factory=local(1))
