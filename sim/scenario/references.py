"""Names that must exist: the states, poles, organisations, norms, policies and mechanisms that a scenario may speak of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any, NoReturn

from pydantic_core import PydanticCustomError

from sim import mechanisms, policies
from sim.core.params import Param, parameters
from sim.core.registry import discover
from sim.core.spelling import nearest
from sim.mechanisms.base import Mechanism
from sim.policies.base import Policy

NAMES_CODE = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")
"""`module:Class`: a policy that the user wrote."""


@dataclass(frozen=True)
class Known:
    """What exists in the scenario that is being read; `sharing` holds the states that belong to a pole."""

    states: frozenset[str] = frozenset()
    poles: frozenset[str] = frozenset()
    sharing: frozenset[str] = frozenset()
    organisations: frozenset[str] = frozenset()
    norms: frozenset[str] = frozenset()


_known: ContextVar[Known] = ContextVar("known", default=Known())


@contextmanager
def knowing(data: Any) -> Iterator[None]:
    """Inside the block the names of this scenario, raw and perhaps faulty, are the ones that exist."""
    token = _known.set(_names(data if isinstance(data, Mapping) else {}))
    try:
        yield
    finally:
        _known.reset(token)


def known() -> Known:
    """The names that exist where we are."""
    return _known.get()


def _names(data: Mapping[str, Any]) -> Known:
    poles = data.get("poles", ())
    weights = poles.values() if isinstance(poles, Mapping) else ()
    sharing = {code for held in weights if isinstance(held, Mapping) for code in held}
    listed = {name for name in poles if isinstance(name, str)} if isinstance(poles, Iterable) else set()
    tables = (data.get(key) for key in ("states", "organisations", "norms"))
    states, organisations, norms = (frozenset(held) if isinstance(held, Mapping) else frozenset() for held in tables)
    return Known(states, frozenset(listed), frozenset(sharing or listed), organisations, norms)


@cache
def policy_kinds() -> dict[str, type[Policy]]:
    """Every policy that comes with Détente, by name."""
    return discover(policies, Policy)


@cache
def mechanism_kinds() -> dict[str, type[Mechanism]]:
    """Every mechanism, by name."""
    return discover(mechanisms, Mechanism)


@cache
def mechanism_parameters() -> dict[str, dict[str, Param]]:
    """Mechanism -> parameter -> its declaration."""
    return {name: parameters(kind) for name, kind in mechanism_kinds().items()}


def refuse(message: str) -> NoReturn:
    """Stop the validation of one value with a sentence for the user."""
    raise fault(message)


def fault(*messages: str) -> PydanticCustomError:
    """An error of one value that says one or several things, each a sentence for the user."""
    return PydanticCustomError("detente", "{text}", {"text": "; ".join(messages), "messages": list(messages)})


def faults(found: Mapping[tuple[str | int, ...], str]) -> PydanticCustomError:
    """Errors at several places inside one value: path below it -> sentence."""
    inner = [[list(path), message] for path, message in found.items()]
    return PydanticCustomError("detente", "{text}", {"text": "; ".join(found.values()), "inner": inner})


def state_code(code: str) -> str:
    """A code that must be one of the scenario's states."""
    return _one_of(code, known().states, "state")


def pole_name(name: str) -> str:
    """A name that must be one of the scenario's poles."""
    return _one_of(name, known().poles, "pole")


def policy_name(name: str) -> str:
    """A policy that comes with Détente, or `module:Class` (whether that may run is asked later)."""
    return name if NAMES_CODE.fullmatch(name) else _one_of(name, policy_kinds(), "policy")


def mechanism_name(name: str) -> str:
    """A mechanism that exists."""
    return _one_of(name, mechanism_kinds(), "mechanism")


def _one_of(name: str, valid: Iterable[str], what: str) -> str:
    valid = set(valid)
    if name not in valid:
        refuse(f"no {what} '{name}'; {nearest(name, valid)}")
    return name


_EVENT_NAMES: dict[str, tuple[str, str]] = {
    "sender": ("state", "states"),
    "target": ("state", "states"),
    "originator": ("state", "states"),
    "state": ("state", "states"),
    "states": ("state", "states"),
    "members": ("state", "states"),
    "organisation": ("organisation", "organisations"),
    "norm": ("norm", "norms"),
}
"""Field of a scheduled event -> what it names, and where those names are."""


def event_names(event: Any) -> Any:
    """A scheduled event all of whose names exist."""
    found: dict[tuple[str | int, ...], str] = {}
    for field, (what, where) in _EVENT_NAMES.items():
        value = getattr(event, field, ())
        valid = getattr(known(), where)
        for name in (value,) if isinstance(value, str) else value:
            if name not in valid:
                found[(field,)] = f"no {what} '{name}'; {nearest(name, valid)}"
    if isinstance(policy := getattr(event, "policy", None), str):
        found |= _tried("policy", policy_name, policy)
    if isinstance(key := getattr(event, "key", None), str):
        found |= _tried("key", lambda text: parameter_value(text, event.value), key)
    if found:
        raise faults(found)
    return event


def _tried(field: str, check: Any, value: str) -> dict[tuple[str | int, ...], str]:
    try:
        check(value)
    except PydanticCustomError as error:
        return {(field,): error.message()}
    return {}


def parameter_value(key: str, value: float) -> None:
    """Check a parameter that is named in full, as `mechanisms.alignment.kappa`, and its value."""
    declared = {f"mechanisms.{unit}.{name}": p for unit, held in mechanism_parameters().items() for name, p in held.items()}
    if key not in declared:
        refuse(f"no parameter '{key}'; {nearest(key, declared)}")
    if message := out_of_bounds(declared[key], value):
        refuse(message)


def out_of_bounds(declared: Param, value: Any) -> str:
    """What is wrong with the value of a parameter; "" if nothing is."""
    asked = f"write a number from {declared.low:g} to {declared.high:g} (default {declared.default:g}, unit {declared.unit})"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"{value!r} is no number; {asked}"
    return "" if declared.low <= value <= declared.high else f"{value:g} is out of bounds; {asked}"
