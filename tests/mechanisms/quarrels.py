"""Worlds full of separate disputes, to count what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.core.columns import Array
from sim.core.update import Happening, Update
from sim.world import World
from tests.mechanisms.worlds import small_world


def even_columns(n: int) -> dict[str, Any]:
    """States as like each other as can be, and strangers."""
    return {
        "affinity": 0.0, "gdp": 100.0, "population": 10.0, "force": 10.0, "technology": 0.5, "democracy": 0.0,
        "ideal_point": 0.0, "trade": 1 - np.eye(n), "contiguous": False, "distance": 1000 * (1 - np.eye(n)),
        "latitude": 0.0, "longitude": 0.0, "great": False, "member": False, "tenure": 3.0, "peace_years": 1e4,
    }  # fmt: skip


def quarrels(
    n: int, *, level: int | Array = 4, began: Sequence[tuple[int, int]] | None = None, **columns: Any
) -> World:
    """n even states; those of even number began a dispute with the next one (or the pairs given), at `level`."""
    pairs = np.array([(i, i + 1) for i in range(0, n - 1, 2)] if began is None else began)
    i, j = pairs.T
    hostility, tag, origin = np.zeros((n, n)), np.zeros((n, n)), np.zeros((n, n))
    hostility[i, j] = hostility[j, i] = level
    tag[i, j] = tag[j, i] = (np.arange(len(i)) + 1) / (len(i) + 1)
    origin[i, j] = 1
    given = even_columns(n) | {"hostility": hostility, "dispute_tag": tag, "originator": origin} | columns
    return small_world(n, **given)


def joined(world: World, k: int, opponent: int, partner: int) -> World:
    """The same world where k has joined `partner` in its dispute with `opponent`."""
    hostility, tag = world.hostility.copy(), world.dispute_tag.copy()
    hostility[k, opponent] = hostility[opponent, k] = hostility[partner, opponent]
    tag[k, opponent] = tag[opponent, k] = tag[partner, opponent]
    return world.with_changes(hostility=hostility, dispute_tag=tag)


def told(update: Update, kind: str) -> Happening:
    """What an update reports of one kind; an empty report if there is none."""
    found = [h for h in update.happenings if h.kind == kind]
    return found[0] if found else Happening(kind, np.zeros(0, dtype=int))


def check_terms(happening: Happening, variable: Array, rtol: float = 1e-9) -> None:
    """The terms add up to the decision variable."""
    np.testing.assert_allclose(sum(happening.terms.values()), variable, rtol=rtol, atol=1e-9)
