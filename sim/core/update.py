"""How units change a store: each returns an update, and the updates of one phase combine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.core.columns import Array, Store


@dataclass(slots=True)
class Happening:
    """A batch of like events of one phase, column by column, with the numbers that made each decision.

    Attributes:
        kind: what happened, one word or two ("dispute onset").
        who: index of the actor, shape (n,), -1 where there is none.
        whom: index of the counterpart, shape (n,), -1 where there is none.
        third: index of a third party or item (its meaning belongs to the kind), shape (n,), -1 for none.
        amount: size in the unit of the kind, shape (n,).
        chance: the probability that decided it, shape (n,), or None where nothing was drawn.
        drawn: the uniform number drawn against it, shape (n,), or None.
        terms: signed contributions to the decision variable, each of shape (n,).
        done: whether it took place; False logs a refusal, shape (n,), or None for all True.
    """

    kind: str
    who: Array
    whom: Array | None = None
    third: Array | None = None
    amount: Array | None = None
    chance: Array | None = None
    drawn: Array | None = None
    terms: Mapping[str, Array] = field(default_factory=dict)
    done: Array | None = None

    def __len__(self) -> int:
        """Number of events in the batch."""
        return len(self.who)


@dataclass(frozen=True)
class Update:
    """What a unit wants changed: increments, new values, figures worth keeping, and what happened."""

    add: Mapping[str, Array] = field(default_factory=dict)
    set: Mapping[str, Array] = field(default_factory=dict)
    info: Mapping[str, float] = field(default_factory=dict)
    happenings: Sequence[Happening] = ()


class SetTwiceError(ValueError):
    """Two units of one phase set the same column."""


def combine(updates: Mapping[str, Update], store: Store) -> dict[str, Array]:
    """The new columns after one phase: values set come first, then all increments add.

    Args:
        updates: unit name -> its update, all made from the same store.
        store: the store that they saw.

    Raises:
        SetTwiceError: two setters of one column; names both.
    """
    setters: dict[str, str] = {}
    changed: dict[str, Array] = {}
    for unit, update in updates.items():
        for name, value in update.set.items():
            if name in setters:
                raise SetTwiceError(f"'{unit}' and '{setters[name]}' both set '{name}' in one phase; one must add")
            setters[name] = unit
            changed[name] = value
    held = store.arrays()
    for update in updates.values():
        for name, value in update.add.items():
            before = changed[name] if name in changed else held[name]
            changed[name] = np.asarray(before + value)
    return changed
