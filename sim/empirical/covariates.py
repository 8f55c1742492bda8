"""What was known of two states before a year: the covariates of regressions on pairs.

A row is a pair i < j in a year in which both exist; its covariates are those of the year before, or, where one of the
two did not exist then, of the year itself. Gaps in figures of states are filled along time, then with the median of
the year's states. Nothing but the panel is used: a panel that ends in a year knows nothing later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.core.columns import Array
from sim.empirical.panel import Panel
from sim.quantities import power_share

CORE = (
    *("intercept", "log_capability_ratio", "land", "water", "log_distance", "defence_pact", "joint_democracy"),
    *("one_major", "two_majors", "peace", "peace_bend_1", "peace_bend_2", "peace_bend_3"),
)
"""The usual covariates of dyadic disputes."""
EXTENDED = (
    *CORE,
    *("log_capabilities", "regime_difference", "ideal_distance", "shared_allies", "joint_organisations", "log_trade"),
    "recent_disputes",
)
"""The usual ones and what else is known to tell."""
ONSET = (
    *("intercept", "log_power", "land", "water", "log_distance", "joint_tradition", "one_major_far", "two_majors"),
    *("ideal_distance", "tradition_difference", "recent_dispute"),
)
"""Those of the model's own hazard of disputes (`mechanisms.dispute_onset`)."""

KNOTS = (0.0, 1.0, 4.0, 7.0, 20.0)
"""Years at peace at which the natural cubic spline bends; a straight line beyond the last."""
FADING = 4.0
"""Years in which the memory of a dispute fades to 1 / e (`mechanisms.dispute_onset.memory_time`)."""
NEVER = 80.0
"""Years since the last dispute of a pair that has had none."""
RECORD_LIFE = 15.0
"""Half-life of the record of disputes in years (`mechanisms.dispute_onset.record_life`)."""
FOLLOWING, FOLLOWED_SINCE = 0.1, 1945
"""Share of the distance to its democracy that a state's tradition moves in a year (`mechanisms.memory`), and since
when: then, or when a state enters, the two are the same."""
WINDOW = 15
"""Years over which recent disputes are counted."""
LEAST_POWER = 1e-6
POOR, RICH = 500.0, 50_000.0
"""GDP per head at which technology is 0 and 1."""
FORCE_MEMORY = 0.1
"""Share of a year's military expenditure in the moving average that stands for military capital."""


@dataclass(frozen=True)
class Rows:
    """Pairs of states in years.

    Attributes:
        t: index of the year; the length of the panel is the first year after it, (m,).
        i, j: indices of the states, i < j, (m,).
        before_i, before_j, before: index of the year from which covariates of i, of j and of the pair are taken, (m,).
    """

    t: Array
    i: Array
    j: Array
    before_i: Array
    before_j: Array
    before: Array

    @property
    def pair(self) -> Array:
        """A number for each pair, the same in all years, (m,)."""
        return self.i * 100_000 + self.j

    def where(self, chosen: Array) -> Rows:
        """Some of the rows; bool (m,)."""
        return Rows(*(getattr(self, name)[chosen] for name in ("t", "i", "j", "before_i", "before_j", "before")))


def past_rows(panel: Panel, first: int, *data: str) -> Rows:
    """All pairs that exist in a year, from the year `first` to the last of which all these data sets speak."""
    exists, low = panel.exists, max(first - panel.first, 0)
    high = max(panel.known_until(*data) - panel.first + 1, low)
    i, j = np.triu_indices(len(panel.codes), 1)
    both = exists[low:high, i] & exists[low:high, j]
    t, pair = np.nonzero(both)
    t, i, j = t + low, i[pair], j[pair]
    earlier = np.maximum(t - 1, 0)
    before_i, before_j = np.where(exists[earlier, i], earlier, t), np.where(exists[earlier, j], earlier, t)
    return Rows(t, i, j, before_i, before_j, np.maximum(before_i, before_j))


def next_rows(panel: Panel) -> Rows:
    """All pairs that exist at the end of the panel, in the year after it."""
    here = np.flatnonzero(panel.exists_at_end[-1])
    a, b = np.triu_indices(len(here), 1)
    last = np.full(len(a), len(panel.years) - 1)
    return Rows(last + 1, here[a], here[b], last, last, last)


class Covariates:
    """The covariates of a panel by name; each is worked out when it is first asked for."""

    def __init__(self, panel: Panel) -> None:
        self.panel = panel

    def design(self, rows: Rows, names: Sequence[str]) -> Array:
        """The columns of these names, (m, c).

        Raises:
            KeyError: a name that is none of a covariate's.
        """
        return np.stack([COLUMNS[name](self, rows) for name in names], axis=1).astype(float)

    # -- of states, (T, n) -----------------------------------------------------------------------------------------
    @cached_property
    def cinc(self) -> Array:
        """Share of the world's capabilities, at least one in a million."""
        held = np.where(self.panel.exists, np.maximum(filled(self.panel.cinc, self.panel.exists), LEAST_POWER), 0.0)
        return np.maximum(held / np.maximum(held.sum(axis=1, keepdims=True), LEAST_POWER), LEAST_POWER)

    @cached_property
    def polyarchy(self) -> Array:
        """Electoral democracy, 0..1."""
        return filled(self.panel.polyarchy, self.panel.exists)

    @cached_property
    def tradition(self) -> Array:
        """Electoral democracy of many years: it follows that of the year slowly, 0..1."""
        return followed(self.polyarchy, self.panel.exists, max(FOLLOWED_SINCE - self.panel.first, 0))

    @cached_property
    def ideal_point(self) -> Array:
        """Ideal point in the United Nations General Assembly."""
        return filled(self.panel.ideal_point, self.panel.exists)

    @cached_property
    def power(self) -> Array:
        """Power share as the model has it: military capital, economy, population, technology."""
        return power_shares(self.panel)

    # -- of pairs, (T + 1, n, n): as known when year t begins ------------------------------------------------------
    @cached_property
    def peace_years(self) -> Array:
        """Years since the last year with a dispute of the two, or since the younger entered the system."""
        return peace_years(self.panel)

    @cached_property
    def quiet_years(self) -> Array:
        """Whole years without a dispute of the two, `NEVER` if there was none."""
        return quiet_years(self.panel)

    @cached_property
    def record(self) -> Array:
        """Disputes that the two began, each halved every `RECORD_LIFE` years."""
        return decayed(self.panel.originator_onset, RECORD_LIFE)

    @cached_property
    def counted(self) -> Array:
        """Disputes of the last `WINDOW` years."""
        total = np.zeros((len(self.panel.years) + 1, *self.panel.onset.shape[1:]), dtype=np.int16)
        np.cumsum(self.panel.onset, axis=0, out=total[1:], dtype=np.int16)
        recent = total.copy()
        recent[WINDOW:] -= total[:-WINDOW]
        return recent

    @cached_property
    def allies(self) -> Array:
        """Defence allies that the two have in common at the end of a year, (T, n, n)."""
        tied = self.panel.pact_of("defence").astype(np.float32)
        return np.matmul(tied, tied)


def filled(values: Array, exists: Array) -> Array:
    """Figures of states (T, n) without gaps: along time first, then the median of the year's states, else 0."""
    years, result = np.arange(len(values)), values.copy()
    for i in np.flatnonzero(np.isnan(values).any(axis=0) & np.isfinite(values).any(axis=0)):
        known = np.isfinite(values[:, i])
        result[:, i] = np.interp(years, years[known], values[known, i])
    living = np.where(exists, result, np.nan)
    some = np.isfinite(living).any(axis=1)
    middle = np.zeros(len(values))
    middle[some] = np.nanmedian(living[some], axis=1)
    return np.where(np.isnan(result), middle[:, None], result)


def power_shares(panel: Panel) -> Array:
    """The model's power share of every state and year, (T, n), at least one in a million.

    Military capital is a moving average of shares in military expenditure, technology ln(gdp per head / 500) / ln 100;
    the weights are those of `sim.world`: .35 force, .25 gdp, .25 population, .15 technology times gdp.
    """
    gdp, head, people = (filled(values, panel.exists) for values in (panel.gdp, panel.gdp_per_head, panel.population))
    spent = np.where(panel.exists, np.nan_to_num(panel.milex), 0.0)
    share = spent / np.maximum(spent.sum(axis=1, keepdims=True), 1e-300)
    force, kept, weight = np.zeros_like(share), np.zeros(share.shape[1]), 0.0
    for t in range(len(share)):
        kept, weight = (1 - FORCE_MEMORY) * kept + share[t], (1 - FORCE_MEMORY) * weight + 1
        force[t] = kept / weight
    technology = np.clip(np.log(np.maximum(head, 1.0) / POOR) / np.log(RICH / POOR), 0, 1)
    weights = (0.25, 0.35, 0.25, 0.15)
    years = [
        power_share(columns, weights=weights, alive=alive)
        for *columns, alive in zip(gdp, force, people, technology * gdp, panel.exists, strict=True)
    ]
    return np.maximum(np.array(years), LEAST_POWER)


def peace_years(panel: Panel) -> Array:
    """Years at peace when each year begins, (T + 1, n, n); 0 in the year in which a state enters."""
    T, n = panel.exists.shape
    since = np.floor(np.where(np.isnan(panel.since), panel.first, panel.since))
    since = np.concatenate([since, since[-1:]])
    last = np.full((n, n), -np.inf)
    found = np.empty((T + 1, n, n), dtype=np.float32)
    for t in range(T + 1):
        year = panel.first + t
        found[t] = year - np.maximum(np.maximum(since[t][:, None], since[t]), last)
        if t < T:
            last[panel.ongoing[t]] = year
    return np.maximum(found, 0)


def quiet_years(panel: Panel) -> Array:
    """Whole years without a dispute when each year begins, (T + 1, n, n): 0 after a year with one, at most `NEVER`."""
    found = np.full((len(panel.years) + 1, *panel.ongoing.shape[1:]), NEVER, dtype=np.float32)
    for t, quarrel in enumerate(panel.ongoing):
        np.minimum(found[t] + 1, NEVER, out=found[t + 1])
        found[t + 1][quarrel] = 0
    return found


def followed(values: Array, exists: Array, first: int) -> Array:
    """Figures of states (T, n), each moved by `FOLLOWING` a year from what it was before, from index `first` on."""
    kept = values.copy()
    for t in range(first + 1, len(values)):
        moved = kept[t - 1] + FOLLOWING * (values[t] - kept[t - 1])
        kept[t] = np.where(exists[t - 1], moved, values[t])
    return kept


def decayed(happened: Array, half_life: float) -> Array:
    """Events (T, n, n) summed when each year begins, halved every `half_life` years since; (T + 1, n, n)."""
    kept = 0.5 ** (1 / half_life)
    total = np.zeros((len(happened) + 1, *happened.shape[1:]), dtype=np.float32)
    for t, events in enumerate(happened):
        np.multiply(total[t] + events, kept, out=total[t + 1])
    return total


def spline(x: Array, knots: Sequence[float] = KNOTS) -> list[Array]:
    """The bends of a natural cubic spline, without its straight line: one fewer than the knots less one."""
    *inner, final = knots
    span = (final - knots[0]) ** 2

    def bend(k: float) -> Array:
        return np.asarray((np.maximum(x - k, 0) ** 3 - np.maximum(x - final, 0) ** 3) / (final - k) / span)

    return [bend(k) - bend(inner[-1]) for k in inner[:-1]]


def _contiguity(data: Covariates, rows: Rows) -> Array:
    return data.panel.contiguity[rows.before, rows.i, rows.j]


def _two(values: Array, rows: Rows) -> tuple[Array, Array]:
    """A figure of both states, (m,), (m,)."""
    return values[rows.before_i, rows.i], values[rows.before_j, rows.j]


def _majors(data: Covariates, rows: Rows) -> Array:
    first, second = _two(data.panel.major, rows)
    return first.astype(int) + second


def _peace(data: Covariates, rows: Rows) -> Array:
    return data.peace_years[rows.t, rows.i, rows.j]


def _bend(place: int) -> Callable[[Covariates, Rows], Array]:
    """A bend of the spline by whole years at peace: looked up, which is quicker than cubing every row."""

    def column(data: Covariates, rows: Rows) -> Array:
        years = _peace(data, rows).astype(int)
        return spline(np.arange(years.max(initial=0) + 1.0))[place][years]

    return column


def _log_ratio(data: Covariates, rows: Rows) -> Array:
    first, second = _two(data.cinc, rows)
    return np.abs(np.log(first / second))


def _mean_log(values: Array, rows: Rows) -> Array:
    first, second = _two(values, rows)
    return np.log(first * second) / 2


def _gap(values: Array, rows: Rows) -> Array:
    first, second = _two(values, rows)
    return np.abs(first - second)


def _log_distance(data: Covariates, rows: Rows) -> Array:
    km = data.panel.distance[rows.i, rows.j]
    return np.log1p(np.where(np.isnan(km), np.nanmedian(km) if np.isfinite(km).any() else 0.0, km))


def _log_trade(data: Covariates, rows: Rows) -> Array:
    trade, t = data.panel.trade, rows.before
    return np.log1p(np.nan_to_num(trade[t, rows.i, rows.j]) + np.nan_to_num(trade[t, rows.j, rows.i]))


COLUMNS: dict[str, Callable[[Covariates, Rows], Array]] = {
    "intercept": lambda data, rows: np.ones(len(rows.t)),
    "log_capability_ratio": _log_ratio,
    "log_capabilities": lambda data, rows: _mean_log(data.cinc, rows),
    "log_power": lambda data, rows: _mean_log(data.power, rows),
    "land": lambda data, rows: _contiguity(data, rows) == 1,
    "water": lambda data, rows: _contiguity(data, rows) > 1,
    "log_distance": _log_distance,
    "defence_pact": lambda data, rows: data.panel.pact_of("defence")[rows.before, rows.i, rows.j],
    "joint_democracy": lambda data, rows: np.minimum(*_two(data.polyarchy, rows)),
    "regime_difference": lambda data, rows: _gap(data.polyarchy, rows),
    "one_major": lambda data, rows: _majors(data, rows) == 1,
    "one_major_far": lambda data, rows: (_majors(data, rows) == 1) & (_contiguity(data, rows) == 0),
    "two_majors": lambda data, rows: _majors(data, rows) == 2,
    "ideal_distance": lambda data, rows: _gap(data.ideal_point, rows),
    "shared_allies": lambda data, rows: np.log1p(data.allies[rows.before, rows.i, rows.j]),
    "joint_organisations": lambda data, rows: data.panel.joint_igos[rows.before, rows.i, rows.j],
    "log_trade": _log_trade,
    "peace": _peace,
    "peace_bend_1": _bend(0),
    "peace_bend_2": _bend(1),
    "peace_bend_3": _bend(2),
    "joint_tradition": lambda data, rows: np.minimum(*_two(data.tradition, rows)),
    "tradition_difference": lambda data, rows: _gap(data.tradition, rows),
    "recent_dispute": lambda data, rows: np.exp(-data.quiet_years[rows.t, rows.i, rows.j] / FADING),
    "recent_disputes": lambda data, rows: np.log1p(data.counted[rows.t, rows.i, rows.j]),
}
"""Covariate -> how its column (m,) is worked out."""
