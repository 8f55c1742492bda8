"""New rows of the event ledger, told once each, without telling all the others again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.core.columns import Array
from sim.events import Ledger

TOLD = ("id", "step", "time", "kind", "who", "whom", "third", "done", "sentence", "mechanism")
MEDIATION = "mediation"


class Feed:
    """A reader of a ledger that is being written.

    Rows have the numbers that `Ledger.rows` gives them when everything is kept.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.entry, self.number = ledger, 0, 0

    def rows(self, most: int) -> list[dict[str, Any]]:
        """What came since the last call, the last `most` of it, oldest first."""
        entries = self.ledger.entries[self.entry :]
        number = self.number
        self.entry += len(entries)
        self.number += sum(len(entry.happening.who) for entry in entries)
        skipped = max(0, self.number - number - most)
        return [*self._told(entries, number, number + skipped)]

    def _told(self, entries: Any, number: int, first: int) -> Iterator[dict[str, Any]]:
        for entry in entries:
            for position in range(len(entry.happening.who)):
                if number >= first:
                    row = self.ledger.row(entry, position)
                    yield {"id": number, **{name: row[name] for name in TOLD[1:]}}
                number += 1


def brief(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of a finished run as the feed shows it."""
    return {name: row[name] for name in TOLD}


def mediations(ledger: Ledger, states: int, since: int) -> list[list[int]]:
    """Go-between, party, party of the talks held from a step on; -1 stands for an organisation."""
    found: dict[tuple[int, int], list[int]] = {}
    for entry in reversed(ledger.entries):
        if entry.step < since:
            break
        event = entry.happening
        if event.kind != MEDIATION or event.third is None or event.whom is None:
            continue
        for who, whom, third in zip(as_list(event.who), as_list(event.whom), as_list(event.third), strict=True):
            found.setdefault((who, whom), [third if third < states else -1, who, whom])
    return list(found.values())


def as_list(values: Array) -> list[int]:
    """Numbers of states as plain integers."""
    return [int(value) for value in values]
