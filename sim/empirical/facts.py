"""The stylised facts that a world must reproduce: what was observed, and how near counts as reproduced.

Figures of 1946-1990 and 1991-2010 as they are documented for the field's data sets; each part names its own unit. A
fact is reproduced if all of its parts are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Literal

Era = Literal["1946-1990", "1991-2010"]
ERAS: tuple[Era, Era] = ("1946-1990", "1991-2010")
"""From which documented figures come; a run is judged by the one in which it starts."""


@dataclass(frozen=True)
class Part:
    """One number of a fact.

    Attributes:
        name, unit: what it is; "1" has no unit.
        early, late: observed in 1946-1990 and in 1991-2010; None where only the other is documented.
        factor: the simulated number may be so many times larger or smaller; 0 if `within` counts.
        within: the simulated number may differ by so much.
        low, high: it must lie between these whatever was observed.
    """

    name: str
    unit: str
    early: float | None = None
    late: float | None = None
    factor: float = 0.0
    within: float = inf
    low: float = -inf
    high: float = inf

    def observed(self, era: Era) -> float | None:
        """The documented figure of an era, else of the other one; None where only a range is known."""
        first, other = (self.early, self.late) if era == ERAS[0] else (self.late, self.early)
        return other if first is None else first

    def range(self, observed: float | None) -> tuple[float, float]:
        """Between which numbers a simulated one counts as reproducing the observed."""
        low, high = self.low, self.high
        if observed is not None and self.factor:
            low, high = max(low, observed / self.factor), min(high, observed * self.factor)
        elif observed is not None:
            low, high = max(low, observed - self.within), min(high, observed + self.within)
        return low, high


@dataclass(frozen=True)
class Fact:
    """A stylised fact: its number (F1), its name, its parts, keys of the literature or data."""

    key: str
    name: str
    parts: tuple[Part, ...]
    source: str


def _parts(unit: str, *rows: tuple[str, float | None, float | None], **tolerance: float) -> tuple[Part, ...]:
    return tuple(Part(name, unit, early, late, **tolerance) for name, early, late in rows)


FACTS = (
    Fact(
        "F1",
        "Dispute onsets, joiners too",
        _parts("per 1000 pair-years", ("all pairs", 3.4, 2.0), ("relevant pairs", 26.5, 17.2), factor=1.25),
        "GML2016fit",
    ),
    Fact(
        "F2",
        "Onsets of land neighbours over those of all other pairs",
        _parts("1", ("ratio", 37, 78), factor=1.5),
        "GML2016fit",
    ),
    Fact(
        "F3",
        "Highest level of disputes",
        _parts(
            "share of disputes",
            ("threat", 0.02, 0.02),
            ("display", 0.17, 0.37),
            ("force", 0.77, 0.60),
            ("war", 0.03, 0.01),
            within=0.06,
        ),
        "GML2016fit",
    ),
    Fact(
        "F4",
        "States in a dispute",
        (Part("mean number", "1", 2.4, None, within=0.5), Part("more than two", "share", 0.16, None, within=0.06)),
        "GML2016fit",
    ),
    Fact(
        "F5",
        "Disputes a year",
        (Part("mean", "1/year", 21.7, 27.5, factor=1.25), Part("variance over mean", "1", 4.2, 1.4, factor=2)),
        "GML2016fit",
    ),
    Fact("F6", "Wars between states", _parts("1/year", ("onsets", 0.67, 0.47), factor=1.5), "SarkeesWayman2010"),
    Fact(
        "F7",
        "Onsets of joint democracies over those of other relevant pairs",
        _parts("1", ("ratio", 0.22, 0.22), within=0.1),
        "GML2016fit",
    ),
    Fact(
        "F8",
        "Defence pacts",
        (
            Part("density", "share of pairs", 0.078, 0.068, within=0.03),
            Part("clustering", "1", 0.95, 0.94, within=0.1),
            Part("modularity", "1", 0.58, 0.66, within=0.12),
        ),
        "ATOP2002fit",
    ),
    Fact(
        "F9",
        "Defence pacts come and go",
        (
            Part("formation", "per 1000 untied pair-years", 2.2, 2.6, factor=2),
            Part("termination", "% a year", 0.85, 0.25, factor=2),
            Part("variance over mean of formations", "1", low=5),
        ),
        "ATOP2002fit",
    ),
    Fact("F10", "Crises mediated", _parts("share", ("mediated", 0.34, 0.43), within=0.07), "ICB2021fit"),
    Fact(
        "F11",
        "Who mediates",
        _parts(
            "share of mediations",
            ("a state", 0.35, 0.41),
            ("United Nations", 0.23, 0.14),
            ("regional organisation", 0.20, 0.24),
            ("a group", 0.19, 0.19),
            within=0.1,
        ),
        "ICB2021fit",
    ),
    Fact(
        "F12",
        "Shares of power",
        (
            Part("mightiest state", "share", 0.21, 0.18, within=0.06),
            Part("mightiest five", "share", 0.59, 0.49, within=0.06),
            Part("mightiest ten", "share", 0.71, 0.60, within=0.06),
            Part("rank correlation over 20 years", "1", low=0.9),
        ),
        "Singer1987",
    ),
    Fact(
        "F13",
        "Ideal points, correlation with those of earlier years",
        _parts(
            "1",
            ("1 year", 0.965, None),
            ("5 years", 0.896, None),
            ("10 years", 0.837, None),
            ("20 years", 0.719, None),
            within=0.04,
        ),
        "BaileyStrezhnevVoeten2017",
    ),
    Fact(
        "F14",
        "Battle deaths of wars (1000 and more)",
        (
            Part("slope of the log10 share of larger wars", "1", -0.44, None, low=-0.64, high=-0.34),
            Part("alpha by maximum likelihood", "1", 1.51, None, low=1.38, high=1.67),
        ),
        "Clauset2018",
    ),
)
"""All facts by number."""


def reproduced(fact: Fact, simulated: Mapping[str, float | None], era: Era) -> bool | None:
    """Whether all parts lie in their ranges; None if one of them could not be measured.

    Args:
        simulated: name of the part -> number.
    """
    verdicts = []
    for part in fact.parts:
        value = simulated.get(part.name)
        if value is None:
            return None
        low, high = part.range(part.observed(era))
        verdicts.append(low <= value <= high)
    return all(verdicts)
