"""Finished runs: `Run`, how it is saved and loaded, where it comes from."""

from __future__ import annotations

from sim.results.origin import provenance
from sim.results.run import PAIR_COLUMNS, Run, pair_columns
from sim.results.storage import FILES, RunFolderError, load_run, load_runs, save_runs

__all__ = [
    "FILES",
    "PAIR_COLUMNS",
    "Run",
    "RunFolderError",
    "load_run",
    "load_runs",
    "pair_columns",
    "provenance",
    "save_runs",
]
