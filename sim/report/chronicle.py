"""The events worth telling: a short chronicle of a run, spread over its years."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sim.measures import COLLAPSE
from sim.report.cast import Cast, named
from sim.report.words import opened
from sim.results import Run

WORTH = {
    "war begins": 90, "war ended": 85, "nuclear": 90, "coercion": 45, "coercive sanction": 45, "realignment": 35,
    "settlement": 25, "pact ended": 24, "pact": 22, "exit": 22, "first deaths": 20, "joining": 18, "concession": 18,
    "accession": 15, "defection": 15, "escalation": 14, "sanction": 14, "dispute onset": 12, "adoption": 10,
    "renunciation": 80, "nuclear pursuit": 50, "nuclear programme ended": 30, "collective action": 40,
    "suspension": 30, "founding": 30, "dissolution": 30, "relapse": 28, "pact exit": 24, "pact accession": 20,
    "coalition founded": 22, "bandwagoning": 20, "secondary sanction": 20, "renewal": 8,
}  # fmt: skip
"""How much an event is worth telling, by its kind; others count `OF_OTHERS`."""
OF_SHOCKS, OF_OTHERS = 15, 6
DULL = frozenset(
    {
        "consent", "claim lapsed", "mediation", "offer", "passed over", "pact request", "application", "first move",
        "opening level", "guarantor", "venue", "pressure", "proposal", "imposed peace", "negotiated peace", "call",
        "vote", "pact application", "submission",
    }
)  # fmt: skip
"""Kinds left out: they fill the log and are counted elsewhere."""
WAR_LEVEL = 5
MOST, MOST_A_YEAR = 48, 3


@dataclass(frozen=True)
class Moment:
    """One entry of the chronicle."""

    time: float
    kind: str
    text: str
    worth: float
    codes: tuple[str, ...] = ()


def chronicle(run: Run, cast: Cast) -> list[Moment]:
    """The most telling events of a run in the order of their dates, a few a year at most."""
    moments = [*turns(run, cast), *told_events(run, cast)]
    moments.sort(key=lambda moment: (-moment.worth, moment.time))
    in_year = Counter[int]()
    chosen: list[Moment] = []
    for moment in moments:
        if len(chosen) < MOST and in_year[int(moment.time)] < MOST_A_YEAR:
            chosen.append(moment)
            in_year[int(moment.time)] += 1
    return sorted(chosen, key=lambda moment: (moment.time, -moment.worth))


def involving(run: Run, code: str) -> list[Moment]:
    """Everything that a state took part in, except consents to mediators and what was refused."""
    return [_moment(event, 0.0) for event in run.events if event["done"] and code in _codes(event) and _telling(event)]


def turns(run: Run, cast: Cast) -> Iterator[Moment]:
    """Dates at which a state's balancing act ended, or came back, for at least two years."""
    time = run.time
    for code in filter(None, (cast.focus, *cast.middle)):
        row = run.row(code)
        above = run.states["dependence"][:, row] > COLLAPSE
        since = 0
        for step in range(1, len(time)):
            if above[step] != above[since]:
                if time[step] - time[since] >= 2 and since:
                    yield _turn(run, code, since, bool(above[since]), cast)
                since = step
        if since and time[-1] - time[since] >= 2:
            yield _turn(run, code, since, bool(above[since]), cast)


def _turn(run: Run, code: str, step: int, fallen: bool, cast: Cast) -> Moment:
    pole = run.names.poles[int(run.alignment[step, run.row(code), 1:].argmax())]
    held = f"{named(run, pole)} now holds over 60% of its portfolio"
    text = f"{run.title(code)}'s balancing act ends: {held}" if fallen else f"{run.title(code)} balances again"
    return Moment(float(run.time[step]), "balance", text, 95 if code == cast.focus else 60, (code,))


def told_events(run: Run, cast: Cast) -> Iterator[Moment]:
    """Events from the log with what they are worth."""
    size = dict(zip(run.names.states, run.states["power"].mean(axis=0), strict=True))
    largest = max(size.values())
    for event in run.events:
        if event["done"] and _telling(event):
            codes = _codes(event)
            weight = 8 * max((size.get(code, 0.0) for code in codes), default=0.0) / largest
            near = 30 if cast.focus in codes else 0
            yield _moment(event, _worth(event) + weight + near)


def _telling(event: dict[str, Any] | Any) -> bool:
    return event["kind"] not in DULL


def _worth(event: Any) -> float:
    if event["mechanism"] == "scheduled":
        return 80.0
    if event["mechanism"] == "shocks":
        return OF_SHOCKS + 4 * min(event["amount"] or 0.0, 6.0)
    if event["kind"] == "dispute onset" and (event["amount"] or 0) >= WAR_LEVEL:
        return 90.0
    return float(WORTH.get(event["kind"], OF_OTHERS))


def _codes(event: Any) -> tuple[str, ...]:
    return tuple(code for code in (event["who"], event["whom"], event["third"]) if code)


def _moment(event: Any, worth: float) -> Moment:
    return Moment(event["time"], event["kind"], opened(event["sentence"]), worth, _codes(event))


def colour_group(kind: str) -> str:
    """Which of five groups an event belongs to, for the colour of its tag."""
    groups = {
        "conflict": ("war", "dispute", "escalation", "claim", "nuclear", "deaths", "joining"),
        "peace": ("settlement", "mediation", "peace", "renunciation"),
        "ties": ("pact", "treaty", "accession", "exit", "join", "leave", "adopt", "defection"),
        "balance": ("balance", "realignment", "coerc", "sanction", "concession"),
    }
    return next((name for name, parts in groups.items() if any(part in kind for part in parts)), "world")
