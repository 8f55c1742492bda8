"""What a scenario is made of, part by part: every field with its unit, bounds and meaning.

A column of the world that a state or organisation may be given keeps the world's own bounds and sentence.
"""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, AllowInfNan, BaseModel, BeforeValidator, ConfigDict, Field, Strict, field_validator

from sim.interventions import Obligation
from sim.scenario.references import faults, pole_name, refuse, state_code
from sim.world import World

Real = Annotated[float, Strict(), AllowInfNan(False)]
Flag = Annotated[bool, Strict()]
Code = Annotated[str, AfterValidator(state_code)]
Share = Annotated[float, Strict(), Field(ge=0, le=1)]
Kind = Literal["security", "economic", "platform", "global", "norm"]
Rule = Literal["none", "majority", "consensus"]
TOLERANCE = 1e-9


class Part(BaseModel):
    """A part of a scenario: frozen, and without keys that nobody reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def figure(name: str, default: Any = None) -> Any:
    """A field with the bounds, unit and sentence of a column of the world, and its initial value as default."""
    column = World.columns()[name]
    usual = column.dtype(column.initial) if default is None else default
    unit = "" if column.unit == "1" else f" Unit: {column.unit}."
    bounds: dict[str, Any] = {} if column.dtype is bool else {"ge": column.low, "le": column.high}
    return Field(usual, description=f"{column.doc}{unit}", **bounds)


def one_or_many(value: Any) -> Any:
    """A single name stands for a list of one."""
    return [value] if isinstance(value, str) else value


def distinct(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Names of which none comes twice."""
    if len(set(codes)) < len(codes):
        twice = [code for code, count in Counter(codes).items() if count > 1]
        refuse(f"{', '.join(twice)} is named twice; name each once")
    return codes


Codes = Annotated[tuple[Code, ...], AfterValidator(distinct)]
Pair = Annotated[Codes, Field(min_length=2, max_length=2, description="codes of two states")]
Several = Annotated[Codes, Field(min_length=2, description="codes of two or more states")]
Obligations = Annotated[
    tuple[Obligation, ...],
    BeforeValidator(one_or_many, json_schema_input_type=Obligation | list[Obligation]),
    AfterValidator(distinct),
]


class State(Part):
    """A state: who it is, its figures at the start, its leanings."""

    name: str = Field("", description="Name in English; the code if none is given.")
    cow: int | None = Field(None, ge=1, le=999, description="Number in the Correlates of War lists.")
    region: str = Field("", description="Region, as central_asia; states of one region share much.")
    gdp: Real = figure("gdp", ...)
    population: Real = figure("population", ...)
    latitude: Real = figure("latitude", ...)
    longitude: Real = figure("longitude", ...)
    landlocked: Flag = figure("landlocked")
    milex_share: Real = figure("milex_share")
    technology: Real = figure("technology")
    hydrocarbon_share: Real = figure("hydrocarbon_share")
    digital_share: Real = figure("digital_share")
    emission_intensity: Real = figure("emission_intensity")
    democracy: Real = figure("democracy")
    ideal_point: Real = figure("ideal_point")
    nuclear: Flag = figure("nuclear")
    nuclear_programme: Annotated[int, Strict()] = figure("nuclear_programme")
    autonomy: Real = figure("autonomy")
    activism: Real = figure("activism")
    tolerance: Real = figure("tolerance")
    credibility: Real = figure("credibility")
    legitimacy: Real = figure("legitimacy")
    mediation_success: Real = figure("mediation_success")
    neutrality_year: Real = figure("neutrality_year")
    force: Real | None = Field(
        None,
        ge=0,
        le=World.force.high,
        description="Military capital, 1e9 USD; if none is given, what spending sustains.",
    )
    tenure: Real | None = Field(
        None,
        ge=0,
        le=World.tenure.high,
        description="Years the leader has been in office; if none is given, a typical one.",
    )
    democratic_tradition: Share | None = Field(
        None, description="Electoral democracy of the last decade or two; if none is given, that of the start."
    )
    great: Flag | None = Field(None, description="A great power; if not said, whoever belongs to a pole.")
    enters: Real | None = Field(
        None, ge=1000, le=12000, description="Date at which it comes into being; if none is given, it is there."
    )
    leaves: Real | None = Field(None, ge=1000, le=12000, description="Date at which it ceases to exist.")
    predecessor: str = Field("", description="State whose rivalries it inherits when it enters.")
    members: tuple[str, ...] = Field((), description="A composite actor: codes of the states that it stands for.")
    alignment: dict[Annotated[str, AfterValidator(pole_name)], Share] = Field(
        {}, description="Portfolio: pole -> share; the rest is non-alignment. If none is given, it finds its balance."
    )
    source: str = Field("", description="Where the figures come from.")
    note: str = Field("", description="Anything worth saying.")

    @field_validator("alignment")
    @classmethod
    def _shares(cls, alignment: dict[str, float]) -> dict[str, float]:
        if (total := sum(alignment.values())) > 1 + TOLERANCE:
            refuse(
                f"the shares add up to {total:.3g}; write shares that add up to 1 at most (the rest is non-alignment)"
            )
        return alignment


class Constants(Part):
    """Numbers of the world that power and distance rest on."""

    power_of_gdp: Real = figure("power_of_gdp")
    power_of_force: Real = figure("power_of_force")
    power_of_people: Real = figure("power_of_people")
    power_of_technology: Real = figure("power_of_technology")
    reach_base: Real = figure("reach_base")
    reach_gain: Real = figure("reach_gain")
    remote_distance: Real = figure("remote_distance")


class Tie(Part):
    """What holds between states when the run starts."""

    since: Real | None = Field(None, description="Year in which it began.")
    source: str = Field("", description="Where it comes from.")
    note: str = Field("", description="Anything worth saying.")


class Pact(Tie):
    """A treaty that binds each of its members to each other."""

    obligation: Obligations = Field(min_length=1, description="What it obliges to, one or several.")
    members: Several
    shared: str = Field("", description="Name that all parts of a pact of many share; one of its own if not given.")


class Rivalry(Tie):
    """A strategic rivalry."""

    pair: Pair
    level: Real = figure("rivalry", ...)


class Dispute(Tie):
    """A live dispute; the pair begins with the state that began it."""

    pair: Pair
    level: Annotated[int, Strict()] = Field(
        ge=1, le=5, description="1 claim, 2 threat, 3 display, 4 use of force, 5 war."
    )
    fatal: Flag | None = Field(None, description="It has cost lives; if not said, only a war has.")
    shared: str = Field("", description="Name that all pairs of one dispute share; a dispute of its own if not given.")
    remaining: Real | None = Field(
        None,
        ge=0,
        le=World.war_remaining.high,
        description="Of a war: years until it is decided; if not given, half of all wars as old as it end sooner.",
    )


class Sanction(Tie):
    """A share of trade that one state bars with another."""

    sender: Code = Field(description="Code of the state that bars trade.")
    target: Code = Field(description="Code of the state that it bars trade with.")
    level: Real = figure("sanctions", ...)

    @field_validator("target")
    @classmethod
    def _other(cls, target: str, info: Any) -> str:
        if target == info.data.get("sender"):
            refuse(f"{target} cannot sanction itself; name another state")
        return target


class Affinity(Tie):
    """Friendliness of a pair, in place of the one that follows from their ties."""

    pair: Pair
    value: Real = figure("affinity", ...)


class Frailty(Tie):
    """Lasting proneness of a pair to disputes."""

    pair: Pair
    value: Real = figure("frailty", ...)


class PeaceYears(Tie):
    """How long ago the last dispute of a pair was; a pair without an entry has never had one: 80 years."""

    pair: Pair
    value: Real = figure("peace_years", ...)


class DisputeRecord(Tie):
    """Disputes that a pair has begun; a pair without an entry has the record that its rivalry stands for."""

    pair: Pair
    value: Real = figure("dispute_record", ...)


class Grievance(Tie):
    """Resentment: the first of the pair resents the second."""

    pair: Pair
    value: Real = figure("grievance", ...)


class Trade(Tie):
    """Goods traded both ways; a pair without an entry trades what gravity says."""

    pair: Pair
    value: Real = figure("trade", ...)


class Contiguity(Tie):
    """Neighbours across a land border or a stretch of water."""

    pair: Pair
    kind: Literal["land", "water"] = Field("land", description="land border, or within 400 miles of water")


def _once(ties: tuple[Any, ...]) -> tuple[Any, ...]:
    first: dict[tuple[str, ...], int] = {}
    again: dict[tuple[str | int, ...], str] = {}
    for number, tie in enumerate(ties):
        if first.setdefault(tie.pair, number) != number:
            again[(number,)] = f"{tie.pair[0]} and {tie.pair[1]} come twice; give each pair once"
    if again:
        raise faults(again)
    return ties


class Ties(Part):
    """What holds between states when the run starts."""

    pacts: tuple[Pact, ...] = Field((), description="Treaties between states.")
    rivalries: tuple[Rivalry, ...] = Field((), description="Strategic rivalries.")
    disputes: tuple[Dispute, ...] = Field((), description="Live disputes.")
    sanctions: tuple[Sanction, ...] = Field((), description="Sanctions in force.")
    affinity: tuple[Affinity, ...] = Field((), description="Friendliness where it differs from what ties say.")
    frailty: tuple[Frailty, ...] = Field((), description="Pairs that are more or less prone to disputes.")
    peace_years: tuple[PeaceYears, ...] = Field((), description="How long pairs have been at peace.")
    dispute_record: tuple[DisputeRecord, ...] = Field((), description="Disputes of the past, the older counting less.")
    grievance: tuple[Grievance, ...] = Field((), description="Who resents whom.")
    trade: tuple[Trade, ...] = Field((), description="Trade, 1e9 USD a year; entries here go before the table's.")
    contiguity: tuple[Contiguity, ...] = Field((), description="Neighbours; entries here go before the table's.")

    @field_validator("rivalries", "affinity", "frailty", "peace_years", "dispute_record", "trade", "contiguity")
    @classmethod
    def _in_one_order(cls, ties: tuple[Any, ...]) -> tuple[Any, ...]:
        """Pairs without a direction, each once; their order says nothing, so it is made the same for all files."""
        turned = [tie if tie.pair[0] < tie.pair[1] else tie.model_copy(update={"pair": tie.pair[::-1]}) for tie in ties]
        return tuple(sorted(_once(tuple(turned)), key=lambda tie: tie.pair))

    @field_validator("grievance")
    @classmethod
    def _directed_once(cls, ties: tuple[Any, ...]) -> tuple[Any, ...]:
        return _once(ties)

    @field_validator("disputes")
    @classmethod
    def _disputes_once(cls, ties: tuple[Dispute, ...]) -> tuple[Dispute, ...]:
        _once(tuple(tie.model_copy(update={"pair": tuple(sorted(tie.pair))}) for tie in ties))
        return ties


class Organisation(Part):
    """An international organisation: who belongs to it, what it is for."""

    title: str = Field("", description="Name in English; the key if none is given.")
    kind: Kind = Field(description=f"What it is for: {', '.join(get_args(Kind))}.")
    obligation: Obligations = Field((), description="What members owe each other, one or several.")
    rule: Rule | None = Field(
        None,
        description="How members decide: consensus, majority or none (not at all); if not said, a global organisation"
        " decides by majority, one for a norm not at all, others by consensus.",
    )
    legitimacy: Real = figure("org_legitimacy")
    leader: Annotated[Codes, BeforeValidator(one_or_many, json_schema_input_type=str | list[str])] = Field(
        (), description="Who leads it, one or several."
    )
    mediates: Flag = figure("org_mediates")
    founded: Real | None = Field(None, description="Year of its founding.")
    members: Codes = Field((), description="Members, in place of those of the table of organisations.")
    observers: Codes = Field((), description="Observers, who do not count as members.")
    source: str = Field("", description="Where it comes from.")
    note: str = Field("", description="Anything worth saying.")


class Norm(Part):
    """An international norm: who has adopted it, who campaigns for it."""

    title: str = Field("", description="Name in English; the key if none is given.")
    entrepreneurs: Codes = Field((), description="Who campaigns for it.")
    adopters: Codes = Field((), description="Who has adopted it when the run starts.")
    coalition: Codes = Field((), description="Middle powers in its issue coalition when the run starts.")
    targets: dict[Code, Real] = Field({}, description="carbon_neutrality only: state -> pledged year.")
    since: Real | None = Field(None, description="Year in which the adopters adopted it.")
    source: str = Field("", description="Where it comes from.")
    note: str = Field("", description="Anything worth saying.")


def weights_of_poles(poles: Any) -> Any:
    """Poles as a table: a list of states stands for poles of one state each."""
    if isinstance(poles, list | tuple) and all(isinstance(code, str) for code in poles):
        if len(set(poles)) < len(poles):
            refuse("a pole is named twice; name each once")
        return {code: {code: 1.0} for code in poles}
    return poles
