"""Streams that keep what was drawn, to see whether two runs used the same luck."""

from __future__ import annotations

from typing import Any

from sim.core.streams import Streams


class Recording(Streams):
    """Streams that remember the first number that everybody drew in each step."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.drawn: dict[tuple[str, int], float] = {}

    def at(self, name: str, step: int) -> Any:
        """The generator of one consumer in one step, as it was before the look at its first number."""
        self.drawn[name, step] = float(super().at(name, step).random())
        return super().at(name, step)
