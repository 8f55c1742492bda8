"""What a policy hands in: rows for its members, one array a question."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from sim.core.columns import Array
from sim.world import World


@dataclass(frozen=True)
class Proposals:
    """What m states propose. Every field is a column of the world of the same name, rows of the members only.

    Attributes:
        appeal: (m, 1 + g), worth of each option of the portfolio.
        diversification: (m,), taste for spreading ties.
        arms_effort: (m,), factor on the military need.
        pact_desire: (m, n), what is added to the surplus seen in a pact.
        mediation_effort: (m,), factor on the willingness to mediate.
    """

    appeal: Array
    diversification: Array
    arms_effort: Array
    pact_desire: Array
    mediation_effort: Array

    @classmethod
    def plain(cls, world: World, members: Array, **changes: Any) -> Proposals:
        """The proposals of a state that takes each option for what it offers; `changes` replace fields."""
        m = len(members)
        ones = np.ones(m)
        desire = np.zeros((m, world.sizes["i"]))
        plain = cls(world.benefit[members], world.autonomy[members], ones, desire, ones)
        return replace(plain, **changes)

    def __add__(self, other: Proposals) -> Proposals:
        """Both, one below the other."""
        return Proposals(*(np.concatenate([getattr(self, f.name), getattr(other, f.name)]) for f in fields(self)))


PROPOSED = tuple(f.name for f in fields(Proposals))
"""Names of the columns that policies fill."""
