"""`detente explain`: why things happened in a run."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.options import debug_option, json_option
from sim.cli.text import for_people, paragraph, table

if TYPE_CHECKING:
    from sim.explain import Decision, Explanation
    from sim.results import Run

EPILOG = """\b
Examples:
  detente explain runs/central-asia-2025-7-1a2b3c4d
  detente explain runs/central-asia-2025-7-1a2b3c4d --state KAZ --most 20
  detente explain runs/central-asia-2025-7-1a2b3c4d --pair KAZ,RUS --year 2030:2035
  detente explain runs/central-asia-2025-7-1a2b3c4d --event 412 --json
"""
UNASKED = 20
"""Decisions that are told if nothing is asked in particular."""


@click.command(epilog=EPILOG)
@click.argument("run_dir", metavar="RUN", type=click.Path(path_type=Path))
@click.option("--event", type=int, metavar="ID", help="One event, with what belongs to it and what went before.")
@click.option("--state", metavar="CODE", help="What a state decided or what was done to it, as KAZ.")
@click.option("--pair", metavar="CODE,CODE", help="What two states had to do with each other, as KAZ,RUS.")
@click.option("--year", metavar="YEAR[:YEAR]", help="A year, or the first and the last of several.")
@click.option("--most", type=click.IntRange(min=1), metavar="N", help="Tell no more than N decisions.")
@click.option("--seed", type=click.IntRange(min=0), metavar="N", help="Which run, if RUN holds several [the first].")
@json_option("Print one JSON object: run, asked, matching, decisions, beside, before, portfolio.")
@debug_option
def explain(
    run_dir: Path,
    event: int | None,
    state: str | None,
    pair: str | None,
    year: str | None,
    most: int | None,
    seed: int | None,
    as_json: bool,
) -> None:
    """Say why things happened in the run that the folder RUN holds.

    Every decision is told with who took it, the terms that raised or lowered its odds, what they add up to, its
    chance and the number that was drawn. The options may be combined: then all of them hold. With --state alone, the
    state's whole run is told, the weightiest decisions first.
    """
    from sim.explain import asked_of, explanation

    run = chosen(run_dir, seed)
    asked = asked_of(run, event=event, state=state, pair=pair, year=year)
    if most is None and asked.everything and not as_json:
        most = UNASKED
    answer = explanation(run, asked, most)
    if as_json:
        click.echo(json.dumps(answer.data(), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        show(answer)


def chosen(run_dir: Path, seed: int | None) -> Run:
    """The run of a folder that is meant.

    Raises:
        RunFolderError: the folder holds no run. ExplainError: none of that seed.
    """
    from sim.explain import ExplainError
    from sim.results import load_runs

    runs = load_runs(run_dir)
    if seed is None:
        return runs[0]
    if found := next((each for each in runs if each.seed == seed), None):
        return found
    raise ExplainError(f"--seed {seed}: {run_dir} holds {', '.join(str(each.seed) for each in runs)}")


# -- text --------------------------------------------------------------------------------------------------------------
def show(answer: Explanation) -> None:
    """Print an answer: with colours on a terminal, plainly elsewhere."""
    if sys.stdout is None or not sys.stdout.isatty():
        for text, _ in lines(answer):
            click.echo(text)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    for text, style in lines(answer):
        console.print(Text(text, style=style))


def lines(answer: Explanation) -> Iterator[tuple[str, str]]:
    """Paragraphs of an answer, each with its style."""
    yield from head(answer)
    if answer.state:
        yield from portfolio(answer)
    for decision in answer.decisions:
        yield from block(answer.run, decision)
    hidden = answer.matching - len(answer.decisions)
    if hidden:
        yield f"\n{hidden} more; --most {answer.matching} tells them all, --state, --pair or --year fewer.", "dim"
    for title, several in (("Decided in the same matter:", answer.beside), ("What had gone before:", answer.before)):
        if several:
            yield f"\n{title}", "bold"
        for decision in several:
            yield from block(answer.run, decision)


def head(answer: Explanation) -> Iterator[tuple[str, str]]:
    """What is told of which run."""
    run, asked = answer.run, answer.asked
    scenario = run.scenario
    yield f"{scenario.title} (seed {run.seed}, {scenario.start:g} to {scenario.end:g})", "bold"
    parts = [f"event {asked.event}"] if asked.event is not None else []
    parts += [run.title(asked.state)] if asked.state else []
    parts += [" and ".join(run.title(code) for code in asked.pair)] if asked.pair else []
    parts += [" to ".join(str(year) for year in sorted(set(asked.years)))] if asked.years else []
    about = f"{', '.join(parts)}: " if parts else ""
    order = ", the weightiest first" if (asked.only_a_state or asked.everything) and answer.matching else ""
    found = f"{answer.matching} of the run's {len(run.events)} events" if answer.matching else "nothing in the run fits"
    yield f"{about}{found}{order}.", ""


def portfolio(answer: Explanation) -> Iterator[tuple[str, str]]:
    """The state's portfolio over the years, and why it tipped."""
    from sim.explain import turn_table, turn_told
    from sim.explain.balance import trajectory
    from sim.report.words import date

    run, state = answer.run, answer.state or ""
    options = ["none", *run.names.poles]
    rows = [
        [date(when, run.scenario.dt), *(f"{share:.0%}" for share in shares)] for when, shares in trajectory(run, state)
    ]
    yield f"\nPortfolio of {run.title(state)}", "bold"
    yield table(["date", *options], rows, indent=2), ""
    for turn in answer.turns:
        first, *rest = turn_told(run, state, turn)
        yield f"\n{wrapped(first, 2)}", "bold"
        yield wrapped(" ".join(rest), 2), ""
        yield table(*turn_table(run, turn), indent=4), "dim"


def block(run: Run, decision: Decision) -> Iterator[tuple[str, str]]:
    """A decision: what happened, and why."""
    from sim.explain import heading, told

    yield f"\n{wrapped(f'#{decision.event["id"]}  {heading(run, decision)}', 0)}", "bold"
    yield wrapped(" ".join(told(run, decision)), 4), ""


def wrapped(text: str, indent: int) -> str:
    """A paragraph: of the page's width for people, one line for programs."""
    return paragraph(text, indent=indent) if for_people() else " " * indent + text
