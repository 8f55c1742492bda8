"""`detente batch`: many scenarios under many seeds, a table and a report."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.failures import Session
from sim.cli.options import allow_code_option, debug_option, json_option
from sim.cli.params import changes_of
from sim.cli.progress import progress_bar
from sim.cli.run import Years, load, plain
from sim.cli.text import paragraph, table

if TYPE_CHECKING:
    from sim.experiment.many_runs import Spread
    from sim.experiment.store import Sweep

EPILOG = """\b
Examples:
  detente batch central-asia-2025 three-powers --replicates 20 --out batches/first
  detente batch random:20 random:40 --replicates 5 --set mechanisms.mediation=false --out batches/worlds
"""
HEADLINES = (
    "tension",
    "cold_war_index",
    "disputes",
    "wars",
    "battle_deaths",
    "mediations_successful",
    "captured_share",
)
"""Measures that the table shows; the report shows them all."""


@click.command(epilog=EPILOG)
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO...")
@click.option(
    "--replicates", type=click.IntRange(min=1), metavar="N", default=10, show_default="10", help="Seeds of each."
)
@click.option("--seed", type=click.IntRange(min=0), metavar="N", default=0, show_default="0", help="Names the chance.")
@click.option("--years", type=Years(), help="First year, and the year before which to stop.")
@click.option("--params", type=click.Path(path_type=Path), metavar="FILE", help="Parameters that `detente fit` wrote.")
@click.option("--set", "changes", multiple=True, metavar="KEY=VALUE", help="Change all scenarios; may be repeated.")
@click.option("--workers", type=click.IntRange(min=1), metavar="N", help="Processes [all processors].")
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="Folder for the table of runs and the report."
)
@allow_code_option
@json_option("Print one JSON object and nothing else: replicates, scenarios with their measures, failed, out.")
@debug_option
@click.pass_obj
def batch(
    session: Session,
    scenarios: Sequence[str],
    replicates: int,
    seed: int,
    years: tuple[float, float] | None,
    params: Path | None,
    changes: Sequence[str],
    workers: int | None,
    out: Path,
    allow_code: bool,
    as_json: bool,
) -> None:
    """Run every SCENARIO under the same seeds; write a table of all runs and a report.

    The same command goes on where it was broken off, and with more replicates keeps the runs that are there.
    """
    from sim.experiment.many_runs import design_of, swept

    said = [*(changes_of(params) if params else ()), *changes]
    design = design_of(loaded(scenarios, said, years, allow_code), replicates, seed=seed)
    with progress_bar(session, "Simulating") as show:
        sweep = swept(design, out, workers=workers, progress=show)
        show(design.size, design.size, "Writing the report")
        report = written(sweep, out)
    click.echo(json.dumps(summary(sweep, replicates, out)) if as_json else told(sweep, report))


def loaded(
    scenarios: Sequence[str], changes: Sequence[str], years: tuple[float, float] | None, allow_code: bool
) -> list[Any]:
    """The scenarios; all that is wrong with any of them is said at once.

    Raises:
        DesignError: a scenario that cannot be used.
    """
    from sim.experiment.design import DesignError
    from sim.scenario import ScenarioError

    found, problems = [], []
    for name in scenarios:
        try:
            found.append(load(name, changes, years, allow_code))
        except ScenarioError as error:
            problems.append(str(error))
    if problems:
        raise DesignError("\n".join(problems))
    return found


def written(sweep: Sweep, out: Path) -> Path:
    """The report, in its place."""
    from sim.cli.report import replaced
    from sim.report.sweep_page import write_sweep_report

    with replaced(out.absolute() / "report.html") as draft:
        write_sweep_report(sweep, draft)
    return out.absolute() / "report.html"


def measured(sweep: Sweep) -> list[Spread]:
    """Every measure at the end, scenario by scenario."""
    from sim.experiment.many_runs import spreads

    runs = sweep.runs()
    return spreads(runs, [name for name in runs.columns if name.endswith(".end")])


def failures_of(sweep: Sweep) -> list[dict[str, Any]]:
    """The runs that did not end well."""
    runs = sweep.runs()
    bad = runs[runs["status"] != "ok"]
    return bad[["run_id", "scenario", "replicate", "seed", "status", "error"]].to_dict("records")


def summary(sweep: Sweep, replicates: int, out: Path) -> dict[str, Any]:
    """What --json prints."""
    scenarios: dict[str, list[dict[str, Any]]] = {source.name: [] for source in sweep.design.sources}
    for each in measured(sweep):
        numbers = {key: plain(getattr(each, key)) for key in ("mean", "low", "high", "sd")}
        ends = {"min": plain(each.least), "max": plain(each.most)}
        scenarios[each.scenario].append({"name": each.output.removesuffix(".end"), "runs": each.runs} | numbers | ends)
    return {
        "replicates": replicates,
        "scenarios": [{"name": name, "measures": held} for name, held in scenarios.items()],
        "failed": [{key: str(value) for key, value in row.items()} for row in failures_of(sweep)],
        "out": str(out),
    }


def told(sweep: Sweep, report: Path) -> str:
    """The headlines as a table, a row a scenario; then what failed, and where the report is."""
    held = {(each.scenario, each.output.removesuffix(".end")): each for each in measured(sweep)}
    rows = []
    for source in sweep.design.sources:
        cells = [held.get((source.name, name)) for name in HEADLINES]
        rows.append((source.name, *("-" if cell is None else with_margin(cell) for cell in cells)))
    parts = [table(("at the end", *(name.replace("_", " ") for name in HEADLINES)), rows)]
    parts.append(paragraph("Mean over the seeds ± half the 95% interval.", indent=0))
    if bad := failures_of(sweep):
        first = str(bad[0]["error"]).strip().splitlines()[-1:] or [""]
        parts.append(f"{len(bad)} runs failed; the first ({bad[0]['scenario']}, {bad[0]['status']}): {first[0]}")
    return "\n".join([*parts, "", f"Report: {report}", f"        {report.as_uri()}"])


def with_margin(spread: Spread) -> str:
    """Mean ± half the interval."""
    half = (spread.high - spread.low) / 2
    return f"{spread.mean:.3g}" if half != half else f"{spread.mean:.3g} ± {half:.2g}"
