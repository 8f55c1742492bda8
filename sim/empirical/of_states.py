"""Arrays of a panel by year and state."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
import pandas as pd

from sim.core.columns import Array
from sim.empirical.spreading import Axes, decimal_years

type Table = pd.DataFrame


class OfStates:
    """What a panel tells of single states: T years, n states, in arrays of shape (T, n) unless told otherwise."""

    known: Mapping[str, Table]
    axes: Axes

    @property
    def years(self) -> Array:
        """Years, shape (T,)."""
        return self.axes.years

    @property
    def codes(self) -> Array:
        """COW numbers, ascending, shape (n,)."""
        return self.axes.codes

    @cached_property
    def _latest(self) -> Table:
        return self.states.groupby("ccode").last().loc[self.codes]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the states."""
        return tuple(self._latest.statenme)

    @cached_property
    def abbreviations(self) -> tuple[str, ...]:
        """COW's abbreviations of the states."""
        return tuple(self._latest.stateabb)

    @cached_property
    def states(self) -> Table:
        """Spells in the system (ccode, stateabb, statenme, start, end; NaT is open), in order of code and time."""
        return self.known["states"].sort_values(["ccode", "start"], ignore_index=True)

    @cached_property
    def entered(self) -> Array:
        """When states entered the system for the first time, years, shape (n,)."""
        return decimal_years(self.states.groupby("ccode").start.min().loc[self.codes], np.nan)

    @cached_property
    def left(self) -> Array:
        """When states left the system for good, years, inf if they have not; shape (n,)."""
        last = self.states.groupby("ccode").tail(1).set_index("ccode").end.loc[self.codes]
        return decimal_years(last, np.inf)

    @cached_property
    def since(self) -> Array:
        """When the spell in the system began that touches a year, years, NaN outside; shape (T, n)."""
        array = np.full((len(self.years), len(self.codes)), np.nan)
        begun = decimal_years(self.states.start, np.nan)
        low, high = self.axes.span(self.states.start, self.states.end)
        for i, a, b, start in zip(self.axes.place[self.states.ccode], low, high, begun, strict=True):
            if i >= 0:
                array[a:b, i] = start
        return array

    @cached_property
    def _membership(self) -> tuple[Array, Array]:
        return self.axes.state_spells(self.states)

    @property
    def exists(self) -> Array:
        """In the system on some day of the year, bool (T, n)."""
        return self._membership[0]

    @property
    def exists_at_end(self) -> Array:
        """In the system on 31 December, bool (T, n)."""
        return self._membership[1]

    @cached_property
    def major(self) -> Array:
        """A major power on 31 December, bool (T, n)."""
        return self.axes.state_spells(self.known["majors"])[1]

    def _figure(self, data: str, name: str) -> Array:
        if data not in self.known:
            return np.full((len(self.years), len(self.codes)), np.nan)
        return self.axes.by_state(self.known[data], name)

    @cached_property
    def milex(self) -> Array:
        """Military expenditure, 1000 current USD (before 1914 GBP), NaN unknown, (T, n)."""
        return self._figure("capabilities", "milex")

    @cached_property
    def milper(self) -> Array:
        """Military personnel, thousands, (T, n)."""
        return self._figure("capabilities", "milper")

    @cached_property
    def irst(self) -> Array:
        """Iron and steel, 1000 tons, (T, n)."""
        return self._figure("capabilities", "irst")

    @cached_property
    def pec(self) -> Array:
        """Primary energy consumption, 1000 tons of coal, (T, n)."""
        return self._figure("capabilities", "pec")

    @cached_property
    def tpop(self) -> Array:
        """Population, thousands, (T, n)."""
        return self._figure("capabilities", "tpop")

    @cached_property
    def upop(self) -> Array:
        """Population of large cities, thousands, (T, n)."""
        return self._figure("capabilities", "upop")

    @cached_property
    def cinc(self) -> Array:
        """Share of the world's capabilities, made to sum to 1 a year, (T, n)."""
        raw = self._figure("capabilities", "cinc")
        total = np.nansum(raw, axis=1, keepdims=True)
        return raw / np.where(total > 0, total, np.nan)

    @cached_property
    def gdp(self) -> Array:
        """Gross domestic product, million USD of 2011 at purchasing power, (T, n)."""
        return self._figure("economy", "gdp")

    @cached_property
    def gdp_per_head(self) -> Array:
        """Gross domestic product per head, USD of 2011, (T, n)."""
        return self._figure("economy", "gdp_per_head")

    @cached_property
    def population(self) -> Array:
        """Population, millions, (T, n)."""
        return self._figure("economy", "population")

    @cached_property
    def polyarchy(self) -> Array:
        """Electoral democracy, 0..1, (T, n)."""
        return self._figure("democracy", "polyarchy")

    @cached_property
    def polity(self) -> Array:
        """Polity score, -10..10; Polity5's own file before a collection's; (T, n)."""
        own, collected = self._figure("polity", "polity"), self._figure("democracy", "polity")
        return np.where(np.isnan(own), collected, own)

    @cached_property
    def ideal_point(self) -> Array:
        """Ideal point in the United Nations General Assembly, about -3..3, (T, n)."""
        return self._figure("ideal_points", "ideal_point")

    @cached_property
    def position(self) -> Array:
        """Latitude and longitude of the capital of `last` (for former states their last one), degrees, (n, 2)."""
        capitals = self.known["capitals"].sort_values("start").drop_duplicates("ccode", keep="last")
        return capitals.set_index("ccode")[["lat", "lng"]].reindex(self.codes).to_numpy(dtype=float)
