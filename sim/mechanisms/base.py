"""What every mechanism is: a frozen set of numbers, a phase, declared reads and writes, a call."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from numpy.random import Generator

from sim.core.params import Numbered
from sim.core.update import Update
from sim.timeline import Phase
from sim.world import World


class Mechanism(Numbered, ABC):
    """A rule of the world. It reads, and says what it wants changed; it never writes and keeps no memory.

    Subclasses are frozen dataclasses whose fields are parameters (`sim.core.params.param`).

    Attributes:
        phase: when in the step it is asked.
        reads: columns and derived columns it may read, by name, separated by spaces.
        writes: columns that its update may add to or set.
        kinds: what it may report: kind of happening -> sentence with the fields {who}, {whom}, {amount} and
            {state}, {pole}, {option}, {organisation}, {norm}, {mediator} (what `third` numbers).
            A kind that can be refused has a second entry, "KIND refused".
    """

    phase: ClassVar[Phase]
    reads: ClassVar[str]
    writes: ClassVar[str]
    kinds: ClassVar[Mapping[str, str]] = {}

    @abstractmethod
    def __call__(self, world: World, rng: Generator) -> Update:
        """What this mechanism wants changed in the present step.

        Args:
            world: the world as the phase began; its arrays are read-only.
            rng: this mechanism's own generator for this step.
        """
