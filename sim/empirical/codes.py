"""What a state of the Correlates of War list is called in a scenario: code, name, region, whether it has a coast.

Codes are ISO 3166-1 alpha-3 as of the time: SUN until 1990 and RUS after, YUG, CSK, DDR, VDR and VNM; DEU stands for
West Germany and for united Germany. Where ISO never had one it is the Correlates of War's (RHO, ZAN).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("codes.csv")
"""Columns cow, until (last year in which the row holds; empty: to this day), code, name, region, landlocked."""


@dataclass(frozen=True)
class Identity:
    """Who a state is.

    Attributes:
        code: capital letters, unique among the states of a year.
        region: as central_asia.
    """

    cow: int
    code: str
    name: str
    region: str
    landlocked: bool


@cache
def _rows() -> dict[int, list[tuple[float, Identity]]]:
    found: dict[int, list[tuple[float, Identity]]] = {}
    with TABLE.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            cow, until = int(row["cow"]), float(row["until"] or "inf")
            who = Identity(cow, row["code"], row["name"], row["region"], row["landlocked"] == "1")
            found.setdefault(cow, []).append((until, who))
    return found


def identity(cow: int, year: int, *, abbreviation: str = "", name: str = "") -> Identity:
    """Who a state was at the end of a year.

    Args:
        cow: COW number.
        abbreviation, name: what to call a state that the table does not know, such as one that came later.
    """
    for until, who in _rows().get(cow, ()):
        if year <= until:
            return who
    return Identity(cow, abbreviation.upper() or f"C{cow}", name or f"State {cow}", "elsewhere", landlocked=False)
