"""Everything that the data tell of the model's parameters, from one panel.

| estimates | data | of |
|---|---|---|
| `fits_of_conflict.onset` | disputes of pairs | `mechanisms.dispute_onset` |
| `fits_of_conflict.escalation` | disputes, leaders | `mechanisms.escalation`, first levels of `dispute_onset` |
| `fits_of_conflict.obligations` | disputes, alliances | how often disputes widen and allies join |
| `fits_of_politics.alliances` | alliances | `mechanisms.alliances` |
| `fits_of_politics.mediation` | crises | `mechanisms.mediation` |
| `fits_of_politics.ideal_points` | votes in the United Nations | `mechanisms.ideal_points`, `mechanisms.leadership` |
| `fits_of_politics.leadership` | leaders, democracy | `mechanisms.leadership` |
| `fits_of_politics.regimes` | democracy | `mechanisms.leadership`, how regimes move |

An estimate that is one of a parameter bears its address; others have plain names.
"""

from __future__ import annotations

import numpy as np

from sim.empirical.estimates import Estimate
from sim.empirical.fits_of_conflict import OnsetFit, escalation, obligations, onset
from sim.empirical.fits_of_politics import alliances, ideal_points, leadership, mediation, regimes
from sim.empirical.panel import Panel

__all__ = ["Estimate", "OnsetFit", "fit_all", "onset", "parameters"]


def fit_all(panel: Panel, since: int = 1946, *, hazard: OnsetFit | None = None) -> list[Estimate]:
    """Every estimate from the years `since` to the panel's last.

    Args:
        hazard: the fit of `onset` to the same panel, if it is already there: it takes most of the time.
    """
    found = list((hazard or onset(panel, since)).estimates())
    for fits in (escalation, obligations, alliances, mediation, ideal_points, leadership, regimes):
        found += fits(panel, since)
    return found


def parameters(estimates: list[Estimate]) -> dict[str, Estimate]:
    """Those that stand for a parameter of the model and have a value, by address."""
    return {e.name: e for e in estimates if e.name.startswith("mechanisms.") and np.isfinite(e.value)}
