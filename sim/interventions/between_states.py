"""Events between states: sanctions, pacts, memberships, disputes and peace, norms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.core.columns import Array
from sim.interventions.kinds import Adherence, Dispute, Membership, Sanction, Treaty
from sim.interventions.outcomes import Outcome, called, mirrored_entry, strength
from sim.world import LEVELS, OBLIGATIONS, WAR

if TYPE_CHECKING:
    from sim.model import Geopolitics


def sanction(model: Geopolitics, event: Sanction) -> Outcome:
    """Bar trade."""
    world = model.world
    i, j = world.index(event.sender), world.index(event.target)
    sanctions = world.sanctions.copy()
    sanctions[i, j] = event.level
    share = f"bars {event.level:.0%} of its trade with" if event.level else "lifts its sanctions on"
    sentence = f"{called(model, event.sender)} {share} {called(model, event.target)}"
    return Outcome(sentence, {"sanctions": sanctions}, {}, i, j, event.level, ("sanctions",))


def treaty(model: Geopolitics, event: Treaty) -> Outcome:
    """Conclude or end a pact; it warms as pacts do, and counts as one."""
    world, concluded = model.world, event.kind == "treaty"
    wanted = event.obligation or ("defence" if concluded else None)
    kinds = [OBLIGATIONS.index(wanted)] if wanted else range(len(OBLIGATIONS))
    rows = np.array([world.index(code) for code in event.members])
    pact = world.pact.copy()
    pact[np.ix_(kinds, rows, rows)] = concluded
    pact[:, rows, rows] = False
    before, after = world.pact.any(axis=0), pact.any(axis=0)
    new, gone = np.triu(after & ~before), np.triu(before & ~after)
    columns = {
        "pact": pact,
        "pact_formed_count": world.pact_formed_count + float(new.sum()),
        "pact_ended_count": world.pact_ended_count + float(gone.sum()),
        "affinity": world.affinity + strength(model, "alliances", "warming") * (new | new.T) * (1 - world.affinity),
        "pact_since": np.where(new | new.T, world.time, np.where(gone | gone.T, 0.0, world.pact_since)),
        "pact_mark": np.where(gone | gone.T, 0.0, world.pact_mark),
    }
    if concluded and len(rows) > 2:
        columns["pact_mark"] = np.where(new | new.T, _mark(model, *event.members), columns["pact_mark"])
    what = f"a pact of {wanted}" if wanted else "their pacts"
    sentence = f"{called(model, *event.members)} {'conclude' if concluded else 'end'} {what}"
    return Outcome(sentence, columns, {}, int(rows[0]), int(rows[1]), 0.0, ("pact",))


def membership(model: Geopolitics, event: Membership) -> Outcome:
    """Join or leave an organisation."""
    world = model.world
    i, m, joins = world.index(event.state), world.names.organisations.index(event.organisation), event.kind == "join"
    state, organisation = called(model, event.state), called(model, event.organisation)
    if bool(world.member[m, i]) == joins:
        belongs = "belongs to" if joins else "does not belong to"
        return Outcome(f"{state} {belongs} {organisation} anyway", who=i, refused=True)
    member = world.member.copy()
    member[m, i] = joins
    return Outcome(f"{state} {event.kind}s {organisation}", {"member": member}, {}, i, -1, 0.0, ("member",))


def dispute(model: Geopolitics, event: Dispute) -> Outcome:
    """Begin, raise or end a dispute; a new one sours the two as others do."""
    world = model.world
    i, j = world.index(event.originator), world.index(event.target)
    level = {"peace": 0, "war": WAR}.get(event.kind, event.level)
    live = int(world.hostility[i, j])
    first, second = called(model, event.originator), called(model, event.target)
    if level == live:
        what = (
            f"a dispute with {second} at this level ({LEVELS[level]}) already" if level else f"no dispute with {second}"
        )
        return Outcome(f"{first} has {what}", who=i, whom=j, refused=True)
    columns = {"hostility": mirrored_entry(world, "hostility", i, j, level)}
    if level == WAR:
        columns |= {"fatal": mirrored_entry(world, "fatal", i, j, True), "war_count": world.war_count + 1.0}
    if not live:
        columns |= _begun(model, event, i, j, level)
    verb = {"peace": "makes peace with", "war": "goes to war with"}.get(event.kind, "starts a dispute with")
    if event.kind == "dispute" and live:
        verb = f"{'raises' if level > live else 'lowers'} its dispute to {LEVELS[level]} with"
    return Outcome(f"{first} {verb} {second}", columns, {}, i, j, float(level))


def _begun(model: Geopolitics, event: Dispute, i: int, j: int, level: int) -> dict[str, Array]:
    """What begins with a dispute."""
    world, place = model.world, np.zeros((model.world.sizes["i"],) * 2)
    place[j, i] = 1.0
    both = place + place.T
    onset = "dispute_onset"
    chill, hardening = strength(model, onset, "chill") * level, strength(model, onset, "hardening")
    originator = world.originator.copy()
    originator[i, j], originator[j, i] = 1, 0
    return {
        "originator": originator,
        "dispute_tag": mirrored_entry(world, "dispute_tag", i, j, _mark(model, event.originator, event.target)),
        "dispute_age": mirrored_entry(world, "dispute_age", i, j, 0.0),
        "dispute_count": world.dispute_count + 1.0,
        "dispute_record": world.dispute_record + both,
        "grievance": world.grievance + strength(model, onset, "resentment") * place,
        "affinity": world.affinity - chill * both * (1 + world.affinity),
        "rivalry": world.rivalry + hardening * both * (1 - world.rivalry),
    }


def _mark(model: Geopolitics, *codes: str) -> float:
    """A number that marks a dispute or pact, from a stream that belongs to these states alone."""
    name = f"intervention/{'/'.join(sorted(codes))}"
    return float(model.streams.at(name, model.world.step).uniform(1e-9, 1.0))


def norm(model: Geopolitics, event: Adherence) -> Outcome:
    """Adopt or abandon a norm."""
    world = model.world
    i, q, adopts = world.index(event.state), world.names.norms.index(event.norm), event.kind == "adopt"
    state, called_norm = called(model, event.state), event.norm.replace("_", " ")
    if bool(world.adopted[q, i]) == adopts:
        return Outcome(f"{state} has {'' if adopts else 'not '}adopted {called_norm} anyway", who=i, refused=True)
    adopted, years = world.adopted.copy(), world.adoption_years.copy()
    adopted[q, i], years[q, i] = adopts, 0.0
    columns = {"adopted": adopted, "adoption_years": years}
    return Outcome(f"{state} {event.kind}s {called_norm}", columns, {}, i, -1, 0.0, tuple(columns))
