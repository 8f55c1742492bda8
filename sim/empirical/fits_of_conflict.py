"""Disputes in the data: who begins them, how far they go, how long they last, who joins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit

from sim.core.columns import Array
from sim.empirical.covariates import ONSET, Covariates, past_rows
from sim.empirical.estimates import Estimate, mean, rate, ratio, share
from sim.empirical.panel import Panel
from sim.empirical.regression import Fit, Frailty, logistic, with_frailty
from sim.empirical.spreading import decimal_years
from sim.mechanisms.escalation import Escalation

if TYPE_CHECKING:
    import pandas as pd

PARAMETERS = {
    "log_power": "capabilities",
    "land": "land_border",
    "water": "near_by_sea",
    "log_distance": "far",
    "joint_democracy": "joint_democracy",
    "one_major": "one_great",
    "two_majors": "two_great",
    "ideal_distance": "ideal_distance",
    "recent_dispute": "recent_dispute",
    "dispute_history": "dispute_history",
}
"""Covariate -> parameter of `mechanisms.dispute_onset`."""
SIMPLE = ONSET[:-2]
YEAR = 365.25
THREAT, DISPLAY, FORCE, WAR = 2, 3, 4, 5
HAZARD = (
    "yearly logit of a dispute that both began, pairs in a dispute that goes on left out, covariates of the year before"
)


@dataclass(frozen=True)
class OnsetFit:
    """The hazard of disputes and what it leaves to say of every pair at the end of a panel.

    Attributes:
        frailty_fit: the regression, with a frailty of each pair.
        simple: the same without frailty, and without recent disputes and the record of older ones.
        shift: what the intercept loses where all frailties are 0, so that as many disputes are expected as there were.
        frailty: ln of each pair's multiplier, 0 for pairs that are new, symmetric (n, n).
        record: disputes that the two began, halved every 15 years, when the next year begins, (n, n).
        peace: years at peace when the next year begins, (n, n).
    """

    frailty_fit: Frailty
    simple: Fit
    shift: float
    frailty: Array
    record: Array
    peace: Array

    @property
    def baseline(self) -> float:
        """`mechanisms.dispute_onset.baseline` for runs that are given the frailties."""
        return self.frailty_fit.fit["intercept"][0]

    def estimates(self) -> list[Estimate]:
        """Every coefficient under its parameter's address, the shape of the frailty, and the simpler regression."""
        fit, frailty = self.frailty_fit.fit, self.frailty_fit
        value, se = fit["intercept"]
        base = "mechanisms.dispute_onset"
        found = [
            Estimate(
                f"{base}.baseline", value + self.shift, se, fit.rows, "1", f"intercept without frailties: {HAZARD}"
            ),
            Estimate("dispute_onset.baseline_with_frailty", value, se, fit.rows, "1", f"intercept: {HAZARD}"),
            Estimate(
                *("dispute_onset.frailty_shape", frailty.shape, frailty.shape_error, len(frailty.events), "1"),
                "shape of the gamma distribution, of mean 1, of pairs' multipliers",
            ),
        ]
        for name, parameter in PARAMETERS.items():
            found.append(Estimate(f"{base}.{parameter}", *fit[name], fit.rows, "1", f"coefficient of {name}: {HAZARD}"))
        for name in self.simple.names:
            told = f"coefficient of {name}, without frailty and history: {HAZARD}"
            found.append(Estimate(f"dispute_onset.simple.{name}", *self.simple[name], fit.rows, "1", told))
        return found


def onset(panel: Panel, since: int = 1946) -> OnsetFit:
    """Fit the hazard of disputes to the years from `since` to the panel's last."""
    data, rows = Covariates(panel), past_rows(panel, since)
    at = (rows.t, rows.i, rows.j)
    rows = rows.where(~panel.ongoing[at] | panel.onset[at])
    began = panel.originator_onset[rows.t, rows.i, rows.j]
    design = data.design(rows, ONSET)
    pairs, group = np.unique(rows.pair, return_inverse=True)
    fit = with_frailty(design, began, ONSET, group.reshape(-1), len(pairs))
    frailty = np.zeros((len(panel.codes),) * 2)
    i, j = pairs // 100_000, pairs % 100_000
    frailty[i, j] = frailty[j, i] = fit.log_multiplier
    index = fit.fit.index(design)
    shift = brentq(lambda s: float(expit(index + s).sum() - began.sum()), -5, 5) if began.any() else 0.0
    simple = logistic(design[:, : len(SIMPLE)], began, SIMPLE, cluster=rows.pair)
    return OnsetFit(fit, simple, shift, frailty, data.record[-1], data.peace_years[-1])


def escalation(panel: Panel, since: int = 1946) -> list[Estimate]:
    """How far disputes go and how long they last."""
    disputes = panel.disputes
    disputes = disputes[disputes.styear >= since]
    over = disputes[disputes.maxdur.notna() & disputes.hostlev.notna()]
    level, years = over.hostlev.to_numpy(), over.maxdur.to_numpy() / YEAR
    shares = [
        share(f"disputes.level_{name}", level == at, "disputes that are over, by highest level (hostlev)")
        for name, at in {"threat": THREAT, "display": DISPLAY, "force": FORCE, "war": WAR}.items()
    ]
    open_ = _years_open(disputes, panel.last)
    ended = np.concatenate([np.ones(len(years), dtype=bool), np.zeros(len(open_), dtype=bool)])
    lived = np.concatenate([years, open_])
    end = rate("mechanisms.escalation.end", ended, lived, "ends over years lived through (maxdur), those open censored")
    war = rate(
        *("mechanisms.escalation.war", np.ones((level == WAR).sum()), years[level == FORCE]),
        "wars over years of disputes with force that stayed below war",
    )
    deadly = (over.fatality.to_numpy() > 0)[level == FORCE]
    return [*shares, end, war, _death(deadly, years[level == FORCE]), *_openings(shares, end), *_parties(panel, since)]


def _years_open(disputes: pd.DataFrame, last: int) -> Array:
    """Years that disputes which are not over have lasted."""
    began = disputes.start[disputes.end.isna() & disputes.start.notna()]
    return np.maximum(last + 1 - decimal_years(began, np.nan), 0.0)


def _death(deadly: Array, years: Array) -> Estimate:
    """Rate of the first death: where there is one, its exponential clock rang before that of the end."""
    told = "e q / (1 - q): share q with deaths (fatality > 0) among disputes with force, their rate of ending e"
    end, q = rate("", np.ones(len(years)), years, ""), share("", deadly, "")
    if not q.n or not 0 < q.value < 1:
        return Estimate("mechanisms.escalation.death", float("nan"), float("nan"), q.n, "1/year", told)
    odds = q.value / (1 - q.value)
    se = np.hypot(end.se * odds, end.value * q.se / (1 - q.value) ** 2)
    return Estimate("mechanisms.escalation.death", end.value * odds, float(se), q.n, "1/year", told)


def _openings(shares: list[Estimate], end: Estimate) -> Iterator[Estimate]:
    """Opening levels from highest levels: a threat or display stays one if it ends before it rises."""
    rise = Escalation().rise
    stayed = end.value / (end.value + rise)
    for found, name in zip(shares, ("share_threat", "share_display"), strict=False):
        told = f"share at that highest level over the chance to end before rising at {rise:g} a year"
        yield found.times(1 / stayed, f"mechanisms.dispute_onset.{name}", told)


def _parties(panel: Panel, since: int) -> Iterator[Estimate]:
    """Parity and new leaders where force is used."""
    t, i, j = np.nonzero(panel.force_onset & panel.originator_onset)
    kept = (i < j) & (panel.years[t] >= since)
    t, i, j = t[kept], i[kept], j[kept]
    before = np.maximum(t - 1, 0)
    power = Covariates(panel).power
    low, high = (side(power[before, i], power[before, j]) for side in (np.minimum, np.maximum))
    told = "disputes with force that the two began"
    yield mean("mechanisms.escalation.usual_parity", low / high, "1", f"smaller over larger power share: {told}")
    new = newness(panel, Escalation().settling_in)
    both = (new[t, i] + new[t, j]) / 2
    told = f"mean of exp(-tenure / {Escalation().settling_in:g}) over the two leaders of 1 July: {told}"
    yield mean("mechanisms.escalation.usual_newness", both[np.isfinite(both)], "1", told)


def newness(panel: Panel, settling_in: float) -> Array:
    """exp(-tenure / settling_in) of the leader in office on 1 July, NaN where none is known, (T, n)."""
    found = np.full((len(panel.years), len(panel.codes)), np.nan)
    middle = panel.years + 0.5
    leaders = panel.leaders.sort_values("start", kind="stable")
    for code, spells in leaders.groupby("ccode"):
        i = int(np.searchsorted(panel.codes, code))
        if i < len(panel.codes) and panel.codes[i] == code:
            begun, ends = decimal_years(spells.start, np.nan), decimal_years(spells.end, np.inf)
            last = np.searchsorted(begun, middle, side="right") - 1
            there = (last >= 0) & (ends[np.maximum(last, 0)] >= middle) & panel.exists[:, i]
            found[there, i] = np.exp(-(middle - begun[last])[there] / settling_in)
    return found


def obligations(panel: Panel, since: int = 1946) -> list[Estimate]:
    """How often disputes widen and allies join."""
    pairs = panel.dispute_pairs
    pairs = pairs[pairs.onset & (pairs.year >= since)]
    first = pairs.dispnum.isin(pairs.dispnum[pairs.orig1 & pairs.orig2])
    joined = (~(pairs.orig1 & pairs.orig2)).groupby(pairs.dispnum).any()
    level = pairs.groupby("dispnum").hostlev.max()
    told = "disputes with a pair in which one is no originator, among those of highest level {}"
    found = [
        share(f"disputes.widened_{name}", joined[level == at].to_numpy(dtype=bool), told.format(at))
        for name, at in {"force": FORCE, "war": WAR}.items()
    ]
    rows = _calls(panel, pairs[first])
    told = (
        "defence allies of an originator, without a pact with its opponent, that are in the same dispute against that "
        "opponent; highest level {}; attackers' allies are among them"
    )
    for name, at in {"force": FORCE, "war": WAR}.items():
        chosen = rows[:, 2] == at
        called, number = rows[chosen, 1], rows[chosen, 0]
        found.append(
            ratio(f"obligations.allies_join_{name}", called, np.ones(len(called)), number, "1", told.format(at))
        )
    return found


def _calls(panel: Panel, pairs: pd.DataFrame) -> Array:
    """One row an ally that could have joined: number of the dispute, whether it did, level; (m, 3)."""
    tied = panel.pact_of("defence")
    place = {int(code): i for i, code in enumerate(panel.codes)}
    found = []
    for number, rows in pairs.groupby("dispnum"):
        met = {(int(a), int(b)) for a, b in zip(rows.ccode1, rows.ccode2, strict=True)}
        met |= {(b, a) for a, b in met}
        begun = rows[rows.orig1 & rows.orig2]
        level = rows.hostlev.max()
        for a, b, year in zip(begun.ccode1, begun.ccode2, begun.year, strict=True):
            t = max(panel.at(int(year)) - 1, 0)
            for own, foe in ((int(a), int(b)), (int(b), int(a))):
                allies = tied[t, place[own]] & ~tied[t, place[foe]] & panel.exists[t + 1 if t + 1 < len(tied) else t]
                allies[place[foe]] = False
                found += [(number, (int(code), foe) in met, level) for code in panel.codes[allies]]
    return np.array(found, dtype=float).reshape(-1, 3)
