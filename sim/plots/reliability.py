"""A reliability diagram: what happened against what was expected, bin by bin."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from sim.plots.style import COLOURS, INK, READABLE, SOFT, Margins, canvas, look

if TYPE_CHECKING:
    from sim.empirical.scoring import Reliability

SIZE = (420.0, 360.0)
LEAST = 1e-5
"""Chances below this are drawn here: a logarithmic axis has no zero."""


def reliability_diagram(diagrams: Mapping[str, Reliability]) -> Figure:
    """Rates with Wilson intervals over mean forecasts on logarithmic axes, and the diagonal of a perfect forecast.

    Args:
        diagrams: name of the kind of pairs -> its bins.
    """
    with look():
        figure, axes = canvas(*SIZE, Margins(left=56, right=14, top=26, bottom=42))
        axes.set_xscale("log")
        axes.set_yscale("log")
        shown = [np.maximum(np.concatenate([each.forecast, each.low, each.high]), LEAST) for each in diagrams.values()]
        low, high = min(part.min() for part in shown), min(1.0, max(part.max() for part in shown))
        axes.plot([low, high], [low, high], color=SOFT, linewidth=1, linestyle="--", zorder=1)
        for number, (name, each) in enumerate(diagrams.items()):
            colour = COLOURS[number]
            x, rate = np.maximum(each.forecast, LEAST), np.maximum(each.rate, LEAST)
            below, above = rate - np.maximum(each.low, LEAST), each.high - rate
            axes.errorbar(
                x, rate, yerr=np.maximum([below, above], 0), fmt="o-", color=colour, markersize=4, linewidth=1.2
            )
            axes.annotate(
                f"{name} pairs",
                (0.03, 0.95 - 0.07 * number),
                xycoords="axes fraction",
                color=READABLE.get(colour, colour),
                fontweight="bold",
                va="top",
            )
        axes.annotate("perfect", (high, high), xytext=(-4, -14), textcoords="offset points", color=SOFT, ha="right")
        axes.set_xlabel("expected chance of a dispute that begins within a year")
        axes.set_ylabel("share of pairs and years in which one did")
        axes.set_title("Expected and happened", loc="left", color=INK, fontsize=11)
        axes.grid(visible=True, which="major", axis="both")
    return figure


def save(figure: Figure, path: Path) -> None:
    """Write a figure as SVG that repeats bit for bit."""
    with look():
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
