"""What holds between states when a scenario begins: neighbours, trade, pacts, past and live disputes, rivalries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from sim.core.columns import Array
from sim.empirical.cast import Cast
from sim.empirical.covariates import NEVER, RECORD_LIFE, decayed, quiet_years
from sim.empirical.figures import PURPOSES, prices
from sim.empirical.spreading import decimal_years
from sim.empirical.starting_states import latest, short
from sim.mechanisms.trade import Trade
from sim.world import DEFENCE, OBLIGATIONS

LISTED_RIVALS = 0.4
"""Least rivalry of two states that the list of strategic rivals names: that of about one recent dispute."""
NEARLY_ALL = 0.75
"""Share of the pairs of an organisation's members bound to defence from which on it counts as one pact of many."""
FORGOTTEN = 0.01
"""Records of disputes below this are left out."""
LEAST_TRADE = 1e-6
"""A pair that reported no trade traded so much at most, 1e9 USD; 0 would mean that it is not known."""


def starting_ties(cast: Cast, frailty: Array | None) -> dict[str, Any]:
    """The section `ties` of a scenario; frailty along the axes of the panel, (n, n), or None."""
    record = cast.pairs(decayed(cast.panel.originator_onset, RECORD_LIFE)[-1])
    return {
        "contiguity": _neighbours(cast),
        "trade": _trade(cast),
        "pacts": _pacts(cast),
        "rivalries": _each(cast, _rivalry(cast, record), "level", least=FORGOTTEN),
        "dispute_record": _each(cast, record, "value", least=FORGOTTEN),
        "peace_years": _peace(cast),
        "frailty": [] if frailty is None else _each(cast, cast.pairs(frailty), "value", least=0.005),
        "disputes": _disputes(cast),
    }


def _places(chosen: Array) -> Iterator[tuple[int, int]]:
    """Pairs a < b of a symmetric mask."""
    i, j = np.nonzero(np.triu(chosen, 1))
    return zip(i.tolist(), j.tolist(), strict=True)


def _each(cast: Cast, values: Array, field: str, *, least: float) -> list[dict[str, Any]]:
    """Entries of the pairs whose value, (k, k), is not nearly 0."""
    codes = cast.codes
    chosen = np.abs(np.nan_to_num(values)) >= least
    return [{"pair": [codes[a], codes[b]], field: short(values[a, b], 4)} for a, b in _places(chosen)]


def _neighbours(cast: Cast) -> list[dict[str, Any]]:
    kind, codes = cast.pairs(cast.panel.contiguity[-1]), cast.codes
    words = {1: "land"}
    return [{"pair": [codes[a], codes[b]], "kind": words.get(int(kind[a, b]), "water")} for a, b in _places(kind > 0)]


def _trade(cast: Cast) -> list[dict[str, Any]]:
    """Goods both ways of the latest year that the data set tells of, in dollars of constant worth."""
    if (t := cast.latest("trade")) < 0:
        return []
    imports = cast.pairs(cast.panel.trade[t])
    known = np.isfinite(imports) | np.isfinite(imports.T)
    both = (np.nan_to_num(imports) + np.nan_to_num(imports.T)) * prices(int(cast.panel.years[t])) / 1000
    usual = _usual_trade(cast)
    unknown = usual * both[known].sum() / max(float(usual[known].sum()), 1e-300)
    return _each(cast, np.maximum(np.where(known, both, unknown), LEAST_TRADE), "value", least=0.0)


def _usual_trade(cast: Cast) -> Array:
    """What gravity says of pairs, but for a factor of all: products over distance, with the model's elasticities."""
    rule, gdp = Trade(), latest(cast.panel.gdp)[cast.places]
    size = np.where(np.isnan(gdp), np.nanmin(gdp), gdp) ** rule.by_size
    near = np.nan_to_num(cast.pairs(cast.panel.distance), nan=1e4) * (cast.pairs(cast.panel.contiguity[-1]) != 1)
    return np.asarray(size[:, None] * size * (near + rule.offset) ** -rule.by_distance)


def _pacts(cast: Cast) -> list[dict[str, Any]]:
    """A pact for each pair that is bound, with all its obligations, since the pair has been bound without a break."""
    if (t := cast.latest("alliances")) < 0:
        return []
    codes, panel = cast.codes, cast.panel
    held = cast.pairs(np.moveaxis(panel.pact[t], 0, -1))
    bound = panel.pact[: t + 1].any(axis=1)[:, cast.places][:, :, cast.places]
    unbroken = np.where(bound.all(axis=0), t + 1, np.argmin(bound[::-1], axis=0))
    shared = _alliances(cast, held[..., DEFENCE])
    return [
        {
            "obligation": [name for name, on in zip(OBLIGATIONS, held[a, b], strict=True) if on],
            "members": [codes[a], codes[b]],
            "since": int(panel.years[t] - unbroken[a, b] + 1),
        }
        | ({"shared": shared[a, b]} if (a, b) in shared else {})
        for a, b in _places(held.any(axis=-1))
    ]


def _alliances(cast: Cast, defence: Array) -> dict[tuple[int, int], str]:
    """Pair of allies -> the largest organisation of both whose members owe each other defence, nearly all of them."""
    shared: dict[tuple[int, int], str] = {}
    for igo, members in sorted(cast.memberships.items(), key=lambda item: (len(item[1]), item[0])):
        if igo in PURPOSES and len(members) > 2:
            allied = [(a, b) for a, b in combinations(members, 2) if defence[a, b]]
            if len(allied) >= NEARLY_ALL * len(members) * (len(members) - 1) / 2:
                shared |= dict.fromkeys(allied, igo.upper())
    return shared


def _rivalry(cast: Cast, record: Array) -> Array:
    """Rivalry (k, k): what the record of disputes says, at least `LISTED_RIVALS` for the strategic rivals."""
    listed = LISTED_RIVALS * cast.pairs(cast.panel.rivalry[-1])
    return np.asarray(np.maximum(-np.expm1(-record / 2), listed))


def _peace(cast: Cast) -> list[dict[str, Any]]:
    """Whole years without a dispute of the pairs that have had one; the others are left out."""
    years, codes = cast.pairs(quiet_years(cast.panel)[-1]), cast.codes
    return [{"pair": [codes[a], codes[b]], "value": float(years[a, b])} for a, b in _places(years < NEVER)]


def _disputes(cast: Cast) -> list[dict[str, Any]]:
    """Disputes that last beyond the end of the year; the pairs of one dispute share its name."""
    table, place = cast.panel.dispute_pairs, {who.cow: k for k, who in enumerate(cast.who)}
    first = table.groupby(["dispnum", "ccode1", "ccode2"]).year.min()
    live = table[pd.isna(table.end) & (table.year == cast.year)].sort_values("hostlev", kind="stable")
    live = live[live.ccode1.isin(place) & live.ccode2.isin(place)]
    live = live.drop_duplicates(["ccode1", "ccode2"], keep="last").sort_values(["dispnum", "ccode1", "ccode2"])
    several = Counter(live.dispnum)
    begun = _beginnings(cast)
    entries = []
    for row in live.itertuples(index=False):
        pair = sorted((place[row.ccode1], place[row.ccode2]), key=lambda k: -cast.power[k])
        year = int(first[row.dispnum, row.ccode1, row.ccode2])
        start = begun.get(row.dispnum, np.nan)
        entry = {
            "pair": [cast.codes[k] for k in pair],
            "level": int(min(max(row.hostlev, 1), 5)),
            "since": round(float(start), 2) if year <= start < year + 1 else year + 0.5,
        }
        entries.append(entry | ({"shared": f"MID {int(row.dispnum)}"} if several[row.dispnum] > 1 else {}))
    return entries


def _beginnings(cast: Cast) -> dict[int, float]:
    """Dispute -> when it began, in years."""
    table = cast.panel.disputes
    return dict(zip(table.dispnum, decimal_years(table.start, np.nan), strict=True)) if len(table) else {}
