"""Pacts, mediation, votes and leaders in the data: how they come, go and drift."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt

import numpy as np
import pandas as pd
from scipy.linalg import expm, solve_continuous_lyapunov
from scipy.optimize import least_squares

from sim.core.columns import Array
from sim.empirical.codes import identity
from sim.empirical.covariates import past_rows
from sim.empirical.estimates import Estimate, log_odds, ratio, share
from sim.empirical.panel import Panel
from sim.empirical.regression import poisson
from sim.empirical.spreading import decimal_years
from sim.mechanisms.ideal_points import IdealPoints
from sim.world import OBLIGATIONS

BURST = 50
"""Pairs newly tied in a year from which on it counts as one of the great treaties of many."""
KINDS = {"offence": 0, "defence": 1, "nonaggression": 2, "neutrality": 3}
MEDIATED, OFFERED = 4, (2, 3, 4)
FORMAL, SEMI_FORMAL = 1, 2
FACILITATED, FORMULATED, MANIPULATED = 2, 3, 4
LAGS = 25
"""Years over which votes are compared."""
PARTS = 20
"""Groups of states that are left out in turn for the errors of votes (jackknife)."""
LEANING = 2 / 3
"""Share of their portfolio that states give to poles, which draw them (`mechanisms.ideal_points`)."""
LEADERS_SHARE = 1 / 3
"""Part of the wandering of ideal points that comes with new leaders (`mechanisms.ideal_points`)."""


def alliances(panel: Panel, since: int = 1946) -> list[Estimate]:
    """How often pairs conclude and end pacts, and of what kinds new ones are."""
    rows = past_rows(panel, since + 1, "alliances")
    rows = rows.where(rows.before < rows.t)
    now = {name: panel.pact_of(name)[rows.t, rows.i, rows.j] for name in OBLIGATIONS}
    before = {name: panel.pact_of(name)[rows.before, rows.i, rows.j] for name in OBLIGATIONS}
    tied, was = now["defence"], before["defence"]
    told = "defence obligations of pairs that exist in both years; errors by year"
    end = ratio("", (~tied & was)[was], np.ones(was.sum()), rows.t[was], "1/year", f"ended a year over tied: {told}")
    form = ratio("alliances.formation", (tied & ~was)[~was], np.ones((~was).sum()), rows.t[~was], "1/year", told)
    some, had = np.logical_or.reduce(list(now.values())), np.logical_or.reduce(list(before.values()))
    return [
        end.times(1.0, "mechanisms.alliances.t0", f"ended a year over tied: {told}"),
        form,
        ratio("alliances.density", tied, np.ones(len(tied)), rows.t, "1", f"share of pairs tied: {told}"),
        _bursts((tied & ~was), rows.t),
        *_kinds(now, some & ~had, rows.t),
    ]


def _bursts(new: Array, t: Array) -> Estimate:
    """Variance over mean of the yearly number of new ties; no error, since a few years make it."""
    yearly = np.bincount(t - t.min(), new) if len(t) else np.zeros(0)
    value = float(yearly.var(ddof=1) / yearly.mean()) if len(yearly) > 1 and yearly.any() else float("nan")
    told = "variance over mean of pairs newly tied by defence a year"
    return Estimate("alliances.bursts", value, float("nan"), len(yearly), "1", told)


def _kinds(now: dict[str, Array], new: Array, t: Array) -> Iterator[Estimate]:
    """Strongest obligation of new ties in years without a burst."""
    yearly = np.bincount(t, new, minlength=int(t.max(initial=0)) + 1)
    few = new & (yearly[t] < BURST)
    kind = np.full(int(few.sum()), len(KINDS))
    for name, code in reversed(KINDS.items()):
        kind[now[name][few]] = code
    told = f"first of {', '.join(KINDS)} that binds pairs newly tied, years with fewer than {BURST} of them"
    for name, code in KINDS.items():
        yield ratio(f"mechanisms.alliances.{name}", kind == code, np.ones(len(kind)), t[few], "1", f"{name}: {told}")


def mediation(panel: Panel, since: int = 1946) -> list[Estimate]:
    """How often crises are mediated, in what style, and what difference it makes."""
    crises = panel.crises
    begun = crises.start.dt.year if len(crises) else pd.Series(dtype=float)
    crises = crises[(begun >= since).to_numpy() & crises.mediate.notna().to_numpy()] if len(crises) else crises
    if not len(crises):
        return []
    code = crises.mediate.to_numpy()
    mediated, offered = code == MEDIATED, np.isin(code, OFFERED)
    agreed = np.isin(crises.forout.to_numpy(), (FORMAL, SEMI_FORMAL))
    style = crises.medstyle.to_numpy()[mediated]
    agreed_by = agreed[mediated]
    told = "international crises (ICB) that are over"
    return [
        share("mediation.mediated", mediated, f"mediate = 4: {told}"),
        share("mediation.offered", offered, f"mediate = 2, 3 or 4, the first two read as offers that failed: {told}"),
        share("mediation.accepted", mediated[offered], f"mediate = 4 among 2, 3 and 4: {told}"),
        log_odds(
            *("mechanisms.mediation.gap", agreed_by, agreed[~mediated]),
            f"formal or semi-formal agreement (forout 1, 2), mediated above other crises: {told}",
        ),
        share(
            *("mechanisms.mediation.manipulates", style[style >= FACILITATED] == MANIPULATED),
            f"medstyle 4 among 2, 3 and 4: {told}",
        ),
        share(
            *("mechanisms.mediation.formulates", style[np.isin(style, (FACILITATED, FORMULATED))] == FORMULATED),
            f"medstyle 3 among 2 and 3: {told}",
        ),
        log_odds(
            *("mechanisms.mediation.s_manipulation", agreed_by[style == MANIPULATED], agreed_by[style == FORMULATED]),
            f"formal or semi-formal agreement, medstyle 4 above 3: {told}",
        ),
    ]


@dataclass(frozen=True)
class _Votes:
    """Half the sums of squared changes in votes by state and lag, and how many changes there are, (n, lags + 1).

    The last of each is for a lag without end, at which nothing is left of what was: squares of the votes themselves.
    """

    squares: Array
    number: Array

    @classmethod
    def of(cls, points: Array, lags: int) -> _Votes:
        """From ideal points (T, n) about their mean, NaN where unknown; lags 1 to `lags` years."""
        changes = [*(points[lag:] - points[:-lag] for lag in range(1, lags + 1)), np.sqrt(2) * points]
        squares = [np.nansum(change**2, axis=0) / 2 for change in changes]
        return cls(np.stack(squares, axis=1), np.stack([np.isfinite(c).sum(axis=0) for c in changes], axis=1))

    def variogram(self, states: Array) -> Array:
        """Half the mean squared change over each lag and without end, of some states, (lags + 1,)."""
        return np.asarray(self.squares[states].sum(axis=0) / np.maximum(self.number[states].sum(axis=0), 1))


def ideal_points(panel: Panel, since: int = 1946) -> list[Estimate]:
    """How votes in the United Nations wander: innovation, reversion and noise from changes over 1 to 25 years.

    The form is that of `mechanisms.ideal_points`, x to an anchor that itself follows x and returns to the middle, at
    its rates `following` and `homing`; poles are left out. Errors leave out a twentieth of the states at a time.
    """
    low = max(since - panel.first, 0)
    points = np.where(panel.exists, panel.ideal_point, np.nan)[low:]
    points = points[np.isfinite(points).sum(axis=1) > 1]
    if len(points) < 5:
        return []
    points = points - np.nanmean(points, axis=1, keepdims=True)
    votes = _Votes.of(points, min(LAGS, len(points) - 2))
    states = np.flatnonzero(votes.number[:, 0] > 0)
    value = _wandering(votes.variogram(states))
    parts = min(PARTS, len(states))
    others = np.array([_wandering(votes.variogram(np.delete(states, np.s_[k::parts]))) for k in range(parts)])
    se = np.sqrt((parts - 1) / parts * ((others - others.mean(axis=0)) ** 2).sum(axis=0))
    return list(_of_votes(value, se, len(states)))


def _of_votes(value: Array, se: Array, n: int) -> Iterator[Estimate]:
    told = "variogram of United Nations ideal points, 1 to 25 years, and their variance"
    total = Estimate("ideal_points.wandering", float(value[0]), float(se[0]), n, "1/year^.5", f"yearly spread: {told}")
    yield total
    own, leaders = sqrt(1 - LEADERS_SHARE), sqrt(LEADERS_SHARE)
    yield total.times(
        own, "mechanisms.ideal_points.innovation", f"two thirds of the variance, the rest leaders': {told}"
    )
    yield total.times(leaders, "mechanisms.leadership.shift", f"a third of the variance of wandering: {told}")
    name = "mechanisms.ideal_points.reversion"
    yield Estimate(name, float(value[1]), float(se[1]), n, "1/year", f"return to the anchor: {told}")
    yield Estimate(
        "mechanisms.ideal_points.noise", float(value[2]), float(se[2]), n, "1", f"spread of observation errors: {told}"
    )


def _wandering(variogram: Array) -> Array:
    """Innovation, reversion and noise that come nearest to a variogram at 1, 2, .. years and without end, (3,)."""

    def misses(logs: Array) -> Array:
        return expected_variogram(*np.exp(logs), lags=len(variogram) - 1) / np.maximum(variogram, 1e-9) - 1

    begin = np.log([0.16, 0.03, np.sqrt(max(variogram[0] / 2, 1e-6))])
    return np.exp(least_squares(misses, begin, bounds=(begin - 4, begin + 3)).x)


def expected_variogram(innovation: float, reversion: float, noise: float, *, lags: int) -> Array:
    """Half the mean squared change of ideal points over 1 to `lags` years, and without end, (lags + 1,).

    By the model's own equations; the poles themselves are taken to stay where they are.
    """
    usual = IdealPoints()
    drawn = usual.by_pole * LEANING
    pull = np.array([[-reversion - drawn, reversion], [usual.following, -usual.following - usual.homing]])
    spread = solve_continuous_lyapunov(pull, -np.diag([innovation**2, 0.0]))
    yearly, later, found = expm(pull), spread, []
    for _ in range(lags):
        later = yearly @ later
        found.append(spread[0, 0] - later[0, 0])
    return np.array([*found, spread[0, 0]]) + noise**2


def leadership(panel: Panel, since: int = 1946) -> list[Estimate]:
    """How often leaders leave office, by polyarchy the year before."""
    if not len(panel.leaders):
        return []
    tenure, exits = _in_office(panel)
    told_of = (panel.years >= since) & (panel.years <= panel.known_until("leaders"))
    t, i = np.nonzero((tenure > 0) & panel.exists & told_of[:, None])
    democracy = panel.polyarchy[np.maximum(t - 1, 0), i]
    democracy = np.where(np.isnan(democracy), panel.polyarchy[t, i], democracy)
    known = np.isfinite(democracy)
    t, i, democracy = t[known], i[known], democracy[known]
    if not exits[t, i].any():
        return []
    names, design = ("autocracy", "democracy"), np.stack([1 - democracy, democracy], axis=1)
    fit = poisson(design, exits[t, i], tenure[t, i], names, cluster=i)
    told = "log hazard of exits linear in polyarchy of the year before, errors by state"
    found = []
    for name in names:
        log, se = fit[name]
        hazard = float(np.exp(log))
        found.append(Estimate(f"mechanisms.leadership.{name}", hazard, hazard * se, len(t), "1/year", told))
    for name, chosen in {"autocracies": democracy <= 0.5, "democracies": democracy > 0.5}.items():
        a, b = t[chosen], i[chosen]
        told = f"exits over years in office, polyarchy {'above' if name == 'democracies' else 'up to'} .5"
        found.append(ratio(f"leadership.exits_{name}", exits[a, b], tenure[a, b], b, "1/year", told))
    return found


def regimes(panel: Panel, since: int = 1946) -> list[Estimate]:
    """How polyarchy moves: towards the mean of its region, and by itself.

    The form is that of `mechanisms.leadership`: changes from year to year on the distance to the mean of the region
    and on 4 d (1 - d); errors by state. States that are alone in their region count for the noise only.
    """
    values = np.where(panel.exists, panel.polyarchy, np.nan)
    known = np.isfinite(values[:-1]) & np.isfinite(values[1:]) & (panel.years[:-1] >= since)[:, None]
    t, i = np.nonzero(known)
    if len(t) < 2:
        return []
    level, change = values[t, i], values[t + 1, i] - values[t, i]
    gap = _regional_means(panel, values)[t, i] - level
    told = "yearly changes of polyarchy; regions as in scenarios built from data; errors by state"
    pull = ratio("mechanisms.leadership.regional_pull", change * gap, gap**2, i, "1/year", f"on the gap: {told}")
    wandering, room = (change - pull.value * gap) ** 2, (4 * level * (1 - level)) ** 2
    spread = ratio("", wandering, room, i, "1/year", "")
    noise = float(np.sqrt(spread.value))
    name = "mechanisms.leadership.regime_noise"
    return [pull, Estimate(name, noise, spread.se / (2 * noise), len(t), "1/year^.5", f"spread of the rest: {told}")]


def _regional_means(panel: Panel, values: Array) -> Array:
    """Mean of the known values (T, n) of each state's region in each year, (T, n)."""
    regions = [identity(int(code), panel.last).region for code in panel.codes]
    found = np.full(values.shape, np.nan)
    for region in set(regions):
        members = np.array([own == region for own in regions])
        part, some = values[:, members], np.isfinite(values[:, members])
        mean = np.where(some, part, 0.0).sum(axis=1) / np.maximum(some.sum(axis=1), 1)
        found[:, members] = mean[:, None]
    return found


def _in_office(panel: Panel) -> tuple[Array, Array]:
    """Years of known leaders in each state and year, and how many left office, (T, n), (T, n)."""
    leaders, shape = panel.leaders, (len(panel.years), len(panel.codes))
    leaders = leaders[leaders.ccode.isin(panel.codes)]
    tenure, exits = np.zeros(shape), np.zeros(shape)
    place = np.searchsorted(panel.codes, leaders.ccode.to_numpy())
    begun, left = decimal_years(leaders.start, np.nan), decimal_years(leaders.end, panel.last + 1.0)
    for t, year in enumerate(panel.years):
        held = np.minimum(left, year + 1.0) - np.maximum(begun, year)
        np.add.at(tenure[t], place, np.maximum(held, 0.0))
    gone = leaders.exit.to_numpy() != ""
    at = leaders.end.dt.year.to_numpy(dtype=float) - panel.first
    gone &= (at >= 0) & (at < shape[0])
    np.add.at(exits, (at[gone].astype(int), place[gone]), 1.0)
    return tenure, exits
