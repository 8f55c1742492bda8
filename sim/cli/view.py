"""`detente view`: the page in the browser on which a world turns."""

from __future__ import annotations

import threading
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.failures import Session, say
from sim.cli.options import allow_code_option, debug_option

if TYPE_CHECKING:
    from sim.ui.opening import Opening

EPILOG = """\b
Examples:
  detente view
  detente view random:60 --seed 3 --port 8800
  detente view runs/central-asia-2025-0-83d84dc0        (replay a finished run)
  detente view sweeps/middle-powers                     (look into a sweep, a batch or a comparison)
"""
FIRST = "central-asia-2025"


@click.command(epilog=EPILOG)
@click.argument("what", metavar="[SCENARIO|RUN_DIR|SWEEP_DIR]", default=FIRST)
@click.option(
    "--seed", type=click.IntRange(0, 2**31 - 1), metavar="N", default=0, help="Names the chance. [default: 0]"
)
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="Where to listen; 0: any.")
@click.option(
    "--host",
    metavar="ADDRESS",
    default="127.0.0.1",
    show_default=True,
    help="At which of this machine's addresses to listen; others than this one let other people in.",
)
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@allow_code_option
@debug_option
@click.pass_obj
def view(session: Session, what: str, seed: int, port: int, host: str, no_browser: bool, allow_code: bool) -> None:
    """Watch SCENARIO in the browser, or the finished run or sweep that a folder holds.

    Everybody who opens the page has a world of their own. Nothing is fetched from the network. Ctrl-C ends it.
    """
    from sim.ui.launcher import is_loopback, serve

    session.doing = "serving the page"
    opening = offered(what, seed, allow_code)
    if not is_loopback(host):
        say(f"careful: --host {host} lets everybody who reaches this machine use the page; there is no password")

    def ready(address: str) -> None:
        click.echo(f"Détente is ready at {address}  (Ctrl-C ends it)")
        if not no_browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    serve(opening, host=host, port=port, ready=ready)


def offered(what: str, seed: int, allow_code: bool) -> Opening:
    """What the page is to show, tried once so that whoever started it hears of mistakes here and not in the page.

    Raises:
        RunFolderError: the folder holds nothing that can be shown. ScenarioError: the scenario cannot be used.
    """
    from sim.ui.opening import Opening, check

    folder = Path(what)
    if not folder.is_dir():
        opening = Opening(what, seed, allow_code)
    elif (folder / "manifest.json").is_file():
        from sim.ui.sweep_results import results_of

        opening = Opening(FIRST, seed, results=results_of(folder))
    else:
        from sim.results import load_run

        load_run(folder)
        opening = Opening(FIRST, seed, run=folder)
    check(opening)
    return opening
