"""What every policy is: asked once a step for all the states that hold it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from numpy.random import Generator

from sim.core.columns import Array
from sim.core.params import Numbered
from sim.policies.proposals import Proposals
from sim.world import World


class Policy(Numbered, ABC):
    """A way of deciding. Subclasses are frozen dataclasses whose fields are parameters.

    The law that every policy keeps: propose([a, b]) == propose([a]) + propose([b]). A policy that draws, draws for all
    states and takes its members' numbers: `rng.random(world.sizes["i"])[members]`.

    Attributes:
        reads: columns and derived columns it may read, by name, separated by spaces.
    """

    reads: ClassVar[str]

    @abstractmethod
    def propose(self, world: World, members: Array, rng: Generator) -> Proposals:
        """What the members want, given the world as they see it.

        Args:
            world: the world after PERCEIVE; read-only.
            members: indices of the states that hold this policy, shape (m,).
            rng: this policy's own generator for this step.
        """
