"""Everything about one state, or about what lies between two, at one moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.measures import BY_STATE
from sim.ui.sides import Side, Simulated
from sim.world import LEVELS, OBLIGATIONS, World

COLUMNS = (
    "gdp",
    "population",
    "milex_share",
    "democracy",
    "ideal_point",
    "autonomy",
    "activism",
    "credibility",
    "legitimacy",
)


def of_state(side: Side, step: int, code: str) -> dict[str, Any]:
    """Title and groups of lines of a state."""
    names, held = names_of(side), columns_of(side)
    row = names.states.index(code)
    shares = side.portfolios(row, step, step)[0]
    options = ("non-aligned", *(names.title(pole) for pole in names.poles))
    held_by = [{"label": label, "value": f"{share:.0%}"} for label, share in zip(options, shares, strict=True)]
    standing = [
        line(name, held[name][step][row], measure.unit, measure.doc)
        for name, measure in BY_STATE.items()
        if name in held
    ]
    resources = [line(name, held[name][step][row], unit_of(side, name)) for name in COLUMNS if name in held]
    groups = [
        {"title": "Portfolio", "rows": held_by},
        {"title": "Standing", "rows": standing},
        {"title": "Resources and outlook", "rows": resources},
    ]
    if isinstance(side, Simulated) and step == side.reached:
        groups.append({"title": "Belongs to", "rows": memberships(side, row)})
    return {"title": names.title(code), "groups": groups}


def of_pair(side: Side, step: int, codes: Sequence[str]) -> dict[str, Any]:
    """Title and groups of lines of a pair."""
    names = names_of(side)
    i, j = (names.states.index(code) for code in codes)
    title = " and ".join(names.title(code) for code in codes)
    if not isinstance(side, Simulated) or step != side.reached:
        return {"title": title, "groups": []}
    world = side.model.world
    treaty = [name for place, name in enumerate(OBLIGATIONS) if world.treaty[place, i, j]]
    rows = [
        {"label": "Treaty", "value": ", ".join(treaty) or "none"},
        {"label": "Dispute", "value": LEVELS[int(world.hostility[i, j])]},
        line("affinity", world.affinity[i, j], "1"),
        line("rivalry", world.rivalry[i, j], "1"),
        line("trade", world.trade[i, j], "1e9 USD"),
        {"label": f"Threat felt by {names.title(codes[0])}", "value": float(world.threat[i, j]), "unit": "1"},
        {"label": f"Threat felt by {names.title(codes[1])}", "value": float(world.threat[j, i]), "unit": "1"},
    ]
    return {"title": title, "groups": [{"title": "Between them", "rows": rows}]}


def memberships(side: Simulated, row: int) -> list[dict[str, Any]]:
    """Organisations that a state is a member of."""
    world = side.model.world
    found = [m for m in range(len(world.names.organisations)) if world.member[m, row]]
    return [
        {"label": world.names.title(world.names.organisations[m]), "value": world.names.organisations[m]} for m in found
    ]


def line(name: str, value: Any, unit: str, doc: str = "") -> dict[str, Any]:
    """A line with a name that can be read."""
    return {"label": name.replace("_", " ").capitalize(), "value": float(value), "unit": unit, "doc": doc}


def unit_of(side: Side, name: str) -> str:
    """The unit of a column of states."""
    declared = getattr(World, name, None)
    return str(getattr(declared, "unit", "1"))


def names_of(side: Side) -> Any:
    """Who is who."""
    return side.model.world.names if isinstance(side, Simulated) else side.finished.names


def columns_of(side: Side) -> Any:
    """Columns and measures of states over time."""
    return side.model.history.states if isinstance(side, Simulated) else side.finished.states
