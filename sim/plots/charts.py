"""Lines over time, with bands over replicates; counts a year as bars; a portfolio as stacked areas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.core.columns import Array
from sim.plots.style import (
    COLOURS,
    INK,
    NEUTRAL,
    PAPER,
    SOFT,
    Margins,
    canvas,
    clipped,
    label_ends,
    look,
    pole_colours,
    text_width,
    years,
)
from sim.results import Run

SIZE = (336.0, 226.0)
SMALL = (200.0, 140.0)
WIDE = (800.0, 360.0)
BAND = (10, 90)
"""Percentiles between which a band over replicates runs."""


@dataclass(frozen=True)
class Line:
    """One line of a chart: a name, values of every run (r, t), a colour, a weight; a faint one stays behind."""

    label: str
    values: Array
    colour: str
    width: float = 2.0
    dashes: bool = False


def time_of(runs: Sequence[Run]) -> Array:
    """The dates that all runs share."""
    return runs[0].time


def stacked(runs: Sequence[Run], name: str) -> Array:
    """A scalar measure in every run, (r, t)."""
    return np.stack([run.series[name] for run in runs])


def of_state(runs: Sequence[Run], name: str, code: str) -> Array:
    """A column or measure of one state in every run, (r, t)."""
    return np.stack([run.states[name][:, run.row(code)] for run in runs])


def lines(
    time: Array,
    drawn: Sequence[Line],
    *,
    unit: str,
    percent: bool = False,
    low: float | None = None,
    high: float | None = None,
    threshold: tuple[float, str] | None = None,
    size: tuple[float, float] = SIZE,
) -> Figure:
    """Lines over time, each named at its end; of several runs the median and a band (10th to 90th percentile).

    Args:
        unit: title of the vertical axis, with the unit.
        low, high: ends of the vertical axis where the data do not decide.
        threshold: a height to mark, and what it means.
    """
    with look():
        widest = max((text_width(line.label, 10) for line in drawn), default=0.0) if len(drawn) > 1 else 6.0
        figure, axes = canvas(*size, Margins(right=12 + widest))
        for line in drawn:
            _draw(axes, time, line)
        _heights(axes, low, high, percent)
        years(axes, time)
        axes.set_ylabel(unit)
        if threshold is not None:
            _mark(axes, *threshold)
        if len(drawn) > 1:
            label_ends(axes, {line.label: (float(np.median(line.values[:, -1])), line.colour) for line in drawn})
    return figure


def _draw(axes: Axes, time: Array, line: Line) -> None:
    middle = np.median(line.values, axis=0)
    if len(line.values) > 1:
        low, high = np.percentile(line.values, BAND, axis=0)
        axes.fill_between(time, low, high, color=line.colour, alpha=0.18, linewidth=0)
    style = (0, (4, 2)) if line.dashes else "-"
    axes.plot(time, middle, color=line.colour, linewidth=line.width, linestyle=style, clip_on=False)


def _heights(axes: Axes, low: float | None, high: float | None, percent: bool) -> None:
    bottom, top = axes.get_ylim()
    empty = all(not np.any(line.get_ydata()) for line in axes.lines)
    bottom, top = bottom if low is None else low, 1.0 if empty else top
    axes.set_ylim(bottom, top if high is None else high)
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    if percent:
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.3g}"))


def _mark(axes: Axes, height: float, meaning: str) -> None:
    low, high = axes.get_ylim()
    if low <= height <= high:
        axes.axhline(height, color=SOFT, linewidth=1, linestyle=(0, (2, 2)))
        place = (axes.get_xlim()[0], height)
        axes.annotate(meaning, place, xytext=(3, 3), textcoords="offset points", fontsize=9, color=SOFT)


def measures(runs: Sequence[Run], named: Mapping[str, str], *, unit: str, scale: float = 1.0, **more: object) -> Figure:
    """Scalar measures over time: measure -> label."""
    colours = (INK, *COLOURS) if len(named) == 1 else COLOURS
    drawn = [
        Line(label, scale * stacked(runs, name), colour)
        for (name, label), colour in zip(named.items(), colours, strict=False)
    ]
    return lines(time_of(runs), drawn, unit=unit, **more)  # type: ignore[arg-type]


def state_measures(runs: Sequence[Run], code: str, named: Mapping[str, str], *, unit: str, **more: object) -> Figure:
    """Measures of one state over time: column -> label."""
    drawn = [
        Line(label, of_state(runs, name, code), colour)
        for (name, label), colour in zip(named.items(), COLOURS, strict=False)
    ]
    return lines(time_of(runs), drawn, unit=unit, **more)  # type: ignore[arg-type]


def across_states(
    runs: Sequence[Run], name: str, codes: Sequence[str], *, first: str | None, unit: str, **more: object
) -> Figure:
    """One measure of several states over time; `first` stands out."""
    others = iter((*COLOURS[1:], *COLOURS[1:]))
    drawn = []
    for code in codes:
        special = code == first
        colour = COLOURS[0] if special else next(others)
        drawn.append(Line(clipped(runs[0].title(code)), of_state(runs, name, code), colour, 3.0 if special else 1.4))
    return lines(time_of(runs), drawn[::-1], unit=unit, **more)  # type: ignore[arg-type]


def pole_power(runs: Sequence[Run], **more: object) -> Figure:
    """Share of world power of every pole over time."""
    run, colours = runs[0], pole_colours(runs[0].names.poles)
    weights = weights_of_poles(run)
    drawn = [
        Line(clipped(run.title(code)), np.stack([r.states["power"] @ weights[g] for r in runs]), colours[code])
        for g, code in enumerate(run.names.poles)
    ]
    return lines(time_of(runs), drawn, unit="share of world power (%)", percent=True, low=0, **more)  # type: ignore[arg-type]


def weights_of_poles(run: Run) -> Array:
    """Weight of every state in every pole, (g, n)."""
    table = [run.scenario.poles[pole] for pole in run.names.poles]
    return np.array([[members.get(code, 0.0) for code in run.names.states] for members in table])


def yearly(runs: Sequence[Run], name: str) -> tuple[Array, Array]:
    """Yearly increase of a cumulative measure: whole years (y,), and counts in every run (r, y)."""
    time, values = time_of(runs), stacked(runs, name)
    edges = np.arange(np.floor(time[0] + 1e-9), np.ceil(time[-1] - 1e-9) + 1)
    at = np.clip(np.searchsorted(time, edges + 1e-9) - 1, 0, len(time) - 1)
    return edges[:-1], np.diff(values[:, at], axis=1)


def counts(runs: Sequence[Run], named: Mapping[str, str], *, unit: str, size: tuple[float, float] = SIZE) -> Figure:
    """Events a year as bars (of several runs the mean, with a whisker from the 10th to the 90th percentile).

    Args:
        named: cumulative measure -> label; each is drawn before the one that went before (a part of it).
    """
    with look():
        figure, axes = canvas(*size, Margins(top=24))
        for (name, label), colour, width in zip(named.items(), COLOURS, (0.8, 0.8, 0.5), strict=False):
            when, number = yearly(runs, name)
            axes.bar(when + 0.5, number.mean(axis=0), width=width, color=colour, label=label, linewidth=0)
            if len(runs) > 1 and name == next(iter(named)):
                low, high = np.percentile(number, BAND, axis=0)
                axes.vlines(when + 0.5, low, high, color=INK, linewidth=0.8)
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.set_ylim(bottom=0)
        years(axes, time_of(runs))
        axes.set_ylabel(unit)
        _legend(axes)
    return figure


def _legend(axes: Axes) -> None:
    axes.legend(
        loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=4, frameon=False, fontsize=9.5, handlelength=0.9,
        handleheight=0.9, columnspacing=1.2, borderaxespad=0.1, handletextpad=0.5,
    )  # fmt: skip


def ranked(names: Sequence[str], parts: Mapping[str, Sequence[float]], *, unit: str) -> Figure:
    """Horizontal bars, the longest first: parts laid end to end.

    Args:
        names: of the bars. parts: label -> length of its part in every bar.
    """
    with look():
        names = [clipped(name, 26) for name in names]
        left = 14 + max((text_width(name, 10) for name in names), default=0)
        figure, axes = canvas(SIZE[0], 74 + 19 * len(names), Margins(left=left, top=26, right=20))
        start = np.zeros(len(names))
        for (label, lengths), colour in zip(parts.items(), COLOURS, strict=False):
            axes.barh(np.arange(len(names)), lengths, left=start, color=colour, label=label, height=0.7)
            start = start + np.asarray(lengths)
        axes.set_yticks(np.arange(len(names)), names, color=INK)
        axes.invert_yaxis()
        axes.grid(visible=False, axis="y")
        axes.grid(visible=True, axis="x")
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.set_xlabel(unit)
        axes.set_ylabel("")
        _legend(axes)
    return figure


def portfolio(runs: Sequence[Run], code: str, *, size: tuple[float, float] = SIZE) -> Figure:
    """The portfolio of a state as stacked areas, named at the right; of several runs the mean."""
    run = runs[0]
    shares = np.mean([each.alignment[:, each.row(code)] for each in runs], axis=0)
    small = size[0] < 300
    titles = [clipped(run.title(pole)) for pole in run.names.poles] + ["non-aligned"]
    colours = [*pole_colours(run.names.poles).values(), NEUTRAL]
    stack = np.column_stack([shares[:, 1:], shares[:, 0]]).T
    with look():
        right = 12.0 if small else 12 + max(text_width(f"{title} 00%", 10) for title in titles)
        figure, axes = canvas(*size, Margins(left=40 if small else 46, right=right, bottom=36 if small else 38))
        axes.stackplot(time_of(runs), stack, colors=colours, linewidth=0.6, edgecolor=PAPER)
        axes.set_ylim(0, 1)
        axes.set_yticks([0, 0.5, 1] if small else [0, 0.25, 0.5, 0.75, 1])
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.0f}"))
        years(axes, time_of(runs))
        axes.set_ylabel("share (%)" if small else "share of the portfolio (%)")
        if not small:
            _name_areas(axes, stack[:, -1], titles, colours)
    return figure


def _name_areas(axes: Axes, ends: Array, titles: Sequence[str], colours: Sequence[str]) -> None:
    middle = np.cumsum(ends) - ends / 2
    texts = [f"{title} {share:.0%}" for title, share in zip(titles, ends, strict=True)]
    label_ends(axes, dict(zip(texts, zip(middle.tolist(), colours, strict=True), strict=True)))
