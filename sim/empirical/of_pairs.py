"""Arrays of a panel by year and pair of states, and the tables behind them."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from sim.core.columns import Array
from sim.empirical.censoring import OUTCOMES
from sim.empirical.of_states import OfStates
from sim.empirical.spreading import shared_members
from sim.quantities import great_circle
from sim.world import OBLIGATIONS

type Table = pd.DataFrame
COLUMN_OF = {
    "consultation": "consul",
    "nonaggression": "nonagg",
    "neutrality": "neutral",
    "offence": "offense",
    "defence": "defense",
}
"""Obligation, as the model calls it -> ATOP's column."""
EMPTY: dict[str, tuple[str, ...]] = {
    "wars": ("war", "name", "ccode", "side", "start", "end", "start2", "end2", "initiator", "outcome", "deaths"),
    "disputes": ("dispnum", "styear", "start", "end", *OUTCOMES["disputes"]),
    "leaders": ("ccode", "leader", "start", "end", "entry", "exit"),
    "crises": ("crisno", "crisname", "start", "end"),
    "crisis_actors": ("crisno", "ccode", "yrtrig", "yrterm"),
    "organisations": ("igo", "ccode", "start", "end"),
    "organisation_names": ("igo", "orgname", "longorgname"),
    "rivalries": ("ccode1", "ccode2", "start", "end", "positional", "spatial", "ideological", "interventionary"),
}
"""Columns of the frames of data sets that are not there."""


class OfPairs(OfStates):
    """What a panel tells of pairs, in arrays of shape (T, n, n), and its tables."""

    @cached_property
    def distance(self) -> Array:
        """Kilometres between capitals along the great circle, for neighbours too, (n, n)."""
        return great_circle(*self.position.T)

    @cached_property
    def contiguity(self) -> Array:
        """0 none, 1 land, 2..5 by 12, 24, 150, 400 miles of water; the last of the year; int8 (T, n, n)."""
        spells = self.known["contiguity"].sort_values("start", kind="stable")
        return self.axes.pair_spells(spells, spells.conttype.to_numpy(), np.int8)

    @cached_property
    def pact(self) -> Array:
        """Obligation in force, bool (T, 5, n, n), in the order of `sim.world.OBLIGATIONS`; see also `pact_of`."""
        shape = (len(self.years), len(OBLIGATIONS), len(self.codes), len(self.codes))
        array = np.zeros(shape, dtype=bool)
        table = self.known["alliances"]
        t, i, j, there = self.axes.rows_of_pairs(table)
        for k, obligation in enumerate(OBLIGATIONS):
            held = table[COLUMN_OF[obligation]].to_numpy()[there]
            array[t, k, i, j] = array[t, k, j, i] = held
        return array

    def pact_of(self, obligation: str) -> Array:
        """One of the obligations: "defence", "offence", "nonaggression", "neutrality", "consultation"; (T, n, n)."""
        return self.pact[:, OBLIGATIONS.index(obligation)]

    def _disputes_of(self, chosen: Any = True, values: Any = True, dtype: Any = bool) -> Array:
        table = self.dispute_pairs
        chosen = np.broadcast_to(chosen, len(table))
        return self.axes.by_pair(table[chosen], np.broadcast_to(values, len(table))[chosen], dtype)

    @cached_property
    def ongoing(self) -> Array:
        """A militarised dispute in the year, new or continuing, bool (T, n, n)."""
        return self._disputes_of()

    @cached_property
    def onset(self) -> Array:
        """A dispute between the two began in the year, joiners included, bool (T, n, n)."""
        return self._disputes_of(self.dispute_pairs.onset)

    @cached_property
    def originator_onset(self) -> Array:
        """A dispute began in which both were from its first day on, bool (T, n, n)."""
        return self._disputes_of(self.dispute_pairs.onset & self.dispute_pairs.orig1 & self.dispute_pairs.orig2)

    @cached_property
    def force_onset(self) -> Array:
        """A dispute began that reached the use of force or war, bool (T, n, n)."""
        return self._disputes_of(self.dispute_pairs.onset & (self.dispute_pairs.hostlev >= 4))

    @cached_property
    def level(self) -> Array:
        """Highest level of the disputes of the year over their whole course, 0 none .. 5 war, int8 (T, n, n)."""
        return self._disputes_of(True, self.dispute_pairs.hostlev.fillna(1).to_numpy(), np.int8)

    @cached_property
    def trade(self) -> Array:
        """Imports of i from j, million current USD, NaN unknown, float32 (T, n, n)."""
        n = len(self.codes)
        array = np.full((len(self.years), n, n), np.nan, dtype=np.float32)
        if "trade" in self.known:
            table = self.known["trade"]
            t, i, j, there = self.axes.rows_of_pairs(table)
            array[t, i, j], array[t, j, i] = table.flow1.to_numpy()[there], table.flow2.to_numpy()[there]
        return array

    @cached_property
    def joint_igos(self) -> Array:
        """Organisations of which both are full members in the year, int16 (T, n, n)."""
        members = self.igo_members
        place = self.axes.place[members.ccode.to_numpy(dtype=int)]
        group = pd.factorize(members.igo)[0]
        low, high = self.axes.span(members.start, members.end)
        kept = place >= 0
        return shared_members([part[kept] for part in (group, place, low, high)], len(self.years), len(self.codes))

    @cached_property
    def rivalry(self) -> Array:
        """Strategic rivals in the year, bool (T, n, n)."""
        return self.axes.pair_spells(self.rivalries)

    def frame(self, name: str) -> Table:
        """The tidy table of a data set as it was known; empty if there is none."""
        if name in self.known:
            return self.known[name]
        return pd.DataFrame({column: [] for column in EMPTY.get(name, ())})

    @property
    def wars(self) -> Table:
        """Participants of inter-state wars: war, name, ccode, side 1 or 2, dates, outcome, deaths."""
        return self.frame("wars")

    @property
    def disputes(self) -> Table:
        """Disputes: dispnum, styear, dates (the end is the latest possible), outcome, settle, fatality, hostlev."""
        return self.frame("disputes")

    @property
    def dispute_pairs(self) -> Table:
        """Pairs in disputes by year: dispnum, ccode1 < ccode2, year, onset, orig1, orig2, hostlev, end."""
        return self.known["dispute_pairs"]

    @property
    def igo_members(self) -> Table:
        """Full members of organisations: igo, ccode, start, end (inf is open)."""
        return self.frame("organisations")

    @property
    def rivalries(self) -> Table:
        """Rivalries: ccode1 < ccode2, start, end (inf is open), their kinds; the newer list if there are two."""
        older = "rivalries_thompson_dreyer"
        return self.frame("rivalries" if "rivalries" in self.known or older not in self.known else older)

    @property
    def leaders(self) -> Table:
        """Leaders: ccode, leader, dates, entry, exit ("" while in office)."""
        return self.frame("leaders")

    @property
    def crises(self) -> Table:
        """International crises with their mediation."""
        return self.frame("crises")

    @property
    def crisis_actors(self) -> Table:
        """Actors of international crises."""
        return self.frame("crisis_actors")
