"""The vocabulary of the simulated world: every column with its axes, unit and meaning. The only mutable state.

Axes are letters: i, j states; g, h poles; o options of a portfolio (0 is non-alignment, then the poles); m
organisations; q norms; k obligations of a pact. In `[i, j]` the row does it to, or feels it about, the column.
Rates are per year, money is 1e9 constant USD.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor, inf

import numpy as np

from sim.core.columns import Array, Store, column, derived
from sim.core.spelling import nearest
from sim.quantities import (
    cosine_overlap,
    great_circle,
    power_share,
    projected_power,
    shared_obligations,
    strongest_obligation,
    weighted_minimum,
)

OBLIGATIONS = ("consultation", "nonaggression", "neutrality", "offence", "defence")
"""What a pact may oblige to, in the order of axis k (ATOP's types; they co-occur)."""
DEFENCE = OBLIGATIONS.index("defence")
LEVELS = ("none", "claim", "threat", "display", "use of force", "war")
"""Names of the levels of `hostility` (COW's scale; its lowest is our claim)."""
WAR = LEVELS.index("war")
SETTLED = ("not", "stalemate", "negotiated", "facilitated", "formulated", "manipulated", "imposed")
"""Names of the kinds of settlement in `settlement_kind`; three by the style of the mediation."""
TIERS = ("small", "middle", "great")
AXES = {"i": "state", "j": "state", "g": "pole", "h": "pole", "o": "pole", "m": "organisation", "q": "norm"} | {
    "k": "obligation"
}
"""Letter of an axis -> what is counted along it (along o, too, but for its first place)."""


@dataclass(frozen=True)
class Names:
    """Who is who along the axes: codes of states, poles, organisations and norms, in the order of the arrays."""

    states: tuple[str, ...]
    poles: tuple[str, ...]
    organisations: tuple[str, ...] = ()
    norms: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    organisation_titles: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()

    def title(self, code: str) -> str:
        """What a state or an organisation is called; its code, if nothing better is known."""
        for codes, titles in ((self.states, self.titles), (self.organisations, self.organisation_titles)):
            if titles and code in codes:
                return titles[codes.index(code)] or code
        return code

    def sizes(self) -> dict[str, int]:
        """Letter of an axis -> length."""
        return {letter: len(self.along(letter)) for letter in AXES}

    def along(self, letter: str, *, aside: str = "non-alignment") -> tuple[str, ...]:
        """The names along an axis, in the order of the arrays; `aside` is what to call option 0 of a portfolio."""
        named = {"state": self.states, "pole": self.poles, "organisation": self.organisations, "norm": self.norms}
        listed = (named | {"obligation": OBLIGATIONS})[AXES[letter]]
        return (aside, *listed) if letter == "o" else listed


class World(Store):
    """All that the simulation knows at one moment.

    Args:
        names: who is who.
        dt: length of a step in years.
        start: time of the first step in years.
        arrays: starting values by column; the others start at their `initial`.
    """

    # -- states ----------------------------------------------------------------------------------------------------
    alive = column("i", "1", 0, 1, "The state exists.", initial=1, dtype=bool)
    great = column("i", "1", 0, 1, "Listed as a great power by the scenario.", dtype=bool, fixed=True)
    tier = column("i", "1", 0, 2, "0 small, 1 middle, 2 great power.", dtype=int)
    middle_by_power = column("i", "1", 0, 1, "A middle power by its size.", dtype=bool)
    middle_by_behaviour = column("i", "1", 0, 1, "A middle power by its conduct.", dtype=bool)
    gdp = column("i", "1e9 USD", 1e-3, 1e7, "Gross domestic product a year.", initial=1)
    population = column("i", "1e6", 1e-3, 1e5, "Persons.", initial=1)
    milex_share = column("i", "1", 0, 1, "Military expenditure as a share of gdp.", initial=0.02)
    arms_residual = column("i", "1", -1, 1, "Military share of gdp at the start that no need explains; fades.")
    force = column("i", "1e9 USD", 0, 1e7, "Military capital.")
    technology = column("i", "1", 0, 1, "Technological level; 1 is the frontier.", initial=0.4)
    hydrocarbon_share = column("i", "1", 0, 1, "Oil, gas and coal as a share of goods exports.")
    emission_intensity = column("i", "kg/USD", 0, 20, "Fossil carbon dioxide per unit of gdp.", initial=0.3)
    neutrality_year = column("i", "year", 0, 9999, "Pledged year of carbon neutrality; 9999 is none.", initial=9999)
    path_start = column("i", "year", 0, 9999, "Since when the path to neutrality is walked; 9999 is not.", initial=9999)
    path_intensity = column("i", "kg/USD", 0, 20, "Emission intensity where that path began.")
    path_gap = column("i", "1", -1, 100, "Intensity above the straight path, in shares of its beginning; > 0 is late.")
    digital_share = column("i", "1", 0, 1, "Digitally delivered services as a share of exports.", initial=0.12)
    democracy = column("i", "1", 0, 1, "Electoral democracy (polyarchy).", initial=0.5)
    democratic_tradition = column("i", "1", 0, 1, "Electoral democracy of the past: follows slowly.", initial=0.5)
    ideal_point = column("i", "1", -6, 6, "Latent position in United Nations voting.")
    voted = column("i", "1", -8, 8, "Ideal point as the votes of the step show it, with their noise.")
    ideal_anchor = column("i", "1", -6, 6, "Where the ideal point slowly returns to.")
    credibility = column("i", "1", 0, 1, "Reputation as an honest broker.", initial=0.35)
    autonomy = column("i", "1", 0.5, 1.5, "Desire for independence: rho of the portfolio.", initial=1)
    activism = column("i", "1", 0, 1, "Diplomatic activism.", initial=0.3)
    tolerance = column("i", "1", 0, 1, "How far a patron puts up with clients that hedge.", initial=0.5)
    legitimacy = column("i", "1", 0, 1, "Domestic legitimacy of the government.", initial=0.6)
    nuclear = column("i", "1", 0, 1, "Holds nuclear weapons.", dtype=bool)
    nuclear_programme = column("i", "1", 0, 2, "Towards nuclear weapons: 1 explores them, 2 pursues them.", dtype=int)
    latitude = column("i", "degree", -90, 90, "Latitude of the capital.", fixed=True)
    longitude = column("i", "degree", -180, 180, "Longitude of the capital.", fixed=True)
    landlocked = column("i", "1", 0, 1, "Has no sea coast.", dtype=bool, fixed=True)
    region = column("i", "1", 0, 999, "Number of the region in `names.regions`.", dtype=int, fixed=True)
    tenure = column("i", "year", 0, 200, "Years the leader has been in office.")
    policy = column("i", "1", 0, 99, "Number of the policy in `names.policies`.", dtype=int)
    mediation_load = column("i", "1", 0, 1e3, "Mediations taken on, forgotten within a year.")
    mediation_success = column("i", "1", 0, 1e4, "Mediations that succeeded, forgotten over twenty years.")

    # -- proposals of the policies, written anew at the start of DECIDE ----------------------------------------------
    appeal = column("io", "1", -20, 20, "What a state sees in each option of its portfolio: b of the utility.")
    diversification = column("i", "1", 0.05, 5, "Taste for spreading ties: rho of the utility.", initial=1)
    arms_effort = column("i", "1", 0, 5, "Factor on the military need that a policy asks for.", initial=1)
    pact_desire = column("ij", "1", -5, 5, "What a policy adds to the surplus that i sees in a pact with j.")
    mediation_effort = column("i", "1", 0, 5, "Factor on the willingness to mediate.", initial=1)
    openness = column("i", "1", 0, 1, "Share of the trade it could have that a state lets in.", initial=1)
    membership_desire = column("i", "1", -10, 10, "What a policy adds to the wish to join organisations and to stay.")
    norm_effort = column("i", "1", 0, 5, "Campaigning for the norms it holds, beside the scenario's entrepreneurs.")

    # -- states by poles -------------------------------------------------------------------------------------------
    pole = column("gi", "1", 0, 1, "Weight of a state in a pole.", fixed=True)
    alignment = column("io", "1", 0, 1, "Portfolio: shares of non-alignment and of the poles; rows sum to 1.")
    benefit = column("io", "1", -20, 20, "What each option offers a state; b before its policy weighs it.")
    leaning = column("io", "1", -20, 20, "Standing ties at the start that the benefits do not explain.")
    drift = column("io", "1/year", -100, 100, "How fast the portfolio last moved.")
    inducement = column("ig", "1e9 USD", 0, 1e5, "Aid, credit and investment a year from a pole to a state.")
    coercion = column("ig", "1", 0, 1, "Recent coercion of a state by a pole; fades within about three years.")
    deference = column("ig", "1", -1, 1, "How far coercion has bent (+) or set (-) a state; fades in about five years.")

    # -- pairs -----------------------------------------------------------------------------------------------------
    distance = column("ij", "km", 0, 2.1e4, "Between capitals; 0 for land neighbours.", symmetric=True, fixed=True)
    contiguous = column("ij", "1", 0, 1, "Share a land border.", dtype=bool, symmetric=True, fixed=True)
    near_by_sea = column("ij", "1", 0, 1, "Within 400 miles of water.", dtype=bool, symmetric=True, fixed=True)
    affinity = column("ij", "1", -1, 1, "Friendliness.", symmetric=True)
    affinity_residual = column(
        "ij", "1", -5, 5, "Standing (un)friendliness that likeness and ties do not explain.", symmetric=True, fixed=True
    )
    threat = column("ij", "1", 0, 1, "How threatened i feels by j.")
    intent = column("ij", "1", 0, 1, "How ill-disposed i thinks j is.")
    trade = column("ij", "1e9 USD", 0, 1e6, "Goods traded both ways a year.", symmetric=True)
    trade_residual = column("ij", "1", -20, 20, "Log of actual over predicted trade.", symmetric=True, fixed=True)
    pact = column("kij", "1", 0, 1, "Bilateral obligation in force.", dtype=bool, symmetric=True)
    pact_since = column("ij", "year", 0, 9999, "When the pact was concluded; 0 not known.", symmetric=True)
    pact_mark = column("ij", "1", 0, 1, "Mark shared by all pairs of a pact of many; 0 between two.", symmetric=True)
    guarantee = column("ij", "1", 0, 1, "How far i can count on j to defend it.")
    hostility = column("ij", "1", 0, 5, "Level of the live dispute; 0 none, 5 war.", dtype=int, symmetric=True)
    originator = column("ij", "1", 0, 1, "1 where i began the live dispute with j.", dtype=int)
    dispute_tag = column("ij", "1", 0, 1, "Mark shared by all pairs of one dispute; 0 none.", symmetric=True)
    dispute_age = column("ij", "year", 0, 500, "Age of the live dispute.", symmetric=True)
    fatal = column("ij", "1", 0, 1, "The live dispute has cost lives.", dtype=bool, symmetric=True)
    war_remaining = column("ij", "year", 0, 200, "Time until the war is decided.", symmetric=True)
    war_length = column("ij", "year", 0, 200, "How long the war lasts if it is fought out.", symmetric=True)
    war_toll = column("ij", "1", 0, inf, "Battle deaths of the whole war if it is fought out.", symmetric=True)
    called = column("ij", "1", 0, 5, "Level at which allies were last called.", dtype=int, symmetric=True)
    peace_years = column("ij", "year", 0, 1e4, "Since the last dispute ended.", symmetric=True, initial=20)
    dispute_record = column("ij", "1", 0, 1e3, "Disputes the two have begun, halved every 15 years.", symmetric=True)
    settlement = column("ij", "1", -5, 5, "Log-odds that the last settlement adds to a new dispute.", symmetric=True)
    strain = column("ij", "1", -5, 5, "Log-odds that it will add some years after.", symmetric=True)
    settlement_kind = column("ij", "1", 0, 6, "How the last dispute ended, see SETTLED.", dtype=int, symmetric=True)
    guarantors = column("ij", "1", 0, 9, "States that guarantee the settlement.", dtype=int, symmetric=True)
    dispute_peak = column("ij", "1", 0, 5, "Highest level of the live dispute so far.", dtype=int, symmetric=True)
    mediator_credibility = column("ij", "1", 0, 1, "Of who mediates the live dispute; 0 nobody.", symmetric=True)
    sanctions = column("ij", "1", 0, 1, "Share of trade with j that i bars.")
    grievance = column("ij", "1", 0, 5, "Resentment of i against j; fades within about five years.")
    rivalry = column("ij", "1", 0, 1, "Strategic rivalry; fades within about twenty years.", symmetric=True)
    frailty = column("ij", "1", -5, 5, "Lasting proneness to dispute (log-odds).", symmetric=True, fixed=True)
    onset_reference = column("ij", "1", -50, 50, "Mechanistic dispute index at the start of the run.", symmetric=True)

    # -- organisations and norms -----------------------------------------------------------------------------------
    member = column("mi", "1", 0, 1, "Belongs to the organisation.", dtype=bool)
    org_obligation = column("mk", "1", 0, 1, "Members owe each other this obligation.", dtype=bool, fixed=True)
    org_legitimacy = column("m", "1", 0, 1, "Standing of the organisation.", initial=0.5)
    org_load = column("m", "1", 0, 1e3, "Mediations taken on, forgotten within a year.")
    org_dialogue = column("m", "1", 0, 1, "A platform for dialogue.", dtype=bool, fixed=True)
    org_economic = column("m", "1", 0, 1, "Integrates its members' markets.", dtype=bool, fixed=True)
    org_mediates = column("m", "1", 0, 1, "Offers good offices.", dtype=bool, fixed=True)
    org_leader = column("mi", "1", 0, 1, "Leads the organisation.", dtype=bool, fixed=True)
    org_rule = column("m", "1", 0, 2, "How it decides: 0 not at all, 1 majority, 2 consensus.", dtype=int, fixed=True)
    adopted = column("qi", "1", 0, 1, "Has adopted the norm.", dtype=bool)
    adoption_years = column("qi", "year", 0, 1e4, "Since the norm was adopted.")
    norm_threshold = column("qi", "1", 0, 1, "Exposure at which adoption tips.", initial=1 / 3, fixed=True)
    entrepreneur = column("qi", "1", 0, 1, "Campaigns for the norm.", dtype=bool, fixed=True)
    coalition = column("qi", "1", 0, 1, "Belongs to the issue coalition for the norm.", dtype=bool)

    # -- numbers that power and distance rest on --------------------------------------------------------------------
    power_of_gdp = column(
        "", "1", 0, 1, "Weight of the share of world product in power.", initial=0.25, fixed=True, source="assumed"
    )
    power_of_force = column(
        "", "1", 0, 1, "Weight of the share of military capital in power.", initial=0.35, fixed=True, source="assumed"
    )
    power_of_people = column(
        "", "1", 0, 1, "Weight of the share of world population in power.", initial=0.25, fixed=True, source="assumed"
    )
    power_of_technology = column(
        "", "1", 0, 1, "Weight of technology times gdp in power.", initial=0.15, fixed=True, source="assumed"
    )
    reach_base = column(
        "", "km", 100, 2e4, "Range of the power of a state without any.", initial=1500, fixed=True, source="assumed"
    )
    reach_gain = column(
        "", "km", 0, 1e5, "Range gained per root of the share of power.", initial=12000, fixed=True, source="assumed"
    )
    remote_distance = column(
        "", "km", 100, 2e4, "Distance at which a state is .63 remote.", initial=3000, fixed=True, source="assumed"
    )

    # -- the world at large ----------------------------------------------------------------------------------------
    pole_peak = column("g", "1", 0, 1, "Power that a pole had at its height; fades.")
    upheaval = column("", "year", 0, 100, "Left of the years of founding after a great war or the fall of a pole.")
    oil_price = column("", "USD/barrel", 1, 1000, "Price of oil, constant USD.", initial=80)
    dispute_count = column("", "1", 0, inf, "Disputes begun by originators since the start.")
    war_count = column("", "1", 0, inf, "Wars begun since the start.")
    war_deaths = column("", "1", 0, inf, "Battle deaths since the start.")
    offer_count = column("", "1", 0, inf, "Offers of mediation since the start.")
    acceptance_count = column("", "1", 0, inf, "Offers that both sides accepted since the start.")
    settlement_count = column("", "1", 0, inf, "Mediations that ended a dispute since the start.")
    crisis_count = column("", "1", 0, inf, "Disputes that became crises (force used, lives lost) since the start.")
    pact_formed_count = column("", "1", 0, inf, "Pairs of states whose pacts were concluded since the start.")
    pact_ended_count = column("", "1", 0, inf, "Pairs of states whose pacts were ended since the start.")
    shock_count = column("", "1", 0, inf, "Transnational shocks since the start.")

    def __init__(self, names: Names, dt: float, start: float, arrays: Mapping[str, Array]) -> None:
        self.names, self.dt, self.start, self.step = names, dt, start, 0
        super().__init__(names.sizes(), arrays)

    # -- derived: what follows from the columns ----------------------------------------------------------------------
    @derived("ij", "1", 0, 1, "Both states exist and differ.", dtype=bool, symmetric=True)
    def dyad(self) -> Array:
        return np.asarray(self.alive[:, None] & self.alive[None, :] & ~np.eye(self.sizes["i"], dtype=bool))

    @derived("ij", "1", 0, 1, "Both states lie in one region.", dtype=bool, symmetric=True, fixed=True)
    def same_region(self) -> Array:
        return (self.region[:, None] == self.region) & ~np.eye(self.sizes["i"], dtype=bool)

    @derived("ij", "1", 0, 1, "How far apart: 1 - exp(-distance / remote_distance).", symmetric=True, fixed=True)
    def remoteness(self) -> Array:
        return -np.expm1(-self.distance / self.remote_distance)

    @derived("i", "1", 0, 1, "Share of world power: weighted shares of force, gdp, population, technology x gdp.")
    def power(self) -> Array:
        columns = (self.force, self.gdp, self.population, self.technology * self.gdp)
        weights = [
            float(weight)
            for weight in (self.power_of_force, self.power_of_gdp, self.power_of_people, self.power_of_technology)
        ]
        return power_share(columns, weights=weights, alive=self.alive)

    @derived("ij", "km", 0, 2.1e4, "Great circle between capitals, land neighbours too.", symmetric=True)
    def capital_distance(self) -> Array:
        return great_circle(self.latitude, self.longitude)

    @derived("ij", "1", 0, 1, "Power of i that reaches j (loss of strength with distance, Boulding 1962).")
    def reach(self) -> Array:
        return projected_power(self.power, self.distance, base=self.reach_base, gain=self.reach_gain)

    @derived("kij", "1", 0, 1, "Obligation through a common organisation.", dtype=bool, symmetric=True)
    def shared_obligation(self) -> Array:
        return shared_obligations(self.org_obligation, self.member)

    @derived("kij", "1", 0, 1, "Obligation in force, bilateral or through an organisation.", dtype=bool)
    def treaty(self) -> Array:
        return (self.pact | self.shared_obligation) & self.dyad

    @derived("ij", "1", 0, 4, "Strongest obligation: 1 consultation .. 4 defence.", dtype=int, symmetric=True)
    def treaty_level(self) -> Array:
        return strongest_obligation(self.treaty)

    @derived("ij", "1", 0, 1, "A defence pact binds the two.", dtype=bool, symmetric=True)
    def allied(self) -> Array:
        return self.treaty[DEFENCE]

    @derived("ij", "1", 0, 1, "A bilateral pact binds the two.", dtype=bool, symmetric=True)
    def pact_held(self) -> Array:
        return self.pact.any(axis=0) & self.dyad

    @derived("ij", "1", 0, 1, "Members of a common platform for dialogue.", dtype=bool, symmetric=True)
    def in_dialogue(self) -> Array:
        talking = (self.member & self.org_dialogue[:, None]).astype(float)
        return (talking.T @ talking > 0) & self.dyad

    @derived("ij", "1", 0, 1, "Overlap of memberships: shared organisations over the mean number (cosine).")
    def joint_membership(self) -> Array:
        return cosine_overlap(self.member) * self.dyad

    @derived("i", "1e9 USD", 0, inf, "All goods trade of a state a year.")
    def total_trade(self) -> Array:
        return self.trade.sum(axis=1)

    @derived("i", "1", 0, 1, "The largest share of its portfolio that a pole holds.")
    def beholden(self) -> Array:
        return self.alignment[:, 1:].max(axis=1, initial=0.0)

    @derived("m", "1", 0, 1, "Share of the living states that belong to an organisation.")
    def breadth(self) -> Array:
        return (self.member & self.alive).sum(axis=1) / max(int(self.alive.sum()), 1)

    @derived("i", "1", 0, 1, "Belongs to a pole.", dtype=bool, fixed=True)
    def in_pole(self) -> Array:
        return self.pole.max(axis=0, initial=0) > 0

    @derived("gi", "1", 0, 1, "Weight of a state in a pole by gdp; rows sum to 1.")
    def pole_weight(self) -> Array:
        weight = self.pole * self.gdp * self.alive
        return weight / np.maximum(weight.sum(axis=1, keepdims=True), 1e-300)

    @derived("g", "1", 0, 1, "Power of a pole.")
    def pole_power(self) -> Array:
        return self.pole @ self.power

    @derived("gi", "1", 0, inf, "Power of a pole that reaches a state.")
    def pole_reach(self) -> Array:
        return self.pole @ self.reach

    @derived("gi", "km", 0, 2.1e4, "Distance between a pole and a state: of its members, the weighted minimum.")
    def pole_distance(self) -> Array:
        return weighted_minimum(self.distance, self.pole_weight)

    @derived("ig", "1", -1, 1, "Affinity of a state with a pole.")
    def pole_affinity(self) -> Array:
        return self.affinity @ self.pole_weight.T

    @derived("ig", "1", 0, 1, "Threat that a state feels from a pole.")
    def pole_threat(self) -> Array:
        return np.minimum(self.threat @ self.pole.T, 1.0)

    @derived("ig", "1e9 USD", 0, inf, "Trade of a state with a pole a year.")
    def pole_trade(self) -> Array:
        return self.trade @ self.pole.T

    @derived("ig", "1", 0, 1, "Joint membership of a state with a pole.")
    def pole_membership(self) -> Array:
        return self.joint_membership @ self.pole_weight.T

    @derived("gh", "1", 0, 1, "Rivalry between poles; 0 on the diagonal.", symmetric=True)
    def pole_rivalry(self) -> Array:
        rivalry = np.asarray(self.pole_weight @ self.rivalry @ self.pole_weight.T)
        rivalry.flat[:: len(rivalry) + 1] = 0.0
        return rivalry

    # -- clock -------------------------------------------------------------------------------------------------------
    @property
    def time(self) -> float:
        """The date at the start of the present step, in years."""
        return self.start + self.step * self.dt

    @property
    def years_begun(self) -> int:
        """New Years since the step before: 1 in the first step of a year and 0 in its others, if steps are short."""
        return floor(self.time + 1e-9) - floor(self.time - self.dt + 1e-9)

    def chance(self, rate: Array | float) -> Array:
        """Probability that an event of this yearly rate happens within a step: 1 - exp(-rate dt)."""
        return -np.expm1(-np.maximum(rate, 0.0) * self.dt)

    def index(self, code: str) -> int:
        """Row of a state.

        Raises:
            KeyError: no such state.
        """
        if code not in self.names.states:
            raise KeyError(f"no state '{code}'; {nearest(code, self.names.states)}")
        return self.names.states.index(code)

    def has_adopted(self, norm: str) -> Array:
        """Who has adopted a norm, bool (n,); nobody where the scenario has no such norm."""
        if norm not in self.names.norms:
            return np.zeros(self.sizes["i"], dtype=bool)
        return self.adopted[self.names.norms.index(norm)]

    def with_changes(self, **arrays: Array) -> World:
        """A copy at the same moment with some columns replaced."""
        copy = World(self.names, self.dt, self.start, self.arrays() | arrays)
        copy.step = self.step
        return copy


def capital_distances(latitude: Array, longitude: Array, contiguous: Array) -> Array:
    """Kilometres between capitals, 0 for land neighbours and on the diagonal; shape (n, n)."""
    return np.where(contiguous | np.eye(len(latitude), dtype=bool), 0.0, great_circle(latitude, longitude))
