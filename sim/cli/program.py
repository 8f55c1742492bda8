"""The command `detente` and its subcommands: parse, run, and end every failure as one message."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from contextlib import suppress
from typing import Any

import click

from sim import __version__
from sim.cli.analyze import analyze
from sim.cli.batch import batch
from sim.cli.cite import cite
from sim.cli.compare import compare
from sim.cli.data import data
from sim.cli.describe import describe
from sim.cli.explain import explain
from sim.cli.failures import Session, failure, say
from sim.cli.fit import fit
from sim.cli.hindcast import hindcast
from sim.cli.landscape import landscape
from sim.cli.options import help_if_alone
from sim.cli.report import report
from sim.cli.run import run
from sim.cli.scenario import scenario
from sim.cli.signals import watching
from sim.cli.sweep import sweep
from sim.cli.validate import validate
from sim.cli.view import view

EXAMPLES = """\b
Examples:
  detente run central-asia-2025
  detente scenario list
  detente describe mechanism alignment
"""


class Program(click.Group):
    """A group of commands whose every failure is one message on stderr and an exit code."""

    def main(  # type: ignore[override]
        self, args: Any = None, prog_name: str | None = None, **extra: Any
    ) -> Any:
        """Run a command and exit."""
        collect_seldom()
        tolerate_odd_characters()
        with watching() as watch:
            session = Session(watch)
            try:
                options = extra | {"standalone_mode": False, "obj": session}
                code = super().main(args=args, prog_name=prog_name or "detente", **options)
                code = code if isinstance(code, int) else 0
                if sys.stdout is not None:
                    sys.stdout.flush()
            except BaseException as error:
                code = tell(error, session)
        sys.exit(code)


def collect_seldom() -> None:
    """Look for garbage cycles seldom: a command lives for seconds, and the search takes a tenth of them."""
    gc.set_threshold(100_000, 50, 100)


def tell(error: BaseException, session: Session) -> int:
    """Say what went wrong; returns the exit code."""
    message, code = failure(error, session)
    if session.debug and not isinstance(error, click.ClickException):
        traceback.print_exception(error)
    if isinstance(error, OSError):
        drop_output()
    if message:
        say(message)
    return code


def drop_output() -> None:
    """Point stdout nowhere if it no longer takes anything, so that closing it at exit cannot fail again."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def tolerate_odd_characters() -> None:
    """On a terminal that cannot show a letter, show its number instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")


@click.group(
    cls=Program,
    epilog=EXAMPLES,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, message="detente %(version)s")
@click.pass_context
def detente(context: click.Context) -> None:
    """Simulate world politics, and see what middle powers change."""
    help_if_alone(context)


for command in (
    run, scenario, describe, report, landscape, explain, cite, data, fit, hindcast, validate, view, batch, compare,
    sweep, analyze,
):  # fmt: skip
    detente.add_command(command)
