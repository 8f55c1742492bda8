"""The figures of every state when a scenario begins."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sim.core.columns import Array
from sim.empirical.cast import Cast
from sim.empirical.covariates import FORCE_MEMORY, POOR, RICH, Covariates
from sim.empirical.figures import has_nuclear_weapons, prices
from sim.empirical.spreading import decimal_years
from sim.mechanisms.forces import Forces, steady_force
from sim.world import World

USUAL_SHARE = 0.02
"""Military expenditure as a share of product where nobody's is known."""


def starting_states(cast: Cast) -> dict[str, Any]:
    """Code -> figures, in the order of the COW numbers."""
    columns = _figures(cast)
    flags = {name: columns.pop(name) for name in ("great", "nuclear")}
    states = {}
    for k, who in enumerate(cast.who):
        own: dict[str, Any] = {"name": who.name, "cow": who.cow, "region": who.region}
        own |= {name: short(values[k]) for name, values in columns.items() if np.isfinite(values[k])}
        own |= {name: bool(values[k]) for name, values in flags.items()}
        states[who.code] = own | {"landlocked": who.landlocked}
    return states


def short(value: float, digits: int = 6) -> float:
    """A number with so many significant figures: the same in a file and in memory."""
    return float(f"{value:.{digits}g}")


def _figures(cast: Cast) -> dict[str, Array]:
    """Columns of the world by name, each (k,); NaN leaves it to the scenario's default."""
    panel, places = cast.panel, cast.places
    people = np.fmax(latest(panel.population)[places], latest(panel.tpop)[places] / 1000)
    people = np.where(np.isnan(latest(panel.population)[places]), people, latest(panel.population)[places])
    people = settled(people, cast)
    head = settled(latest(panel.gdp_per_head)[places], cast)
    gdp = latest(panel.gdp)[places] / 1000
    gdp = np.where(np.isnan(gdp), head * people / 1000, gdp)
    spent = latest(panel.milex)[places] * prices(cast.year) / 1e6
    share = settled(np.where(spent > 0, spent, np.nan) / gdp, cast, USUAL_SHARE)
    latitude, longitude = (settled(column, cast) for column in panel.position[places].T)
    found = {
        "gdp": gdp,
        "population": people,
        "latitude": latitude,
        "longitude": longitude,
        "milex_share": share,
        "force": _force(cast, share * gdp),
        "technology": np.log(np.maximum(head, 1.0) / POOR) / np.log(RICH / POOR),
        "democracy": settled(latest(panel.polyarchy)[places], cast),
        "democratic_tradition": _tradition(cast),
        "ideal_point": settled(latest(panel.ideal_point)[places], cast),
        "activism": _activism(cast),
    }
    held = {name: np.clip(values, *_bounds(name)) for name, values in found.items()}
    return held | {
        "enters": np.round(panel.since[-1, places], 2),
        "tenure": _tenure(cast),
        "great": cast.major,
        "nuclear": np.array([has_nuclear_weapons(who.cow, cast.year) for who in cast.who]),
    }


def _tradition(cast: Cast) -> Array:
    """Electoral democracy of many years, (k,); NaN where that of no year is known."""
    known = np.isfinite(latest(cast.panel.polyarchy)[cast.places])
    return np.where(known, Covariates(cast.panel).tradition[-1, cast.places], np.nan)


def _bounds(name: str) -> tuple[float, float]:
    column = World.columns()[name]
    return column.low, column.high


def latest(values: Array) -> Array:
    """Of figures of states by year, (T, n), the last that is known, (n,); NaN where none is."""
    known = np.isfinite(values)
    last = len(values) - 1 - np.argmax(known[::-1], axis=0)
    return np.where(known.any(axis=0), np.take_along_axis(values, last[None], axis=0)[0], np.nan)


def settled(values: Array, cast: Cast, otherwise: float = 0.0) -> Array:
    """Figures of the cast, (k,), with the median of the region, else of the world, where none is known."""
    regions = np.array([who.region for who in cast.who])
    everywhere = float(np.nanmedian(values)) if np.isfinite(values).any() else otherwise
    result = values.copy()
    for k in np.flatnonzero(np.isnan(values)):
        near = values[(regions == regions[k]) & np.isfinite(values)]
        result[k] = np.median(near) if len(near) else everywhere
    return result


def _force(cast: Cast, spending: Array) -> Array:
    """Military capital, 1e9 USD, (k,): what the cast's spending sustains, shared out by past shares in spending.

    The average of shares moves by a tenth a year and begins with the present spell of a state.
    """
    panel = cast.panel
    spent = np.where(panel.exists, np.nan_to_num(panel.milex), 0.0)
    share = spent / np.maximum(spent.sum(axis=1, keepdims=True), 1e-300)
    since = np.floor(panel.since[-1])
    age = cast.year - panel.years[:, None]
    weight = (1 - FORCE_MEMORY) ** age * (panel.years[:, None] >= since) * panel.exists
    average = ((share * weight).sum(axis=0) / np.maximum(weight.sum(axis=0), 1e-300))[cast.places]
    total = float(steady_force(spending.sum(), depreciation=Forces().depreciation))
    return total * average / max(float(average.sum()), 1e-300)


def _activism(cast: Cast) -> Array:
    """Diplomatic activism, (k,): by memberships and by power."""
    count = np.bincount([k for members in cast.memberships.values() for k in members], minlength=len(cast.places))
    joined = count / max(int(count.max(initial=0)), 1)
    return 0.05 + 0.35 * joined + 0.4 * np.sqrt(cast.power / cast.power.max())


def _tenure(cast: Cast) -> Array:
    """Years that the leader has been in office, (k,); NaN where no leader is known."""
    leaders = cast.panel.leaders
    in_office = leaders[pd.isna(leaders.end)] if len(leaders) else leaders
    begun = dict(zip(in_office.ccode, decimal_years(in_office.start, np.nan), strict=True)) if len(in_office) else {}
    years = np.array([cast.year + 1 - begun.get(who.cow, np.nan) for who in cast.who])
    return np.round(np.clip(years, *_bounds("tenure")), 2)
