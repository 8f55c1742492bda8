"""Figures show the data, repeat bit for bit, and leave global settings alone."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.collections import PolyCollection

from sim.plots import across_states, counts, measures, network, pole_power, portfolio, ranked, state_measures, svg
from sim.plots.charts import yearly
from sim.plots.network import drawn_states, places, spread
from sim.plots.style import apart
from sim.report.cast import cast_of
from sim.results import Run
from sim.runner import run as simulate
from sim.scenario import load_scenario


@pytest.fixture(scope="module")
def runs() -> list[Run]:
    """Three replicates of an invented world."""
    scenario = load_scenario("random:9", changes={"end": 2012})
    return [simulate(scenario, seed) for seed in (1, 2, 3)]


@pytest.fixture(scope="module")
def flagship() -> Run:
    """The first years of the scenario that the project is about."""
    return simulate("central-asia-2025", 7, end=2027)


def test_bands_show_only_with_several_runs(runs: list[Run]) -> None:
    for several in (runs, runs[:1]):
        axes = measures(several, {"tension": "tension"}, unit="index").axes[0]
        bands = [c for c in axes.collections if isinstance(c, PolyCollection)]
        assert len(bands) == (len(several) > 1)
    stack = np.stack([run.series["tension"] for run in runs])
    axes = measures(runs, {"tension": "tension"}, unit="index").axes[0]
    assert axes.lines[0].get_ydata() == pytest.approx(np.median(stack, axis=0))
    low, high = np.percentile(stack, (10, 90), axis=0)
    edge = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert edge.min() == pytest.approx(low.min())
    assert edge.max() == pytest.approx(high.max())


def test_lines_and_areas_show_the_data(runs: list[Run]) -> None:
    run = runs[0]
    code = cast_of(runs).focus
    assert code is not None
    line = state_measures([run], code, {"hedging": "hedging"}, unit="index").axes[0].lines[0]
    assert line.get_ydata() == pytest.approx(run.states["hedging"][:, run.row(code)])
    areas = portfolio([run], code).axes[0].collections
    tops = [area.get_paths()[0].vertices[:, 1].max() for area in areas]
    assert len(areas) == 1 + len(run.names.poles)
    assert tops[-1] == pytest.approx(1)
    power = pole_power([run]).axes[0].lines
    assert len(power) == len(run.names.poles)
    assert len(across_states(runs, "power", run.names.states[:3], first=None, unit="share").axes[0].lines) == 3


def test_counts_a_year_add_up(runs: list[Run]) -> None:
    when, number_of = yearly(runs, "disputes")
    assert when.tolist() == list(range(2000, 2012))
    assert number_of.sum(axis=1) == pytest.approx([run.final["disputes"] for run in runs])
    bars = counts(runs, {"disputes": "disputes"}, unit="number").axes[0].patches
    assert sum(bar.get_height() for bar in bars) == pytest.approx(np.mean([run.final["disputes"] for run in runs]))


def test_figures_leave_global_settings_alone_and_repeat(runs: list[Run]) -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    texts = [svg(network(runs[0], "end"), "k", label='a "label" <b>') for _ in range(2)]
    assert texts[0] == texts[1]
    assert dict(mpl.rcParams) == before
    assert ElementTree.fromstring(texts[0]).attrib["aria-label"] == 'a "label" <b>'
    ranked(["one", "two"], {"a": [1, 2], "b": [0, 1]}, unit="number")


def test_states_keep_their_place_and_do_not_cover_each_other(flagship: Run) -> None:
    shown = drawn_states(flagship)
    where = places(flagship, shown)
    assert np.array_equal(where, places(flagship, shown))
    assert where.min() >= 0
    assert where.max() <= 1
    gap = np.linalg.norm(where[:, None] - where[None, :], axis=-1) + 9 * np.eye(len(where))
    assert gap.min() > 0.05
    crowd = spread(np.zeros((30, 2)) + np.linspace(0, 1e-3, 30)[:, None] * [1, -1])
    assert np.isfinite(crowd).all()


@given(st.lists(st.floats(-1, 2), min_size=1, max_size=12), st.floats(0.01, 0.3))
def test_labels_are_set_apart_and_keep_their_order(wanted: list[float], gap: float) -> None:
    placed = apart(wanted, gap, 0, 1)
    room = min(gap, 1 / max(len(wanted) - 1, 1))
    assert placed.min() >= -1e-9
    assert placed.max() <= 1 + 1e-9
    assert (np.diff(np.sort(placed)) >= room - 1e-9).all()
    assert np.array_equal(np.argsort(placed, kind="stable"), np.argsort(wanted, kind="stable"))
