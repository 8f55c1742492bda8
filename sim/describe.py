"""What each mechanism, policy, measure and column is, read from its declaration and docstring.

Descriptions are plain dicts, ready for JSON.
"""

from __future__ import annotations

import inspect
import re
import sys
import textwrap
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any

from sim import mechanisms, policies
from sim.core.columns import Column, Derived
from sim.core.params import Param, parameters
from sim.core.registry import discover
from sim.core.spelling import nearest
from sim.measures import BY_STATE, SCALAR
from sim.mechanisms.base import Mechanism
from sim.policies.base import Policy
from sim.world import World

type Description = dict[str, Any]

KINDS = ("mechanism", "policy", "measure", "column")
ASSUMED = "assumed"
AXES = {
    "i": "states",
    "j": "states",
    "g": "poles",
    "h": "poles",
    "o": "options",
    "m": "organisations",
    "q": "norms",
    "k": "obligations",
}
LABEL = re.compile(r"\*?(Assumes|Source):\*?\s*")


class UnknownNameError(ValueError):
    """Nothing bears this name; the message says what is nearest."""


def parts_of(docstring: str) -> dict[str, Any]:
    """The parts of a unit's docstring.

    Args:
        docstring: a sentence; the equation, indented; a table between bars; `Assumes:`; `Source:`; other prose.

    Returns:
        `sentence`, `equation`, `symbols` (a dict a row of the table, keyed by its head), `assumes`, `source`, `notes`;
        what is missing is empty.
    """
    lines: dict[str, list[str]] = defaultdict(list)
    part = "sentence"
    for line in inspect.cleandoc(docstring).splitlines():
        if label := LABEL.match(line):
            part, line = label[1].lower(), line[label.end() :]
        elif line.startswith("|"):
            part = "table"
        elif line.startswith("    ") and part in {"equation", "notes"}:
            part = "equation"
        elif line and part in {"equation", "table"}:
            part = "notes"
        if not line and part in {"sentence", "assumes", "source", "table"}:
            part = "notes"
        lines[part].append(line)
    prose = {name: " ".join(lines[name]).strip() for name in ("sentence", "assumes", "source")}
    equation = textwrap.dedent("\n".join(lines["equation"])).strip("\n")
    notes = [" ".join(paragraph.split()) for paragraph in "\n".join(lines["notes"]).split("\n\n")]
    return prose | {"equation": equation, "symbols": rows_of(lines["table"]), "notes": "\n".join(filter(None, notes))}


def rows_of(table: list[str]) -> list[dict[str, str]]:
    """The rows of a table between bars, keyed by its head."""
    cells = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in table]
    if len(cells) < 2:
        return []
    return [dict(zip(cells[0], row, strict=False)) for row in cells[2:]]


# -- one of each kind --------------------------------------------------------------------------------------------------
def of_unit(kind: str, name: str, unit: type[Any]) -> Description:
    """A mechanism or a policy."""
    docstring = sys.modules[unit.__module__].__doc__ or unit.__doc__ or ""
    folder = {"mechanism": "mechanisms", "policy": "policies"}[kind]
    told: Description = {"kind": kind, "name": name} | parts_of(docstring)
    told["parameters"] = [{"key": f"{folder}.{name}.{p.name}"} | asdict(p) for p in parameters(unit).values()]
    told["reads"] = unit.reads.split()
    if issubclass(unit, Mechanism):
        told |= {"phase": unit.phase.name, "phase_meaning": unit.phase.value}
        told |= {"writes": unit.writes.split(), "events": dict(unit.kinds)}
    return told


def of_measure(name: str, measure: Any) -> Description:
    """A measure; `per` says whether there is one number or one a state."""
    told: Description = {"kind": "measure", "name": name, "sentence": " ".join((measure.doc or "").split())}
    told |= {"per": "state" if name in BY_STATE else "world", "unit": measure.unit}
    return told | {"low": finite(measure.low), "high": finite(measure.high), "source": measure.source or ""}


def of_column(name: str, column: Column) -> Description:
    """A column of the world, and which mechanisms read and write it."""
    users = {unit: (kind.reads.split(), kind.writes.split()) for unit, kind in of_kind("mechanism").items()}
    told: Description = {"kind": "column", "name": name, "sentence": column.doc, "unit": column.unit}
    told |= {"axes": column.axes, "shape": [AXES.get(letter, letter) for letter in column.axes]}
    told |= {"low": finite(column.low), "high": finite(column.high), "type": column.dtype.__name__}
    derived = isinstance(column, Derived)
    told |= {"derived": derived, "fixed": column.fixed, "symmetric": column.symmetric}
    told |= {"initial": None if derived else column.initial}
    told |= {"read_by": [unit for unit, (reads, _) in users.items() if name in reads]}
    told |= {"written_by": [unit for unit, (_, writes) in users.items() if name in writes]}
    if column.source:
        number = Param(name, column.initial, column.unit, column.low, column.high, column.doc, column.source)
        told["parameters"] = [{"key": f"constants.{name}"} | asdict(number)]
    return told


def finite(bound: float | None) -> float | None:
    """A bound, or None where there is none."""
    return None if bound is None or not isfinite(bound) else bound


# -- all of them -------------------------------------------------------------------------------------------------------
def of_kind(kind: str) -> dict[str, Any]:
    """Everything of one kind by name, as declared."""
    if kind == "measure":
        return {**SCALAR, **BY_STATE}
    if kind == "column":
        return dict(World.declarations())
    return dict(discover(mechanisms, Mechanism) if kind == "mechanism" else discover(policies, Policy))


def everything(kind: str | None = None, name: str | None = None) -> Iterator[Description]:
    """Descriptions of all items, of those of a kind, or of those that bear a name.

    Raises:
        UnknownNameError: nothing bears the name; says what is nearest.
    """
    kinds = KINDS if kind is None else (kind,)
    if name is not None and not any(name in of_kind(each) for each in kinds):
        known = {item for each in kinds for item in of_kind(each)}
        raise UnknownNameError(f"no {kind or 'mechanism, policy, measure or column'} '{name}'; {nearest(name, known)}")
    for each in kinds:
        for item, declared in of_kind(each).items():
            if name is None or name == item:
                yield describe(each, item, declared)


def describe(kind: str, name: str, declared: Any) -> Description:
    """One item."""
    if kind == "measure":
        return of_measure(name, declared)
    return of_column(name, declared) if kind == "column" else of_unit(kind, name, declared)


def assumed(descriptions: Iterator[Description]) -> Iterator[Description]:
    """The numbers among them that rest on no source: `key`, `default`, `unit`, `low`, `high`, `doc`."""
    for told in descriptions:
        for parameter in told.get("parameters", []):
            if parameter["source"] == ASSUMED:
                yield {name: parameter[name] for name in ("key", "default", "unit", "low", "high", "doc")}


@cache
def references() -> dict[str, str]:
    """Key of a source -> its citation with DOI."""
    path = Path(__file__).with_name("references.toml")
    if not path.is_file():
        return {}
    listed = tomllib.loads(path.read_text(encoding="utf-8"))
    return {key: cited(entry) for key, entry in listed.items()}


def cited(entry: dict[str, str]) -> str:
    """One reference as a line; `doi` is a DOI or another address."""
    address = entry.get("doi", "")
    address = address if ":" in address or not address else f"https://doi.org/{address}"
    return f"{entry['cite']} {address}".strip()
