"""Détente: an agent-based simulator of world politics, for asking what middle powers change.

from sim import load_scenario, run
model = load_scenario("three-powers").model(seed=7)      # a mesa.Model to step and look at
result = run("central-asia-2025", seed=7)                # a finished Run: series, states, events

from sim import compare, open_sweep, sweep
compare("three-powers", {"hard": {"mechanisms.alignment.kappa": 4}}, replicates=20)   # paired, with intervals
found = sweep("do_middle_powers_stabilise", "sweeps/middle")                          # thousands of runs, resumable
open_sweep("sweeps/middle").sql("SELECT arm, avg(\"tension.mean\") FROM runs GROUP BY arm")
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = [
    "Comparison", "Geopolitics", "Run", "Scenario", "Sweep", "compare", "load_run", "load_scenario", "open_sweep",
    "progress_bar", "run", "sweep",
]  # fmt: skip

if TYPE_CHECKING:
    from sim.experiment.pairing import Comparison, compare
    from sim.experiment.progress_bar import progress_bar
    from sim.experiment.store import Sweep, open_sweep
    from sim.experiment.sweeping import sweep
    from sim.model import Geopolitics
    from sim.results import Run, load_run
    from sim.runner import run
    from sim.scenario import Scenario, load_scenario

# The matrices here are too small for threads to help: they cost twice the time, and other bits.
for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")

_HOMES = {
    "Comparison": "sim.experiment.pairing",
    "Geopolitics": "sim.model",
    "Run": "sim.results",
    "Scenario": "sim.scenario",
    "Sweep": "sim.experiment.store",
    "compare": "sim.experiment.pairing",
    "load_run": "sim.results",
    "load_scenario": "sim.scenario",
    "open_sweep": "sim.experiment.store",
    "progress_bar": "sim.experiment.progress_bar",
    "run": "sim.runner",
    "sweep": "sim.experiment.sweeping",
}


def __getattr__(name: str) -> Any:
    """Import the public names when first asked for, so that `detente --help` stays quick."""
    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)
