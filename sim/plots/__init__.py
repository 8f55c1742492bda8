"""Runs as figures: matplotlib `Figure` objects, no files, no global state.

Every function takes one run or several (replicates become a median with a band) and can be used on its own:

    figure = portfolio([run], "KAZ")
    figure.savefig("portfolio.pdf")
"""

from __future__ import annotations

from matplotlib.figure import Figure

from sim.plots.charts import (
    across_states,
    counts,
    lines,
    measures,
    pole_power,
    portfolio,
    ranked,
    state_measures,
)
from sim.plots.network import network
from sim.plots.style import look, svg

__all__ = [
    "Figure", "across_states", "counts", "lines", "look", "measures", "network", "pole_power", "portfolio", "ranked",
    "state_measures", "svg",
]  # fmt: skip
