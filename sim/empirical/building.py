"""The international system at the end of a year as the data of a scenario, from what was known then and nothing later.

`world_scenario` makes the data, in the form of a scenario file; `scenario_of` turns them into a scenario,
`sim.empirical.scenario_files` writes them. Both ways give the same world.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.core.params import parameters
from sim.empirical.cast import Cast
from sim.empirical.catalogue import SOURCES
from sim.empirical.figures import BASE_YEAR, PURPOSES, TECHNICAL, Purpose
from sim.empirical.fits_of_conflict import OnsetFit
from sim.empirical.panel import Panel
from sim.empirical.sources import DataError, wanted
from sim.empirical.starting_states import short, starting_states
from sim.empirical.starting_ties import LISTED_RIVALS, starting_ties
from sim.mechanisms.dispute_onset import DisputeOnset
from sim.scenario import Scenario, scenario_from

FIRST_YEAR = 1946
"""The earliest year at whose end the data sets let a world begin."""
HORIZON = 20
"""Years that a run of such a scenario lasts, unless it is told otherwise."""
DIGITAL_AGE = 1995
"""Before this year trade online and the turn from carbon are switched off."""
LARGEST = 60
"""So many organisations are kept for their size, beside those whose purpose is known."""
FEWEST = 3
STALE = 10
"""So many years old may the latest news of a data set be."""


def scenario_of(panel: Panel, year: int, states: int | None = None, *, hazard: OnsetFit | None = None) -> Scenario:
    """The scenario of the world at the end of a year; see `world_scenario`."""
    return scenario_from(world_scenario(panel, year, states, hazard=hazard))


def world_scenario(
    panel: Panel, year: int, states: int | None = None, *, hazard: OnsetFit | None = None
) -> dict[str, Any]:
    """The data of a scenario of the world at the end of a year; the same for every panel that reaches that year.

    Args:
        year: the run begins on 1 January after it.
        states: keep so many, the major powers and then the mightiest [all].
        hazard: of disputes, fitted to the panel of that year: gives pairs their frailty and `dispute_onset` its numbers
            [no frailty and the usual numbers].

    Raises:
        DataError: the year is outside the panel or before 1946, or data are missing without which there is no world.
    """
    cast = _cast(panel, year, states)
    poles = [code for code, major in zip(cast.codes, cast.major, strict=True) if major]
    data = {
        "name": f"world-{year}" if states is None else f"world-{year}-{len(cast.places)}",
        "title": f"The international system at the end of {year}",
        "notes": _notes(cast),
        "start": year + 1,
        "end": year + 1 + HORIZON,
        "dt": 0.25,
        "poles": poles,
        "sources": _sources(cast),
        "states": starting_states(cast),
        "organisations": _organisations(cast),
        "ties": starting_ties(cast, None if hazard is None else hazard.frailty),
    }
    mechanisms: dict[str, Any] = {"digital": False, "transition": False} if year < DIGITAL_AGE else {}
    if hazard is not None:
        mechanisms["dispute_onset"] = numbers_of(hazard)
    return data | ({"mechanisms": mechanisms} if mechanisms else {})


def numbers_of(hazard: OnsetFit) -> dict[str, float]:
    """The parameters of `dispute_onset` by a fit with frailties, kept within their bounds (few years fit badly)."""
    bounds = parameters(DisputeOnset)
    return {
        name: short(min(max(value, bounds[name].low), bounds[name].high)) for name, value in hazard.numbers().items()
    }


def _cast(panel: Panel, year: int, states: int | None) -> Cast:
    """The states at the end of the year: all, or the major powers and the mightiest."""
    if year < FIRST_YEAR:
        raise DataError(f"a world can begin at the end of {FIRST_YEAR} or later, not of {year}")
    known = panel.until(year) if panel.last != year else panel
    _refuse_gaps(known)
    if "economy" not in known.known:
        raise DataError(
            f"a world needs the product and population of its states; these data are missing:\n{wanted(['economy'])}"
        )
    here = np.flatnonzero(known.exists_at_end[-1])
    if not known.major[-1, here].any():
        raise DataError(f"no state of the list of major powers was one at the end of {year}; check data set 'majors'")
    whole = Cast(known, here)
    if states is None or states >= len(here):
        return whole
    first = np.lexsort((-whole.power, ~whole.major))
    return Cast(known, here[np.sort(first[: max(states, int(whole.major.sum()), FEWEST)])])


def _refuse_gaps(panel: Panel) -> None:
    """Raise if data that change from year to year end long before the panel does."""
    for name in ("capabilities", "alliances", "dispute_pairs"):
        low, high = panel.coverage.get(name, (9999, 0))
        if not low <= panel.last <= high + STALE:
            told = f"speaks of {low} to {high}" if high else "has no rows by then"
            raise DataError(f"no world of {panel.last} can be built: data set '{name}' {told}; name an earlier year")


def _organisations(cast: Cast) -> dict[str, Any]:
    """Those whose purpose is known and the largest of the others, with their members."""
    size = {igo: len(members) for igo, members in cast.memberships.items()}
    others = sorted((igo for igo in size if igo not in PURPOSES), key=lambda igo: (-size[igo], igo))
    kept = [*(igo for igo in PURPOSES if igo in size), *others[:LARGEST]]
    return {_key(igo): _organisation(cast, igo) for igo in kept}


def _key(igo: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in igo.upper())


def _organisation(cast: Cast, igo: str) -> dict[str, Any]:
    purpose = PURPOSES.get(igo) or Purpose(_title(cast.panel, igo), TECHNICAL)
    members = [cast.codes[k] for k in cast.memberships[igo]]
    held: dict[str, Any] = {"title": purpose.title, "kind": purpose.kind, "members": members}
    return held | ({"mediates": True} if purpose.mediates else {})


def _title(panel: Panel, igo: str) -> str:
    """The name in the list of organisations without its short forms; the code if the list does not have it."""
    names = panel.frame("organisation_names")
    found = names.loc[names.igo == igo, "longorgname"] if len(names) else names
    name = str(found.iloc[0]) if len(found) else ""
    return "".join(c for c in name.split("(")[0].split("/")[0] if c.isprintable()).strip() or igo.upper()


def _sources(cast: Cast) -> dict[str, str]:
    """What each data set gave, with the last year that it speaks of."""
    told = {}
    for name, (_, last) in sorted(cast.panel.coverage.items()):
        if name in SOURCES and name in FILLS:
            told[name] = f"{SOURCES[name].title} ({SOURCES[name].citation}), to {last}: {FILLS[name]}"
    return told | {
        "nuclear": "First tests or assembled weapons, by common account (compare JoGartzke2007)",
        "codes": "ISO 3166-1 alpha-3 of the time",
    }


FILLS: Mapping[str, str] = {
    "states": "who exists and since when",
    "majors": "poles and great powers",
    "capabilities": "military expenditure",
    "contiguity": "neighbours by land, and by up to 400 miles of water",
    "capitals": "coordinates of the capitals",
    "alliances": "pacts",
    "dispute_pairs": "years at peace, the record of disputes, live disputes",
    "dispute_participants": "years at peace, the record of disputes, live disputes",
    "trade": f"goods both ways, in USD of {BASE_YEAR}",
    "organisations": "full members of organisations",
    "ideal_points": "ideal points",
    "democracy": "electoral democracy",
    "economy": "product, population, product per head",
    "rivalries": "strategic rivalries",
    "rivalries_thompson_dreyer": "strategic rivalries, where there is no newer list",
    "leaders": "how long leaders have been in office",
}
"""Data set -> what it is used for."""


def _notes(cast: Cast) -> str:
    """What the scenario is and where not to trust it."""
    ends = {name: end for name, (_, end) in sorted(cast.panel.coverage.items()) if name in FILLS}
    late = [f"{name} ({end})" for name, end in ends.items() if end < cast.year]
    stale = f"\nThese data sets end earlier and stand for the year: {', '.join(late)}." if late else ""
    base, least = BASE_YEAR, LISTED_RIVALS
    return f"""{len(cast.places)} states on 31 December {cast.year}; nothing later was read.

Money is in 1e9 USD of {base}. Product is at purchasing power; military expenditure and trade are current dollars, made
those of {base} with the price index of United States product. So the military shares of poor states come out low.
Military capital shares out what the world's expenditure sustains, by the moving average of each state's share in it.
Figures that are missing are the latest known ones, else the median of the region. Pairs of which no trade is known
trade what gravity says, at the level of the pairs of which it is known.
Each major power is a pole; portfolios find their balance. Pacts bind pairs, so organisations oblige to nothing here;
where nearly all members of an organisation owe each other defence, their pacts count as one of many.
Rivalry is 1 - exp(-record / 2) of the disputes that a pair began, halved every 15 years; of
listed rivals {least} at least.
Who began a live dispute is not in the data: it is taken to be the mightier. Its level is the highest that the sources
give; of one that is not over, war or the use of force.
Activism is .05 + .35 memberships in organisations over the most of any state + .4 root of power over the mightiest's;
autonomy, credibility, legitimacy and tolerance are the model's defaults, for want of data. There are no sanctions and
no norms.{stale}"""
