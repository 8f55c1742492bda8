"""Reasons as sentences: what raised or lowered the odds, what it came to, and what was drawn."""

from __future__ import annotations

from typing import Any

from sim.explain.balance import Turn
from sim.explain.decisions import Decision, came_before
from sim.explain.links import LOG_CHANCE, LOG_ODDS, LOG_RATE, MARGIN, RATE, YEARLY_LOG_ODDS, Link
from sim.report.cast import named, option_titles
from sim.report.words import date, listed, opened
from sim.results import Run

STARTS = frozenset({"baseline", "no reason", "readiness", "reserve", "talks", "lapse", "rate", "strictness", "pledge"})
"""Terms that are there before any reason; so are those that begin with one of `START_WORDS`."""
START_WORDS = ("rate of ", "usual ")
NOTHING = 0.005
DETAIL = 8
"""Most digits that a draw is shown with to tell it from its chance."""
PLURAL = (LOG_ODDS, YEARLY_LOG_ODDS)


def signed(value: float) -> str:
    """A number with its sign, two decimals or more."""
    return f"{value:+.2f}" if abs(value) >= NOTHING or value == 0 else f"{value:+.1g}"


def odds(chance: float, drawn: float) -> tuple[str, str]:
    """A chance as a percentage and the number drawn, with as many digits as tell them apart: ("34%", ".21")."""

    def clear(digits: int) -> bool:
        shown = round(chance, digits), round(drawn, digits)
        return shown[0] != shown[1] and all(0 < x < 1 or x == y for x, y in zip(shown, (chance, drawn), strict=True))

    digits = next((each for each in range(2, DETAIL) if clear(each)), DETAIL)
    shown = f"{drawn:.{digits}f}"
    return f"{100 * chance:.{digits - 2}f}%", shown.removeprefix("0") if drawn < 1 else shown


def heading(run: Run, decision: Decision) -> str:
    """When, and what happened."""
    event = decision.event
    return f"{date(event['time'], run.scenario.dt)}: {opened(event['sentence'])}"


def told(run: Run, decision: Decision) -> list[str]:
    """Who decided, for what reasons, and how it came out: a few sentences."""
    if winner := came_before(run, decision.event):
        parts = [
            f"The offer came from {named(run, winner)}; these are the odds that it came first.",
            *reasons(decision),
        ]
        percent, number = odds(decision.event["chance"], decision.event["drawn"])
        parts.append(f"Chance that it came before this one {percent}, drawn {number}: so it did.")
        return parts
    parts = [decided(run, decision), *reasons(decision), verdict(decision)]
    return [part for part in parts if part]


def decided(run: Run, decision: Decision) -> str:
    """Who decided."""
    event = decision.event
    if event["mechanism"] == "scheduled":
        return "The scenario ordered it."
    names = [named(run, code) for code in decision.by]
    if not names:
        return "No state decided this."
    return f"{'Between' if len(names) > 1 else 'Decided by'} {listed(names)}."


def reasons(decision: Decision) -> list[str]:
    """The terms by size, and what they add up to."""
    terms, link = decision.terms, decision.link
    if not terms:
        return []
    if decision.event["mechanism"] == "scheduled":
        return [f"What its condition looked at: {listed([f'{name} {value:.4g}' for name, value in terms.items()])}."]
    if link is None:
        each = listed([f"{name} {signed(value)}" for name, value in terms.items()])
        return [f"What counted: {each}; these numbers do not add up to the chance."]
    return [_weighed(decision, link), outcome(decision.total, link)]


def _weighed(decision: Decision, link: Link) -> str:
    starts = {name: value for name, value in decision.terms.items() if _starts(name)}
    some = {name: value for name, value in decision.terms.items() if abs(value) >= NOTHING and name not in starts}
    idle = [name for name in decision.terms if name not in starts and name not in some]
    it = "them" if link in PLURAL else "it"
    clauses = []
    for number, (name, value) in enumerate(some.items()):
        verb = "raised" if value > 0 else "lowered"
        clauses.append(f"{name} {verb} {link.raised if number == 0 else it} ({signed(value)})")
    start = listed([f"{name} ({signed(value)})" for name, value in starts.items()])
    if not clauses:
        clauses = [f"nothing else moved {link.raised}"]
    text = f"Starting from {start}, {', '.join(clauses)}" if start else opened(", ".join(clauses))
    return f"{text}; {listed(idle)} counted for nothing." if idle else f"{text}."


def _starts(name: str) -> bool:
    return name in STARTS or name.startswith(START_WORDS)


def outcome(total: float, link: Link) -> str:
    """What the terms add up to."""
    if link is MARGIN:
        return f"Together {signed(total)} in its favour; the greater sum wins, nothing is drawn."
    if link is RATE:
        return f"Together a rate of {total:.2g} a year."
    rate = ""
    if link is LOG_RATE:
        rate = f", a rate of {2.718281828459045**total:.2g} a year"
    if link is YEARLY_LOG_ODDS:
        rate = f", which is {100 * LOG_ODDS.chance(total, 1.0):.2g}% within a year"
    noun = {LOG_CHANCE.name: "the log of the chance"}.get(link.name, link.raised)
    return f"Together they make {noun} {signed(total)}{rate}."


def verdict(decision: Decision) -> str:
    """The chance, the number drawn, and what followed."""
    event = decision.event
    chance, drawn, done = event["chance"], event["drawn"], event["done"]
    if chance is None:
        return ""
    result = "it happened" if done else f"the {event['kind']} did not happen"
    if drawn is None:
        return f"Chance {100 * chance:.2g}%: {result}."
    percent, number = odds(chance, drawn)
    if (drawn < chance) != done:
        return f"Chance {percent}, drawn {number}, but it took more than this."
    return f"Chance {percent}, drawn {number}: so {result}."


# -- portfolios --------------------------------------------------------------------------------------------------------
def turn_told(run: Run, state: str, turn: Turn) -> list[str]:
    """What tipped, from where to where, and what had pulled in the years before."""
    options, row = option_titles(run), run.row(state)
    option, other = options[turn.option], options[turn.other]
    w, when = run.alignment[:, row], date(turn_time(run, turn), run.scenario.dt)
    first, last = min(turn.years), max(turn.years)
    head = {
        "collapse": f"the balancing act of {named(run, state)} ends; {option} holds",
        "balance again": f"{named(run, state)} balances again; {option} holds only",
        "realignment": f"{named(run, state)} now leans most towards {option}, which holds",
    }[turn.kind]
    begun = date(float(run.time[first]), run.scenario.dt)
    moved = f"in {begun} it was {w[first, turn.option]:.0%}, while {other} went from {w[first, turn.other]:.0%}"
    sentences = [f"{when}: {head} {w[turn.step, turn.option]:.0%} of its portfolio."]
    sentences.append(f"{opened(moved)} to {w[turn.step, turn.other]:.0%}.")
    if turn.missing:
        return [*sentences, f"What pulled at it is not known: {turn.missing}."]
    return [*sentences, *_pulled(turn, option, other, begun, turn.years[first][2], turn.years[last][2])]


def turn_time(run: Run, turn: Turn) -> float:
    """Date of the step in which a portfolio tipped, as its events have it."""
    return float(run.time[turn.step - 1])


def _pulled(
    turn: Turn, option: str, other: str, begun: str, before: dict[str, float], after: dict[str, float]
) -> list[str]:
    names = sorted(before.keys() | after.keys(), key=lambda name: -abs(after.get(name, 0.0)))
    change = {name: after.get(name, 0.0) - before.get(name, 0.0) for name in names}
    pull = [f"{name} {signed(after[name])}" for name in names if abs(after.get(name, 0.0)) >= NOTHING]
    total, was = sum(after.values()), sum(before.values())
    told = [f"At the turn the pull to {option} rather than {other} was {signed(total)}: {listed(pull)}."]
    ranked = sorted(change.items(), key=lambda each: -abs(each[1]))
    moved = [f"{name} {signed(value)}" for name, value in ranked if abs(value) >= NOTHING]
    if len(turn.years) > 1 and moved:
        told.append(f"In {begun} it was {signed(was)}; what changed since: {listed(moved)}.")
    return told


def turn_table(run: Run, turn: Turn) -> tuple[list[str], list[list[Any]]]:
    """Head and rows of the shares and pulls by year."""
    codes = ("none", *run.names.poles)
    sums = [sum(values.values()) for *_, values in turn.years.values()]
    parts = {name for *_, values in turn.years.values() for name in values}
    spans = {name: [values.get(name, 0.0) for *_, values in turn.years.values()] for name in parts}
    largest = sorted(parts, key=lambda name: (-(max(spans[name]) - min(spans[name])), name))[:5]
    shares = [f"{codes[turn.option]} holds", f"{codes[turn.other]} holds"]
    head = ["date", *shares, *(["pull", *largest] if not turn.missing else [])]
    rows = []
    for number, (step, (held, lost, values)) in enumerate(turn.years.items()):
        pull = [signed(sums[number]), *(signed(values.get(name, 0.0)) for name in largest)]
        when = date(float(run.time[step]), run.scenario.dt)
        rows.append([when, f"{held:.0%}", f"{lost:.0%}", *(pull if not turn.missing else [])])
    return head, rows
