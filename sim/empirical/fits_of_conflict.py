"""Disputes in the data: who begins them, how far they go, how long they last, who joins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from sim.core.columns import Array
from sim.empirical.covariates import FADING, ONSET, Covariates, Rows, past_rows
from sim.empirical.estimates import Estimate, mean, rate, ratio, share
from sim.empirical.panel import Panel
from sim.empirical.regression import Fit, logistic
from sim.empirical.spreading import decimal_years
from sim.mechanisms.dispute_onset import DisputeOnset
from sim.mechanisms.escalation import Escalation

if TYPE_CHECKING:
    import pandas as pd

PARAMETERS = {
    "log_power": "capabilities",
    "land": "land_border",
    "water": "near_by_sea",
    "log_distance": "far",
    "joint_tradition": "joint_democracy",
    "one_major_far": "one_great",
    "two_majors": "two_great",
    "ideal_distance": "ideal_distance",
    "tradition_difference": "regime_distance",
    "recent_dispute": "recent_dispute",
}
"""Covariate -> parameter of `mechanisms.dispute_onset`."""
RELEVANT = ("land", "water", "one_major_far", "two_majors")
"""Pairs of which one of these holds count 1 in the fit."""
ELSEWHERE = 0.2
"""What all other pairs count: they are many, and far from the others."""
SHAPE = 0.8
"""Disputes that weigh as much as the expectation in a pair's frailty: the shape of a gamma distribution of mean 1."""
HALF_LIFE = 15.0
"""In years, of a pair's disputes and of those expected of it."""
LASTING = 0.5
"""Share of the effect of a recent dispute that does not pass and belongs to the frailty."""
YEAR = 365.25
THREAT, DISPLAY, FORCE, WAR = 2, 3, 4, 5
ENOUGH = 20
"""Disputes since the turning year that it takes to tell their levels."""
HAZARD = (
    "yearly logit of a new dispute, joined ones too; pairs in a dispute that goes on left out; covariates of the year "
    f"before; neighbours and pairs with a great power count 1, others {ELSEWHERE:g}; errors by pair"
)


@dataclass(frozen=True)
class OnsetFit:
    """The hazard of disputes and what it leaves to say of every pair at the end of a panel.

    Attributes:
        simple: the regression on what both are and were, without any dispute of the past.
        fit: the same with recent disputes and `proneness`: ln((k + n) / (k + m)), where n counts the pair's disputes, m
            sums the chances that `simple` gave it, both halved every `HALF_LIFE` years, and k is `SHAPE`.
        begun: what the log-odds lose if only disputes that both began count.
        shift: what the intercept gains where all frailties are 0, so that as many disputes are expected as there were.
        frailty: of each pair when the next year begins, 0 for pairs that are new, symmetric (n, n).
        record: disputes that the two began, halved every 15 years, when the next year begins, (n, n).
        peace: years without a dispute when the next year begins, `NEVER` if there was none, (n, n).
    """

    simple: Fit
    fit: Fit
    begun: Fit
    shift: Fit
    frailty: Array
    record: Array
    peace: Array

    @property
    def baseline(self) -> float:
        """`mechanisms.dispute_onset.baseline` for runs that are given the frailties."""
        return self.fit["intercept"][0]

    def numbers(self) -> dict[str, float]:
        """Parameters of `mechanisms.dispute_onset` for runs that are given the frailties."""
        return {"baseline": self.baseline} | {name: value for name, (value, _, _) in self._told().items()}

    def estimates(self) -> list[Estimate]:
        """Every coefficient under its parameter's address, that of the proneness, and the simpler regression."""
        (value, se), rows, base = self.fit["intercept"], self.fit.rows, "mechanisms.dispute_onset"
        usual = value + self.shift["intercept"][0]
        found = [
            Estimate(f"{base}.baseline", usual, se, rows, "1", f"intercept without frailties: {HAZARD}"),
            Estimate("dispute_onset.baseline_with_frailty", value, se, rows, "1", f"intercept: {HAZARD}"),
            Estimate("dispute_onset.proneness", *self.fit["proneness"], rows, "1", f"coefficient: {HAZARD}"),
        ]
        found += [Estimate(f"{base}.{name}", x, se, rows, "1", told) for name, (x, se, told) in self._told().items()]
        for name in self.simple.names:
            told = f"coefficient of {name}, without frailty and history: {HAZARD}"
            found.append(Estimate(f"dispute_onset.simple.{name}", *self.simple[name], rows, "1", told))
        return found

    def _told(self) -> dict[str, tuple[float, float, str]]:
        """Parameter -> value, standard error, definition; the intercept left out."""
        found = {name: (*self.fit[part], f"coefficient of {part}: {HAZARD}") for part, name in PARAMETERS.items()}
        value, se, told = found["recent_dispute"]
        found["recent_dispute"] = ((1 - LASTING) * value, (1 - LASTING) * se, f"{1 - LASTING:g} x {told}")
        return found | {"begun": (*self.begun["intercept"], "the same for disputes that both began, all else held")}


def onset(panel: Panel, since: int = 1946) -> OnsetFit:
    """Fit the hazard of disputes to the years from `since` to the panel's last."""
    data, rows = Covariates(panel), at_risk(panel, since)
    at = (rows.t, rows.i, rows.j)
    happened, design = panel.onset[at], data.design(rows, ONSET)
    weights = np.where(design[:, [ONSET.index(name) for name in RELEVANT]].any(axis=1), 1.0, ELSEWHERE)
    simple = logistic(design[:, :-1], happened, ONSET[:-1], weights=weights, cluster=rows.pair)
    known, left = proneness(rows, happened, simple.chance(design[:, :-1]), panel.exists.shape)
    full = np.column_stack([design, known])
    usual = np.append(simple.coefficients, [2.0, 1.0])
    fit = logistic(full, happened, (*ONSET, "proneness"), weights=weights, cluster=rows.pair, start=usual)
    passing = fit.coefficients * np.append(np.ones(len(ONSET) - 1), [1 - LASTING, 0.0])
    begun, shift = (
        logistic(
            *(design[:, :1], events, ONSET[:1]), weights=weights, cluster=rows.pair, offset=offset, start=np.zeros(1)
        )
        for events, offset in ((panel.originator_onset[at], fit.index(full)), (happened, full @ passing))
    )
    recent = np.exp(-data.quiet_years[-1] / FADING)
    frailty = fit["proneness"][0] * left + LASTING * fit["recent_dispute"][0] * recent
    return OnsetFit(simple, fit, begun, shift, frailty, data.record[-1], data.quiet_years[-1])


def at_risk(panel: Panel, since: int) -> Rows:
    """Pairs of which both existed in the year before, without those whose dispute merely goes on."""
    rows = past_rows(panel, since, "dispute_pairs")
    at = (rows.t, rows.i, rows.j)
    return rows.where((rows.before < rows.t) & (~panel.ongoing[at] | panel.onset[at]))


def proneness(rows: Rows, happened: Array, expected: Array, shape: tuple[int, ...]) -> tuple[Array, Array]:
    """ln((k + n) / (k + m)) as known before the year of each row, (m,), and after the last year, (n, n).

    Args:
        happened, expected: whether there was a dispute in each row and the chance of one, (m,).
        shape: years and states of the panel.
    """
    years, states = shape
    counted, due = np.zeros((2, states, states))
    known, kept = np.zeros(len(rows.t)), 0.5 ** (1 / HALF_LIFE)
    edges = np.searchsorted(rows.t, np.arange(years + 1))
    for low, high in pairwise(edges.tolist()):
        at = rows.i[low:high], rows.j[low:high]
        known[low:high] = np.log((SHAPE + counted[at]) / (SHAPE + due[at]))
        counted[at] += happened[low:high]
        due[at] += expected[low:high]
        counted *= kept
        due *= kept
    left = np.log((SHAPE + counted) / (SHAPE + due))
    return known, left + left.T


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
    open_ = _years_open(disputes, panel.known_until("disputes"))
    ended = np.concatenate([np.ones(len(years), dtype=bool), np.zeros(len(open_), dtype=bool)])
    lived = np.concatenate([years, open_])
    end = rate("mechanisms.escalation.end", ended, lived, "ends over years lived through (maxdur), those open censored")
    war = rate(
        *("mechanisms.escalation.war", np.ones((level == WAR).sum()), years[level == FORCE]),
        "wars over years of disputes with force that stayed below war",
    )
    deadly = (over.fatality.to_numpy() > 0)[level == FORCE]
    openings = _openings(level, over.styear.to_numpy(), end)
    return [*shares, end, war, _death(deadly, years[level == FORCE]), *openings, *_parties(panel, since)]


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


def _openings(level: Array, begun: Array, end: Estimate) -> Iterator[Estimate]:
    """Opening levels from highest levels: a threat or display stays one if it ends before it rises.

    Those of disputes that begin before and since `turning_year` are told apart; of what is not seen yet it is
    expected that all stays as it was.

    Args:
        level, begun: highest level and first year of disputes that are over, (m,).
    """
    rise, turn = Escalation().rise, DisputeOnset().turning_year
    stayed = end.value / (end.value + rise)
    late = begun >= turn
    known = late if late.sum() >= ENOUGH else ~late
    for suffix, chosen in {"": ~late, "_since": known}.items():
        for name, at in {"share_threat": THREAT, "share_display": DISPLAY}.items():
            told = f"share at that highest level over the chance to end before rising at {rise:g} a year"
            told += f"; disputes begun {'since' if chosen is late else 'before'} {turn:g}"
            yield share("", level[chosen] == at, "").times(1 / stayed, f"mechanisms.dispute_onset.{name}{suffix}", told)


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
