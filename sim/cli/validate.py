"""`detente validate`: the stylised facts of the record beside those of simulated worlds."""

from __future__ import annotations

import json
from math import inf, isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.failures import Session
from sim.cli.options import allow_code_option, debug_option, json_option
from sim.cli.progress import progress_bar
from sim.cli.text import paragraph, table

if TYPE_CHECKING:
    from sim.empirical.measuring import Measured
    from sim.empirical.validation import Validation, Verdict
    from sim.scenario import Scenario

EPILOG = """\b
Examples:
  detente validate                              the built-in flagship, documented figures
  detente validate --data DIR                   the world of 1990, built from your data sets
  detente validate --data DIR --start 1946 --years 45
  detente validate random:180 --runs 20 --json
"""
FLAGSHIP = "central-asia-2025"
VERDICTS = {True: "yes", False: "no", None: "not measured"}


@click.command(epilog=EPILOG)
@click.argument("scenario", required=False)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of data sets: build the world of --start from it.",
)
@click.option(
    "--start", type=int, default=1990, show_default=True, help="With --data: the year whose end is the start."
)
@click.option("--years", type=click.IntRange(1, 500), default=20, show_default=True, help="Years of each run.")
@click.option("--runs", type=click.IntRange(1, 10_000), default=20, show_default=True, help="Number of runs.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of the first run.")
@click.option("--workers", type=click.IntRange(1), default=None, help="Processes [as many as there are processors].")
@allow_code_option
@json_option("Print one JSON object and nothing else: reproduced, of, facts, each with key, name, reproduced, parts.")
@debug_option
@click.pass_obj
def validate(
    session: Session,
    scenario: str | None,
    data: Path | None,
    start: int,
    years: int,
    runs: int,
    seed: int,
    workers: int | None,
    allow_code: bool,
    as_json: bool,
) -> None:
    """Hold simulated worlds against the stylised facts of the record.

    Fourteen facts (F1 to F14): how often pairs fall out and how far it goes, how pacts come and go, who mediates, how
    power and votes persist, how large wars are. Each simulated number stands with the 95% interval of its mean beside
    the observed one. Facts about the whole world need the whole world: with --data it is built from your data sets; a
    scenario of some states is told about, but cannot be expected to match.
    """
    from sim.empirical.validation import validated
    from sim.experiment.executor import local

    if scenario and data:
        raise click.UsageError("SCENARIO and --data exclude each other; give the one or the other")
    world = from_data(data, start) if data else named(scenario or FLAGSHIP, allow_code)
    with progress_bar(session, "Running") as progress:
        found = validated(world, years=years, runs=runs, seed=seed, factory=local(workers), progress=progress)
    click.echo(json.dumps(found.data(), indent=2, ensure_ascii=False) if as_json else "\n\n".join(told(found)))


def named(name: str, allow_code: bool) -> Scenario:
    """A scenario by name or path."""
    from sim.scenario import load_scenario

    return load_scenario(name, allow_code=allow_code)


def from_data(folder: Path, year: int) -> Scenario:
    """The world at the end of a year."""
    from sim.empirical.building import scenario_of
    from sim.empirical.fits_kept import kept_onset
    from sim.empirical.panel import Panel

    panel = Panel.of(folder, last=year)
    return scenario_of(panel, year, hazard=kept_onset(panel))


def told(found: Validation) -> list[str]:
    """The answer for people."""
    title = found.scenario.title or found.scenario.name
    head = (
        f"{title}: {found.reproduced} of {len(found.verdicts)} stylised facts of {found.era} are reproduced by "
        f"{found.runs} runs of {found.years} years from {found.scenario.start:g}."
    )
    rows = [row for verdict in found.verdicts for row in rows_of(verdict)]
    columns = ["", "fact", "part", "simulated", "95% interval", "observed", "counts as reproduced", "reproduced"]
    note = (
        "Observed figures are documented ones of 1946-1990 and 1991-2010 (docs/stylised_facts.md). The "
        "interval is that of the mean over runs; one world varies more."
    )
    return [paragraph(head, indent=0), table(columns, rows), paragraph(note, indent=0)]


def rows_of(verdict: Verdict) -> list[list[Any]]:
    """A row a part; the fact and its verdict stand in the first."""
    rows = []
    for number, (part, seen, observed, limits) in enumerate(verdict.rows()):
        first = [verdict.fact.key, verdict.fact.name] if number == 0 else ["", ""]
        last = VERDICTS[verdict.reproduced] if number == 0 else ""
        unit = "" if part.unit == "1" else f" ({part.unit})"
        seen_as = "-" if seen.value is None else f"{seen.value:.3g}"
        was = "-" if observed is None else f"{observed:g}"
        rows.append([*first, f"{part.name}{unit}", seen_as, interval(seen), was, limits_told(*limits), last])
    return rows


def interval(seen: Measured) -> str:
    """An interval as text."""
    return "-" if seen.low is None or seen.high is None else f"{seen.low:.3g} .. {seen.high:.3g}"


def limits_told(low: float, high: float) -> str:
    """A range of which an end may be open."""
    if isfinite(low) and isfinite(high):
        return f"{low:.3g} .. {high:.3g}"
    return f"above {low:.3g}" if low > -inf else f"below {high:.3g}" if high < inf else "any"
