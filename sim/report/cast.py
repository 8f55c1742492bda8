"""Who matters in a run: the state in focus, the poles, the middle powers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.core.columns import Array
from sim.plots.charts import of_state
from sim.report.words import with_article
from sim.results import Run

FAVOURITE = "KAZ"
BALANCING = "multi_vector"
MIDDLE = 1
MOST_SHOWN = 12


@dataclass(frozen=True)
class Cast:
    """Codes of the states that a report is about.

    Attributes:
        focus: the state whose balancing act is followed; None if every state belongs to a pole.
        poles: of the system.
        middle: the other middle powers outside the poles, those that balance first, then by power.
    """

    focus: str | None
    poles: tuple[str, ...]
    middle: tuple[str, ...]


def in_poles(run: Run) -> set[str]:
    """States that belong to a pole."""
    return {code for members in run.scenario.poles.values() for code in members}


def cast_of(runs: Sequence[Run]) -> Cast:
    """The cast of a run: in focus stands Kazakhstan if it is there, else the first state that keeps ties to many."""
    run = runs[0]
    outside = [code for code in run.names.states if code not in in_poles(run)]
    balancing = [code for code in outside if run.scenario.policy_of(code) == BALANCING]
    candidates = [FAVOURITE] if FAVOURITE in outside else balancing or outside
    focus = candidates[0] if candidates else None
    power = dict(zip(run.names.states, run.states["power"].mean(axis=0), strict=True))
    tier = np.median(run.states["tier"], axis=0)
    middle = [code for code in outside if tier[run.row(code)] >= MIDDLE and code != focus]
    middle.sort(key=lambda code: (code not in balancing, -power[code]))
    return Cast(focus, run.names.poles, tuple(middle[:MOST_SHOWN]))


def named(run: Run, code: str) -> str:
    """A state or organisation as it stands inside a sentence."""
    return with_article(run.title(code))


def option_titles(run: Run) -> list[str]:
    """Options of a portfolio as they stand inside a sentence: non-alignment, then the poles."""
    return ["non-alignment", *(named(run, code) for code in run.names.poles)]


def held_from(runs: Sequence[Run], code: str, limit: float) -> list[tuple[float, str] | None]:
    """For every run, since when and by which pole a state has been held above a limit without a break to the end."""
    found: list[tuple[float, str] | None] = []
    for run in runs:
        above = run.states["dependence"][:, run.row(code)] > limit
        since = int(len(above) - np.argmin(above[::-1])) if not above.all() else 0
        if above[-1]:
            pole = run.names.poles[int(run.alignment[-1, run.row(code), 1:].argmax())]
            found.append((float(run.time[since]), pole))
        else:
            found.append(None)
    return found


def ends(runs: Sequence[Run], name: str, code: str | None = None) -> tuple[Array, Array]:
    """First and last value in every run of a scalar measure, or of a column of one state; (r,) each."""
    values = np.stack([run.series[name] for run in runs]) if code is None else of_state(runs, name, code)
    return values[:, 0].astype(float), values[:, -1].astype(float)
