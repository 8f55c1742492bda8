"""`detente report`: the report of a run that was made before."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from sim.cli.failures import Session
from sim.cli.options import debug_option

EPILOG = """\b
Examples:
  detente report runs/central-asia-2025-7-1a2b3c4d
"""


@click.command(epilog=EPILOG)
@click.argument("run_dir", type=click.Path(path_type=Path))
@debug_option
@click.pass_obj
def report(session: Session, run_dir: Path) -> None:
    """Write the report of the results in RUN_DIR again."""
    from sim.results import load_runs

    folder = run_dir.absolute()
    runs = load_runs(run_dir)
    from sim.report import write_report

    with replaced(folder / "report.html") as draft:
        write_report(runs, draft)
        session.watch.check()
    path = folder / "report.html"
    click.echo(f"Report: {path}\n        {path.as_uri()}")


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """A draft to write to, which takes the place of a file if all goes well, and else is gone."""
    draft = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        yield draft
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
