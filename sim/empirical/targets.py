"""What is forecast, what happened, and the rows on which every forecast is scored alike.

| target | row | what happened |
|---|---|---|
| dispute_onset | a pair in a year without a dispute that goes on | a dispute between the two began |
| use_of_force_onset | the same | one began that reached the use of force |
| dispute_any | a pair | a dispute between the two began in one of the scored years in which both exist |
| defence_pact | a pair in a year | the two are bound to defend each other |
| new_defence_pact | a pair not so bound at the start | it is so bound in the last scored year |
| power_share | a state in a year | its share of the world's power |

Rows are pairs of states that exist at the end of the start year and in the scored year. A pair is relevant if at the
start the two are contiguous, by land or by up to 400 miles of water, or one of them is a major power.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.core.columns import Array
from sim.empirical.covariates import power_shares
from sim.empirical.panel import Panel

TARGETS = ("dispute_onset", "dispute_any", "use_of_force_onset", "defence_pact", "new_defence_pact", "power_share")
TOLD_BY = {"dispute_onset": "dispute_pairs", "defence_pact": "alliances", "power_share": "capabilities"}
"""Target -> the data set without which a year cannot be scored."""


@dataclass(frozen=True)
class Forecast:
    """What one model says, for the h years after the start and the n states of the start's panel.

    Attributes:
        years: (h,).
        onset, force: chance of a dispute, and of one with force, that begins in the year; symmetric, (h, n, n).
        pact: chance of a defence pact in force, (h, n, n).
        power: shares, (h, n), or None where the model has none.
        new_pact: chance of a pact for pairs without one at the start, if it is not simply `pact`.
    """

    years: Array
    onset: Array
    force: Array
    pact: Array
    power: Array | None = None
    new_pact: Array | None = None


@dataclass(frozen=True)
class Sample:
    """The rows of a target.

    Attributes:
        target: which.
        year: the scored year, for `dispute_any` and `new_defence_pact` the last, (m,).
        at: index of the year in the forecast, (m,).
        i, j: indices of the states in the start's panel, i < j; j = i for shares, (m,).
        happened: bool, or a share, (m,).
        relevant: bool (m,).
        rows_of: for `dispute_any`, the row here of each of its pairs and years; otherwise empty.
        onsets: for `dispute_any`, its pairs and years, those of disputes that go on included; otherwise None.
    """

    target: str
    year: Array
    at: Array
    i: Array
    j: Array
    happened: Array
    relevant: Array
    rows_of: Array = field(default_factory=lambda: np.zeros(0, dtype=int))
    onsets: Sample | None = None

    @property
    def pair(self) -> Array:
        """A number for each pair, (m,)."""
        return self.i * 100_000 + self.j

    def chance(self, forecast: Forecast) -> Array | None:
        """What a model says of each row, (m,); None if it says nothing."""
        if self.target == "power_share":
            return None if forecast.power is None else forecast.power[self.at, self.i]
        if self.onsets is not None:
            none = np.log1p(-np.minimum(self.onsets.of_pairs(forecast), 1 - 1e-12))
            return -np.expm1(np.bincount(self.rows_of, none, minlength=len(self.i)))
        return self.of_pairs(forecast)

    def of_pairs(self, forecast: Forecast) -> Array:
        """What a model says of rows that are pairs in years, (m,)."""
        new = forecast.pact if forecast.new_pact is None else forecast.new_pact
        table = {
            "dispute_onset": forecast.onset,
            "use_of_force_onset": forecast.force,
            "defence_pact": forecast.pact,
            "new_defence_pact": new,
        }[self.target]
        return table[self.at, self.i, self.j].astype(float)


def samples(panel: Panel, start: Panel, years: Sequence[int]) -> dict[str, Sample]:
    """The rows of every target that the panel can tell of.

    Args:
        panel: what is known later, past the start.
        start: the panel as it was at the start, that forecasts are made from.
        years: those of the forecast, in order; those that the panel does not tell of are left out.
    """
    told = _Told(panel, start, np.asarray(years))
    disputes, pacts = told.years("dispute_onset"), told.years("defence_pact")
    found: dict[str, Sample] = {}
    if len(disputes):
        found |= {
            "dispute_onset": told.disputes("dispute_onset", panel.onset, disputes),
            "dispute_any": _any(told.pairs("dispute_onset", panel.onset, disputes)),
            "use_of_force_onset": told.disputes("use_of_force_onset", panel.force_onset, disputes),
        }
    if len(pacts):
        found |= {"defence_pact": told.pacts(pacts), "new_defence_pact": told.new_pacts(pacts[-1:])}
    if len(shares := told.years("power_share")):
        found["power_share"] = told.shares(shares)
    return found


@dataclass(frozen=True)
class _Told:
    """A panel that knows what happened, read on the axis of the panel of the start."""

    panel: Panel
    start: Panel
    horizon: Array

    def years(self, target: str) -> Array:
        """Indices, in the forecast, of the years that can be scored."""
        told = [self.panel.covers(TOLD_BY[target], int(year)) and year <= self.panel.last for year in self.horizon]
        return np.flatnonzero(told)

    def _place(self) -> Array:
        """Index in the panel of each state of the start, (n,)."""
        return np.searchsorted(self.panel.codes, self.start.codes)

    def _pairs(self) -> tuple[Array, Array, Array]:
        """Pairs that exist at the end of the start year, and whether they are relevant."""
        here = np.flatnonzero(self.start.exists_at_end[-1])
        a, b = np.triu_indices(len(here), 1)
        i, j, major = here[a], here[b], self.start.major[-1]
        return i, j, (self.start.contiguity[-1, i, j] > 0) | major[i] | major[j]

    def pairs(self, target: str, happened: Array, at: Array) -> Sample:
        """Every pair and year; `happened` is an array (T, n, n) of the panel."""
        i, j, relevant = self._pairs()
        place, t = self._place(), self.horizon[at] - self.panel.first
        exists = self.panel.exists[t][:, place]
        year, pair = np.nonzero(exists[:, i] & exists[:, j])
        a, b = i[pair], j[pair]
        told = happened[t[year], place[a], place[b]]
        return Sample(target, self.horizon[at][year], at[year], a, b, told, relevant[pair])

    def disputes(self, target: str, happened: Array, at: Array) -> Sample:
        """Rows without those in which a dispute only goes on."""
        rows, going_on = self.pairs(target, happened, at), self.panel.ongoing & ~self.panel.onset
        return _part(rows, ~self.pairs(target, going_on, at).happened)

    def pacts(self, at: Array) -> Sample:
        """Every pair and year."""
        return self.pairs("defence_pact", self.panel.pact_of("defence"), at)

    def new_pacts(self, at: Array) -> Sample:
        """Pairs without a pact at the start."""
        rows = self.pairs("new_defence_pact", self.panel.pact_of("defence"), at)
        return _part(rows, ~self.start.pact_of("defence")[-1, rows.i, rows.j])

    def shares(self, at: Array) -> Sample:
        """States and years."""
        here, place = np.flatnonzero(self.start.exists_at_end[-1]), self._place()
        t = self.horizon[at] - self.panel.first
        year, state = np.nonzero(self.panel.exists[t][:, place[here]])
        share, i = power_shares(self.panel)[t[year], place[here[state]]], here[state]
        return Sample("power_share", self.horizon[at][year], at[year], i, i, share, np.ones(len(i), dtype=bool))


def _part(sample: Sample, chosen: Array) -> Sample:
    """Some of the rows."""
    names = ("year", "at", "i", "j", "happened", "relevant")
    return Sample(sample.target, *(getattr(sample, name)[chosen] for name in names))


def _any(onset: Sample) -> Sample:
    """One row a pair."""
    _, first, row = np.unique(onset.pair, return_index=True, return_inverse=True)
    row = row.reshape(-1)
    happened = np.bincount(row, onset.happened) > 0
    last = np.full(len(first), onset.year.max(initial=0))
    at = np.full(len(first), onset.at.max(initial=0))
    return Sample(
        *("dispute_any", last, at, onset.i[first], onset.j[first], happened, onset.relevant[first]),
        rows_of=row,
        onsets=onset,
    )
