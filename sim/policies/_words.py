"""The words in which a plain policy says what one state wants, and how they become rows of proposals.

Each word changes one question of `Proposals`; what no word touches stays as for a state that takes each option for
what it offers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sim.core.columns import Array
from sim.core.spelling import nearest
from sim.policies._agent import Agent, ByName, ProposalError
from sim.policies.proposals import PLAIN, PROPOSED
from sim.world import World

EXAMPLE = 'return a list such as [Arm(1.2), Lean("RUS", 0.5)] or a dict such as {"arms_effort": 1.2}'


@dataclass(frozen=True)
class Word:
    """One thing that a state wants.

    Attributes:
        column: which question of the proposals it answers.
        adds: it is added to what is there; otherwise it takes its place.
    """

    column: ClassVar[str]
    adds: ClassVar[bool] = False

    def __post_init__(self) -> None:
        number = tuple(vars(self).values())[-1]
        if isinstance(number, bool) or not isinstance(number, int | float | np.number) or not np.isfinite(number):
            raise ProposalError(f"{self!r}: {number!r} is no number; write for instance {self.example()}")

    @classmethod
    def example(cls) -> str:
        """How to write it."""
        return f"{cls.__name__}(1.2)"

    def place(self) -> str | None:
        """Whom or what it is about; None for all or where there is nothing to choose."""
        return None


@dataclass(frozen=True)
class Lean(Word):
    """Find an option of the portfolio (a pole, or "non-alignment") worth more by `weight`, or less."""

    option: str
    weight: float
    column: ClassVar = "appeal"
    adds: ClassVar = True

    @classmethod
    def example(cls) -> str:
        return 'Lean("RUS", 0.5)'

    def place(self) -> str | None:
        return self.option


@dataclass(frozen=True)
class Spread(Word):
    """Taste for spreading ties over several poles, .05 to 5; `agent.autonomy` is the plain one."""

    taste: float
    column: ClassVar = "diversification"


@dataclass(frozen=True)
class Arm(Word):
    """Factor on the military need, 0 to 5."""

    factor: float
    column: ClassVar = "arms_effort"


@dataclass(frozen=True)
class SeekPact(Word):
    """Want a pact with a state more, by `weight` log-odds; less, if negative."""

    state: str
    weight: float = 1.0
    column: ClassVar = "pact_desire"
    adds: ClassVar = True

    @classmethod
    def example(cls) -> str:
        return 'SeekPact("CHN", 1.0)'

    def place(self) -> str | None:
        return self.state


@dataclass(frozen=True)
class AvoidPacts(Word):
    """Want pacts with anybody less, by `weight` log-odds."""

    weight: float = 1.0
    column: ClassVar = "pact_desire"
    adds: ClassVar = True


@dataclass(frozen=True)
class Mediate(Word):
    """Factor on the willingness to mediate, 0 to 5."""

    factor: float
    column: ClassVar = "mediation_effort"


@dataclass(frozen=True)
class OpenTrade(Word):
    """Share of the trade it could have that it lets in, 0 to 1."""

    share: float
    column: ClassVar = "openness"


@dataclass(frozen=True)
class Join(Word):
    """Wish to join organisations and to stay in them more, by `weight` log-odds; less, if negative."""

    weight: float = 1.0
    column: ClassVar = "membership_desire"
    adds: ClassVar = True


@dataclass(frozen=True)
class Campaign(Word):
    """Campaign for the norms that it has adopted, 0 to 5."""

    effort: float = 1.0
    column: ClassVar = "norm_effort"


WORDS = (Lean, Spread, Arm, SeekPact, AvoidPacts, Mediate, OpenTrade, Join, Campaign)


def rows_of(wanted: Any, agent: Agent, plain: Mapping[str, Array]) -> dict[str, Array]:
    """What one state said, as its row of each column that it spoke of.

    Args:
        wanted: what `decide` returned.
        plain: column -> what states propose that say nothing, for all states.

    Raises:
        ProposalError: something that is no proposal, an unknown name, or a number out of bounds.
    """
    rows: dict[str, Array] = {}

    def row(column: str) -> Array:
        if column not in rows:
            rows[column] = np.array(plain[column][agent.index])
        return rows[column]

    for each in _listed(wanted):
        if isinstance(each, Word):
            number = -each.weight if isinstance(each, AvoidPacts) else tuple(vars(each).values())[-1]
            _put(row(each.column), each.column, agent, each.place(), number, adds=each.adds)
        else:
            for column, value in each.items():
                if column not in PLAIN:
                    raise ProposalError(f"no proposal '{column}'; {nearest(str(column), PROPOSED)}")
                _put_all(row(column), column, agent, value)
    for column, values in rows.items():
        _within_bounds(column, values)
    return rows


def _listed(wanted: Any) -> list[Word | Mapping[str, Any]]:
    """What was returned as a list of words and dicts."""
    if wanted is None:
        return []
    items = [wanted] if isinstance(wanted, Word | Mapping) else wanted
    if isinstance(items, str) or not isinstance(items, Sequence):
        raise ProposalError(f"decide returned {wanted!r}; {EXAMPLE}")
    for item in items:
        if not isinstance(item, Word | Mapping):
            hint = f"; did you mean {item.example()}?" if isinstance(item, type) and issubclass(item, Word) else ""
            raise ProposalError(f"{item!r} is no proposal{hint or f'; {EXAMPLE}'}")
    return list(items)


def _put_all(row: Array, column: str, agent: Agent, value: Any) -> None:
    """Set a row, or some of its entries by name."""
    if isinstance(value, Mapping) and not isinstance(value, ByName):
        if not row.ndim:
            raise ProposalError(f"{column} is one number a state, not {value!r}")
        for name, number in value.items():
            _put(row, column, agent, name, number, adds=False)
        return
    numbers = np.asarray(value.array if isinstance(value, ByName) else value)
    if numbers.dtype.kind not in "iuf" or numbers.shape not in {(), row.shape}:
        shape = f"a number, a dict by name or {row.size} numbers" if row.ndim else "a number"
        raise ProposalError(f"{column}: {value!r} does not fit; write {shape}")
    row[...] = numbers


def _put(row: Array, column: str, agent: Agent, name: str | None, number: Any, *, adds: bool) -> None:
    """Set or add to one entry, to all where no name is given."""
    if isinstance(number, bool) or not isinstance(number, int | float | np.number):
        raise ProposalError(f"{column}: {number!r} is no number")
    where: Any = ... if name is None else agent.place_of(name, World.columns()[column].axes[-1])
    row[where] = row[where] + number if adds else number


def _within_bounds(column: str, values: Array) -> None:
    """Refuse what the world would have to clip."""
    declared = World.columns()[column]
    wrong = values[~((values >= declared.low) & (values <= declared.high))]
    if wrong.size:
        raise ProposalError(f"{column} is {wrong.flat[0]:g}; write a number from {declared.low:g} to {declared.high:g}")
