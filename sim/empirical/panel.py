"""States and pairs of states year by year, as it was known at the end of a year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pandas as pd

from sim.empirical import cache
from sim.empirical.censoring import as_known, open_lists
from sim.empirical.of_pairs import OfPairs
from sim.empirical.reading import kept_table
from sim.empirical.sources import DataError, Found, find, wanted
from sim.empirical.spreading import Axes

type Table = pd.DataFrame


@dataclass(frozen=True, eq=False)
class Panel(OfPairs):
    """The world of states from `first` to `last`, T years and n states, as it was known on 31 December of `last`.

    States are all that belonged to the system at some day of these years, by COW number. Arrays of two dimensions are
    (T, n), of pairs (T, n, n); the large ones are made when they are first asked for.

    Args:
        known: data set -> tidy table, without anything later than `last`.
        coverage: data set -> first and last year that it speaks of; later years are empty, not peaceful.
        first, last: years, both inclusive.
        files: a name for the content of the files.
    """

    known: Mapping[str, Table] = field(repr=False)
    coverage: Mapping[str, tuple[int, int]]
    first: int
    last: int
    files: str
    axes: Axes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        spells = self.known["states"]
        here = spells.end.isna() | (spells.end >= pd.Timestamp(self.first, 1, 1))
        codes = np.unique(spells.ccode.to_numpy()[here.to_numpy()])
        object.__setattr__(self, "axes", Axes(np.arange(self.first, self.last + 1), codes))

    @classmethod
    def of(cls, folder: str | Path | Found, first: int = 1816, last: int | None = None) -> Panel:
        """The panel of a folder of data sets.

        Args:
            last: last year of the panel, and of everything that is known in it [that of the capabilities].

        Raises:
            DataError: a data set is missing or cannot be used; or no data in these years.
        """
        found = folder if isinstance(folder, Found) else find(folder)
        if found.missing:
            raise DataError(
                f"{found.folder}: these data sets are missing; 'detente data check {found.folder}' tells of all:\n"
                f"{wanted(found.missing)}"
            )
        kept = {name: kept_table(found, name, last) for name in found.files}
        tables = {name: table for name, (table, _) in kept.items()}
        if "dispute_pairs" not in tables:
            tables["dispute_pairs"] = tables.pop("dispute_participants")
        tables.pop("dispute_participants", None)
        ended, lists = open_lists(tables)
        latest = int(tables["capabilities"].year.max()) if last is None else last
        return cls._made(ended, lists, (first, latest), cache.fingerprint(*sorted(key for _, key in kept.values())))

    @classmethod
    def _made(cls, tables: Mapping[str, Table], lists: Mapping[str, int], span: tuple[int, int], files: str) -> Panel:
        first, last = span
        if last < first:
            raise DataError(f"the last year, {last}, lies before the first, {first}")
        now = as_known(tables, last, lists)
        if not len(now.tables["states"]):
            raise DataError(f"no state in the list of states existed by {last}")
        return cls(now.tables, now.coverage, first, last, files)

    def until(self, year: int) -> Panel:
        """The panel of an earlier last year: the same as `of(..., last=year)`.

        Raises:
            DataError: the year is not one of the panel's.
        """
        self.at(year)
        lists = {name: end for name, (_, end) in self.coverage.items()}
        return Panel._made(self.known, lists, (self.first, year), self.files)

    @property
    def key(self) -> str:
        """A name for the files and the years; files that differ only later have another one: see `digest`."""
        return cache.fingerprint(self.files, f"{self.first}-{self.last}")

    def at(self, year: int) -> int:
        """Index of a year.

        Raises:
            DataError: the year is not one of the panel's.
        """
        if not self.first <= year <= self.last:
            raise DataError(f"year {year} is outside the panel, {self.first} to {self.last}")
        return year - self.first

    def covers(self, name: str, year: int) -> bool:
        """Whether a data set speaks of a year."""
        low, high = self.coverage.get(name, (1, 0))
        return low <= year <= high

    def known_until(self, *names: str) -> int:
        """Last year of the panel that all of these data sets speak of; the year before its first, if there is none."""
        return min([self.last, *(self.coverage.get(name, (1, 0))[1] for name in names)], default=self.last)

    def place(self, ccode: int) -> int:
        """Index of a state.

        Raises:
            DataError: the state did not exist in these years.
        """
        found = self.axes.place[ccode] if 0 <= ccode < len(self.axes.place) else -1
        if found < 0:
            raise DataError(f"no state has COW number {ccode} between {self.first} and {self.last}")
        return int(found)

    def digest(self) -> str:
        """A name for everything that can be read here, to keep fits under; equal for panels that tell the same."""
        total = blake2b(repr((self.first, self.last, sorted(self.coverage.items()))).encode(), digest_size=16)
        for name in sorted(self.known):
            for column in self.known[name].columns:
                values = self.known[name][column]
                packed = values.to_numpy(dtype=str) if values.dtype.kind not in "biufM" else values.to_numpy()
                total.update(f"{name}.{column}".encode())
                total.update(np.ascontiguousarray(packed).tobytes())
        return total.hexdigest()
