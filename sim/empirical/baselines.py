"""Five forecasts to be beaten, fitted to the years up to a start and frozen there.

| model | disputes | defence pacts |
|---|---|---|
| base_rate | the mean of all pairs and years | the share of pairs tied at the start |
| distance | logit on ln distance, land and water contiguity | the same |
| persistence | logit on the disputes of the last 15 years | ties stay as they are, but for the usual rates |
| core_logit | logit on the usual covariates | ties form and end by two such logits, from those there are |
| extended_logit | logit on those and on what else is known to tell | the same |

"Frozen" means that covariates, years at peace among them, stay what they were at the end of the start year. Power
shares persist, or, for the base rate, are all alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.core.columns import Array
from sim.empirical.covariates import CORE, EXTENDED, Covariates, Rows, next_rows, past_rows
from sim.empirical.panel import Panel
from sim.empirical.regression import logistic
from sim.empirical.targets import Forecast

MODELS = ("base_rate", "distance", "persistence", "core_logit", "extended_logit")
DISTANCE = ("intercept", "land", "water", "log_distance")
PERSISTENCE = ("intercept", "recent_disputes")
SINCE = 1946
"""First year that baselines are fitted to."""


def baselines(panel: Panel, years: Sequence[int], *, since: int = SINCE) -> dict[str, Forecast]:
    """The forecasts of all five from the end of a panel.

    Args:
        panel: ends with the start year, so that nothing later can be used.
        years: to forecast, the first of them the one after the start.
        since: first year to fit.
    """
    known = _Known.of(panel, since)
    horizon = np.asarray(years)
    return {
        "base_rate": known.base_rate(horizon),
        "distance": known.distance(horizon),
        "persistence": known.persistence(horizon),
        "core_logit": known.logit(horizon, CORE),
        "extended_logit": known.logit(horizon, EXTENDED),
    }


@dataclass(frozen=True)
class _Known:
    """Pairs and years up to the start with what happened in them, and the pairs of the year after it.

    Attributes:
        past, ahead: designs with the columns of `EXTENDED`, (m, c), (p, c).
        quiet: rows in which no dispute merely went on, bool (m,).
        onset, force, tied: what happened, bool (m,).
        was_tied, lasted: tied in the year before; existed then; bool (m,).
        tied_now: at the start, bool (p,).
        power: shares at the start, (n,).
    """

    panel: Panel
    next: Rows
    past: Array
    ahead: Array
    quiet: Array
    onset: Array
    force: Array
    tied: Array
    was_tied: Array
    lasted: Array
    tied_now: Array
    power: Array

    @classmethod
    def of(cls, panel: Panel, since: int) -> _Known:
        """What a panel tells."""
        past, ahead, data = past_rows(panel, since, "dispute_pairs"), next_rows(panel), Covariates(panel)
        at = (past.t, past.i, past.j)
        onset, pact = panel.onset[at], panel.pact_of("defence")
        return cls(
            *(panel, ahead, data.design(past, EXTENDED), data.design(ahead, EXTENDED)),
            quiet=onset | ~panel.ongoing[at],
            onset=onset,
            force=panel.force_onset[at],
            tied=pact[at],
            was_tied=pact[past.before, past.i, past.j],
            lasted=past.before < past.t,
            tied_now=pact[-1, ahead.i, ahead.j],
            power=data.power[-1],
        )

    def _square(self, values: Array) -> Array:
        """Values of the next year's pairs (..., p) as symmetric matrices (..., n, n)."""
        n = len(self.panel.codes)
        square = np.zeros((*values.shape[:-1], n, n), dtype=np.float32)
        square[..., self.next.i, self.next.j] = square[..., self.next.j, self.next.i] = values
        return square

    def _frozen(self, values: Array, years: Array) -> Array:
        """The same for every year, (h, n, n)."""
        square = self._square(values)
        return np.broadcast_to(square, (len(years), *square.shape))

    def _rate(self, happened: Array, rows: Array) -> Array:
        """How often something happened in rows, for every pair ahead, (p,)."""
        return np.full(len(self.next.i), happened[rows].mean() if rows.any() else 0.0)

    def _chance(self, happened: Array, rows: Array, names: Sequence[str]) -> Array:
        """What a logit of what happened in rows says of the pairs ahead, (p,); the rate, if it always or never did."""
        if not 0 < happened[rows].sum() < rows.sum():
            return self._rate(happened, rows)
        place = [EXTENDED.index(name) for name in names]
        return logistic(self.past[np.ix_(rows, place)], happened[rows], names).chance(self.ahead[:, place])

    def base_rate(self, years: Array) -> Forecast:
        """One number for all."""
        form = self._rate(self.tied, self.lasted & ~self.was_tied)
        living = self.panel.exists_at_end[-1]
        return Forecast(
            years,
            self._frozen(self._rate(self.onset, self.quiet), years),
            self._frozen(self._rate(self.force, self.quiet), years),
            self._frozen(np.full(len(form), self.tied_now.mean()), years),
            np.broadcast_to(living / living.sum(), (len(years), len(living))),
            self._square(_walked(np.zeros(len(form)), form, 0 * form, len(years))),
        )

    def distance(self, years: Array) -> Forecast:
        """Who is near whom."""
        form = self._chance(self.tied, self.lasted & ~self.was_tied, DISTANCE)
        return Forecast(
            years,
            self._frozen(self._chance(self.onset, self.quiet, DISTANCE), years),
            self._frozen(self._chance(self.force, self.quiet, DISTANCE), years),
            self._frozen(self._chance(self.tied, np.ones(len(self.tied), dtype=bool), DISTANCE), years),
            new_pact=self._square(_walked(np.zeros(len(form)), form, 0 * form, len(years))),
        )

    def persistence(self, years: Array) -> Forecast:
        """What has been goes on."""
        form = self._rate(self.tied, self.lasted & ~self.was_tied)
        end = self._rate(~self.tied, self.lasted & self.was_tied)
        return Forecast(
            years,
            self._frozen(self._chance(self.onset, self.quiet, PERSISTENCE), years),
            self._frozen(self._chance(self.force, self.quiet, PERSISTENCE), years),
            self._square(_walked(self.tied_now, form, end, len(years))),
            np.broadcast_to(self.power, (len(years), len(self.power))),
        )

    def logit(self, years: Array, names: Sequence[str]) -> Forecast:
        """A regression on these covariates."""
        others = [name for name in names if name != "defence_pact"]
        form = self._chance(self.tied, self.lasted & ~self.was_tied, others)
        end = self._chance(~self.tied, self.lasted & self.was_tied, others)
        return Forecast(
            years,
            self._frozen(self._chance(self.onset, self.quiet, names), years),
            self._frozen(self._chance(self.force, self.quiet, names), years),
            self._square(_walked(self.tied_now, form, end, len(years))),
        )


def _walked(tied: Array, form: Array, end: Array, years: int) -> Array:
    """Chances of being tied in each year to come, (h, p), from those now and the yearly chances of change, (p,)."""
    chance, walked = tied.astype(float), np.empty((years, len(tied)))
    for h in range(years):
        chance = chance * (1 - end) + (1 - chance) * form
        walked[h] = chance
    return walked
