"""Events within a state or with a single number: leaders, policies, weapons, tiers, values set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.interventions.addresses import address
from sim.interventions.kinds import ChangeOfPolicy, Leader, Nuclear, Setting, Tier
from sim.interventions.outcomes import Outcome, called, replaced, strength
from sim.world import TIERS

if TYPE_CHECKING:
    from sim.model import Geopolitics


def leader(model: Geopolitics, event: Leader) -> Outcome:
    """A change in office."""
    world, i = model.world, model.world.index(event.state)
    said = {name: getattr(event, name) for name in ("ideal_point", "autonomy", "activism")}
    new: dict[str, Any] = {name: value for name, value in said.items() if value is not None}
    columns = {name: replaced(getattr(world, name), i, value) for name, value in (new | {"tenure": 0.0}).items()}
    years = float(world.tenure[i])
    who = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in new.items())
    sentence = f"A new leader takes office in {called(model, event.state)}{f' ({who})' if who else ''}"
    return Outcome(sentence, columns, {}, i, -1, years)


def policy(model: Geopolitics, event: ChangeOfPolicy) -> Outcome:
    """Another way of deciding."""
    world, i = model.world, model.world.index(event.state)
    changed = replaced(world.policy, i, world.names.policies.index(event.policy))
    sentence = f"{called(model, event.state)} decides by {event.policy} from now on"
    return Outcome(sentence, {"policy": changed}, {}, i, -1, 0.0, ("policy",))


def nuclear(model: Geopolitics, event: Nuclear) -> Outcome:
    """Weapons acquired or renounced, at the price or for the reward in reputation of the mechanism `nuclear`."""
    world, i = model.world, model.world.index(event.state)
    acquires, state = event.action == "acquire", called(model, event.state)
    if bool(world.nuclear[i]) == acquires:
        return Outcome(f"{state} has {'' if acquires else 'no '}nuclear weapons anyway", who=i, refused=True)
    c = float(world.credibility[i])
    if acquires:
        gain = -strength(model, "nuclear", "broken") * c * bool(world.has_adopted("non_proliferation")[i])
    else:
        gain = strength(model, "nuclear", "renounced") * (1 - c)
    columns = {
        "nuclear": replaced(world.nuclear, i, acquires),
        "nuclear_programme": replaced(world.nuclear_programme, i, 0),
        "credibility": replaced(world.credibility, i, c + gain),
    }
    verb = "acquires nuclear weapons" if acquires else "renounces its nuclear weapons"
    return Outcome(f"{state} {verb}", columns, {}, i, -1, float(gain), ("nuclear",))


def tier(model: Geopolitics, event: Tier) -> Outcome:
    """Rank among the powers."""
    world, i = model.world, model.world.index(event.state)
    columns = {
        "great": replaced(world.great, i, event.tier == "great"),
        "tier": replaced(world.tier, i, TIERS.index(event.tier)),
    }
    no = "" if event.tier == "great" else "no longer "
    sentence = f"{called(model, event.state)} {no}counts as a great power"
    return Outcome(sentence, columns, {}, i, -1, float(TIERS.index(event.tier)), tuple(columns))


def setting(model: Geopolitics, event: Setting) -> Outcome:
    """A number of the world, set, shifted or multiplied; within the bounds of its column."""
    world, found = model.world, address(event.key.split("."), model.world.names)
    before = found.value(world)
    who, whom = (*found.states, -1, -1)[:2]
    if before is None:
        return Outcome(f"{event.key} is a number of what does not exist", who=who, whom=whom, refused=True)
    after = before + event.add if event.add is not None else before * (1.0 if event.factor is None else event.factor)
    after = after if event.value is None else event.value
    column = found.column
    assert column is not None
    after = min(max(after, column.low), column.high)
    columns = {column.name: found.written(world, after)}
    return Outcome(
        f"{event.key} is set from {before:.4g} to {after:.4g}", columns, {}, who, whom, after, (column.name,)
    )
