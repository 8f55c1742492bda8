"""Conditions of events, as `tension > 0.6 and not states.KAZ.nuclear`: read once, asked at every step.

A condition joins comparisons (`<`, `<=`, `>`, `>=`, `==`, `!=`) of numbers by `and`, `or`, `not`; numbers are measures,
columns at an address (`sim.interventions.addresses`), `year`, constants, and what `+ - * /`, `abs`, `min` and `max`
make of them. Nothing else is understood, so a condition cannot run code. What is said about a state that does not exist
is neither true nor false (nor is a division by zero); an event waits until its condition is true.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sim.core.spelling import nearest
from sim.interventions.addresses import Address, AddressError, address
from sim.world import Names, World

LONGEST = 500
"""Most characters of a condition."""
EXAMPLE = 'as "tension > 0.6 and states.KAZ.credibility < 0.3"'

type Ask = Callable[[World], Any]
"""What a part of a condition is in a world: a number, a truth, or None where it means nothing."""


class ConditionError(ValueError):
    """A condition that cannot be understood; the message says what to write instead."""


@dataclass(frozen=True)
class Condition:
    """A condition that has been read.

    Attributes:
        text: as it was written. addresses: the numbers that it looks at, in their order.
    """

    text: str
    addresses: tuple[Address, ...]
    _ask: Ask

    def holds(self, world: World) -> bool:
        """Whether it is true of the world as it stands."""
        return self._ask(world) is True

    def values(self, world: World) -> dict[str, float]:
        """The numbers that it looks at, by address; those that mean nothing now are left out."""
        found = {each.text: each.value(world) for each in self.addresses}
        return {text: value for text, value in found.items() if value is not None}


def condition(text: str, names: Names) -> Condition:
    """Read a condition.

    Args:
        text: as in a scenario. names: who exists.

    Raises:
        ConditionError: it cannot be understood; says where and what to write instead.
    """
    if not text.strip():
        raise ConditionError(f"the condition is empty; write one, {EXAMPLE}")
    if len(text) > LONGEST:
        raise ConditionError(f"the condition has {len(text)} characters; write {LONGEST} at most")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ConditionError(_unreadable(text, error)) from error
    reader = _Reader(names)
    try:
        ask = reader.truth(tree)
    except AddressError as error:
        raise ConditionError(str(error)) from error
    if not reader.addresses:
        raise ConditionError(f"'{text}' says nothing about the world; write a condition {EXAMPLE}")
    return Condition(text.strip(), tuple(dict.fromkeys(reader.addresses)), ask)


_SLIPS = {
    "&&": "write and",
    "||": "write or",
    "!": "write not, or != between two numbers",
    " AND ": "write and in small letters",
    " OR ": "write or in small letters",
    "NOT ": "write not in small letters",
    "%": "write a share as a number, 0.6 for 60%",
}


def _unreadable(text: str, error: Exception) -> str:
    bare = text
    for mark in ("==", "<=", ">=", "!="):
        bare = bare.replace(mark, " ")
    hint = next((hint for mark, hint in _SLIPS.items() if mark in bare), "")
    if not hint and "=" in bare:
        hint = "write == to compare"
    where = f" near '{text[max(0, offset - 1) :][:20]}'" if (offset := getattr(error, "offset", None)) else ""
    return f"the condition '{text}' cannot be read{where}; {hint or f'write one {EXAMPLE}'}"


_COMPARED: Mapping[type, Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_RECKONED: Mapping[type, Callable[[Any, Any], float | None]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda a, b: a / b if b else None,
}
_FUNCTIONS: Mapping[str, Callable[..., float]] = {"abs": abs, "min": min, "max": max}


class _Reader:
    """Turns a parsed condition into functions of a world, noting the addresses."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.addresses: list[Address] = []

    def truth(self, node: ast.expr) -> Ask:
        """What is true, false or None."""
        if isinstance(node, ast.BoolOp):
            return _joined([self.truth(part) for part in node.values], isinstance(node.op, ast.And))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return _denied(self.truth(node.operand))
        if isinstance(node, ast.Compare):
            return self._comparison(node)
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            found = self._address(node)
            if found.truth:
                return lambda world: None if (value := found.value(world)) is None else value > 0
            raise ConditionError(f"'{found.text}' is a number; compare it, as {found.text} > 0.5")
        raise ConditionError(f"'{ast.unparse(node)}' is neither true nor false; write a comparison, {EXAMPLE}")

    def number(self, node: ast.expr) -> Ask:
        """What is a number or None."""
        if isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float):
            value = float(node.value)
            return lambda world: value
        if isinstance(node, ast.Name) and node.id in ("true", "false"):
            flag = float(node.id == "true")
            return lambda world: flag
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            return self._address(node).value
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            sign = -1.0 if isinstance(node.op, ast.USub) else 1.0
            return _applied(lambda a: sign * a, [self.number(node.operand)])
        if isinstance(node, ast.BinOp) and type(node.op) in _RECKONED:
            return _applied(_RECKONED[type(node.op)], [self.number(node.left), self.number(node.right)])
        if isinstance(node, ast.Call):
            return self._call(node)
        raise ConditionError(f"'{ast.unparse(node)}' is no number here; a condition compares numbers, {EXAMPLE}")

    def _call(self, node: ast.Call) -> Ask:
        name = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
        if name not in _FUNCTIONS or node.keywords:
            raise ConditionError(f"no function '{name}' in conditions; {nearest(name, _FUNCTIONS)}")
        fewest, most = (1, 1) if name == "abs" else (2, 20)
        if not fewest <= len(node.args) <= most:
            raise ConditionError(f"'{ast.unparse(node)}': write {name} with {fewest} number{'s' * (fewest > 1)}")
        return _applied(_FUNCTIONS[name], [self.number(part) for part in node.args])

    def _comparison(self, node: ast.Compare) -> Ask:
        """A chain of comparisons holds if each of them does."""
        sides = [node.left, *node.comparators]
        links = []
        for left, operation, right in zip(sides, node.ops, sides[1:], strict=False):
            if type(operation) not in _COMPARED:
                raise ConditionError(f"'{ast.unparse(node)}': compare with <, <=, >, >=, == or !=")
            links.append(_applied(_COMPARED[type(operation)], self._sides(left, right)))
        return _joined(links, every=True)

    def _sides(self, left: ast.expr, right: ast.expr) -> list[Ask]:
        """Both sides as numbers; a word beside an address of named values is the number of the name."""
        for one, other in ((left, right), (right, left)):
            if isinstance(one, ast.Constant) and isinstance(one.value, str):
                numbered = self._word(one.value, other)
                asked = self.number(other)
                return [asked, numbered] if one is right else [numbered, asked]
        return [self.number(left), self.number(right)]

    def _word(self, word: str, beside: ast.expr) -> Ask:
        kept = list(self.addresses)
        address_like = isinstance(beside, ast.Name | ast.Attribute | ast.Subscript)
        words = self._address(beside).words if address_like else ()
        self.addresses = kept
        if not words:
            raise ConditionError(f"'{word}' is text; only policies and tiers are compared with words")
        if word not in words:
            raise ConditionError(f"'{word}' is not valid here; {nearest(word, words)}")
        number = float(words.index(word))
        return lambda world: number

    def _address(self, node: ast.expr) -> Address:
        found = address(_words(node), self.names)
        self.addresses.append(found)
        return found


def _words(node: ast.expr) -> list[str]:
    """An address word by word: names after dots, or texts in brackets."""
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        return [*_words(node.value), node.attr]
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        return [*_words(node.value), node.slice.value]
    raise ConditionError(f"'{ast.unparse(node)}' is no address; write for instance states.KAZ.credibility")


def _applied(rule: Callable[..., Any], parts: list[Ask]) -> Ask:
    def ask(world: World) -> Any:
        values = [part(world) for part in parts]
        return None if None in values else rule(*values)

    return ask


def _denied(part: Ask) -> Ask:
    return _applied(operator.not_, [part])


def _joined(parts: list[Ask], every: bool) -> Ask:
    """All of them, or any: what means nothing does not matter where the others decide."""

    def ask(world: World) -> bool | None:
        values = [part(world) for part in parts]
        if (not every) in values:
            return not every
        return None if None in values else every

    return ask
