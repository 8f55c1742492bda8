"""Everything about a simulation that does not change while it runs, as the page wants to know it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from sim.core.params import parameters
from sim.interventions.kinds import BY_KIND
from sim.measures import BY_STATE, SCALAR
from sim.mechanisms._shock_kinds import SHOCKS
from sim.ui.protocol import plain

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.world import World

FLAGSHIP = "KAZ"
EXACT = 2**53
"""Browsers know whole numbers exactly only below this."""
HIDDEN = frozenset({"enter", "leave_world"})
"""Kinds of events that need declarations which only a scenario file can hold."""
STATE_FIELDS = frozenset({"sender", "target", "state", "originator", "predecessor"})
NAMED_TYPES = {
    "members": "states",
    "states": "states",
    "organisation": "organisation",
    "policy": "policy",
    "norm": "norm",
    "mechanism": "mechanism",
    "pole": "pole",
}
MEDIATE = {
    "kind": "mediate",
    "doc": "A state offers its good offices in earnest for some years: its diplomatic activism is raised.",
    "fields": [
        {"name": "state", "type": "state", "required": True, "doc": "who offers"},
        {"name": "activism", "type": "number", "low": 0, "high": 1, "default": 1, "required": True, "doc": "how much"},
        {"name": "for", "type": "number", "low": 0.25, "high": 50, "default": 3, "required": True, "doc": "years"},
    ],
}


def world_of(
    scenario: Scenario,
    world: World,
    rules: Mapping[str, Any],
    *,
    identity: str,
    seed: int,
    offered: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """States, poles, measures, parameters, kinds of interventions.

    Args:
        world: any state of it.
        rules: prefix (mechanisms.alignment, policies.balance) -> mechanism or policy as it stands.
        identity: what the page calls the scenario.
        offered: key -> value before the visitor changed it.
    """
    names = world.names
    starts = {one["key"]: one["value"] for one in parameters_of(rules_of_scenario(scenario))} | dict(offered or {})
    facts = {
        "scenario": {
            "id": identity,
            "title": scenario.title or scenario.name,
            "notes": scenario.notes,
            "hash": scenario.hash,
            "start": scenario.start,
            "end": scenario.end,
            "dt": scenario.dt,
            "steps": scenario.steps,
        },
        "seed": seed if seed < EXACT else str(seed),
        "flagship": flagship(world),
        "states": [state_of(scenario, world, row) for row in range(len(names.states))],
        "poles": [pole_of(world, place) for place in range(len(names.poles))],
        "organisations": [{"code": code, "name": names.title(code)} for code in names.organisations],
        "norms": names.norms,
        "policies": names.policies,
        "measures": {"state": [*map(measure_of, BY_STATE.values())], "world": [*map(measure_of, SCALAR.values())]},
        "parameters": [{**one, "start": starts.get(one["key"])} for one in parameters_of(rules)],
        "interventions": [MEDIATE, *kinds_of_events()],
        "interventions_made": [],
    }
    told: dict[str, Any] = plain(facts)
    return told


def flagship(world: World) -> str:
    """The state whose portfolio is shown first: Kazakhstan, else the first middle power outside the poles."""
    names, outside = world.names, ~world.in_pole
    if FLAGSHIP in names.states and outside[names.states.index(FLAGSHIP)]:
        return FLAGSHIP
    middle = [row for row in range(len(names.states)) if outside[row] and world.tier[row] == 1]
    free = middle or [row for row in range(len(names.states)) if outside[row]] or [0]
    return names.states[free[0]]


def state_of(scenario: Scenario, world: World, row: int) -> dict[str, Any]:
    """What a state is called, where it lies (degrees east and north) and whether it belongs to a pole."""
    code = world.names.states[row]
    spec, poles = scenario.states.get(code), world.pole[:, row]
    return {
        "code": code,
        "name": world.names.title(code),
        "region": getattr(spec, "region", "") or "",
        "members": list(getattr(spec, "members", ()) or ()),
        "pole": int(poles.argmax()) if poles.max(initial=0) > 0 else -1,
        "weight": float(world.gdp[row]),
        "place": [spec.longitude, spec.latitude] if spec is not None else None,
    }


def pole_of(world: World, place: int) -> dict[str, Any]:
    """A pole with its members, the largest economy first."""
    names, code = world.names, world.names.poles[place]
    rows = [row for row in range(len(names.states)) if world.pole[place, row] > 0]
    rows.sort(key=lambda row: -float(world.gdp[row]))
    return {"code": code, "name": names.title(code), "members": [names.states[row] for row in rows]}


def measure_of(measure: Any) -> dict[str, Any]:
    """A measure's declaration."""
    return {name: getattr(measure, name) for name in ("name", "unit", "low", "high", "doc")}


def rules_of(mechanisms: Mapping[str, Any], policies: Mapping[str, Any]) -> dict[str, Any]:
    """All mechanisms and policies by the beginning of their keys."""
    return {f"mechanisms.{name}": unit for name, unit in mechanisms.items()} | {
        f"policies.{name}": unit for name, unit in policies.items() if ":" not in name
    }


def rules_of_scenario(scenario: Scenario) -> dict[str, Any]:
    """The same as a scenario begins with them."""
    return rules_of(scenario.rules(), {} if scenario.own_policies() else scenario.decisions())


def parameters_of(rules: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """All parameters, as declared and as they stand."""
    for prefix, unit in rules.items():
        for name, one in parameters(unit).items():
            yield {
                "key": f"{prefix}.{name}",
                "name": name,
                "group": prefix,
                "value": getattr(unit, name),
                "default": one.default,
                "unit": one.unit,
                "low": one.low,
                "high": one.high,
                "doc": one.doc,
                "source": one.source,
                "integer": False,
            }


def kinds_of_events() -> Iterator[dict[str, Any]]:
    """Every kind of intervention with its fields, read from its model."""
    for kind, model in BY_KIND.items():
        if kind not in HIDDEN:
            fields = [field_of(kind, name, info) for name, info in model.model_fields.items() if name != "kind"]
            yield {"kind": kind, "doc": inspect.cleandoc(model.__doc__ or ""), "fields": fields}


def field_of(kind: str, name: str, info: FieldInfo) -> dict[str, Any]:
    """What a form needs to know of a field."""
    bounds = {end: getattr(each, end) for each in info.metadata for end in ("ge", "le") if hasattr(each, end)}
    default = None if info.is_required() else info.get_default(call_default_factory=True)
    told = {
        "name": info.alias or name,
        "required": info.is_required(),
        "default": default if default not in (None, "", []) else None,
        "low": bounds.get("ge"),
        "high": bounds.get("le"),
        "doc": info.description or "",
    }
    return told | form_of(kind, name, info.annotation)


def form_of(kind: str, name: str, annotation: Any) -> dict[str, Any]:
    """The type of a field, with the choices where there are some."""
    if kind == "shock" and name == "name":
        return {"type": "choice", "choices": [shock.kind for shock in SHOCKS]}
    if kind == "parameter" and name == "key":
        return {"type": "parameter"}
    if name in STATE_FIELDS:
        return {"type": "state"}
    if name in NAMED_TYPES:
        return {"type": NAMED_TYPES[name]}
    options = literals(annotation)
    if options:
        return {"type": "choice", "choices": options}
    inner = {each for each in leaves(annotation) if isinstance(each, type)}
    if bool in inner:
        return {"type": "flag"}
    return {"type": "number" if float in inner else "integer" if int in inner else "text"}


def literals(annotation: Any) -> list[str]:
    """The choices that a type leaves, if it is a Literal or holds one."""
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    return next((found for each in get_args(annotation) if (found := literals(each))), [])


def leaves(annotation: Any) -> Iterator[Any]:
    """The plain types that a type is made of."""
    if not get_args(annotation):
        yield annotation
    for each in get_args(annotation):
        yield from leaves(each)
