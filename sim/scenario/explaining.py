"""What the schema objects to, in sentences: where it stands, what is wrong, what to write instead."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Annotated, Any, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from sim.core.spelling import nearest
from sim.scenario.problems import KeyPath, Places, Problem, place_of, spell

type Shape = Any
"""An annotation: what the schema wants at some place."""


def explained(error: ValidationError, kind: type[BaseModel], data: Mapping[str, Any], places: Places) -> list[Problem]:
    """A problem for everything that the schema objects to.

    Args:
        error: what validating `data` raised.
        kind: the model that it was validated against.
        data: the plain data.
        places: key path -> place in the files.
    """
    found = []
    for detail in error.errors(include_url=False):
        location = tuple(part for part in detail["loc"] if part != "[key]")
        if not _follows_from_another(detail):
            path = _within(location, data)
            message = _SAYERS.get(detail["type"], _plain)(detail, location, kind)
            found.append(Problem(message, spell(path), place_of(path, places)))
    return found


def _follows_from_another(detail: Any) -> bool:
    """A list counts as too short when entries in it are wrong, which is told already."""
    return detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]


def _within(location: KeyPath, data: Any) -> KeyPath:
    """The path in the data: without the tags that the schema puts between (the kind of an event)."""
    path: KeyPath = ()
    for number, part in enumerate(location):
        tagged = isinstance(data, Mapping) and data.get("kind") == part
        if _holds(data, part):
            data = data[part]
        elif tagged or number < len(location) - 1:
            continue
        path = (*path, part)
    return path


def _holds(data: Any, part: str | int) -> bool:
    if isinstance(data, list | tuple):
        return isinstance(part, int) and part < len(data)
    return isinstance(data, Mapping) and part in data


# -- what the schema wants at a place ----------------------------------------------------------------------------------
def _shape_at(location: KeyPath, kind: Shape) -> tuple[Shape, FieldInfo | None]:
    """The annotation at a place, and the field that it belongs to."""
    shape, info = kind, None
    for part in location:
        shape, info = _inside(_bare(shape, part), part, info)
    return shape, info


def _inside(shape: Shape, part: str | int, info: FieldInfo | None) -> tuple[Shape, FieldInfo | None]:
    if isinstance(shape, type) and issubclass(shape, BaseModel):
        fields = shape.model_fields
        field = fields.get(str(part)) or next((each for each in fields.values() if each.alias == part), None)
        return (field.annotation, field) if field else (shape, info)
    arguments, origin = get_args(shape), _origin(shape)
    if origin is dict:
        return arguments[1], _annotated_field(arguments[1]) or info
    if origin in (list, tuple):
        return arguments[0], info
    return shape, info


def _bare(shape: Shape, part: str | int) -> Shape:
    """Without `Annotated` and `None`; of several models the one that `part` names by its kind."""
    while _origin(shape) is Annotated:
        shape = get_args(shape)[0]
    if _origin(shape) in (Union, types.UnionType):
        options = [_bare(option, part) for option in get_args(shape) if option is not type(None)]
        tagged = [option for option in options if part in _kinds(option)]
        return (tagged or options)[0] if tagged or len(options) == 1 else shape
    return shape


def _origin(shape: Shape) -> Any:
    return get_origin(shape)


def _kinds(shape: Shape) -> tuple[Any, ...]:
    field = shape.model_fields.get("kind") if isinstance(shape, type) and issubclass(shape, BaseModel) else None
    return get_args(field.annotation) if field else ()


def _annotated_field(shape: Shape) -> FieldInfo | None:
    held: tuple[Any, ...] = get_args(shape)[1:] if _origin(shape) is Annotated else ()
    return next((item for item in held if isinstance(item, FieldInfo)), None)


def _bounds(info: FieldInfo | None) -> str:
    """ "a number from 0 to 1", as far as a field says."""
    found: dict[type, float] = {}
    for rule in info.metadata if info else ():
        for bound, name in ((Ge, "ge"), (Gt, "gt"), (Le, "le"), (Lt, "lt")):
            if isinstance(rule, bound) and isfinite(limit := getattr(rule, name)):
                found[bound] = limit
    low = f" from {found[Ge]:g}" if Ge in found else f" above {found[Gt]:g}" if Gt in found else ""
    high = f" to {found[Le]:g}" if Le in found else f" below {found[Lt]:g}" if Lt in found else ""
    return f"a number{low}, at most{high.removeprefix(' to')}" if Gt in found and high else f"a number{low}{high}"


def _meaning(info: FieldInfo | None) -> str:
    return f" ({info.description.rstrip('.')})" if info and info.description else ""


# -- sentences ---------------------------------------------------------------------------------------------------------
def _number(detail: Any, location: KeyPath, kind: Shape) -> str:
    info = _shape_at(location, kind)[1]
    value = detail["input"]
    shown = f"{value:g}" if isinstance(value, float) else repr(value)
    wrong = "is out of bounds" if isinstance(value, int | float) and not isinstance(value, bool) else "is no number"
    if isinstance(value, float) and not isfinite(value):
        wrong = "is no finite number"
    return f"{shown} {wrong}; write {_bounds(info)}{_meaning(info)}"


def _whole(detail: Any, location: KeyPath, kind: Shape) -> str:
    return f"{detail['input']!r} is no whole number; write one{_meaning(_shape_at(location, kind)[1])}"


def _missing(detail: Any, location: KeyPath, kind: Shape) -> str:
    info = _shape_at(location, kind)[1]
    return f"is missing; write {_wanted(info.annotation if info else None, info)}{_meaning(info)}"


def _wanted(shape: Shape, info: FieldInfo | None) -> str:
    shape = _bare(shape, "")
    if shape is float or shape is int:
        return _bounds(info)
    words = {str: "text in quotes", bool: "true or false"}
    held = {dict: "a table", tuple: "a list", list: "a list"}
    return words.get(shape) or held.get(_origin(shape)) or "it"


def _extra(detail: Any, location: KeyPath, kind: Shape) -> str:
    around = _bare(_shape_at(location[:-1], kind)[0], location[-1])
    held = around.model_fields if isinstance(around, type) and issubclass(around, BaseModel) else {}
    fields = [each.alias or name for name, each in held.items()]
    also = ("extends", "tables") if around is kind else ()
    return f"no key '{location[-1]}' here; {nearest(str(location[-1]), [*fields, *also])}"


def _one_of(detail: Any, location: KeyPath, kind: Shape) -> str:
    valid = [str(word) for word in get_args(_bare(_shape_at(location, kind)[0], ""))]
    return f"{detail['input']!r} is not valid here; {nearest(str(detail['input']), valid)}"


def _kind_of_event(detail: Any, location: KeyPath, kind: Shape) -> str:
    valid = [word.strip(" '") for word in detail["ctx"]["expected_tags"].split(",")]
    return f"no kind of event '{detail['ctx']['tag']}'; {nearest(detail['ctx']['tag'], valid)}"


def _kindless(detail: Any, location: KeyPath, kind: Shape) -> str:
    return 'the event has no kind; write one, as kind = "treaty"'


def _many(detail: Any, location: KeyPath, kind: Shape) -> str:
    context = detail["ctx"]
    low, high = context.get("min_length"), context.get("max_length")
    asked = f"at least {low}" if low is not None else f"at most {high}"
    if isinstance(detail["input"], str):
        return f"{detail['input']!r} is too {'short' if low is not None else 'long'}; write {asked} characters"
    return f"has {len(detail['input'])} entries; write {asked}{_meaning(_shape_at(location, kind)[1])}"


def _instead(asked: str) -> Callable[[Any, KeyPath, Shape], str]:
    def say(detail: Any, location: KeyPath, kind: Shape) -> str:
        return f"{detail['input']!r} is not valid here; write {asked}{_meaning(_shape_at(location, kind)[1])}"

    return say


def _plain(detail: Any, location: KeyPath, kind: Shape) -> str:
    return f"{detail['msg']}{_meaning(_shape_at(location, kind)[1])}"


_NUMBERS = "float_type float_parsing finite_number greater_than greater_than_equal less_than less_than_equal"
_SAYERS: dict[str, Callable[[Any, KeyPath, Shape], str]] = {
    **dict.fromkeys(_NUMBERS.split(), _number),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), _whole),
    **dict.fromkeys(("too_short", "too_long", "string_too_short", "string_too_long"), _many),
    **dict.fromkeys(("model_type", "dict_type", "model_attributes_type"), _instead("a table")),
    **dict.fromkeys(("list_type", "tuple_type"), _instead('a list, as ["KAZ", "UZB"],')),
    **dict.fromkeys(("bool_type", "bool_parsing"), _instead("true or false, in a table 1 or 0")),
    "detente": lambda detail, location, kind: str(detail["ctx"]["text"]),
    "string_type": _instead("text in quotes"),
    "missing": _missing,
    "extra_forbidden": _extra,
    "literal_error": _one_of,
    "union_tag_invalid": _kind_of_event,
    "union_tag_not_found": _kindless,
}
