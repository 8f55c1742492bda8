"""How figures look: a palette that the colour-blind can read, sizes, direct labels, SVG that repeats bit for bit."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from sim.core.columns import Array

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6BB1", "#B2A300", "#666666")
"""Okabe & Ito (2008), in an order that keeps neighbours apart, then three more for crowded systems of poles."""
INK, SOFT, GRID, PAPER = "#1b2733", "#5b6b7a", "#d9dfe5", "#ffffff"
NEUTRAL = "#C6CED5"
"""Of non-alignment."""
WHITE, BLACK = "#fffffe", "#1b2734"
"""Of text on a coloured or grey ground, which stays as it is on dark pages."""
READABLE = {
    "#E69F00": "#A87400", "#56B4E9": "#2B80B5", "#B2A300": "#7F7500", "#CC79A7": "#AE4F84", "#009E73": "#00805D",
    NEUTRAL: SOFT,
}  # fmt: skip
"""Darker shades of the light colours, for text."""
WARNING = "#A63603"
LOOK: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "detente",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.labelsize": 9.5,
    "axes.labelcolor": SOFT,
    "axes.edgecolor": GRID,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "xtick.labelsize": 9.5,
    "ytick.labelsize": 9.5,
    "text.color": INK,
    "lines.linewidth": 2,
    "lines.solid_capstyle": "round",
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
}


@contextmanager
def look() -> Iterator[None]:
    """The look of all figures, inside the block; global settings stay as they were. A block inside a block is free."""
    if all(mpl.rcParams[name] == LOOK[name] for name in ("svg.hashsalt", "text.color", "lines.linewidth")):
        yield
        return
    with mpl.rc_context(cast(Any, LOOK)):
        yield


@dataclass(frozen=True)
class Margins:
    """Space around the axes in points."""

    left: float = 46
    right: float = 12
    top: float = 10
    bottom: float = 38


class Drawing(Figure):
    """A figure that notebooks show in place."""

    def _repr_svg_(self) -> str:
        return svg(self, f"d{id(self):x}", label="figure")


def canvas(width: float, height: float, margins: Margins | None = None) -> tuple[Figure, Axes]:
    """A figure with one pair of axes; sizes in points (1/72 inch)."""
    space = margins or Margins()
    figure = Drawing(figsize=(width / 72, height / 72))
    FigureCanvasSVG(figure)
    box = (
        space.left / width,
        space.bottom / height,
        1 - (space.left + space.right) / width,
        1 - (space.top + space.bottom) / height,
    )
    return figure, figure.add_axes(box)


def pole_colours(poles: Sequence[str]) -> dict[str, str]:
    """A colour for every pole, by its place in the list; the same in all figures of a run."""
    return {code: COLOURS[g % len(COLOURS)] for g, code in enumerate(poles)}


def clipped(text: str, most: int = 22) -> str:
    """A name short enough for a label."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def text_width(text: str, size: float) -> float:
    """About how wide a text is, in points."""
    return 0.62 * size * len(text)


def apart(places: Sequence[float], gap: float, low: float, high: float) -> Array:
    """Places as near as possible to the wanted ones, in their order, at least `gap` apart and between the limits."""
    order = np.argsort(places, kind="stable")
    gap = min(gap, (high - low) / max(len(places) - 1, 1))
    spread = np.asarray(places, dtype=float)[order] - gap * np.arange(len(places))
    groups: list[list[float]] = []
    for value in spread:  # neighbours that would overlap share the mean of what they want
        groups.append([value])
        while len(groups) > 1 and np.mean(groups[-2]) > np.mean(groups[-1]):
            last = groups.pop()
            groups[-1] += last
    flat = np.concatenate([np.full(len(group), np.mean(group)) for group in groups]) if groups else spread
    flat = np.clip(flat, low, max(low, high - gap * (len(places) - 1))) + gap * np.arange(len(places))
    result = np.empty(len(places))
    result[order] = flat
    return result


def label_ends(axes: Axes, labels: Mapping[str, tuple[float, str]], size: float = 10) -> None:
    """Write names at the right end of lines or areas, in their colour, where they do not overlap.

    Args:
        labels: text -> (height in data, colour).
    """
    low, high = axes.get_ylim()
    points = axes.get_window_extent().height * 72 / axes.figure.dpi
    wanted = [(value - low) / (high - low or 1) for value, _ in labels.values()]
    placed = apart(wanted, 1.25 * size / points, 0.0, 1.0)
    for (text, (_, colour)), height in zip(labels.items(), placed, strict=True):
        axes.annotate(
            text,
            (1, height),
            xytext=(5, 0),
            xycoords="axes fraction",
            textcoords="offset points",
            va="center",
            color=READABLE.get(colour, colour),
            fontsize=size,
            fontweight="bold",
            annotation_clip=False,
        )


def years(axes: Axes, time: Array) -> None:
    """A time axis: the first and the last date, and as many round years between as there is room for."""
    first, last = float(time[0]), float(time[-1])
    axes.set_xlim(first, last)
    width = axes.get_window_extent().width * 72 / axes.figure.dpi
    room = 36 * (last - first) / width  # years that one label takes
    step = next((s for s in (1, 2, 5, 10, 20, 25, 50, 100) if s >= 1.6 * room), 200)
    inner = [y for y in np.arange(np.ceil(first / step) * step, last, step) if min(y - first, last - y) >= room]
    axes.set_xticks([first, *inner, last], [f"{year:g}" for year in (first, *inner, last)])
    axes.set_xlabel("year")


def svg(figure: Figure, key: str, *, label: str) -> str:
    """A figure as an SVG element to stand in a page: scalable, described for those who do not see it.

    Args:
        key: sets the ids apart from those of other figures on the page.
        label: what it shows, for screen readers.
    """
    held = io.StringIO()
    with look():
        figure.savefig(held, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = held.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.S)
    text = re.sub(r'<style type="text/css">.*?</style>', "", text, flags=re.S)
    text = re.sub(r"<!--.*?-->\s*", "", text, flags=re.S)
    text = re.sub(r'\bid="([^"]+)"', rf'id="{key}-\1"', text)
    text = re.sub(r"url\(#", f"url(#{key}-", text).replace('xlink:href="#', f'href="#{key}-')
    width, height = (72 * size for size in figure.get_size_inches())
    head = f'<svg role="img" aria-label="{_escaped(label)}" viewBox="0 0 {width:.6g} {height:.6g}">'
    return re.sub(r"<svg[^>]*>", lambda _: head, text, count=1).strip()


def save_svg(figure: Figure, path: Path) -> Path:
    """Write a figure as an SVG file that repeats bit for bit, on white ground; it appears whole or not at all."""
    draft = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        with look():
            figure.savefig(draft, format="svg", facecolor=PAPER, metadata={"Date": None, "Creator": None})
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return path


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
