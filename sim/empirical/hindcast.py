"""A forecast from the end of a year that knows nothing later, and how good it was beside plain baselines.

    fit to all years up to the start -> world at its end -> ensemble -> chances of every pair -> scores

The baselines (`baselines.MODELS`) are fitted to the same years and frozen at the same day. `frozen` is the model itself
with its first day's hazard for every year: what it scores less is what simulated change adds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim import mechanisms
from sim.core.columns import Array
from sim.core.params import parameters as declared
from sim.core.registry import discover
from sim.empirical.baselines import baselines
from sim.empirical.building import scenario_of
from sim.empirical.estimates import Estimate
from sim.empirical.estimating import parameters
from sim.empirical.fits_kept import kept_estimates, kept_onset
from sim.empirical.forecasting import Expected, chance_now, expected
from sim.empirical.panel import Panel
from sim.empirical.sources import DataError, Found, find
from sim.empirical.targets import Forecast, Sample, samples
from sim.experiment.executor import Factory
from sim.mechanisms.base import Mechanism
from sim.scenario import Scenario

MODEL = "detente"
FROZEN = "detente_frozen"
"""The model without the change that it simulates."""
FORCEFUL = ("disputes.level_force", "disputes.level_war")
"""Estimates that add up to the share of disputes that reach the use of force."""
LEARNED = 9
"""So many years there must be between 1946 and the start, to fit to."""
STEP = 0.25


@dataclass(frozen=True)
class Hindcast:
    """A forecast and what is known of how good it was.

    Attributes:
        panel: as known at the start. years: forecast, (h,). scenario: the world that the runs start from.
        estimates: what was fitted. ensemble: means over the runs, on the axis of the scenario.
        forecasts: by model, on the axis of the panel: ours, ours frozen, the baselines.
        samples: rows that can be scored, by target; empty if the data do not reach past the start.
    """

    panel: Panel
    years: Array
    scenario: Scenario
    estimates: tuple[Estimate, ...]
    ensemble: Expected
    forecasts: Mapping[str, Forecast]
    samples: Mapping[str, Sample]

    def table(self) -> dict[str, Array]:
        """A row for every pair of states that exist at the start and year: COW numbers, year, chances."""
        here = np.flatnonzero(self.panel.exists_at_end[-1])
        a, b = np.triu_indices(len(here), 1)
        i, j, ours = here[a], here[b], self.forecasts[MODEL]
        h = len(self.years)
        return {
            "ccode1": np.tile(self.panel.codes[i], h),
            "ccode2": np.tile(self.panel.codes[j], h),
            "year": np.repeat(self.years, len(i)),
            "p_dispute": ours.onset[:, i, j].ravel().astype(float),
            "p_use_of_force": ours.force[:, i, j].ravel().astype(float),
            "p_defence_pact": ours.pact[:, i, j].ravel().astype(float),
        }


def hindcast(
    folder: str | Path | Found,
    start: int,
    end: int,
    *,
    runs: int,
    seed: int = 0,
    factory: Factory | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Hindcast:
    """Forecast the years after `start` up to `end` from what was known on 31 December of `start`.

    Raises:
        DataError: data sets that cannot be used, or years that do not make sense.
        ExecutorError: a run failed; says why.
    """
    if end <= start:
        raise DataError(f"the end, {end}, must lie after the start, {start}; write for instance {start + 10}")
    if start < 1946 + LEARNED:
        raise DataError(f"start {start}: too few years since 1946 to learn from; write {1946 + LEARNED} or later")
    found = folder if isinstance(folder, Found) else find(folder)
    panel, years = Panel.of(found, last=start), np.arange(start + 1, end + 1)
    hazard = kept_onset(panel)
    estimates = kept_estimates(panel, hazard)
    scenario = with_estimates(scenario_of(panel, start, hazard=hazard), estimates)
    ensemble = expected(scenario, len(years), runs, seed=seed, factory=factory, progress=progress)
    forceful = sum(e.value for e in estimates if e.name in FORCEFUL)
    forecasts = {
        MODEL: on_panel(ensemble, scenario, panel, years, forceful),
        FROZEN: on_panel(frozen(scenario, ensemble), scenario, panel, years, forceful),
        **baselines(panel, years.tolist()),
    }
    whole = Panel.of(found)
    return Hindcast(
        panel, years, scenario, tuple(estimates), ensemble, forecasts, samples(whole, panel, years.tolist())
    )


def with_estimates(scenario: Scenario, estimates: Sequence[Estimate]) -> Scenario:
    """The scenario with every parameter of its rules that was estimated; what it has from its own hazard it keeps.

    Few years fit badly: an estimate outside the bounds of its parameter counts as the bound.
    """
    held_now: dict[str, Any] = {
        name: dict(held) if isinstance(held, Mapping) else held for name, held in scenario.mechanisms.items()
    }
    rules = discover(mechanisms, Mechanism)
    for address, estimate in parameters(list(estimates)).items():
        _, mechanism, name = address.split(".")
        held = held_now.setdefault(mechanism, {})
        if isinstance(held, dict):
            bounds = declared(rules[mechanism])[name]
            known = held.get(name) if mechanism == "dispute_onset" else None
            held[name] = known if known is not None else min(max(estimate.value, bounds.low), bounds.high)
    return type(scenario).model_validate(scenario.model_dump() | {"mechanisms": held_now})


def frozen(scenario: Scenario, ensemble: Expected) -> Expected:
    """What the world expects on its first day, said of every year."""
    model = scenario.model(0, "none", record=False)
    years = len(ensemble.onset)
    tied = np.repeat(np.asarray(model.world.allied, dtype=float)[None], years, axis=0)
    power = np.repeat(model.world.power[None], years, axis=0)
    onset_now = np.repeat(chance_now(model)[None], years, axis=0)
    return Expected(onset_now, np.zeros_like(onset_now), tied, power, 1)


def on_panel(ensemble: Expected, scenario: Scenario, panel: Panel, years: Array, forceful: float) -> Forecast:
    """The ensemble's expectations on the axis of the panel; 0 for pairs with states that no longer exist."""
    place = np.array([panel.place(int(state.cow or 0)) for state in scenario.states.values()])
    onset_, pact = (_spread(part, place, len(panel.codes)) for part in (ensemble.onset, ensemble.tied))
    power = np.zeros((len(years), len(panel.codes)))
    power[:, place] = ensemble.power
    return Forecast(years, onset_, onset_ * forceful, pact, power)


def _spread(values: Array, place: Array, n: int) -> Array:
    whole = np.zeros((len(values), n, n))
    whole[np.ix_(np.arange(len(values)), place, place)] = values
    return whole
