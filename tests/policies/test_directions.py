"""What a policy changes in a world that turns: the same seeds with and without it, several states at once.

The world is `random:20` (three poles) in steps of a year; five states outside the poles hold the policy in one run of a
pair and `multi_vector` in the other.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

import sim.policies
from sim import load_scenario
from sim.core.registry import discover
from sim.measures import BY_STATE
from sim.mechanisms.alignment import Alignment
from sim.mechanisms.alliances import Alliances
from sim.mechanisms.armament import Armament
from sim.mechanisms.issue_coalitions import IssueCoalitions
from sim.mechanisms.norms import Norms
from sim.mechanisms.organisations import Organisations
from sim.model import Geopolitics
from sim.policies.base import Policy
from sim.policies.buck_pass import passed_buck
from sim.world import World
from tests.mechanisms.worlds import small_world

YEARS, SEEDS = 12, 18


@cache
def holders() -> tuple[str, ...]:
    scenario = load_scenario("random:20")
    return tuple(code for code in scenario.states if code not in scenario.poles)[:5]


@cache
def feared_at_first() -> np.ndarray:
    """The pole that threatens each of the holders most when the runs begin."""
    world = load_scenario("random:20").model(0).world
    return world.pole_threat[ours(world)].argmax(axis=1)


@cache
def runs(policy: str) -> tuple[Geopolitics, ...]:
    """Worlds at the end of the runs in which the holders decide by a policy, a seed each."""
    changes = {f"policies.{code}": policy for code in holders()}
    scenario = load_scenario("random:20", changes={"dt": 1.0, "end": 2000 + YEARS} | changes)
    models = tuple(scenario.model(seed) for seed in range(SEEDS))
    for model in models:
        model.run_until(2000 + YEARS)
    return models


def ours(world: World) -> np.ndarray:
    return np.array([world.index(code) for code in holders()])


def effect(policy: str, figure: Callable[[Geopolitics, np.ndarray], float], than: str = "multi_vector") -> np.ndarray:
    """Figure with the policy less figure without, one a seed."""
    with_it, without = runs(policy), runs(than)
    return np.array(
        [figure(a, ours(a.world)) - figure(b, ours(b.world)) for a, b in zip(with_it, without, strict=True)]
    )


def is_above(differences: np.ndarray, least: float = 0.0) -> bool:
    """The mean is above `least` by two standard errors."""
    return bool(differences.mean() - 2 * differences.std(ddof=1) / np.sqrt(len(differences)) > least)


def trade_over_product(model: Geopolitics, who: np.ndarray) -> float:
    return float((model.world.total_trade[who] / model.world.gdp[who]).mean())


def memberships(model: Geopolitics, who: np.ndarray) -> float:
    return float(model.world.member[:, who].sum(axis=0).mean())


def pacts(model: Geopolitics, who: np.ndarray) -> float:
    """Mean of ln(1 + partners): one pact of many states would drown the rest."""
    return float(np.log1p(model.world.pact.any(axis=0)[who].sum(axis=1)).mean())


def aloofness(model: Geopolitics, who: np.ndarray) -> float:
    return float(model.world.alignment[who, 0].mean())


def unevenness(model: Geopolitics, who: np.ndarray) -> float:
    """Largest less smallest share of a pole."""
    return float(np.ptp(model.world.alignment[who, 1:], axis=1).mean())


def offers(model: Geopolitics, who: np.ndarray) -> float:
    codes = {model.world.names.states[i] for i in who}
    return float(sum(row["kind"] == "offer" and row["third"] in codes for row in model.ledger.rows()))


def arms(model: Geopolitics, who: np.ndarray) -> float:
    return float(model.world.milex_share[who].mean())


def of_states(measure: str) -> Callable[[Geopolitics, np.ndarray], float]:
    """Mean of a measure of states."""

    def figure(model: Geopolitics, who: np.ndarray) -> float:
        return float(BY_STATE[measure](model.world)[who].mean())

    figure.__name__ = measure
    return figure


hedging, vectors, dependence = of_states("hedging"), of_states("vectors"), of_states("dependence")


def trusted(model: Geopolitics, who: np.ndarray) -> float:
    """Reputation as a broker."""
    return float(model.world.credibility[who].mean())


def courted(model: Geopolitics, who: np.ndarray) -> float:
    """Aid, credit and investment of all poles, as a share of gdp."""
    return float((model.world.inducement[who].sum(axis=1) / model.world.gdp[who]).mean())


def with_the_feared(model: Geopolitics, who: np.ndarray) -> float:
    """Share of the pole that threatened most at the start, which is the same in all runs."""
    return float(model.world.alignment[who, 1 + feared_at_first()].mean())


def with_the_strongest(model: Geopolitics, who: np.ndarray) -> float:
    """Share of the mightiest pole."""
    return float(model.world.alignment[who, 1 + model.world.pole_power.argmax()].mean())


def with_the_patron(model: Geopolitics, who: np.ndarray) -> float:
    """Share of the pole that led each portfolio at the start."""
    led = np.array(model.history.alignment)[0][who, 1:].argmax(axis=1)
    return float(model.world.alignment[who, 1 + led].mean())


def arms_effort(model: Geopolitics, who: np.ndarray) -> float:
    return float(model.world.arms_effort[who].mean())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("policy", "figure", "sign", "than"),
    [
        ("isolate", trade_over_product, -1, "multi_vector"),
        ("isolate", memberships, -1, "multi_vector"),
        ("isolate", pacts, -1, "multi_vector"),
        ("multi_vector", hedging, 1, "align"),
        ("multi_vector", hedging, 1, "bandwagon"),
        ("multi_vector", hedging, 1, "neutral"),
        ("multi_vector", trusted, 1, "align"),
        ("multi_vector", trusted, 1, "bandwagon"),
        ("multi_vector", courted, 1, "align"),
        ("multi_vector", courted, 1, "bandwagon"),
        ("isolate", offers, -1, "multi_vector"),
        ("isolate", courted, -1, "multi_vector"),
        ("isolate", aloofness, 1, "multi_vector"),
        ("mediate_first", offers, 1, "multi_vector"),
        ("mediate_first", unevenness, -1, "multi_vector"),
        ("mediate_first", unevenness, -1, "align"),
        ("mediate_first", vectors, 1, "multi_vector"),
        ("mediate_first", trusted, 1, "multi_vector"),
        ("entrepreneur", arms, -1, "multi_vector"),
        ("buck_pass", arms_effort, -1, "balance"),
        ("buck_pass", arms_effort, 1, "multi_vector"),
        ("balance", arms, 1, "multi_vector"),
        ("balance", with_the_feared, -1, "multi_vector"),
        ("balance", with_the_feared, -1, "bandwagon"),
        ("bandwagon", with_the_strongest, 1, "multi_vector"),
        ("bandwagon", with_the_strongest, 1, "balance"),
        ("bandwagon", unevenness, 1, "multi_vector"),
        ("bandwagon", aloofness, -1, "multi_vector"),
        ("align", unevenness, 1, "multi_vector"),
        ("align", with_the_patron, 1, "multi_vector"),
        ("neutral", aloofness, 1, "multi_vector"),
        ("neutral", dependence, -1, "multi_vector"),
        ("neutral", trusted, 1, "multi_vector"),
        ("neutral", pacts, -1, "multi_vector"),
    ],
)
def test_direction(policy: str, figure: Callable[[Geopolitics, np.ndarray], float], sign: int, than: str) -> None:
    differences = sign * effect(policy, figure, than)
    assert is_above(differences), f"{policy} over {than}, {figure.__name__}: {sign * differences}"


# -- two policies in a world made for them: few states, only the mechanisms that matter ------------------------------


def besieged(*, caught: bool, policy: str = "buck_pass") -> World:
    """A (a pole) threatens C, which decides by `policy`; D, as large as C, is threatened too if `caught`, and balances.

    B is another pole, E and F are bystanders that fear nobody.
    """
    threat = np.zeros((6, 6))
    threat[2, 0], threat[3, 0] = 0.7, 0.7 * caught
    world = small_world(
        6, threat=threat, intent=threat, milex_share=0.03, gdp=[1000, 1000, 300, 900, 100, 100], distance=500,
        affinity=0.3 * (1 - np.eye(6)), autonomy=0.5, policy=[0, 0, 1, 2, 0, 0], dt=1.0,
    )  # fmt: skip
    world.names = dataclasses.replace(world.names, policies=("multi_vector", policy, "balance"))
    return world


def besieged_run(seed: int = 0, years: int = 15, **chosen: Any) -> Geopolitics:
    world = besieged(**chosen)
    kinds = discover(sim.policies, Policy)
    policies = {name: kinds[name]() for name in world.names.policies}
    mechanisms = {"armament": Armament(habit=0, m0=0.02), "alliances": Alliances(a0=-1)}
    model = Geopolitics(world, mechanisms, policies, seed=seed)
    model.run_until(world.start + years)
    return model


def test_buck_passers_arm_less_while_another_threatened_state_balances() -> None:
    alone, helped = (besieged_run(caught=caught).world for caught in (False, True))
    assert helped.arms_effort[3] > 1.5, "the catcher balances"
    assert helped.arms_effort[2] < alone.arms_effort[2] - 0.2
    assert helped.milex_share[2] < alone.milex_share[2] - 0.002
    assert helped.milex_share[2] < besieged_run(caught=True, policy="balance").world.milex_share[2] - 0.002
    assert alone.pact_desire[2].min() == 0 > helped.pact_desire[2].max()


def test_buck_passers_decline_pacts_that_balancers_conclude() -> None:
    held = {}
    for policy in ("buck_pass", "balance"):
        ends = [besieged_run(seed, 6, caught=True, policy=policy).world for seed in range(40)]
        held[policy] = np.array([float(world.pact.any(axis=0)[2].sum()) for world in ends])
    assert is_above(held["balance"] - held["buck_pass"])


@pytest.mark.slow
def test_balancers_ally_with_those_who_fear_the_same() -> None:
    """As friendly with D, which the same pole threatens, as with E and F, which nobody does."""
    fellow, bystanders = [], []
    for seed in range(100):
        held = besieged_run(seed, 3, caught=True, policy="balance").world.pact.any(axis=0)[2]
        fellow.append(float(held[3]))
        bystanders.append(held[4:].mean())
    assert is_above(np.array(fellow) - np.array(bystanders))


def wave(seed: int, policy: str) -> float:
    """How much larger the second of two like poles stands in D after ten years in which E to H move over to it."""
    n = 8
    w = np.tile([0.2, 0.4, 0.4], (n, 1))
    w[:2], w[4:] = np.eye(3)[1:], [0.1, 0.8, 0.1]
    leaning = np.zeros((n, 3))
    leaning[4:, 2] = 1.5
    world = small_world(
        n, gdp=[1000.0] * 2 + [300.0] * 6, force=100.0, population=100.0, technology=0.5, alignment=w, threat=0.0,
        affinity=0.0, leaning=leaning, policy=[0] * 3 + [1] + [0] * 4, autonomy=1.0, dt=0.5,
    )  # fmt: skip
    world.names = dataclasses.replace(world.names, policies=("multi_vector", policy))
    world.write({"benefit": np.full((n, 3), 0.4) + leaning})
    policies = {name: discover(sim.policies, Policy)[name]() for name in world.names.policies}
    model = Geopolitics(world, {"alignment": Alignment()}, policies, seed=seed)
    world.write({"alignment": w})
    model.run_until(world.start + 10)
    return float(world.alignment[3, 2] - world.alignment[3, 1])


def test_bandwagoners_join_the_wave_and_others_do_not() -> None:
    assert wave(0, "bandwagon") > 0.2
    assert abs(wave(0, "align")) < 0.02 and abs(wave(0, "balance")) < 0.02


def test_a_buck_is_passed_as_far_as_others_spend_against_the_one_feared() -> None:
    threat = np.zeros((4, 4))
    threat[1, 0] = threat[2, 0] = 0.5
    spending = np.array([10.0, 5.0, 20.0, 1e6])
    passed = passed_buck(threat, spending, np.array([1, 2, 3]))
    np.testing.assert_allclose(passed, [10 / 20, 2.5 / 12.5, 0])


def campaigns(seed: int, policy: str, years: int = 6) -> float:
    """Share of the others that adopt what A to D hold, within six years of a world of friends; only norms move.

    A is a pole, B, C and D decide by the policy: four of twenty, well below the threshold of a third.
    """
    n = 20
    held = np.zeros((2, n), dtype=bool)
    held[:, :4] = True
    world = small_world(
        n, poles=1, adopted=held, affinity=0.6 * (1 - np.eye(n)), member=True, credibility=0.7, activism=0.9,
        policy=[0, 1, 1, 1] + [0] * 16, dt=0.5, threat=0, hydrocarbon_share=0,
    )  # fmt: skip
    world.names = dataclasses.replace(world.names, policies=("multi_vector", policy))
    kinds = discover(sim.policies, Policy)
    policies = {name: kinds[name]() for name in world.names.policies}
    model = Geopolitics(world, {"norms": Norms(slow=0.0)}, policies, seed=seed)
    model.run_until(world.start + years)
    return float(model.world.adopted[:, 4:].mean())


def test_entrepreneurs_bring_their_friends_to_adopt() -> None:
    gains = np.array([campaigns(seed, "entrepreneur") - campaigns(seed, "align") for seed in range(12)])
    assert (gains >= 0).all(), "the same draws against a lower threshold"
    assert is_above(gains, 0.1)


def joined(seed: int, policy: str) -> float:
    """Memberships of C to F after thirty years of a world of friends in which nobody else joins or leaves."""
    n = 12
    member = np.zeros((4, n), dtype=bool)
    member[:, 6:] = True
    world = small_world(
        n, organisations=4, poles=1, member=member, affinity=0.3 * (1 - np.eye(n)), region=0, dt=1.0,
        policy=[0, 0] + [1] * 4 + [0] * 6, distance=1000.0 * (1 - np.eye(n)),
    )  # fmt: skip
    world.names = dataclasses.replace(world.names, policies=("multi_vector", policy))
    policies = {name: discover(sim.policies, Policy)[name]() for name in world.names.policies}
    model = Geopolitics(world, {"organisations": Organisations(leave=0, dissolve=0)}, policies, seed=seed)
    model.run_until(world.start + 30)
    return float(world.member[:, 2:6].sum())


@pytest.mark.slow
def test_entrepreneurs_work_through_organisations_and_isolationists_do_not() -> None:
    plain, company, alone = (
        np.array([joined(seed, policy) for seed in range(12)]) for policy in ("align", "entrepreneur", "isolate")
    )
    assert is_above(company - plain) and is_above(plain - alone)


def coalition(seed: int, policy: str) -> float:
    """Members of issue coalitions after ten years among twelve middle powers of one mind; only coalitions move."""
    n = 13
    world = small_world(
        n, poles=1, adopted=True, tier=[2] + [1] * 12, affinity=0.5 * (1 - np.eye(n)), ideal_point=0, activism=0.5,
        policy=[0] + [1] * 12, dt=0.5,
    )  # fmt: skip
    world.names = dataclasses.replace(world.names, policies=("multi_vector", policy))
    kinds = discover(sim.policies, Policy)
    policies = {name: kinds[name]() for name in world.names.policies}
    model = Geopolitics(world, {"issue_coalitions": IssueCoalitions()}, policies, seed=seed)
    model.run_until(world.start + 10)
    return float(model.world.coalition.sum())


def test_entrepreneurs_gather_in_coalitions() -> None:
    gains = np.array([coalition(seed, "entrepreneur") - coalition(seed, "align") for seed in range(12)])
    assert is_above(gains, 1.0)
