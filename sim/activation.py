"""Who acts when in DECIDE: all at once, or one state after another, each in sight of what those before it have done.

- simultaneous: every policy is asked, then all portfolios and armaments move together.
- random: one state after another in an order drawn anew at every step.
- by_power: one state after another, the most powerful first.

In turn, a state's policy proposes, then its own portfolio and its own armament move, before the next state looks at the
world. What others can do to it stays simultaneous: perception (PERCEIVE, before the first has acted), courtship and
coercion (the rest of DECIDE, after the last), and all that needs consent (RESOLVE). Every consumer of chance draws the
same numbers in all three, so that a change of the order is paired like any other. As dt goes to 0 the three agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Literal

import numpy as np

from sim.core.columns import Array
from sim.core.update import Happening, Update
from sim.policies.proposals import PLAIN, Proposals
from sim.world import World

Activation = Literal["simultaneous", "random", "by_power"]

OWN_ACTS = ("alignment", "armament")
"""Mechanisms of DECIDE by which a state moves nothing but itself: columns of states only."""
STREAM = "activation"


def turns(world: World, activation: Activation, drawn: Array) -> list[int]:
    """The states that exist in the order in which they act; equals in power fall to the draw.

    Args:
        drawn: one uniform number a state, (n,).
    """
    order = np.lexsort((drawn, -world.power)) if activation == "by_power" else np.argsort(drawn)
    return [int(i) for i in order if world.alive[i]]


def proposed_by(world: World, proposals: Proposals) -> dict[str, Array]:
    """The columns of proposals after one state has spoken; the others' stand as they last left them."""
    (i,) = proposals.members
    changed = {}
    for name, plain in PLAIN.items():
        held = getattr(world, name)
        if name not in proposals.said and held is plain(world):
            continue
        row = getattr(proposals, name)[0]
        if (held[i] != row).any():
            changed[name] = held.copy()
            changed[name][i] = row
    return changed


def of_one(update: Update, i: int, world: World) -> Update:
    """What an update means for one state: its rows, and what it did."""
    return Update(
        add={name: _only(np.zeros_like(value), value, i) for name, value in update.add.items()},
        set={name: _only(getattr(world, name).copy(), value, i) for name, value in update.set.items()},
        happenings=[told for each in update.happenings if (told := _by(each, i)).who.size],
    )


def _only(base: Array, value: Array, i: int) -> Array:
    base[i] = value[i]
    return base


def _by(happening: Happening, i: int) -> Happening:
    """Those rows of a batch of happenings in which one state is the actor."""
    rows = happening.who == i
    columns = {f.name: getattr(happening, f.name) for f in fields(happening)}
    cut = {name: values[rows] for name, values in columns.items() if isinstance(values, np.ndarray)}
    terms: Mapping[str, Array] = {name: part[rows] for name, part in happening.terms.items()}
    return replace(happening, **cut, terms=terms)
