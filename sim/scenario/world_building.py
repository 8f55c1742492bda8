"""The world at the start of a scenario: an array for every column that it says, or that follows from what it says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from itertools import permutations
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import betaincinv, ndtr, ndtri

from sim.core.columns import Array
from sim.interventions.presence import absent
from sim.mechanisms.affinity import Affinity
from sim.mechanisms.forces import Forces, steady_force
from sim.mechanisms.ideal_points import IdealPoints, usual_anchor
from sim.mechanisms.leadership import Leadership
from sim.mechanisms.trade import Trade, trade_residuals
from sim.mechanisms.war import DAYS, War
from sim.scenario.problems import ScenarioError
from sim.scenario.scheduled import absent_at_start
from sim.world import OBLIGATIONS, WAR, Names, World, capital_distances

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

PEACE_YEARS = 80.0
"""Since the last dispute of a pair that has had none, in years: as if that were long ago, however young the two are."""
RANKLING = 0.1
"""Grievance that both sides of a live dispute hold, per level, where the scenario gives none."""
THRESHOLD_SHAPE = (4.0, 8.0)
"""Norm thresholds are distributed as Beta(4, 8)."""
RULES = ("none", "majority", "consensus")
"""How organisations decide, in the order of the values of `org_rule`."""
USUAL_RULE = {"global": "majority", "norm": "none", "security": "consensus", "economic": "consensus"} | {
    "platform": "consensus"
}
NEARLY = 0.995  # affinity beyond which the residual is not followed
ROUNDS = 3
"""Affinity rests on trade and trade on affinity: so often each is worked out from the other."""
_COLUMNS = (
    "gdp population milex_share technology hydrocarbon_share digital_share emission_intensity democracy ideal_point "
    "nuclear nuclear_programme latitude longitude landlocked autonomy activism tolerance credibility legitimacy "
    "mediation_success neutrality_year"
)


def built(scenario: Scenario) -> World:
    """The world at the start.

    Raises:
        ScenarioError: more policies of the user's own than a world can number.
    """
    names = names_of(scenario)
    index = {code: i for i, code in enumerate(names.states)}
    arrays = {
        **_states(scenario, names),
        **_portfolios(scenario, names, index),
        **_ties(scenario, index),
        **_organisations(scenario, index),
        **_norms(scenario, index),
        **{name: np.asarray(value) for name, value in scenario.constants},
    }
    world = _with_affinity_and_trade(World(names, scenario.dt, scenario.start, arrays), scenario, index)
    if gone := absent_at_start(scenario):
        world.write(absent(world, np.isin(names.states, sorted(gone))))
        world.clips.clear()
    return world


def names_of(scenario: Scenario) -> Names:
    """Who is who along the axes, in the order of the scenario."""
    states, organisations = scenario.states, scenario.organisations
    policies = scenario.policy_names()
    if len(policies) > (most := int(World.policy.high) + 1):
        raise ScenarioError(f"{len(policies)} policies are more than the {most} that a world can number; name fewer")
    return Names(
        states=tuple(states),
        poles=tuple(scenario.poles),
        organisations=tuple(organisations),
        norms=tuple(scenario.norms),
        titles=tuple(state.name or code for code, state in states.items()),
        organisation_titles=tuple(held.title or code for code, held in organisations.items()),
        policies=policies,
        regions=tuple(sorted({state.region for state in states.values()})),
    )


def fixed_uniform(*words: str) -> float:
    """A number strictly between 0 and 1 that depends on these words only: the same in every run and order."""
    digest = hashlib.blake2b("/".join(words).encode(), digest_size=6).digest()
    return (int.from_bytes(digest) + 0.5) / 2**48


# -- states ------------------------------------------------------------------------------------------------------------
def _states(scenario: Scenario, names: Names) -> dict[str, Array]:
    states = list(scenario.states.values())
    arrays = {name: np.array([getattr(state, name) for state in states]) for name in _COLUMNS.split()}
    sharing = {code for weights in scenario.poles.values() for code in weights}
    great = [code in sharing if state.great is None else state.great for code, state in scenario.states.items()]
    sustained = steady_force(
        arrays["milex_share"] * arrays["gdp"], depreciation=_numbers_of(scenario, "forces", Forces).depreciation
    )
    policies = [names.policies.index(scenario.policy_of(code)) for code in names.states]
    rules = _numbers_of(scenario, "ideal_points", IdealPoints)
    return arrays | {
        "ideal_anchor": usual_anchor(arrays["ideal_point"], **rules.numbers("reversion", "following", "homing")),
        "voted": arrays["ideal_point"],
        "great": np.array(great),
        "region": np.array([names.regions.index(state.region) for state in states]),
        "force": _given_or([state.force for state in states], sustained),
        "democratic_tradition": _given_or([state.democratic_tradition for state in states], arrays["democracy"]),
        "tenure": _given_or([state.tenure for state in states], _typical_tenure(scenario, arrays["democracy"], names)),
        "policy": np.array(policies),
    }


def _given_or(given: Sequence[float | None], usual: Array) -> Array:
    values = np.array([np.nan if value is None else value for value in given])
    return np.where(np.isnan(values), usual, values)


def _typical_tenure(scenario: Scenario, democracy: Array, names: Names) -> Array:
    """Years in office (n,): spread, by a mark of each state, as they are where leaders change at a steady rate."""
    leadership = _numbers_of(scenario, "leadership", Leadership)
    hazard = leadership.autocracy ** (1 - democracy) * leadership.democracy**democracy
    mark = np.array([fixed_uniform("tenure", code) for code in names.states])
    return np.minimum(-np.log(mark) / hazard, 40.0)


def _numbers_of(scenario: Scenario, name: str, kind: Any) -> Any:
    """The mechanism as the scenario has it; with its usual numbers if it is off."""
    return scenario.rules().get(name) or kind()


def _portfolios(scenario: Scenario, names: Names, index: dict[str, int]) -> dict[str, Array]:
    """Poles, and portfolios where they are given; a row of zeros is left to find its balance."""
    n, poles = len(names.states), names.poles
    pole, alignment = np.zeros((len(poles), n)), np.zeros((n, 1 + len(poles)))
    for g, weights in enumerate(scenario.poles.values()):
        pole[g, [index[code] for code in weights]] = list(weights.values())
    within = pole.max(axis=0) > 0
    alignment[:, 1:] = (pole / np.maximum(pole.sum(axis=0), 1e-300)).T * within[:, None]
    for code, state in scenario.states.items():
        if state.alignment:
            shares = [state.alignment.get(name, 0.0) for name in poles]
            alignment[index[code]] = [max(0.0, 1 - sum(shares)), *shares]
    return {"pole": pole, "alignment": alignment}


# -- pairs -------------------------------------------------------------------------------------------------------------
def _ends(ties: Iterable[Any], index: dict[str, int]) -> tuple[Array, Array]:
    """Rows and columns of pairs."""
    pairs = np.array([index[code] for tie in ties for code in tie.pair], dtype=int).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def _matrix(ties: Sequence[Any], field: str, index: dict[str, int], *, directed: bool = False) -> Array:
    """Values of pairs as a matrix, (n, n), 0 elsewhere."""
    values = np.zeros((len(index), len(index)))
    i, j = _ends(ties, index)
    values[i, j] = [getattr(tie, field) or 0.0 for tie in ties]
    if not directed:
        values[j, i] = values[i, j]
    return values


def _ties(scenario: Scenario, index: dict[str, int]) -> dict[str, Array]:
    ties, n = scenario.ties, len(index)
    by_land, by_water = (
        _mask([tie for tie in ties.contiguity if tie.kind == kind], index) for kind in ("land", "water")
    )
    latitude, longitude = (
        np.array([getattr(s, name) for s in scenario.states.values()]) for name in ("latitude", "longitude")
    )
    rivalry = _matrix(ties.rivalries, "level", index)
    sanctions = np.zeros((n, n))
    for barred in ties.sanctions:
        sanctions[index[barred.sender], index[barred.target]] = barred.level
    return {
        "contiguous": by_land,
        "near_by_sea": by_water,
        "distance": capital_distances(latitude, longitude, by_land),
        **_pacts(ties.pacts, index),
        "sanctions": sanctions,
        "rivalry": rivalry,
        "dispute_record": _over(-2 * np.log1p(-np.minimum(rivalry, NEARLY)), ties.dispute_record, index),
        "frailty": _matrix(ties.frailty, "value", index),
        **_disputes(scenario, index),
    }


def _pacts(pacts: Sequence[Any], index: dict[str, int]) -> dict[str, Array]:
    """Between the members of each pact: obligations (k, n, n), the latest year, the mark of a pact of many (n, n)."""
    bound = [
        (k, index[a], index[b], each.since or 0.0, mark)
        for each in pacts
        for mark in [_mark_of_many(each)]
        for a, b in permutations(each.members, 2)
        for k in map(OBLIGATIONS.index, each.obligation)
    ]
    k, i, j = np.array([place[:3] for place in bound], dtype=int).reshape(-1, 3).T
    n = len(index)
    pact, since, marks = np.zeros((len(OBLIGATIONS), n, n), dtype=bool), np.zeros((n, n)), np.zeros((n, n))
    pact[k, i, j] = True
    np.maximum.at(since, (i, j), [place[3] for place in bound])
    np.maximum.at(marks, (i, j), [place[4] for place in bound])
    return {"pact": pact, "pact_since": since, "pact_mark": marks}


def _mark_of_many(pact: Any) -> float:
    """The mark of a pact of three or more states, or of a part of one that has a name; 0 for one of two."""
    if pact.shared or len(pact.members) > 2:
        return fixed_uniform("pact", *([pact.shared] if pact.shared else sorted(pact.members)))
    return 0.0


def _over(usual: Array, ties: Sequence[Any], index: dict[str, int]) -> Array:
    """What is usual, with the values of pairs that are given in its place; (n, n)."""
    return np.where(_mask(ties, index), _matrix(ties, "value", index), usual)


def _at_peace(scenario: Scenario, index: dict[str, int]) -> Array:
    """Years at peace (n, n): as given, else `PEACE_YEARS`."""
    return _over(np.full((len(index),) * 2, PEACE_YEARS), scenario.ties.peace_years, index)


def _disputes(scenario: Scenario, index: dict[str, int]) -> dict[str, Array]:
    disputes, n = scenario.ties.disputes, len(index)
    i, j = _ends(disputes, index)
    hostility = _matrix(disputes, "level", index)
    originator, tag, age = np.zeros((n, n)), np.zeros((n, n)), np.zeros((n, n))
    originator[i, j] = 1
    tag[i, j] = tag[j, i] = [_mark(dispute) for dispute in disputes]
    age[i, j] = age[j, i] = [_years_since(scenario, dispute.since) for dispute in disputes]
    fatal = np.zeros((n, n), dtype=bool)
    fatal[i, j] = fatal[j, i] = [d.level == WAR if d.fatal is None else d.fatal for d in disputes]
    given = _matrix(scenario.ties.grievance, "value", index, directed=True)
    said = np.zeros((n, n), dtype=bool)
    said[_ends(scenario.ties.grievance, index)] = True
    return {
        "hostility": hostility,
        "originator": originator,
        "dispute_tag": tag,
        "dispute_age": age,
        "fatal": fatal,
        "war_remaining": _left_of_wars(scenario, hostility, age, _matrix(disputes, "remaining", index)),
        "peace_years": np.where(hostility > 0, 0.0, _at_peace(scenario, index)) * ~np.eye(n, dtype=bool),
        "grievance": np.where(said, given, RANKLING * hostility),
    }


def _mark(dispute: Any) -> float:
    """The mark of a dispute; pairs that share one have the same."""
    return fixed_uniform("dispute", *([dispute.shared] if dispute.shared else sorted(dispute.pair)))


def _left_of_wars(scenario: Scenario, hostility: Array, age: Array, given: Array) -> Array:
    """Years until wars are decided (n, n): as given, else the median of what is left of wars of their age.

    0 leaves it to chance, as for wars that begin in the run: so where neither `since` nor `remaining` is given.
    """
    war = _numbers_of(scenario, "war", War)
    z = (np.log(np.maximum(age * DAYS, 1e-9)) - war.log_days) / max(war.spread_days, 1e-9)
    whole = np.exp(war.log_days - war.spread_days * ndtri(ndtr(-z) / 2)) / DAYS
    median = np.clip(whole - age, 0.0, World.war_remaining.high)
    return np.where(hostility == WAR, np.where(given > 0, given, np.where(age > 0, median, 0.0)), 0.0)


def _years_since(scenario: Scenario, year: float | None) -> float:
    """How long ago something began; at the start itself if the year is not given or still to come."""
    return 0.0 if year is None else max(0.0, scenario.start - year)


# -- organisations and norms -------------------------------------------------------------------------------------------
def _organisations(scenario: Scenario, index: dict[str, int]) -> dict[str, Array]:
    held = list(scenario.organisations.values())
    obligation = [[name in organisation.obligation for name in OBLIGATIONS] for organisation in held]
    return {
        "member": _rows([organisation.members for organisation in held], index),
        "org_leader": _rows([organisation.leader for organisation in held], index),
        "org_obligation": np.array(obligation, dtype=bool).reshape(len(held), len(OBLIGATIONS)),
        "org_legitimacy": np.array([organisation.legitimacy for organisation in held], dtype=float),
        "org_dialogue": np.array([organisation.kind in {"platform", "global"} for organisation in held], dtype=bool),
        "org_economic": np.array([organisation.kind == "economic" for organisation in held], dtype=bool),
        "org_mediates": np.array([organisation.mediates for organisation in held], dtype=bool),
        "org_rule": np.array([RULES.index(each.rule or USUAL_RULE[each.kind]) for each in held], dtype=int),
    }


def _rows(groups: Sequence[Sequence[str]], index: dict[str, int]) -> Array:
    """A row a group, true for its states; shape (groups, n)."""
    rows = np.zeros((len(groups), len(index)), dtype=bool)
    for row, codes in zip(rows, groups, strict=True):
        row[[index[code] for code in codes]] = True
    return rows


def _norms(scenario: Scenario, index: dict[str, int]) -> dict[str, Array]:
    norms = scenario.norms
    adopted = _rows([norm.adopters for norm in norms.values()], index)
    years = np.array([_years_since(scenario, norm.since) for norm in norms.values()], dtype=float)
    marks = np.array([[fixed_uniform("norm", key, code) for code in index] for key in norms]).reshape(adopted.shape)
    pledged = np.array([state.neutrality_year for state in scenario.states.values()])
    if "carbon_neutrality" in norms:
        for code, year in norms["carbon_neutrality"].targets.items():
            pledged[index[code]] = year
    return {
        "adopted": adopted,
        "adoption_years": adopted * years[:, None],
        "coalition": _rows([norm.coalition for norm in norms.values()], index),
        "entrepreneur": _rows([norm.entrepreneurs for norm in norms.values()], index),
        "norm_threshold": betaincinv(*THRESHOLD_SHAPE, marks),
        "neutrality_year": pledged,
    }


# -- what follows from the rest ----------------------------------------------------------------------------------------
def _with_affinity_and_trade(world: World, scenario: Scenario, index: dict[str, int]) -> World:
    """Affinity where its mechanism would settle, trade as gravity says; what the scenario gives goes before both."""
    friendly, known = scenario.ties.affinity, scenario.ties.trade
    affinity, trade = _matrix(friendly, "value", index), _matrix(known, "value", index)
    judged, counted = _mask(friendly, index), _mask(known, index)
    gravity, kinship = _numbers_of(scenario, "trade", Trade), _numbers_of(scenario, "affinity", Affinity)
    world.write({"trade": trade})
    for _ in range(ROUNDS):
        settled = np.where(world.dyad, kinship.target(world), 0.0)
        world.write({"affinity": np.where(judged, affinity, settled)})
        predicted = gravity.predicted(world)
        world.write({"trade": np.where(counted, trade, predicted)})
    unexplained = np.arctanh(np.clip(world.affinity, -NEARLY, NEARLY)) - np.arctanh(np.clip(settled, -NEARLY, NEARLY))
    return world.with_changes(
        trade_residual=trade_residuals(np.where(counted, trade, 0.0), predicted),
        affinity_residual=np.where(judged, unexplained, 0.0),
    )


def _mask(ties: Sequence[Any], index: dict[str, int]) -> Array:
    mask = np.zeros((len(index), len(index)), dtype=bool)
    i, j = _ends(ties, index)
    mask[i, j] = mask[j, i] = True
    return mask
