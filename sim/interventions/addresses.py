"""Addresses of numbers in a world: `tension`, `states.KAZ.credibility`, `pairs.KAZ.RUS.threat`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.core.columns import Array, Column, Derived
from sim.core.spelling import nearest
from sim.measures import BY_STATE, SCALAR
from sim.policies.proposals import PROPOSED
from sim.world import AXES, TIERS, Names, World

ROOTS = {"states": "i", "pairs": "ij", "organisations": "m", "norms": "q", "poles": "g"}
"""First word of an address -> letters of the axes whose names come next."""
NON_ALIGNMENT = "non_alignment"
BY_EVENT = {
    "alive": "enter or leave_world",
    "policy": "policy",
    "tier": "tier",
    "hostility": "dispute, war or peace",
    "member": "join or leave",
    "pact": "treaty or end_treaty",
    "adopted": "adopt or abandon",
}
"""Column -> the kind of event that changes it."""
SEEN_ANEW = frozenset({"threat", "intent", "benefit", "guarantee", "drift", *PROPOSED})
"""Columns that are worked out anew in every step, so that setting them changes nothing."""
OF_DISPUTES = frozenset(
    [
        "originator",
        "dispute_tag",
        "dispute_age",
        "fatal",
        "war_remaining",
        "war_length",
        "war_toll",
        "called",
        "onset_reference",
    ]
)


class AddressError(ValueError):
    """An address of nothing, or of what cannot be set; the message says what to write instead."""


@dataclass(frozen=True)
class Address:
    """A number in a world.

    Attributes:
        text: as it was written. column: the declaration, None for a measure or the year.
        index: where in the column or measure, () for a number of the whole world.
        states: rows of the states that must exist for it to mean anything.
        words: names that its values stand for (of policies, of tiers), () for none.
        rule: what gives the array or number.
    """

    text: str
    column: Column | None
    index: tuple[int, ...]
    states: tuple[int, ...]
    words: tuple[str, ...]
    rule: Callable[[World], Any]

    @property
    def truth(self) -> bool:
        """It is true or false rather than a number."""
        return self.column is not None and self.column.dtype is bool

    def value(self, world: World) -> float | None:
        """The number as it stands, True and False as 1 and 0; None where a state that it is about does not exist."""
        if self.states and not all(world.alive[i] for i in self.states):
            return None
        held = self.rule(world)
        number = float(held[self.index] if self.index else held)
        return number if number == number else None

    def written(self, world: World, number: float) -> Array:
        """The column with this number in its place (and in the mirrored one, where the two are one)."""
        assert self.column is not None
        changed = getattr(world, self.column.name).copy()
        changed[self.index] = number
        if self.column.name == "alignment":
            return self._portfolio(changed, number)
        if self.column.symmetric:
            *first, i, j = self.index
            changed[*first, j, i] = number
        return changed

    def _portfolio(self, changed: Array, share: float) -> Array:
        """The other shares of the row give way in proportion, so that it adds up to 1."""
        row, option = changed[self.index[0]], self.index[1]
        rest = np.arange(len(row)) != option
        others = row[rest].sum()
        row[rest] = row[rest] / others * (1 - share) if others > 0 else (1 - share) / max(rest.sum(), 1)
        return changed


def address(parts: Sequence[str], names: Names) -> Address:
    """What an address, word by word, stands for.

    Raises:
        AddressError: it stands for nothing; says what is near.
    """
    text = ".".join(parts)
    if parts[0] not in ROOTS:
        return _of_the_world(text, names)
    letters = ROOTS[parts[0]]
    if len(parts) < len(letters) + 2:
        raise AddressError(f"'{text}' is too short; write {_form(parts[0])}")
    first = tuple(_position(letter, word, names) for letter, word in zip(letters, parts[1:], strict=False))
    if len(set(first)) < len(first):
        raise AddressError(f"'{text}' names one state twice; name two states")
    return _of(text, parts, first, names)


def settable(found: Address) -> str:
    """Why a number cannot be set; "" if it can."""
    column = found.column
    if column is None or isinstance(column, Derived) or column.name.endswith(("_count", "_deaths")):
        return f"'{found.text}' follows from other columns; set those"
    if column.name in BY_EVENT:
        return f"'{found.text}' is not set; write an event of the kind {BY_EVENT[column.name]}"
    if column.name in SEEN_ANEW:
        return f"'{found.text}' is worked out anew in every step; set what it rests on"
    if column.name in OF_DISPUTES:
        return f"'{found.text}' belongs to disputes; write an event of the kind {BY_EVENT['hostility']}"
    return f"'{found.text}' stays as the scenario gives it; change it there" if column.fixed else ""


def out_of_bounds(found: Address, number: float) -> str:
    """What is wrong with a value for a column; "" if nothing is."""
    column = found.column
    if column is None or column.low <= number <= column.high:
        return ""
    return f"{number:g} is out of bounds; write a number from {column.low:g} to {column.high:g}"


def _of_the_world(text: str, names: Names) -> Address:
    if text == "year":
        return Address(text, None, (), (), (), lambda world: world.time)
    if text in SCALAR:
        return Address(text, None, (), (), (), SCALAR[text])
    column = World.declarations().get(text)
    if column is not None and column.axes == "":
        return Address(text, column, (), (), (), _reader(column))
    if text in BY_STATE or (column is not None and "i" in column.axes):
        root = "pairs.KAZ.RUS" if column is not None and {"i", "j"} <= set(column.axes) else "states.KAZ"
        raise AddressError(f"'{text}' differs between states; write for instance {root}.{text}")
    whole = [name for name, declared in World.declarations().items() if declared.axes == ""]
    raise AddressError(f"no measure '{text}'; {nearest(text, ['year', *SCALAR, *whole, *ROOTS])}")


def _of(text: str, parts: Sequence[str], first: tuple[int, ...], names: Names) -> Address:
    root, letters = parts[0], ROOTS[parts[0]]
    name, more = parts[1 + len(letters)], list(parts[2 + len(letters) :])
    if root == "states" and name in BY_STATE and not more:
        return Address(text, None, first, first, (), BY_STATE[name])
    column = _column(root, letters, name)
    rest = [letter for letter in column.axes if letter not in letters]
    if len(more) != len(rest):
        asked = "".join(f".{AXES[letter].upper()}" for letter in rest)
        raise AddressError(f"'{text}' is no single number; write {'.'.join(parts[: 2 + len(letters)])}{asked}")
    here = dict(zip(letters, first, strict=True))
    here |= {letter: _position(letter, word, names) for letter, word in zip(rest, more, strict=True)}
    index = tuple(here[letter] for letter in column.axes)
    states = tuple(here[letter] for letter in column.axes if letter in "ij") if name != "alive" else ()
    words = {"policy": names.policies, "tier": TIERS}.get(name, ())
    return Address(text, column, index, states, words, _reader(column))


def _column(root: str, letters: str, name: str) -> Column:
    declared = World.declarations()
    fits = {key: c for key, c in declared.items() if set(letters) <= set(c.axes)}
    if root == "poles":
        fits = {key: c for key, c in fits.items() if c.axes[0] == "g"}
    elif root == "states":
        fits = {key: c for key, c in fits.items() if not {"i", "j"} <= set(c.axes)}
    for known in (name, f"org_{name}"):
        if known in fits:
            return fits[known]
    also = [*BY_STATE] if root == "states" else []
    raise AddressError(f"no column '{name}' of {root}; {nearest(name, [*fits, *also])}")


def _reader(column: Column) -> Callable[[World], Array]:
    name = column.name
    return lambda world: getattr(world, name)


def _position(letter: str, word: str, names: Names) -> int:
    """The number of a name along an axis."""
    known = names.along(letter, aside=NON_ALIGNMENT)
    if word not in known:
        raise AddressError(f"no {AXES[letter]} '{word}'; {nearest(word, known)}")
    return known.index(word)


def _form(root: str) -> str:
    names = ".".join(AXES[letter].upper() for letter in ROOTS[root])
    examples = {
        "states": "states.KAZ.credibility",
        "pairs": "pairs.KAZ.RUS.threat",
        "organisations": "organisations.CSTO.legitimacy",
        "norms": "norms.NORM.adopted.KAZ",
        "poles": "poles.RUS.pole_power",
    }
    return f"{root}.{names}.COLUMN, as {examples[root]}"
