"""Why a balancing act collapsed: a state's portfolio over the years, and what pulled at it before each turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.explain.asked import Asked
from sim.explain.decisions import Decision
from sim.explain.replay import Pulls, pulls
from sim.measures import COLLAPSE
from sim.results import Run

BEFORE = 5.0
"""Years that are looked back on."""
LASTING = 2.0
"""Years that a collapse or a return must last to be told of a whole run."""


@dataclass(frozen=True)
class Turn:
    """A date at which a portfolio tipped, and what pulled from one option to another in the years before.

    Attributes:
        kind: "collapse", "balance again" or "realignment". step: index of the portfolio that shows it.
        option, other: numbers of the option that won and of the one that lost most.
        years: step -> share of the option, share of the other, pull by part; or what is missing.
    """

    kind: str
    step: int
    option: int
    other: int
    years: dict[int, tuple[float, float, dict[str, float]]]
    missing: str = ""


def turns(run: Run, state: str, asked: Asked) -> list[Turn]:
    """When a state's balancing act ended or came back within the years asked about; none for a member of a pole."""
    row = run.row(state)
    dependence = run.states["dependence"][:, row]
    if any(state in members for members in run.scenario.poles.values()):
        return []
    found = []
    for step in _crossings(run, dependence > COLLAPSE):
        if asked.years is None or asked.years[0] <= run.time[step - 1] < asked.years[1] + 1:
            fallen = bool(dependence[step] > COLLAPSE)
            found.append(_unexplained(run, row, step, "collapse" if fallen else "balance again"))
    return explained(run, row, found)


def _crossings(run: Run, above: Any) -> list[int]:
    """Steps at which a state came above or below, and stayed there for a while or to the end."""
    changes = [step for step in range(1, len(above)) if above[step] != above[step - 1]]
    ends = [*changes[1:], len(above)]
    long = [step for step, end in zip(changes, ends, strict=False)
            if end == len(above) or run.time[end] - run.time[step] >= LASTING]  # fmt: skip
    return [step for number, step in enumerate(long) if number == 0 or above[step] != above[long[number - 1]]]


def realignment(run: Run, decision: Decision) -> Turn | None:
    """What led to a change of the leading option."""
    event = decision.event
    options = ("non-alignment", *run.names.poles)
    if event["kind"] != "realignment" or event["third"] not in options:
        return None
    row, step = run.row(event["who"]), int(event["step"]) + 1
    option = options.index(event["third"])
    others = np.where(np.arange(len(options)) == option, -1.0, run.alignment[step - 1, row])
    (turn,) = explained(run, row, [Turn("realignment", step, option, int(others.argmax()), {})])
    return turn


def _unexplained(run: Run, row: int, step: int, kind: str) -> Turn:
    w = run.alignment[:, row]
    option = 1 + int(w[step if kind == "collapse" else step - 1, 1:].argmax())
    lost = w[_start(run, step)] - w[step]
    rest = np.arange(w.shape[1]) != option
    lost = np.where(rest, lost if kind == "collapse" else -lost, -np.inf)
    return Turn(kind, step, option, int(lost.argmax()), {})


def _start(run: Run, step: int) -> int:
    return max(0, step - round(BEFORE / run.scenario.dt))


def explained(run: Run, row: int, found: Sequence[Turn]) -> list[Turn]:
    """The turns with what pulled in the years before each."""
    if not found:
        return []
    felt = pulls(run, max(turn.step for turn in found))
    return [_with_years(run, row, turn, felt) for turn in found]


def _with_years(run: Run, row: int, turn: Turn, felt: Pulls | str) -> Turn:
    a_year = max(1, round(1 / run.scenario.dt))
    steps = list(range(turn.step - 1, _start(run, turn.step) - 1, -a_year))[::-1]
    w, read = run.alignment[:, row], isinstance(felt, Pulls)
    years = {
        step: (
            float(w[step, turn.option]),
            float(w[step, turn.other]),
            felt.between(step, row, turn.option, turn.other) if isinstance(felt, Pulls) else {},
        )
        for step in steps
    }
    return Turn(turn.kind, turn.step, turn.option, turn.other, years, "" if read else str(felt))


def trajectory(run: Run, state: str, most: int = 8) -> list[tuple[float, list[float]]]:
    """Dates and portfolios from the start to the end, evenly spread."""
    row = run.row(state)
    steps = np.unique(np.linspace(0, len(run.time) - 1, min(most, len(run.time))).round().astype(int))
    return [(float(run.time[step]), run.alignment[step, row].tolist()) for step in steps]
