"""Which file is which data set: by the beginning of its name and its columns, never by a full name or a year."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from sim.describe import references
from sim.empirical.catalogue import SOURCES
from sim.empirical.sources import DataError, find, version

NEEDED = {
    "states", "majors", "capabilities", "contiguity", "capitals", "alliances", "dispute_pairs", "ideal_points",
    "democracy",
}  # fmt: skip


def copied(source: Path, target: Path) -> Path:
    return Path(shutil.copytree(source, target))


def test_every_data_set_of_the_readme_is_found(data_folder: Path) -> None:
    found = find(data_folder)
    assert not found.missing
    assert set(SOURCES) - set(found.files) == {"polity", "dispute_participants"}
    assert [file.name for file in found.unused] == ["cow_gw_crosswalk.csv.gz"]


@pytest.mark.parametrize("names", ["collection", "official"])
def test_both_ways_to_name_the_files_are_known(names: str, request: pytest.FixtureRequest) -> None:
    found = find(request.getfixturevalue(names))
    lacking = {"polity", "organisation_names"} if names == "collection" else {"organisation_names"}
    assert set(SOURCES) - set(found.files) == lacking | {"dispute_participants", "rivalries_thompson_dreyer"}
    assert not found.missing and not found.unused


@pytest.mark.parametrize(
    "name",
    ["states2024.csv", "STATES2016.CSV.GZ", "cow_states_v2030_to2029.csv.gz", "states2016 (1).csv"],
)
def test_version_year_and_letter_case_do_not_matter(name: str, official: Path, tmp_path: Path) -> None:
    table = pd.read_csv(official / "states2016.csv").rename(columns=str.upper)
    table.to_csv(tmp_path / name, index=False, compression="gzip" if name.casefold().endswith("gz") else None)
    assert find(tmp_path).files["states"].name == name


def test_two_files_for_one_data_set_are_both_named(collection: Path, tmp_path: Path) -> None:
    folder = copied(collection, tmp_path / "data")
    pd.read_csv(folder / "cow_nmc_v7.csv.gz").to_csv(folder / "NMC-60-abridged.csv", index=False)
    with pytest.raises(DataError, match=r"NMC-60-abridged\.csv and cow_nmc_v7\.csv\.gz both hold it"):
        find(folder)


def test_a_namesake_with_other_columns_is_passed_over(collection: Path, tmp_path: Path) -> None:
    folder = copied(collection, tmp_path / "data")
    (folder / "majors_by_year.csv").write_text("ccode,year\n2,1990\n")
    found = find(folder)
    assert found.files["majors"].name == "cow_majors_v2016.csv.gz"
    assert [file.name for file in found.unused] == ["majors_by_year.csv"]


def test_a_lone_file_with_a_wrong_column_is_an_error_that_names_it(collection: Path, tmp_path: Path) -> None:
    table = pd.read_csv(collection / "cow_nmc_v7.csv.gz").rename(columns={"cinc": "cnic"})
    table.to_csv(tmp_path / "NMC-60.csv", index=False)
    with pytest.raises(DataError, match=r"'capabilities' .*NMC-60\.csv: no column 'cinc'.* did you mean 'cnic'\?"):
        find(tmp_path)


def test_an_empty_folder_lacks_all_that_is_needed(tmp_path: Path) -> None:
    assert set(find(tmp_path).missing) == NEEDED
    with pytest.raises(DataError, match="no such folder"):
        find(tmp_path / "nowhere")


def test_participants_stand_in_for_pairs(collection: Path, tmp_path: Path) -> None:
    from tests.empirical.invented_world import tables
    from tests.empirical.synthetic import participants

    folder = copied(collection, tmp_path / "data")
    next(folder.glob("gml_mid*dyad_year*")).unlink()
    assert find(folder).missing == ("dispute_pairs",)
    participants(tables(1)).to_csv(folder / "MIDB 5.0.csv", index=False)
    assert not find(folder).missing


def test_a_damaged_archive_says_so(tmp_path: Path) -> None:
    (tmp_path / "cow_states_v2016.csv.gz").write_bytes(b"no archive")
    with pytest.raises(DataError, match="damaged"):
        find(tmp_path)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("states2016.csv", "2016"),
        ("atop5_1ddyr.csv", "5.1"),
        ("dyadic_mid_4.03.csv", "4.03"),
        ("MIDB 5.0.csv", "5.0"),
        ("gml_mid_v2.2.1_directed_dyad_year_to2000.csv.gz", "2.2.1"),
        ("V-Dem-CY-Core-v15.csv", "15"),
        ("IdealpointestimatesAll_Jun2024.csv", "Jun2024"),
        ("icb1v15.csv", "15"),
        ("NMC-60-abridged.csv", "60"),
        ("cow_trade_v4.0_dyadic_1946_2000.csv.gz", "4.0"),
        ("democracy_stateyear.csv.gz", ""),
    ],
)
def test_the_name_tells_the_version(name: str, told: str) -> None:
    assert version(Path(name)) == told


def test_every_data_set_can_be_cited_and_got() -> None:
    for source in SOURCES.values():
        assert source.citation in references(), source.name
        assert source.download and source.title, source.name
        assert source.instead_of in {"", *SOURCES}, source.name
        for layout in source.layouts.values():
            names = [column.name for column in layout]
            assert len(names) == len(set(names)), source.name


def test_the_page_about_data_names_every_data_set_and_how_files_begin(checkout: Path) -> None:
    text = (checkout / "docs" / "data.md").read_text(encoding="utf-8")
    section = text.split("## From Python")[0]
    rows = {line.split("`")[1]: line for line in section.splitlines() if line.startswith("| `")}
    for source in SOURCES.values():
        told = [cell.strip() for cell in rows[source.name].split("|")]
        assert told[2].startswith("yes") == source.needed, source.name
        for beginning in told[3].replace("`", "").split(", "):
            assert source.named(Path(f"{beginning.replace('*', 'x')}_v1.csv")), f"{source.name}: {beginning}"
