"""From published files to tidy tables with our own column names: one row a state and year, a pair and year, or a spell.

`read` checks every column that we use against its allowed codes; `TIDY` says what is done to a data set after that.
Dates are days; an unknown or still open end is NaT. Pairs stand once, the smaller COW number first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache as cache_once
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.empirical import cache
from sim.empirical.catalogue import RIVAL_KINDS, SOURCES
from sim.empirical.sources import Column, DataError, Found, Source, compressed, first_line, header, separator
from sim.empirical.state_codes import cow_of_gleditsch_ward, cow_of_polity, cow_of_vdem

type Table = pd.DataFrame
DAY = "datetime64[s]"
FULL_MEMBER = 1
FIRST_SESSION = 1945
"""Year before that of the first session of the General Assembly."""
ORIGINATORS = (1, 3)
"""Roles in the dyadic file of the Correlates of War: primary initiator and primary target; 2 and 4 are joiners."""


def read(name: str, file: Path, layout: str, last: int | None = None) -> Table:
    """The tidy table of a data set.

    Args:
        last: leave out rows that begin after this year, whatever they hold.

    Raises:
        DataError: a column is missing, or holds something else than its codes.
    """
    source = SOURCES[name]
    raw = _columns(source, file, layout, last)
    return TIDY.get(name, _as_it_is)(raw, layout).reset_index(drop=True)


def kept_table(found: Found, name: str, last: int | None = None) -> tuple[Table, str]:
    """The tidy table of a data set that was found, from the cache if it is there, and the name of its content.

    Args:
        last: rows that begin after this year may hold anything; they are there only if they can be read.

    Raises:
        DataError: as `read`.
    """
    file, layout = found.files[name], found.layouts[name]
    key = cache.fingerprint(file, name, layout, readers())
    try:
        return cache.table(key, lambda: read(name, file, layout)), key
    except DataError:
        if last is None:
            raise
        return read(name, file, layout, last), key


@cache_once
def readers() -> str:
    """A name for the program text that makes tidy tables, so that none is kept that an older one made."""
    texts = ("sources.py", "catalogue.py", "reading.py", "state_codes.py")
    return cache.fingerprint(*(Path(__file__).with_name(name) for name in texts))


def _begun_by(raw: Table, last: int) -> Table:
    """The rows that do not certainly begin after a year, by their unchecked columns."""
    for name in ("year", "session", "styear", "StartYear1", "yrtrig", "start"):
        if name in raw:
            numbers = pd.to_numeric(raw[name], errors="coerce")
            if name == "start" and numbers.isna().all():
                numbers = pd.to_numeric(raw[name].astype(str).str[:4], errors="coerce")
            numbers = numbers + (FIRST_SESSION if name == "session" else 0)
            numbers = numbers.where(numbers < 1e5, numbers // 100)
            return raw[~(numbers.where(numbers < 1e5, numbers // 100) > last)]
    return raw


def _columns(source: Source, file: Path, layout: str, last: int | None) -> Table:
    """The columns of a layout, under our names, checked; rows without a key are left out."""
    line, head = first_line(file), header(file)
    folded = {name.casefold(): name for name in head}
    columns = source.layouts[layout]
    spelled = {column.name: found for column in columns if (found := column.among(folded))}
    chosen = head if layout == "wide" else list(spelled.values())
    raw = _parsed(source, file, separator(line), chosen).rename(columns={v: k for k, v in spelled.items()})
    raw = raw if last is None else _begun_by(raw, last).copy()
    for column in columns:
        if column.name not in raw:
            raw[column.name] = "" if column.kind == "text" else np.nan
        raw[column.name] = _Checked(source, file, column, spelled.get(column.name, column.name)).values(
            raw[column.name]
        )
    raw = raw.dropna(subset=[column.name for column in columns if column.key])
    for column in columns:
        if column.key and column.kind == "number":
            raw[column.name] = raw[column.name].astype(np.int64)
    _once(source, file, raw)
    return raw


def _parsed(source: Source, file: Path, sep: str, chosen: Sequence[str]) -> Table:
    """The file as pandas reads it; ATOP and Archigos hold letters that are not UTF-8."""
    for encoding in ("utf-8-sig", "latin-1"):
        try:
            how = {"low_memory": False, "skipinitialspace": True, "compression": "gzip" if compressed(file) else None}
            return pd.read_csv(file, sep=sep, usecols=list(chosen), encoding=encoding, **how)
        except UnicodeDecodeError:
            continue
        except (pd.errors.ParserError, pd.errors.EmptyDataError, EOFError, OSError) as error:
            reason = str(error).splitlines()[0]
            raise DataError(f"data set '{source.name}', {file.name}: cannot be read as a table: {reason}") from None
    raise DataError(f"data set '{source.name}', {file.name}: neither UTF-8 nor Latin-1 text")


def _once(source: Source, file: Path, table: Table) -> None:
    """Raise if two rows are about the same thing."""
    unique = [name for name in source.unique if name in table]
    if unique and (twice := table.duplicated(unique)).any():
        row = table.loc[twice, unique].iloc[0]
        told = ", ".join(f"{name} {row[name]:g}" for name in unique)
        raise DataError(f"data set '{source.name}', {file.name}, column '{unique[-1]}': two rows for {told}")


class _Checked:
    """A column of a file and what may stand in it."""

    def __init__(self, source: Source, file: Path, column: Column, spelled: str) -> None:
        self.column = column
        self.place = f"data set '{source.name}', {file.name}, column '{spelled}'"

    def values(self, given: pd.Series) -> Any:
        """Numbers with NaN, words with "", or dates with NaT."""
        kinds = {"text": self.words, "date": self.dates, "number": self.numbers}
        return kinds[self.column.kind](given)

    def words(self, given: pd.Series) -> Any:
        """Text without blanks around it."""
        return given.fillna("").astype(str).str.strip()

    def numbers(self, given: pd.Series) -> Any:
        """Numbers within the column's bounds."""
        values = pd.to_numeric(given, errors="coerce").astype(float)
        self.refuse(given, values.isna() & given.notna(), "is not a number")
        values = values.mask(values.isin(self.column.missing))
        low, high = self.column.low, self.column.high
        self.refuse(given, (values < low) | (values > high), f"is not among {low:g} .. {high:g}")
        return values

    def dates(self, given: pd.Series) -> Any:
        """ISO dates, YYYYMM or YYYYMMDD; an end that names a month alone is its last day."""
        if pd.api.types.is_numeric_dtype(given):
            known = given.mask(given <= 0)
            short = known < 1e6
            stamp = known.where(~short, known * 100 + 1)
            text = stamp.map(lambda v: f"{v:.0f}", na_action="ignore")
            found = pd.to_datetime(text, format="%Y%m%d", errors="coerce").astype(DAY)
            if self.column.name == "end":
                found = found.where(~short, found + pd.offsets.MonthEnd(0))
        else:
            found = pd.to_datetime(given, errors="coerce", format="ISO8601").astype(DAY)
            known = given.mask(given.isin(["", "NA", "-9"]))
        self.refuse(given, found.isna() & known.notna(), "is not a date such as 1946-01-31 or 194601")
        return found.astype(DAY)

    def refuse(self, given: pd.Series, wrong: pd.Series, why: str) -> None:
        """Raise about the first wrong value, with its row (the header is row 1)."""
        if wrong.any():
            at = int(np.flatnonzero(wrong.to_numpy())[0])
            value = given.iloc[at]
            shown = repr(value) if isinstance(value, str) else f"{value:g}"
            raise DataError(f"{self.place}, row {at + 2}: {shown} {why}")


def _as_it_is(raw: Table, layout: str) -> Table:
    return raw


def date_of(year: Any, month: Any, day: Any, *, last: bool) -> Any:
    """Dates from parts; an unknown month or day is the first, or with `last` the last, of its year or month."""
    year, month, day = (np.asarray(part, dtype=float) for part in (year, month, day))
    known = np.isfinite(year) & (year > 0)
    whole = ~(np.isfinite(month) & (month >= 1) & (month <= 12))
    months = (np.where(known, year, 1970) - 1970).astype(int) * 12
    months = months + np.where(whole, 11 if last else 0, np.where(whole, 1, month) - 1).astype(int)
    begin = months.astype("datetime64[M]")
    end = (begin + np.timedelta64(1, "M")).astype("datetime64[D]") - np.timedelta64(1, "D")
    vague = whole | ~(np.isfinite(day) & (day >= 1))
    dated = np.minimum(begin.astype("datetime64[D]") + (np.where(vague, 1, day) - 1).astype("timedelta64[D]"), end)
    found = np.where(vague, end if last else begin.astype("datetime64[D]"), dated)
    return np.where(known, found, np.datetime64("NaT", "D")).astype(DAY)


def _spells(raw: Table, layout: str) -> Table:
    """States and major powers: from parts of dates to dates."""
    raw["start"] = date_of(raw.styear, raw.stmonth, raw.stday, last=False)
    raw["end"] = date_of(raw.endyear, raw.endmonth, raw.endday, last=True)
    kept = [name for name in ("ccode", "stateabb", "statenme", "start", "end") if name in raw]
    return raw[kept].sort_values(["ccode", "start"])


def ordered(raw: Table, *two: str) -> Table:
    """Pairs with the smaller number first; `two` are stems of columns that stand for the first and second state."""
    turned = (raw.ccode1 > raw.ccode2).to_numpy()
    for stem in ("ccode", *two):
        first, second = raw[f"{stem}1"].to_numpy(), raw[f"{stem}2"].to_numpy()
        raw[f"{stem}1"], raw[f"{stem}2"] = np.where(turned, second, first), np.where(turned, first, second)
    return raw[raw.ccode1 != raw.ccode2]


def _contiguity(raw: Table, layout: str) -> Table:
    if layout == "years":
        raw["start"] = date_of(raw.year, np.full(len(raw), 1), np.full(len(raw), 1), last=False)
        raw["end"] = date_of(raw.year, np.full(len(raw), 12), np.full(len(raw), 31), last=True)
    raw["end"] = (raw.end + pd.offsets.MonthEnd(0)).astype(DAY)
    table = ordered(raw)[["ccode1", "ccode2", "conttype", "start", "end"]]
    keys = ["start", "ccode1", "ccode2", "conttype"]
    return table[table.conttype > 0].groupby(keys, as_index=False).end.max()


def _alliances(raw: Table, layout: str) -> Table:
    names = ["defense", "offense", "neutral", "nonagg", "consul"]
    raw[names] = raw[names].fillna(0).astype(bool)
    table = ordered(raw)[["ccode1", "ccode2", "year", *names]]
    return table.groupby(["ccode1", "ccode2", "year"], as_index=False)[names].any()


FACTS = ("hostlev", "fatality", "mindur", "maxdur", "hostlev1", "hostlev2")


def _dispute_pairs(raw: Table, layout: str) -> Table:
    keys = ["dispnum", "ccode1", "ccode2", "year"]
    if layout == "cow":
        raw["onset"] = raw.year == raw.groupby(keys[:3]).year.transform("min")
        raw["orig1"], raw["orig2"] = raw.role1.isin(ORIGINATORS), raw.role2.isin(ORIGINATORS)
        raw["end"] = date_of(raw.endyear, np.full(len(raw), 12), np.full(len(raw), 31), last=True)
    else:
        begun = date_of(raw.groupby("dispnum").year.transform("min"), raw.stmon, np.full(len(raw), np.nan), last=False)
        raw["end"] = latest_end(begun, raw.maxdur, raw.groupby("dispnum").year.transform("max"))
    return _undirected(raw, keys)


def _undirected(raw: Table, keys: list[str]) -> Table:
    """Rows of pairs and years from directed or repeated ones; the highest figure counts."""
    table = ordered(raw, "orig", "hostlev")
    table[["onset", "orig1", "orig2"]] = table[["onset", "orig1", "orig2"]].fillna(0).astype(bool)
    table = table[[*keys, "onset", "orig1", "orig2", *FACTS, "end"]]
    return table.groupby(keys, as_index=False).max()


def latest_end(begun: Any, longest: Any, last_seen: Any) -> Any:
    """The last day on which a dispute can have ended that began in a month and took so many days at most."""
    days, begun = np.asarray(longest, dtype=float), np.asarray(begun)
    month_end = (begun.astype("datetime64[M]") + np.timedelta64(1, "M")).astype("datetime64[D]") - np.timedelta64(
        1, "D"
    )
    end = month_end + np.maximum(np.nan_to_num(days, nan=1) - 1, 0).astype("timedelta64[D]")
    seen = date_of(last_seen, np.full(len(days), 12), np.full(len(days), 31), last=True)
    return np.where(np.isnan(days), seen, end.astype(DAY)).astype(DAY)


def _participants(raw: Table, layout: str) -> Table:
    """Pairs from participants: opposite sides of a dispute, in the years in which both took part."""
    facts = ["ccode", "styear", "endyear", "endmon", "orig", "hostlev", "fatality"]
    raw.loc[raw.endyear.isna(), "endyear"] = raw.styear
    sides = [raw[raw.side == side][["dispnum", *facts]] for side in (1, 0)]
    both = sides[0].merge(sides[1], on="dispnum", suffixes=("1", "2"))
    first, final = np.maximum(both.styear1, both.styear2), np.minimum(both.endyear1, both.endyear2)
    both, first, final = (part[first <= final] for part in (both, first, final))
    ends = [date_of(both[f"endyear{k}"], both[f"endmon{k}"], np.full(len(both), np.nan), last=True) for k in (1, 2)]
    both["end"], both["mindur"], both["maxdur"] = np.maximum(*ends), np.nan, np.nan
    both["hostlev"], both["fatality"] = (both[[f"{n}1", f"{n}2"]].max(axis=1) for n in ("hostlev", "fatality"))
    length = (final - first + 1).to_numpy(dtype=int)
    rows = both.loc[both.index.repeat(length)].copy()
    since = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    rows["year"] = np.repeat(first.to_numpy(dtype=int), length) + since
    rows["onset"] = since == 0
    return _undirected(rows, ["dispnum", "ccode1", "ccode2", "year"])


def _disputes(raw: Table, layout: str) -> Table:
    blank = np.full(len(raw), np.nan)
    raw["start"] = date_of(raw.styear, np.minimum(raw.stmon, 12), blank, last=False)
    raw["end"] = latest_end(raw.start, raw.maxdur, raw.styear)
    kept = ["dispnum", "styear", "start", "end", "outcome", "settle", "fatality", "mindur", "maxdur"]
    return raw[[*kept, "hiact", "hostlev", "recip"]].sort_values("dispnum")


def _wars(raw: Table, layout: str) -> Table:
    for n in ("1", "2"):
        for name, last in (("Start", False), ("End", True)):
            raw[f"{name.lower()}{n}"] = date_of(
                raw[f"{name}Year{n}"], raw[f"{name}Month{n}"], raw[f"{name}Day{n}"], last=last
            )
    table = raw.rename(columns={"WarName": "name", "start1": "start", "end1": "end"})
    return table[["war", "name", "ccode", "side", "start", "end", "start2", "end2", "initiator", "outcome", "deaths"]]


def _trade(raw: Table, layout: str) -> Table:
    table = ordered(raw, "flow").dropna(subset=["flow1", "flow2"], how="all")
    return table.astype({"flow1": np.float32, "flow2": np.float32})[["ccode1", "ccode2", "year", "flow1", "flow2"]]


def _organisations(raw: Table, layout: str) -> Table:
    if layout == "spells":
        raw["igo"] = raw.igo.str.casefold()
        return raw[["igo", "ccode", "start", "end"]].sort_values(["igo", "ccode", "start"])
    parts = []
    for name in sorted(set(raw.columns) - {"ccode", "year", "state", "version"}):
        held = raw.loc[pd.to_numeric(raw[name], errors="coerce") == FULL_MEMBER, ["ccode", "year"]]
        parts.append(held.assign(igo=name.casefold(), start=held.year, end=held.year.astype(float)))
    return pd.concat(parts)[["igo", "ccode", "start", "end"]].sort_values(["igo", "ccode", "start"])


def _organisation_names(raw: Table, layout: str) -> Table:
    return raw.assign(igo=raw.ioname.str.casefold())[["igo", "orgname", "longorgname"]]


def _ideal_points(raw: Table, layout: str) -> Table:
    if layout == "sessions":
        raw["year"] = raw.session + FIRST_SESSION
    return raw.dropna(subset=["ideal_point"])[["ccode", "year", "ideal_point"]]


def _democracy(raw: Table, layout: str) -> Table:
    if layout == "vdem":
        raw["ccode"] = cow_of_vdem(raw.COWcode.to_numpy(), raw.year.to_numpy())
    table = raw[["ccode", "year", "polyarchy", "polity"]].dropna(subset=["polyarchy", "polity"], how="all")
    return table.drop_duplicates(["ccode", "year"], keep="last")


def _polity(raw: Table, layout: str) -> Table:
    raw["ccode"] = cow_of_polity(raw.ccode.to_numpy(), raw.year.to_numpy())
    return raw.dropna()[["ccode", "year", "polity"]].drop_duplicates(["ccode", "year"], keep="last")


def _rivalries(raw: Table, layout: str) -> Table:
    if "type1" in raw:
        told = raw[["type1", "type2", "type3"]]
        for kind in RIVAL_KINDS:
            raw[kind] = (told == kind).any(axis=1)
    raw[list(RIVAL_KINDS)] = raw[list(RIVAL_KINDS)].fillna(0).astype(bool)
    return ordered(raw)[["ccode1", "ccode2", "start", "end", *RIVAL_KINDS]]


def _leaders(raw: Table, layout: str) -> Table:
    table = raw[["ccode", "leader", "start", "end", "entry", "exit"]]
    return cow_of_gleditsch_ward(table).sort_values(["ccode", "start"])


def _crises(raw: Table, layout: str) -> Table:
    parts = [[raw.pop(f"{part}{end}") for part in ("yr", "mo", "da")] for end in ("trig", "term")]
    raw.insert(2, "start", date_of(*parts[0], last=False))
    raw.insert(3, "end", date_of(*parts[1], last=True))
    return raw.dropna(subset=["start"])


def _crisis_actors(raw: Table, layout: str) -> Table:
    return raw.dropna(subset=["yrtrig"])


TIDY: dict[str, Callable[[Table, str], Table]] = {
    "states": _spells,
    "majors": _spells,
    "contiguity": _contiguity,
    "alliances": _alliances,
    "dispute_pairs": _dispute_pairs,
    "dispute_participants": _participants,
    "disputes": _disputes,
    "wars": _wars,
    "trade": _trade,
    "organisations": _organisations,
    "organisation_names": _organisation_names,
    "ideal_points": _ideal_points,
    "democracy": _democracy,
    "polity": _polity,
    "rivalries": _rivalries,
    "rivalries_thompson_dreyer": _rivalries,
    "leaders": _leaders,
    "crises": _crises,
    "crisis_actors": _crisis_actors,
}
