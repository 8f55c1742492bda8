"""Pacts, friendship and rivalry as a network, at the start and at the end with every state in the same place."""

from __future__ import annotations

from typing import Literal

import networkx as nx
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from sim.core.columns import Array
from sim.plots.style import BLACK, INK, NEUTRAL, PAPER, WARNING, WHITE, Margins, canvas, look, pole_colours
from sim.results import Run

SIDE = 350.0
MOST = 48
"""States that a picture has room for; of more, the poles and the most powerful are drawn."""
FRIENDS = 2
"""Closest friends of every state that are drawn."""
FRIENDLY, RIVAL, DEFENCE = 0.2, 0.5, 4
FRIENDSHIP = "#7FB8A4"

Moment = Literal["start", "end"]


def drawn_states(run: Run) -> Array:
    """Positions of the states in the picture: those alive at the start or end, the poles and the mightiest first."""
    alive = run.states["alive"][[0, -1]].any(axis=0)
    inside = np.array([any(code in members for members in run.scenario.poles.values()) for code in run.names.states])
    order = np.argsort(-(run.states["power"].max(axis=0) + inside), kind="stable")
    return np.sort(order[alive[order]][:MOST])


def closest_friends(affinity: Array) -> Array:
    """Pairs of which one is among the `FRIENDS` closest friends of the other, bool (n, n), symmetric."""
    held = np.where(np.eye(len(affinity), dtype=bool), -np.inf, affinity)
    rank = (-held).argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
    near = (rank < FRIENDS) & (held > FRIENDLY)
    return near | near.T


def places(run: Run, shown: Array) -> Array:
    """Where the states stand, (k, 2) in 0..1: a spring layout of friendship and pacts of start and end together.

    It starts from the map and draws no random numbers, so the same run gives the same picture.
    """
    block = np.ix_(shown, shown)
    pull = np.zeros((len(shown), len(shown)))
    for pair in run.pairs.values():
        affinity = pair["affinity"][block]
        pull += np.maximum(affinity, 0) * closest_friends(affinity) + 0.6 * (pair["treaty_level"][block] == DEFENCE)
    states = [run.scenario.states[run.names.states[i]] for i in shown]
    where = np.array([[state.longitude / 180, state.latitude / 90] for state in states])
    where = where + 1e-3 * np.column_stack([np.cos(np.arange(len(shown))), np.sin(np.arange(len(shown)))])
    graph = nx.from_numpy_array(pull)
    found = nx.spring_layout(graph, pos=dict(enumerate(where)), k=1.3 / np.sqrt(len(shown)), iterations=120, seed=1)
    return spread(np.array([found[i] for i in range(len(shown))]))


def spread(points: Array, radius: float = 0.043) -> Array:
    """Points moved apart until discs of a radius hardly overlap, within the unit square, (k, 2)."""
    ranks = points.argsort(axis=0).argsort(axis=0) / max(len(points) - 1, 1)
    extent = np.maximum(np.ptp(points, axis=0), 1e-9)
    points = 0.5 * ranks + 0.5 * (points - points.min(axis=0)) / extent
    for _ in range(150):
        gap = points[:, None] - points[None, :]
        length = np.linalg.norm(gap, axis=-1) + np.eye(len(points))
        push = np.maximum(2 * radius - length, 0) / length * (1 - np.eye(len(points)))
        points = np.clip(points + 0.35 * (gap * push[:, :, None]).sum(axis=1), 0, 1)
    return points


def network(run: Run, moment: Moment, *, shown: Array | None = None, where: Array | None = None) -> Figure:
    """Defence pacts, closest friendships and rivalries at the start or end; discs have the colour of the largest tie.

    Args:
        shown: positions of the states to draw; where: their places, (k, 2), as `places` finds them.
    """
    shown = drawn_states(run) if shown is None else shown
    where = places(run, shown) if where is None else where
    step = 0 if moment == "start" else -1
    alive = run.states["alive"][step][shown].astype(bool)
    block = np.ix_(shown, shown)
    pair = {name: values[block] for name, values in run.pairs[moment].items()}
    upper = np.triu(np.outer(alive, alive), 1)
    edges = (
        (closest_friends(pair["affinity"]), FRIENDSHIP, 1.3, "-", 1),
        (pair["treaty_level"] == DEFENCE, INK, 1.6, "-", 2),
        ((pair["rivalry"] > RIVAL) | (pair["hostility"] >= 4), WARNING, 1.8, (0, (3, 2)), 3),
    )
    with look():
        figure, axes = canvas(SIDE, SIDE, Margins(18, 18, 18, 18))
        for tie, colour, width, style, order in edges:
            i, j = np.nonzero(tie & upper)
            ends = np.stack([where[i], where[j]], axis=1)
            axes.add_collection(
                LineCollection(
                    list(ends), colors=colour, linewidths=width, linestyles=[style], alpha=0.75, zorder=order
                )
            )
        _discs(axes, run, step, shown[alive], where[alive])
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        axes.axis("off")
    return figure


def _discs(axes: Axes, run: Run, step: int, shown: Array, where: Array) -> None:
    power = run.states["power"][step][shown]
    size = 400 + 850 * np.sqrt(power / max(float(power.max(initial=0)), 1e-9))
    colours = [NEUTRAL, *pole_colours(run.names.poles).values()]
    lead = run.alignment[step][shown].argmax(axis=1)
    fill = [colours[option] for option in lead]
    axes.scatter(where[:, 0], where[:, 1], s=size, c=fill, edgecolors=PAPER, linewidths=1.2, zorder=4, clip_on=False)
    for k, i in enumerate(shown):
        ink = BLACK if lead[k] == 0 else WHITE
        code = run.names.states[i]
        axes.text(
            where[k, 0], where[k, 1], code, ha="center", va="center_baseline", fontsize=7.8 if len(code) < 4 else 6.4,
            fontweight="bold", color=ink, zorder=5,
        )  # fmt: skip
