"""From other lists of states to the numbers of the Correlates of War."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

RENUMBERED = {340: 345, 970: 946, 971: 970, 972: 955, 973: 947}
"""Gleditsch and Ward's number -> ours: Serbia, Kiribati, Nauru, Tonga, Tuvalu."""
UNITED = ((260, 255, "1990-10-03"), (678, 679, "1990-05-22"))
"""States that Gleditsch and Ward carry on under the old number after a union, ours and its day: Germany, Yemen."""
POLITY = {364: 365, 529: 530, 769: 770, 818: 816, 341: 347, 342: 345, 347: 345, 348: 341, 525: 626, 626: 625}
"""Polity's own numbers -> ours: Soviet Union, Ethiopia, Pakistan, Vietnam, Kosovo, Serbia, Montenegro, Sudans."""


def renumbered(codes: Any, table: dict[int, int]) -> Any:
    """Codes with some of them replaced."""
    codes = np.asarray(codes)
    replaced = codes.copy()
    for old, new in table.items():
        replaced[codes == old] = new
    return replaced


def cow_of_polity(codes: Any, years: Any) -> Any:
    """COW numbers of Polity's states."""
    return renumbered(codes, POLITY)


def cow_of_vdem(codes: Any, years: Any) -> Any:
    """COW numbers of V-Dem's states: one Germany (255) and one Yemen (679) there, of which ours begin in 1990.

    Years in which a file has the western number as well stay as they are.
    """
    codes, years = np.asarray(codes), np.asarray(years)
    replaced = codes.copy()
    for old, new, since in UNITED:
        before = (codes == new) & (years >= 1949) & (years < int(since[:4]))
        replaced[before & ~np.isin(years, years[codes == old])] = old
    return replaced


def cow_of_gleditsch_ward(tenures: pd.DataFrame) -> pd.DataFrame:
    """Spells (ccode, start, end, entry, exit) with COW numbers; one that outlasts a union is cut in two there."""
    tenures = tenures.assign(ccode=renumbered(tenures.ccode, RENUMBERED))
    for old, new, day in UNITED:
        since = pd.Timestamp(day)
        across = (tenures.ccode == old) & (tenures.start < since) & ~(tenures.end < since)
        after = tenures[across].assign(ccode=new, start=since, entry="Union")
        tenures.loc[(tenures.ccode == old) & (tenures.start >= since), "ccode"] = new
        tenures.loc[across, ["end", "exit"]] = [since - pd.Timedelta(days=1), "Union"]
        tenures = pd.concat([tenures, after])
    return tenures
