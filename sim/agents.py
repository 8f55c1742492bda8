"""Mesa agents: states and organisations, each a view of one row of the world. The arrays own the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from sim.core.columns import Array
from sim.policies import Agent
from sim.world import LEVELS, OBLIGATIONS, TIERS, World

if TYPE_CHECKING:
    from sim.model import Geopolitics


class Row(mesa.Agent):
    """An agent that reads its row of every column whose last or first axis it stands on.

    Args:
        model: the model it lives in.
        index: its row.
        code: its code.
        letters: the axis letters it stands on ("ij" for states, "m" for organisations).
    """

    def __init__(self, model: Geopolitics, index: int, code: str, letters: str) -> None:
        super().__init__(model)
        self.index, self.code, self._letters = index, code, letters

    @property
    def world(self) -> World:
        return self.model.world

    def __getattr__(self, name: str) -> Any:
        declared = World.declarations().get(name)
        if declared is None or name.startswith("_"):
            raise AttributeError(f"{type(self).__name__} has no attribute or column '{name}'")
        values = self.world.read(declared)
        for position, letter in enumerate(declared.axes):
            if letter in self._letters:
                row = values.take(self.index, axis=position)
                return row.item() if row.ndim == 0 else row
        raise AttributeError(f"column '{name}' ({declared.axes}) has no row for a {type(self).__name__.lower()}")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.code})"


class State(Row):
    """A state: great, middle or small power. `kazakhstan.gdp`, `.alignment`, `.treaties`, `.disputes` ..."""

    def __init__(self, model: Geopolitics, index: int) -> None:
        names = model.world.names
        super().__init__(model, index, names.states[index], "ij")
        self.title = names.title(self.code)

    @property
    def tier(self) -> str:
        """ "great", "middle" or "small", as it stands."""
        return TIERS[self.world.tier[self.index]]

    @property
    def policy(self) -> str:
        """The name of the policy it decides by."""
        return self.world.names.policies[self.world.policy[self.index]]

    @property
    def portfolio(self) -> dict[str, float]:
        """Share of each option of its alignment, by name."""
        options = ("non-alignment", *self.world.names.poles)
        return dict(zip(options, self.world.alignment[self.index].tolist(), strict=True))

    @property
    def view(self) -> Agent:
        """The state as a policy in plain Python sees it, to try one out: `MyPolicy().decide(state.view)`."""
        return Agent(self.world, self.index, 0.5)

    @property
    def treaties(self) -> dict[str, tuple[str, ...]]:
        """Partner -> obligations in force, bilateral and through organisations."""
        bound = self.world.treaty[:, self.index, :]
        return {
            self.world.names.states[j]: tuple(OBLIGATIONS[k] for k in np.flatnonzero(bound[:, j]))
            for j in np.flatnonzero(bound.any(axis=0))
        }

    @property
    def disputes(self) -> dict[str, str]:
        """Opponent -> level of the live dispute."""
        levels = self.world.hostility[self.index]
        return {self.world.names.states[j]: LEVELS[levels[j]] for j in np.flatnonzero(levels)}

    @property
    def memberships(self) -> tuple[str, ...]:
        """Organisations it belongs to."""
        names = self.world.names.organisations
        return tuple(names[m] for m in np.flatnonzero(self.world.member[:, self.index]))


class Organisation(Row):
    """An organisation: its members, obligations and standing."""

    def __init__(self, model: Geopolitics, index: int) -> None:
        names = model.world.names
        super().__init__(model, index, names.organisations[index], "m")
        self.title = names.title(self.code)

    @property
    def members(self) -> tuple[str, ...]:
        """Codes of the states that belong to it."""
        states = self.world.names.states
        return tuple(states[i] for i in np.flatnonzero(self.world.member[self.index]))

    @property
    def obligations(self) -> tuple[str, ...]:
        """What members owe each other."""
        held: Array = self.world.org_obligation[self.index]
        return tuple(OBLIGATIONS[k] for k in np.flatnonzero(held))
