"""A scenario that was built from data as files: FILE.toml and the tables in the folder FILE beside it."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

type Data = Mapping[str, Any]
PAIR_COLUMNS = {"peace_years": "value", "dispute_record": "value", "rivalries": "level", "frailty": "value"}
"""List of `ties` that goes into the table of pairs -> the field that holds its figure."""
STATE_COLUMNS = (
    *("code", "name", "cow", "region", "gdp", "population", "latitude", "longitude", "landlocked", "milex_share"),
    *("force", "technology", "democracy", "democratic_tradition", "ideal_point", "nuclear", "activism", "tenure"),
    *("great", "enters"),
)


def write_scenario(data: Data, file: Path) -> list[Path]:
    """Write a scenario and its tables; each file appears whole or not at all, the scenario last.

    Args:
        data: as `world_scenario` gives them.
        file: FILE.toml; what is there is replaced.

    Returns the files.
    """
    folder = file.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, rows in TABLES.items():
        target = folder / f"{name}.csv"
        whole_file(target, partial(_table, rows(data)))
        written.append(target)
    text = "\n".join(_toml(data, folder.name)) + "\n"
    whole_file(file, lambda stream: stream.write(text))
    return [*written, file]


def _table(rows: Iterable[list[str]], stream: Any) -> None:
    csv.writer(stream, lineterminator="\n").writerows(rows)


def whole_file(file: Path, fill: Callable[[Any], object]) -> None:
    """Write a text file that appears whole or not at all; `fill` writes to the stream that it is given."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
            fill(stream)
        os.chmod(name, 0o644)
        os.replace(name, file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


# -- tables ------------------------------------------------------------------------------------------------------------
def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _states(data: Data) -> Iterator[list[str]]:
    yield list(STATE_COLUMNS)
    for code, state in data["states"].items():
        yield [_cell({"code": code, **state}.get(name, "")) for name in STATE_COLUMNS]


def _pairs(data: Data) -> Iterator[list[str]]:
    """One row a pair with all that is said of it; the columns that nobody uses are left out."""
    ties = data["ties"]
    kept = {key: field for key, field in PAIR_COLUMNS.items() if ties.get(key)}
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for key, field in kept.items():
        for tie in ties[key]:
            rows.setdefault(tuple(tie["pair"]), {})[key] = _cell(tie[field])
    yield ["a", "b", *("rivalry" if key == "rivalries" else key for key in kept)]
    for pair, cells in sorted(rows.items()):
        yield [*pair, *(cells.get(key, "") for key in kept)]


def _pacts(data: Data) -> Iterator[list[str]]:
    yield ["a", "b", "obligations", "since", "shared"]
    for pact in data["ties"]["pacts"]:
        yield [*pact["members"], " ".join(pact["obligation"]), _cell(pact["since"]), pact.get("shared", "")]


def _of_pairs(key: str, field: str, column: str) -> Callable[[Data], Iterator[list[str]]]:
    def rows(data: Data) -> Iterator[list[str]]:
        yield ["a", "b", column]
        for tie in data["ties"][key]:
            yield [*tie["pair"], _cell(tie[field])]

    return rows


def _members(data: Data) -> Iterator[list[str]]:
    yield ["organisation", "state"]
    for code, held in data["organisations"].items():
        for state in held["members"]:
            yield [code, state]


TABLES: dict[str, Callable[[Data], Iterable[list[str]]]] = {
    "states": _states,
    "trade": _of_pairs("trade", "value", "trade"),
    "contiguity": _of_pairs("contiguity", "kind", "kind"),
    "organisations": _members,
    "pairs": _pairs,
    "pacts": _pacts,
}
"""Table -> its rows, the names of the columns first."""


# -- TOML --------------------------------------------------------------------------------------------------------------
def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return _cell(value)


def _toml(data: Data, folder: str) -> Iterator[str]:
    """The lines of the scenario file."""
    yield from (f"{key} = {_value(data[key])}" for key in ("name", "title"))
    yield f'notes = """\n{data["notes"]}\n"""'
    yield from (f"{key} = {_value(data[key])}" for key in ("start", "end", "dt", "poles"))
    yield "\n[tables]"
    yield from (f"{name} = {_value(f'{folder}/{name}.csv')}" for name in TABLES)
    yield "\n[sources]"
    yield from (f"{key} = {_value(text)}" for key, text in data["sources"].items())
    if data.get("mechanisms"):
        yield "\n[mechanisms]"
        yield from (f"{key} = {_value(said)}" for key, said in data["mechanisms"].items())
    if disputes := data["ties"]["disputes"]:
        yield "\n[ties]\ndisputes = ["
        yield from (f"  {_value(dispute)}," for dispute in disputes)
        yield "]"
    for code, held in data["organisations"].items():
        yield f"\n[organisations.{code}]"
        yield from (f"{key} = {_value(said)}" for key, said in held.items() if key != "members")
