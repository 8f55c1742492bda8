"""What can be wrong with an event before it happens: names that do not exist, dates that contradict each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeGuard

from sim import mechanisms, policies
from sim.core.params import Param, parameters
from sim.core.registry import discover
from sim.core.spelling import nearest
from sim.interventions.addresses import AddressError, address, out_of_bounds, settable
from sim.interventions.conditions import ConditionError, condition
from sim.interventions.kinds import BY_KIND
from sim.mechanisms._shock_kinds import SHOCKS
from sim.mechanisms.base import Mechanism
from sim.policies import Policy
from sim.world import Names

type Fault = tuple[tuple[str | int, ...], str]
"""Path below the event, and what is wrong there."""

SHOCK_KINDS = {name: shock for shock in SHOCKS for name in (shock.kind, shock.key)}
"""The shocks that are known by name."""
LOSSES = ("gdp", "legitimacy", "credibility", "population", "force")
_NAMED = {
    "sender": ("state", "states"),
    "target": ("state", "states"),
    "originator": ("state", "states"),
    "state": ("state", "states"),
    "predecessor": ("state", "states"),
    "states": ("state", "states"),
    "members": ("state", "states"),
    "organisation": ("organisation", "organisations"),
    "organisations": ("organisation", "organisations"),
    "norm": ("norm", "norms"),
    "norms": ("norm", "norms"),
    "pole": ("pole", "poles"),
}
"""Field of an event -> what it names, and where those names are."""
_TWO = {"target": ("sender", "originator"), "predecessor": ("state",)}
"""Field -> those that must name another state."""


def mechanism_kinds() -> dict[str, type[Mechanism]]:
    """Every mechanism, by name."""
    return discover(mechanisms, Mechanism)


@cache
def declared_parameters() -> dict[str, Param]:
    """Every parameter by its full name, as mechanisms.alignment.kappa or policies.multi_vector.mediation."""
    kinds = {"mechanisms": mechanism_kinds(), "policies": discover(policies, Policy)}
    return {
        f"{where}.{unit}.{name}": declared
        for where, units in kinds.items()
        for unit, kind in units.items()
        for name, declared in parameters(kind).items()
    }


def faults(event: Any, names: Names, *, own_policies: Callable[[str], bool] = lambda name: False) -> dict[Any, str]:
    """What is wrong with an event, as plain data, beyond the form of its fields: path -> message.

    Args:
        event: the plain data. names: who exists; its policies are those that come with Détente or are named.
        own_policies: which other names of policies are sound (`module:Class`).
    """
    if not isinstance(event, Mapping) or not isinstance(event.get("kind"), str) or event["kind"] not in BY_KIND:
        return {}
    found: dict[Any, str] = {}
    for path, message in (
        *_names(event, names),
        *_timing(event),
        *_condition(event, names),
        *_particular(event, names, own_policies),
    ):
        found.setdefault(path, message)
    return found


def _names(event: Mapping[str, Any], names: Names) -> Iterator[Fault]:
    for field, (what, where) in _NAMED.items():
        value, valid = event.get(field), getattr(names, where)
        held = list(enumerate(value)) if isinstance(value, list | tuple) else [(None, value)]
        for number, name in held:
            if isinstance(name, str) and name not in valid:
                path = (field,) if number is None else (field, number)
                yield path, f"no {what} '{name}'; {nearest(name, valid)}"
        codes = [name for _, name in held if isinstance(name, str)]
        if twice := sorted({name for name in codes if codes.count(name) > 1}):
            yield (field,), f"{', '.join(twice)} is named twice; name each once"
    for field, others in _TWO.items():
        if any(event.get(field) is not None and event.get(field) == event.get(other) for other in others):
            yield (field,), f"{event[field]} is named twice; name another state"


def _timing(event: Mapping[str, Any]) -> Iterator[Fault]:
    dated, waits = event.get("year") is not None, bool(event.get("when"))
    if not dated and not waits:
        yield (), 'the event has no date; write year = 2030, or a condition as when = "tension > 0.6"'
    if dated and waits:
        yield ("year",), "an event has a date or a condition; with `when` write `after` for its first date"
    waiting = {"after": event.get("after") is not None, "held": event.get("held"), "once": event.get("once") is False}
    for field in [field for field, said in waiting.items() if said and dated and not waits]:
        yield (field,), f"`{field}` goes with a condition (`when`); take it out"
    if dated and event.get("before") is not None and event.get("every") is None:
        yield ("before",), "`before` goes with a condition (`when`) or with `every`; take it out"
    first = event.get("year") if event.get("after") is None else event["after"]
    last = event.get("before")
    if _number(first) and _number(last) and last <= first:
        yield ("before",), f"{last:g} is not later than {first:g}, so that the event would never happen"
    lasting = "for" if "for" in event else "lasting"
    if event.get(lasting) is not None and not BY_KIND[event["kind"]].temporary:
        able = [kind for kind, model in BY_KIND.items() if model.temporary]
        yield (lasting,), f"what a {event['kind']} does cannot be undone; `for` goes with {', '.join(able)}"


def _number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _condition(event: Mapping[str, Any], names: Names) -> Iterator[Fault]:
    if isinstance(text := event.get("when"), str) and text:
        try:
            condition(text, names)
        except ConditionError as error:
            yield ("when",), str(error)


def _particular(event: Mapping[str, Any], names: Names, own: Callable[[str], bool]) -> Iterator[Fault]:
    rules: dict[str, Callable[..., Iterator[Fault]]] = {
        "parameter": _parameter,
        "mechanism": _mechanism,
        "shock": _shock,
        "set": _setting,
    }
    if event["kind"] == "policy" and isinstance(policy := event.get("policy"), str):
        if policy not in names.policies and not own(policy):
            yield ("policy",), f"no policy '{policy}'; {nearest(policy, names.policies)}"
    elif event["kind"] == "parameter" and own(_unit(event.get("key"))):
        return  # what it declares is known once its code runs
    elif event["kind"] in rules:
        yield from rules[event["kind"]](event, names)


def _unit(key: Any) -> str:
    """The policy that the full name of a parameter names; "" if it names none."""
    prefix, _, rest = key.partition(".") if isinstance(key, str) else ("", "", "")
    return rest.rpartition(".")[0] if prefix == "policies" else ""


def _parameter(event: Mapping[str, Any], names: Names) -> Iterator[Fault]:
    key, value = event.get("key"), event.get("value")
    if not isinstance(key, str):
        return
    declared = declared_parameters().get(key)
    if declared is None:
        yield ("key",), f"no parameter '{key}'; {nearest(key, declared_parameters())}"
    elif _number(value) and not declared.low <= value <= declared.high:
        unit = "" if declared.unit == "1" else f", unit {declared.unit}"
        asked = f"write a number from {declared.low:g} to {declared.high:g} (default {declared.default:g}{unit})"
        yield ("value",), f"{value:g} is out of bounds; {asked}"


def _mechanism(event: Mapping[str, Any], names: Names) -> Iterator[Fault]:
    name = event.get("mechanism")
    if isinstance(name, str) and name not in mechanism_kinds():
        yield ("mechanism",), f"no mechanism '{name}'; {nearest(name, mechanism_kinds())}"


def _shock(event: Mapping[str, Any], names: Names) -> Iterator[Fault]:
    own = [loss for loss in LOSSES if event.get(loss)]
    name = event.get("name")
    if not isinstance(name, str):
        return
    if not own and name not in SHOCK_KINDS:
        yield ("name",), f"no shock '{name}'; {nearest(name, SHOCK_KINDS)} (or give its losses: {', '.join(LOSSES)})"
    misplaced = ("size", "state") if own else ("states",)
    for field in misplaced:
        if event.get(field):
            other = "a shock that is known by its name" if own else f"losses of its own ({', '.join(LOSSES)})"
            yield (field,), f"`{field}` goes with {other}; take it out"


def _setting(event: Mapping[str, Any], names: Names) -> Iterator[Fault]:
    ways = [way for way in ("value", "add", "factor") if event.get(way) is not None]
    if len(ways) != 1:
        yield (), f"write one of value, add and factor{', not ' + ' and '.join(ways) if ways else ''}"
    if not isinstance(key := event.get("key"), str):
        return
    try:
        found = address(key.split("."), names)
    except AddressError as error:
        yield ("key",), str(error)
        return
    value = event.get("value")
    if message := settable(found):
        yield ("key",), message
    elif _number(value) and (message := out_of_bounds(found, value)):
        yield ("value",), message


def misplaced_dates(events: Sequence[Any], start: Any, end: Any) -> Iterator[Fault]:
    """Dates of events, as plain data, that lie outside a run; paths begin with the number of the event."""
    for number, event in enumerate(events):
        if not isinstance(event, Mapping):
            continue
        for field in ("year", "after", "before"):
            year = event.get(field)
            if _number(year) and _number(end) and year >= end and field != "before":
                yield (number, field), f"{year:g} is not before the end of the run, {end:g}; write an earlier year"
            early = _number(start) and _number(year) and (year < start or (field == "before" and year == start))
            if early and field != "after":
                yield (number, field), f"{year:g} lies before the start, {start:g}; write a later year"
