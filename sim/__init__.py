"""Détente: an agent-based simulator of world politics, for asking what middle powers change.

from sim import load_scenario, run
model = load_scenario("three-powers").model(seed=7)      # a mesa.Model to step and look at
result = run("central-asia-2025", seed=7)                # a finished Run: series, states, events
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Geopolitics", "Run", "Scenario", "load_run", "load_scenario", "run"]

if TYPE_CHECKING:
    from sim.model import Geopolitics
    from sim.results import Run, load_run
    from sim.runner import run
    from sim.scenario import Scenario, load_scenario

# The matrices here are too small for threads to help: they cost twice the time, and other bits.
for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")

_HOMES = {
    "Geopolitics": "sim.model",
    "Run": "sim.results",
    "Scenario": "sim.scenario",
    "load_run": "sim.results",
    "load_scenario": "sim.scenario",
    "run": "sim.runner",
}


def __getattr__(name: str) -> Any:
    """Import the public names when first asked for, so that `detente --help` stays quick."""
    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)
