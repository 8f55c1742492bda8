"""The numbers that the model ships with are what `detente fit --from 1946 --to 2023` finds, rounded."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim import mechanisms
from sim.core.params import parameters as declared
from sim.core.registry import discover
from sim.empirical.estimating import Estimate, fit_all, parameters
from sim.empirical.panel import Panel
from sim.mechanisms.base import Mechanism

LONG_RUNS = {
    "mechanisms.alliances.t0": "the rate of 1816-2018: post-war rates belong to worlds that states still enter"
}
"""Parameters whose shipped value is not the fit, and why."""
LAST = 2023


@pytest.fixture(scope="module")
def fitted(data_folder: Path) -> dict[str, Estimate]:
    return parameters(fit_all(Panel.of(data_folder, last=LAST)))


@pytest.mark.slow
def test_shipped_numbers_are_the_fit(fitted: dict[str, Estimate]) -> None:
    rules = discover(mechanisms, Mechanism)
    for address, estimate in fitted.items():
        _, mechanism, name = address.split(".")
        shipped = declared(rules[mechanism])[name]
        if address not in LONG_RUNS:
            assert shipped.default == pytest.approx(estimate.value, rel=5e-3), address
            assert shipped.source.endswith("fit"), f"{address} hides where it comes from: {shipped.source}"


@pytest.mark.slow
def test_what_is_not_the_fit_is_far_from_it(fitted: dict[str, Estimate]) -> None:
    rules = discover(mechanisms, Mechanism)
    for address, why in LONG_RUNS.items():
        _, mechanism, name = address.split(".")
        away = abs(declared(rules[mechanism])[name].default - fitted[address].value)
        assert away > 2 * fitted[address].se, f"{address} could be the fit: {why}"
