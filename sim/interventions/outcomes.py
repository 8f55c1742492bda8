"""What an event comes to: columns, mechanisms and policies that change, and the sentence that tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.columns import Array
from sim.mechanisms.base import Mechanism
from sim.policies import Policy
from sim.world import World

if TYPE_CHECKING:
    from sim.model import Geopolitics


@dataclass(frozen=True)
class Outcome:
    """What an event changes.

    Attributes:
        sentence: what happened, or why it came to nothing.
        columns: new values by column.
        rules: mechanism -> what takes its place, None to take it out.
        decisions: policy -> what takes its place.
        who, whom: rows of the states that it is about, -1 for none.
        amount: its size.
        lasts: columns that are put back if the event is for a time.
        refused: it came to nothing.
    """

    sentence: str
    columns: Mapping[str, Array] = field(default_factory=dict)
    rules: Mapping[str, Mechanism | None] = field(default_factory=dict)
    who: int = -1
    whom: int = -1
    amount: float = 0.0
    lasts: Sequence[str] = ()
    refused: bool = False
    decisions: Mapping[str, Policy] = field(default_factory=dict)


class InterventionError(ValueError):
    """An event that cannot be carried out or scheduled; the message says what to write instead."""


def called(model: Geopolitics, *codes: str) -> str:
    """States or organisations by their names: "A", "A and B", "A, B and C"."""
    titles = [model.world.names.title(code) for code in codes]
    return titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} and {titles[-1]}"


def replaced(values: Array, i: int, value: Any) -> Array:
    """A copy with one entry replaced."""
    changed = values.copy()
    changed[i] = value
    return changed


def strength(model: Geopolitics, mechanism: str, parameter: str) -> float:
    """A number of a mechanism that an event shares with it; 0 if that mechanism is off or has no such number."""
    return float(getattr(model.mechanisms.get(mechanism), parameter, 0.0))


def mirrored_entry(world: World, column: str, i: int, j: int, value: Any) -> Array:
    """A symmetric column of pairs with one pair replaced."""
    changed = getattr(world, column).copy()
    changed[..., i, j] = changed[..., j, i] = value
    return changed


def without(values: Array, rows: Array, others: Array) -> Array:
    """A copy of a column of pairs with 0 between some states and others, both ways; (..., n, n)."""
    changed = values.copy()
    between = np.outer(rows, others)
    changed[..., between | between.T] = 0
    return changed
