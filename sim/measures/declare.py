"""What a measure is: a named pure function of the world with a unit, bounds, a sentence and a source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from sim.world import World

SCALAR: dict[str, Measure] = {}
"""Measures of the whole world, one number each, by name."""
BY_STATE: dict[str, Measure] = {}
"""Measures of every state, arrays of shape (n,), by name."""


@dataclass(frozen=True)
class Measure:
    """A declared measure; call it with a world. `low` and `high` are inclusive bounds that hold in any world."""

    name: str
    unit: str
    low: float
    high: float
    doc: str
    source: str
    rule: Callable[[World], Any]
    _last: list[Any] = field(default_factory=lambda: [None, -1, None], repr=False, compare=False)

    def __call__(self, world: World) -> Any:
        """The number, or the array of shape (n,); remembered until the world changes, since measures share parts."""
        held, revision, value = self._last
        if held is not world or revision != world.revision:
            value = self.rule(world)
            self._last[:] = [world, world.revision, value]
        return value


def measure(
    *,
    unit: str,
    low: float,
    high: float,
    source: str = "definition",
    per: Literal["world", "state"] = "world",
) -> Callable[[Callable[[World], Any]], Measure]:
    """Declare a function World -> float (per "world") or -> (n,) array (per "state") as a measure of its name.

    Its docstring, one sentence, is the measure's `doc`. `source` is keys of references.toml, or "definition" for what
    needs none or is this project's own.

    Raises:
        ValueError: the name is taken.
    """

    def declare(rule: Callable[[World], Any]) -> Measure:
        name = rule.__name__
        if name in SCALAR or name in BY_STATE:
            raise ValueError(f"two measures are called '{name}'")
        declared = Measure(name, unit, low, high, " ".join((rule.__doc__ or "").split()), source, rule)
        (SCALAR if per == "world" else BY_STATE)[name] = declared
        return declared

    return declare
