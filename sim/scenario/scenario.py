"""A scenario, whole and checked: who exists, their figures and ties, what is switched on, what will happen."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from math import log
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from sim.activation import Activation
from sim.core.params import build
from sim.events import Keep
from sim.interventions import Event
from sim.mechanisms.base import Mechanism
from sim.model import Geopolitics
from sim.policies.base import Policy
from sim.scenario.own_code import own_policy
from sim.scenario.parts import (
    Code,
    Constants,
    Norm,
    Organisation,
    Part,
    Real,
    State,
    Ties,
    weights_of_poles,
)
from sim.scenario.problems import KeyPath, Problem, ScenarioError
from sim.scenario.references import (
    NAMES_CODE,
    Found,
    along,
    event_faults,
    knowing,
    known,
    mechanism_kinds,
    mechanism_name,
    mechanism_parameters,
    number_faults,
    policy_faults,
    policy_kinds,
    presence_faults,
    refuse,
    tables_in,
)
from sim.scenario.scheduled import schedule_of

if TYPE_CHECKING:
    from sim.world import World

PROSE = frozenset({"notes", "note", "source", "sources"})
"""Keys that say where figures come from; they change no run, so the hash passes over them."""
ORDERED = frozenset({"states", "organisations", "norms", "poles"})
"""Tables whose order is that of the arrays of a world."""
DEFAULT_POLICY, POLICY_OF_POLES = "multi_vector", "align"
USUAL_STEPS = (1.0, 0.5, 0.25, 0.2, 0.125, 0.1, 0.05, 0.025, 0.02, 0.01)


def _divides(dt: float, years: float) -> bool:
    steps = years / dt
    return round(steps) >= 1 and abs(steps - round(steps)) < 1e-6


def _in_floats(value: Any) -> Any:
    """A table of parameters with all its numbers as floats; anything else as it is."""
    if not isinstance(value, dict):
        return value
    return {key: float(number) if type(number) is int else number for key, number in value.items()}


def _switch(value: Any) -> Any:
    """What is said of a mechanism: True stands for its usual numbers, False for its being off."""
    if value is True:
        return {}
    if isinstance(value, dict):
        return _in_floats(value)
    if value is False:
        return value
    return refuse(f"{value!r} says nothing of a mechanism; write true, false or a table of parameters")


def _mechanism_faults(mechanisms: Any) -> Found:
    """Parameters that do not exist or lie outside their bounds."""
    found: dict[KeyPath, str] = {}
    for name, values in tables_in(mechanisms).items():
        if name in mechanism_parameters():
            found |= number_faults("mechanism", name, mechanism_parameters()[name], values)
    return found


def _state_faults(states: Any) -> Found:
    """Codes that are none, and portfolios of members of poles."""
    found: dict[KeyPath, str] = {}
    for code, state in tables_in(states).items():
        if not (code.isascii() and code.replace("_", "").isalnum() and code == code.upper()):
            found[(code,)] = f"'{code}' is no code; write capital letters, figures and _, as KAZ"
        if state.get("alignment") and code in known().sharing:
            found[(code, "alignment")] = f"{code} belongs to a pole, which is its portfolio; take this key out"
        found |= presence_faults(code, state)
    return found


def _norm_faults(norms: Any) -> Found:
    """Target years of norms that have none."""
    wrong = [key for key, norm in tables_in(norms).items() if norm.get("targets") and key != "carbon_neutrality"]
    return {(key, "targets"): "only carbon_neutrality has target years; take this key out" for key in wrong}


class Scenario(Part):
    """A world to start from and what happens to it. Frozen; everything in it has been checked.

    Attributes:
        hash: of all that changes a run (not of notes and sources); equal for files that say the same in other ways.
    """

    name: str = Field(min_length=1, max_length=100, description="Short name, as central-asia-2025.")
    title: str = Field("", validate_default=True, description="What a reader would call it; the name if not given.")
    notes: str = Field("", description="What the scenario is about, in prose.")
    start: Real = Field(ge=1000, le=9999, description="Date of the start in years.")
    end: Real = Field(ge=1000, le=12000, description="Date of the end in years; the run stops just before it.")
    dt: Real = Field(0.25, gt=0, le=1, validate_default=True, description="Length of a step in years.")
    activation: Activation = Field(
        "simultaneous", description="Who acts when: all states at once, in random order, or the most powerful first."
    )
    states: Annotated[dict[str, State], along(_state_faults)] = Field(
        min_length=2, description="Code -> state; a table may hold most of it."
    )
    poles: Annotated[
        dict[str, dict[Code, Annotated[Real, Field(gt=0, le=1)]]],
        BeforeValidator(weights_of_poles, json_schema_input_type=list[str] | dict[str, dict[str, float]]),
    ] = Field(
        min_length=1,
        description='Poles of the system: a list of states, as ["USA", "CHN"], or pole -> state -> weight.',
    )
    ties: Ties = Field(Ties(), description="What holds between states when the run starts.")
    organisations: dict[str, Organisation] = Field({}, description="Code -> international organisation.")
    norms: Annotated[dict[str, Norm], along(_norm_faults)] = Field({}, description="Key -> international norm.")
    policies: Annotated[dict[str, Annotated[Any, BeforeValidator(_in_floats)]], along(policy_faults)] = Field(
        {},
        description=f"State -> policy; {DEFAULT_POLICY} for those not named, {POLICY_OF_POLES} within poles."
        " Policy -> its parameters.",
    )
    mechanisms: Annotated[
        dict[Annotated[str, AfterValidator(mechanism_name)], Annotated[Any, BeforeValidator(_switch)]],
        along(_mechanism_faults),
    ] = Field({}, description="Mechanism -> its parameters, or false to switch it off.")
    constants: Constants = Field(Constants(), description="What power and distance rest on, where it is not as usual.")
    events: tuple[Annotated[Event, along(event_faults)], ...] = Field((), description="Scheduled events.")
    sources: dict[str, str] = Field({}, description="Column or table -> where it comes from.")

    _folder: Path | None = PrivateAttr(None)
    _code_allowed: bool = PrivateAttr(False)

    @model_validator(mode="wrap")
    @classmethod
    def _among_its_names(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        with knowing(data):
            return handler(data)

    @field_validator("title")
    @classmethod
    def _titled(cls, title: str, info: ValidationInfo) -> str:
        return title or info.data.get("name", "")

    @field_validator("end")
    @classmethod
    def _later(cls, end: float, info: ValidationInfo) -> float:
        start = info.data.get("start")
        if start is not None and end <= start:
            refuse(f"the end, {end:g}, is not after the start, {start:g}; write a later year")
        return end

    @field_validator("dt")
    @classmethod
    def _whole_steps(cls, dt: float, info: ValidationInfo) -> float:
        if {"start", "end"} <= info.data.keys():
            years = info.data["end"] - info.data["start"]
            if not _divides(dt, years):
                usual = [step for step in USUAL_STEPS if _divides(step, years)] or [years / max(1, round(years / dt))]
                near = min(usual, key=lambda step: abs(log(step / dt)))
                refuse(f"steps of {dt:g} years do not divide the run of {years:g}; write for instance {near:.12g}")
        return dt

    # -- what follows from it ----------------------------------------------------------------------------------------
    @cached_property
    def hash(self) -> str:
        """Hex digest (blake2b, 128 bits) of the canonical scenario."""
        text = json.dumps(_canonical(self.model_dump(mode="json")), separators=(",", ":"), ensure_ascii=False)
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()

    @property
    def steps(self) -> int:
        """Number of steps of a run to the end."""
        return round((self.end - self.start) / self.dt)

    def policy_of(self, code: str) -> str:
        """The name of the policy that a state starts with."""
        shares = any(code in weights for weights in self.poles.values())
        return self.policies.get(code, POLICY_OF_POLES if shares else DEFAULT_POLICY)

    def own_policies(self) -> tuple[str, ...]:
        """The policies that it names as `module:Class`, sorted."""
        said = [key if isinstance(held, dict) else held for key, held in self.policies.items()]
        named = {*said, *(event.policy for event in self.events if event.kind == "policy")}
        return tuple(sorted(name for name in named if NAMES_CODE.fullmatch(name)))

    def policy_names(self) -> tuple[str, ...]:
        """All policies that a state may hold in a run, in the order of the world's numbers."""
        return (*sorted(policy_kinds()), *self.own_policies())

    def decisions(self) -> dict[str, Policy]:
        """Every policy by name with its parameters, ready for a model.

        Raises:
            ScenarioError: it names code that may not run, or that cannot be found.
        """
        own = self.own_policies()
        if own and not self._code_allowed:
            raise ScenarioError(code_refused(own))
        said = self.policies
        usual: dict[str, Policy] = {
            name: build(kind, said.get(name, {}), f"policies.{name}") for name, kind in policy_kinds().items()
        }
        return usual | {name: own_policy(name, self._folder, said.get(name, {})) for name in own}

    def rules(self) -> dict[str, Mechanism]:
        """Every mechanism that is on, by name, with its parameters."""
        said = self.mechanisms
        on = {name: kind for name, kind in mechanism_kinds().items() if said.get(name) is not False}
        return {name: build(kind, said.get(name, {}), f"mechanisms.{name}") for name, kind in on.items()}

    def schedule(self) -> tuple[Any, ...]:
        """All events of a run, with those of states that enter or leave."""
        return schedule_of(self)

    def world(self) -> World:
        """The world at the start; each call gives one of its own."""
        return self.beginning.with_changes()

    @cached_property
    def beginning(self) -> World:
        """The world at the start, made once."""
        from sim.scenario.world_building import built

        return built(self)

    def model(self, seed: int = 0, keep: Keep = "full", *, record: bool = True) -> Geopolitics:
        """A model that stands at the start, ready to step.

        Args:
            seed: of all randomness.
            keep: how much of the explanations its ledger keeps: full, summary or none.
            record: keep the history of measures and states.
        """
        decisions, rules = self.decisions(), self.rules()
        world, schedule = self.world(), self.schedule()
        return Geopolitics(
            world, rules, decisions, seed=seed, schedule=schedule, keep=keep, activation=self.activation, record=record
        )

    def until(self, end: float) -> Self:
        """The same scenario with another end.

        Raises:
            ScenarioError: an end that is not after the start or that whole steps do not reach.
        """
        if not _divides(self.dt, end - self.start):
            example = self.start + max(1, round((end - self.start) / self.dt)) * self.dt
            message = f"{end:g} is not a whole number of steps of {self.dt:g} years after {self.start:g}"
            raise ScenarioError.of([Problem(f"{message}; write for instance {example:g}", key="end")])
        other = self.model_copy(update={"end": float(end)})
        other.__dict__.pop("hash", None)
        return other


def code_refused(names: tuple[str, ...]) -> str:
    """What to say of a scenario that names code when code may not run."""
    return (
        f"names code of its own ({', '.join(names)}), which would run on this computer; if you trust it,"
        " allow it with --allow-code (in Python: allow_code=True)"
    )


def _canonical(value: Any) -> Any:
    """Without prose and with sorted keys, but with states, organisations, norms and poles in their order."""
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: item for key, item in sorted(value.items()) if key not in PROSE}
    return {key: _ordered(item) if key in ORDERED else _canonical(item) for key, item in kept.items()}


def _ordered(value: Any) -> Any:
    return [[key, _canonical(item)] for key, item in value.items()] if isinstance(value, dict) else _canonical(value)
