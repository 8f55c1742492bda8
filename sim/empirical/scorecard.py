"""Scores of every forecast on the same rows: the table that a hindcast prints, and its JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

import numpy as np

from sim.core.columns import Array
from sim.empirical.baselines import MODELS
from sim.empirical.hindcast import FROZEN, MODEL, Hindcast
from sim.empirical.scoring import Draws, Interval, Reliability, gains, intervals, mean_square_skill, reliability, scores
from sim.empirical.targets import Forecast, Sample

DYADS = ("all", "relevant")
RIVAL = "extended_logit"
"""The baseline that gains are told over."""
DRAWS = 300
COUNTED = ("dispute_onset",)
"""Targets for which the counts of simulated disputes are held against those that happened."""


@dataclass(frozen=True)
class Row:
    """The scores of one model on one target and kind of pairs; NaN where a score makes no sense.

    Attributes:
        n, positives: rows, and events among them (of shares, NaN).
        expected: sum of the chances over the number of events.
        interval: of the PR area (of shares, nothing), by draws of pairs.
    """

    target: str
    dyads: str
    model: str
    roc: float
    pr: float
    brier_skill: float
    n: int
    positives: int
    expected: float
    interval: Interval | None = None

    def data(self) -> dict[str, object]:
        """For JSON: numbers or null."""
        told = {name: value for name, value in asdict(self).items() if name != "interval"}
        told["expected_over_observed"] = told.pop("expected")
        return {name: _plain(value) for name, value in told.items()}


@dataclass(frozen=True)
class Gain:
    """What our forecast scores above the best plain one, on the same draws of pairs, and above itself frozen."""

    target: str
    dyads: str
    over: str
    pr: Interval
    roc: Interval


def rows(found: Hindcast, draws: int = DRAWS) -> list[Row]:
    """Scores by target, kind of pairs and model; empty if nothing can be scored."""
    return [row for target in found.samples.values() for row in _of_target(found, target, draws)]


def _of_target(found: Hindcast, sample: Sample, draws: int) -> Iterator[Row]:
    for dyads in DYADS if sample.target != "power_share" else DYADS[:1]:
        chosen = sample.relevant if dyads == "relevant" else np.ones(len(sample.i), dtype=bool)
        drawn = Draws.of(sample.pair[chosen], draws) if draws and sample.target == "dispute_onset" else None
        for model in (MODEL, *MODELS, FROZEN):
            yield _row(sample, chosen, dyads, model, found.forecasts[model], drawn)


def _row(sample: Sample, chosen: Array, dyads: str, model: str, forecast: Forecast, drawn: Draws | None) -> Row:
    happened, nan = sample.happened[chosen], float("nan")
    if sample.target == "power_share":
        shares = sample.chance(forecast)
        skill = nan if shares is None else mean_square_skill(happened, shares[chosen])
        return Row(sample.target, dyads, model, nan, nan, skill, len(happened), 0, nan)
    chance = _chance(sample, forecast)[chosen]
    found, events = scores(happened, chance), int(happened.sum())
    held = intervals(happened, chance, drawn)["pr"] if drawn is not None else None
    numbers = (float(found.roc), float(found.pr), float(found.brier_skill))
    return Row(sample.target, dyads, model, *numbers, len(happened), events, _ratio(chance.sum(), events), held)


def won(found: Hindcast, draws: int = DRAWS) -> list[Gain]:
    """Paired gains on dispute onset."""
    sample = found.samples.get("dispute_onset")
    if sample is None or not draws:
        return []
    gained = []
    for dyads in DYADS[::-1]:
        chosen = sample.relevant if dyads == "relevant" else np.ones(len(sample.i), dtype=bool)
        pairs, happened = Draws.of(sample.pair[chosen], draws), sample.happened[chosen]
        ours = _chance(sample, found.forecasts[MODEL])[chosen]
        for other in (RIVAL, FROZEN):
            gain = gains(happened, ours, _chance(sample, found.forecasts[other])[chosen], pairs)
            gained.append(Gain(sample.target, dyads, other, gain["pr"], gain["roc"]))
    return gained


def diagrams(found: Hindcast) -> Mapping[str, Reliability]:
    """Reliability of our chances of dispute onset, by kind of pairs."""
    sample = found.samples.get("dispute_onset")
    if sample is None:
        return {}
    chance = _chance(sample, found.forecasts[MODEL])
    return {
        "all": reliability(sample.happened, chance),
        "relevant": reliability(sample.happened[sample.relevant], chance[sample.relevant]),
    }


def counted(found: Hindcast) -> dict[str, float]:
    """Pairs and years in which a dispute began: simulated, a run, and in the record; their ratio by kind of pairs."""
    sample = found.samples.get("dispute_onset")
    if sample is None:
        return {}
    place = np.array([found.panel.place(int(state.cow or 0)) for state in found.scenario.states.values()])
    n = len(found.panel.codes)
    whole = np.zeros((len(found.years), n, n))
    whole[np.ix_(np.arange(len(found.years)), place, place)] = found.ensemble.counted
    simulated = whole[sample.at, sample.i, sample.j]
    near = sample.relevant
    return {
        "all": _ratio(simulated.sum(), sample.happened.sum()),
        "relevant": _ratio(simulated[near].sum(), sample.happened[near].sum()),
    }


def _chance(sample: Sample, forecast: Forecast) -> Array:
    return np.asarray(sample.chance(forecast))


def _ratio(over: float, under: float) -> float:
    return float(over) / float(under) if under else float("nan")


def _plain(value: object) -> object:
    return None if isinstance(value, float) and not np.isfinite(value) else value
