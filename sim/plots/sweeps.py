"""What many runs say, as figures: intervals in rows, steps of convergence, boxes of discovery, phase diagrams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from sim.core.columns import Array
from sim.plots.style import (
    COLOURS,
    INK,
    NEUTRAL,
    READABLE,
    SOFT,
    Margins,
    canvas,
    clipped,
    label_ends,
    look,
    text_width,
)

if TYPE_CHECKING:
    from sim.experiment.analysis.arms import Difference
    from sim.experiment.analysis.convergence import Step
    from sim.experiment.analysis.discovery import Discovery, Limit
    from sim.experiment.analysis.elementary import Morris
    from sim.experiment.analysis.sensitivity import Share, Sobol

WIDTH = 520.0
ROW = 26.0


def rows_of_intervals(
    names: Sequence[str],
    series: Mapping[str, tuple[Array, Array, Array]],
    *,
    unit: str,
    zero: bool = True,
    title: str = "",
) -> Figure:
    """One row a name, in it a point with its interval for every series.

    Args:
        series: label -> (value, low, high), (rows,) each.
        unit: title of the horizontal axis.
        zero: draw a line at 0.
    """
    several = len(series) > 1
    with look():
        left = 14 + max(text_width(clipped(name, 40), 9.5) for name in names) * 0.92
        height = 50 + ROW * len(names) + (18 if several else 0) + (18 if title else 0)
        top = 8 + (18 if several else 0) + (18 if title else 0)
        figure, axes = canvas(max(WIDTH, left + 280), height, Margins(left=left, right=16, top=top, bottom=40))
        places = np.arange(len(names))[::-1].astype(float)
        for k, (label, (value, low, high)) in enumerate(series.items()):
            shift = (0.5 * (len(series) - 1) - k) * 0.28
            y, colour = places + shift, COLOURS[k % len(COLOURS)]
            axes.hlines(y, low, high, color=colour, linewidth=2.2, alpha=0.75)
            axes.plot(value, y, "o", color=colour, markersize=5)
            if several:
                axes.annotate(
                    label,
                    (0, 1),
                    xytext=(120 * k, 6),
                    xycoords="axes fraction",
                    textcoords="offset points",
                    color=READABLE.get(colour, colour),
                    fontweight="bold",
                )
        if zero:
            axes.axvline(0, color=SOFT, linewidth=1, zorder=0)
        axes.set_yticks(places, [clipped(name, 40) for name in names])
        axes.set_ylim(-0.6, len(names) - 0.4)
        axes.grid(visible=True, axis="x")
        axes.grid(visible=False, axis="y")
        axes.set_xlabel(unit)
        if title:
            axes.set_title(title, loc="left", color=INK, fontsize=11, pad=24 if several else 8)
    return figure


def sensitivity(indices: Sobol) -> Figure:
    """Total and first-order Sobol indices with their intervals, the strongest factor on top."""
    order = sorted(range(len(indices.factors)), key=lambda k: -indices.total[k].value)
    kinds = {"total": indices.total, "first order": indices.first}
    series = {label: _parts([shares[k] for k in order]) for label, shares in kinds.items()}
    names = [indices.factors[k] for k in order]
    return rows_of_intervals(names, series, unit=f"share of the variance of {indices.output}")


def _parts(shares: Sequence[Share]) -> tuple[Array, Array, Array]:
    value, low, high = (np.array([getattr(share, part) for share in shares]) for part in ("value", "low", "high"))
    return value, low, high


def screening(found: Morris) -> Figure:
    """Elementary effects: mean size against spread; what lies high bends or interacts."""
    with look():
        figure, axes = canvas(WIDTH, 320, Margins(left=62, right=110, top=10, bottom=44))
        x, low, high = _parts([effect.strength for effect in found.effects])
        y = np.array([effect.spread for effect in found.effects])
        axes.errorbar(
            x, y, xerr=np.maximum([x - low, high - x], 0), fmt="o", color=COLOURS[0], ecolor=NEUTRAL, markersize=5
        )
        for effect, at, height in zip(found.effects, x, y, strict=True):
            axes.annotate(
                clipped(effect.name, 32), (at, height), xytext=(6, 4), textcoords="offset points", fontsize=8.5
            )
        axes.set_xlim(left=0)
        axes.set_ylim(0, 1.12 * max(float(y.max()), 1e-9))
        axes.grid(visible=True, axis="both")
        axes.set_xlabel(f"mean size of the effect on {found.output} over the factor's range")
        axes.set_ylabel("spread (interaction, curvature)")
    return figure


def arm_effects(differences: Sequence[Difference], output: str, *, unit: str = "") -> Figure:
    """What every arm changes in one output, with intervals."""
    held = [each for each in differences if each.output == output]
    values, low, high = (np.array([getattr(each, part) for each in held]) for part in ("diff", "low", "high"))
    label = f"change of {output}" + (f" ({unit})" if unit and unit != "1" else "")
    return rows_of_intervals([each.arm for each in held], {"difference": (values, low, high)}, unit=label)


def convergence(steps: Sequence[Step], *, unit: str) -> Figure:
    """Estimates from a quarter, a half and all of the rows, with their intervals."""
    names = list(dict.fromkeys(step.name for step in steps))
    with look():
        widest = max(text_width(clipped(name, 34), 9) for name in names)
        figure, axes = canvas(WIDTH + 60, 300, Margins(left=58, right=16 + widest, top=10, bottom=42))
        sizes = sorted({step.rows for step in steps})
        ends: dict[str, tuple[float, str]] = {}
        for k, name in enumerate(names):
            held = sorted((step for step in steps if step.name == name), key=lambda step: step.rows)
            colour = COLOURS[k % len(COLOURS)]
            at = np.array([sizes.index(step.rows) for step in held]) + (k - (len(names) - 1) / 2) * 0.03
            value = np.array([step.value for step in held])
            bars = np.nan_to_num([value - [s.low for s in held], np.array([s.high for s in held]) - value])
            axes.errorbar(at, value, yerr=np.maximum(bars, 0), fmt="o-", color=colour, markersize=4, linewidth=1.4)
            ends[clipped(name, 34)] = (float(value[-1]), colour)
        axes.set_xticks(range(len(sizes)), [str(size) for size in sizes])
        axes.set_xlabel("rows of the design")
        axes.set_ylabel(unit)
        label_ends(axes, ends, size=9)
    return figure


def trade_off(found: Discovery) -> Figure:
    """Boxes by coverage and density, with intervals; of PRIM also the way to the first box."""
    with look():
        figure, axes = canvas(400, 320, Margins(left=56, right=16, top=12, bottom=42))
        if found.trade_off:
            way = np.array(found.trade_off)
            axes.plot(way[:, 0], way[:, 1], "o-", color=NEUTRAL, markersize=3, linewidth=1)
        axes.axhline(found.share, color=SOFT, linewidth=1, linestyle="--")
        axes.annotate("all runs", (1, found.share), xytext=(-4, 4), textcoords="offset points", ha="right", color=SOFT)
        for number, box in enumerate(found.boxes, 1):
            colour = COLOURS[(number - 1) % len(COLOURS)]
            bars = [_bars(share) for share in (box.coverage, box.density)]
            axes.errorbar(box.coverage.value, box.density.value, xerr=bars[0], yerr=bars[1], fmt="o", color=colour)
            at = (box.coverage.value, box.density.value)
            axes.annotate(
                f"box {number}", at, xytext=(7, 6), textcoords="offset points", color=READABLE.get(colour, colour)
            )
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(0, 1.05)
        axes.grid(visible=True, axis="both")
        axes.set_xlabel("coverage: share of the cases that it explains")
        axes.set_ylabel("density: share of the box that are cases")
    return figure


def _bars(share: Share) -> list[list[float]]:
    return [[max(share.value - share.low, 0)], [max(share.high - share.value, 0)]]


def cases_and_boxes(x: Array, y: Array, hit: Array, names: tuple[str, str], found: Discovery) -> Figure:
    """Runs over two factors, those of interest coloured, with the sides of the boxes that bound these two."""
    with look():
        figure, axes = canvas(460, 360, Margins(left=62, right=16, top=26, bottom=44))
        for cases, colour in ((~hit, NEUTRAL), (hit, COLOURS[1])):
            axes.plot(x[cases], y[cases], "o", color=colour, markersize=3, alpha=0.7)
        ranges = ((float(x.min()), float(x.max())), (float(y.min()), float(y.max())))
        for number, box in enumerate(found.boxes):
            sides = {limit.name: limit for limit in box.limits}
            (left, right), (low, top) = (_span(sides.get(n), *ends) for n, ends in zip(names, ranges, strict=True))
            colour = COLOURS[(0, 2, 3)[number % 3]]
            axes.plot([left, right, right, left, left], [low, low, top, top, low], color=colour, linewidth=1.8)
            axes.annotate(f"box {number + 1}", (left, top), xytext=(3, -12), textcoords="offset points", color=colour)
        axes.set_xlabel(names[0])
        axes.set_ylabel(names[1])
        axes.set_title(found.interest, loc="left", fontsize=10, color=READABLE.get(COLOURS[1], COLOURS[1]))
    return figure


def _span(limit: Limit | None, low: float, high: float) -> tuple[float, float]:
    if limit is None:
        return low, high
    return low if limit.low is None else limit.low, high if limit.high is None else limit.high


def phase_diagram(
    x: Array, y: Array, z: Array, *, names: tuple[str, str], unit: str, cells: int = 8, level: float | None = None
) -> Figure:
    """Mean of an output over two factors, in cells; a line where it crosses a level.

    Args:
        x, y, z: factors and output of points, (k,).
        cells: in each direction; a cell without points stays empty.
    """
    edges = [np.linspace(values.min(), values.max(), cells + 1) for values in (x, y)]
    number = np.histogram2d(x, y, bins=edges)[0]
    total = np.histogram2d(x, y, bins=edges, weights=z)[0]
    mean = np.where(number > 0, total / np.maximum(number, 1), np.nan)
    with look():
        figure, axes = canvas(480, 370, Margins(left=62, right=90, top=12, bottom=44))
        shown = axes.pcolormesh(edges[0], edges[1], np.ma.masked_invalid(mean.T), cmap="cividis", rasterized=False)
        bar = figure.colorbar(shown, cax=figure.add_axes((1 - 74 / 480, 44 / 370, 14 / 480, 1 - 56 / 370)))
        bar.set_label(unit, color=SOFT)
        bar.outline.set_visible(False)
        if level is not None and np.isfinite(mean).all() and mean.min() < level < mean.max():
            middle = [(edge[1:] + edge[:-1]) / 2 for edge in edges]
            axes.contour(middle[0], middle[1], mean.T, levels=[level], colors="#ffffff", linewidths=2)
        axes.grid(visible=False)
        axes.set_xlabel(names[0])
        axes.set_ylabel(names[1])
    return figure


def moderated(
    levels: Sequence[str], series: Mapping[str, tuple[Array, Array, Array]], *, unit: str, moderator: str
) -> Figure:
    """What arms change, at several levels of something else: lines with intervals."""
    with look():
        widest = max(text_width(clipped(name, 30), 9) for name in series)
        figure, axes = canvas(WIDTH, 300, Margins(left=62, right=16 + widest, top=10, bottom=42))
        ends: dict[str, tuple[float, str]] = {}
        for k, (name, (value, low, high)) in enumerate(series.items()):
            colour = COLOURS[k % len(COLOURS)]
            at = np.arange(len(levels)) + (k - (len(series) - 1) / 2) * 0.05
            axes.errorbar(at, value, yerr=[value - low, high - value], fmt="o-", color=colour, markersize=5)
            ends[clipped(name, 30)] = (float(value[-1]), colour)
        axes.axhline(0, color=SOFT, linewidth=1)
        axes.set_xticks(range(len(levels)), list(levels))
        axes.set_xlabel(moderator)
        axes.set_ylabel(unit)
        label_ends(axes, ends, size=9)
    return figure
