"""What somebody wants explained of a run: an event, a state, a pair, some years, or all of these at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import floor
from typing import Any, NoReturn

from sim.core.spelling import nearest
from sim.results import Run

SLACK = 1e-9


class ExplainError(ValueError):
    """Something was asked that the run cannot tell; the message says what it can."""


@dataclass(frozen=True)
class Asked:
    """What is to be explained; None stands for everything.

    Attributes:
        event: id of an event. state: code. pair: two codes. years: first and last year, both included.
    """

    event: int | None = None
    state: str | None = None
    pair: tuple[str, str] | None = None
    years: tuple[int, int] | None = None

    @property
    def only_a_state(self) -> bool:
        """A state's whole run."""
        return self.state is not None and (self.event, self.pair, self.years) == (None, None, None)

    @property
    def everything(self) -> bool:
        """Nothing in particular."""
        return (self.event, self.state, self.pair, self.years) == (None, None, None, None)

    def takes(self, event: Mapping[str, Any]) -> bool:
        """An event fits all that was asked."""
        codes = codes_of(event)
        return (
            self.event in (None, event["id"])
            and (self.state is None or self.state in codes)
            and (self.pair is None or set(self.pair) <= set(codes))
            and (self.years is None or self.years[0] <= floor(event["time"] + SLACK) <= self.years[1])
        )


def codes_of(event: Mapping[str, Any]) -> tuple[str, ...]:
    """Codes of all that an event names."""
    return tuple(code for code in (event["who"], event["whom"], event["third"]) if code)


def asked_of(
    run: Run, *, event: int | None = None, state: str | None = None, pair: str | None = None, year: str | None = None
) -> Asked:
    """What was asked, checked against a run.

    Args:
        event: id. state: code or name. pair: two of these with a comma between. year: 2031 or 2030:2035.

    Raises:
        ExplainError: the run has no such event, state or year, or kept no reasons.
    """
    reasons_kept(run)
    last = run.events[-1]["id"]
    if event is not None and not 0 <= event <= last:
        raise ExplainError(f"--event {event}: there is no such event; the ids of this run go from 0 to {last}")
    return Asked(
        event,
        None if state is None else code_of(run, state, "--state"),
        None if pair is None else pair_of(run, pair),
        None if year is None else years_of(run, year),
    )


def reasons_kept(run: Run) -> None:
    """Make sure that the run kept its events and the terms of its decisions.

    Raises:
        ExplainError: it did not; says how to run it again.
    """
    again = "run it again with --events full, which is usual"
    if not run.events:
        raise ExplainError(f"this run holds no events (it was saved with --events none, or nothing happened); {again}")
    decided = [event["terms"] for event in run.events if event["chance"] is not None]
    if decided and all(terms in (None, "", "{}") for terms in decided):
        message = "this run was saved with --events summary: it says what took place, but the terms of the decisions"
        raise ExplainError(f"{message} and what was refused are missing; {again}")


def code_of(run: Run, text: str, where: str) -> str:
    """The code of a state from its code or name, in small or capital letters.

    Raises:
        ExplainError: no such state; names the nearest.
    """
    names = run.names
    known = dict(zip(names.titles, names.states, strict=False)) | {code: code for code in names.states}
    by_fold = {name.casefold(): code for name, code in known.items()}
    if code := by_fold.get(text.strip().casefold()):
        return code
    return _unknown(run, text.strip(), where, known)


def _unknown(run: Run, text: str, where: str, known: Mapping[str, str]) -> NoReturn:
    codes = run.names.states
    turned = next((code for code in codes if sorted(code) == sorted(text.upper())), None)
    short = len(text) <= max(len(code) for code in codes)
    hint = f"did you mean '{turned}'?" if turned else nearest(text, codes if short else known)
    raise ExplainError(f"{where} {text}: no such state in this run; {hint}")


def pair_of(run: Run, text: str) -> tuple[str, str]:
    """The codes of two different states.

    Raises:
        ExplainError: it is no pair.
    """
    parts = text.split(",")
    if len(parts) != 2 or not all(part.strip() for part in parts):
        example = ",".join(run.names.states[:2])
        raise ExplainError(f"--pair {text}: not a pair; write two states with a comma between, as {example}")
    first, second = (code_of(run, part, "--pair") for part in parts)
    if first == second:
        raise ExplainError(f"--pair {text}: twice the same state; write two different ones, or --state {first}")
    return first, second


def years_of(run: Run, text: str) -> tuple[int, int]:
    """First and last year, both included.

    Raises:
        ExplainError: not a year or two, or outside the run.
    """
    first, last = floor(run.time[0] + SLACK), floor(max(run.time[0], run.time[-1] - run.scenario.dt) + SLACK)
    match = re.fullmatch(r"\s*(-?\d{1,6})\s*(?::\s*(-?\d{1,6})\s*)?", text)
    if not match:
        raise ExplainError(f"--year {text}: not a year; write one, as {first}, or two, as {first}:{last}")
    begin, end = int(match[1]), int(match[2] or match[1])
    if end < begin:
        raise ExplainError(f"--year {text}: ends before it begins; write {end}:{begin}")
    if begin < first or end > last:
        inside = f"{min(max(begin, first), last)}:{max(min(end, last), first)}"
        raise ExplainError(
            f"--year {text}: outside the run, which covers {first} to {last}; write for instance {inside}"
        )
    return begin, end
