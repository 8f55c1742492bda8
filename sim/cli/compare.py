"""`detente compare`: the same chance with and without a change, and what the change does to every measure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.failures import Session
from sim.cli.options import allow_code_option, debug_option, json_option
from sim.cli.progress import progress_bar
from sim.cli.run import Years, load
from sim.cli.text import paragraph, table

if TYPE_CHECKING:
    from sim.experiment.pairing import Comparison

EPILOG = """\b
Examples:
  detente compare central-asia-2025 --arm no_mediation=mechanisms.mediation=false --replicates 20
  detente compare three-powers --arm harsh=mechanisms.alignment.kappa=4 --arm free=mechanisms.alignment.kappa=0
  detente compare central-asia-2025 --arm turn=policies.KAZ=align,policies.UZB=align --years 2025:2040 --json
"""
MORE_KEYS = re.compile(r",(?=\s*[A-Za-z_][^,=]*=)")
"""A comma after which another KEY= begins; others belong to the value."""


class Arm(click.ParamType):
    """NAME=KEY=VALUE[,KEY=VALUE...]."""

    name = "NAME=KEY=VALUE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The name, and the changes as KEY=VALUE."""
        if isinstance(value, tuple):
            return value
        name, equals, rest = value.partition("=")
        changes = tuple(text.strip() for text in MORE_KEYS.split(rest) if text.strip())
        if not equals or not name.strip() or not changes or "=" not in changes[0]:
            self.fail(
                f"{value!r} is not NAME=KEY=VALUE; write a name of your own, then what it changes, as "
                "calm=mechanisms.rivalry.up=0",
                param,
                ctx,
            )
        return name.strip(), changes


@click.command(epilog=EPILOG)
@click.argument("scenario")
@click.option("--arm", "arms", type=Arm(), multiple=True, required=True, help="A change to compare; may be repeated.")
@click.option(
    "--replicates", type=click.IntRange(min=2), metavar="N", default=20, show_default="20", help="Pairs an arm."
)
@click.option("--seed", type=click.IntRange(min=0), metavar="N", default=0, show_default="0", help="Names the chance.")
@click.option("--years", type=Years(), help="First year, and the year before which to stop.")
@click.option("--set", "changes", multiple=True, metavar="KEY=VALUE", help="Change the scenario in all arms.")
@click.option("--measure", "measures", multiple=True, metavar="NAME", help="Show this measure; may be repeated.")
@click.option("--workers", type=click.IntRange(min=1), metavar="N", help="Processes [all processors].")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Keep the table of runs here; a broken comparison goes on."
)
@allow_code_option
@json_option("Print one JSON object and nothing else: scenario, replicates, arms with diff, low, high, variance_ratio.")
@debug_option
@click.pass_obj
def compare(
    session: Session,
    scenario: str,
    arms: Sequence[tuple[str, tuple[str, ...]]],
    replicates: int,
    seed: int,
    years: tuple[float, float] | None,
    changes: Sequence[str],
    measures: Sequence[str],
    workers: int | None,
    out: Path | None,
    allow_code: bool,
    as_json: bool,
) -> None:
    """Run SCENARIO with and without a change, pair by pair with the same chance.

    For every measure at the end: the mean difference, its 95% interval (Student, over pairs), and how many times larger
    the variance would be with seeds of their own (null in JSON where all pairs differ by the same amount).
    """
    from sim.experiment.pairing import compare as paired

    base = load(scenario, changes, years, allow_code)
    said = distinct(arms)
    with progress_bar(session, "Simulating") as show:
        found = paired(base, said, replicates, seed=seed, workers=workers, out=out, progress=show)
    shown = chosen(found, measures)
    click.echo(json.dumps(found.as_dict()) if as_json else told(found, shown))


def distinct(arms: Sequence[tuple[str, tuple[str, ...]]]) -> dict[str, dict[str, Any]]:
    """The arms with the values of their changes.

    Raises:
        ComparisonError: two of one name.
    """
    from sim.experiment.pairing import ComparisonError

    names = [name for name, _ in arms]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ComparisonError(f"arm '{twice[0]}' is given twice; names tell arms apart")
    return {name: dict(valued(text) for text in texts) for name, texts in arms}


def valued(text: str) -> tuple[str, Any]:
    """Key and value of KEY=VALUE, the value as in a TOML file; a bare word is text."""
    import tomllib

    key, _, value = text.partition("=")
    try:
        return key.strip(), tomllib.loads(f"value = {value.strip()}")["value"]
    except tomllib.TOMLDecodeError:
        return key.strip(), value.strip()


def chosen(found: Comparison, measures: Sequence[str]) -> Mapping[str, list[Any]]:
    """The differences to show of every arm: of the measures asked for, else the telling ones.

    Raises:
        ComparisonError: no such measure.
    """
    from sim.core.spelling import nearest
    from sim.experiment.pairing import ComparisonError

    known = [each.output for each in found.of(next(iter(found.arms)))]
    for name in measures:
        if name not in known:
            raise ComparisonError(f"--measure: no measure '{name}'; {nearest(name, known)}")
    if not measures:
        return {arm: found.telling(arm) for arm in found.arms}
    return {arm: [each for each in found.of(arm) if each.output in measures] for arm in found.arms}


def told(found: Comparison, shown: Mapping[str, list[Any]]) -> str:
    """The differences as tables, one an arm."""
    parts = [f"{found.scenario}: {found.replicates} pairs of runs an arm, the same chance in both runs of a pair"]
    for arm, held in shown.items():
        changes = ", ".join(f"{key} = {value}" for key, value in found.arms[arm].items())
        total = len(found.of(arm))
        parts.append(f"\n{arm}: {changes}")
        if not held:
            parts.append(paragraph(f"Of {total} measures none differs surely (all 95% intervals hold 0)."))
            continue
        rows = [
            (e.output, f"{e.base:.4g}", f"{e.diff:+.4g}", f"{e.low:+.4g} to {e.high:+.4g}", f"{e.variance_ratio:.3g}")
            for e in held
        ]
        parts.append(table(("measure at the end", "base", "change", "95% interval", "variance ratio"), rows, indent=2))
        sure = len([e for e in found.of(arm) if e.low > 0 or e.high < 0])
        parts.append(
            paragraph(f"{sure} of {total} measures differ surely; some 1 in 20 would seem to by chance alone.")
        )
    return "\n".join(parts)
