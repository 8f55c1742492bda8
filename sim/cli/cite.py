"""`detente cite`: what to cite with a run - the program, the literature of its rules, its data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from sim.cli.options import debug_option, json_option
from sim.cli.text import paragraph

EPILOG = """\b
Examples:
  detente cite runs/central-asia-2025-7-1a2b3c4d
  detente cite runs/central-asia-2025-7-1a2b3c4d --json
"""


@click.command(epilog=EPILOG)
@click.argument("run_dir", type=click.Path(path_type=Path))
@json_option("Print JSON.")
@debug_option
def cite(run_dir: Path, as_json: bool) -> None:
    """List what to cite with the run in RUN_DIR.

    How to cite Détente, the literature behind the mechanisms and policies that the run used (not behind those that were
    off) with what each work was used for, and where the scenario's figures come from.
    """
    from sim.results import load_runs

    runs = load_runs(run_dir)
    from sim.model_description.behind_a_run import literature_behind

    found = literature_behind(runs)
    click.echo(json.dumps(found, indent=2, ensure_ascii=False) if as_json else told(found))


def told(found: dict[str, Any]) -> str:
    """All of it as text."""
    seeds = ", ".join(map(str, found["seeds"]))
    run = f"{found['title']} (scenario {found['scenario']}, {found['hash'][:12]}; seed {seeds})"
    parts = [
        titled("THE PROGRAM", [found["detente"]["cite"], f"Run: {run}"]),
        titled("WHAT THE RUN USED", used(found)),
        titled("LITERATURE BEHIND ITS MECHANISMS AND POLICIES", works(found["references"])),
        titled("LITERATURE BEHIND MEASURES, COLUMNS AND FRAMEWORK", works(found["also"])),
        titled("DATA OF THE SCENARIO", data(found)),
    ]
    return "\n\n".join(parts)


def titled(title: str, items: list[str] | Iterator[str]) -> str:
    """A heading and what stands below it, a paragraph an item (items of several lines come ready)."""
    return "\n".join([title, *(item if "\n" in item else paragraph(item) for item in items)])


def used(found: dict[str, Any]) -> Iterator[str]:
    """Names of mechanisms and policies, and how many of their numbers are assumed."""
    yield f"Mechanisms: {', '.join(found['mechanisms']) or 'none'}"
    if found["switched_off"]:
        yield f"Switched off: {', '.join(found['switched_off'])}"
    yield f"Policies: {', '.join(found['policies']) or 'none'}"
    if found["own_policies"]:
        yield f"Policies of your own, whose sources you know: {', '.join(found['own_policies'])}"
    yield (
        f"{found['numbers']['assumed']} of their {found['numbers']['all']} numbers rest on no source:"
        " `detente describe --assumed` lists them."
    )


def works(references: list[dict[str, Any]]) -> Iterator[str]:
    """A paragraph a work after an empty line, and below it what each user took from it."""
    for work in references:
        users: dict[tuple[str, str], list[str]] = {}
        for use in work["uses"]:
            users.setdefault((use["kind"], "; ".join(use["purposes"])), []).append(use["name"])
        lines = [paragraph(f"{kind} {', '.join(names)}: {what}", indent=6) for (kind, what), names in users.items()]
        yield "\n".join(["", paragraph(work["citation"]), *lines])


def data(found: dict[str, Any]) -> Iterator[str]:
    """The sources of figures; single ties are counted."""
    for each in found["data"]:
        yield f"{each['figures']}: {each['source']}"
    if not found["data"]:
        yield "The scenario names no sources."
    if found["ties"]:
        yield f"{len(found['ties'])} states, ties, organisations and norms name their own source: --json lists them."
