"""Norms: exposure, the cascade past the threshold, entrepreneurs, defection, internalisation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaincinv, expit

from sim.core.columns import Array
from sim.core.streams import Streams
from sim.core.update import Update
from sim.mechanisms._shock_kinds import SHOCKS
from sim.mechanisms.norms import Norms, adoption_rate, costs, exposure
from sim.mechanisms.sanctions import Sanctions
from sim.mechanisms.shocks import Shocks
from sim.mechanisms.threat import Threat
from sim.mechanisms.transition import Transition
from sim.scenario import load_scenario
from sim.world import World
from tests.mechanisms.quarrels import check_terms, even_columns, told
from tests.mechanisms.turns import turned
from tests.mechanisms.worlds import small_world


def society(n: int = 40, adopters: int = 0, **columns: Any) -> World:
    """Friends who share all organisations; the first `adopters` hold norm 0, since long."""
    adopted = np.zeros((2, n), dtype=bool)
    adopted[0, :adopters] = True
    given_ = {
        "affinity": 0.5 * (1 - np.eye(n)), "member": True, "adopted": adopted, "adoption_years": adopted * 20.0,
        "norm_threshold": 0.33, "entrepreneur": False, "activism": 1.0, "dt": 1.0,
    }  # fmt: skip
    return small_world(n, **(even_columns(n) | given_ | columns))


def updates(world: World, unit: Norms, runs: int = 200) -> list[Update]:
    return [unit(world, Streams(seed).at("n", 0)) for seed in range(runs)]


def after(update: Update, world: World) -> Array:
    """Who has adopted the norms after an update, bool (q, n)."""
    return np.asarray(update.set.get("adopted", world.adopted))


def lowered(world: World, unit: Norms, **more: Any) -> Array:
    """How far thresholds are lowered, (q, n)."""
    effort = np.maximum(world.entrepreneur, world.norm_effort) * (world.adopted & world.alive)
    return unit._lowered(world, effort, np.maximum(world.affinity, 0), **more)


def test_exposure_by_hand() -> None:
    affinity = np.array([[0, 0.8, 0.4, -0.9], [0.8, 0, 0, 0], [0.4, 0, 0, 0], [-0.9, 0, 0, 0]])
    shared = np.array([[0, 0.5, 1.0, 1.0], [0.5, 0, 0, 0], [1.0, 0, 0, 0], [1.0, 0, 0, 0]])
    adopted = np.array([[False, True, False, True]])
    friendly = np.maximum(affinity, 0)
    np.testing.assert_allclose(exposure(adopted, friendly, shared)[0], [0.4 / (0.4 + 0.4), 0, 0, 0])


@given(st.floats(0, 1), st.floats(0, 1))
def test_rate_by_hand(reached: float, theta: float) -> None:
    made = adoption_rate(np.array(reached), np.array(theta), slow=0.01, cascade=0.25, steepness=12)
    assert float(made) == pytest.approx(0.01 + 0.25 * expit(12 * (reached - theta)))


def test_a_cascade_runs_above_the_threshold_and_not_below() -> None:
    above, below = society(adopters=28, norm_threshold=0.5), society(adopters=5, norm_threshold=0.5)
    unit = Norms(slow=0.0, lapse=0, bad_example=0)
    turned(above, unit, steps=15, seed=1)
    turned(below, unit, steps=15, seed=1)
    assert above.adopted[0].mean() > 0.9
    assert below.adopted[0].mean() < 0.3
    assert above.adopted[1].mean() < 0.2  # another norm is not carried along


@pytest.mark.parametrize("dt", [1.0, 0.25])
def test_adoption_keeps_its_yearly_rate(dt: float) -> None:
    world = society(adopters=20, dt=dt)
    unit = Norms()
    new = sum((after(u, world) & ~world.adopted)[0].sum() for u in updates(world, unit, int(200 / dt)))
    rate = float(adoption_rate(np.array(20 / 39), np.array(0.33), slow=0.01, cascade=0.25, steepness=12))
    per_step = -np.expm1(-rate * dt)
    assert new / (20 * 200 / dt) == pytest.approx(per_step, rel=0.08)


def test_entrepreneurs_lower_the_threshold_of_their_friends_by_no_more_than_allowed() -> None:
    first = np.arange(40) == 0
    few = society(40, 40, entrepreneur=first, credibility=0.6, activism=0.5)
    many = society(40, 40, entrepreneur=True, credibility=1.0, affinity=1.0 * (1 - np.eye(40)))
    unit = Norms()
    assert not lowered(society(40, 40, credibility=0.6), unit).any()
    np.testing.assert_allclose(lowered(few, unit)[0, 1:], 0.15 * np.tanh(0.6 * 0.5 * 0.5))
    assert 0.14 < lowered(many, unit)[0].min() <= lowered(many, unit).max() <= 0.15
    hostile = society(40, 40, entrepreneur=first, affinity=-0.5 * (1 - np.eye(40)))
    assert not lowered(hostile, unit).any()
    assert not lowered(few, unit)[1].any()  # nobody holds the other norm
    policy = society(40, 40, norm_effort=first, credibility=0.6, activism=0.5)
    np.testing.assert_allclose(lowered(policy, unit), lowered(few, unit))


def test_a_coalition_lowers_thresholds_further_than_its_members_one_by_one() -> None:
    pair = np.arange(40) < 2
    columns = {"entrepreneur": pair, "credibility": 0.6, "activism": 0.5, "affinity": 0.2 * (1 - np.eye(40))}
    alone = society(40, 40, **columns)
    united = alone.with_changes(coalition=np.broadcast_to(pair, (2, 40)).copy())
    one = alone.with_changes(coalition=np.broadcast_to(np.arange(40) == 0, (2, 40)).copy())
    unit = Norms()
    np.testing.assert_allclose(lowered(united, unit)[0, 2:], 0.15 * np.tanh(2 * (1 - 0.7**2) * 0.2))
    assert (lowered(united, unit)[0, 2:] > lowered(alone, unit)[0, 2:]).all()
    np.testing.assert_allclose(lowered(united, unit, pooling=False), lowered(alone, unit))
    np.testing.assert_allclose(lowered(one, unit), lowered(alone, unit))


def held_for(years: float, **columns: Any) -> tuple[World, Array]:
    world = society(adopters=40, **columns)
    return world.with_changes(adoption_years=np.full((2, 40), years)), world.adopted


def drops(world: World, unit: Norms, runs: int = 200) -> float:
    """Defections from norm 0 per adopter and run."""
    return float(np.mean([(world.adopted & ~after(u, world))[0].mean() for u in updates(world, unit, runs)]))


def test_defection_internalisation_and_the_example_of_great_powers() -> None:
    kept, adopted = held_for(12.0)
    assert drops(kept, Norms(lapse=1.0, relapse=0.0)) == 0
    assert drops(kept, Norms(lapse=1.0)) == pytest.approx(-np.expm1(-0.25), rel=0.2)
    young, _ = held_for(2.0)
    assert drops(young, Norms()) == pytest.approx(-np.expm1(-0.01), rel=0.3)
    great = np.isin(np.arange(40), (0, 1))
    outside = adopted.copy()
    outside[0, 0] = False
    violated = young.with_changes(adopted=outside)
    led = World(violated.names, violated.dt, 2000.0, violated.arrays() | {"great": great})
    np.testing.assert_allclose(Norms()._violation(led), [0.5, 1.0])
    assert drops(led, Norms(lapse=0.01)) == pytest.approx(-np.expm1(-0.01) * 39 / 40, rel=0.15)  # at no cost
    tempted = led.with_changes(threat=0.1 * (1 - np.eye(40)))
    np.testing.assert_allclose(costs(tempted)[0], 0.5)
    assert drops(tempted, Norms()) == pytest.approx(-np.expm1(-0.01 - 0.05 * 0.5 * 0.5) * 39 / 40, rel=0.15)


def test_years_count_up_start_anew_and_events_agree() -> None:
    world = society(adopters=20, great=np.arange(40) > 35).with_changes(adoption_years=np.full((2, 40), 3.0))
    update = Norms(lapse=0.3)(world, Streams(3).at("n", 0))
    hold, years = after(update, world), update.set["adoption_years"]
    np.testing.assert_array_equal(years > 0, hold & world.adopted)
    np.testing.assert_allclose(years[hold & world.adopted], 4.0)
    new, gone = told(update, "adoption"), told(update, "defection")
    assert len(new.who) > 2 and len(gone.who) > 2
    assert (hold & ~world.adopted)[np.asarray(new.third), new.who].all()
    assert (world.adopted & ~hold)[np.asarray(gone.third), gone.who].all()
    rate = -np.log(1 - np.asarray(new.chance))
    check_terms(new, np.log(rate), rtol=1e-6)
    past = sum(new.terms[name] for name in ("exposure", "threshold", "cost", "entrepreneurs", "issue coalition"))
    np.testing.assert_allclose(past, -np.log(0.25 / (rate - 0.01) - 1), rtol=1e-6)
    check_terms(gone, -np.log(1 - np.asarray(gone.chance)), rtol=1e-6)


def test_the_absent_neither_adopt_nor_count() -> None:
    alive = np.arange(40) >= 20
    world = society(adopters=20, alive=alive)
    assert not exposure(world.adopted & world.alive, np.maximum(world.affinity, 0), world.joint_membership).any()
    for update in updates(world, Norms(slow=0.5), 20):
        np.testing.assert_array_equal(after(update, world)[:, ~alive], world.adopted[:, ~alive])


# -- tipping: the mean field of the equation against simulated worlds --------------------------------------------------
THETA = betaincinv(4, 8, (np.arange(400) + 0.5) / 400)


def settled(x: Any, theta: Any, cost: float, violation: float) -> Any:
    """Share of the time for which a state holds a norm at exposure x, a habit after ten years; any shapes."""
    d = 0.01 + 0.05 * cost * violation
    held = -np.expm1(-10 * d) / d + np.exp(-10 * d) / (0.25 * d)
    taken = adoption_rate(x, theta + cost, slow=0.01 * (1 - cost), cascade=0.25, steepness=12) * held
    return taken / (1 + taken)


def stationary_shares(cost: float, violation: float, by_entrepreneurs: float = 0.0) -> list[float]:
    """Where the share of adopters neither grows nor shrinks if all states meet and feel one cost."""
    x = np.linspace(0, 1, 4001)
    excess = settled(x[:, None], THETA - by_entrepreneurs, cost, violation).mean(axis=1) - x
    return [float(x[k]) for k in np.flatnonzero(excess[:-1] * excess[1:] < 0)]


def share_after(years: int, start: float, *, seed: int, campaign: bool = False) -> float:
    """Share of 200 alike autocracies (cost .6) that hold human rights; of two great powers one stays away.

    They start as they would have settled if the share had long been `start`.
    """
    n = 202
    rng = np.random.Generator(np.random.PCG64(seed))
    theta = np.broadcast_to(betaincinv(4, 8, rng.permutation((np.arange(n) + 0.5) / n)), (2, n))
    great = np.arange(n) < 2
    adopted = np.broadcast_to(rng.random(n) < settled(start, theta[0], 0.6, 0.5), (2, n)).copy()
    adopted[:, :2] = [True, False]
    world = small_world(
        n, **(even_columns(n) | {
            "affinity": 0.5 * (1 - np.eye(n)), "member": True, "adopted": adopted, "adoption_years": adopted * 20.0,
            "norm_threshold": theta, "democracy": 0.4, "great": great, "dt": 1.0, "activism": 1.0, "credibility": 1.0,
            "entrepreneur": campaign,
        }),
    )  # fmt: skip
    world.names = replace(world.names, norms=("human_rights", "another"))
    streams, unit = Streams(seed), Norms()
    for _ in range(years):
        update = unit(world, streams.at("n", world.step))
        fixed = np.array(after(update, world))
        fixed[:, :2] = [True, False]  # the two great powers, one for and one against, do not move
        world.write(dict(update.set) | {"adopted": fixed})
        world.step += 1
    return float(world.adopted[0, 2:].mean())


def test_the_tipping_points_that_the_docstring_names() -> None:
    np.testing.assert_allclose(stationary_shares(0, 1), [0.99], atol=0.01)
    np.testing.assert_allclose(stationary_shares(0.6, 0.5), [0.40, 0.70, 0.88], atol=0.006)
    np.testing.assert_allclose(stationary_shares(0.6, 0.5, 0.15), [0.96], atol=0.006)
    np.testing.assert_allclose(stationary_shares(0.6, 1), [0.24], atol=0.006)
    np.testing.assert_allclose(stationary_shares(0.6, 1, 0.15), [0.30, 0.46, 0.925], atol=0.006)
    assert max(stationary_shares(1, 0), default=0) < 0.01


def test_a_costly_norm_climbs_above_its_tipping_point_and_not_below() -> None:
    """Over eighty years worlds that start on either side of the mean-field tipping point go to either side of it."""
    low, tip, high = stationary_shares(0.6, 0.5)
    below = np.array([share_after(80, tip - 0.16, seed=seed) for seed in range(4)])
    above = np.array([share_after(80, tip + 0.14, seed=seed) for seed in range(4)])
    assert low - 0.15 < below.mean() < tip - 0.05
    assert tip + 0.14 < above.mean() < high + 0.05
    assert below.max() < above.min()


def test_entrepreneurs_move_the_tipping_point() -> None:
    """Where a norm would stay at its low share, strong campaigns carry it to the one share that is left."""
    start = stationary_shares(0.6, 0.5)[0]
    (expected,) = stationary_shares(0.6, 0.5, 0.15)
    led = np.array([share_after(160, start, seed=seed, campaign=True) for seed in range(3)])
    left = np.array([share_after(120, start, seed=seed) for seed in range(3)])
    np.testing.assert_allclose(led, expected, atol=0.09)
    assert left.max() < 0.65


# -- what norms cost, and what they do ---------------------------------------------------------------------------------
def named(world: World, *norms: str) -> World:
    """The same world where the norms are called otherwise."""
    return World(replace(world.names, norms=norms), world.dt, 2000.0, world.arrays())


def test_costs_fall_on_those_who_feel_them() -> None:
    world = society(4, hydrocarbon_share=[0, 0.2, 0.8, 1], democracy=[0, 0.5, 0.9, 1], technology=[0, 0.1, 0.5, 1])
    np.testing.assert_allclose(costs(named(world, "human_rights", "carbon_neutrality"))[0], [1, 0.5, 0.1, 0])
    np.testing.assert_allclose(costs(named(world, "human_rights", "carbon_neutrality"))[1], [0, 0.2, 0.8, 1])
    np.testing.assert_allclose(costs(named(world, "digital_governance", "x"))[0], [1, 0.7, 0.3, 0])
    assert not costs(named(world, "digital_governance", "x"))[1].any()
    armed = society(2, nuclear=[False, True], threat=np.array([[0, 0.1], [0, 0]]))
    np.testing.assert_allclose(costs(armed)[0], [0.5, 0.75])


def test_a_costly_norm_is_adopted_later() -> None:
    cheap, dear = society(adopters=20), society(adopters=20, threat=0.1 * (1 - np.eye(40)))
    rates = [np.mean([(after(u, w) & ~w.adopted)[0].sum() for u in updates(w, Norms())]) for w in (cheap, dear)]
    assert rates[1] < 0.5 * rates[0]


def test_who_adopts_carbon_neutrality_pledges_a_year_and_keeps_one_it_has() -> None:
    world = society(adopters=0, neutrality_year=np.where(np.arange(40) < 20, 2045.0, 9999.0))
    update = Norms(slow=0.5)(world, Streams(1).at("n", 0))
    new = after(update, world)[1]
    assert 5 < new.sum() < 35
    years = update.set["neutrality_year"]
    np.testing.assert_array_equal(years[:20], 2045)
    np.testing.assert_array_equal(years[20:], np.where(new[20:], 2030.0, 9999.0))


def both(norm: str, **columns: Any) -> tuple[World, World]:
    """A world where nobody holds the norm, and the same where all do."""
    world = named(small_world(6, **({"dt": 1.0} | columns)), norm, "another")
    return world, world.with_changes(adopted=np.array([[True] * 6, [False] * 6]))


@pytest.mark.parametrize(
    ("norm", "kind"),
    [
        ("non_proliferation", "militarisation of space"),
        ("carbon_neutrality", "climate disaster"),
        ("digital_governance", "cyber attack"),
        ("digital_governance", "disruptive AI"),
        ("human_rights", "mass migration"),
    ],
)
def test_a_norm_damps_the_shocks_of_its_kind(norm: str, kind: str) -> None:
    number = next(k for k, shock in enumerate(SHOCKS) if shock.kind == kind)
    without, with_norm = both(norm)
    ratio = Shocks().felt(with_norm, number, 2) / np.maximum(Shocks().felt(without, number, 2), 1e-12)
    assert ratio[2] == pytest.approx(0.5)


def test_non_proliferation_lowers_threat() -> None:
    seen = [Threat()(world, Streams(0).at("t", 0)).set["threat"] for world in both("non_proliferation")]
    np.testing.assert_allclose(seen[1], 0.9 * seen[0])


def test_carbon_neutrality_lowers_emissions() -> None:
    falls = [
        Transition()(world, Streams(0).at("t", 0)).add["emission_intensity"].sum()
        for world in both("carbon_neutrality", neutrality_year=2030, legitimacy=0.9)
    ]
    assert falls[1] < 1.3 * falls[0] < 0


def test_human_rights_move_to_sanctions() -> None:
    n = 6
    hostility = np.zeros((n, n))
    hostility[2, 3] = hostility[3, 2] = 4
    origin = (hostility > 0) * np.tri(n).T
    affinity = np.zeros((n, n))
    affinity[3, 4:] = affinity[4:, 3] = 0.8
    quarrel = {"hostility": hostility, "originator": origin, "dispute_tag": hostility / 10, "affinity": affinity}
    imposed = [
        sum(
            len(h.who)
            for s in range(150)
            for h in Sanctions()(w, Streams(s).at("s", 0)).happenings
            if h.kind == "sanction"
        )
        for w in both("human_rights", **quarrel)
    ]
    assert imposed[1] > 1.2 * imposed[0] > 0


@pytest.mark.slow
def test_norms_do_not_become_universal_of_themselves() -> None:
    """In the flagship world, by 2060, cheap norms spread and costly ones leave states outside."""
    shares = []
    for seed in range(2):
        model = load_scenario("central-asia-2025").model(seed=seed, keep="none")
        model.run_until(2060)
        shares.append(model.world.adopted.mean(axis=1))
    by_norm = dict(zip(model.world.names.norms, np.mean(shares, axis=0), strict=True))
    assert by_norm["carbon_neutrality"] > 0.8
    assert by_norm["human_rights"] < 0.8 and by_norm["digital_governance"] < 0.8
