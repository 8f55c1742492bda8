"""Scenarios built from data: the world of a year as it was known, the same in memory and in files, ready to run."""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from sim import load_scenario
from sim.cli.program import detente
from sim.empirical import codes, figures
from sim.empirical.building import scenario_of, world_scenario
from sim.empirical.covariates import NEVER, ONSET, Covariates, next_rows, power_shares, quiet_years
from sim.empirical.fits_of_conflict import LASTING, onset
from sim.empirical.panel import Panel
from sim.empirical.scenario_files import write_scenario
from sim.empirical.sources import DataError
from sim.mechanisms.dispute_onset import DisputeOnset, onset_probability
from sim.scenario import Scenario, ScenarioError, scenario_from
from tests.empirical.futures import rewrite_future

REAL = Path(os.environ.get("DETENTE_DATA") or Path(__file__).parents[3] / "shared" / "data")


@pytest.fixture(scope="module")
def panel(collection: Path) -> Panel:
    return Panel.of(collection, first=1946, last=2000)


@pytest.fixture(scope="module")
def data(panel: Panel) -> dict[str, Any]:
    return world_scenario(panel, 1990)


@pytest.fixture(scope="module")
def scenario(data: dict[str, Any]) -> Scenario:
    return scenario_from(data)


def plain(data: dict[str, Any]) -> str:
    return repr(data)


# -- nothing later -----------------------------------------------------------------------------------------------------
@pytest.mark.slow
@pytest.mark.parametrize("year", [1975, 1990])
def test_the_world_of_a_year_does_not_know_what_came_after(collection: Path, tmp_path: Path, year: int) -> None:
    known = world_scenario(Panel.of(collection, last=2000), year)
    other = Panel.of(rewrite_future(collection, tmp_path / "other", year), last=2000)
    assert plain(world_scenario(other, year)) == plain(known)
    assert plain(world_scenario(other, 1995)) != plain(world_scenario(Panel.of(collection, last=2000), 1995))


def test_who_is_there_is_who_was_in_the_system_on_the_last_day(panel: Panel) -> None:
    there = {year: set(world_scenario(panel, year)["states"]) for year in (1974, 1975, 1990, 1991)}
    assert "SDN" in there[1974] and "SDN" not in there[1975], "left in June 1975"
    assert "UKR" not in there[1990] and "UKR" in there[1991], "entered in December 1991"
    assert "SUN" in there[1990] and "RUS" not in there[1990]
    assert "RUS" in there[1991] and "SUN" not in there[1991]


# -- what the data say -------------------------------------------------------------------------------------------------
def test_figures_are_those_of_the_year_in_the_units_of_the_model(panel: Panel, scenario: Scenario) -> None:
    t, i = panel.at(1990), panel.place(2)
    usa = scenario.states["USA"]
    assert usa.gdp == pytest.approx(panel.gdp[t, i] / 1000, rel=1e-5)
    assert usa.population == pytest.approx(panel.population[t, i], rel=1e-5)
    assert usa.democracy == pytest.approx(panel.polyarchy[t, i], rel=1e-5)
    worth = figures.prices(1990)
    assert 1.4 < worth < 1.7, "a dollar of 1990 bought about one and a half of 2011"
    assert usa.milex_share == pytest.approx(panel.milex[t, i] * worth / 1e6 / usa.gdp, rel=1e-4)
    assert usa.technology == pytest.approx(
        np.clip(np.log(panel.gdp_per_head[t, i] / 500) / np.log(100), 0, 1), rel=1e-4
    )
    assert usa.cow == 2 and usa.region == "north_america" and usa.great and usa.nuclear


def test_the_poles_are_the_major_powers(panel: Panel, scenario: Scenario) -> None:
    major = panel.codes[panel.major[panel.at(1990)]]
    assert {scenario.states[code].cow for code in scenario.poles} == set(major.tolist())


def test_power_is_that_of_the_regressions(panel: Panel, scenario: Scenario) -> None:
    world = scenario.world()
    fitted = power_shares(panel.until(1990))[-1]
    order = [panel.until(1990).place(scenario.states[code].cow or 0) for code in world.names.states]
    assert np.abs(world.power - fitted[order] / fitted[order].sum()).max() < 0.005


def test_ties_are_those_of_the_year(panel: Panel, scenario: Scenario) -> None:
    world, known = scenario.world(), panel.until(1990)
    place = [known.place(scenario.states[code].cow or 0) for code in world.names.states]
    here = np.ix_(place, place)
    assert np.array_equal(world.contiguous, known.contiguity[-1][here] == 1)
    assert np.array_equal(world.near_by_sea, known.contiguity[-1][here] > 1)
    assert np.array_equal(world.pact, known.pact[-1][:, place][:, :, place])
    assert world.pact.any()
    live = world.hostility > 0
    told = known.dispute_pairs
    open_now = told[told.end.isna() & (told.year == 1990)]
    assert live.sum() / 2 == len(open_now[["ccode1", "ccode2"]].drop_duplicates())
    quiet = ~live & world.dyad
    assert np.array_equal(world.peace_years[quiet], quiet_years(known)[-1][here][quiet])
    assert 0 < (world.peace_years[quiet] < NEVER).mean() < 0.5
    tradition = Covariates(known).tradition[-1][place]
    assert np.abs(world.democratic_tradition - tradition).max() < 1e-5
    assert np.abs(world.democratic_tradition - world.democracy).max() > 0.01


def test_trade_is_both_ways_in_dollars_of_one_year(panel: Panel, scenario: Scenario) -> None:
    t, usa, uk = panel.at(1990), panel.place(2), panel.place(200)
    both = float(panel.trade[t, usa, uk] + panel.trade[t, uk, usa])
    (said,) = [tie.value for tie in scenario.ties.trade if set(tie.pair) == {"USA", "GBR"}]
    assert said == pytest.approx(both * figures.prices(1990) / 1000, rel=1e-3)


def test_pacts_date_from_the_beginning_of_their_present_spell(panel: Panel, data: dict[str, Any]) -> None:
    held = panel.until(1990).pact.any(axis=1)
    place = {code: panel.until(1990).place(state["cow"]) for code, state in data["states"].items()}
    checked = 0
    for pact in data["ties"]["pacts"]:
        a, b = (place[code] for code in pact["members"])
        first = pact["since"] - 1946
        assert held[first:, a, b].all()
        assert first == 0 or not held[first - 1, a, b]
        checked += first > 0
    assert checked


def test_a_record_of_disputes_makes_rivals(data: dict[str, Any]) -> None:
    record = {tuple(tie["pair"]): tie["value"] for tie in data["ties"]["dispute_record"]}
    level = {tuple(tie["pair"]): tie["level"] for tie in data["ties"]["rivalries"]}
    assert record
    assert all(level.get(pair, 0) >= 1 - np.exp(-held / 2) - 0.01 for pair, held in record.items())


def test_a_fitted_hazard_gives_the_chance_of_a_dispute_that_the_regression_gives(panel: Panel) -> None:
    """At the start, before the simulation has changed anything; but for gaps that the two fill in other ways."""
    known = panel.until(1990)
    fitted = onset(known)
    scenario = scenario_of(panel, 1990, hazard=fitted)
    world = scenario.model(seed=0).world
    place = [known.place(scenario.states[code].cow or 0) for code in world.names.states]
    here = np.ix_(place, place)
    assert np.abs(world.frailty - fitted.frailty[here]).max() < 0.006
    rows = next_rows(known)
    design = Covariates(known).design(rows, ONSET)
    counts = np.array([fitted.fit[name][0] for name in ONSET])
    counts[-1] *= 1 - LASTING  # the rest of what a recent dispute counts is in the frailty
    index = design @ counts + fitted.frailty[rows.i, rows.j]
    theirs = np.zeros((len(known.codes),) * 2)
    theirs[rows.i, rows.j] = theirs[rows.j, rows.i] = index
    chance = onset_probability(world, scenario.rules()["dispute_onset"].numbers(*DisputeOnset.weights))
    ours = np.log(np.maximum(chance, 1e-300) / (1 - chance))
    quiet = world.dyad & (world.hostility == 0)
    assert np.median(np.abs(ours - theirs[here])[quiet]) < 0.02
    assert np.corrcoef(ours[quiet], theirs[here][quiet])[0, 1] > 0.995


def test_the_mightiest_come_with_all_major_powers(panel: Panel) -> None:
    few = world_scenario(panel, 1990, states=7)
    assert len(few["states"]) == 7
    assert set(few["poles"]) <= set(few["states"])
    everybody = world_scenario(panel, 1990)
    world = scenario_from(everybody).world()
    rest = sorted(set(few["states"]) - set(few["poles"]), key=lambda code: world.power[world.index(code)])
    out = [code for code in everybody["states"] if code not in few["states"]]
    assert world.power[world.index(rest[0])] >= max(world.power[world.index(code)] for code in out)
    assert world_scenario(panel, 1990, states=3)["states"].keys() == set(few["poles"]), "five are major powers"


# -- files -------------------------------------------------------------------------------------------------------------
def test_file_and_memory_give_the_same_world(data: dict[str, Any], scenario: Scenario, tmp_path: Path) -> None:
    written = write_scenario(data, tmp_path / "world-1990.toml")
    assert all(file.is_file() for file in written)
    read = load_scenario(tmp_path / "world-1990.toml")
    assert read.hash == scenario.hash
    mine, theirs = scenario.world().arrays(), read.world().arrays()
    assert all(np.array_equal(mine[name], theirs[name]) for name in mine)


def test_a_built_world_runs_without_striking_its_bounds(scenario: Scenario) -> None:
    model = scenario.model(seed=3, keep="none")
    for _ in range(12):
        model.turn()
    assert model.bound == {}
    assert model.world.dispute_count > 0


# -- errors and the command --------------------------------------------------------------------------------------------
def test_years_that_cannot_be_built_are_refused(panel: Panel, collection: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="outside the panel, 1946 to 2000"):
        world_scenario(panel, 2010)
    with pytest.raises(DataError, match="can begin at the end of 1946 or later"):
        world_scenario(panel, 1900)
    for file in collection.iterdir():
        if not file.name.startswith("gdp"):
            (tmp_path / file.name).symlink_to(file)
    with pytest.raises(DataError, match="economy: Latent gross domestic product"):
        world_scenario(Panel.of(tmp_path, first=1946, last=1990), 1990)


def test_the_command_builds_a_world_that_is_found_by_name(
    collection: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DETENTE_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    missing = CliRunner().invoke(detente, ["scenario", "validate", "world-1962"])
    assert missing.exit_code == 2
    assert "detente data build --data DIR --year 1962" in missing.output
    built = CliRunner().invoke(detente, ["data", "build", "--data", str(collection), "--year", "1962"])
    assert built.exit_code == 0, built.output
    assert "detente run world-1962" in built.output
    found = CliRunner().invoke(detente, ["scenario", "validate", "world-1962"])
    assert found.exit_code == 0, found.output
    assert load_scenario("world-1962").start == 1963
    assert "world-1962" in CliRunner().invoke(detente, ["scenario", "list"]).output


def test_the_command_does_not_overwrite_a_file_of_the_users(collection: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    command = ["data", "build", "--data", str(collection), "--year", "1975", "--states", "8", "--out", str(file)]
    assert CliRunner().invoke(detente, command).exit_code == 0
    assert load_scenario(file).name == "mine"
    assert len(load_scenario(file).states) == 8
    again = CliRunner().invoke(detente, command)
    assert again.exit_code == 2
    assert "--force" in again.output
    assert CliRunner().invoke(detente, [*command, "--force", "--fit"]).exit_code == 0
    fitted = load_scenario(file)
    numbers = fitted.mechanisms["dispute_onset"]
    assert fitted.ties.frailty and numbers["begun"] < 0 < numbers["recent_dispute"]
    assert numbers["baseline"] != DisputeOnset().baseline


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--year", "1975", "--states", "two"], "write all, or a number from 3 on"),
        (["--year", "2050"], "data set 'capabilities' speaks of 1946 to 2000; name an earlier year"),
        (["--year", "1945"], "1946"),
        (["--year", "1950", "--fit"], "from 1955 on"),
    ],
)
def test_the_command_says_what_to_write_instead(collection: Path, tmp_path: Path, more: list[str], words: str) -> None:
    out = tmp_path / "never.toml"
    told = CliRunner().invoke(detente, ["data", "build", "--data", str(collection), *more, "--out", str(out)])
    assert told.exit_code == 2
    assert words in told.output
    assert not out.exists()


def test_an_unknown_scenario_that_is_no_year_is_told_of_as_before() -> None:
    with pytest.raises(ScenarioError, match="neither built in nor a file here"):
        load_scenario("world-of-mine")


# -- tables of single figures ------------------------------------------------------------------------------------------
def test_prices_rise_and_the_table_reaches_the_present() -> None:
    rises = [b / a for a, b in pairwise(figures.DEFLATOR)]
    assert all(0.99 < rise < 1.12 for rise in rises)
    assert figures.DEFLATOR_SINCE + len(figures.DEFLATOR) - 1 >= 2020
    assert figures.prices(figures.BASE_YEAR) == 1
    assert figures.prices(1900) == figures.prices(1946)


def test_nuclear_powers_come_and_go() -> None:
    armed = {
        year: {cow for cow in figures.NUCLEAR if figures.has_nuclear_weapons(cow, year)} for year in (1946, 1964, 1990)
    }
    assert armed[1946] == {2}
    assert armed[1964] == {2, 200, 220, 365, 710}
    assert 560 in armed[1990] and not figures.has_nuclear_weapons(560, 1991)


def test_codes_are_told_apart_within_any_year() -> None:
    """Two states share a code only if one of them had gone before the other came."""
    with codes.TABLE.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    shared = defaultdict(set)
    for row in rows:
        shared[row["code"]].add(int(row["cow"]))
        assert row["code"].isupper() and len(row["code"]) == 3 and row["region"] and row["name"]
    succeeded = {"DEU": {255, 260}, "YEM": {678, 679}, "VNM": {816, 817}}
    assert {code: held for code, held in shared.items() if len(held) > 1} == succeeded
    assert codes.identity(816, 1975).code == "VDR"
    assert codes.identity(816, 1976).code == "VNM"
    assert codes.identity(999, 2030, abbreviation="new", name="New Land").code == "NEW"


# -- the real world ----------------------------------------------------------------------------------------------------
@pytest.mark.slow
@pytest.mark.skipif(not REAL.is_dir(), reason="the published data sets are not here")
@pytest.mark.parametrize(("year", "fewest", "most"), [(1946, 5, 30), (1962, 14, 40), (1975, 14, 40), (1990, 18, 45)])
def test_the_world_as_it_was_begins_to_run_as_it_ran(year: int, fewest: int, most: int) -> None:
    """The five mightiest as in the capabilities index, and disputes a year as the record has them."""
    panel = Panel.of(REAL, last=year)
    scenario = scenario_of(panel, year)
    world = scenario.world()
    index = np.nan_to_num(panel.cinc[-1]) * panel.exists_at_end[-1]
    first = {int(panel.codes[i]) for i in np.argsort(-index)[:5]}
    ours = {scenario.states[world.names.states[i]].cow for i in np.argsort(-world.power)[:5]}
    assert len(first & ours) >= 4
    assert len(world.names.states) == int(panel.exists_at_end[-1].sum())
    counts = []
    for seed in range(2):
        model = scenario.model(seed, keep="none")
        for _ in range(20):
            model.turn()
        assert model.bound == {}
        counts.append(float(model.world.dispute_count) / 5)
    assert fewest <= np.mean(counts) <= most
