"""`detente sweep`: experiments of many runs, planned, carried out, gone on with."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.failures import Session, say
from sim.cli.options import Command, allow_code_option, debug_option, help_if_alone, json_option
from sim.cli.pace import paced
from sim.cli.signals import Interrupted
from sim.cli.sweep_report import report
from sim.cli.sweep_told import planned, standing

if TYPE_CHECKING:
    from sim.experiment.design import Design
    from sim.experiment.executor import Factory

EPILOG = """\b
Examples:
  detente sweep plan do_middle_powers_stabilise
  detente sweep run do_middle_powers_stabilise --out middle-powers
  detente sweep run central-asia-2025 --vary mechanisms.rivalry.up=0:0.8:5 --replicates 20 --out rivalry
  detente sweep resume middle-powers --workers 8
  detente sweep report middle-powers
"""
RUN_EPILOG = """\b
EXPERIMENT is the path of a design file, its folder, or a folder's name in ./experiments; with --vary or --replicates
it is a scenario.

\b
Examples:
  detente sweep run who_mediates --out who --workers 4
  detente sweep run central-asia-2025 --vary mechanisms.rivalry.up=0:0.8:5 --vary policies.KAZ=align,balance --out out

\b
On other machines:
  detente sweep run EXPERIMENT --out OUT --dask tcp://10.0.0.1:8786
  detente sweep run EXPERIMENT --out OUT-$I --shard $I/20      (then: detente sweep compact OUT --merge OUT-1 ...)
"""


def example(*lines: str) -> str:
    """The end of a command's help."""
    return "\n".join(["\b", "Example:" if len(lines) == 1 else "Examples:", *(f"  {line}" for line in lines)])


@click.group(epilog=EPILOG, invoke_without_command=True)
@click.pass_context
def sweep(context: click.Context) -> None:
    """Carry out experiments of many runs, on this machine or on many."""
    help_if_alone(context)


class Shard(click.ParamType):
    """I/N, the I-th of N parts, counted from 1."""

    name = "I/N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The two numbers."""
        if isinstance(value, tuple):
            return value
        first, slash, last = value.partition("/")
        if not (slash and first.isdigit() and last.isdigit() and 1 <= int(first) <= int(last)):
            self.fail(f"{value!r} is not I/N; write 1/20 for the first of twenty parts, 20/20 for the last", param, ctx)
        return int(first), int(last)


def asked_options(command: Command) -> Command:
    """What is to be run."""
    options = [
        click.argument("experiment"),
        click.option("--vary", multiple=True, metavar="KEY=LOW:HIGH:N", help="Vary a scenario: N values, or KEY=A,B."),
        click.option("--replicates", type=click.IntRange(1), metavar="R", help="Seeds of every point of a scenario."),
        click.option("--set", "changes", multiple=True, metavar="KEY=VALUE", help="Change the scenario in all runs."),
        click.option("--seed", type=click.IntRange(0), metavar="N", help="Names the chance of all runs."),
        allow_code_option,
    ]
    return _with(command, options)


def worker_options(command: Command) -> Command:
    """Who is to run it."""
    options = [
        click.option("--workers", type=click.IntRange(1), metavar="N", help="Processes [one a processor]."),
        click.option("--dask", "address", metavar="ADDRESS", help="Scheduler of a Dask cluster, or its file."),
        click.option("--executor", metavar="MODULE:FACTORY", help="A function of yours that makes an executor."),
    ]
    return _with(command, options)


def _with(command: Command, options: Sequence[Callable[[Any], Any]]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command


def in_store(command: Command) -> Command:
    """The folder of a sweep that is there already."""
    return click.argument("out", type=click.Path(path_type=Path, file_okay=False))(command)


@sweep.command(
    epilog=example(
        "detente sweep plan do_middle_powers_stabilise",
        "detente sweep plan three-powers --vary mechanisms.alignment.kappa=0:4:9 --replicates 10",
    )
)
@asked_options
@worker_options
@click.option("--out", type=click.Path(path_type=Path), help="Runs that this folder holds already are not counted.")
@json_option("Print one JSON object and nothing else: runs, done, seconds_per_run, hours, bytes, ...")
@debug_option
@click.pass_obj
def plan(session: Session, out: Path | None, as_json: bool, **said: Any) -> None:
    """Say how many runs EXPERIMENT asks for, how long they take and how much room, from a few of them."""
    from sim.experiment.planning import plan as planning

    design = asked(said)
    found = planning(design, out, factory=factory_of(said), check=session.watch.check)
    click.echo(json.dumps(found.data(), indent=2) if as_json else planned(design, found))


@sweep.command(epilog=RUN_EPILOG)
@asked_options
@worker_options
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the runs.")
@click.option("--shard", type=Shard(), help="Carry out one of N parts only.")
@json_option("Print one JSON object and nothing else: runs by status, out.")
@debug_option
@click.pass_obj
def run(session: Session, out: Path, shard: tuple[int, int] | None, as_json: bool, **said: Any) -> None:
    """Carry out EXPERIMENT; what OUT holds of it already is not run again."""
    carried_out(session, asked(said), out, factory_of(said), as_json, shard=shard)


@sweep.command(epilog=example("detente sweep resume middle-powers --workers 8"))
@in_store
@worker_options
@json_option("Print one JSON object and nothing else: runs by status, out.")
@debug_option
@click.pass_obj
def resume(session: Session, out: Path, as_json: bool, **said: Any) -> None:
    """Go on with a sweep that was interrupted: OUT holds all that is needed."""
    from sim.experiment.parts import read_design_of

    carried_out(session, read_design_of(out), out, factory_of(said), as_json)


@sweep.command(epilog=example("detente sweep retry middle-powers"))
@in_store
@worker_options
@json_option("Print one JSON object and nothing else: runs by status, out.")
@debug_option
@click.pass_obj
def retry(session: Session, out: Path, as_json: bool, **said: Any) -> None:
    """Run again what failed: runs with the status error, timeout or crashed."""
    from sim.experiment.parts import read_design_of

    carried_out(session, read_design_of(out), out, factory_of(said), as_json, retry=True)


@sweep.command(epilog=example("detente sweep status middle-powers"))
@in_store
@json_option("Print one JSON object and nothing else.")
@debug_option
def status(out: Path, as_json: bool) -> None:
    """Say how far a sweep is, how fast it goes, and what failed."""
    from sim.experiment.upkeep import state_of

    found = state_of(out)
    click.echo(json.dumps(found.data(), indent=2) if as_json else standing(found))


@sweep.command(
    epilog=example("detente sweep compact middle-powers", "detente sweep compact whole --merge part-1 --merge part-2")
)
@in_store
@click.option("--merge", multiple=True, type=click.Path(path_type=Path, file_okay=False), help="Take in this shard.")
@debug_option
@click.pass_obj
def compact(session: Session, out: Path, merge: Sequence[Path]) -> None:
    """Join the many small files of a sweep into few; with --merge, take in the shards of the same design."""
    from sim.experiment.upkeep import compacted

    with session.watch.held_back():
        before, after = compacted(out, merge)
    session.watch.check()
    click.echo(f"{out}: {before} files of runs are now {after}")


@sweep.command(epilog=example("detente sweep export middle-powers csv --to runs.csv"))
@in_store
@click.argument("form", type=click.Choice(["csv", "parquet"]))
@click.option("--table", type=click.Choice(["runs", "trajectories", "events"]), default="runs", show_default=True)
@click.option("--to", "file", type=click.Path(path_type=Path), help="File to write [OUT/TABLE.csv or .parquet].")
@click.option("--force", is_flag=True, help="Replace the file.")
@debug_option
def export(out: Path, form: str, table: str, file: Path | None, force: bool) -> None:
    """Write a table of a sweep into one file."""
    from sim.experiment.upkeep import exported

    target = file or out / f"{table}.{form}"
    rows = exported(out, table, target, form, force=force)
    click.echo(f"{target}: {rows:,} rows")


# -- what they share ---------------------------------------------------------------------------------------------------
def asked(said: dict[str, Any]) -> Design:
    """The design of a file, or of a scenario and the options."""
    from sim.experiment.design_file import read_design
    from sim.experiment.varied import varied_scenario

    own = [name for name in ("vary", "replicates", "changes", "seed") if said[name]]
    if said["vary"] or said["replicates"]:
        numbers = {"replicates": said["replicates"] or 1, "seed": said["seed"] or 0}
        return varied_scenario(
            said["experiment"], said["vary"], said["changes"], allow_code=said["allow_code"], **numbers
        )
    if own:
        option = "--set" if own[0] == "changes" else f"--{own[0]}"
        raise click.UsageError(f"{option} is for a scenario with --vary; for an experiment write it in its design file")
    return read_design(said["experiment"], allow_code=said["allow_code"])


def factory_of(said: dict[str, Any]) -> Factory:
    """Who carries out the runs."""
    from sim.experiment.executor import load, local

    given = [f"--{name}" for name in ("workers", "address", "executor") if said[name] is not None]
    if len(given) > 1:
        both = " and ".join(given).replace("--address", "--dask")
        raise click.UsageError(f"{both} name different workers; write one of them")
    if said["address"]:
        from sim.experiment.dask_pool import dask

        return dask(said["address"])
    return load(said["executor"]) if said["executor"] else local(said["workers"])


def carried_out(session: Session, design: Design, out: Path, factory: Factory, as_json: bool, **how: Any) -> None:
    """Carry out what is left of a design and say what came of it."""
    from sim.experiment.sweeping import sweep as sweeping
    from sim.experiment.upkeep import state_of

    try:
        with paced(session, "Running") as progress:
            sweeping(design, out, factory=factory, progress=progress, **how)
    except (Interrupted, KeyboardInterrupt):
        if (out / "manifest.json").exists():
            say(f"what is done is kept; go on with: detente sweep resume {out}")
        raise
    found = state_of(out)
    click.echo(json.dumps(found.data(), indent=2) if as_json else standing(found))


sweep.add_command(report)
