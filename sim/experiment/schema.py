"""What the columns of a sweep's tables are: name, kind, unit, meaning, and whether a repetition may change them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np

from sim.core.columns import Array
from sim.events import EVENT_COLUMNS
from sim.experiment.carrying_out import EVENTS_KEPT, MOMENT, VOLATILE
from sim.experiment.design import Design
from sim.experiment.outcomes_kept import MEANINGS, counted, declared
from sim.experiment.points import Factor

type Kind = Literal["text", "whole", "number", "truth"]

EMPTY: Mapping[Kind, Any] = {"text": None, "whole": 0, "number": np.nan, "truth": False}
TYPES: Mapping[Kind, Any] = {"text": object, "whole": np.int64, "number": float, "truth": bool}
SQL: Mapping[Kind, str] = {"text": "VARCHAR", "whole": "BIGINT", "number": "DOUBLE", "truth": "BOOLEAN"}

PLAIN: Mapping[str, tuple[Kind, str, str]] = {
    "run_id": ("text", "", "name of the run: a hash of scenario, point, arm, changes and seed"),
    "point": ("whole", "", "point of the design, from 0"),
    "arm": ("text", "", "arm of the design; base changes nothing"),
    "replicate": ("whole", "", "seed of the point, from 0"),
    "scenario": ("text", "", "name of the scenario"),
    "seed": ("text", "", "what `detente run --seed` takes to repeat the run"),
    "status": ("text", "", "ok, error (see error), timeout, or crashed (killed its worker again and again)"),
    "error": ("text", "", "traceback, or what is known of the death"),
    "ended": ("number", "year", "date at which the run ended"),
}
PASSING: Mapping[str, tuple[Kind, str, str]] = {
    "seconds": ("number", "s", "wall time"),
    "attempt": ("whole", "", "how often the run had been tried"),
    "worker": ("text", "", "process that did it"),
    "host": ("text", "", "machine that did it"),
    "started": ("text", "", "when it began, UTC"),
}
MOMENTS: Mapping[str, tuple[Kind, str, str]] = {
    "run_id": ("text", "", "name of the run"),
    "step": ("whole", "", "step, from 0"),
    "year": ("number", "year", "date"),
}
EVENT_KINDS: Mapping[str, Kind] = {
    "id": "whole",
    "step": "whole",
    "time": "number",
    "amount": "number",
    "done": "truth",
}
EVENT_TEXTS = {
    "id": "event of the run, from 0",
    "step": "step",
    "time": "date",
    "kind": "what happened",
    "done": "whether it took place",
    "amount": "how much of it",
}


def schema_of(design: Design) -> dict[str, Any]:
    """Every column of the store with kind, unit and meaning; `volatile` lists those that a repetition may change."""
    tables = {name: _told(columns) for name, columns in tables_of(design).items()}
    return {"tables": tables, "columns": tables["runs"], "volatile": list(VOLATILE)}


def _told(columns: Mapping[str, tuple[Kind, str, str]]) -> dict[str, dict[str, Any]]:
    return {
        name: {"type": kind, "unit": unit or "1", "doc": doc, "volatile": name in VOLATILE}
        for name, (kind, unit, doc) in columns.items()
    }


def tables_of(design: Design) -> dict[str, dict[str, tuple[Kind, str, str]]]:
    """Table -> column -> kind, unit and meaning, in the order of the columns."""
    assert set(PASSING) == set(VOLATILE)
    assert tuple(MOMENTS) == MOMENT
    path = {name: ("number", *declared(name)) for name in design.outputs.trajectories}
    runs = {**PLAIN, **_factors(design), **_outputs(design), **PASSING}
    return {"runs": runs, "trajectories": {**MOMENTS, **path}, "events": _events()}  # type: ignore[dict-item]


def _factors(design: Design) -> dict[str, tuple[Kind, str, str]]:
    """Columns of what varies: declared factors, and keys that only the points name."""
    known = {factor.name: factor for factor in design.factors}
    names = dict.fromkeys([*known, *(name for point in design.points for name in point)])
    found: dict[str, tuple[Kind, str, str]] = {}
    for name in names:
        factor = known.get(name, Factor(name))
        values = [point.get(name) for point in design.points]
        found[name] = (kind_of(values), factor.unit, f"factor: {factor.doc or f'value of {name}'}")
    return found


def _outputs(design: Design) -> dict[str, tuple[Kind, str, str]]:
    found: dict[str, tuple[Kind, str, str]] = {}
    for name in design.outputs.measures:
        unit, doc = declared(name)
        for kind in design.outputs.statistics:
            told = f"{unit}/year" if kind == "slope" else unit
            found[f"{name}.{kind}"] = ("number", told, f"{doc} ({MEANINGS[kind]})")
    for name in counted(design.outputs.events):
        found[f"events.{name}"] = ("number", "events", f"how many events of the kind {name} took place")
    return found


def _events() -> dict[str, tuple[Kind, str, str]]:
    columns: dict[str, tuple[Kind, str, str]] = {"run_id": MOMENTS["run_id"]}
    for name in EVENT_COLUMNS:
        if name in EVENTS_KEPT:
            unit = "year" if name == "time" else ""
            columns[name] = (EVENT_KINDS.get(name, "text"), unit, EVENT_TEXTS.get(name, f"{name} of the event"))
    return columns


def kind_of(values: Iterable[Any]) -> Kind:
    """The kind of column that holds these values."""
    held = [value for value in values if value is not None]
    if held and all(isinstance(value, bool) for value in held):
        return "truth"
    return "number" if all(isinstance(v, int | float) and not isinstance(v, bool) for v in held) else "text"


def as_columns(rows: Sequence[Mapping[str, Any]], kinds: Mapping[str, tuple[Kind, str, str]]) -> dict[str, Array]:
    """Rows as columns, the same ones in the same types whatever the rows hold."""
    found: dict[str, Array] = {}
    for name, (kind, _, _) in kinds.items():
        values = [row.get(name) for row in rows]
        if kind == "text":
            column = np.empty(len(rows), dtype=object)
            column[:] = [None if value is None else _text(value) for value in values]
            found[name] = column
        else:
            found[name] = np.array([EMPTY[kind] if value is None else value for value in values], dtype=TYPES[kind])
    return found


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value) if isinstance(value, list | dict) else str(value)
