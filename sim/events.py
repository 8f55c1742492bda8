"""The event ledger: what happened, who did it to whom, and the numbers that decided it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sim.core.update import Happening
from sim.world import LEVELS, Names

Keep = Literal["full", "summary", "none"]
EVENT_COLUMNS = [
    "id",
    "step",
    "time",
    "phase",
    "mechanism",
    "kind",
    "who",
    "whom",
    "third",
    "amount",
    "chance",
    "drawn",
    "done",
    "terms",
    "sentence",
]


@dataclass(slots=True)
class Entry:
    """A batch of happenings with its place in the run."""

    step: int
    time: float
    phase: str
    mechanism: str
    happening: Happening
    template: str
    template_refused: str


class Ledger:
    """All events of a run, kept as batches and told as sentences when asked.

    Args:
        names: who is who.
        keep: "full" keeps refusals and the terms of every decision, "summary" what took place, "none" nothing.
    """

    def __init__(self, names: Names, keep: Keep = "full") -> None:
        self.names, self.keep = names, keep
        self.entries: list[Entry] = []

    def add(self, entry: Entry) -> None:
        """Take in one batch."""
        if self.keep != "none" and len(entry.happening.who):
            self.entries.append(entry)

    def rows(self) -> Iterator[dict[str, Any]]:
        """One dict an event, in order, with the keys of `EVENT_COLUMNS`."""
        number = 0
        for entry in self.entries:
            for position in range(len(entry.happening.who)):
                row = self.row(entry, position)
                if self.keep == "summary":
                    if not row["done"]:
                        continue
                    row["terms"] = "{}"
                yield {"id": number, **row}
                number += 1

    def row(self, entry: Entry, position: int) -> dict[str, Any]:
        """One event of a batch, as in `rows` but for its number."""
        event = entry.happening
        done = event.done is None or bool(event.done[position])
        fields = sentence_fields(self.names, event, position)
        template = entry.template if done else entry.template_refused
        return {
            "step": entry.step,
            "time": entry.time,
            "phase": entry.phase,
            "mechanism": entry.mechanism,
            "kind": event.kind,
            "who": _code(self.names, event.who, position),
            "whom": _code(self.names, event.whom, position),
            "third": third_code(self.names, event, position, template),
            "amount": _number(event.amount, position),
            "chance": _number(event.chance, position),
            "drawn": _number(event.drawn, position),
            "done": done,
            "terms": json.dumps({name: float(values[position]) for name, values in event.terms.items()}),
            "sentence": template.format_map(fields),
        }


def sentence_fields(names: Names, event: Happening, position: int) -> Mapping[str, Any]:
    """What the template of a kind may use: {who}, {whom}, {amount}, {level} and {state}, {pole}, {option}, ..."""
    third = _index(event.third, position)
    amount = 0.0 if event.amount is None else float(event.amount[position])
    options = ("non-alignment", *(names.title(code) for code in names.poles))
    return {
        "who": _state(names, _index(event.who, position)),
        "whom": _state(names, _index(event.whom, position)),
        "amount": amount,
        "level": LEVELS[min(int(amount), 5)] if 0 <= amount <= 5 else f"{amount:g}",
        "state": _state(names, third),
        "pole": _pick(options[1:], third),
        "option": _pick(options, third),
        "organisation": _pick(names.organisation_titles or names.organisations, third),
        "mediator": _mediator(names, third),
        "norm": _pick(names.norms, third).replace("_", " "),
    }


def third_code(names: Names, event: Happening, position: int, template: str) -> str:
    """The code of a third party or item; which list it numbers is read from the sentence's field."""
    third = _index(event.third, position)
    if third < 0:
        return ""
    lists = {
        "{state}": names.states,
        "{pole}": names.poles,
        "{option}": ("non-alignment", *names.poles),
        "{organisation}": names.organisations,
        "{mediator}": (*names.states, *names.organisations),
        "{norm}": names.norms,
    }
    for field, codes in lists.items():
        if field in template:
            return _pick(codes, third)
    return str(third)


def _index(values: Any, position: int) -> int:
    return -1 if values is None else int(values[position])


def _number(values: Any, position: int) -> float | None:
    return None if values is None else float(values[position])


def _code(names: Names, values: Any, position: int) -> str:
    return _pick(names.states, _index(values, position))


def _pick(codes: tuple[str, ...], index: int) -> str:
    return codes[index] if 0 <= index < len(codes) else ""


def _state(names: Names, index: int) -> str:
    return _pick(names.titles or names.states, index)


def _mediator(names: Names, index: int) -> str:
    everyone = (*(names.titles or names.states), *(names.organisation_titles or names.organisations))
    return _pick(everyone, index)
