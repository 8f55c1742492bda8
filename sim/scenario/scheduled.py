"""What is scheduled in a scenario: its events, and the states that come and go."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import TYPE_CHECKING, Any

from sim.interventions import event_model
from sim.interventions.checking import misplaced_dates
from sim.interventions.kinds import Entry, Exit, Scheduled
from sim.scenario.problems import KeyPath, Place, Problem, place_of, shown, spell

if TYPE_CHECKING:
    from sim.scenario.reading import Draft
    from sim.scenario.scenario import Scenario

_HELD = ("pacts", "disputes", "sanctions")
"""Ties that only states have which exist; the others say how things will stand when a state enters."""


def schedule_of(scenario: Scenario) -> tuple[Any, ...]:
    """All events of a run: those that are written down, and the entries and exits that states give themselves."""
    events = [_completed(event, scenario) for event in scenario.events]
    for code, state in scenario.states.items():
        if state.enters is not None and state.enters > scenario.start:
            said = {"kind": "enter", "state": code, "year": state.enters, "predecessor": state.predecessor or None}
            events.append(_completed(event_model(said), scenario))
        if state.leaves is not None and state.leaves > scenario.start:
            events.append(event_model({"kind": "leave_world", "state": code, "year": state.leaves}))
    return tuple(events)


def _completed(event: Any, scenario: Scenario) -> Any:
    """An entry with what the scenario says elsewhere of the state: predecessor, memberships, norms, portfolio."""
    if not isinstance(event, Entry):
        return event
    code, state = event.state, scenario.states[event.state]
    joins = [name for name, held in scenario.organisations.items() if code in held.members]
    holds = [name for name, norm in scenario.norms.items() if code in norm.adopters]
    said = {
        "predecessor": event.predecessor or state.predecessor or None,
        "organisations": (joins or None) if event.organisations is None else event.organisations,
        "norms": (holds or None) if event.norms is None else event.norms,
        "own_portfolio": event.own_portfolio or bool(state.alignment),
    }
    return event.model_copy(update=said)


def absent_at_start(scenario: Scenario) -> frozenset[str]:
    """States that do not exist when the run starts: they enter later, or have left."""
    return frozenset(code for code in scenario.states if _absent(code, scenario))


def _absent(code: str, scenario: Scenario) -> bool:
    state = scenario.states[code]
    if state.leaves is not None and state.leaves <= scenario.start:
        return True
    if state.enters is not None:
        return state.enters > scenario.start
    comes, goes = _dates(code, scenario, Entry), _dates(code, scenario, Exit)
    return bool(comes) and not (goes and min(goes) <= min(comes))


def _dates(code: str, scenario: Scenario, kind: type[Scheduled]) -> list[float]:
    """When a state is scheduled to enter or leave; a condition may come true at any time, so it counts as last."""
    found = [event for event in scenario.events if isinstance(event, kind) and getattr(event, "state", "") == code]
    return [inf if event.year is None else event.year for event in found]


def misdated(draft: Draft) -> Iterator[Problem]:
    """Events outside the run; not where an option, or a file that extends theirs, made the run shorter."""
    data, places = draft.data, draft.places
    events = data.get("events", ())
    if not isinstance(events, list | tuple):
        return
    for path, message in misplaced_dates(events, data.get("start"), data.get("end")):
        place = place_of(("events", *path), places)
        bound = places.get(("start",) if "start" in message else ("end",))
        own = draft.file is None or place is None or place.file == _name_of(draft)
        shortened = bound is not None and (
            bound.line is None or (not own and place is not None and bound.file != place.file)
        )
        if not shortened:
            yield Problem(message, spell(("events", *path)), place)


def _name_of(draft: Draft) -> str:
    return shown(draft.file) if draft.file else ""


def untimely_ties(scenario: Scenario, draft: Draft) -> Iterator[Problem]:
    """Pacts, disputes and sanctions, at the start, of states that do not exist then.

    Those from another file than what says so end without a word: to change a scenario is to ask for that.
    """
    absent = absent_at_start(scenario)
    for kind in _HELD if absent else ():
        for number, tie in enumerate(getattr(scenario.ties, kind)):
            parties = getattr(tie, "members", None) or getattr(tie, "pair", None) or (tie.sender, tie.target)
            for code in [code for code in parties if code in absent]:
                path: KeyPath = ("ties", kind, number)
                place, said = place_of(path, draft.places), _said(code, scenario, draft)
                if place is None or said is None or place.file == said.file:
                    message = f"{code} does not exist when the run starts; write an event in place of this tie"
                    yield Problem(message, spell(path), place)


def _said(code: str, scenario: Scenario, draft: Draft) -> Place | None:
    """Where it is said that a state does not exist at the start."""
    for key in ("enters", "leaves"):
        if getattr(scenario.states[code], key) is not None:
            return place_of(("states", code, key), draft.places)
    return place_of(("events",), draft.places)
