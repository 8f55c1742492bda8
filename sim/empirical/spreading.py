"""From rows of tables to arrays by year and state, and by year and pair."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.core.columns import Array

type Table = pd.DataFrame


class Axes:
    """Years and states along the axes of arrays.

    Args:
        years: consecutive years, shape (T,).
        codes: COW numbers in ascending order, shape (n,).
    """

    def __init__(self, years: Array, codes: Array) -> None:
        self.years, self.codes = years, codes
        self.place = np.full(1000, -1)
        self.place[codes] = np.arange(len(codes))

    def year(self, years: Any) -> Array:
        """Indices of years; -1 for others."""
        index = np.asarray(years, dtype=np.int64) - self.years[0]
        return np.where((index >= 0) & (index < len(self.years)), index, -1)

    def by_state(self, table: Table, name: str) -> Array:
        """A column of rows (ccode, year), shape (T, n), NaN where there is no row."""
        array = np.full((len(self.years), len(self.codes)), np.nan)
        t, i = self.year(table.year), self.place[table.ccode]
        there = (t >= 0) & (i >= 0)
        array[t[there], i[there]] = table[name].to_numpy(dtype=float)[there]
        return array

    def rows_of_pairs(self, table: Table) -> tuple[Array, Array, Array, Array]:
        """Indices (t, i, j) of rows (ccode1, ccode2, year) that lie on the axes, and a mask that chooses those rows."""
        t, i, j = self.year(table.year), self.place[table.ccode1], self.place[table.ccode2]
        there = (t >= 0) & (i >= 0) & (j >= 0)
        return t[there], i[there], j[there], there

    def by_pair(self, table: Table, values: Any = True, dtype: Any = bool) -> Array:
        """Values of rows (ccode1, ccode2, year), symmetric, shape (T, n, n); the highest if a pair has several."""
        n = len(self.codes)
        array = np.zeros((len(self.years), n, n), dtype=dtype)
        t, i, j, there = self.rows_of_pairs(table)
        given = np.broadcast_to(np.asarray(values), (len(table),))[there].astype(dtype)
        np.maximum.at(array, (t, i, j), given)
        np.maximum.at(array, (t, j, i), given)
        return array

    def span(self, start: Any, end: Any) -> tuple[Array, Array]:
        """First and one-past-last index of the years that spells touch; empty spans where they touch none."""
        low = np.maximum(year_number(start, np.inf) - self.years[0], 0)
        high = np.minimum(year_number(end, np.inf) + 1 - self.years[0], len(self.years))
        return np.minimum(low, len(self.years)).astype(int), np.maximum(high, 0).astype(int)

    def pair_spells(self, spells: Table, values: Any = True, dtype: Any = bool) -> Array:
        """Values of spells (ccode1, ccode2, start, end) in every year they touch, symmetric, shape (T, n, n).

        Where spells of a pair touch the same year the one that begins later counts, so rows come in order of time.
        """
        n = len(self.codes)
        array = np.zeros((len(self.years), n, n), dtype=dtype)
        first, second = self.place[spells.ccode1], self.place[spells.ccode2]
        given = np.broadcast_to(np.asarray(values), (len(spells),))
        rows = zip(first, second, *self.span(spells.start, spells.end), given, strict=True)
        for i, j, low, high, value in rows:
            if i >= 0 and j >= 0:
                array[low:high, i, j] = array[low:high, j, i] = value
        return array

    def state_spells(self, spells: Table) -> tuple[Array, Array]:
        """Whether spells (ccode, start, end) touch a year, and whether they hold on its 31 December; shape (T, n)."""
        touched = np.zeros((len(self.years), len(self.codes)), dtype=bool)
        at_end = touched.copy()
        year = year_number(spells.end, np.inf)
        through = spells.end.isna().to_numpy() | (spells.end.to_numpy() >= last_days(year))
        low, high = self.span(spells.start, spells.end)
        full = self.span(spells.start, np.where(through, year, year - 1))[1]
        for i, a, b, c in zip(self.place[spells.ccode], low, high, full, strict=True):
            if i >= 0:
                touched[a:b, i] = True
                at_end[a:c, i] = True
        return touched, at_end


def year_number(dates: Any, unknown: float) -> Array:
    """Years of dates or of years, as floats; `unknown` where there is none."""
    dates = pd.Series(dates)
    values = dates.dt.year if dates.dtype.kind == "M" else dates
    return values.astype(float).fillna(unknown).to_numpy()


def last_days(years: Array) -> Any:
    """31 December of each year; NaT where the year is not finite."""
    known = np.isfinite(years)
    next_year = (np.where(known, years, 1970) - 1970 + 1).astype("datetime64[Y]")
    day = next_year.astype("datetime64[D]") - np.timedelta64(1, "D")
    return np.where(known, day, np.datetime64("NaT", "D")).astype("datetime64[s]")


def decimal_years(dates: Any, unknown: float) -> Array:
    """Dates as years with a fraction; `unknown` where there is none."""
    dates = pd.Series(dates)
    length = np.where(dates.dt.is_leap_year, 366, 365)
    years = dates.dt.year + (dates.dt.day_of_year - 1) / length
    return years.astype(float).fillna(unknown).to_numpy()


def shared_members(members: Sequence[Any], years: int, states: int) -> Array:
    """How many groups two states share in a year, int16 of shape (T, n, n), 0 on the diagonal.

    Args:
        members: place of the group, place of the state, first index and one-past-last index of years, of each spell.
    """
    group, state, low, high = members
    shared = np.zeros((years, states, states), dtype=np.int16)
    held = np.zeros((years, int(group.max(initial=-1)) + 1, states), dtype=bool)
    changes = np.zeros(years + 1, dtype=bool)
    changes[low] = changes[high] = True
    for o, i, a, b in zip(group, state, low, high, strict=True):
        held[a:b, o, i] = True
    for t in range(years):
        if changes[t]:
            now = held[t].astype(np.float32)
            np.matmul(now.T, now, out=shared[t], casting="unsafe")
            np.fill_diagonal(shared[t], 0)
        elif t:
            shared[t] = shared[t - 1]
    return shared
