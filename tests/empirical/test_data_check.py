"""`detente data check`: what is there, what is missing, and one clear message about what cannot be used."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from sim.cli.program import detente
from sim.empirical.catalogue import SOURCES


def ask(*words: object) -> Result:
    return CliRunner(env={"COLUMNS": None}).invoke(detente, ["data", "check", *map(str, words)])


def answer(*words: object) -> dict:
    done = ask(*words, "--json")
    assert done.exit_code == 0, done.output
    found: dict = json.loads(done.stdout)
    return found


def test_a_folder_that_has_all_is_complete(official: Path) -> None:
    report = answer(official)
    assert report["complete"] and report["starts"] == [1947, 2000] and not report["unused"]
    by_name = {each["name"]: each for each in report["data_sets"]}
    assert list(by_name) == list(SOURCES)
    atop = by_name["alliances"]
    assert atop | {"rows": 0} == {
        "name": "alliances",
        "title": SOURCES["alliances"].title,
        "found": True,
        "needed": True,
        "missing": False,
        "file": "atop5_1ddyr.csv",
        "version": "5.1",
        "years": [1946, 2000],
        "rows": 0,
        "without": "",
        "download": SOURCES["alliances"].download,
        "citation": "LeedsEtAl2002",
    }
    assert atop["rows"] == len(pd.read_csv(official / "atop5_1ddyr.csv"))
    assert by_name["states"]["years"] == [1816, 2016] and by_name["states"]["rows"] == 25


def test_the_table_names_files_years_and_rows(collection: Path) -> None:
    done = ask(collection)
    assert done.exit_code == 0
    line = next(line for line in done.stdout.splitlines() if line.startswith("dispute_pairs"))
    rows = len(pd.read_csv(collection / "gml_mid_v2.2.1_directed_dyad_year_to2000.csv.gz"))
    assert line.split() == [
        "dispute_pairs", "1947-2000", str(rows), "2.2.1", "gml_mid_v2.2.1_directed_dyad_year_to2000.csv.gz",
    ]  # fmt: skip
    assert "Complete: all needed data sets cover 1947-2000." in done.stdout


def test_what_is_missing_is_told_with_where_to_get_it(collection: Path, tmp_path: Path) -> None:
    for file in collection.iterdir():
        if not file.name.startswith(("atop", "cow_trade")):
            shutil.copy(file, tmp_path)
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
    (tmp_path / "igo_year_format3.csv").write_text("ioname,year\nUN,1990\n")
    text = " ".join(ask(tmp_path).stdout.split())
    needed, rest = text.split("Missing, but can be done without:")
    assert "Missing, and needed: alliances: Alliance Treaty" in needed and "atopdata.org" in needed
    assert "trade: Correlates of War bilateral trade (no trade between pairs)" in rest
    assert "notes.csv no data set that is known" in rest and "state_year_format is read" in rest
    assert "Incomplete" in rest
    report = answer(tmp_path)
    assert not report["complete"] and report["starts"] is None
    assert [each["name"] for each in report["data_sets"] if each["missing"] and each["needed"]] == ["alliances"]
    assert {each["file"] for each in report["unused"]} == {"notes.csv", "igo_year_format3.csv"}


@pytest.mark.parametrize(
    ("name", "column", "hints"),
    [
        ("atop5_1ddyr.csv", "defense", ["'alliances'", "atop5_1ddyr.csv", "no column 'defense'"]),
        ("states2016.csv", "ccode", ["'states'", "states2016.csv", "no column 'ccode'"]),
    ],
)
def test_a_wrong_column_is_one_message(
    name: str, column: str, hints: list[str], official: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(official, tmp_path / "data")
    pd.read_csv(folder / name).rename(columns={column: "other"}).to_csv(folder / name, index=False)
    refused(ask(folder), *hints)


def test_a_wrong_code_is_one_message(official: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(official, tmp_path / "data")
    table = pd.read_csv(folder / "contdir.csv")
    table.loc[4, "conttype"] = 6
    table.to_csv(folder / "contdir.csv", index=False)
    refused(ask(folder), "'contiguity'", "contdir.csv", "column 'conttype'", "row 6", "6 is not among 0 .. 5")
    refused(ask(folder, "--json"), "conttype")
    refused(ask(folder / "nowhere"), "no such folder")


def refused(done: Result, *hints: str) -> None:
    assert done.exit_code == 2
    assert done.stdout == "" and "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    for hint in hints:
        assert hint in done.stderr


def test_real_data_are_complete(data_folder: Path) -> None:
    report = answer(data_folder)
    assert report["complete"] and report["starts"] == [1946, 2000]
    years = {each["name"]: each["years"] for each in report["data_sets"] if each["found"]}
    assert years["capabilities"] == [1816, 2022] and years["organisations"] == [1946, 2014]
    assert [each["file"] for each in report["unused"]] == ["cow_gw_crosswalk.csv.gz"]


def test_alone_it_shows_its_help() -> None:
    done = CliRunner().invoke(detente, ["data"])
    assert done.exit_code == 0 and "check" in done.stdout
