"""The panel: arrays that say what the files say, nothing later than its last year, and quickly."""

from __future__ import annotations

import pickle
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.empirical.panel import Panel
from sim.empirical.sources import DataError, find
from sim.world import OBLIGATIONS
from tests.empirical.futures import rewrite_future
from tests.empirical.invented_world import CODES, ENTRY, EXIT, GAP, tables

ARRAYS = (
    "exists", "exists_at_end", "entered", "left", "since", "major", "milex", "milper", "irst", "pec", "tpop", "upop",
    "cinc", "gdp", "gdp_per_head", "population", "polyarchy", "polity", "ideal_point", "position", "distance",
    "contiguity", "pact", "onset", "originator_onset", "force_onset", "ongoing", "level", "trade", "joint_igos",
    "rivalry",
)  # fmt: skip
PAIRWISE = (
    "contiguity", "onset", "originator_onset", "force_onset", "ongoing", "level", "joint_igos", "rivalry",
)  # fmt: skip


@pytest.fixture(scope="module")
def panel(collection: Path) -> Panel:
    return Panel.of(collection, first=1946)


@pytest.fixture(scope="module")
def real(data_folder: Path) -> Panel:
    return Panel.of(data_folder)


def same(one: Panel, other: Panel, name: str) -> bool:
    a, b = getattr(one, name), getattr(other, name)
    return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


# -- what the arrays say -------------------------------------------------------------------------------------------
def test_shapes_and_symmetry(panel: Panel) -> None:
    t, n = 55, len(CODES)
    assert panel.years.tolist() == list(range(1946, 2001)) and panel.codes.tolist() == sorted(CODES)
    assert panel.exists.shape == panel.ideal_point.shape == (t, n)
    assert panel.pact.shape == (t, len(OBLIGATIONS), n, n)
    for name in PAIRWISE:
        array = getattr(panel, name)
        assert array.shape == (t, n, n) and np.array_equal(array, array.transpose(0, 2, 1)), name
        assert not array[:, np.arange(n), np.arange(n)].any(), name
        assert array.any(), name
    assert (panel.onset <= panel.ongoing).all() and (panel.originator_onset <= panel.onset).all()
    assert ((panel.level > 0) == panel.ongoing).all()


def test_states_come_go_and_come_back(panel: Panel) -> None:
    (enters, day), (leaves, last_day), (absent, (gone, back)) = (next(iter(d.items())) for d in (ENTRY, EXIT, GAP))
    e, a, g = panel.place(enters), panel.place(leaves), panel.place(absent)
    year = int(day[:4])
    assert not panel.exists[panel.at(year - 1), e] and panel.exists[panel.at(year), e]
    assert panel.entered[e] == pytest.approx(year + 359 / 365, abs=1e-6) and panel.left[e] == np.inf
    assert last_day == "1992-12-31" and panel.exists_at_end[panel.at(1992), a] and not panel.exists[panel.at(1993), a]
    away = range(int(gone[:4]), int(back[:4]))
    assert [bool(panel.exists_at_end[panel.at(y), g]) for y in (*away, int(back[:4]))] == [False] * len(away) + [True]
    assert panel.exists[panel.at(1958), g] and panel.since[panel.at(1970), g] == pytest.approx(1961.74, abs=0.01)


def test_arrays_are_what_was_written(panel: Panel) -> None:
    made = tables(1)
    t, i, j = panel.at(1970), panel.place(200), panel.place(220)
    near = made["near"]
    lasting = np.add.outer(np.arange(len(CODES)), np.arange(len(CODES))) % 10
    assert np.array_equal(panel.contiguity[t], np.where(lasting == 3, 0, near)) and len(set(near.flat)) == 4
    assert np.array_equal(panel.contiguity[panel.at(1996)], np.where(lasting == 6, 0, near))
    for name, column in (("defence", 0), ("offence", 1), ("neutrality", 2), ("nonaggression", 3), ("consultation", 4)):
        assert np.array_equal(panel.pact_of(name), made["pact"][:, column]), name
    assert panel.pact_of("defence").any() and panel.pact_of("neutrality").any()
    known = ~np.isnan(panel.trade)
    assert panel.trade[known] == pytest.approx(made["imports"][known], abs=1e-3, rel=1e-5)
    assert np.nansum(panel.cinc, axis=1) == pytest.approx(np.ones(55))
    members = made["igo"].query("start <= 1970 and end >= 1970")
    pair = [set(members[members.ccode == code].igo) for code in (200, 220)]
    assert panel.joint_igos[t, i, j] == len(pair[0] & pair[1]) > 0


def test_official_downloads_tell_the_same(panel: Panel, official: Path) -> None:
    other = Panel.of(official, first=1946)
    assert panel.coverage == {n: years for n, years in other.coverage.items() if n != "polity"}
    different = [name for name in ARRAYS if not same(panel, other, name)]
    assert set(different) <= {"level", "force_onset"}
    assert np.array_equal(panel.level[:-1], other.level[:-1])


def test_a_panel_can_do_without_what_is_not_needed(collection: Path, tmp_path: Path) -> None:
    found = find(collection)
    needed = {"states", "majors", "capabilities", "contiguity", "capitals", "alliances", "dispute_pairs"}
    needed |= {"ideal_points", "democracy"}
    for name in needed:
        (tmp_path / found.files[name].name).symlink_to(found.files[name])
    poor = Panel.of(tmp_path, first=1946)
    assert np.isnan(poor.trade).all() and np.isnan(poor.gdp).all() and not poor.joint_igos.any()
    assert not poor.rivalry.any() and not len(poor.wars) and not len(poor.leaders) and not len(poor.crises)
    assert not poor.covers("trade", 1990) and poor.covers("alliances", 1990)
    (tmp_path / found.files["alliances"].name).unlink()
    with pytest.raises(DataError, match=r"alliances: Alliance Treaty .* atopdata"):
        Panel.of(tmp_path)


def test_years_and_states_outside_are_errors(panel: Panel, collection: Path) -> None:
    with pytest.raises(DataError, match="year 2001 is outside the panel, 1946 to 2000"):
        panel.at(2001)
    for code in (999, 3, 5000):
        with pytest.raises(DataError, match=f"no state has COW number {code}"):
            panel.place(code)
    with pytest.raises(DataError, match="before the first"):
        Panel.of(collection, first=1990, last=1980)


def test_a_panel_travels_to_other_processes(panel: Panel, collection: Path) -> None:
    again = pickle.loads(pickle.dumps(Panel.of(collection, first=1946)))
    assert again.digest() == panel.digest() and np.array_equal(again.onset, panel.onset)


# -- nothing later than the last year ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("names", "last"),
    [
        ("collection", 1990),
        pytest.param("official", 1990, marks=pytest.mark.slow),
        pytest.param("collection", 1975, marks=pytest.mark.slow),
        pytest.param("official", 1975, marks=pytest.mark.slow),
    ],
)
def test_the_future_leaves_no_trace(names: str, last: int, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    folder = request.getfixturevalue(names)
    other = rewrite_future(folder, tmp_path, last)
    before, after = Panel.of(folder, last=last), Panel.of(other, last=last)
    assert before.digest() == after.digest()
    different = [name for name in ARRAYS if not same(before, after, name)]
    assert not different
    full, changed = Panel.of(folder), Panel.of(other)
    untouched = {name for name in full.known if full.known[name].equals(changed.known[name])}
    assert untouched <= {"majors", "capitals", "contiguity", "rivalries"}, (
        "the futures must differ for this to mean much"
    )


def test_what_later_rows_hold_cannot_even_be_wrong(official: Path, tmp_path: Path) -> None:
    before = Panel.of(official, last=1990)
    for file in official.iterdir():
        table = pd.read_csv(file, sep="\t" if file.suffix == ".tab" else ",", dtype=str, encoding="latin-1")
        time_column = next((c for c in ("year", "styear", "StartYear1", "yrtrig", "systrgyr") if c in table), None)
        if time_column:
            later = pd.to_numeric(table[time_column]) > 1990
            table.loc[later, [c for c in table if c not in {time_column, "disno", "dispnum"}]] = "77777"
        table.to_csv(tmp_path / file.name, index=False, sep="\t" if file.suffix == ".tab" else ",", encoding="latin-1")
    assert Panel.of(tmp_path, last=1990).digest() == before.digest()
    with pytest.raises(DataError, match="77777"):
        Panel.of(tmp_path)


@pytest.mark.parametrize(
    "last", [pytest.param(1990, marks=pytest.mark.slow), pytest.param(1975, marks=pytest.mark.soak)]
)
def test_the_real_future_leaves_no_trace(last: int, data_folder: Path, tmp_path: Path) -> None:
    other = rewrite_future(data_folder, tmp_path, last)
    before, after = Panel.of(data_folder, last=last), Panel.of(other, last=last)
    assert before.digest() == after.digest()
    assert not [name for name in ARRAYS if not same(before, after, name)]
    full, changed = Panel.of(data_folder), Panel.of(other)
    assert not any(full.known[name].equals(changed.known[name]) for name in full.known if name != "organisation_names")


def test_files_cut_by_hand_give_the_same_panel(collection: Path, tmp_path: Path) -> None:
    for file in collection.iterdir():
        table = pd.read_csv(file, low_memory=False)
        begin = next((c for c in ("year", *BEGINS) if c in table), None)
        if begin:
            table = table[~(year_in(table[begin]) > 1990)]
        for end in {"endyear", "end", "enddate"} & set(table.columns):
            late = year_in(table[end]) > 1990
            table.loc[late, end] = "1990-12-31" if end == "enddate" else 1990
        table.to_csv(tmp_path / file.name, index=False)
    assert Panel.of(tmp_path, last=1990).digest() == Panel.of(collection, last=1990).digest()


BEGINS = ("styear", "StartYear1", "yrtrig", "systrgyr", "start", "stdate", "startdate")


def year_in(column: pd.Series) -> pd.Series:
    """Years of numbers or ISO dates."""
    return column if column.dtype.kind in "if" else column.str[:4].astype(float)


@pytest.mark.parametrize("last", [1960, 1992])
def test_an_earlier_year_of_a_panel_is_the_panel_of_that_year(last: int, collection: Path) -> None:
    one, other = Panel.of(collection).until(last), Panel.of(collection, last=last)
    assert one.digest() == other.digest() and one.key == other.key
    assert not [name for name in ARRAYS if not same(one, other, name)]


def test_a_state_that_enters_later_does_not_exist(collection: Path) -> None:
    later = next(code for code, day in ENTRY.items() if day > "1990")
    early = Panel.of(collection, last=1990)
    assert later not in early.codes and len(early.codes) == len(CODES) - 1
    assert not any((table == later).any().any() for table in (early.states, early.dispute_pairs))
    assert np.isinf(early.left[early.place(310)]), "what ends in 1992 is still there in 1990"
    assert early.years[-1] == 1990 and early.coverage["states"] == (1816, 1990)


def test_outcomes_of_what_is_not_over_are_not_known(collection: Path) -> None:
    full = Panel.of(collection)
    war = full.wars[full.wars.end.dt.year > full.wars.start.dt.year + 1].iloc[0]
    during = full.until(int(war.start.year))
    row = during.wars[(during.wars.war == war.war) & (during.wars.ccode == war.ccode)].iloc[0]
    assert pd.isna(row.end) and np.isnan(row.deaths) and np.isnan(row.outcome) and row.side == war.side
    assert war.deaths > 0 and war.outcome > 0
    disputes = during.disputes[during.disputes.end.isna()]
    assert len(disputes) and disputes[["hostlev", "fatality", "maxdur", "settle"]].isna().all().all()
    pairs = during.dispute_pairs[during.dispute_pairs.end.isna()]
    assert set(pairs.hostlev) <= {4, 5} and 5 in set(pairs.hostlev)
    assert during.level[-1].max() == 5
    assert during.leaders.exit[during.leaders.end.isna()].eq("").all()
    open_crises = during.crises[during.crises.end.isna()]
    assert open_crises.mediate.isna().all() and open_crises.forout.isna().all()


# -- known facts ---------------------------------------------------------------------------------------------------
def test_real_states_and_powers(real: Panel) -> None:
    counts = {year: int(real.exists_at_end[real.at(year)].sum()) for year in (1816, 1914, 1950, 1999, 2016, 2022)}
    assert counts == {1816: 23, 1914: 45, 1950: 75, 1999: 190, 2016: 195, 2022: 195}
    majors = {year: real.codes[real.major[real.at(year)]].tolist() for year in (1945, 1990, 1991)}
    assert majors == {1945: [2, 200, 220, 365], 1990: [2, 200, 220, 365, 710], 1991: [2, 200, 220, 255, 365, 710, 740]}
    raw = real.known["capabilities"].set_index(["ccode", "year"]).cinc
    assert raw[2, 1945] == pytest.approx(0.384, abs=5e-4) and raw[710, 2022] == pytest.approx(0.234, abs=5e-4)
    assert np.nansum(real.cinc, axis=1) == pytest.approx(np.ones(len(real.years)))
    assert real.cinc[real.at(1945), real.place(2)] == pytest.approx(raw[2, 1945] / raw.xs(1945, level="year").sum())
    assert real.names[real.place(705)] == "Kazakhstan" and real.abbreviations[real.place(705)] == "KZK"
    assert real.left[real.place(265)] == pytest.approx(1990.75, abs=0.01)
    assert not np.isnan(real.position).any()


def test_real_pacts_and_votes(real: Panel) -> None:
    usa, britain, russia, kazakhstan, china = (real.place(code) for code in (2, 200, 365, 705, 710))
    defence = real.pact_of("defence")
    assert defence[real.at(1949), usa, britain] and not defence[real.at(1948), usa, britain]
    allied = real.years[defence[:, russia, kazakhstan]]
    assert allied.min() == 1992 and set(range(1992, 2001)) <= set(allied.tolist())
    austria, germany, france = (real.place(code) for code in (300, 255, 220))
    assert defence[real.at(1914), austria, germany] and defence[real.at(1914), france, russia]
    points = real.ideal_point[real.at(2018) : real.at(2022) + 1]
    mean = {name: float(np.nanmean(points[:, k])) for name, k in (("usa", usa), ("kaz", kazakhstan), ("chn", china))}
    assert mean["usa"] == pytest.approx(2.6, abs=0.15) and -0.8 < mean["kaz"] < -0.4 and -1.1 < mean["chn"] < -0.3
    assert -0.6 < real.ideal_point[real.at(2022), russia] < -0.4


def test_real_disputes_borders_and_trade(real: Panel) -> None:
    between = slice(real.at(1946), real.at(1990) + 1)
    assert real.originator_onset[between].sum() / 2 == 945
    assert real.onset[between].sum() / 2 == 1250
    assert real.coverage["dispute_pairs"] == (1816, 2000) and not real.covers("dispute_pairs", 2001)
    usa, canada, cuba, iran, iraq = (real.place(code) for code in (2, 20, 40, 630, 645))
    assert real.level[real.at(1980), iran, iraq] == 5 and real.ongoing[real.at(1985), iran, iraq]
    assert real.contiguity[real.at(1990), usa, canada] == 1 and real.contiguity[real.at(1990), usa, cuba] == 4
    assert real.trade[real.at(1948), [usa, canada], [canada, usa]].tolist() == [1794, 2038]
    assert real.distance[real.place(220), real.place(255)] == pytest.approx(878, abs=10)
    assert real.rivalry[real.at(1970), usa, real.place(365)] and not real.rivalry[real.at(1970), usa, canada]
    assert real.joint_igos[real.at(1990)].max() == 100


@pytest.mark.slow
def test_reading_is_quick(data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds of processor time, so that a busy machine does not count: 12 cold, 2 from the cache."""
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path))
    taken = []
    for _ in range(2):
        start = time.process_time()
        panel = Panel.of(data_folder)
        for name in ARRAYS:
            getattr(panel, name)
        taken.append(time.process_time() - start)
    assert taken[0] < 12 and taken[1] < 2
