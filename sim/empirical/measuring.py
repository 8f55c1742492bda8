"""The stylised facts of simulated worlds: each part of each fact, per run and with an interval over the runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Any

import networkx as nx
import numpy as np
from scipy.stats import rankdata
from scipy.stats import t as student

from sim.core.columns import Array
from sim.core.streams import Streams
from sim.empirical.facts import FACTS
from sim.empirical.watching import KINDS, MEDIATORS, Watched
from sim.measures.structure import local_clustering

LAGS = (1, 5, 10, 20)
"""Years after which ideal points are compared."""
SMALLEST_WAR = 1000.0
"""Battle deaths from which a dispute counts as a war in the lists of wars."""
DRAWS = 400
"""Draws of runs for the interval of what is measured over all runs at once."""
FEWEST = 10
"""Wars that a tail can be fitted to."""
LEVEL = 0.95


@dataclass(frozen=True)
class Measured:
    """A part of a fact in an ensemble: its mean over runs and a 95% interval of that mean; None where there is none."""

    value: float | None
    low: float | None = None
    high: float | None = None


type OfARun = Callable[[Watched], Mapping[str, float | None]]


def _ratio(over: Any, under: Any) -> float | None:
    return float(over) / float(under) if under else None


def onset_rates(seen: Watched) -> dict[str, float | None]:
    """F1: new disputes of pairs at peace, per 1000 pair-years."""
    rate = _rates(seen)
    return {"all pairs": _scaled(rate["all"], 1000), "relevant pairs": _scaled(rate["relevant"], 1000)}


def neighbours(seen: Watched) -> dict[str, float | None]:
    """F2: rate of land neighbours over that of all other pairs."""
    rate = _rates(seen)
    return {"ratio": _over(rate["land"], rate["other"])}


def levels(seen: Watched) -> dict[str, float | None]:
    """F3: shares of the highest levels."""
    names = ("threat", "display", "force", "war")
    found = [quarrel.level for quarrel in seen.quarrels]
    return {name: _ratio(found.count(level), len(found)) for level, name in enumerate(names, start=2)}


def participants(seen: Watched) -> dict[str, float | None]:
    """F4: how many take part. Disputes over before the end of their first step have two."""
    number = max(int(seen.disputes.sum()), len(seen.crowds))
    large = [len(crowd) for crowd in seen.crowds.values()]
    total = sum(large) + 2 * (number - len(large))
    return {"mean number": _ratio(total, number), "more than two": _ratio(sum(c > 2 for c in large), number)}


def disputes_a_year(seen: Watched) -> dict[str, float | None]:
    """F5: mean, and variance over mean, of the disputes begun in a year."""
    return {"mean": float(seen.disputes.mean()), "variance over mean": _dispersion(seen.disputes)}


def wars(seen: Watched) -> dict[str, float | None]:
    """F6: wars begun a year."""
    return {"onsets": float(seen.wars.mean())}


def joint_democracy(seen: Watched) -> dict[str, float | None]:
    """F7: rate of relevant pairs of democracies over that of the other relevant pairs."""
    rate = _rates(seen)
    return {"ratio": _over(rate["joint democracy"], rate["other relevant"])}


def pacts(seen: Watched) -> dict[str, float | None]:
    """F8: density and clustering of the network of defence pacts, means over years; modularity, over three of them."""
    years = range(len(seen.allied))
    density = [_share_tied(seen.allied[t], seen.alive[t]) for t in years]
    clustering = [_clustering(seen.allied[t]) for t in years]
    few = sorted({0, len(years) // 2, len(years) - 1})
    modules = [modularity(seen.allied[t]) for t in few]
    return {"density": _mean(density), "clustering": _mean(clustering), "modularity": _mean(modules)}


def pacts_come_and_go(seen: Watched) -> dict[str, float | None]:
    """F9: formation and termination of defence pacts of pairs that exist in both years."""
    lasting = _pairs(seen.alive[:-1] & seen.alive[1:])
    before, after = seen.allied[:-1] & lasting, seen.allied[1:] & lasting
    formed, ended = (after & ~before).sum(axis=(1, 2)), (before & ~after).sum(axis=(1, 2))
    return {
        "formation": _scaled(_ratio(formed.sum(), (lasting & ~before).sum()), 1000),
        "termination": _scaled(_ratio(ended.sum(), before.sum()), 100),
        "variance over mean of formations": _dispersion(formed),
    }


def crises(seen: Watched) -> dict[str, float | None]:
    """F10: share of the disputes that cost lives in which somebody was accepted as mediator."""
    grave = [quarrel.mediated for quarrel in seen.quarrels if quarrel.fatal]
    return {"mediated": _ratio(sum(grave), len(grave))}


def mediators(seen: Watched) -> dict[str, float | None]:
    """F11: shares of mediations by who mediated."""
    total = float(seen.mediators.sum())
    return {name: _ratio(number, total) for name, number in zip(MEDIATORS, seen.mediators.tolist(), strict=True)}


def powers(seen: Watched) -> dict[str, float | None]:
    """F12: shares of the mightiest, means over years; rank correlation between years 20 apart."""
    ranked = -np.sort(-seen.power, axis=1)
    shares = {
        f"mightiest {name}": float(ranked[:, :number].sum(axis=1).mean())
        for name, number in (("state", 1), ("five", 5), ("ten", 10))
    }
    apart = len(seen.power) - 1
    both = seen.alive[0] & seen.alive[-1]
    known = apart >= LAGS[-1] and both.sum() > 2
    first, last = seen.power[apart - LAGS[-1] if known else 0][both], seen.power[-1][both]
    return shares | {
        "rank correlation over 20 years": float(np.corrcoef(rankdata(first), rankdata(last))[0, 1]) if known else None
    }


def votes(seen: Watched) -> dict[str, float | None]:
    """F13: correlation of what votes tell of ideal points over some years, over all states and years."""
    names = ["1 year", *(f"{lag} years" for lag in LAGS[1:])]
    return {name: _autocorrelation(seen.votes, seen.alive, lag) for name, lag in zip(names, LAGS, strict=True)}


EACH_RUN: Mapping[str, OfARun] = {
    "F1": onset_rates, "F2": neighbours, "F3": levels, "F4": participants, "F5": disputes_a_year, "F6": wars,
    "F7": joint_democracy, "F8": pacts, "F9": pacts_come_and_go, "F10": crises, "F11": mediators, "F12": powers,
    "F13": votes,
}  # fmt: skip
"""Facts that every run shows by itself; the tail of war sizes needs the wars of all runs."""


def war_tail(deaths: Array, *, smallest: float = SMALLEST_WAR) -> dict[str, float | None]:
    """F14: the tail of war sizes, (w,): slope of the log10 share of larger wars, and alpha by maximum likelihood.

    alpha = 1 + w / sum ln(x / smallest) for a density x ** -alpha above `smallest` (Clauset, Shalizi & Newman 2009).
    """
    tail = np.sort(deaths[deaths >= smallest])
    if len(tail) < FEWEST or tail[-1] == tail[0]:
        return {"slope of the log10 share of larger wars": None, "alpha by maximum likelihood": None}
    larger = np.log10(1 - np.arange(len(tail)) / len(tail))
    slope = float(np.polyfit(np.log10(tail), larger, 1)[0])
    return {
        "slope of the log10 share of larger wars": slope,
        "alpha by maximum likelihood": 1 + len(tail) / sum(log(x / smallest) for x in tail.tolist()),
    }


def measured(runs: Sequence[Watched], seed: int = 0) -> dict[str, dict[str, Measured]]:
    """Every part of every fact: fact -> part -> mean over runs and its interval.

    Args:
        runs: one or more. seed: of the draws for the interval of war sizes.
    """
    found: dict[str, dict[str, Measured]] = {}
    for fact in FACTS:
        if fact.key in EACH_RUN:
            values = [EACH_RUN[fact.key](seen) for seen in runs]
            found[fact.key] = {part.name: _over_runs([each[part.name] for each in values]) for part in fact.parts}
        else:
            found[fact.key] = _tail_over_runs([np.array(seen.deaths) for seen in runs], seed)
    return found


def _over_runs(values: Sequence[float | None]) -> Measured:
    known = np.array([value for value in values if value is not None])
    if not known.size:
        return Measured(None)
    mean = float(known.mean())
    if len(known) < 2:
        return Measured(mean)
    reach = float(student.ppf((1 + LEVEL) / 2, len(known) - 1) * known.std(ddof=1)) / sqrt(len(known))
    return Measured(mean, mean - reach, mean + reach)


def _tail_over_runs(deaths: Sequence[Array], seed: int) -> dict[str, Measured]:
    whole = war_tail(np.concatenate(deaths))
    rng = Streams(seed).at("war sizes", 0)
    drawn = [
        war_tail(np.concatenate([deaths[k] for k in rng.integers(len(deaths), size=len(deaths))])) for _ in range(DRAWS)
    ]
    found = {}
    for name, value in whole.items():
        spread = [each[name] for each in drawn if each[name] is not None]
        low, high = np.quantile(np.array(spread, dtype=float), [(1 - LEVEL) / 2, (1 + LEVEL) / 2]) if spread else (0, 0)
        found[name] = Measured(value, float(low), float(high)) if value is not None and spread else Measured(value)
    return found


# -- small sums --------------------------------------------------------------------------------------------------------
def _rates(seen: Watched) -> dict[str, float | None]:
    fallen, exposed = seen.onsets.sum(axis=0), seen.at_risk.sum(axis=0)
    return {kind: _ratio(fallen[k], exposed[k]) for k, kind in enumerate(KINDS)}


def _over(one: float | None, other: float | None) -> float | None:
    return None if one is None or not other else one / other


def _scaled(value: float | None, by: float) -> float | None:
    return None if value is None else by * value


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _dispersion(counts: Array) -> float | None:
    return _ratio(counts.var(ddof=1), counts.mean()) if len(counts) > 1 else None


def _pairs(alive: Array) -> Array:
    """Pairs i < j of living states, bool (T, n, n) of (T, n)."""
    return np.triu(alive[:, :, None] & alive[:, None, :], k=1)


def _share_tied(allied: Array, alive: Array) -> float | None:
    pairs = alive.sum() * (alive.sum() - 1) / 2
    return _ratio(np.triu(allied, k=1).sum(), pairs)


def _clustering(allied: Array) -> float | None:
    values = local_clustering(allied)
    return float(values[values >= 0].mean()) if (values >= 0).any() else None


def modularity(tie: Array) -> float | None:
    """Modularity of the best split that Louvain's method finds; tie bool (n, n). None without ties."""
    graph = nx.from_numpy_array(np.triu(tie, k=1).astype(int))
    if not graph.number_of_edges():
        return None
    return float(nx.community.modularity(graph, nx.community.louvain_communities(graph, seed=0)))


def _autocorrelation(values: Array, alive: Array, lag: int) -> float | None:
    if len(values) <= lag:
        return None
    both = alive[lag:] & alive[:-lag]
    if both.sum() < 3:
        return None
    return float(np.corrcoef(values[:-lag][both], values[lag:][both])[0, 1])
