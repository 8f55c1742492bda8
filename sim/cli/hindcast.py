"""`detente hindcast`: forecast from the end of a year, and be judged by what happened."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.failures import Session
from sim.cli.folders import staged, vacant
from sim.cli.options import debug_option, json_option
from sim.cli.progress import progress_bar
from sim.cli.text import paragraph, table

if TYPE_CHECKING:
    from sim.empirical.hindcast import Hindcast
    from sim.empirical.scorecard import Gain, Row

EPILOG = """\b
Examples:
  detente hindcast --data downloads --start 1990 --end 2000 --out from-1990
  detente hindcast --data downloads --start 1980 --end 1990 --runs 100 --out from-1980 --json

\b
What OUT then holds:
  forecast.parquet   ccode1, ccode2, year, p_dispute, p_use_of_force, p_defence_pact
  scores.json        every score, gain and interval, calibration, estimates, provenance
  reliability.svg    what happened against what was expected
"""
TITLES = {
    "dispute_onset": "a dispute begins in the year",
    "dispute_any": "a dispute begins in any year",
    "use_of_force_onset": "a dispute with the use of force begins",
    "defence_pact": "a defence pact is in force",
    "new_defence_pact": "a new defence pact by the last year",
    "power_share": "shares of power",
}


@click.command(epilog=EPILOG)
@click.option("--data", "folder", required=True, type=click.Path(path_type=Path), help="Folder of the data sets.")
@click.option("--start", required=True, type=int, help="Everything is fitted to the years up to this one.")
@click.option("--end", required=True, type=int, help="Last year to forecast.")
@click.option("--runs", type=click.IntRange(2, 100_000), default=200, show_default=True, help="Runs of the ensemble.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of the first run.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for forecast and scores.")
@click.option("--force", is_flag=True, help="Replace an earlier hindcast in OUT.")
@click.option("--workers", type=click.IntRange(1), default=None, help="Processes [as many as there are processors].")
@json_option(
    "Print one JSON object and nothing else: scores, each with target, dyads, model, roc, pr, brier_skill, ..."
)
@debug_option
@click.pass_obj
def hindcast(
    session: Session,
    folder: Path,
    start: int,
    end: int,
    runs: int,
    seed: int,
    out: Path,
    force: bool,
    workers: int | None,
    as_json: bool,
) -> None:
    """Forecast the years after START from what was known at its end, and score the forecast.

    The hazards are fitted to the years up to START, the world is built as it stood on 31 December, and an ensemble runs
    to END. Every pair's chances are scored against what happened, beside baselines that were fitted to the same years
    and frozen on the same day. If the data do not reach past START, the forecast is written and nothing is scored.
    """
    from sim.empirical.hindcast import hindcast as forecast
    from sim.experiment.executor import local

    session.writes, place = True, out.absolute()
    vacant(place, force=force)
    with staged(place, place.parent, session.watch.held_back) as staging:
        with progress_bar(session, "Running") as progress:
            found = forecast(folder, start, end, runs=runs, seed=seed, factory=local(workers), progress=progress)
            told = scored(found, seed)
            write(found, told, staging.folder)
        with session.watch.held_back():
            staging.settle()
            session.saved = True
    session.watch.check()
    click.echo(json.dumps(told, indent=2) if as_json else "\n\n".join(for_people(found, told, place)))


def scored(found: Hindcast, seed: int) -> dict[str, Any]:
    """Everything that is known of a hindcast, for JSON."""
    from dataclasses import asdict

    from sim.empirical.hindcast import FROZEN
    from sim.empirical.scorecard import counted, diagrams, rows, won
    from sim.results.origin import provenance

    shown = rows(found)
    return {
        "start": int(found.panel.last),
        "end": int(found.years[-1]),
        "runs": found.ensemble.runs,
        "states": len(found.scenario.states),
        "scores": [plain(row.data()) for row in shown if row.model != FROZEN],
        "ablation": [plain(row.data()) for row in shown if row.model == FROZEN],
        "gains": [plain(asdict(gain)) for gain in won(found)],
        "counted_over_observed": plain(counted(found)),
        "reliability": {
            name: {column: values.tolist() for column, values in vars(diagram).items()}
            for name, diagram in diagrams(found).items()
        },
        "estimates": [plain(asdict(estimate)) for estimate in found.estimates],
        "data": {name: list(span) for name, span in found.panel.coverage.items()},
        "provenance": provenance(found.scenario, seed),
    }


def plain(value: Any) -> Any:
    """NaN and infinity as null, all the way down."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return None if isinstance(value, float) and value - value != 0 else value


def write(found: Hindcast, told: dict[str, Any], folder: Path) -> None:
    """The files of a hindcast."""
    from sim.empirical.scorecard import diagrams
    from sim.plots.reliability import reliability_diagram, save
    from sim.results.storage import flush, write_parquet

    folder.mkdir()
    write_parquet([found.table()], folder / "forecast.parquet")
    (folder / "scores.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
    if drawn := diagrams(found):
        save(reliability_diagram(drawn), folder / "reliability.svg")
    for path in folder.iterdir():
        flush(path)


# -- for people --------------------------------------------------------------------------------------------------------
def for_people(found: Hindcast, told: dict[str, Any], place: Path) -> list[str]:
    """The answer in words and a table."""
    from sim.empirical.scorecard import rows, won

    first, last = int(found.years[0]), int(found.years[-1])
    size = f"{told['states']} states, {told['runs']} runs"
    parts = [paragraph(f"{first}-{last} from what was known at the end of {found.panel.last}: {size}.", indent=0)]
    if found.samples:
        shown = rows(found)
        parts += [score_table(shown), *map(sentence, won(found)), calibration(told)]
    else:
        parts.append(paragraph("The data do not reach past the start, so nothing can be scored.", indent=0))
    return [*parts, f"Forecast and scores: {place}"]


def score_table(shown: list[Row]) -> str:
    """Scores of all models."""
    cells = [
        [
            TITLES[row.target],
            row.dyads,
            row.model.replace("_", " "),
            number(row.roc),
            number(row.pr),
            number(row.brier_skill),
            number(row.expected, 2),
            row.n,
            row.positives,
        ]
        for row in shown
    ]
    return table(["what", "pairs", "forecast", "ROC", "PR", "Brier skill", "exp./obs.", "rows", "events"], cells)


def number(value: float, digits: int = 3) -> str:
    """A score; a dash where there is none."""
    return "-" if value != value else f"{value:.{digits}f}"


def sentence(gain: Gain) -> str:
    """What was won over another forecast, with its interval."""
    name = gain.over.replace("_", " ")
    text = (
        f"Over the {name}, on {gain.dyads} pairs: PR {gain.pr.value:+.3f} ({gain.pr.low:+.3f} to {gain.pr.high:+.3f}), "
        f"ROC {gain.roc.value:+.4f} ({gain.roc.low:+.4f} to {gain.roc.high:+.4f}); 95% intervals by drawing pairs."
    )
    return paragraph(text, indent=0)


def calibration(told: dict[str, Any]) -> str:
    """How many disputes were simulated for each that happened."""
    share = told["counted_over_observed"]
    text = "Disputes simulated in a run, over those that happened"
    return paragraph(f"{text}: {share['all']:.2f} (all pairs), {share['relevant']:.2f} (relevant pairs).", indent=0)
