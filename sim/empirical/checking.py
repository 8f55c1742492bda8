"""What a folder of data sets holds, what it lacks, and where to get that."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from sim.empirical.catalogue import SOURCES
from sim.empirical.censoring import as_known, open_lists
from sim.empirical.reading import kept_table
from sim.empirical.sources import Found, Source, find, opened, version

WITHOUT = {
    "disputes": "no ends and outcomes of disputes",
    "wars": "no wars: sizes, lengths and coalitions cannot be compared",
    "trade": "no trade between pairs",
    "organisations": "no common memberships",
    "organisation_names": "organisations go by their short names",
    "polity": "Polity scores come from the file of regime scores, if they are in it",
    "economy": "no products: power rests on capabilities alone",
    "rivalries": "no rivalries on record",
    "leaders": "no changes of leaders",
    "crises": "no record of mediation",
    "crisis_actors": "no actors of crises",
}
"""What a panel lacks without a data set that is not needed."""
NOT_READ = {
    "cow_gw_crosswalk*": "not needed: codes of other lists are turned into COW numbers by rule",
    "igo_year_format*": "the same memberships, with states in columns; state_year_format is read",
    "dyadic_format*": "the same memberships by pair; state_year_format is read",
    "contdirs*": "counts of neighbours; contdir is read",
    "atop*": "another unit than pairs and years; atop5_1dy or atop5_1ddyr is read",
    "gml-*": "another unit than pairs and years; gml-ddy-disputes is read",
}
"""Files that belong to our data sets and are left alone -> why."""
FURTHEST = 2100


@dataclass(frozen=True)
class Checked:
    """What is known of one data set of a folder; file, version, years and rows are None if it is not there.

    Attributes:
        years: first and last year that it speaks of.
        rows: rows of the file, without its header.
        needed: no panel can be made without it.
        missing: it is not there, nor another that stands in for it; a stand-in itself is never missing.
        without: what is lost without it.
    """

    name: str
    title: str
    found: bool
    needed: bool
    missing: bool
    file: str | None
    version: str | None
    years: tuple[int, int] | None
    rows: int | None
    without: str
    download: str
    citation: str


@dataclass(frozen=True)
class Report:
    """A folder's data sets, in the order of the catalogue, and its other files with why they are not read."""

    folder: Path
    data_sets: tuple[Checked, ...]
    unused: tuple[tuple[str, str], ...]

    @property
    def complete(self) -> bool:
        """A panel can be made."""
        return not any(each.missing and each.needed for each in self.data_sets)

    @property
    def starts(self) -> tuple[int, int] | None:
        """The first and last year that a scenario can start from: those that all needed data sets with years cover."""
        spans = [each.years for each in self.data_sets if each.needed and each.years and each.name != "capitals"]
        if not self.complete or not spans:
            return None
        first, last = max(low for low, _ in spans), min(high for _, high in spans)
        return (first, last) if first <= last else None

    def as_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "folder": str(self.folder),
            "complete": self.complete,
            "starts": self.starts,
            "data_sets": [asdict(each) for each in self.data_sets],
            "unused": [{"file": file, "why": why} for file, why in self.unused],
        }


def check(folder: str | Path) -> Report:
    """Read every data set of a folder.

    Raises:
        DataError: about the first file whose columns or codes are not those of its data set.
    """
    found = find(folder)
    covered = coverage(found)
    data_sets = tuple(checked(source, found, covered) for source in SOURCES.values())
    return Report(found.folder, data_sets, tuple((file.name, why_unused(file)) for file in found.unused))


def coverage(found: Found) -> dict[str, tuple[int, int]]:
    """Data set -> the years that it speaks of."""
    opened, lists = open_lists({name: kept_table(found, name)[0] for name in found.files})
    return dict(as_known(opened, FURTHEST, lists).coverage)


def checked(source: Source, found: Found, covered: dict[str, tuple[int, int]]) -> Checked:
    """What is known of one data set."""
    file = found.files.get(source.name)
    stand_ins = [other.name for other in SOURCES.values() if other.instead_of == source.name]
    return Checked(
        name=source.name,
        title=source.title,
        found=file is not None,
        needed=source.needed,
        missing=not (source.instead_of or found.files.keys() & {source.name, *stand_ins}),
        file=file.name if file else None,
        version=(version(file) or None) if file else None,
        years=covered.get(source.name),
        rows=rows_of(file) if file else None,
        without=WITHOUT.get(source.name, ""),
        download=source.download,
        citation=source.citation,
    )


def rows_of(file: Path) -> int:
    """Lines of a file after its header; a last line may end without a line break."""
    count, last = 0, b"\n"
    with opened(file) as stream:
        while block := stream.read(1 << 20):
            count += block.count(b"\n")
            last = block[-1:]
    return max(0, count - 1 + (last != b"\n"))


def why_unused(file: Path) -> str:
    """Why a file is not read."""
    name = file.name.casefold()
    return next((why for pattern, why in NOT_READ.items() if fnmatchcase(name, pattern)), "no data set that is known")
