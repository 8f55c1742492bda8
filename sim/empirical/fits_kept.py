"""Fits, kept in the cache under what the panel tells and the text of the program that made them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache as once
from pathlib import Path
from typing import Any

import numpy as np

from sim.empirical import cache
from sim.empirical.estimates import Estimate
from sim.empirical.estimating import fit_all
from sim.empirical.fits_of_conflict import OnsetFit, onset
from sim.empirical.panel import Panel
from sim.empirical.regression import Fit

REGRESSIONS = ("simple", "fit", "begun", "shift")
PAIRS = ("frailty", "record", "peace")
SINCE = 1946


def kept_onset(panel: Panel, since: int = SINCE) -> OnsetFit:
    """`onset`, from the cache if it is there."""
    stored = cache.kept(_key("onset", panel, since), lambda: _of_onset(onset(panel, since)))
    regressions: dict[str, Any] = {name: _regression(stored, name) for name in REGRESSIONS}
    return OnsetFit(**regressions, **{name: stored[name] for name in PAIRS})


def kept_estimates(panel: Panel, hazard: OnsetFit, since: int = SINCE) -> list[Estimate]:
    """`fit_all`, from the cache if it is there.

    Args:
        hazard: the fit of `onset` to the same panel and years.
    """
    stored = cache.kept(_key("estimates", panel, since), lambda: _of_estimates(fit_all(panel, since, hazard=hazard)))
    columns = [stored[name].tolist() for name in ("name", "value", "se", "n", "unit", "definition")]
    return [Estimate(*row) for row in zip(*columns, strict=True)]


def _key(what: str, panel: Panel, since: int) -> str:
    return cache.fingerprint(what, panel.digest(), str(since), _makers())


@once
def _makers() -> str:
    """A name for the program text that makes fits: this package's, and the rules whose form they take."""
    package = Path(__file__).parents[1]
    texts = [*sorted((package / "empirical").glob("*.py")), package / "empirical" / "codes.csv"]
    texts += [package / "mechanisms" / f"{name}.py" for name in ("dispute_onset", "escalation", "ideal_points")]
    return cache.fingerprint(*texts)


def _of_onset(hazard: OnsetFit) -> dict[str, Any]:
    told: dict[str, Any] = {name: getattr(hazard, name) for name in PAIRS}
    for name in REGRESSIONS:
        found: Fit = getattr(hazard, name)
        told[f"{name}.names"] = np.array(found.names)
        told[f"{name}.coefficients"], told[f"{name}.covariance"] = found.coefficients, found.covariance
        told[f"{name}.counts"] = np.array([found.rows, found.events, found.log_likelihood])
    return told


def _regression(stored: Mapping[str, Any], name: str) -> Fit:
    rows, events, likelihood = stored[f"{name}.counts"].tolist()
    names = tuple(str(each) for each in stored[f"{name}.names"])
    return Fit(names, stored[f"{name}.coefficients"], stored[f"{name}.covariance"], int(rows), events, likelihood)


def _of_estimates(estimates: list[Estimate]) -> dict[str, Any]:
    return {
        "name": np.array([e.name for e in estimates], dtype=str),
        "value": np.array([e.value for e in estimates], dtype=float),
        "se": np.array([e.se for e in estimates], dtype=float),
        "n": np.array([e.n for e in estimates], dtype=int),
        "unit": np.array([e.unit for e in estimates], dtype=str),
        "definition": np.array([e.definition for e in estimates], dtype=str),
    }
