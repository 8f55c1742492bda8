"""`detente landscape`: the stable blocs of a set of actors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import batched
from typing import TYPE_CHECKING, Any

import click

from sim.cli.options import allow_code_option, debug_option, json_option
from sim.cli.text import paragraph, table

if TYPE_CHECKING:
    from sim.landscape import Case, Landscape

EPILOG = """\b
Examples:
  detente landscape three-powers
  detente landscape central-asia-2025 --actors 12 --with KAZ
  detente landscape experiments/landscape/unix_standards.toml
  detente landscape great_powers.toml --json

\b
A file of your own:
  default = 0              propensity of pairs that are not named
  [size]
  Aldria = 10.5
  Borea = 9
  Meridia = 1.5
  [propensity]             above 0 friends, below 0 foes
  Aldria-Borea = -1        once a pair; names with blanks in quotes: "A B-C"
"""
SHOWN = 20
METHOD = (
    "Energy adds size x size x propensity over all ordered pairs in different blocs: friends kept apart raise it, foes "
    "kept apart lower it. Stable means that nobody can lower it by changing sides alone. The basin counts the "
    "configurations from which steepest descent ends there; equally steep ways share it."
)


@click.command(epilog=EPILOG)
@click.argument("scenario", metavar="SCENARIO_OR_FILE")
@click.option(
    "--actors",
    type=click.IntRange(2, 24),
    metavar="N",
    help="Only the N largest [all of a file, the 20 most powerful of a scenario].",
)
@click.option("--with", "keep", multiple=True, metavar="NAME", help="Keep this actor, however small; may be repeated.")
@allow_code_option
@json_option(
    "Print one JSON object and nothing else: configurations, each with energy, basin, blocs (one if all unite)."
)
@debug_option
def landscape(scenario: str, actors: int | None, keep: tuple[str, ...], allow_code: bool, as_json: bool) -> None:
    """Find the two blocs that actors settle into.

    Every way to split the actors into two blocs is weighed by its energy (Axelrod & Bennett 1993); the stable ones are
    listed, the lowest energy first. SCENARIO_OR_FILE is a built-in scenario, random:N, or the path of a scenario or of
    a file with [size] and [propensity]. Of a scenario, size is power and propensity is affinity at the start.
    """
    from sim.landscape import read_case

    case = read_case(scenario, actors=actors, keep=keep, allow_code=allow_code)
    found = case.landscape()
    if as_json:
        for piece in as_text(found):
            click.echo(piece, nl=False)
    else:
        click.echo("\n\n".join(part for part in told(case, found) if part))


def whole(basin: float) -> int | float:
    """A basin as an integer if it is one."""
    return round(basin) if abs(basin - round(basin)) < 1e-6 else basin


def as_text(found: Landscape) -> Iterator[str]:
    """JSON, piece by piece: there may be millions of stable configurations."""
    yield '{"configurations": ['
    lead = "\n  "
    for ranks in batched(range(len(found.stable)), 1000):
        rows: list[dict[str, Any]] = [
            {"energy": float(found.energy[k]), "basin": whole(float(found.basin[k])), "blocs": found.blocs(k)}
            for k in ranks
        ]
        yield lead + ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in rows)
        lead = ",\n  "
    yield "\n]}\n"


def told(case: Case, found: Landscape) -> Iterator[str]:
    """The answer for people."""
    number, stable = 2 ** (len(case.names) - 1), len(found.stable)
    several = f"{stable:,} of them are stable" if stable > 1 else "one of them is stable"
    yield f"{case.title}: {len(case.names)} actors, {number:,} configurations, {several}"
    yield paragraph(case.account, indent=0) if case.account else ""
    yield listed(found, number)
    yield "\n".join(paragraph(sentence, indent=0) for sentence in findings(found, number))
    yield paragraph(METHOD, indent=0)


def listed(found: Landscape, number: int) -> str:
    """The table of the stable configurations, or of the first of them."""
    rows = []
    for k in range(min(SHOWN, len(found.stable))):
        blocs = " | ".join(", ".join(bloc) for bloc in found.blocs(k))
        basin = float(found.basin[k])
        rows.append([f"{found.energy[k]:.7g}", round(basin, 2), f"{100 * basin / number:.3g}%", blocs])
    more = len(found.stable) - len(rows)
    rest = f"\n  ... and {more:,} more: --json lists them all" if more else ""
    return table(["energy", "basin", "share", "blocs, one | the other"], rows, indent=2) + rest


def findings(found: Landscape, number: int) -> Iterator[str]:
    """What the table says, in sentences."""
    lowest = int((found.energy == found.energy[0]).sum())
    which = f"The lowest energy, {found.energy[0]:.7g}, "
    if lowest > 1:
        yield f"{which}is shared by {lowest:,} configurations, which together draw {share(found, lowest, number)}."
    else:
        yield f"{which}{split(found)}; it draws {share(found, 1, number)}."
    if len(found.stable) > 1 and (groups := inseparable(found)):
        yield f"In every stable configuration these stand together: {'; '.join(', '.join(each) for each in groups)}."


def share(found: Landscape, first: int, number: int) -> str:
    """The part of all configurations that rolls into the first so many."""
    return f"{100 * float(found.basin[:first].sum()) / number:.3g}% of all configurations"


def split(found: Landscape) -> str:
    """Who stands against whom at the lowest energy, with the shares of total size."""
    blocs = found.blocs(0)
    if len(blocs) == 1:
        return "unites all"
    weight = dict(zip(found.names, 100 * found.size / found.size.sum(), strict=True))
    parts = [f"{', '.join(bloc)} ({sum(weight[name] for name in bloc):.0f}% of all size)" for bloc in blocs]
    return f"sets {parts[0]} against {parts[1]}"


def inseparable(found: Landscape) -> list[list[str]]:
    """Groups of actors that are in one bloc in every stable configuration."""
    groups: dict[bytes, list[str]] = {}
    for name, column in zip(found.names, found.apart().T, strict=True):
        groups.setdefault(column.tobytes(), []).append(name)
    return [names for names in groups.values() if len(names) > 1]
