"""From files to tidy tables: codes are checked, missing values known, and all shapes of a data set tell the same."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.empirical import cache, reading
from sim.empirical.reading import date_of, latest_end, read
from sim.empirical.sources import DataError, find
from tests.empirical.invented_world import tables
from tests.empirical.synthetic import participants


def table_of(text: str, name: str, folder: Path) -> pd.DataFrame:
    """The tidy table of a file with this content; `name` begins as files of its data set do."""
    lines = "\n".join(line.strip() for line in text.strip().splitlines())
    (folder / name).write_text(lines + "\n", encoding="latin-1")
    found = find(folder)
    data = next(each for each, file in found.files.items() if file.name == name)
    return read(data, found.files[data], found.layouts[data])


def days(column: pd.Series) -> list[str]:
    return [str(value)[:10] for value in column]


# -- values --------------------------------------------------------------------------------------------------------
def test_minus_nine_is_not_known(tmp_path: Path) -> None:
    text = """stateabb,ccode,year,milex,milper,irst,pec,tpop,upop,cinc,version
    USA,2,1990,-9,2180,89700,2.5e6,250000,-9,.14,2021"""
    row = table_of(text, "NMC-60-abridged.csv", tmp_path).iloc[0]
    assert np.isnan([row.milex, row.upop]).all() and row.milper == 2180


@pytest.mark.parametrize(
    ("name", "column", "value", "told"),
    [
        (
            "contdir.csv",
            "conttype",
            7,
            r"'contiguity', contdir\.csv, column 'conttype', row 3: 7 is not among 0 \.\. 5",
        ),
        ("states2016.csv", "styear", "x", r"'states', states2016\.csv, column 'styear', row 3: 'x' is not a number"),
        ("dyadic_mid_4.03.csv", "hihost", 9, r"'dispute_pairs', .* column 'hihost', row 3: 9 is not among 0 \.\. 5"),
        ("atop5_1ddyr.csv", "defense", 2, r"'alliances', .* column 'defense', row 3: 2 is not among 0 \.\. 1"),
        ("V-Dem-CY-Core-v15.csv", "v2x_polyarchy", 1.5, r"'democracy', .* column 'v2x_polyarchy', row 3: 1\.5"),
        ("capitals.csv", "lat", 91, r"'capitals', .* column 'lat', row 3: 91 is not among -90 \.\. 90"),
        ("capitals.csv", "stdate", "soon", r"'capitals', .* column 'stdate', row 3: 'soon' is not a date"),
        ("Dyadic_COW_4.0.csv", "flow1", -3, r"'trade', .* column 'flow1', row 3: -3 is not among 0"),
        (
            "IdealpointestimatesAll_Jun2024.csv",
            "IdealPointAll",
            99,
            r"'ideal_points', .* column 'IdealPointAll', row 3",
        ),
    ],
)
def test_a_wrong_code_names_data_set_file_column_and_row(
    name: str, column: str, value: object, told: str, official: Path, tmp_path: Path
) -> None:
    table = pd.read_csv(official / name, dtype=object)
    table.loc[1, column] = value
    buffer = io.StringIO()
    table.to_csv(buffer, index=False)
    with pytest.raises(DataError, match=told):
        table_of(buffer.getvalue(), name, tmp_path)


def test_two_rows_for_a_state_and_year_are_refused(tmp_path: Path) -> None:
    text = """ccode,session,IdealPointAll
    2,45,2.5
    2,45,2.4"""
    with pytest.raises(DataError, match=r"'ideal_points', .* column 'session': two rows for ccode 2, session 45"):
        table_of(text, "Idealpoints.csv", tmp_path)


def test_dates_in_parts_may_be_vague() -> None:
    parts = [np.array([1990.0, 1990, 1991, np.nan]), np.array([2.0, -9, 4, 1]), np.array([-9.0, 3, 31, 1])]
    assert days(pd.Series(date_of(*parts, last=False))) == ["1990-02-01", "1990-01-01", "1991-04-30", "NaT"]
    assert days(pd.Series(date_of(*parts, last=True))) == ["1990-02-28", "1990-12-31", "1991-04-30", "NaT"]


def test_a_dispute_ends_at_the_latest_as_many_days_after_its_month() -> None:
    begun = np.array(["1990-12-01", "1990-01-01", "1990-12-01"], dtype="datetime64[s]")
    end = latest_end(begun, [1, 30, np.nan], np.array([1990, 1990, 1992]))
    assert days(pd.Series(end)) == ["1990-12-31", "1990-03-01", "1992-12-31"]


def test_months_of_borders_end_with_their_last_day(tmp_path: Path) -> None:
    text = """dyad,statelno,statehno,conttype,begin,end,version
    1,20,2,1,192001,201602,3.2
    2,2,70,1,184802,-9,3.2"""
    table = table_of(text, "contdir.csv", tmp_path).sort_values("ccode2")
    assert list(zip(table.ccode1, table.ccode2, strict=True)) == [(2, 20), (2, 70)]
    assert days(table.start) == ["1920-01-01", "1848-02-01"] and days(table.end) == ["2016-02-29", "NaT"]


def test_borders_by_pair_and_year_are_read_too(tmp_path: Path) -> None:
    text = """dyad,state1no,state2no,year,conttype
    1,2,20,1990,1
    1,20,2,1990,1
    1,2,20,1991,1"""
    table = table_of(text, "contdird.csv", tmp_path)
    assert days(table.start) == ["1990-01-01", "1991-01-01"] and days(table.end) == ["1990-12-31", "1991-12-31"]


# -- shapes of one data set ----------------------------------------------------------------------------------------
def test_gml_cow_and_participants_tell_of_the_same_disputes(collection: Path, official: Path, tmp_path: Path) -> None:
    made = tables(1)
    participants(made).to_csv(tmp_path / "MIDB 5.0.csv", index=False)
    folders = {"dispute_pairs": [collection, official], "dispute_participants": [tmp_path]}
    read_in = []
    for name, where in folders.items():
        for folder in where:
            found = find(folder)
            read_in.append(read(name, found.files[name], found.layouts[name]))
    told = ["dispnum", "ccode1", "ccode2", "year", "onset", "orig1", "orig2", "hostlev"]
    gml, cow, midb = (table[told].astype(int).sort_values(told[:4], ignore_index=True) for table in read_in)
    assert gml.equals(cow) and gml.onset.sum() > 100
    two = gml.groupby("dispnum").filter(lambda rows: rows[["ccode1", "ccode2"]].drop_duplicates().shape[0] == 1)
    same = midb[midb.dispnum.isin(two.dispnum)].reset_index(drop=True)
    assert same.drop(columns="hostlev").equals(two.drop(columns="hostlev").reset_index(drop=True))


def test_only_full_members_count(tmp_path: Path) -> None:
    text = """ccode,year,state,UN,ARCTIC,NEVER
    2,1990,usa,1,3,-1
    2,1991,usa,1,2,-1
    20,1990,canada,0,1,-9"""
    table = table_of(text, "state_year_formatv3.csv", tmp_path)
    assert set(zip(table.igo, table.ccode, table.start, strict=True)) == {
        ("un", 2, 1990), ("un", 2, 1991), ("arctic", 20, 1990),
    }  # fmt: skip


def test_imports_follow_the_turned_pair(tmp_path: Path) -> None:
    text = """ccode1,ccode2,year,importer1,importer2,flow1,flow2
    20,2,1990,Canada,USA,5,-9"""
    row = table_of(text, "Dyadic_COW_4.0.csv", tmp_path).iloc[0]
    assert (row.ccode1, row.ccode2, row.flow2) == (2, 20, 5) and np.isnan(row.flow1)


def test_one_germany_of_v_dem_is_two_of_ours(tmp_path: Path) -> None:
    text = """country_name,COWcode,year,v2x_polyarchy
    Germany,255,1938,.1
    Germany,255,1970,.8
    Germany,255,1990,.9
    Zanzibar,,1960,.2"""
    table = table_of(text, "V-Dem-CY-Full+Others-v15.csv", tmp_path)
    assert dict(zip(table.year, table.ccode, strict=True)) == {1938: 255, 1970: 260, 1990: 255}


def test_a_leader_who_outlasts_a_union_stands_on_both_sides_of_it(tmp_path: Path) -> None:
    text = """obsid\tleadid\tccode\tleader\tstartdate\tenddate\tentry\texit
    a\tb\t260\tKohl\t1982-10-01\t1998-10-27\tRegular\tRegular
    c\td\t260\tSchröder\t1998-10-27\t2005-11-22\tRegular\tRegular
    e\tf\t340\tTadić\t2006-06-05\t2012-05-31\tRegular\tRegular"""
    table = table_of(text.replace("ć", "c"), "archigos_4.1.tab", tmp_path)
    kohl = table[table.leader == "Kohl"]
    assert dict(zip(kohl.ccode, days(kohl.end), strict=True)) == {260: "1990-10-02", 255: "1998-10-27"}
    assert list(table[table.leader.str.startswith("Sch")].ccode) == [255] and "Schröder" in set(table.leader)
    assert list(table[table.leader == "Tadic"].ccode) == [345]


def test_codes_of_leaders_agree_with_the_published_crosswalk(data_folder: Path) -> None:
    found = find(data_folder)
    leaders = read("leaders", found.files["leaders"], "spells")
    crosswalk = pd.read_csv(data_folder / "cow_gw_crosswalk.csv.gz").dropna()
    renumbered = crosswalk[(crosswalk.gwcode != crosswalk.ccode) & (crosswalk.year <= 2015) & (crosswalk.ccode < 940)]
    assert set(renumbered.gwcode) == {260, 340, 678}
    for row in renumbered.itertuples():
        in_office = (leaders.start.dt.year <= row.year) & ~(leaders.end.dt.year < row.year)
        assert (in_office & (leaders.ccode == row.ccode)).any(), row
        assert row.year == 1990 or not (in_office & (leaders.ccode == row.gwcode)).any(), row


# -- the cache -----------------------------------------------------------------------------------------------------
def test_the_cache_gives_back_what_was_read(collection: Path) -> None:
    found = find(collection)
    for name in ("states", "leaders", "trade", "organisations", "crises"):
        made = read(name, found.files[name], found.layouts[name])
        key = f"test-{name}"
        kept = cache.table(key, lambda made=made: made)
        again = cache.table(key, lambda: pytest.fail("was not kept"))
        pd.testing.assert_frame_equal(kept, again)
        for column in made:
            assert list(made[column].dropna()) == list(again[column].dropna()), f"{name}.{column}"


def test_a_damaged_or_forbidden_cache_does_no_harm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path))
    (tmp_path / "k.npz").write_bytes(b"PK\x03\x04 broken")
    assert cache.kept("k", lambda: {"a": np.arange(3)})["a"].tolist() == [0, 1, 2]
    assert (cache.load("k") or {})["a"].tolist() == [0, 1, 2]
    assert [file.name for file in tmp_path.iterdir()] == ["k.npz"]
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path / "file" / "below"))
    assert cache.kept("k", lambda: {"a": np.arange(2)})["a"].tolist() == [0, 1]


def test_content_not_name_decides_what_is_kept(tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text("1")
    second.write_text("1")
    assert cache.fingerprint(first) == cache.fingerprint(second)
    assert cache.fingerprint("ab", "c") != cache.fingerprint("a", "bc")
    second.write_text("2")
    assert cache.fingerprint(first) != cache.fingerprint(second)


def test_other_readers_read_again(collection: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = find(collection)
    table, key = reading.kept_table(found, "states")
    monkeypatch.setattr(reading, "readers", lambda: "the readers of the next version")
    again, other = reading.kept_table(found, "states")
    assert key != other and table.equals(again)
