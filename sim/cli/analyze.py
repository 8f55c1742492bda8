"""`detente analyze`: what a sweep says - sensitivity, scenario discovery, differences between arms, convergence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.options import Command, debug_option, help_if_alone, json_option
from sim.cli.text import for_people, table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.experiment.analysis.discovery import Discovery
    from sim.experiment.store import Sweep

EPILOG = """\b
Examples:
  detente analyze sobol sweeps/balancing --output tension.mean
  detente analyze prim sweeps/balancing --output captured_share.end --above 0.5
  detente analyze arms sweeps/middle-powers --by rivalry_among_poles.mean
"""
MOST = 4
"""Outputs that are looked at if none is asked for."""
Figures = list[tuple[str, "Figure"]]


def example(words: str) -> str:
    """The epilog of a command."""
    return f"\b\nExample:\n  detente analyze {words}\n"


@click.group(invoke_without_command=True, epilog=EPILOG)
@click.pass_context
def analyze(context: click.Context) -> None:
    """Say what the sweep in the folder OUT has found: tables, figures, JSON."""
    help_if_alone(context)


def of_sweep(command: Command) -> Command:
    """The argument and the options that all analyses share."""
    folder = click.Path(path_type=Path, exists=True, file_okay=False)
    shared = (
        click.argument("out", type=folder),
        click.option("--output", "asked", multiple=True, metavar="NAME", help="MEASURE.STATISTIC; may be repeated."),
        click.option("--figures", type=click.Path(path_type=Path), help="Folder for the figures (SVG) [OUT/analysis]."),
        json_option("Print one JSON object and nothing else."),
        debug_option,
    )
    for option in reversed(shared):
        command = option(command)
    return command


def arm_option(command: Command) -> Command:
    """`--arm`, the arm to look at."""
    return click.option("--arm", default="base", show_default=True, metavar="NAME", help="Which arm.")(command)


@analyze.command(epilog=example("sobol sweeps/balancing --output tension.mean"))
@of_sweep
@arm_option
def sobol(out: Path, asked: Sequence[str], figures: Path | None, as_json: bool, arm: str) -> None:
    """Share of the variance that each factor explains, alone and in all, with bootstrap intervals.

    Needs a design of kind saltelli. A second figure shows the indices from a quarter, a half and all of the rows.
    """
    from sim.experiment.analysis import convergence, sensitivity
    from sim.plots import sweeps as plots

    sweep, chosen = opened(out, asked, arm)
    names = [factor.name for factor in sweep.design.factors]
    told, drawn, texts = [], Figures(), []
    for output in chosen:
        blocks = sensitivity.blocks_of(sweep, output, arm=arm)
        found = sensitivity.sobol(output, names, blocks)
        steps = convergence.steps_of(sensitivity.growing(output, names, blocks))
        calm = convergence.settled(steps)
        told.append(found.as_dict() | {"convergence": [step.as_dict() for step in steps], "settled": calm})
        drawn.append((f"sobol-{output}", plots.sensitivity(found)))
        if steps:
            drawn.append((f"sobol-{output}-convergence", plots.convergence(steps, unit="total Sobol index")))
        order = sorted(zip(names, found.first, found.total, strict=True), key=lambda row: -row[2].value)
        rows = [(name, *shares(first), *shares(total), calm.get(name, False)) for name, first, total in order]
        head = ("factor", "first", "95% interval", "total", "95% interval", "settled")
        luck = f"Luck alone explains {found.luck.value:.0%} ({found.luck.low:.0%} to {found.luck.high:.0%})."
        texts.append(
            f"{output}: {found.rows} rows, variance {found.variance:.4g}. {luck}\n{table(head, rows, indent=2)}"
        )
    finish(out, figures, as_json, {"analysis": "sobol", "arm": arm, "outputs": told}, texts, drawn)


@analyze.command(epilog=example("morris sweeps/screening --output tension.mean"))
@of_sweep
@arm_option
def morris(out: Path, asked: Sequence[str], figures: Path | None, as_json: bool, arm: str) -> None:
    """Elementary effects: what each factor does over its range, one at a time.

    Needs a design in which points differ in one factor alone: one_at_a_time, grid or saltelli.
    """
    from sim.experiment.analysis import elementary
    from sim.plots import sweeps as plots

    sweep, chosen = opened(out, asked, arm)
    told, drawn, texts = [], Figures(), []
    for output in chosen:
        found = elementary.of(sweep, output, arm=arm)
        told.append(found.as_dict())
        drawn.append((f"morris-{output}", plots.screening(found)))
        rows = [(e.name, *shares(e.strength), f"{e.mean:+.4g}", f"{e.spread:.4g}", e.number) for e in found.effects]
        head = ("factor", "mean size", "95% interval", "mean", "spread", "effects")
        texts.append(f"{output}: change over the whole range of a factor\n{table(head, rows, indent=2)}")
    finish(out, figures, as_json, {"analysis": "morris", "arm": arm, "outputs": told}, texts, drawn)


def interest_options(command: Command) -> Command:
    """What is looked for."""
    above = click.option("--above", type=float, metavar="X", help="Runs whose output is above X [the top quarter].")
    below = click.option("--below", type=float, metavar="X", help="Runs whose output is below X.")
    return above(below(command))


@analyze.command(epilog=example("prim sweeps/balancing --output captured_share.end --above 0.5"))
@of_sweep
@arm_option
@interest_options
@click.option("--density", type=click.FloatRange(0, 1), metavar="D", help="Take the largest box at least this pure.")
def prim(
    out: Path,
    asked: Sequence[str],
    figures: Path | None,
    as_json: bool,
    arm: str,
    above: float | None,
    below: float | None,
    density: float | None,
) -> None:
    """Boxes of factors in which an outcome is common (PRIM), with density and coverage."""
    discover("prim", out, asked, figures, as_json, arm, above=above, below=below, density=density)


@analyze.command(epilog=example("cart sweeps/balancing --output captured_share.end --above 0.5"))
@of_sweep
@arm_option
@interest_options
def cart(
    out: Path,
    asked: Sequence[str],
    figures: Path | None,
    as_json: bool,
    arm: str,
    above: float | None,
    below: float | None,
) -> None:
    """Boxes of factors in which an outcome is common (classification tree), with density and coverage."""
    discover("cart", out, asked, figures, as_json, arm, above=above, below=below)


def discover(
    method: Any, out: Path, asked: Sequence[str], figures: Path | None, as_json: bool, arm: str, **bounds: float | None
) -> None:
    """Scenario discovery by one of the two methods."""
    from sim.experiment.analysis import discovery
    from sim.plots import sweeps as plots

    sweep, chosen = opened(out, asked, arm, most=1)
    told, drawn, texts = [], Figures(), []
    for output in chosen:
        found = discovery.of(sweep, output, method=method, arm=arm, **bounds)
        told.append({"output": output} | found.as_dict())
        if found.boxes:
            drawn.append((f"{method}-{output}", plots.trade_off(found)))
        texts.append(boxes_told(found))
    finish(out, figures, as_json, {"analysis": method, "arm": arm, "outputs": told}, texts, drawn)


def boxes_told(found: Discovery) -> str:
    """The boxes as text."""
    head = f"{found.interest}: {found.share:.0%} of {found.runs} runs"
    if not found.boxes:
        return f"{head}\n  no box is clearly denser than the whole"
    rows = [
        (n, *percents(box.density), *percents(box.coverage), f"{box.mass:.0%}", " and ".join(map(str, box.limits)))
        for n, box in enumerate(found.boxes, 1)
    ]
    doubtful = {limit.name for box in found.boxes for limit in box.limits if (limit.doubt or 0) > 0.05}
    note = f"\n  Limits that may be accidents (quasi-p above .05): {', '.join(sorted(doubtful))}." if doubtful else ""
    columns = ("box", "density", "95% interval", "coverage", "95% interval", "mass", "where")
    return f"{head}\n{table(columns, rows, indent=2)}{note}"


@analyze.command(epilog=example("arms sweeps/middle-powers --by rivalry_among_poles.mean"))
@of_sweep
@click.option("--against", default="base", show_default=True, metavar="NAME", help="The arm to compare with.")
@click.option("--by", metavar="COLUMN", help="Also for low, middle and high values of a factor or output.")
def arms(out: Path, asked: Sequence[str], figures: Path | None, as_json: bool, against: str, by: str | None) -> None:
    """What each arm changes: paired differences with intervals, effect sizes, variance saved by pairing."""
    from sim.experiment.analysis.arms import by_level, differences
    from sim.plots import sweeps as plots

    sweep, chosen = opened(out, asked, against)
    runs = sweep.runs()
    found = differences(runs, chosen, against=against)
    told: dict[str, Any] = {"analysis": "arms", "against": against, "arms": [each.as_dict() for each in found]}
    texts, drawn = [], Figures()
    for output in chosen:
        held = [each for each in found if each.output == output]
        texts.append(f"{output}: {held[0].base:.4g} in '{against}'\n{arms_told(held)}")
        drawn.append((f"arms-{output}", plots.arm_effects(found, output, unit=unit_of(sweep, output))))
    if by:
        told["by"] = []
        for number, (_, part) in enumerate(by_level(runs, by, against=against).groupby("level")):
            name = ("low", "middle", "high")[number]
            levels = differences(part, chosen, against=against)
            told["by"].append({"column": by, "level": name, "arms": [each.as_dict() for each in levels]})
            for output in chosen:
                held = [each for each in levels if each.output == output]
                texts.append(f"{output} where {by} is {name}\n{arms_told(held)}")
    finish(out, figures, as_json, told, texts, drawn)


def arms_told(held: Sequence[Any]) -> str:
    """Differences of one output as a table."""
    rows = [
        (
            e.arm,
            f"{e.diff:+.4g}",
            f"{e.low:+.4g} to {e.high:+.4g}",
            f"{e.effect:+.2f}",
            f"{e.variance_ratio:.3g}",
            e.pairs,
        )
        for e in held
    ]
    return table(("arm", "difference", "95% interval", "in sd", "variance ratio", "pairs"), rows, indent=2)


@analyze.command(epilog=example("convergence sweeps/balancing"))
@of_sweep
@arm_option
def convergence(out: Path, asked: Sequence[str], figures: Path | None, as_json: bool, arm: str) -> None:
    """Whether there were runs enough: estimates from a quarter, a half and all of the design."""
    from sim.experiment.analysis import convergence as growth
    from sim.plots import sweeps as plots

    sweep, chosen = opened(out, asked, arm)
    told, drawn, texts = [], Figures(), []
    what = "total Sobol index" if sweep.design.kind == "saltelli" else "mean"
    for output in chosen:
        steps = growth.of(sweep, output, arm=arm)
        calm = growth.settled(steps)
        told.append({"output": output, "of": what, "steps": [step.as_dict() for step in steps], "settled": calm})
        drawn.append((f"convergence-{output}", plots.convergence(steps, unit=what)))
        rows = [(s.name, s.rows, f"{s.value:.4g}", f"{s.low:.4g} to {s.high:.4g}") for s in steps]
        texts.append(f"{output}: {what}\n{table(('of', 'rows', 'value', '95% interval'), rows, indent=2)}")
    finish(out, figures, as_json, {"analysis": "convergence", "arm": arm, "outputs": told}, texts, drawn)


# -- what the commands share -------------------------------------------------------------------------------------------
def opened(out: Path, asked: Sequence[str], arm: str, *, most: int = MOST) -> tuple[Sweep, list[str]]:
    """The sweep and the outputs to look at: those asked for, else the first means that vary."""
    from sim.experiment.analysis.outcomes import chosen, finished
    from sim.experiment.store import open_sweep

    sweep = open_sweep(out)
    runs = finished(sweep, arm)
    outputs = chosen(sweep, runs, asked)
    if asked:
        return sweep, outputs
    varying = [name for name in outputs if runs[name].nunique() > 1]
    means = [name for name in varying if name.endswith(".mean")]
    return sweep, (means or varying or outputs)[:most]


def unit_of(sweep: Sweep, output: str) -> str:
    """The unit of an output as schema.json says."""
    return str(sweep.schema.get("columns", {}).get(output, {}).get("unit", ""))


def shares(share: Any) -> tuple[str, str]:
    """A number and its interval as texts."""
    return f"{share.value:.4g}", f"{share.low:.3g} to {share.high:.3g}"


def percents(share: Any) -> tuple[str, str]:
    """A share and its interval as texts."""
    return f"{share.value:.0%}", f"{share.low:.0%} to {share.high:.0%}"


def finish(
    out: Path, figures: Path | None, as_json: bool, told: dict[str, Any], texts: Sequence[str], drawn: Figures
) -> None:
    """Write the figures, then print the tables or JSON."""
    paths = list(saved(drawn, figures or out / "analysis"))
    if as_json:
        click.echo(json.dumps(finite(told | {"sweep": str(out), "figures": [str(path) for path in paths]})))
        return
    click.echo("\n\n".join(texts))
    if paths and for_people():
        click.echo("")
    for path in paths:
        click.echo(f"Figure: {path}")


def saved(drawn: Figures, folder: Path) -> Iterator[Path]:
    """Write the figures; each appears whole or not at all."""
    from sim.plots.style import save_svg

    for name, figure in drawn:
        folder.mkdir(parents=True, exist_ok=True)
        yield save_svg(figure, folder / f"{re.sub(r'[^A-Za-z0-9_.-]+', '-', name)}.svg")


def finite(value: Any) -> Any:
    """The same without numbers that JSON does not know: null stands for them."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    if isinstance(value, float) or hasattr(value, "dtype"):
        plain = value.item() if hasattr(value, "item") else value
        return plain if not isinstance(plain, float) or abs(plain) < float("inf") else None
    return value
