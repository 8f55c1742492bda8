"""One state as a plain policy sees it: figures by name instead of rows of arrays. Read-only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from sim.core.columns import Array
from sim.core.spelling import nearest
from sim.world import AXES, TIERS, Names, World


class ProposalError(ValueError):
    """A policy of one's own asked for something that does not exist or cannot be; the message says what to write."""


class ByName(Mapping[str, Any]):
    """Numbers by the names of states, poles, options, organisations, norms or obligations.

    Args:
        array: the numbers, one axis a letter. letters: the axes. names: who is who.
    """

    def __init__(self, array: Array, letters: str, names: Names) -> None:
        self.array, self._letters, self._names = array, letters, names

    def __getitem__(self, name: str) -> Any:
        inner = self.array[place(self._names, self._letters[0], name)]
        return inner.item() if inner.ndim == 0 else ByName(inner, self._letters[1:], self._names)

    def __iter__(self) -> Iterator[str]:
        return iter(along(self._names, self._letters[0]))

    def __len__(self) -> int:
        return len(self.array)

    def __repr__(self) -> str:
        return repr(dict(self))


@lru_cache(maxsize=256)
def along(names: Names, letter: str) -> Mapping[str, int]:
    """The names along an axis, with their places."""
    return {name: number for number, name in enumerate(names.along(letter))}


WHAT = AXES | {"o": "pole or non-alignment"}


def place(names: Names, letter: str, name: Any) -> int:
    """Where a name stands on an axis.

    Raises:
        ProposalError: nothing bears it; says what is nearest.
    """
    known = along(names, letter)
    if name not in known:
        raise ProposalError(f"no {WHAT[letter]} '{name}'; {nearest(str(name), known)}")
    return known[name]


class Agent:
    """A state, for a policy in plain Python.

    `agent.gdp`, `agent.credibility` and every other column of states are numbers; columns of pairs and poles are read
    by name, from this state's side: `agent.threat["RUS"]` is how threatened it feels by Russia,
    `agent.benefit["CHN"]` what China offers, `agent.alignment["non-alignment"]` a share of its portfolio.
    `agent.of("RUS").gdp` looks at another state. `detente describe column` lists what there is.

    Attributes:
        code: its code, as KAZ.
        index: its row in the arrays.
        luck: a number drawn evenly from 0 to 1 for this state and step; the only chance a plain policy may use.
    """

    def __init__(self, world: World, index: int, luck: float) -> None:
        self._world, self.index, self.luck = world, index, luck
        self.code = world.names.states[index]

    @property
    def title(self) -> str:
        """Its name in words."""
        return self._world.names.title(self.code)

    @property
    def time(self) -> float:
        """The date at the start of the step, in years."""
        return self._world.time

    @property
    def tier(self) -> str:
        """ "great", "middle" or "small", as it stands."""
        return TIERS[self._world.tier[self.index]]

    @property
    def states(self) -> tuple[str, ...]:
        """Codes of all states, itself and those that do not exist (now) among them."""
        return self._world.names.states

    @property
    def others(self) -> tuple[str, ...]:
        """Codes of the other states that exist."""
        states = self._world.names.states
        return tuple(states[j] for j in np.flatnonzero(self._world.alive) if j != self.index)

    @property
    def poles(self) -> tuple[str, ...]:
        """Codes of the poles."""
        return self._world.names.poles

    def of(self, code: str) -> Agent:
        """Another state, seen from its own side (its luck is not known: 0.5).

        Raises:
            ProposalError: no such state.
        """
        return Agent(self._world, self.place_of(code, "i"), 0.5)

    def place_of(self, name: str, letter: str) -> int:
        """Where a name stands on an axis."""
        return place(self._world.names, letter, name)

    def __getattr__(self, name: str) -> Any:
        declared = World.declarations().get(name)
        if declared is None:
            own = [each for each in (*vars(type(self)), "luck", "code", "index") if not each.startswith("_")]
            raise AttributeError(f"an agent has no '{name}'; {nearest(name, (*World.declarations(), *own))}")
        values, letters = getattr(self._world, name), declared.axes
        for position, letter in enumerate(letters):
            if letter in "ij":
                values = values[(slice(None),) * position + (self.index,)]
                letters = letters[:position] + letters[position + 1 :]
                break
        return ByName(values, letters, self._world.names) if letters else values.item()

    def __repr__(self) -> str:
        return f"Agent({self.code})"
