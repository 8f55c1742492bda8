"""Named pure functions World -> number (`SCALAR`) or array over states (`BY_STATE`), each with unit, bounds, sentence.

    >>> SCALAR["polarity"](world)       # 3.4
    >>> BY_STATE["hedging"](world)      # array of shape (n,)

To add one, write a function in `of_world.py` or `of_states.py` and decorate it with `measure(...)`.
"""

from __future__ import annotations

from sim.measures import of_states, of_world
from sim.measures.declare import BY_STATE, SCALAR, Measure, measure
from sim.measures.of_world import COLLAPSE, MULTI_VECTOR

__all__ = ["BY_STATE", "COLLAPSE", "MULTI_VECTOR", "SCALAR", "Measure", "measure", "of_states", "of_world"]
