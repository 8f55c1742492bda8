"""What a published data set looks like, and which file of a folder is which data set.

A file is recognised by the beginning of its name and confirmed by its columns; its version and last year may be any.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import IO

from sim.core.spelling import nearest

SUFFIXES = (".csv.gz", ".csv", ".tab.gz", ".tab")
"""Endings of the files that are looked at; any of them may be separated by commas, tabs or semicolons."""
HEAD_BYTES = 1 << 20
"""Enough for the widest header, that of V-Dem with four thousand columns."""


class DataError(ValueError):
    """Data that cannot be used. Its text names the data set, the file and the column."""


@dataclass(frozen=True)
class Column:
    """A column that we read.

    Attributes:
        name: what we call it.
        spelled: other names in published files; letter case does not matter.
        low, high: the codes allowed, both inclusive.
        missing: codes that mean "not known".
        kind: number, text or date (ISO, or YYYYMM, or YYYYMMDD).
        optional: a file without it is accepted, and the column then is missing throughout.
        key: never missing: a row without it is left out.
    """

    name: str
    spelled: tuple[str, ...] = ()
    low: float = float("-inf")
    high: float = float("inf")
    missing: tuple[float, ...] = (-9, -8, -7)
    kind: str = "number"
    optional: bool = False
    key: bool = False

    def among(self, head: Mapping[str, str]) -> str | None:
        """How a file spells this column; `head` maps folded names to names."""
        return next((head[s.casefold()] for s in (self.name, *self.spelled) if s.casefold() in head), None)


type Layout = tuple[Column, ...]


@dataclass(frozen=True)
class Source:
    """A published data set.

    Attributes:
        name: what we call it.
        title: what its authors call it.
        patterns: beginnings of file names, with `*` inside for anything; letter case does not matter.
        layouts: the columns by layout; data sets that are published in several shapes have several.
        citation: a key of the list of references.
        download: where to get it, in words and address.
        needed: no panel can be made without it.
        instead_of: another data set that this one can replace.
        unique: columns that name a row.
        avoid: beginnings of names that look alike but are something else.
    """

    name: str
    title: str
    patterns: tuple[str, ...]
    layouts: Mapping[str, Layout]
    citation: str
    download: str
    needed: bool = False
    instead_of: str = ""
    unique: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()

    def named(self, file: Path) -> bool:
        """The file's name begins as a file of this data set does."""
        name = file.name.casefold()
        fits = [any(fnmatchcase(name, p.casefold() + "*") for p in group) for group in (self.patterns, self.avoid)]
        return fits[0] and not fits[1]

    def layout_of(self, head: Sequence[str]) -> str | None:
        """The layout that a header fits; None if none does."""
        folded = {name.casefold(): name for name in head}
        for name, columns in self.layouts.items():
            if all(column.optional or column.among(folded) for column in columns):
                return name
        return None

    def lacking(self, head: Sequence[str]) -> str:
        """What keeps a header from being one of this data set: the missing columns of the layout that is nearest."""
        folded = {name.casefold(): name for name in head}
        gaps = [[c for c in columns if not (c.optional or c.among(folded))] for columns in self.layouts.values()]
        gap = min(gaps, key=len)[0]
        also = f" (or {', '.join(gap.spelled)})" if gap.spelled else ""
        return f"no column '{gap.name}'{also}; its columns: {nearest(gap.name, head).removeprefix('valid are: ')}"


@dataclass(frozen=True)
class Found:
    """The files of a folder by data set.

    Attributes:
        folder: where was looked.
        files: data set -> its file.
        layouts: data set -> the layout of that file.
        unused: files that belong to no data set.
    """

    folder: Path
    files: Mapping[str, Path]
    layouts: Mapping[str, str]
    unused: tuple[Path, ...] = field(default=())

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """Data sets that are needed and have neither a file nor one that stands in for it."""
        from sim.empirical.catalogue import SOURCES

        stand_ins = {s.instead_of for s in SOURCES.values() if s.name in self.files}
        return tuple(n for n, s in SOURCES.items() if s.needed and n not in self.files and n not in stand_ins)


def find(folder: str | Path) -> Found:
    """Which file of a folder is which data set.

    Raises:
        DataError: no such folder; two files for one data set; a file named like a data set with other columns.
    """
    from sim.empirical.catalogue import SOURCES

    folder = Path(folder)
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder of data sets")
    listed = sorted(p for p in folder.iterdir() if p.is_file() and p.name.casefold().endswith(SUFFIXES))
    heads: dict[Path, list[str]] = {}
    files, layouts = {}, {}
    for source in SOURCES.values():
        candidates = [file for file in listed if source.named(file)]
        heads |= {file: header(file) for file in candidates if file not in heads}
        fitting = {file: layout for file in candidates if (layout := source.layout_of(heads[file]))}
        if one := _only(source, candidates, fitting, heads):
            files[source.name], layouts[source.name] = one, fitting[one]
    return Found(folder, files, layouts, tuple(file for file in listed if file not in files.values()))


def _only(
    source: Source, candidates: list[Path], fitting: Mapping[Path, str], heads: Mapping[Path, list[str]]
) -> Path | None:
    """The one file of a data set, None if there is none."""
    if len(fitting) > 1:
        names = " and ".join(file.name for file in fitting)
        raise DataError(f"data set '{source.name}' ({source.title}): {names} both hold it; keep one of them")
    if candidates and not fitting:
        file = candidates[0]
        raise DataError(f"data set '{source.name}' ({source.title}), {file.name}: {source.lacking(heads[file])}")
    return next(iter(fitting), None)


def header(file: Path) -> list[str]:
    """The column names of a file."""
    line = first_line(file)
    return [name.strip().strip('"') for name in line.split(separator(line))]


def compressed(file: Path) -> bool:
    """The name tells that the file is compressed."""
    return file.name.casefold().endswith(".gz")


def opened(file: Path) -> IO[bytes]:
    """The bytes of a file, which may be compressed."""
    return gzip.open(file, "rb") if compressed(file) else file.open("rb")  # type: ignore[return-value]


def first_line(file: Path) -> str:
    """The first line of a file, which may be compressed.

    Raises:
        DataError: the file is no text, or damaged.
    """
    try:
        with opened(file) as stream:
            line = stream.readline(HEAD_BYTES)
    except (gzip.BadGzipFile, EOFError) as error:
        raise DataError(f"{file}: damaged: {error}; download it again") from None
    try:
        return line.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        return line.decode("latin-1").rstrip("\r\n")


def separator(line: str) -> str:
    """What stands between the columns: the commonest of comma, tab and semicolon."""
    return max(",\t;", key=line.count)


def version(file: Path) -> str:
    """The version that a file's name tells ("3.2", "2016", "5.1", "Jun2024"), else ""."""
    stem = file.name
    for suffix in SUFFIXES:
        stem = stem.removesuffix(suffix)
    ways = (r"v(\d+(?:\.\d+)*)(?![\d])", r"(\d+(?:[._]\d+)+)", r"((?:[A-Z][a-z]{2})?\d{4})$", r"([A-Za-z]{3}\d{4})")
    for way in ways:
        if told := re.search(way, stem):
            return told[1].replace("_", ".")
    told = re.search(r"[A-Za-z]_?-?(\d{1,3})(?:[-_]|$)", stem.removeprefix("icb1").removeprefix("icb2"))
    return told[1] if told else ""


def wanted(names: Iterable[str]) -> str:
    """Where to get these data sets, a line each."""
    from sim.empirical.catalogue import SOURCES

    return "\n".join(
        f"  {name}: {SOURCES[name].title}; a file named {SOURCES[name].patterns[0]}*; {SOURCES[name].download}"
        for name in names
    )
