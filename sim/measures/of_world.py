"""What is measured of the whole world: one number each. Means without members are 0, as is trust between fewer poles
than two, so every measure is a finite number in any world."""

from __future__ import annotations

from math import inf

import numpy as np

from sim.core.columns import Array
from sim.core.once import once
from sim.measures.declare import measure
from sim.measures.of_states import (
    brokerage,
    dependence,
    emissions,
    hedging,
    military_expenditure,
    outside_poles,
    strategic_autonomy,
    vectors,
)
from sim.measures.structure import (
    Blocs,
    affinity_blocs,
    chance_of_ill_will,
    decoupling,
    local_clustering,
    weighted_mean,
)
from sim.world import WAR, World

COLLAPSE = 0.6
"""A portfolio with more than this in one pole is no longer a balancing act."""
MULTI_VECTOR = 2.0
"""Effective number of vectors from which a state counts as multi-vector."""
MIDDLE = 1
"""Number of the middle powers among the tiers."""


def blocs(world: World) -> Blocs:
    """The two affinity blocs."""
    return affinity_blocs(world.affinity, world.alive)


@once
def ill_will_and_weight(
    affinity: Array, rivalry: Array, hostility: Array, power: Array, dyad: Array
) -> tuple[Array, Array]:
    """Ill will of every pair and its weight, the product of both powers; each (n, n)."""
    return chance_of_ill_will(affinity, rivalry, hostility), power[:, None] * power * dyad


def ill_will(world: World) -> tuple[Array, Array]:
    """Ill will between all states and the weight of each pair."""
    return ill_will_and_weight(world.affinity, world.rivalry, world.hostility, world.power, world.dyad)


def mean_of(values: Array, counted: Array) -> float:
    """Mean over the states that count; 0 if none does."""
    number = int(np.count_nonzero(counted))
    return float(values @ counted) / number if number else 0.0


def middle_powers(world: World) -> Array:
    """Living middle powers that belong to no pole, bool (n,)."""
    return (world.tier == MIDDLE) & outside_poles(world)


# -- the order among poles ---------------------------------------------------------------------------------------------
@measure(unit="1", low=0, high=inf, source="LaaksoTaagepera1979")
def polarity(world: World) -> float:
    """Effective number of poles: 1 over the sum of squared shares of power among poles."""
    total = float(world.pole_power.sum())
    return float(1 / ((world.pole_power / total) ** 2).sum()) if total > 0 else 0.0


@measure(unit="1", low=0, high=1, source="Wayman1984")
def bipolarity(world: World) -> float:
    """How evenly the two affinity blocs divide world power: 4 times the product of both shares."""
    share = mightier_bloc(world)
    return 4 * share * (1 - share)


@measure(unit="1", low=0, high=1, source="Newman2006; GomezJensenArenas2009")
def polarisation(world: World) -> float:
    """Signed modularity of the split of the affinity network into two blocs by its leading eigenvector."""
    return blocs(world).modularity


@measure(unit="1", low=0, high=1)
def larger_bloc(world: World) -> float:
    """Share of living states in the more numerous affinity bloc."""
    living = max(int(world.alive.sum()), 1)
    share = float((blocs(world).first & world.alive).sum()) / living
    return max(share, 1 - share) if world.alive.any() else 0.0


@measure(unit="1", low=0, high=1)
def mightier_bloc(world: World) -> float:
    """Share of world power in the mightier affinity bloc."""
    share = min(float(world.power[blocs(world).first].sum()), 1.0)
    return max(share, 1 - share) if world.alive.any() else 0.0


@measure(unit="1", low=0, high=1)
def bloc_hostility(world: World) -> float:
    """Ill will (negative affinity, rivalry or live dispute) between the two blocs, mean by product of powers."""
    first, (will, weight) = blocs(world).first, ill_will(world)
    return weighted_mean(will, weight * (first[:, None] != first[None, :]))


@measure(unit="1", low=0, high=1)
def trade_decoupling(world: World) -> float:
    """How little the two blocs trade: expected over expected and observed; 1/2 is as expected, 1 not at all."""
    return decoupling(world.trade, blocs(world).first, world.alive)


@measure(unit="1", low=0, high=1)
def cold_war_index(world: World) -> float:
    """Geometric mean of bipolarity, hostility between blocs and trade decoupling."""
    return float(np.cbrt(bipolarity(world) * bloc_hostility(world) * trade_decoupling(world)))


@measure(unit="1", low=0, high=1)
def tension(world: World) -> float:
    """Ill will (negative affinity, rivalry or live dispute) of all pairs, mean by product of powers."""
    return weighted_mean(*ill_will(world))


@measure(unit="1", low=0, high=1, source="KleinGoertzDiehl2006")
def rivalry_among_poles(world: World) -> float:
    """Mean rivalry between poles."""
    poles = world.sizes["g"]
    return float(world.pole_rivalry.sum()) / (poles * (poles - 1)) if poles > 1 else 0.0


@measure(unit="1", low=0, high=1)
def trust_among_poles(world: World) -> float:
    """Trust among poles: mean of (1 + affinity) / 2 times (1 - rivalry); 0 with fewer than two poles."""
    poles = world.sizes["g"]
    if poles < 2:
        return 0.0
    affinity = world.pole_weight @ world.pole_affinity
    trust = np.maximum(1 + affinity, 0.0) / 2 * (1 - np.minimum(world.pole_rivalry, 1.0))
    trust.flat[:: poles + 1] = 0.0
    return float(trust.sum()) / (poles * (poles - 1))


@measure(unit="1", low=0, high=1, source="Boulding1962")
def top_power(world: World) -> float:
    """Share of world power that the mightiest state holds."""
    return min(float(world.power.max(initial=0.0)), 1.0)


# -- conflict ----------------------------------------------------------------------------------------------------------
def number_of_disputes(live: Array, tag: Array) -> int:
    """Number of disputes that some pairs are in: pairs with one mark are one dispute; live bool (n, n), tag (n, n)."""
    if not live.any():
        return 0
    marks = tag[live].tolist()
    return len(set(marks) - {0.0}) + marks.count(0.0) // 2


@measure(unit="1", low=0, high=inf)
def live_disputes(world: World) -> float:
    """Disputes that are live, however many states take part in each."""
    return float(number_of_disputes((world.hostility > 0) & world.dyad, world.dispute_tag))


@measure(unit="1", low=0, high=inf)
def live_wars(world: World) -> float:
    """Wars that are being fought."""
    return float(number_of_disputes((world.hostility == WAR) & world.dyad, world.dispute_tag))


@measure(unit="1", low=0, high=inf)
def disputes(world: World) -> float:
    """Disputes begun since the start."""
    return float(world.dispute_count)


@measure(unit="1", low=0, high=inf)
def crises(world: World) -> float:
    """Disputes that became crises since the start: force used, lives lost."""
    return float(world.crisis_count)


@measure(unit="1", low=0, high=inf)
def wars(world: World) -> float:
    """Wars begun since the start."""
    return float(world.war_count)


@measure(unit="1", low=0, high=inf)
def battle_deaths(world: World) -> float:
    """Battle deaths since the start."""
    return float(world.war_deaths)


@measure(unit="1", low=0, high=inf)
def shocks_struck(world: World) -> float:
    """Transnational shocks since the start."""
    return float(world.shock_count)


# -- mediation ---------------------------------------------------------------------------------------------------------
@measure(unit="1", low=0, high=inf)
def mediations_offered(world: World) -> float:
    """Offers of mediation since the start."""
    return float(world.offer_count)


@measure(unit="1", low=0, high=inf)
def mediations_accepted(world: World) -> float:
    """Offers of mediation that both sides accepted since the start."""
    return float(world.acceptance_count)


@measure(unit="1", low=0, high=inf)
def mediations_successful(world: World) -> float:
    """Mediations that ended a dispute since the start."""
    return float(world.settlement_count)


@measure(unit="1", low=0, high=1)
def acceptance_rate(world: World) -> float:
    """Accepted of the offers of mediation since the start; 0 without offers."""
    return min(float(world.acceptance_count) / max(float(world.offer_count), 1.0), 1.0)


@measure(unit="1", low=0, high=1)
def success_rate(world: World) -> float:
    """Successful of the accepted mediations since the start; 0 without any."""
    return min(float(world.settlement_count) / max(float(world.acceptance_count), 1.0), 1.0)


# -- pacts -------------------------------------------------------------------------------------------------------------
def share_of_pairs(tie: Array, dyad: Array) -> float:
    """Share of all pairs of living states that are tied."""
    return int(np.count_nonzero(tie & dyad)) / max(int(np.count_nonzero(dyad)), 1)


@measure(unit="1", low=0, high=1)
def pact_density(world: World) -> float:
    """Share of pairs of states that a pact of any kind binds."""
    return share_of_pairs(world.treaty_level > 0, world.dyad)


@measure(unit="1", low=0, high=1)
def alliance_density(world: World) -> float:
    """Share of pairs of states that a defence pact binds."""
    return share_of_pairs(world.allied, world.dyad)


@measure(unit="1", low=0, high=1, source="WattsStrogatz1998")
def alliance_clustering(world: World) -> float:
    """Share of the pairs of allies of a state that are allied too, mean over states with two or more."""
    clustering = local_clustering(world.allied)
    return mean_of(clustering, clustering >= 0)


@measure(unit="1", low=0, high=inf)
def pacts_formed(world: World) -> float:
    """Pairs of states that a pact, bilateral or of many, has newly tied since the start."""
    return float(world.pact_formed_count)


@measure(unit="1", low=0, high=inf)
def pacts_ended(world: World) -> float:
    """Pairs of states whose pact, bilateral or of many, has ended since the start."""
    return float(world.pact_ended_count)


# -- arms, norms, economy, climate -------------------------------------------------------------------------------------
def world_product_of(world: World) -> float:
    """Gross product of all living states."""
    return float((world.gdp * world.alive).sum())


@measure(unit="1e9 USD", low=0, high=inf)
def world_military_expenditure(world: World) -> float:
    """Military expenditure of all states a year."""
    return float(military_expenditure(world).sum())


@measure(unit="1", low=0, high=1)
def military_burden(world: World) -> float:
    """World military expenditure over world product."""
    return weighted_mean(world.milex_share, world.gdp * world.alive)


@measure(unit="1", low=0, high=1, source="FinnemoreSikkink1998")
def norm_adoption(world: World) -> float:
    """Share of all pairs of a norm and a living state where the norm is adopted."""
    pairs = world.sizes["q"] * int(world.alive.sum())
    return float((world.adopted & world.alive).sum()) / pairs if pairs else 0.0


@measure(unit="1", low=0, high=inf)
def nuclear_states(world: World) -> float:
    """Living states that hold nuclear weapons."""
    return float(np.count_nonzero(world.nuclear & world.alive))


@measure(unit="1", low=0, high=inf, source="CooperHiggottNossal1993")
def coalition_members(world: World) -> float:
    """Living states that belong to an issue coalition, each counted once."""
    return float(np.count_nonzero(world.coalition.any(axis=0) & world.alive))


@measure(unit="1e9 USD", low=0, high=inf)
def world_product(world: World) -> float:
    """Gross product of all states a year."""
    return world_product_of(world)


@measure(unit="1", low=0, high=inf)
def trade_openness(world: World) -> float:
    """Goods traded over world product."""
    product = world_product_of(world)
    return float((world.trade * world.dyad).sum()) / 2 / product if product > 0 else 0.0


@measure(unit="Gt/year", low=0, high=inf)
def world_emissions(world: World) -> float:
    """Fossil carbon dioxide emitted by all states a year."""
    return float(emissions(world).sum()) / 1000


@measure(unit="kg/USD", low=0, high=20)
def carbon_intensity(world: World) -> float:
    """World emissions over world product."""
    return min(weighted_mean(world.emission_intensity, world.gdp * world.alive), 20.0)


@measure(unit="1", low=0, high=1)
def hydrocarbon_dependence(world: World) -> float:
    """Oil, gas and coal as a share of goods exports, mean over states."""
    return mean_of(world.hydrocarbon_share, world.alive)


@measure(unit="1", low=0, high=1)
def technology_level(world: World) -> float:
    """Technological level, mean over states by gdp."""
    return weighted_mean(world.technology, world.gdp * world.alive)


# -- middle powers -----------------------------------------------------------------------------------------------------
@measure(unit="1", low=0, high=inf, source="Holbraad1984")
def middle_by_power(world: World) -> float:
    """Middle powers by size."""
    return float(np.count_nonzero(world.middle_by_power))


@measure(unit="1", low=0, high=inf, source="CooperHiggottNossal1993")
def middle_by_behaviour(world: World) -> float:
    """Middle powers by conduct, large or not."""
    return float(np.count_nonzero(world.middle_by_behaviour))


@measure(unit="1", low=0, high=1, source="Kuik2008; Tessman2012")
def middle_power_hedging(world: World) -> float:
    """Hedging, mean over middle powers."""
    return mean_of(hedging(world), middle_powers(world))


@measure(unit="1", low=0, high=1)
def middle_power_autonomy(world: World) -> float:
    """Strategic autonomy, mean over middle powers."""
    return mean_of(strategic_autonomy(world), middle_powers(world))


@measure(unit="1", low=0, high=1)
def middle_power_credibility(world: World) -> float:
    """Reputation as honest brokers, mean over middle powers."""
    return mean_of(world.credibility, middle_powers(world))


@measure(unit="1", low=0, high=1, source="Burt1992")
def middle_power_brokerage(world: World) -> float:
    """Brokerage, mean over middle powers."""
    return mean_of(brokerage(world), middle_powers(world))


@measure(unit="1", low=0, high=1)
def multi_vector_share(world: World) -> float:
    """Share of the states outside the poles whose ties go to two poles or more, effectively."""
    return mean_of((vectors(world) >= MULTI_VECTOR).astype(float), outside_poles(world))


@measure(unit="1", low=0, high=1)
def captured_share(world: World) -> float:
    """Share of the states outside the poles with over .6 of their portfolio in one pole."""
    return mean_of((dependence(world) > COLLAPSE).astype(float), outside_poles(world))
