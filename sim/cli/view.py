"""`detente view`: the page in the browser on which a world turns."""

from __future__ import annotations

import threading
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.failures import Session
from sim.cli.options import allow_code_option, debug_option

if TYPE_CHECKING:
    from sim.ui.app import Offer

EPILOG = """\b
Examples:
  detente view
  detente view random:60 --seed 3 --port 8800
  detente view runs/central-asia-2025-0-83d84dc0
"""
FIRST = "central-asia-2025"


@click.command(epilog=EPILOG)
@click.argument("what", metavar="[SCENARIO|RUN_DIR]", default=FIRST)
@click.option("--seed", type=click.IntRange(min=0, max=2**31 - 1), metavar="N", default=0, show_default="0", help="Names the chance.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="Where to listen; 0: any.")
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="Whom to listen to: other than this machine only if you say so.")
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@allow_code_option
@debug_option
@click.pass_obj
def view(session: Session, what: str, seed: int, port: int, host: str, no_browser: bool, allow_code: bool) -> None:
    """Watch SCENARIO in the browser, or the finished run that RUN_DIR holds.

    Everybody who opens the page has a world of their own. Nothing is fetched from the network. Ctrl-C ends it.
    """
    from sim.ui.launcher import is_loopback, serve

    session.doing = "serving the page"
    offer = offered(what, seed, allow_code)
    if not is_loopback(host):
        click.echo(
            f"Careful: --host {host} lets everybody who reaches this machine use the page; there is no password.", err=True
        )

    def ready(address: str) -> None:
        click.echo(f"Détente is ready at {address}  (Ctrl-C ends it)")
        if not no_browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    serve(offer, host=host, port=port, ready=ready)


def offered(what: str, seed: int, allow_code: bool) -> Offer:
    """What the page is to show.

    Raises:
        RunFolderError: the folder holds nothing that can be shown. ScenarioError: the scenario cannot be used.
    """
    from sim.ui.app import Offer
    from sim.ui.catalogue import Catalogue

    if Path(what).is_dir():
        run = run_in(Path(what))
        return Offer(Catalogue(FIRST), seed, run=run)
    catalogue = Catalogue(what, allow_code=allow_code)
    catalogue.plan(catalogue.default, seed)
    return Offer(catalogue, seed)


def run_in(folder: Path) -> Any:
    """The run of a folder."""
    from sim.results import load_run

    return load_run(folder)
