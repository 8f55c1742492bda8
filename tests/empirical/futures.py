"""Another future for a folder of data sets: whatever it says of the years after one is changed, added to or deleted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.empirical.catalogue import SOURCES
from sim.empirical.sources import find, first_line, separator

OPEN_FACTS = {
    "dispute_pairs": {"hostlev": (1, 6), "fatality": (0, 7), "hostlev1": (1, 6), "hostlev2": (1, 6)},
    "disputes": {"outcome": (1, 9), "settle": (1, 4), "hostlev": (1, 6), "fatality": (0, 7)},
    "wars": {"outcome": (1, 8), "deaths": (1, 90000)},
    "crises": {"mediate": (1, 5), "forout": (1, 7), "viol": (1, 5), "outesr": (1, 3), "medstyle": (1, 5)},
    "crisis_actors": {"outcom": (1, 5), "outfor": (1, 7)},
}
"""What the sources tell of the whole of something, not known before it ends: column -> range of other codes."""


def rewrite_future(source: str | Path, target: str | Path, year: int, *, seed: int = 7) -> Path:
    """Copy the data sets of a folder to another and change all that lies after a year; returns the new folder."""
    target = Path(target)
    target.mkdir(parents=True, exist_ok=True)
    found = find(source)
    for name, file in found.files.items():
        rng = np.random.default_rng([seed, year, len(name)])
        sep = separator(first_line(file))
        table = pd.read_csv(file, sep=sep, encoding="latin-1", low_memory=False)
        head = {column.casefold(): column for column in table.columns}
        spelled = {c.name: s for c in SOURCES[name].layouts[found.layouts[name]] if (s := c.among(head))}
        changed = Future(name, table, spelled, year, rng).table()
        packing: Any = {"method": "gzip", "compresslevel": 1} if file.name.endswith(".gz") else None
        changed.to_csv(target / file.name, index=False, sep=sep, encoding="latin-1", compression=packing)
    return target


class Future:
    """A table whose rows after a year become others.

    Args:
        spelled: our name of a column -> the file's.
    """

    def __init__(self, name: str, table: pd.DataFrame, spelled: dict[str, str], year: int, rng: Any) -> None:
        self.name, self.given, self.spelled, self.year, self.rng = name, table, spelled, year, rng

    def years(self, *names: str) -> pd.Series | None:
        """The years in the first of these columns that the table has."""
        for name in names:
            if name in self.spelled:
                column = self.given[self.spelled[name]]
                numbers = pd.to_numeric(column, errors="coerce")
                if numbers.isna().all():
                    numbers = column.str[:4].astype(float)
                if name == "session":
                    numbers = numbers + 1945
                return numbers.where(numbers < 1e5, numbers // 100)
        return None

    def table(self) -> pd.DataFrame:
        """The changed table."""
        begun = self.years("year", "session", "styear", "yrtrig", "yrtrig", "StartYear1", "start")
        if begun is None:
            return self.given
        self.change_ends(begun <= self.year)
        later = np.flatnonzero(begun > self.year)
        self.change_values(later)
        deleted = self.rng.choice(later, len(later) // 3, replace=False)
        return self.given.drop(index=self.given.index[deleted])

    def change_values(self, later: Any) -> None:
        """Figures of later rows change places; a third of the rows of later events are about others."""
        keys = {"ccode", "ccode1", "ccode2", "year", "session", "dispnum", "crisno", "war", "start", "end"}
        order = self.rng.permutation(later)
        for name, column in self.spelled.items():
            if name not in keys and not name.startswith(("st", "Start", "End", "end", "yr", "mo", "da")):
                self.given[column] = self.given[column].astype(object)
                self.given.iloc[later, self.given.columns.get_loc(column)] = self.given[column].iloc[order].to_numpy()

    def change_ends(self, begun: Any) -> None:
        """What ends after the year ends at another day after it, and what is told of its whole becomes other."""
        ends = self.years("endyear", "EndYear1", "yrterm", "end")
        lasting = begun & (ends > self.year) if ends is not None else begun & False
        if "maxdur" in self.spelled:
            lasting = begun & (self.estimated_end() > self.year)
            self.shift("maxdur", lasting, 30)
        for name in ("endyear", "EndYear1", "yrterm", "end"):
            if name in self.spelled and lasting.any():
                self.shift(name, lasting, 3)
        for name, (low, high) in OPEN_FACTS.get(self.name, {}).items():
            if name in self.spelled:
                self.given.loc[lasting, self.spelled[name]] = self.rng.integers(low, high, int(lasting.sum()))

    def estimated_end(self) -> Any:
        """The year in which a dispute can have ended at the latest, from its month and its length in days."""
        month = self.given[self.spelled["stmon"]].clip(1, 12)
        group = self.given.groupby(self.spelled["dispnum"])
        start = (
            group[self.spelled["year"]].transform("min")
            if "year" in self.spelled
            else self.given[self.spelled["styear"]]
        )
        begun = pd.to_datetime({"year": start, "month": month, "day": 1}) + pd.offsets.MonthEnd(0)
        return (begun + pd.to_timedelta(self.given[self.spelled["maxdur"]] - 1, unit="D")).dt.year + (
            begun.dt.month == 99
        )

    def shift(self, name: str, rows: Any, most: int) -> None:
        """Years, dates or lengths grow by up to so many."""
        column = self.spelled[name]
        more = self.rng.integers(0, most + 1, int(rows.sum()))
        values = self.given.loc[rows, column]
        if values.dtype.kind in "iuf":
            self.given.loc[rows, column] = values + more * (100 if values.max() > 1e5 else 1)
        else:
            longer = [f"{int(text[:4]) + n}{text[4:7]}-01" for text, n in zip(values, more, strict=True)]
            self.given.loc[rows, column] = longer
