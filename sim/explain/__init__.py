"""Why things happened in a run: every decision with the terms that made it, in sentences or as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sim.explain.asked import Asked, ExplainError, asked_of
from sim.explain.balance import Turn, realignment, trajectory, turns
from sim.explain.decisions import Decision, Decisions, before, beside
from sim.explain.telling import heading, told, turn_table, turn_time, turn_told
from sim.report.words import date
from sim.results import Run

__all__ = [
    "Asked",
    "Decision",
    "ExplainError",
    "Explanation",
    "asked_of",
    "explanation",
    "heading",
    "told",
    "turn_table",
    "turn_told",
]


@dataclass(frozen=True)
class Explanation:
    """The answer to what was asked of a run.

    Attributes:
        matching: number of decisions that fit. decisions: those that are told.
        beside: decisions of the same matter as the one event asked about. before: what had gone before.
        state: whose portfolio is told, if any. turns: when it tipped, and why.
    """

    run: Run
    asked: Asked
    matching: int
    decisions: tuple[Decision, ...]
    beside: tuple[Decision, ...] = ()
    before: tuple[Decision, ...] = ()
    state: str | None = None
    turns: tuple[Turn, ...] = ()

    def data(self) -> dict[str, Any]:
        """Everything as plain data, ready for JSON."""
        run, asked = self.run, self.asked
        about = {"scenario": run.scenario.name, "title": run.scenario.title, "seed": run.seed}
        return {
            "run": about | {"start": run.scenario.start, "end": run.scenario.end, "dt": run.scenario.dt},
            "asked": {"event": asked.event, "state": asked.state, "pair": asked.pair, "years": asked.years},
            "matching": self.matching,
            "decisions": [_record(run, each) for each in self.decisions],
            "beside": [_record(run, each) for each in self.beside],
            "before": [_record(run, each) for each in self.before],
            "portfolio": _portfolio(self),
        }


def explanation(run: Run, asked: Asked, most: int | None = None) -> Explanation:
    """Answer what was asked.

    Args:
        most: number of decisions to tell at most.
    """
    decisions = Decisions(run)
    found = decisions.chosen(asked)
    answer = Explanation(run, asked, len(found), tuple(found[:most]))
    if asked.event is None:
        state = asked.state if asked.pair is None else None
        tipped = tuple(turns(run, state, asked)) if state else ()
        return Explanation(run, asked, len(found), answer.decisions, state=state, turns=tipped)
    if not found:
        return answer
    event, tipped_by = found[0].event, realignment(run, found[0])
    return Explanation(
        run,
        asked,
        len(found),
        answer.decisions,
        beside=tuple(decisions.of(number) for number in beside(run, event)),
        before=tuple(decisions.of(number) for number in before(run, event)),
        state=event["who"] if tipped_by else None,
        turns=(tipped_by,) if tipped_by else (),
    )


def _record(run: Run, decision: Decision) -> dict[str, Any]:
    event = {name: value for name, value in decision.event.items() if name != "terms"}
    terms = [{"name": name, "value": value} for name, value in decision.terms.items()]
    return event | {
        "date": date(event["time"], run.scenario.dt),
        "decided_by": list(decision.by),
        "terms": terms,
        "sum": decision.total if terms else None,
        "adds_up_to": decision.link.name if decision.link else None,
        "told": told(run, decision),
    }


def _portfolio(answer: Explanation) -> dict[str, Any] | None:
    run, state = answer.run, answer.state
    if state is None:
        return None
    options = ["none", *run.names.poles]
    return {
        "state": state,
        "options": options,
        "trajectory": [{"time": when, "shares": shares} for when, shares in trajectory(run, state, 10_000)],
        "turns": [_turn(run, state, turn, options) for turn in answer.turns],
    }


def _turn(run: Run, state: str, turn: Turn, options: list[str]) -> dict[str, Any]:
    years = [
        {
            "time": float(run.time[step]),
            "share": held,
            "other_share": lost,
            "pull": sum(pulled.values()),
            "terms": pulled,
        }
        for step, (held, lost, pulled) in turn.years.items()
    ]
    return {
        "kind": turn.kind,
        "time": turn_time(run, turn),
        "option": options[turn.option],
        "other": options[turn.other],
        "years": years,
        "missing": turn.missing or None,
        "told": turn_told(run, state, turn),
    }
