"""`detente data build`: a scenario of the world as it was at the end of a year."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sim.cli.folders import OccupiedError
from sim.cli.options import debug_option

EPILOG = """\b
Examples:
  detente data build --data downloads --year 1990
  detente run world-1990 --years 1991:2001
  detente data build --data downloads --year 1962 --states 60 --out cuba.toml
"""


FIT_FROM = 1955
"""Earlier the estimates from the years since 1946 make no sense."""


class HowMany(click.ParamType):
    """A number of states from 3 on, or `all`."""

    name = "all|N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number, None for all."""
        if value is None or isinstance(value, int):
            return value
        if value.strip().lower() == "all":
            return None
        if not (value.strip().isdecimal() and int(value) >= 3):
            self.fail(f"{value!r} is no number of states; write all, or a number from 3 on, as 60", param, ctx)
        return int(value)


@click.command("build", epilog=EPILOG)
@click.option("--data", "folder", required=True, type=click.Path(path_type=Path), help="Folder of the data sets.")
@click.option(
    "--year", required=True, type=click.IntRange(1946, 2100), help="The world as it stood on 31 December of this year."
)
@click.option("--states", type=HowMany(), default="all", help="All, or the major powers and the mightiest. [all]")
@click.option(
    "--out", type=click.Path(path_type=Path), help="The scenario file [world-YEAR.toml in the user's data folder]."
)
@click.option("--fit", is_flag=True, help="Estimate the hazard of disputes from 1946 to YEAR, and each pair's own.")
@click.option("--force", is_flag=True, help="Replace the scenario that --out names.")
@debug_option
def build(folder: Path, year: int, states: int | None, out: Path | None, fit: bool, force: bool) -> None:
    """Build a scenario of the international system from published data sets.

    The run begins on 1 January after YEAR; nothing later than YEAR is read. Without --out the scenario is kept in the
    user's data folder ($DETENTE_DATA_HOME, else the platform's) and found by its name: `detente run world-1990`.

    The numbers of the model's rules are its own, estimated from 1946-2023; with --fit those of the onset of disputes
    come from the years up to YEAR.
    """
    from sim.built_in import user_folder
    from sim.empirical.building import world_scenario
    from sim.empirical.fits_kept import kept_onset
    from sim.empirical.panel import Panel
    from sim.empirical.scenario_files import write_scenario
    from sim.scenario import scenario_from

    if fit and year < FIT_FROM:
        raise click.UsageError(
            f"--fit needs a --year from {FIT_FROM} on: there are too few years since 1946 to learn from"
        )
    kept = out is None
    file = user_folder() / f"{_stem(year, states)}.toml" if out is None else out
    file = file if file.suffix == ".toml" else file.with_name(f"{file.name}.toml")
    if file.exists() and not (kept or force):
        raise OccupiedError(f"--out {file} is there already; name another file, or add --force to replace it")
    panel = Panel.of(folder, last=year)
    data = world_scenario(panel, year, states, hazard=kept_onset(panel) if fit else None) | {"name": file.stem}
    built = scenario_from(data)
    write_scenario(data, file)
    held = {
        "states": len(built.states),
        "poles": len(built.poles),
        "organisations": len(built.organisations),
        "pairs with a pact": len(built.ties.pacts),
        "pairs in dispute": len(built.ties.disputes),
    }
    counted = ", ".join(f"{number} {name}" for name, number in held.items())
    click.echo(f"{built.title}: {counted}\n{file}\nRun it: detente run {file.stem if kept else file}")


def _stem(year: int, states: int | None) -> str:
    return f"world-{year}" if states is None else f"world-{year}-{states}"
