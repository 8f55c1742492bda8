"""The kinds of scheduled events: what each one says, field by field."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, get_args

from pydantic import AllowInfNan, BaseModel, ConfigDict, Field, Strict

Real = Annotated[float, Strict(), AllowInfNan(False)]
Flag = Annotated[bool, Strict()]
Code = Annotated[str, Field(min_length=1, description="code of a state, as KAZ")]
Obligation = Literal["consultation", "nonaggression", "neutrality", "offence", "defence"]


class Scheduled(BaseModel):
    """What all events have: a date, or a condition that they wait for; and how often and how long."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True)
    temporary: ClassVar[bool] = False
    """Whether it can be undone after a while (`for`)."""

    kind: str
    year: Real | None = Field(
        None, ge=1000, le=12000, description="date in years; the event falls in the step that contains it"
    )
    when: str = Field(
        "", description='condition in place of a date, as "tension > 0.6"; asked at the start of each step'
    )
    after: Real | None = Field(None, ge=1000, le=12000, description="first date at which the condition counts")
    before: Real | None = Field(
        None, ge=1000, le=12000, description="date from which the event does not happen any more"
    )
    held: Real = Field(0.0, ge=0, le=1000, description="years for which the condition must have held")
    once: Flag = Field(True, description="false: the event happens whenever the condition comes true anew")
    every: Real | None = Field(
        None, ge=0.01, le=1000, description="years after which it happens again (if its condition holds then)"
    )
    lasting: Real | None = Field(
        None, alias="for", ge=0.01, le=1000, description="years after which what was changed is put back"
    )
    note: str = Field("", description="why, or the source")


class Sanction(Scheduled):
    """One state bars a share of its trade with another (0 lifts the sanction)."""

    temporary = True
    kind: Literal["sanction"]
    sender: Code
    target: Code
    level: Real = Field(ge=0, le=1, description="share of trade barred")


class Treaty(Scheduled):
    """States conclude a pact with each other, or end it."""

    temporary = True
    kind: Literal["treaty", "end_treaty"]
    members: list[Code] = Field(min_length=2, description="codes of two or more states")
    obligation: Obligation | None = Field(
        None, description="defence if none is given; end_treaty without one ends all obligations"
    )


class Membership(Scheduled):
    """A state joins or leaves an organisation."""

    temporary = True
    kind: Literal["join", "leave"]
    state: Code
    organisation: str = Field(description="code of an organisation, as CSTO")


class Dispute(Scheduled):
    """One state starts a dispute or a war with another, or raises the one that is live; `peace` ends it."""

    kind: Literal["dispute", "war", "peace"]
    originator: Code
    target: Code
    level: Annotated[int, Strict()] = Field(
        4, ge=1, le=4, description="of a dispute: 1 claim, 2 threat, 3 display, 4 use of force"
    )


class Leader(Scheduled):
    """A new leader takes office; what is not said of them stays."""

    kind: Literal["leader"]
    state: Code
    ideal_point: Real | None = Field(None, ge=-6, le=6, description="position in United Nations voting")
    autonomy: Real | None = Field(None, ge=0.5, le=1.5, description="desire for independence")
    activism: Real | None = Field(None, ge=0, le=1, description="diplomatic activism")


class ChangeOfPolicy(Scheduled):
    """A state decides by another policy from now on."""

    temporary = True
    kind: Literal["policy"]
    state: Code
    policy: str = Field(description="name of a policy, as multi_vector")


class ChangeOfParameter(Scheduled):
    """A parameter of a mechanism or policy takes another value from now on."""

    temporary = True
    kind: Literal["parameter"]
    key: str = Field(description="as mechanisms.alignment.kappa or policies.multi_vector.mediation")
    value: Real


class Switch(Scheduled):
    """A mechanism is switched off, or on again with the numbers that it had (else with its usual ones)."""

    temporary = True
    kind: Literal["mechanism"]
    mechanism: str = Field(description="name of a mechanism, as mediation")
    on: Flag = Field(description="true or false")


class Shock(Scheduled):
    """A transnational shock: one of the kinds of the mechanism `shocks` by its name, or one with losses of its own."""

    kind: Literal["shock"]
    name: str = Field(min_length=1, description="as pandemic or financial crisis; any name if losses are given")
    size: Real = Field(
        1.0, ge=0, le=100, description="of a shock known by its name; 1 is the least that comes by chance"
    )
    state: Code | None = Field(None, description="where it begins; if not said, where such shocks strike most often")
    states: list[Code] = Field(
        default_factory=list, description="who suffers the losses given here; all if none is named"
    )
    gdp: Real = Field(0.0, ge=0, le=0.5, description="share of gdp lost")
    legitimacy: Real = Field(0.0, ge=0, le=0.5, description="legitimacy lost")
    credibility: Real = Field(0.0, ge=0, le=0.5, description="credibility lost")
    population: Real = Field(0.0, ge=0, le=0.5, description="share of population lost")
    force: Real = Field(0.0, ge=0, le=0.9, description="share of military capital lost")


class Adherence(Scheduled):
    """A state adopts or abandons a norm."""

    temporary = True
    kind: Literal["adopt", "abandon"]
    state: Code
    norm: str = Field(description="key of a norm, as non_proliferation")


class Nuclear(Scheduled):
    """A state acquires nuclear weapons or renounces them, with what the mechanism `nuclear` says of its reputation."""

    temporary = True
    kind: Literal["nuclear"]
    state: Code
    action: Literal["acquire", "renounce"]


class Tier(Scheduled):
    """A state counts as a great power from now on, or no longer: then its power and behaviour say what it is."""

    temporary = True
    kind: Literal["tier"]
    state: Code
    tier: Literal["great", "middle", "small"] = Field(description="great, or what it falls to at first")


class Collapse(Scheduled):
    """A pole collapses: its members lose strength and great-power status, their pacts with others and their clients."""

    kind: Literal["collapse"]
    pole: str = Field(description="name of a pole, as RUS")
    gdp: Real = Field(0.4, ge=0, le=0.9, description="share of gdp lost")
    force: Real = Field(0.5, ge=0, le=0.95, description="share of military capital lost")
    legitimacy: Real = Field(0.3, ge=0, le=1, description="share of legitimacy lost")
    loyalty: Real = Field(
        0.5, ge=0, le=1, description="share of what others' portfolios hold of it that goes to non-alignment"
    )
    pacts: Flag = Field(True, description="pacts of its members with others end")
    great: Flag = Field(False, description="its members remain great powers")
    organisations: list[str] = Field(default_factory=list, description="organisations that it takes down with it")


class Setting(Scheduled):
    """A number of the world takes another value: of a state, a pair, an organisation or the world at large."""

    temporary = True
    kind: Literal["set"]
    key: str = Field(description="as states.KAZ.credibility, pairs.KAZ.RUS.rivalry or oil_price")
    value: Real | None = Field(None, description="the new value")
    add: Real | None = Field(None, description="what is added to the value, in place of a new one")
    factor: Real | None = Field(None, ge=0, description="what the value is multiplied by, in place of a new one")


class Entry(Scheduled):
    """A state comes into being: at peace, in the organisations of its region, with its predecessor's rivalries."""

    kind: Literal["enter"]
    state: Code
    predecessor: Code | None = Field(None, description="state whose rivalries it inherits; if not said, its own stand")
    organisations: list[str] | None = Field(
        None, description="organisations that it joins; if not said, those of most states of its region"
    )
    norms: list[str] | None = Field(None, description="norms that it holds; if not said, its predecessor's")
    own_portfolio: Flag = Field(False, description="it starts with its own portfolio, not with its predecessor's")


class Exit(Scheduled):
    """A state ceases to exist: its pacts, disputes, memberships, sanctions and trade end with it."""

    kind: Literal["leave_world"]
    state: Code


Event = Annotated[
    Sanction
    | Treaty
    | Membership
    | Dispute
    | Leader
    | ChangeOfPolicy
    | ChangeOfParameter
    | Switch
    | Shock
    | Adherence
    | Nuclear
    | Tier
    | Collapse
    | Setting
    | Entry
    | Exit,
    Field(discriminator="kind"),
]
MODELS: tuple[type[Scheduled], ...] = get_args(get_args(Event)[0])
BY_KIND: dict[str, type[Scheduled]] = {
    kind: model for model in MODELS for kind in get_args(model.model_fields["kind"].annotation)
}
"""Kind -> its model."""
