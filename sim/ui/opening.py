"""What visitors find when they open the page: a world to play, a run to look at again, or a sweep."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.scenario import ScenarioError
from sim.ui.catalogue import Catalogue, RefusedError
from sim.ui.limits import LIMITS
from sim.ui.sharing import asked_for
from sim.ui.sides import Replayed, Side, remade

USUAL = "central-asia-2025"


@dataclass(frozen=True)
class Opening:
    """What the command line asked for.

    Attributes:
        scenario: name or path. seed: of worlds whose link names none.
        run: folder of a finished run to replay. results: makes what is told of a sweep, once for each visitor.
    """

    scenario: str = USUAL
    seed: int = 0
    allow_code: bool = False
    run: Path | None = None
    results: Callable[[], Any] | None = None

    def catalogue(self) -> Catalogue:
        """The worlds on offer."""
        return Catalogue(self.scenario, allow_code=self.allow_code)

    def first(self, query: str, results: Any = None) -> tuple[Side, int]:
        """The world that a visitor sees first, and the step at which; runs in the visitor's thread.

        Args:
            query: of the link. results: what is told of a sweep, if it is one that is looked at.

        Raises:
            RefusedError, ScenarioError: a link that asks for what cannot be.
        """
        asked = asked_for(query)
        if self.run is not None and "scenario" not in asked:
            from sim.results import load_run

            return Replayed(load_run(self.run), self.run.name), 0
        if results is not None and "scenario" not in asked:
            return results.first(), 0
        name, seed = asked.get("scenario", self.catalogue().default), asked.get("seed", self.seed)
        plan = self.catalogue().plan(name, seed, asked.get("set"), asked.get("acts", ()))
        step = min(asked.get("step", 0), plan.scenario.steps)
        return remade(plan, step), step


class Places:
    """How many visitors there may be at once."""

    def __init__(self, most: int = LIMITS.sessions) -> None:
        self.most, self.taken, self._lock = most, 0, threading.Lock()

    def take(self) -> bool:
        """Take a place, if there is one."""
        with self._lock:
            if self.taken >= self.most:
                return False
            self.taken += 1
            return True

    def leave(self) -> None:
        """Give it back."""
        with self._lock:
            self.taken -= 1


def check(opening: Opening) -> None:
    """Load what visitors will see, so that whoever started the server hears of every mistake at once.

    Raises:
        ScenarioError, RefusedError: what is wrong with it.
    """
    if opening.run is None and opening.results is None:
        opening.catalogue().plan(opening.catalogue().default, opening.seed)
    else:
        with contextlib.suppress(ScenarioError, RefusedError):
            opening.catalogue().plan(USUAL, 0)
