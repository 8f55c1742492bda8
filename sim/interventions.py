"""What a scenario (or a person) may do to a running world: scheduled events, each a few named fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from sim.core.params import build, parameters
from sim.core.spelling import nearest
from sim.core.update import Happening
from sim.world import OBLIGATIONS

if TYPE_CHECKING:
    from sim.model import Geopolitics

Code = Annotated[str, Field(min_length=1, description="code of a state, as KAZ")]
Obligation = Literal["consultation", "nonaggression", "neutrality", "offence", "defence"]


class Scheduled(BaseModel):
    """What all scheduled events have: a date."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    year: float = Field(description="date in years; the event falls in the step that contains it")
    note: str = Field("", description="why, or the source")


class Sanction(Scheduled):
    """One state bars a share of its trade with another (0 lifts the sanction)."""

    kind: Literal["sanction"]
    sender: Code
    target: Code
    level: float = Field(ge=0, le=1, description="share of trade barred")


class Treaty(Scheduled):
    """States conclude a pact with each other, or end it."""

    kind: Literal["treaty", "end_treaty"]
    members: list[Code] = Field(min_length=2)
    obligation: Obligation = "defence"


class Membership(Scheduled):
    """A state joins or leaves an organisation."""

    kind: Literal["join", "leave"]
    state: Code
    organisation: str


class Dispute(Scheduled):
    """One state starts a dispute with another; `peace` ends the one that is live."""

    kind: Literal["dispute", "war", "peace"]
    originator: Code
    target: Code
    level: int = Field(4, ge=1, le=4, description="1 claim, 2 threat, 3 display, 4 use of force")


class Leader(Scheduled):
    """A new leader takes office."""

    kind: Literal["leader"]
    state: Code
    ideal_point: float | None = Field(None, ge=-6, le=6)
    autonomy: float | None = Field(None, ge=0.5, le=1.5)
    activism: float | None = Field(None, ge=0, le=1)


class ChangeOfPolicy(Scheduled):
    """A state decides by another policy from now on."""

    kind: Literal["policy"]
    state: Code
    policy: str


class ChangeOfParameter(Scheduled):
    """A parameter of a mechanism takes another value from now on."""

    kind: Literal["parameter"]
    key: str = Field(description="as mechanisms.alignment.kappa")
    value: float


class Loss(Scheduled):
    """A shock of the scenario's own making: shares of gdp and legitimacy lost by some states (all, if none named)."""

    kind: Literal["shock"]
    name: str
    states: list[Code] = Field(default_factory=list)
    gdp: float = Field(0.0, ge=0, le=0.5, description="share of gdp lost")
    legitimacy: float = Field(0.0, ge=0, le=0.5, description="legitimacy lost")


class Adoption(Scheduled):
    """A state adopts a norm."""

    kind: Literal["adopt"]
    state: Code
    norm: str


Event = Annotated[
    Sanction | Treaty | Membership | Dispute | Leader | ChangeOfPolicy | ChangeOfParameter | Loss | Adoption,
    Field(discriminator="kind"),
]


def intervene(model: Geopolitics, event: Any) -> None:
    """Carry one event out on a running model and log it.

    Raises:
        KeyError: a state, organisation, norm, policy or parameter that does not exist; names the nearest.
    """
    changes, who, whom, sentence = _HANDLERS[type(event)](model, event)
    model.world.write(changes)
    happening = Happening(event.kind, np.array([who]), whom=np.array([whom]), amount=np.array([0.0]))
    model.log("scheduled", "SHOCK", happening, sentence.replace("{", "{{").replace("}", "}}"))


type Outcome = tuple[dict[str, Any], int, int, str]


def _sanction(model: Geopolitics, event: Sanction) -> Outcome:
    world = model.world
    i, j = world.index(event.sender), world.index(event.target)
    sanctions = world.sanctions.copy()
    sanctions[i, j] = event.level
    text = f"{_called(model, event.sender)} bars {event.level:.0%} of its trade with {_called(model, event.target)}"
    return {"sanctions": sanctions}, i, j, text


def _treaty(model: Geopolitics, event: Treaty) -> Outcome:
    world, k = model.world, OBLIGATIONS.index(event.obligation)
    rows = np.array([world.index(code) for code in event.members])
    pact = world.pact.copy()
    block = np.ix_([k], rows, rows)
    pact[block] = event.kind == "treaty"
    pact[:, rows, rows] = False
    verb = "conclude" if event.kind == "treaty" else "end"
    who = ", ".join(_called(model, code) for code in event.members)
    return {"pact": pact}, rows[0], rows[1], f"{who} {verb} a pact of {event.obligation}"


def _membership(model: Geopolitics, event: Membership) -> Outcome:
    world, names = model.world, model.world.names.organisations
    if event.organisation not in names:
        raise KeyError(f"no organisation '{event.organisation}'; {nearest(event.organisation, names)}")
    member = world.member.copy()
    i = world.index(event.state)
    member[names.index(event.organisation), i] = event.kind == "join"
    return (
        {"member": member},
        i,
        -1,
        f"{_called(model, event.state)} {event.kind}s {_called(model, event.organisation)}",
    )


def _dispute(model: Geopolitics, event: Dispute) -> Outcome:
    world = model.world
    i, j = world.index(event.originator), world.index(event.target)
    hostility, originator, tag = world.hostility.copy(), world.originator.copy(), world.dispute_tag.copy()
    began = event.kind != "peace" and hostility[i, j] == 0
    level = {"peace": 0, "war": 5}.get(event.kind, event.level)
    hostility[i, j] = hostility[j, i] = level
    changes = {"hostility": hostility}
    if began:
        originator[i, j] = 1
        tag[i, j] = tag[j, i] = model.streams.at(f"intervention/{i}/{j}", world.step).uniform(1e-9, 1.0)
        changes |= {"originator": originator, "dispute_tag": tag, "dispute_count": world.dispute_count + 1.0}
        if level == 5:
            changes["war_count"] = world.war_count + 1.0
    verbs = {"peace": "makes peace with", "war": "goes to war with", "dispute": "starts a dispute with"}
    return (
        changes,
        i,
        j,
        f"{_called(model, event.originator)} {verbs[event.kind]} {_called(model, event.target)}",
    )


def _leader(model: Geopolitics, event: Leader) -> Outcome:
    world, i = model.world, model.world.index(event.state)
    changes = {"tenure": _with(world.tenure, i, 0.0)}
    for name in ("ideal_point", "autonomy", "activism"):
        if (value := getattr(event, name)) is not None:
            changes[name] = _with(getattr(world, name), i, value)
    return changes, i, -1, f"A new leader takes office in {_called(model, event.state)}"


def _policy(model: Geopolitics, event: ChangeOfPolicy) -> Outcome:
    world, policies = model.world, model.world.names.policies
    if event.policy not in policies:
        raise KeyError(f"no policy '{event.policy}'; {nearest(event.policy, policies)}")
    i = world.index(event.state)
    changed = _with(world.policy, i, policies.index(event.policy))
    return {"policy": changed}, i, -1, f"{_called(model, event.state)} decides by {event.policy} from now on"


def _parameter(model: Geopolitics, event: ChangeOfParameter) -> Outcome:
    prefix, _, rest = event.key.partition(".")
    unit, _, name = rest.partition(".")
    if prefix != "mechanisms" or unit not in model.mechanisms:
        keys = [f"mechanisms.{unit}.{p}" for unit, held in model.mechanisms.items() for p in parameters(held)]
        raise KeyError(f"no parameter '{event.key}'; {nearest(event.key, keys)}")
    held = model.mechanisms[unit]
    model.mechanisms[unit] = build(type(held), held.numbers() | {name: event.value}, f"mechanisms.{unit}")
    return {}, -1, -1, f"{event.key} is {event.value:g} from now on"


def _loss(model: Geopolitics, event: Loss) -> Outcome:
    world = model.world
    hit = np.ones(world.sizes["i"], dtype=bool)
    if event.states:
        hit = np.isin(np.arange(len(hit)), [world.index(code) for code in event.states])
    changes = {
        "gdp": np.where(hit, world.gdp * (1 - event.gdp), world.gdp),
        "legitimacy": np.where(hit, world.legitimacy - event.legitimacy, world.legitimacy),
        "shock_count": world.shock_count + 1.0,
    }
    struck = ", ".join(_called(model, code) for code in event.states) or "all states"
    return changes, -1, -1, f"{event.name} strikes {struck}: {event.gdp:.1%} of gdp lost"


def _adoption(model: Geopolitics, event: Adoption) -> Outcome:
    world, norms = model.world, model.world.names.norms
    if event.norm not in norms:
        raise KeyError(f"no norm '{event.norm}'; {nearest(event.norm, norms)}")
    i, adopted = world.index(event.state), world.adopted.copy()
    adopted[norms.index(event.norm), i] = True
    return {"adopted": adopted}, i, -1, f"{_called(model, event.state)} adopts {event.norm.replace('_', ' ')}"


def _called(model: Geopolitics, code: str) -> str:
    return model.world.names.title(code)


def _with(values: Any, i: int, value: float) -> Any:
    changed = values.copy()
    changed[i] = value
    return changed


_HANDLERS: dict[type, Any] = {
    Sanction: _sanction,
    Treaty: _treaty,
    Membership: _membership,
    Dispute: _dispute,
    Leader: _leader,
    ChangeOfPolicy: _policy,
    ChangeOfParameter: _parameter,
    Loss: _loss,
    Adoption: _adoption,
}
