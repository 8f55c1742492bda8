"""Who mediated, how often both sides accepted, how often the dispute ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sim.results import Run


@dataclass(frozen=True)
class Tally:
    """What one mediator did, mean over runs: offers, talks that both sides accepted, disputes settled."""

    code: str
    title: str
    offered: float
    accepted: float
    settled: float

    @property
    def success(self) -> float:
        """Settled of accepted; 0 without any."""
        return self.settled / self.accepted if self.accepted else 0.0


def tallies(runs: Sequence[Run]) -> list[Tally]:
    """Every mediator in the event log, the busiest first; empty if no events were kept."""
    offered, accepted, settled = Counter[str](), Counter[str](), Counter[str]()
    for run in runs:
        for event in run.events:
            if event["kind"] == "mediation":
                offered[event["third"]] += 1
                accepted[event["third"]] += event["done"]
            elif event["kind"] == "settlement":
                settled[event["third"]] += event["done"]
    share = 1 / len(runs)
    found = [
        Tally(code, runs[0].title(code), offered[code] * share, accepted[code] * share, settled[code] * share)
        for code in offered
    ]
    return sorted(found, key=lambda t: (-t.accepted, -t.settled, -t.offered, t.code))
