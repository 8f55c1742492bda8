"""Changes to a scenario from outside: `mechanisms.alignment.kappa=2`, `policies.KAZ=balance`, `end=2100`.

A parameter of a policy is called as `detente describe` calls it, `policies.multi_vector.mediation=1.5`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sim.core.spelling import nearest
from sim.scenario.parts import Constants, Norm, Organisation, State
from sim.scenario.problems import Place, Problem
from sim.scenario.reading import Draft, forget
from sim.scenario.references import NAMES_CODE, mechanism_parameters, policy_parameters

type Changes = Mapping[str, Any] | Sequence[str]

_PLAIN = ("name", "title", "notes", "start", "end", "dt", "activation")
_SECTIONS = ("states", "organisations", "norms", "policies", "mechanisms", "constants")
_IN_FILES = ("poles", "ties", "events", "tables", "sources", "extends")
_BARE = re.compile(r"[^\s\[\]{}\"'=,#][^\[\]{}\"'=,#]*")
_IN_A_FILE = "write it in a file that begins with extends = "


class _RefusedError(ValueError):
    """A change that cannot be made; the message says why."""


def make_changes(draft: Draft, changes: Changes) -> None:
    """Make the changes in the data of a scenario; those that cannot be made join its problems."""
    for key, value, place in _told_apart(draft, changes):
        try:
            path = _checked(draft, key, value)
        except _RefusedError as error:
            draft.problems.append(Problem(str(error), place=place))
            continue
        draft.data = _with(draft.data, path, value)
        forget(draft.places, path)
        draft.places[path] = place


def _with(table: Mapping[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """A copy of a table with one value in it changed."""
    if len(path) == 1:
        return {**table, path[0]: value}
    held = table.get(path[0])
    return {**table, path[0]: _with(held if isinstance(held, Mapping) else {}, path[1:], value)}


def _told_apart(draft: Draft, changes: Changes) -> Iterable[tuple[str, Any, Place]]:
    """Key, value and the words of every change."""
    if isinstance(changes, Mapping):
        for key, value in changes.items():
            plain = value.item() if hasattr(value, "item") else value
            yield key, plain, Place(f"changes {key!r}")
        return
    for text in [changes] if isinstance(changes, str) else changes:
        place = Place(f"--set {text}")
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            draft.problems.append(Problem("write KEY=VALUE, as mechanisms.alignment.kappa=2", place=place))
            continue
        try:
            yield key.strip(), _value(value.strip()), place
        except _RefusedError as error:
            draft.problems.append(Problem(str(error), place=place))


def _value(text: str) -> Any:
    """A value as in a TOML file; a bare word is text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        if _BARE.fullmatch(text) and "\n" not in text:
            return text
    shown = f"'{text}' is no value" if text else "the value is missing"
    raise _RefusedError(f'{shown}; write a number, true, false, a word or text in quotes ("...")')


def _checked(draft: Draft, key: str, value: Any) -> tuple[str, ...]:
    """The path of a key that may be changed."""
    path = _path(key)
    top = path[0]
    if top in _IN_FILES or isinstance(value, list | tuple):
        what = f"'{top}'" if top in _IN_FILES else "a list"
        raise _RefusedError(f'{what} cannot be set like this; {_IN_A_FILE}"{draft.data.get("name", "NAME")}"')
    if top in _PLAIN:
        _length(key, path, 1, 1, top)
    elif top in _SECTIONS:
        _SECTION_CHECKS[top](draft, key, path)
    else:
        raise _RefusedError(f"no key '{top}'; {nearest(top, (*_PLAIN, *_SECTIONS))}")
    return path


def _path(key: str) -> tuple[str, ...]:
    """The words of a key; the name of a policy of the user's own, `module:Class`, may itself hold dots."""
    path = tuple(key.split("."))
    name = ".".join(path[1:-1])
    return (path[0], name, path[-1]) if path[0] == "policies" and NAMES_CODE.fullmatch(name) else path


def _length(key: str, path: tuple[str, ...], fewest: int, most: int, form: str) -> None:
    if not (fewest <= len(path) <= most and all(path)):
        raise _RefusedError(f"'{key}' is not of the form {form}")


def _existing(name: str, valid: Iterable[str], what: str) -> None:
    valid = list(valid)
    if name not in valid:
        raise _RefusedError(f"no {what} '{name}'; {nearest(name, valid)}")


def _held(draft: Draft, section: str) -> list[str]:
    held = draft.data.get(section, {})
    return list(held) if isinstance(held, Mapping) else []


def _state(draft: Draft, key: str, path: tuple[str, ...]) -> None:
    deepest = 4 if path[2:3] == ("alignment",) else 3
    _length(key, path, 3, deepest, "states.CODE.COLUMN, as states.KAZ.autonomy")
    _existing(path[1], _held(draft, "states"), "state")
    _existing(path[2], State.model_fields, "column")


def _organisation(draft: Draft, key: str, path: tuple[str, ...]) -> None:
    _length(key, path, 3, 3, "organisations.CODE.KEY, as organisations.CSTO.legitimacy")
    _existing(path[1], _held(draft, "organisations"), "organisation")
    _existing(path[2], Organisation.model_fields, "key")


def _norm(draft: Draft, key: str, path: tuple[str, ...]) -> None:
    deepest = 4 if path[2:3] == ("targets",) else 3
    _length(key, path, 3, deepest, "norms.NAME.KEY, as norms.carbon_neutrality.targets.KAZ")
    _existing(path[1], _held(draft, "norms"), "norm")
    _existing(path[2], Norm.model_fields, "key")


def _policy(draft: Draft, key: str, path: tuple[str, ...]) -> None:
    form = "policies.CODE or policies.NAME.PARAMETER, as policies.KAZ or policies.multi_vector.mediation"
    _length(key, path, 2, 3, form)
    name, declared = path[1], policy_parameters()
    own = NAMES_CODE.fullmatch(name) is not None
    if len(path) == 2 and name not in declared and not own:
        _existing(name, _held(draft, "states"), "state")
    elif len(path) == 3 and not own:
        if name in _held(draft, "states"):
            raise _RefusedError(f"'{key}' is not of the form {form}")
        _existing(name, declared, "policy")
        _existing(path[2], declared[name], "parameter")


def _mechanism(draft: Draft, key: str, path: tuple[str, ...]) -> None:
    _length(key, path, 2, 3, "mechanisms.NAME or mechanisms.NAME.PARAMETER, as mechanisms.alignment.kappa")
    _existing(path[1], mechanism_parameters(), "mechanism")
    if len(path) == 3:
        _existing(path[2], mechanism_parameters()[path[1]], "parameter")


def _constant(draft: Draft, key: str, path: tuple[str, ...]) -> None:
    _length(key, path, 2, 2, "constants.NAME, as constants.reach_base")
    _existing(path[1], Constants.model_fields, "constant")


_SECTION_CHECKS = {
    "states": _state,
    "organisations": _organisation,
    "norms": _norm,
    "policies": _policy,
    "mechanisms": _mechanism,
    "constants": _constant,
}
