"""A policy written for one state in plain Python, in the place of one written for all of them at once."""

from __future__ import annotations

import inspect
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.random import Generator

from sim.core.columns import Array
from sim.policies._agent import Agent, ProposalError
from sim.policies._words import rows_of
from sim.policies.base import Policy
from sim.policies.proposals import PLAIN, Proposals
from sim.world import World


class Rule(Protocol):
    """What a plain policy is: an object that decides for one state. It must keep nothing between calls."""

    def decide(self, agent: Agent) -> Any:
        """What the state wants: a list of words such as `Arm(1.2)`, a dict of columns, or None for nothing."""


@dataclass(frozen=True)
class PerAgent(Policy):
    """Asks a plain rule for each of its members, one by one."""

    rule: Rule

    reads: ClassVar = ""

    def propose(self, world: World, members: Array, rng: Generator) -> Proposals:
        luck = rng.random(world.sizes["i"])
        plain = {name: rule(world) for name, rule in PLAIN.items()}
        rows = [self._rows(Agent(world, i, float(luck[i])), plain) for i in members.tolist()]
        spoken = {name for row in rows for name in row}
        said = {
            name: np.array([row.get(name, plain[name][i]) for row, i in zip(rows, members, strict=True)])
            for name in PLAIN
            if name in spoken
        }
        return Proposals(world, members, said)

    def _rows(self, agent: Agent, plain: dict[str, Array]) -> dict[str, Array]:
        """One state's answer.

        Raises:
            ProposalError: what is wrong with it, for which state and where in the user's file.
        """
        try:
            return rows_of(self.rule.decide(agent), agent, plain)
        except Exception as error:
            kind = "" if isinstance(error, ProposalError) else f"{type(error).__name__}: "
            told = error.args[0] if error.args else "no message"
            raise ProposalError(f"{self._place(error)}, deciding for {agent.code}: {kind}{told}") from error

    def _place(self, error: Exception) -> str:
        """File and line in the user's code where an error arose; where `decide` begins if the answer was wrong."""
        code = inspect.unwrap(self.rule.decide).__code__
        lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == code.co_filename]
        return f"{Path(code.co_filename).name}, line {lines[-1] if lines else code.co_firstlineno}"
