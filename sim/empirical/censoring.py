"""What was known at the end of a year: everything later leaves the tables before anything is counted from them.

Rows of later years go. An end on or after 31 December of the last year becomes open, and with it goes whatever the
sources tell about the whole of something that was not over then: the outcome and the dead of a war, how a dispute or
a crisis ended, how a leader left. The highest level of such a dispute is "war" if the pair was in a war that had
begun, else "use of force", which seven in eight of the disputes that outlast a year reach.

A list of states, borders, members or rivals ends somewhere too: a spell that reaches its end is open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

type Table = pd.DataFrame
CONTINUING = (
    "states",
    "majors",
    "contiguity",
    "organisations",
    "rivalries",
    "rivalries_thompson_dreyer",
    "leaders",
)
"""Lists of spells whose last date is that of the list, not of the spells."""
OUTCOMES: dict[str, tuple[str, ...]] = {
    "disputes": ("outcome", "settle", "fatality", "mindur", "maxdur", "hiact", "hostlev", "recip"),
    "dispute_pairs": ("fatality", "mindur", "maxdur", "hostlev1", "hostlev2"),
    "wars": ("outcome", "deaths"),
    "crises": (
        "viol",
        "forout",
        "mediate",
        "gravcr",
        "sevviosy",
        "outesr",
        "exsat",
        "crismg",
        "cractr",
        "mednum",
        "medwho",
        "medtime",
        "medgoal",
        "medstyle",
        "medefct",
    ),
    "crisis_actors": ("majres", "crismg", "sevvio", "outcom", "outfor", "powdis"),
    "leaders": ("exit",),
}
"""What is not known before an end."""
AFTERMATH = 5
"""Years after a crisis that ICB's `outesr` looks at."""
WAR, FORCE = 5, 4


@dataclass(frozen=True)
class Known:
    """Tables as they stood at the end of a year.

    Attributes:
        tables: data set -> its rows.
        coverage: data set -> first and last year that its rows speak of, the last at most the year of the tables.
    """

    tables: Mapping[str, Table]
    coverage: Mapping[str, tuple[int, int]]


def open_lists(tables: Mapping[str, Table]) -> tuple[dict[str, Table], dict[str, int]]:
    """The tables with spells that reach the end of their list made open, and the last year of each list."""
    opened, ends = dict(tables), {}
    for name in CONTINUING:
        if name in tables and tables[name].end.notna().any():
            table = tables[name].copy()
            reach = table.end.max()
            dated = table.end.dtype.kind == "M"
            ends[name] = int(reach.year if dated else reach)
            table["end"] = table.end.mask(table.end >= reach, pd.NaT if dated else np.inf)
            opened[name] = table
    return opened, ends


def as_known(tables: Mapping[str, Table], last: int, lists: Mapping[str, int]) -> Known:
    """The tables at the end of the year `last`; `lists` tells the last year of the lists of spells."""
    cut = {name: _until(table, last) for name, table in tables.items()}
    coverage = {}
    for name, table in cut.items():
        if len(begun := _begin(table)):
            end = lists.get(name, last) if name in CONTINUING else int(begun.max())
            coverage[name] = (int(begun.min()), min(last, end))
    done = {name: _opened(name, table, last) for name, table in cut.items()}
    if "dispute_pairs" in done:
        done["dispute_pairs"] = _levels_reached(done["dispute_pairs"], done.get("wars"))
    if "organisations" in done:
        done["organisations"] = _joined(done["organisations"])
    return Known(done, coverage)


def _begin(table: Table) -> Any:
    """The year in which each row begins; empty if the rows have no time."""
    for name in ("year", "styear", "yrtrig", "start"):
        if name in table:
            return table[name].dt.year if table[name].dtype.kind == "M" else table[name]
    return table.index[:0]


def _until(table: Table, last: int) -> Table:
    """The rows that begin by the end of the year."""
    begun = _begin(table)
    return table[(begun <= last).to_numpy()].reset_index(drop=True) if len(begun) else table


def _opened(name: str, table: Table, last: int) -> Table:
    """Without the ends, and what is only known at the end, of what is not over."""
    end = "yrterm" if name == "crisis_actors" else "end"
    if end not in table:
        return table
    table = table.copy()
    dated = table[end].dtype.kind == "M"
    horizon: Any = pd.Timestamp(last, 12, 31) if dated else last
    open_ = ~(table[end] < horizon) if end == "end" else ~(table[end] <= horizon)
    table[end] = table[end].mask(open_, pd.NaT if dated else np.inf)
    if name == "wars":
        open_ = _still_at_war(table, horizon)
    if name == "crises":
        recent = ~(table.end < horizon - pd.DateOffset(years=AFTERMATH))
        table["outesr"] = table.outesr.mask(recent)
    for column in OUTCOMES.get(name, ()):
        table[column] = table[column].mask(open_, "" if column == "exit" else np.nan)
    return table


def _still_at_war(wars: Table, horizon: Any) -> Any:
    """Which rows of the wars belong to one that is not over; drops second phases that have not begun."""
    later = wars.start2 > horizon
    wars["start2"], wars["end2"] = wars.start2.mask(later), wars.end2.mask(later | ~(wars.end2 < horizon))
    on = wars.end.isna() | (wars.start2.notna() & wars.end2.isna()) | later
    return on.groupby(wars.war).transform("any")


def _levels_reached(pairs: Table, wars: Table | None) -> Table:
    """Disputes that are not over have reached war if the pair is in one, else the use of force."""
    open_ = pairs.end.isna()
    at_war = pd.Series(False, index=pairs.index)
    if wars is not None and len(wars):
        sides = wars[["war", "ccode", "side"]].drop_duplicates()
        foes = sides.merge(sides, on="war", suffixes=("1", "2"))
        foes = foes[(foes.side1 != foes.side2) & (foes.ccode1 < foes.ccode2)]
        fought = _war_years(wars)
        foes = foes.merge(fought, on="war")
        begun = pairs.groupby("dispnum").year.transform("min")
        met = pairs.assign(row=pairs.index, begun=begun).merge(foes, on=["ccode1", "ccode2"])
        at_war[met.loc[met.until >= met.begun, "row"].unique()] = True
    pairs["hostlev"] = pairs.hostlev.mask(open_, np.where(at_war, WAR, FORCE))
    return pairs


def _war_years(wars: Table) -> Table:
    """The last year of each war (inf while it lasts)."""
    last = wars.end2.where(wars.start2.notna(), wars.end)
    until = last.dt.year.astype(float).fillna(np.inf)
    return until.groupby(wars.war).max().rename("until").reset_index()


def _joined(spells: Table) -> Table:
    """Memberships with those that follow each other without a gap made one."""
    spells = spells.sort_values(["igo", "ccode", "start"], ignore_index=True)
    same = (spells.igo == spells.igo.shift()) & (spells.ccode == spells.ccode.shift())
    reach = spells.groupby(["igo", "ccode"]).end.cummax().shift()
    run = (~(same & (spells.start <= reach + 1))).cumsum()
    parts = spells.groupby(run).agg(
        igo=("igo", "first"), ccode=("ccode", "first"), start=("start", "min"), end=("end", "max")
    )
    return parts.reset_index(drop=True)
