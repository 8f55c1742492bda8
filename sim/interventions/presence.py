"""Entry and exit of states: what comes with a new state, and what ends with one that goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.core.columns import Array
from sim.interventions.kinds import Entry, Exit
from sim.interventions.outcomes import Outcome, called, replaced
from sim.mechanisms.affinity import Affinity
from sim.mechanisms.trade import Trade
from sim.world import World

if TYPE_CHECKING:
    from sim.model import Geopolitics

MOST = 0.5
"""Share of the living states of a region whose membership makes an organisation the region's."""
STAYS = frozenset(["rivalry", "dispute_record", "peace_years", "onset_reference"])
"""What is kept of two states of which one is gone, for a successor; all else between them ends with it."""
LOADS = (
    *("mediation_load", "mediation_success", "tenure", "nuclear_programme"),
    *("tier", "middle_by_power", "middle_by_behaviour"),
)
"""What a state has of its own that ends with it."""


def leaves(model: Geopolitics, event: Exit) -> Outcome:
    """A state ceases to exist."""
    world, i = model.world, model.world.index(event.state)
    pacts = float(world.pact[:, i].any(axis=0).sum())
    columns = absent(world, np.arange(world.sizes["i"]) == i) | {"pact_ended_count": world.pact_ended_count + pacts}
    return Outcome(f"{called(model, event.state)} ceases to exist", columns, {}, i)


def absent(world: World, gone: Array) -> dict[str, Array]:
    """The columns of a world without some states.

    Args:
        gone: who does not exist, bool (n,).
    """
    columns = {"alive": world.alive & ~gone}
    touched = {"ij": gone[:, None] | gone, "kij": gone[:, None] | gone, "mi": gone, "qi": gone, "ig": gone[:, None]}
    for name, declared in World.columns().items():
        if declared.axes in touched and not declared.fixed and name not in STAYS:
            columns[name] = np.where(touched[declared.axes], declared.initial, getattr(world, name))
    for name in LOADS:
        columns[name] = np.where(gone, World.columns()[name].initial, getattr(world, name))
    return columns


def enters(model: Geopolitics, event: Entry) -> Outcome:
    """A state comes into being, on top of what the scenario says of it."""
    world, i = model.world, model.world.index(event.state)
    if world.alive[i]:
        return Outcome(f"{called(model, event.state)} exists already", who=i, refused=True)
    p = world.index(event.predecessor) if event.predecessor else -1
    columns = {
        "alive": replaced(world.alive, i, True),
        "member": _memberships(world, event, i, p),
        "adopted": _norms(world, event, i, p),
        "onset_reference": _both_ways(world.onset_reference, i, World.onset_reference.low),
    }
    if p >= 0:
        columns |= {name: _inherited(getattr(world, name), i, p) for name in ("rivalry", "dispute_record")}
        if not (world.in_pole[i] or event.own_portfolio):
            columns["alignment"] = replaced(world.alignment, i, world.alignment[p])
    after = ", the successor of " + called(model, event.predecessor) if event.predecessor else ""
    return Outcome(
        f"{called(model, event.state)}{after} comes into being", columns | _ties(model, columns, i), {}, i, p
    )


def _both_ways(values: Array, i: int, value: float) -> Array:
    changed = values.copy()
    changed[..., i, :] = changed[..., :, i] = value
    changed[..., i, i] = values[..., i, i]
    return changed


def _inherited(values: Array, i: int, p: int) -> Array:
    """A symmetric column of pairs in which i stands to others as p does; i and p themselves stay as they are."""
    changed = values.copy()
    row = values[p].copy()
    row[[i, p]] = values[i, [i, p]]
    changed[i], changed[:, i] = row, row
    return changed


def _memberships(world: World, event: Entry, i: int, p: int) -> Array:
    """Organisations as the event names them, else those of most living states of the region, else the predecessor's."""
    member, codes = world.member.copy(), world.names.organisations
    neighbours = world.same_region[i] & world.alive
    if event.organisations is not None:
        member[:, i] = np.isin(codes, event.organisations)
    elif neighbours.any():
        member[:, i] = member[:, neighbours].mean(axis=1) > MOST
    elif p >= 0:
        member[:, i] = member[:, p]
    return member


def _norms(world: World, event: Entry, i: int, p: int) -> Array:
    adopted = world.adopted.copy()
    if event.norms is not None:
        adopted[:, i] = np.isin(world.names.norms, event.norms)
    elif p >= 0:
        adopted[:, i] = adopted[:, p]
    return adopted


def _ties(model: Geopolitics, columns: dict[str, Array], i: int) -> dict[str, Array]:
    """Affinity and trade of an entrant where their mechanisms would settle; all other pairs keep theirs."""
    then = model.world.with_changes(**columns)
    rules = model.mechanisms.get("affinity"), model.mechanisms.get("trade")
    kinship = rules[0] if isinstance(rules[0], Affinity) else Affinity()
    gravity = rules[1] if isinstance(rules[1], Trade) else Trade()
    mine = np.zeros(then.dyad.shape, dtype=bool)
    mine[i] = mine[:, i] = True
    mine &= then.dyad
    for _ in range(2):  # affinity rests on trade and trade on affinity
        for name, rule in (("affinity", kinship.target), ("trade", gravity.predicted)):
            settled = rule(then)
            then.write({name: np.where(mine, (settled + settled.T) / 2, getattr(then, name))})
    return {"affinity": then.affinity, "trade": then.trade}
