"""What a policy hands in: rows for its members, one array a question."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from functools import cache
from types import MappingProxyType

import numpy as np

from sim.core.columns import Array
from sim.core.spelling import nearest
from sim.world import World


@cache
def _level(value: float, *shape: int) -> Array:
    """One array, read-only, that holds a number everywhere: always the same object for the same arguments."""
    level = np.full(shape, value)
    level.flags.writeable = False
    return level


PLAIN: Mapping[str, Callable[[World], Array]] = MappingProxyType(
    {
        "appeal": lambda world: world.benefit,
        "diversification": lambda world: world.autonomy,
        "arms_effort": lambda world: _level(1.0, world.sizes["i"]),
        "pact_desire": lambda world: _level(0.0, world.sizes["i"], world.sizes["i"]),
        "mediation_effort": lambda world: _level(1.0, world.sizes["i"]),
        "openness": lambda world: _level(1.0, world.sizes["i"]),
        "membership_desire": lambda world: _level(0.0, world.sizes["i"]),
        "norm_effort": lambda world: _level(0.0, world.sizes["i"]),
    }
)
"""Column that policies fill -> what a state without a policy of its own would propose, for all states; read-only."""
PROPOSED = tuple(PLAIN)
"""Names of the columns that policies fill."""


class Proposals:
    """What m states propose: rows of columns of the world of the same names. What is not said stays plain.

    Args:
        world: the world in which they propose.
        members: indices of the states, shape (m,).
        said: column -> rows of the members:
            appeal (m, 1 + g), worth of each option of the portfolio;
            diversification (m,), taste for spreading ties;
            arms_effort (m,), factor on the military need;
            pact_desire (m, n), what is added to the surplus seen in a pact;
            mediation_effort (m,), factor on the willingness to mediate;
            openness (m,), share of the possible trade that is let in;
            membership_desire (m,), what is added to the wish to join organisations and to stay in them;
            norm_effort (m,), campaigning for the norms that it holds.

    Raises:
        KeyError: a name that no policy fills; says which is nearest.
    """

    def __init__(self, world: World, members: Array, said: Mapping[str, Array]) -> None:
        if said.keys() - PLAIN.keys():
            wrong = min(said.keys() - PLAIN.keys())
            raise KeyError(f"policies fill no column '{wrong}'; {nearest(wrong, PROPOSED)}")
        self._world, self.members, self.said = world, members, said

    @classmethod
    def plain(cls, world: World, members: Array, **changes: Array) -> Proposals:
        """The proposals of a state that takes each option for what it offers; `changes` replace columns."""
        return cls(world, members, changes)

    def __getattr__(self, name: str) -> Array:
        """The rows of a column, plain where nothing was said."""
        if name not in PLAIN:
            raise AttributeError(f"proposals have no '{name}'; {nearest(name, PROPOSED)}")
        said = self.said.get(name)
        return PLAIN[name](self._world)[self.members] if said is None else said

    def __add__(self, other: Proposals) -> Proposals:
        """Both, one below the other."""
        said = {
            name: np.concatenate([getattr(self, name), getattr(other, name)]) for name in {**self.said, **other.said}
        }
        return Proposals(self._world, np.concatenate([self.members, other.members]), said)

    def fill(self, columns: MutableMapping[str, Array]) -> None:
        """Put the rows into whole columns; those not there yet begin plain.

        Raises:
            ValueError: rows of the wrong shape.
        """
        for name, rows in self.said.items():
            if name not in columns:
                columns[name] = PLAIN[name](self._world).copy()
            columns[name][self.members] = rows
