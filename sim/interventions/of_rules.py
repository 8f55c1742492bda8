"""Events that change rules or strike the world: parameters, mechanisms on and off, shocks, the collapse of a pole."""

from __future__ import annotations

from dataclasses import is_dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.columns import Array
from sim.core.params import ParameterError, build, parameters
from sim.core.spelling import nearest
from sim.interventions.checking import LOSSES, SHOCK_KINDS, mechanism_kinds
from sim.interventions.kinds import ChangeOfParameter, Collapse, Shock, Switch
from sim.interventions.outcomes import Outcome, called, without
from sim.mechanisms._shock_kinds import SHOCKS
from sim.mechanisms.shocks import Shocks
from sim.policies import PerAgent

if TYPE_CHECKING:
    from sim.model import Geopolitics


def parameter(model: Geopolitics, event: ChangeOfParameter) -> Outcome:
    """Another number for a mechanism or policy; a mechanism that is off has no effect, so nothing is changed in it."""
    where, _, rest = event.key.partition(".")
    unit, _, name = rest.rpartition(".")
    if where == "policies":
        return _of_policy(model, event, unit, name)
    held = model.mechanisms.get(unit)
    if held is None:
        return Outcome(f"{event.key} cannot change while the mechanism {unit} is off", refused=True)
    changed = build(type(held), held.numbers() | {name: event.value}, f"mechanisms.{unit}")
    sentence = f"{event.key} is {event.value:g} from now on, after {getattr(held, name):g}"
    return Outcome(sentence, {}, {unit: changed}, amount=event.value)


def _of_policy(model: Geopolitics, event: ChangeOfParameter, policy: str, name: str) -> Outcome:
    held = model.policies.get(policy)
    rule: Any = held.rule if isinstance(held, PerAgent) else held
    declared = parameters(rule) if is_dataclass(rule) else {}
    if held is None or name not in declared:
        hint = nearest(name, declared) if declared else "it has none"
        return Outcome(f"{event.key} cannot change: the policy has no such parameter; {hint}", refused=True)
    try:
        number = declared[name].admit(event.value, event.key)
    except ParameterError as error:
        return Outcome(str(error), refused=True)
    changed = replace(rule, **{name: number})
    sentence = f"{event.key} is {number:g} from now on, after {getattr(rule, name):g}"
    decisions = {policy: PerAgent(changed) if isinstance(held, PerAgent) else changed}
    return Outcome(sentence, amount=number, decisions=decisions)


def switch(model: Geopolitics, event: Switch) -> Outcome:
    """A mechanism on or off."""
    name, held = event.mechanism, model.mechanisms.get(event.mechanism)
    if (held is not None) == event.on:
        return Outcome(f"The mechanism {name} is {'on' if event.on else 'off'} anyway", refused=True)
    back = model.schedule.laid_aside.get(name) or mechanism_kinds()[name]()
    rules = {name: back if event.on else None}
    return Outcome(f"The mechanism {name} is switched {'on' if event.on else 'off'}", {}, rules, amount=float(event.on))


def shock(model: Geopolitics, event: Shock) -> Outcome:
    """A shock by its name, as the mechanism `shocks` makes it, or with losses of its own."""
    if any(getattr(event, loss) for loss in LOSSES):
        return _losses(model, event)
    world, kind = model.world, SHOCK_KINDS[event.name]
    rule = model.mechanisms.get("shocks")
    shocks = rule if isinstance(rule, Shocks) else Shocks()
    weight = np.maximum(kind.strikes(world), 1e-9) * world.alive
    i = world.index(event.state) if event.state else int(weight.argmax())
    size = np.array([event.size * shocks.severity_factor])
    lost = shocks.losses(world, np.array([SHOCKS.index(kind)]), np.array([i]), size)
    columns = {name: getattr(world, name) + change for name, change in lost.items()}
    sentence = kind.sentence.format(who=called(model, world.names.states[i]), amount=event.size)
    return Outcome(sentence, columns | {"shock_count": world.shock_count + 1.0}, {}, i, -1, event.size)


def _losses(model: Geopolitics, event: Shock) -> Outcome:
    world = model.world
    hit = world.alive.copy()
    if event.states:
        hit &= np.isin(np.arange(len(hit)), [world.index(code) for code in event.states])
    columns: dict[str, Array] = {"shock_count": world.shock_count + 1.0}
    for name in LOSSES:
        held, lost = getattr(world, name), getattr(event, name)
        shares = name not in ("legitimacy", "credibility")
        after = held * (1 - lost) if shares else np.maximum(held - lost, 0.0)
        columns[name] = np.where(hit, after, held)
    struck = called(model, *event.states) if event.states else "all states"
    units = {loss: f"{value:.1%} of {loss}" for loss in LOSSES if (value := getattr(event, loss))}
    who = world.index(event.states[0]) if len(event.states) == 1 else -1
    largest = max(getattr(event, loss) for loss in LOSSES)
    return Outcome(f"{event.name} strikes {struck}: {', '.join(units.values())} lost", columns, {}, who, -1, largest)


def collapse(model: Geopolitics, event: Collapse) -> Outcome:
    """A pole loses its strength and its clients; what becomes of them is left to the mechanisms."""
    world, names = model.world, model.world.names
    g = names.poles.index(event.pole)
    inside = (world.pole[g] > 0) & world.alive
    if not inside.any():
        return Outcome(f"The pole {event.pole} has no member that exists", refused=True)
    lost = {"gdp": event.gdp, "force": event.force, "legitimacy": event.legitimacy}
    columns = {name: getattr(world, name) * np.where(inside, 1 - share, 1.0) for name, share in lost.items()}
    if not event.great:
        columns |= {"great": world.great & ~inside, "tier": np.where(inside, 1, world.tier)}
    if event.pacts:
        columns["pact"] = without(world.pact, inside, ~inside)
        ended = world.pact.any(axis=0) & ~columns["pact"].any(axis=0)
        columns["pact_ended_count"] = world.pact_ended_count + float(np.triu(ended).sum())
    member, inducement = world.member.copy(), world.inducement.copy()
    member[[names.organisations.index(code) for code in event.organisations]] = False
    inducement[:, g] = 0.0
    columns |= {"member": member, "inducement": inducement, "alignment": _released(model, g, event.loyalty)}
    row = int(np.flatnonzero(inside)[0])
    sentence = (
        f"The pole {called(model, event.pole)} collapses: {event.gdp:.0%} of gdp and {event.force:.0%} of force lost"
    )
    return Outcome(sentence, columns, {}, row, -1, event.gdp)


def _released(model: Geopolitics, g: int, share: float) -> Array:
    """Portfolios of those outside poles, of which a share of what lay with a pole is no longer aligned."""
    world = model.world
    alignment = world.alignment.copy()
    moved = np.where(world.in_pole, 0.0, share * alignment[:, 1 + g])
    alignment[:, 1 + g] -= moved
    alignment[:, 0] += moved
    return alignment
