"""`detente fit`: the numbers of the model from data, with standard errors."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.failures import Session
from sim.cli.folders import OccupiedError
from sim.cli.hindcast import plain
from sim.cli.options import debug_option, json_option
from sim.cli.text import paragraph, table

if TYPE_CHECKING:
    from sim.empirical.estimates import Estimate

EPILOG = """\b
Examples:
  detente fit --data downloads --from 1946 --to 1990 --out params.toml
  detente run central-asia-2025 --params params.toml
"""


@click.command(epilog=EPILOG)
@click.option("--data", "folder", required=True, type=click.Path(path_type=Path), help="Folder of the data sets.")
@click.option("--from", "first", type=int, default=1946, show_default=True, help="First year to fit to.")
@click.option("--to", "last", type=int, required=True, help="Last year to fit to; nothing later is read.")
@click.option("--out", type=click.Path(path_type=Path), help="File to write the parameters to.")
@click.option("--force", is_flag=True, help="Replace the file that --out names.")
@json_option("Print one JSON object and nothing else: estimates, each with name, value, se, n, unit, definition.")
@debug_option
@click.pass_obj
def fit(session: Session, folder: Path, first: int, last: int, out: Path | None, force: bool, as_json: bool) -> None:
    """Estimate the model's rates and weights from data sets.

    Onset and escalation of disputes, obligations honoured, alliances formed and ended, mediation offered and accepted,
    drift of ideal points, changes of leaders. What stands for a parameter of the model is written in sections that a
    scenario can take over (`detente run SCENARIO --params FILE`); all estimates follow with their standard errors.
    """
    from sim.empirical.estimating import fit_all, parameters
    from sim.empirical.panel import Panel
    from sim.empirical.params_file import params_text

    if last <= first:
        raise click.UsageError(f"--to {last} must lie after --from {first}")
    if out is not None and out.exists() and not force:
        raise OccupiedError(f"--out {out} is there already; name another file, or add --force to replace it")
    panel = Panel.of(folder, last=last)
    estimates = fit_all(panel, first)
    session.watch.check()
    if out is not None:
        from sim.empirical.scenario_files import whole_file

        spans = {name: f"{low}-{high}" for name, (low, high) in sorted(panel.coverage.items())}
        head: dict[str, Any] = {"fitted_from": first, "fitted_to": last, "data": spans, "panel": panel.digest()}
        text = params_text(estimates, head)
        whole_file(out, lambda stream: stream.write(text))
    if as_json:
        click.echo(json.dumps({"estimates": [plain(asdict(each)) for each in estimates]}, indent=2))
        return
    own = parameters(estimates)
    head_line = f"{len(estimates)} estimates from {first}-{last}, {len(own)} of them for parameters of the model."
    click.echo(
        "\n\n".join([paragraph(head_line, indent=0), listed(estimates), *([f"Parameters: {out}"] if out else [])])
    )


def listed(estimates: list[Estimate]) -> str:
    """The table of the estimates."""
    cells = [
        [each.name, f"{each.value:.4g}", f"{each.se:.2g}", each.n, each.unit, each.definition] for each in estimates
    ]
    return table(["what", "estimate", "s.e.", "n", "unit", "definition"], cells)
