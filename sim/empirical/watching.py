"""What is counted in one simulated world while it runs, so that it can be held against the record."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.core.columns import Array
from sim.core.update import Happening
from sim.events import Entry
from sim.model import Geopolitics
from sim.world import WAR, World

DEMOCRATIC = 0.5
"""Electoral democracy from which a state counts as a democracy."""
MEDIATORS = ("a state", "United Nations", "regional organisation", "a group")
UNIVERSAL = 0.9
"""Share of all states from which an organisation counts as universal, as the United Nations is."""


@dataclass
class Quarrel:
    """A dispute of an originating pair: highest level, whether it cost lives, whether somebody mediated."""

    level: int
    fatal: bool = False
    mediated: bool = False


@dataclass
class Watched:
    """Counts of one run; arrays have a row a year.

    Attributes:
        disputes, wars: begun, (T,).
        onsets, at_risk: pairs that fell out, and that could have, by kind of pair (`KINDS`), (T, 6).
        allied: bool (T + 1, n, n). power, votes: (T + 1, n). alive: bool (T + 1, n).
        quarrels: every dispute by its originators. crowds: who was in each dispute that was seen at the end of a step.
        deaths: in battle, of wars that ended. mediators: number of mediations by `MEDIATORS`.
    """

    disputes: Array
    wars: Array
    onsets: Array
    at_risk: Array
    allied: Array
    power: Array
    votes: Array
    alive: Array
    quarrels: list[Quarrel] = field(default_factory=list)
    crowds: dict[float, set[int]] = field(default_factory=dict)
    deaths: list[float] = field(default_factory=list)
    mediators: Array = field(default_factory=lambda: np.zeros(len(MEDIATORS), dtype=int))


KINDS = ("all", "relevant", "land", "other", "joint democracy", "other relevant")
"""Kinds of pairs that onsets are counted by."""


def watched(model: Geopolitics, years: int) -> Watched:
    """Run a world for some years and count.

    Args:
        model: at its start, keeping a summary of its events at least.

    Raises:
        StepError: a mechanism or policy failed.
    """
    world, n = model.world, model.world.sizes["i"]
    seen = Watched(
        disputes=np.zeros(years, dtype=int),
        wars=np.zeros(years, dtype=int),
        onsets=np.zeros((years, len(KINDS))),
        at_risk=np.zeros((years, len(KINDS))),
        allied=np.zeros((years + 1, n, n), dtype=bool),
        power=np.zeros((years + 1, n)),
        votes=np.zeros((years + 1, n)),
        alive=np.zeros((years + 1, n), dtype=bool),
    )
    live: dict[frozenset[int], Quarrel] = {}
    _at_year_end(world, seen, 0)
    for year in range(years):
        _watch_a_year(model, seen, year, live)
        _at_year_end(world, seen, year + 1)
    return seen


def _at_year_end(world: World, seen: Watched, at: int) -> None:
    seen.allied[at] = world.allied
    seen.power[at] = world.power
    seen.votes[at] = world.voted
    seen.alive[at] = world.alive


def _watch_a_year(model: Geopolitics, seen: Watched, year: int, live: dict[frozenset[int], Quarrel]) -> None:
    world = model.world
    before, wars = (float(world.dispute_count), float(world.war_count))
    kinds, quiet = kinds_of_pairs(world), np.triu(world.dyad & (world.hostility < 2))
    fallen = np.zeros(quiet.shape, dtype=bool)
    end = world.time + 1 - 1e-9
    while world.time < end:
        tags, told = world.dispute_tag * (world.hostility >= 2), len(model.ledger.entries)
        model.turn()
        now = world.dispute_tag * (world.hostility >= 2)
        fallen |= (now > 0) & (now != tags)
        _note_crowds(world, seen)
        for entry in model.ledger.entries[told:]:
            _note_event(world, seen, entry, fallen, live)
        del model.ledger.entries[told:]
    onset = np.triu(fallen | fallen.T) & quiet
    seen.onsets[year] = [(onset & kind).sum() for kind in kinds]
    seen.at_risk[year] = [(quiet & kind).sum() for kind in kinds]
    seen.disputes[year] = round(float(world.dispute_count) - before)
    seen.wars[year] = round(float(world.war_count) - wars)


def relevant(world: World) -> Array:
    """Pairs that are neighbours by land or water, or of which one is a great power; bool (n, n)."""
    return world.contiguous | world.near_by_sea | world.great[:, None] | world.great


def kinds_of_pairs(world: World) -> tuple[Array, ...]:
    """Which pairs are of which of the `KINDS`, bool (n, n) each."""
    near, free = relevant(world), world.democracy >= DEMOCRATIC
    joint = near & free[:, None] & free
    every = np.ones(near.shape, dtype=bool)
    return every, near, world.contiguous, ~world.contiguous, joint, near & ~joint


def _note_crowds(world: World, seen: Watched) -> None:
    i, j = np.nonzero(np.triu(world.hostility >= 2))
    for tag, one, other in zip(world.dispute_tag[i, j].tolist(), i.tolist(), j.tolist(), strict=True):
        seen.crowds.setdefault(tag, set()).update((one, other))


def _note_event(world: World, seen: Watched, entry: Entry, fallen: Array, live: dict[frozenset[int], Quarrel]) -> None:
    event, kind = entry.happening, entry.happening.kind
    if event.whom is None or kind not in NOTED:
        return
    done = np.ones(len(event.who), dtype=bool) if event.done is None else np.asarray(event.done)
    for k in np.flatnonzero(done).tolist():
        i, j = int(event.who[k]), int(event.whom[k])
        pair = frozenset((i, j))
        if kind == "dispute onset":
            fallen[i, j] = True
            live[pair] = Quarrel(int(_amount(event, k)))
            seen.quarrels.append(live[pair])
        elif kind == "war ended":
            seen.deaths.append(_amount(event, k))
        elif pair in live:
            _note_quarrel(world, seen, event, k, live[pair])


NOTED = frozenset({"dispute onset", "escalation", "first deaths", "war begins", "war ended", "mediation", "guarantor"})


def _note_quarrel(world: World, seen: Watched, event: Happening, k: int, quarrel: Quarrel) -> None:
    """What a happening between the originators of a dispute says of it."""
    if event.kind == "escalation":
        quarrel.level = max(quarrel.level, 4)
    elif event.kind == "war begins":
        quarrel.level, quarrel.fatal = WAR, True
    elif event.kind == "first deaths":
        quarrel.fatal = True
    elif event.kind == "mediation":
        quarrel.mediated = True
        seen.mediators[_format(world, event, k)] += 1


def _format(world: World, event: Happening, k: int) -> int:
    """Which of `MEDIATORS` a mediation is."""
    lead = -1 if event.third is None else int(event.third[k])
    if lead < world.sizes["i"]:
        return MEDIATORS.index("a group" if event.amount is not None and event.amount[k] > 1 else "a state")
    universal = float(world.breadth[lead - world.sizes["i"]]) >= UNIVERSAL
    return MEDIATORS.index("United Nations" if universal else "regional organisation")


def _amount(event: Happening, k: int) -> float:
    return 0.0 if event.amount is None else float(event.amount[k])
