"""What is kept of a run: measures of the world and of states over the years, their statistics, events."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.columns import Array
from sim.measures import BY_STATE, SCALAR
from sim.world import World

if TYPE_CHECKING:
    from sim.experiment.design import Source


def known_measures(sources: Sequence[Source]) -> list[str]:
    """Measures of the world by name, and those of the states that all scenarios have, as KAZ.hedging."""
    shared = set.intersection(*(set(source.data.get("states", {})) for source in sources)) if sources else set()
    return [*SCALAR, *(f"{code}.{name}" for code in sorted(shared) for name in BY_STATE)]


def known_kinds() -> list[str]:
    """Kinds of events that mechanisms tell of."""
    from sim.scenario.references import mechanism_kinds

    return sorted({kind for rule in mechanism_kinds().values() for kind in rule.kinds})


def counted(kinds: Sequence[str]) -> list[str]:
    """Kinds of events that are counted where these are kept: each of them, and all there are for "all"."""
    return known_kinds() if tuple(kinds) == ("all",) else list(kinds)


def reading(name: str, world: World) -> Callable[[], float]:
    """What gives the present value of a measure in a world."""
    code, _, own = name.rpartition(".")
    if not code:
        scalar = SCALAR[name]
        return lambda: float(scalar(world))
    at, by_state = world.names.states.index(code), BY_STATE[own]
    return lambda: float(by_state(world)[at])


def declared(name: str) -> tuple[str, str]:
    """Unit and sentence of a measure."""
    own = name.rpartition(".")[2]
    found = SCALAR.get(name) or BY_STATE[own]
    return found.unit, found.doc


def statistic(kind: str, yearly: Array, last: float) -> float:
    """One number of a yearly series (t,), the start first; `last` is the value at the very end of the run."""
    years = np.arange(len(yearly), dtype=float)
    rules: Mapping[str, Callable[[], Any]] = {
        "mean": lambda: yearly.mean(),
        "end": lambda: last,
        "start": lambda: yearly[0],
        "change": lambda: last - yearly[0],
        "min": lambda: yearly.min(),
        "max": lambda: yearly.max(),
        "sum": lambda: yearly.sum(),
        "std": lambda: yearly.std(),
        "slope": lambda: np.polyfit(years, yearly, 1)[0] if len(yearly) > 1 else 0.0,
    }
    return float(rules[kind]())


MEANINGS = {
    "mean": "mean over the years, the start included",
    "end": "at the end of the run",
    "start": "at the start",
    "change": "end less start",
    "min": "smallest of the yearly values",
    "max": "largest of the yearly values",
    "sum": "sum of the yearly values",
    "std": "standard deviation of the yearly values",
    "slope": "slope of a straight line through the yearly values, per year",
}
"""What each statistic says."""
