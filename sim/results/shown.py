"""A run as notebooks show it: a heading and a table of measures with small lines of how they went."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from sim.core.columns import Array

if TYPE_CHECKING:
    from sim.results.run import Run

WIDTH, HEIGHT = 120, 22


def run_html(run: Run) -> str:
    """The run as HTML: title, span, seed, and a row a measure with its start, end and course."""
    rows = "".join(
        f"<tr><td style='text-align:left'>{escape(name)}</td><td>{values[0]:.4g}</td><td>{values[-1]:.4g}</td>"
        f"<td>{spark(values)}</td></tr>"
        for name, values in run.series.items()
    )
    head = "".join(f"<th>{text}</th>" for text in ("measure", f"{run.time[0]:g}", f"{run.time[-1]:g}", "course"))
    said = f"seed {run.seed}, {len(run.names.states)} states, {len(run.time) - 1} steps, {len(run.events)} events"
    return (
        f"<p><b>{escape(run.scenario.title)}</b><br>{run.time[0]:g} to {run.time[-1]:g}, {said}</p>"
        f"<details open><summary>measures</summary><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        "</details>"
    )


def spark(values: Array) -> str:
    """A line of numbers (t,) as a small SVG."""
    finite = np.nan_to_num(np.asarray(values, dtype=float))
    low, span = float(finite.min()), float(np.ptp(finite)) or 1.0
    x = np.linspace(1, WIDTH - 1, len(finite))
    y = HEIGHT - 2 - (finite - low) / span * (HEIGHT - 4)
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="from {values[0]:.4g} to {values[-1]:.4g}">'
        f'<polyline points="{points}" fill="none" stroke="#0072B2" stroke-width="1.5"/></svg>'
    )
