"""`detente run`: simulate a scenario and write its results and report."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

import click

from sim.cli.failures import Session
from sim.cli.folders import Staging, numbered, staged, vacant
from sim.cli.options import allow_code_option, debug_option, json_option
from sim.cli.params import changes_of
from sim.cli.progress import progress_bar

if TYPE_CHECKING:
    from sim.results import Run
    from sim.scenario import Scenario

type Tick = Callable[[int, int], None]

EPILOG = """\b
Examples:
  detente run central-asia-2025 --seed 7
  detente run three-powers --years 2025:2075 --replicates 5 --out results
  detente run central-asia-2025 --set mechanisms.alignment.kappa=2 --set mechanisms.mediation=false
  detente run random:50 --json
"""
RUNS = Path("runs")


class Years(click.ParamType):
    """START:END, two dates in years of which the second is not simulated any more."""

    name = "START:END"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The two numbers."""
        if isinstance(value, tuple):
            return value
        if not (match := re.fullmatch(r"\s*(-?\d+(?:\.\d+)?)\s*:\s*(-?\d+(?:\.\d+)?)\s*", value)):
            self.fail(f"{value!r} is not START:END; write two years, as 2025:2060", param, ctx)
        start, end = (float(year) for year in match.groups())
        if end <= start:
            swapped = f"{match[2]}:{match[1]}" if end < start else f"{start:g}:{start + 1:g}"
            self.fail(f"{value} ends before it has begun; write the earlier year first, as {swapped}", param, ctx)
        return start, end


@click.command(epilog=EPILOG)
@click.argument("scenario")
@click.option("--seed", type=click.IntRange(min=0), metavar="N", default=0, show_default="0", help="Names the chance.")
@click.option(
    "--years",
    type=Years(),
    help="First year, and the year before which to stop; what the scenario says of its start then holds at START.",
)
@click.option(
    "--params",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Parameters that `detente fit` wrote; before --set.",
)
@click.option("--set", "changes", multiple=True, metavar="KEY=VALUE", help="Change the scenario; may be repeated.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the results [runs/SCENARIO-SEED-HASH].")
@click.option("--force", is_flag=True, help="Replace the run that --out holds; other files in it stay.")
@click.option(
    "--replicates", type=click.IntRange(min=1), metavar="N", default=1, show_default="1", help="Runs, seed after seed."
)
@click.option(
    "--events",
    "keep",
    type=click.Choice(["full", "summary", "none"]),
    default="full",
    show_default=True,
    help="What to keep of events: all with the reasons, what took place, nothing.",
)
@allow_code_option
@json_option("Print one JSON object and nothing else: scenario, seed, steps, final, out.")
@debug_option
@click.pass_obj
def run(
    session: Session,
    scenario: str,
    seed: int,
    years: tuple[float, float] | None,
    params: Path | None,
    changes: Sequence[str],
    out: Path | None,
    force: bool,
    replicates: int,
    keep: str,
    allow_code: bool,
    as_json: bool,
) -> None:
    """Simulate SCENARIO and write its results with a report.

    SCENARIO is a built-in name (see `detente scenario list`), the path of a scenario file, or random:N for an invented
    world of N states.
    """
    session.writes, began = True, time.perf_counter()
    place = None if out is None else out.absolute()
    if place is not None:
        vacant(place, force=force)
    loaded = load(scenario, [*(changes_of(params) if params else ()), *changes], years, allow_code)
    with staged(place, RUNS.absolute(), session.watch.held_back) as staging:
        with progress(session, replicates) as tick:
            runs = [simulated(loaded, seed + number, keep, tick) for number in range(replicates)]
            save(runs, staging.folder)
        session.watch.check()
        with session.watch.held_back():
            place = settled(staging, stem(loaded, seed))
            session.saved = True
    session.watch.check()
    click.echo(json.dumps(summary(runs, place)) if as_json else told(runs, place, time.perf_counter() - began))


def load(reference: str, changes: Sequence[str], years: tuple[float, float] | None, allow_code: bool) -> Scenario:
    """The scenario with what the command line changes in it."""
    from sim.scenario import load_scenario

    horizon = [f"{key}={year!r}" for key, year in zip(("start", "end"), years or (), strict=False)]
    return load_scenario(reference, changes=[*changes, *horizon], allow_code=allow_code)


def simulated(scenario: Scenario, seed: int, keep: Any, tick: Tick) -> Run:
    """One run."""
    from sim.runner import run as simulate

    return simulate(scenario, seed, keep=keep, progress=tick)


@contextmanager
def progress(session: Session, replicates: int) -> Iterator[Tick]:
    """What to call after each step of each run."""
    finished = 0

    with progress_bar(session, "Simulating") as show:

        def note(done: int, total: int) -> None:
            nonlocal finished
            session.doing = f"in step {done + 1} of {total}" if done < total else "writing the results"
            before = finished * total
            finished += done == total
            show(before + done, replicates * total, "Writing the report" if finished == replicates else "")

        yield note


def save(runs: Sequence[Run], folder: Path) -> None:
    """All runs and their report, into a folder that is not there yet."""
    from sim.report import write_report
    from sim.results import save_runs
    from sim.results.storage import flush

    save_runs(runs, folder)
    flush(write_report(runs, folder / "report.html"))
    flush(folder)


def settled(staging: Staging, name: str) -> Path:
    """Where the results have come to stand."""
    return staging.settle() if staging.place else staging.settle_as(numbered(name), RUNS.absolute())


def stem(scenario: Scenario, seed: int) -> str:
    """The name of a folder of runs: SCENARIO-SEED-HASH."""
    name = re.sub(r"[^\w.-]+", "-", scenario.name).strip("-.")[:60] or "scenario"
    return f"{name}-{seed}-{scenario.hash[:8]}"


def summary(runs: Sequence[Run], place: Path) -> dict[str, Any]:
    """What --json prints; of several runs `final` is the mean, and `replicates` holds each."""
    first = runs[0]
    told: dict[str, Any] = {"scenario": first.scenario.name, "seed": first.seed, "steps": len(first.time) - 1}
    finals = [{name: plain(value) for name, value in each.final.items()} for each in runs]
    told |= {"final": finals[0] if len(runs) == 1 else mean(finals), "out": str(place)}
    if len(runs) > 1:
        told["replicates"] = [{"seed": each.seed, "final": final} for each, final in zip(runs, finals, strict=True)]
    return told


def plain(value: float) -> float | None:
    """A number as JSON knows it: nothing for what is not finite."""
    return float(value) if abs(value) < float("inf") else None


def mean(finals: Sequence[dict[str, float | None]]) -> dict[str, float | None]:
    """Measure by measure, over the runs in which it has a value."""
    held = {name: [final[name] for final in finals if final[name] is not None] for name in finals[0]}
    return {name: fmean(v for v in values if v is not None) if values else None for name, values in held.items()}


def told(runs: Sequence[Run], place: Path, seconds: float) -> str:
    """What is printed after a run: what it was, its headlines, where the report is."""
    from sim.report import headlines

    first, report = runs[0], place / "report.html"
    seeds = f"seed {first.seed}" if len(runs) == 1 else f"seeds {first.seed} to {runs[-1].seed}"
    span = f"{first.time[0]:g} to {first.time[-1]:g}"
    lines = [f"{first.scenario.title}: {span}, {len(first.time) - 1} steps, {seeds}, {seconds:.1f} s", ""]
    lines += [f"  {line}" for line in headlines(runs)[:4]]
    return "\n".join([*lines, "", f"Report: {report}", f"        {report.as_uri()}"])
