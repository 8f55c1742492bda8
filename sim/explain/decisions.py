"""Decisions of a run with the terms that made them, and how much hung on each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sim.explain.asked import Asked, codes_of
from sim.explain.links import Link, links_of
from sim.report.chronicle import OF_OTHERS, OF_SHOCKS, WAR_LEVEL, WORTH
from sim.results import Run

PARTIES = ("who", "whom")
DECIDERS: dict[str, tuple[str, ...]] = {
    "pact": ("whom",), "accession": ("third",), "collective action": ("third",), "suspension": ("third",),
    "coercion": ("third",), "coercive sanction": ("third",),
    "mediation": PARTIES, "offer": ("third",), "passed over": (), "guarantor": ("third",), "venue": (),
    "pressure": ("third",), "proposal": ("third",), "negotiated peace": PARTIES, "imposed peace": (),
    "relapse": PARTIES,
    "concession": ("whom",), "claim lapsed": (), "leader change": (), "opening level": (),
    "war ended": (), "first deaths": (),
    "dispute onset": PARTIES, "escalation": PARTIES, "war begins": PARTIES, "dispute ended": PARTIES,
    "settlement": PARTIES, "pact ended": PARTIES,
}  # fmt: skip
"""Kind -> the fields that name who decided; other kinds are decided by `who`, shocks and schedules by no state."""
SMALL = {
    "consent": 5, "offer": 12, "passed over": 2, "mediation": 16, "guarantor": 6, "venue": 4, "pressure": 5,
    "proposal": 5, "imposed peace": 5, "negotiated peace": 6, "relapse": 8,
    "pact request": 4, "application": 4, "first move": 3, "opening level": 3,
    "claim lapsed": 3, "dispute ended": 5,
}  # fmt: skip
"""Worth of kinds that the chronicle leaves out or ranks higher than they are for who asks why."""
REFUSED, SCHEDULED = 0.6, 80.0
BY_ITSELF, BY_SIZE = 10.0, 8.0


@dataclass(frozen=True)
class Decision:
    """An event with its reasons.

    Attributes:
        event: the row of the log. terms: name -> signed contribution, the largest first.
        link: how the terms make the chance; None if they do not add up to it. by: codes of who decided.
    """

    event: Mapping[str, Any]
    terms: Mapping[str, float]
    link: Link | None
    by: tuple[str, ...]

    @property
    def total(self) -> float:
        """Sum of the terms."""
        return sum(self.terms.values())


class Decisions:
    """All decisions of a run."""

    def __init__(self, run: Run) -> None:
        self.run = run

    @cached_property
    def _terms(self) -> list[dict[str, float]]:
        return [json.loads(event["terms"] or "{}") for event in self.run.events]

    @cached_property
    def _links(self) -> dict[str, Link | None]:
        return links_of(list(zip(self.run.events, self._terms, strict=True)), self.run.scenario.dt)

    @cached_property
    def _size(self) -> dict[str, float]:
        """Mean power of each state over that of the greatest."""
        power = self.run.states["power"].mean(axis=0)
        return dict(zip(self.run.names.states, (power / max(power.max(), 1e-12)).tolist(), strict=True))

    def of(self, number: int) -> Decision:
        """The decision with an id."""
        event, terms = self.run.events[number], self._terms[number]
        ordered = dict(sorted(terms.items(), key=lambda term: -abs(term[1])))
        return Decision(event, ordered, self._links.get(event["kind"]), decided_by(event))

    def chosen(self, asked: Asked) -> list[Decision]:
        """Those that fit: by date, or the weightiest first if nothing is asked but a state, or nothing at all."""
        found = [self.of(number) for number, event in enumerate(self.run.events) if asked.takes(event)]
        if asked.only_a_state or asked.everything:
            found.sort(key=lambda each: (-self.weight(each, asked.state), each.event["id"]))
        return found

    def weight(self, decision: Decision, state: str | None = None) -> float:
        """How much hung on a decision; more if a state that is asked about took it, and among mighty others."""
        event = decision.event
        others = (self._size.get(code, 0.0) for code in codes_of(event) if code != state)
        worth = _worth(event) * (1 if event["done"] else REFUSED)
        return worth + BY_ITSELF * (state in decision.by) + BY_SIZE * max(others, default=0.0)


def decided_by(event: Mapping[str, Any]) -> tuple[str, ...]:
    """Codes of the states or organisation that decided; none for what befell them or was scheduled."""
    if event["mechanism"] in ("shocks", "scheduled"):
        return ()
    fields = DECIDERS.get(event["kind"], ("who",))
    return tuple(event[field] for field in fields if event[field])


def _worth(event: Mapping[str, Any]) -> float:
    if event["mechanism"] == "scheduled":
        return SCHEDULED
    if event["mechanism"] == "shocks":
        return OF_SHOCKS + 4 * min(event["amount"] or 0.0, 6.0)
    if event["kind"] == "dispute onset" and (event["amount"] or 0) >= WAR_LEVEL:
        return WORTH["war begins"]
    return float(SMALL.get(event["kind"], WORTH.get(event["kind"], OF_OTHERS)))


def beside(run: Run, event: Mapping[str, Any]) -> list[int]:
    """Ids of the other decisions of the same matter: same step and mechanism, same parties."""
    matter = _matter(event)
    found = []
    for number, other in enumerate(run.events):
        if other["step"] == event["step"] and other["id"] != event["id"] and _matter(other) == matter:
            found.append(number)
    return found


def came_before(run: Run, event: Mapping[str, Any]) -> str:
    """The code of the mediator for whom another candidate was passed over; "" for other kinds of events."""
    if event["kind"] != "passed over":
        return ""
    offers = (run.events[number] for number in beside(run, event))
    return next((str(offer["third"]) for offer in offers if offer["kind"] == "offer"), "")


def _matter(event: Mapping[str, Any]) -> tuple[str, frozenset[str], str]:
    parties = frozenset(code for code in (event["who"], event["whom"]) if code)
    return event["mechanism"], parties, "" if event["whom"] else event["third"]


def before(run: Run, event: Mapping[str, Any], *, years: float = 5.0, most: int = 8) -> list[int]:
    """Ids of what went before between the same two, or for a single state of what may have moved it; latest last."""
    parties = {code for code in (event["who"], event["whom"]) if code}
    found = [
        number
        for number, other in enumerate(run.events[: event["id"]])
        if event["time"] - years <= other["time"] and other["step"] < event["step"] and _bears_on(other, parties)
    ]
    return found[-most:]


def _bears_on(other: Mapping[str, Any], parties: set[str]) -> bool:
    if not parties or not parties <= set(codes_of(other)):
        return False
    if len(parties) == 2:
        return other["kind"] not in SMALL or other["kind"] == "mediation"
    return other["done"] and other["kind"] in MOVING


MOVING = frozenset(
    {
        "coercion", "coercive sanction", "sanction", "sanction ended", "concession", "leader change", "realignment",
        "pact", "pact ended", "accession", "exit", "war begins", "war ended", "policy", "leader", "join", "leave",
        "treaty", "end_treaty",
    }
)  # fmt: skip
"""Kinds that may move a state's portfolio."""
