"""What `detente sweep` says: of a plan, and of how a sweep stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.cli.pace import span
from sim.cli.text import paragraph, table

if TYPE_CHECKING:
    from sim.experiment.design import Design
    from sim.experiment.planning import Plan
    from sim.experiment.upkeep import Standing

UNITS = ("bytes", "kB", "MB", "GB", "TB")


def size(number: float) -> str:
    """A number of bytes as people say it."""
    for unit in UNITS:
        if number < 1000 or unit == UNITS[-1]:
            return f"{number:.0f} {unit}" if unit == "bytes" else f"{number:.3g} {unit}"
        number /= 1000
    raise AssertionError


def planned(design: Design, plan: Plan) -> str:
    """A plan for people."""
    parts = [(len(design.sources), "scenario"), (len(design.points), "point"), (len(design.arms), "arm")]
    product = " x ".join(f"{n:,} {word}{'' if n == 1 else 's'}" for n, word in [*parts, (design.replicates, "seed")])
    rows = [
        ["runs", f"{plan.runs:,} = {product}"],
        ["done already", f"{plan.done:,}"],
        ["a run takes", f"{plan.seconds_per_run:.3g} s ({plan.pilot} tried)"],
        ["all take", f"{span(plan.seconds)} = {plan.seconds / 3600:.3g} h with {plan.workers} workers"],
        ["on disk", f"{size(plan.bytes)} = {plan.bytes / 1e9:.3g} GB"],
    ]
    rows += [["did not end well", f"{plan.failed} of the {plan.pilot} tried: {plan.error}"]] if plan.failed else []
    return f"{design.name}\n{table(['', ''], rows, indent=2).lstrip(chr(10))}"


def standing(found: Standing) -> str:
    """How a sweep stands, for people."""
    by_status = ", ".join(f"{number:,} {status}" for status, number in found.statuses.items())
    lines = [f"{found.out}: {found.done:,} of {found.runs:,} runs{f' ({by_status})' if by_status else ''}"]
    if found.left and found.pace:
        lines.append(f"  {found.pace:.3g} a second when last heard of, {span(found.quiet)} ago")
    lines += [paragraph(f"{number:,} x {error}", indent=2, hang=True) for error, number in found.errors.items()]
    if found.left:
        lines.append(f"  go on with: detente sweep resume {found.out}")
    elif found.errors:
        lines.append(f"  run the failed ones again with: detente sweep retry {found.out}")
    return "\n".join(lines)
