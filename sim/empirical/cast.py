"""Who is on stage when a scenario that is built from data begins."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.core.columns import Array
from sim.empirical.codes import Identity, identity
from sim.empirical.covariates import power_shares
from sim.empirical.panel import Panel


@dataclass(frozen=True)
class Cast:
    """The states of a scenario, as the panel knew them at the end of its last year.

    Attributes:
        panel: what was known at the end of `year`, its last.
        places: indices of the states along the axes of the panel, by COW number, (k,).
    """

    panel: Panel
    places: Array

    @property
    def year(self) -> int:
        """The year at whose end the world stands."""
        return self.panel.last

    @cached_property
    def who(self) -> tuple[Identity, ...]:
        """Their codes, names and regions."""
        panel = self.panel
        return tuple(
            identity(int(panel.codes[i]), self.year, abbreviation=panel.abbreviations[i], name=panel.names[i])
            for i in self.places
        )

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Their codes in a scenario."""
        return tuple(who.code for who in self.who)

    @cached_property
    def power(self) -> Array:
        """Share of world power, (k,)."""
        return power_shares(self.panel)[-1, self.places]

    @cached_property
    def major(self) -> Array:
        """Major powers, bool (k,)."""
        return np.asarray(self.panel.major[-1, self.places])

    def pairs(self, values: Array) -> Array:
        """A matrix of the panel's states cut to the cast, (n, n) -> (k, k)."""
        return values[np.ix_(self.places, self.places)]

    def latest(self, data: str) -> int:
        """Index of the last year of the panel of which a data set speaks; -1 if of none."""
        if data not in self.panel.coverage:
            return -1
        return min(self.panel.coverage[data][1], self.year) - self.panel.first

    @cached_property
    def memberships(self) -> dict[str, list[int]]:
        """Organisation -> places within the cast of its full members at the end of the year, two or more."""
        held, place = self.panel.igo_members, {int(self.panel.codes[i]): k for k, i in enumerate(self.places)}
        found: dict[str, list[int]] = {}
        for igo, ccode, start, end in held[["igo", "ccode", "start", "end"]].itertuples(index=False):
            if ccode in place and start <= self.year and not end < self.year:
                found.setdefault(igo, []).append(place[int(ccode)])
        return {igo: sorted(set(members)) for igo, members in found.items() if len(set(members)) > 1}
