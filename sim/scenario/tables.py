"""Tables beside a scenario file, in CSV: states, pairs, pacts, trade, contiguity and membership of organisations.

What a table says is put where the TOML file would say it; what the TOML file says itself goes before it. Columns
whose names begin with `source`, `note` or `year` are for the reader and are passed over.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sim.core.spelling import nearest
from sim.scenario.parts import State
from sim.scenario.problems import Place, Problem, ScenarioError, shown
from sim.scenario.reading import TABLES, Draft, text_of

type Row = tuple[int, dict[str, str]]
type Taker = Callable[[Draft, str, list[Row]], None]

REQUIRED = ("gdp", "population", "latitude", "longitude")
"""Columns without which there is no state."""
_COLUMNS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "states": (("code", *REQUIRED), tuple(State.model_fields)),
    "trade": (("a", "b", "trade"), ()),
    "contiguity": (("a", "b"), ("kind",)),
    "organisations": (("organisation", "state"), ("role",)),
    "pairs": (("a", "b"), ("peace_years", "dispute_record", "rivalry", "frailty", "affinity")),
    "pacts": (("a", "b", "obligations"), ("since", "shared")),
}
"""Table -> the columns it must have, and those it may have."""
_FOR_READERS = ("source", "note", "year")
_WORDS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
_TEXT, _FLAGS = frozenset({"name", "region", "source", "note", "predecessor"}), {"nuclear", "landlocked", "great"}
_WHOLE = {"cow", "nuclear_programme"}
_NOT_IN_TABLES = frozenset({"members", "alignment"})


def take_in_tables(draft: Draft) -> None:
    """Put what the tables of a scenario say into its data; faults join its problems."""
    tables = draft.data.pop("tables", {})
    if not isinstance(tables, dict):
        draft.problems.append(
            Problem("write a section [tables] with lines KEY = FILE", "tables", draft.places.get(("tables",)))
        )
        return
    takers: dict[str, Taker] = {
        "states": _states,
        "trade": _trade,
        "contiguity": _contiguity,
        "organisations": _organisations,
        "pairs": _pairs,
        "pacts": _pacts,
    }
    for key, value in tables.items():
        place = draft.places.get(("tables", key))
        if key not in TABLES:
            draft.problems.append(Problem(f"no such table; {nearest(key, TABLES)}", f"tables.{key}", place))
        elif not isinstance(value, str):
            draft.problems.append(Problem(f"{value!r} is no file; write its path in quotes", f"tables.{key}", place))
        elif (rows := _rows(draft, key, Path(value), place)) is not None:
            takers[key](draft, shown(Path(value)), rows)
    _object_to_strangers(draft)


def _object_to_strangers(draft: Draft) -> None:
    """Take out states without any of the figures that make a state: their codes are most likely misspelt."""
    states = draft.data.get("states", {})
    if not isinstance(states, dict):
        return
    there = {code: held for code, held in states.items() if not isinstance(held, dict) or set(REQUIRED) & held.keys()}
    for code in states.keys() - there.keys() if there else ():
        message = f"no state '{code}'; {nearest(code, there)} (a new one needs {', '.join(REQUIRED)})"
        draft.problems.append(Problem(message, f"states.{code}", draft.places.get(("states", code))))
    draft.data["states"] = there or states


def _rows(draft: Draft, key: str, file: Path, place: Place | None) -> list[Row] | None:
    """The rows of a table with their line numbers, None if it cannot be used."""
    if not file.is_file():
        near = [each.name for each in file.parent.glob("*.csv")] if file.parent.is_dir() else []
        hint = nearest(file.name, near) if near else f"the folder {shown(file.parent)} holds no CSV file"
        draft.problems.append(Problem(f"no file {shown(file)}; {hint}", f"tables.{key}", place))
        return None
    try:
        reader = csv.reader(io.StringIO(text_of(file), newline=""), strict=True)
        lines = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(row)]
    except ScenarioError as error:
        draft.problems.append(Problem(str(error)))
        return None
    except csv.Error as error:
        draft.problems.append(Problem(f"this is not CSV: {error}", place=Place(shown(file), reader.line_num)))
        return None
    if not lines:
        draft.problems.append(
            Problem("the table is empty; write the names of its columns first", place=Place(shown(file)))
        )
        return None
    return _named(draft, key, file, lines[0][1], lines[1:])


def _named(draft: Draft, key: str, file: Path, head: list[str], lines: list[tuple[int, list[str]]]) -> list[Row] | None:
    """The rows with their columns named; None if a column is missing."""
    required, more = _COLUMNS[key]
    known = [name for name in (*required, *more) if name not in _NOT_IN_TABLES]
    top = Place(shown(file), 1)
    for name in head:
        if name not in known and not name.startswith(_FOR_READERS):
            draft.problems.append(Problem(f"no column '{name}' in a table of {key}; {nearest(name, known)}", place=top))
        if head.count(name) > 1:
            draft.problems.append(Problem(f"the column '{name}' comes twice; keep one", place=top))
    if missing := [name for name in required if name not in head]:
        asked = f"a table of {key} must have {', '.join(required)}"
        draft.problems.append(Problem(f"the column {', '.join(missing)} is missing; {asked}", place=top))
        return None
    rows = []
    for line, cells in lines:
        if len(cells) > len(head):
            message = f"the row has {len(cells)} cells and the head {len(head)}; text with commas stands in quotes"
            draft.problems.append(Problem(message, place=Place(shown(file), line)))
        rows.append((line, {name: cell for name, cell in zip(head, cells, strict=False) if name in known and cell}))
    return rows


def _states(draft: Draft, file: str, rows: list[Row]) -> None:
    said = draft.data.get("states", {})
    if not isinstance(said, dict):
        return
    states: dict[str, Any] = {}
    first: dict[str, int] = {}
    for line, cells in rows:
        code = cells.pop("code", "")
        place = Place(file, line, "code")
        if not code:
            draft.problems.append(Problem("the row has no code; write one, as KAZ", place=place))
        elif code in states:
            draft.problems.append(Problem(f"{code} comes twice, first in row {first[code]}; keep one row", place=place))
        else:
            states[code], first[code] = {name: _value(name, cell) for name, cell in cells.items()}, line
            draft.places.setdefault(("states", code), Place(file, line))
            for name in State.model_fields:
                draft.places.setdefault(("states", code, name), Place(file, line, name))
    for code, more in said.items():
        states[code] = states.get(code, {}) | more if isinstance(more, dict) else more
    draft.data["states"] = states


def _value(name: str, cell: str) -> Any:
    """A cell as the value that its column wants; as text where it is none, so that the schema can object."""
    if name in _TEXT:
        return cell
    if name in _FLAGS:
        return _WORDS.get(cell.lower(), cell)
    return _number(cell, int if name in _WHOLE else float)


def _number(cell: str, kind: type = float) -> Any:
    try:
        return kind(cell)
    except ValueError:
        return cell


def _trade(draft: Draft, file: str, rows: list[Row]) -> None:
    entries = [
        (line, {"pair": [cells.get("a", ""), cells.get("b", "")], "value": _number(cells.get("trade", ""))})
        for line, cells in rows
    ]
    _behind(draft, "trade", file, entries, "trade")


def _contiguity(draft: Draft, file: str, rows: list[Row]) -> None:
    entries = [
        (line, {"pair": [cells.get("a", ""), cells.get("b", "")], "kind": cells.get("kind", "land")})
        for line, cells in rows
    ]
    _behind(draft, "contiguity", file, entries, "kind")


def _pairs(draft: Draft, file: str, rows: list[Row]) -> None:
    for column in _COLUMNS["pairs"][1]:
        key, name = ("rivalries", "level") if column == "rivalry" else (column, "value")
        entries = [
            (line, {"pair": [cells.get("a", ""), cells.get("b", "")], name: _number(cells[column])})
            for line, cells in rows
            if column in cells
        ]
        if entries:
            _behind(draft, key, file, entries, column)


def _pacts(draft: Draft, file: str, rows: list[Row]) -> None:
    """Add the pacts of a table behind those in the TOML file: a pair may have several."""
    ties = draft.data.setdefault("ties", {})
    said = ties.setdefault("pacts", []) if isinstance(ties, dict) else None
    if not isinstance(said, list):
        return
    joined = list(said)
    for line, cells in rows:
        more = {"since": _number(cells["since"])} if "since" in cells else {}
        more |= {"shared": cells["shared"]} if "shared" in cells else {}
        path = ("ties", "pacts", len(joined))
        columns = {("members", 0): "a", ("members", 1): "b", ("obligation",): "obligations", ("since",): "since"}
        draft.places[path] = Place(file, line)
        for below, column in columns.items():
            draft.places[(*path, *below)] = Place(file, line, column)
        members = [cells.get("a", ""), cells.get("b", "")]
        joined.append({"obligation": cells.get("obligations", "").split(), "members": members, **more})
    draft.data["ties"] = ties | {"pacts": joined}


def _behind(draft: Draft, key: str, file: str, entries: Sequence[tuple[int, dict[str, Any]]], last: str) -> None:
    """Add the entries of a table of pairs behind those in the TOML file, which go before them."""
    ties = draft.data.setdefault("ties", {})
    said = ties.setdefault(key, []) if isinstance(ties, dict) else None
    if not isinstance(said, list):
        return
    pairs = [entry.get("pair") for entry in said if isinstance(entry, dict)]
    taken = {frozenset(pair) for pair in pairs if isinstance(pair, list) and all(isinstance(c, str) for c in pair)}
    joined = list(said)
    for line, entry in entries:
        if frozenset(entry["pair"]) not in taken:
            path = ("ties", key, len(joined))
            draft.places[path] = Place(file, line)
            draft.places[(*path, "pair", 0)] = Place(file, line, "a")
            draft.places[(*path, "pair", 1)] = Place(file, line, "b")
            draft.places[(*path, next(reversed(entry)))] = Place(file, line, last)
            joined.append(entry)
    draft.data["ties"] = ties | {key: joined}


def _organisations(draft: Draft, file: str, rows: list[Row]) -> None:
    said = draft.data.get("organisations", {})
    if not isinstance(said, dict):
        return
    listed: dict[str, dict[str, list[str]]] = {}
    for line, cells in rows:
        code, state, role = cells.get("organisation", ""), cells.get("state", ""), cells.get("role", "member")
        if not isinstance(said.get(code), dict):
            message = f"no organisation '{code}'; {nearest(code, said)} (each needs a section [organisations.CODE])"
            draft.problems.append(Problem(message, place=Place(file, line, "organisation")))
        elif role not in {"member", "observer"}:
            message = f"no role '{role}'; {nearest(role, ('member', 'observer'))}"
            draft.problems.append(Problem(message, place=Place(file, line, "role")))
        elif f"{role}s" not in said[code]:
            codes = listed.setdefault(code, {}).setdefault(f"{role}s", [])
            draft.places[("organisations", code, f"{role}s", len(codes))] = Place(file, line, "state")
            codes.append(state)
    draft.data["organisations"] = {
        code: listed.get(code, {}) | held if isinstance(held, dict) else held for code, held in said.items()
    }
