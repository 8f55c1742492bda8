"""What is measured of every state: arrays of shape (n,).

States that belong to a pole, and those not alive, have 0 in all measures of portfolios: statistics of hedging leave
them out.
"""

from __future__ import annotations

from math import inf

import numpy as np

from sim.core.columns import Array
from sim.core.once import once
from sim.measures.declare import measure
from sim.measures.structure import affinity_blocs, burt_constraint, portfolio_shape
from sim.mechanisms.tiers import behaviour_index
from sim.world import World

HEDGING = "Kuik2008; Tessman2012"


def outside_poles(world: World) -> Array:
    """Living states that belong to no pole, bool (n,): those whose portfolio counts."""
    return world.alive & ~world.in_pole


@measure(per="state", unit="1", low=0, high=1, source="Boulding1962")
def power(world: World) -> Array:
    """Share of world power."""
    return np.minimum(world.power, 1.0)


@measure(per="state", unit="1", low=0, high=1, source=HEDGING)
def engagement(world: World) -> Array:
    """Share of the portfolio that is not non-alignment."""
    return portfolio_shape(world.alignment, world.in_pole, world.alive).engagement


@measure(per="state", unit="1", low=0, high=inf, source=HEDGING)
def vectors(world: World) -> Array:
    """Effective number of poles that the ties go to."""
    return portfolio_shape(world.alignment, world.in_pole, world.alive).vectors


@measure(per="state", unit="1", low=0, high=1, source=HEDGING)
def hedging(world: World) -> Array:
    """Engagement times how evenly it is spread over the poles; 1 is an even portfolio without non-alignment."""
    return portfolio_shape(world.alignment, world.in_pole, world.alive).hedging


@measure(per="state", unit="1", low=0, high=1, source=HEDGING)
def dependence(world: World) -> Array:
    """Largest share of the portfolio in one pole."""
    return portfolio_shape(world.alignment, world.in_pole, world.alive).dependence


@measure(per="state", unit="1", low=0, high=1)
def strategic_autonomy(world: World) -> Array:
    """Freedom from any one pole: geometric mean of what the leading pole does not hold of the portfolio and of trade,
    and of freedom from coercion."""
    political = 1 - dependence(world)
    traded = world.pole_trade / np.maximum(world.total_trade, 1e-12)[:, None]
    economic = 1 - np.minimum(traded.max(axis=1, initial=0.0), 1.0)
    unforced = 1 - world.coercion.max(axis=1, initial=0.0)
    return np.cbrt(political * economic * unforced) * outside_poles(world)


@measure(per="state", unit="1", low=0, high=1, source="Burt1992")
def brokerage(world: World) -> Array:
    """Spans states that are not friendly with each other: 1 minus Burt's constraint on positive affinity."""
    return unconstrained(world.affinity, world.dyad)


@once
def unconstrained(affinity: Array, dyad: Array) -> Array:
    """1 minus Burt's constraint on positive affinity, (n,), 0..1; 0 without friends."""
    constraint = burt_constraint(np.maximum(affinity, 0.0) * dyad)
    return np.maximum(1 - constraint, 0.0) * (constraint > 0)


@measure(per="state", unit="1", low=0, high=1, source="CooperHiggottNossal1993")
def middle_power_index(world: World) -> Array:
    """Behaves like a middle power: mean of activism, credibility, memberships and mediation record."""
    memberships = (world.member & world.alive).sum(axis=0)
    index = behaviour_index(world.activism, world.credibility, memberships, world.mediation_success)
    return np.minimum(index, 1.0) * world.alive


@measure(per="state", unit="1", low=0, high=1, source="Walt1987")
def security(world: World) -> Array:
    """What all threats leave: product of 1 minus each threat (threats are net of guarantees already)."""
    return np.prod(1 - world.threat * world.dyad, axis=1) * world.alive


@measure(per="state", unit="USD", low=0, high=inf)
def wealth(world: World) -> Array:
    """Gross domestic product a head."""
    return 1000 * world.gdp / world.population * world.alive


@measure(per="state", unit="Mt/year", low=0, high=inf)
def emissions(world: World) -> Array:
    """Fossil carbon dioxide emitted a year."""
    return world.gdp * world.emission_intensity * world.alive


@measure(per="state", unit="1e9 USD", low=0, high=inf)
def military_expenditure(world: World) -> Array:
    """Military expenditure a year."""
    return world.gdp * world.milex_share * world.alive


@measure(per="state", unit="1", low=0, high=1, source="Newman2006")
def bloc(world: World) -> Array:
    """1 in the affinity bloc of the mightiest state, 0 in the other."""
    first = affinity_blocs(world.affinity, world.alive).first
    return ((first == first[world.power.argmax()]) & world.alive).astype(float)


@measure(per="state", unit="1", low=0, high=inf, source="FinnemoreSikkink1998")
def norms_held(world: World) -> Array:
    """Number of norms adopted."""
    return world.adopted.sum(axis=0) * world.alive
