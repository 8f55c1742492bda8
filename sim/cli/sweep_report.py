"""`detente sweep report`: the report of a sweep or batch that was run before."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.failures import Session
from sim.cli.options import debug_option

EPILOG = """\b
Examples:
  detente sweep report sweeps/middle-powers
"""


@click.command(epilog=EPILOG)
@click.argument("out", type=click.Path(path_type=Path, exists=True, file_okay=False))
@debug_option
@click.pass_obj
def report(session: Session, out: Path) -> None:
    """Write the report of the sweep in OUT, as far as it has come: one HTML file that needs nothing from elsewhere."""
    from sim.cli.report import replaced
    from sim.experiment.store import open_sweep
    from sim.report.sweep_page import write_sweep_report

    sweep = open_sweep(out)
    path = out.absolute() / "report.html"
    session.doing = "writing the report"
    with replaced(path) as draft:
        write_sweep_report(sweep, draft)
        session.watch.check()
    click.echo(f"Report: {path}\n        {path.as_uri()}")
