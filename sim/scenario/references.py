"""Names that must exist: of states, poles, organisations, norms, policies and mechanisms."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any, NoReturn

from pydantic import ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import InitErrorDetails, PydanticCustomError

from sim import interventions, mechanisms, policies
from sim.core.params import Param, parameters
from sim.core.registry import discover
from sim.core.spelling import nearest
from sim.mechanisms.base import Mechanism
from sim.policies.base import Policy
from sim.scenario.problems import KeyPath
from sim.world import Names

type Found = Mapping[KeyPath, str]
"""Path below a value -> what is wrong there."""

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


NOTHING = Known()
_known: ContextVar[Known] = ContextVar("known", default=NOTHING)


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
def policy_parameters() -> dict[str, dict[str, Param]]:
    """Policy that comes with Détente -> parameter -> its declaration."""
    return {name: dict(parameters(kind)) for name, kind in policy_kinds().items()}


@cache
def mechanism_kinds() -> dict[str, type[Mechanism]]:
    """Every mechanism, by name."""
    return discover(mechanisms, Mechanism)


@cache
def mechanism_parameters() -> dict[str, dict[str, Param]]:
    """Mechanism -> parameter -> its declaration."""
    return {name: dict(parameters(kind)) for name, kind in mechanism_kinds().items()}


def refuse(message: str) -> NoReturn:
    """Stop the validation of one value with a sentence for the user."""
    raise _fault(message)


def _fault(message: str) -> PydanticCustomError:
    return PydanticCustomError("detente", "{text}", {"text": message})


def faults(found: Found, more: ValidationError | None = None) -> ValidationError:
    """An error that objects at several places inside one value, beside what `more` objects to."""
    details = [InitErrorDetails(type=_fault(text), loc=path, input=None) for path, text in found.items()]
    for error in more.errors(include_url=False) if more else ():
        context = error.get("ctx", {})
        kind = _fault(context["text"]) if error["type"] == "detente" else error["type"]
        details.append(InitErrorDetails(type=kind, loc=error["loc"], input=error["input"], ctx=context))
    return ValidationError.from_exception_data("scenario", details)


def along(check: Callable[[Any], Found]) -> WrapValidator:
    """Validate a value as usual and by a check of the plain data too, so that nothing hides what the other finds."""

    def both(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        found = check(value)
        try:
            valid = handler(value)
        except ValidationError as error:
            raise faults(found, error) from None
        if found:
            raise faults(found)
        return valid

    return WrapValidator(both)


def tables_in(value: Any) -> dict[str, Mapping[str, Any]]:
    """Of a table of tables those that are tables, by key."""
    items = value.items() if isinstance(value, Mapping) else ()
    return {key: held for key, held in items if isinstance(key, str) and isinstance(held, Mapping)}


def state_code(code: str) -> str:
    """A code that must be one of the scenario's states."""
    return _one_of(code, known().states, "state")


def pole_name(name: str) -> str:
    """A name that must be one of the scenario's poles."""
    return _one_of(name, known().poles, "pole")


def mechanism_name(name: str) -> str:
    """A mechanism that exists."""
    return _one_of(name, mechanism_kinds(), "mechanism")


def _one_of(name: str, valid: Collection[str], what: str) -> str:
    if name not in valid:
        refuse(f"no {what} '{name}'; {nearest(name, valid)}")
    return name


def event_faults(event: Any) -> Found:
    """What is wrong with a scheduled event, as plain data, beyond the form of its fields."""
    here = known()
    names = Names(
        tuple(here.states),
        tuple(here.poles),
        tuple(here.organisations),
        tuple(here.norms),
        policies=tuple(policy_kinds()),
    )
    return interventions.faults(event, names, own_policies=lambda name: NAMES_CODE.fullmatch(name) is not None)


def number_faults(what: str, name: str, declared: Mapping[str, Param], values: Mapping[str, Any]) -> Found:
    """Parameters of a mechanism or policy (`what`) that do not exist or lie outside their bounds."""
    found: dict[KeyPath, str] = {}
    for key, value in values.items():
        if key not in declared:
            hint = nearest(key, declared) if declared else "it has none"
            found[(name, key)] = f"{what} '{name}' has no parameter '{key}'; {hint}"
        elif message := out_of_bounds(declared[key], value):
            found[(name, key)] = message
    return found


def policy_faults(policies: Any) -> Found:
    """What is wrong with the policies of states (code -> name) and with the parameters of policies (name -> table)."""
    found: dict[KeyPath, str] = {}
    for key, held in policies.items() if isinstance(policies, Mapping) else ():
        if not isinstance(key, str):
            continue
        if key in policy_kinds() or NAMES_CODE.fullmatch(key):
            if not isinstance(held, Mapping):
                found[(key,)] = f"{held!r} says nothing of a policy; write a table of its parameters"
            elif key in policy_kinds():
                found |= number_faults("policy", key, policy_parameters()[key], held)
        elif isinstance(held, Mapping) and key not in known().states:
            found[(key,)] = _none_such(key)
        elif message := _unheld(key, held):
            found[(key,)] = message
    return found


def _unheld(code: str, policy: Any) -> str:
    """Why a state cannot hold a policy; "" if it can."""
    if code not in known().states:
        return f"no state '{code}'; {nearest(code, known().states)}"
    if not isinstance(policy, str):
        return f"{policy!r} names no policy; write its name in quotes, its parameters under [policies.NAME]"
    return "" if policy in policy_kinds() or NAMES_CODE.fullmatch(policy) else _none_such(policy)


def _none_such(policy: str) -> str:
    return f"no policy '{policy}'; {nearest(policy, policy_kinds())}"


def presence_faults(code: str, state: Mapping[str, Any]) -> Found:
    """What is wrong with the coming and going of a state."""
    found: dict[KeyPath, str] = {}
    enters, leaves, predecessor = state.get("enters"), state.get("leaves"), state.get("predecessor")
    if isinstance(enters, int | float) and isinstance(leaves, int | float) and leaves <= enters:
        found[(code, "leaves")] = f"{leaves:g} is not after it enters, {enters:g}; write a later year"
    if isinstance(predecessor, str) and predecessor:
        if predecessor == code:
            found[(code, "predecessor")] = f"{code} cannot succeed itself; name another state"
        elif predecessor not in known().states:
            found[(code, "predecessor")] = f"no state '{predecessor}'; {nearest(predecessor, known().states)}"
    return found


def out_of_bounds(declared: Param, value: Any) -> str:
    """What is wrong with the value of a parameter; "" if nothing is."""
    unit = "" if declared.unit == "1" else f", unit {declared.unit}"
    asked = f"write a number from {declared.low:g} to {declared.high:g} (default {declared.default:g}{unit})"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"{value!r} is no number; {asked}"
    return "" if declared.low <= value <= declared.high else f"{value:g} is out of bounds; {asked}"
