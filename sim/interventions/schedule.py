"""When events happen: at a date, under a condition, once or again, for good or for a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.columns import Array
from sim.core.update import Happening
from sim.interventions.conditions import Condition, condition
from sim.interventions.kinds import Entry, Exit, Scheduled, Setting
from sim.interventions.outcomes import Outcome
from sim.interventions.registry import outcome
from sim.mechanisms.base import Mechanism
from sim.policies import Policy
from sim.world import Names

if TYPE_CHECKING:
    from sim.model import Geopolitics

NEARLY = 1e-9


@dataclass
class Pending:
    """An event that may still happen, and what it remembers.

    Attributes:
        due: the date at which it falls due, or before which its condition does not count.
        since: since when its condition has held, None while it does not.
        spent: its condition must cease to hold before it counts again.
    """

    event: Any
    condition: Condition | None
    due: float
    since: float | None = None
    spent: bool = False

    @property
    def repeats(self) -> bool:
        """It may happen more than once."""
        return self.event.every is not None or not self.event.once

    def falls_due(self, model: Geopolitics) -> bool:
        """Whether it happens in this step; asked once a step, of the world as the step begins."""
        world, event = model.world, self.event
        if self.condition is None:
            return self.due < world.time + world.dt - NEARLY
        holds = self.condition.holds(world)
        if not holds:
            self.since, self.spent = None, False
            return False
        self.since = world.time if self.since is None else self.since
        waited = world.time >= self.due - NEARLY and world.time >= self.since + event.held - NEARLY
        return waited and not self.spent

    def over(self, time: float) -> bool:
        """Too late for it from now on."""
        return self.event.before is not None and max(time, self.due) >= self.event.before - NEARLY

    def after(self, time: float) -> Pending | None:
        """What remains of it once it has happened: None, or the next time."""
        if not self.repeats:
            return None
        began = self.due if self.condition is None else time
        pause = self.event.every if self.event.every is not None else 0.0
        self.due = max(began + pause, began + (self.event.lasting or 0.0))
        self.spent = self.event.every is None
        return self


@dataclass(frozen=True)
class Ending:
    """The end of a change that was made for a time.

    Attributes:
        until: the date. before, after: columns as they were and as the event left them. rules, decisions: mechanisms
            and policies before and after. held: write the columns anew at every step, so that nothing moves them
            meanwhile.
    """

    event: Any
    until: float
    sentence: str
    before: Mapping[str, Array]
    after: Mapping[str, Array]
    rules: Mapping[str, tuple[Mechanism | None, Mechanism | None]]
    decisions: Mapping[str, tuple[Policy, Policy]]
    held: bool
    who: int
    whom: int

    def hold(self, model: Geopolitics) -> None:
        """Keep what was set where it was set."""
        columns = {name: self._where(model, name, self.after[name]) for name in self.after}
        model.world.write(columns)

    def undo(self, model: Geopolitics) -> None:
        """Put things back, except what somebody else has changed in the meantime."""
        model.world.write({name: self._where(model, name, self.before[name]) for name in self.before})
        put_in_place(model, {name: old for name, (old, new) in self.rules.items() if model.mechanisms.get(name) is new})
        model.policies |= {name: old for name, (old, new) in self.decisions.items() if model.policies[name] is new}
        years = f"{self.event.lasting:g} year{'s' * (self.event.lasting != 1)}"
        told = Outcome(f"Put back after {years}: {self.sentence}", who=self.who, whom=self.whom)
        log(model, f"{self.event.kind} over", told)

    def _where(self, model: Geopolitics, name: str, values: Array) -> Array:
        now = getattr(model.world, name)
        touched = self.before[name] != self.after[name]
        if not self.held:
            touched = touched & (now == self.after[name])
        return np.where(touched, values, now)


@dataclass
class Schedule:
    """All that is to happen to a model, in the order of its dates.

    Args:
        events: checked events. names: who exists in the model's world.
        start: date from which conditions count.
    """

    events: Sequence[Any]
    names: Names
    laid_aside: dict[str, Mechanism] = field(default_factory=dict)
    pending: list[Pending] = field(default_factory=list)
    endings: list[Ending] = field(default_factory=list)

    def __post_init__(self) -> None:
        for event in self.events:
            self.add(event)

    def __len__(self) -> int:
        return len(self.pending) + len(self.endings)

    def __iter__(self) -> Iterator[Any]:
        """The events that may still happen."""
        return (each.event for each in self.pending)

    def __getitem__(self, number: int) -> Any:
        """One of the events that may still happen, the next dated one first."""
        return self.pending[number].event

    def add(self, event: Any) -> None:
        """Take in an event.

        Raises:
            ConditionError: a condition that cannot be understood.
        """
        if event.when:
            due = -np.inf if event.after is None else event.after
            self.pending.append(Pending(event, condition(event.when, self.names), due))
        else:
            self.pending.append(Pending(event, None, event.year))
        self.pending.sort(key=_order)

    def carry_out(self, model: Geopolitics) -> None:
        """What falls due in this step: first what ends, then dated events by their dates, then those that waited.

        All conditions are asked before anything is changed.
        """
        end = model.world.time + model.world.dt - NEARLY
        time = model.world.time
        self.pending = [each for each in self.pending if not each.over(time)]
        ready = [each for each in self.pending if each.falls_due(model)]
        for ending in self.endings:
            if ending.until < end:
                ending.undo(model)
            elif ending.held:
                ending.hold(model)
        self.endings = [ending for ending in self.endings if ending.until >= end]
        for each in ready:
            self._happens(model, each, end)

    def _happens(self, model: Geopolitics, each: Pending, end: float) -> None:
        """Carry it out, as often as its dates lie within this step."""
        while True:
            self.do(model, each.event, each.condition, each.due)
            after = each.after(model.world.time)
            if after is None or after.over(model.world.time):
                self.pending.remove(each)
                return
            if each.condition is not None or each.due >= end:
                return

    def do(self, model: Geopolitics, event: Scheduled, why: Condition | None = None, date: float | None = None) -> None:
        """Carry one event out now and log it, with the numbers that set it off."""
        came = _out_of_nothing(model, event) or outcome(model, event)
        sentence = came.sentence
        values = why.values(model.world) if why else {}
        if why:
            numbers = ", ".join(f"{text} {_short(value)}" for text, value in values.items())
            sentence = f"{sentence} (because {why.text}: {numbers})"
        ending = None if came.refused or event.lasting is None else _ending(model, event, came, date)
        if not came.refused:
            model.world.write(came.columns)
            self.laid_aside |= {name: model.mechanisms[name] for name, new in came.rules.items() if new is None}
            put_in_place(model, came.rules)
            model.policies |= came.decisions
        if ending is not None:
            self.endings.append(ending)
        log(model, event.kind, came, sentence, values)


def _short(value: float) -> str:
    return f"{value:.2f}" if abs(value) >= 100 else f"{value:.3g}"


def _order(each: Pending) -> tuple[bool, float, int]:
    """Dated events by their dates, states entering before and leaving after the others of a date; then the rest."""
    place = 0 if isinstance(each.event, Entry) else 2 if isinstance(each.event, Exit) else 1
    return each.condition is not None, each.due if each.condition is None else 0.0, place


def _ending(model: Geopolitics, event: Scheduled, came: Outcome, date: float | None) -> Ending:
    began = model.world.time if date is None or event.when else date
    before = {name: getattr(model.world, name) for name in came.lasts}
    declared = type(model.world).columns()
    after: dict[str, Array] = {name: np.asarray(came.columns[name]).astype(declared[name].dtype) for name in came.lasts}
    rules = {name: (model.mechanisms.get(name), new) for name, new in came.rules.items()}
    decisions = {name: (model.policies[name], new) for name, new in came.decisions.items()}
    held = isinstance(event, Setting)
    assert event.lasting is not None
    until = began + event.lasting
    return Ending(event, until, came.sentence, before, after, rules, decisions, held, came.who, came.whom)


def put_in_place(model: Geopolitics, rules: Mapping[str, Mechanism | None]) -> None:
    """Give a model other mechanisms; they are asked in the order of their names, whoever came first."""
    if rules:
        merged = {**model.mechanisms, **rules}
        model.mechanisms = {name: merged[name] for name in sorted(merged) if merged[name] is not None}  # type: ignore[misc]


def _out_of_nothing(model: Geopolitics, event: Any) -> Outcome | None:
    """The refusal of an event that needs a state that does not exist."""
    if isinstance(event, Entry):
        return None
    world = model.world
    fields = ("sender", "target", "originator", "state", "members")
    said = [getattr(event, name, None) or () for name in fields]
    codes = [code for value in said for code in ([value] if isinstance(value, str) else value)]
    gone = [code for code in codes if not world.alive[world.index(code)]]
    if not gone:
        return None
    sentence = f"{event.kind}: {world.names.title(gone[0])} does not exist"
    return Outcome(sentence, who=world.index(gone[0]), refused=True)


def log(
    model: Geopolitics, kind: str, came: Outcome, sentence: str = "", values: Mapping[str, float] | None = None
) -> None:
    """Put it into the ledger; what came to nothing counts as refused."""
    told = (sentence or came.sentence).replace("{", "{{").replace("}", "}}")
    happening = Happening(
        kind,
        np.array([came.who]),
        whom=np.array([came.whom]),
        amount=np.array([float(came.amount)]),
        terms={name: np.array([value]) for name, value in (values or {}).items()},
        done=np.array([not came.refused]),
    )
    model.log("scheduled", "SHOCK", happening, told, told)
