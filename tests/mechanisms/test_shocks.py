"""Shocks: how many, how large, where; what damps them; and that no state loses more than it can."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.core.params import ParameterError, build, parameters
from sim.core.streams import Streams
from sim.core.update import Happening
from sim.mechanisms._shock_kinds import NUMBERS, SHOCKS
from sim.mechanisms.shocks import SLOTS, Shocks, arrival_chances, bounded, epicentres
from sim.world import Names, World
from tests.mechanisms.turns import turned
from tests.mechanisms.worlds import busy_world, small_world

KINDS = {shock.kind: shock for shock in SHOCKS}


def struck(world: World, kind: str, epicentre: int = 3, size: float = 1.0, **numbers: float) -> dict[str, np.ndarray]:
    """What one shock of a kind and size at a known place changes."""
    number = list(KINDS).index(kind)
    return Shocks(**numbers).losses(world, np.array([number]), np.array([epicentre]), np.array([size]))


def amount(happening: Happening) -> float:
    """The size of a shock."""
    assert happening.amount is not None
    return float(happening.amount[0])


def happened(**numbers: float) -> list[Happening]:
    """What three thousand years with these numbers bring, without effects."""
    world = small_world(6, dt=1.0)
    world.start = 2025.0
    updates = turned(world, Shocks(severity_factor=0.0, **numbers), steps=3000, seed=4)
    return [happening for update in updates for happening in update.happenings]


def test_arrivals_are_poisson() -> None:
    r = np.array([0.0, 0.2, 1.5])
    chance = arrival_chances(r)
    np.testing.assert_allclose(chance[:, 0], 1 - np.exp(-r))
    np.testing.assert_allclose(chance[:, 1], 1 - np.exp(-r) * (1 + r), atol=1e-15)
    np.testing.assert_allclose(chance[:, 2], 1 - np.exp(-r) * (1 + r + r**2 / 2), atol=1e-15)


def test_epicentres_follow_the_weights_and_do_not_repeat() -> None:
    weight = np.array([1.0, 2.0, 0.0, 5.0])
    rng = Streams(3).at("x", 0)
    drawn = np.array([epicentres(weight, rng.random(4)) for _ in range(6000)])
    share = np.bincount(drawn[:, 0], minlength=4) / len(drawn)
    np.testing.assert_allclose(share, weight / 8, atol=0.025)
    assert all(len(set(row)) == SLOTS for row in drawn)
    assert not (drawn == 2).any()


@pytest.mark.parametrize("dt", [1.0, 0.5, 0.25])
def test_as_many_a_year_whatever_the_step(dt: float) -> None:
    world = small_world(6, dt=dt)
    world.start = 2025.0
    years = 1500
    turned(world, Shocks(severity_factor=0.0), steps=int(years / dt), seed=4)
    expected = sum(shock.rate for shock in SHOCKS) * years
    assert abs(float(world.shock_count) - expected) < 3.5 * np.sqrt(expected)


@pytest.fixture(scope="module")
def many() -> list[Happening]:
    return happened()


@pytest.mark.parametrize("kind", list(KINDS))
def test_each_kind_comes_at_its_rate(many: list[Happening], kind: str) -> None:
    number = sum(happening.kind == kind for happening in many)
    expected = KINDS[kind].rate * 3000
    assert abs(number - expected) < 3.5 * np.sqrt(expected)


@pytest.mark.parametrize("kind", list(KINDS))
def test_each_kind_has_its_pareto_tail(many: list[Happening], kind: str) -> None:
    """The mean log of a Pareto size from 1 is one over the exponent; Hill's estimate has the error tail / sqrt(n)."""
    logs = np.log([amount(happening) for happening in many if happening.kind == kind])
    assert logs.min() >= 0
    tail = KINDS[kind].tail
    assert 1 / logs.mean() == pytest.approx(tail, abs=3.5 * tail / np.sqrt(len(logs)))


def test_the_numbers_of_one_kind_can_be_changed() -> None:
    changed = happened(pandemic_rate=0.5, pandemic_tail=3.0)
    sizes = [amount(h) for h in changed if h.kind == "pandemic"]
    assert abs(len(sizes) - 1500) < 3.5 * np.sqrt(1500)
    assert 1 / np.mean(np.log(sizes)) == pytest.approx(3.0, rel=0.1)
    others = [h.kind for h in changed if h.kind != "pandemic"]
    assert others == [h.kind for h in happened() if h.kind != "pandemic"]
    assert all(h.kind != "terrorism" for h in happened(terrorism_rate=0.0))


def test_a_misspelt_or_wild_number_is_answered() -> None:
    with pytest.raises(ParameterError, match=r"mechanisms.shocks.pandemc_rate: no such parameter; .*pandemic_rate"):
        build(Shocks, {"pandemc_rate": 0.1}, "mechanisms.shocks")
    with pytest.raises(ParameterError, match=r"pandemic_rate: 9 is out of bounds; write a number from 0 to 5"):
        build(Shocks, {"pandemic_rate": 9}, "mechanisms.shocks")


def test_every_number_of_the_table_is_a_parameter() -> None:
    declared = parameters(Shocks)
    for shock in SHOCKS:
        for name in NUMBERS:
            number = declared[f"{shock.key}_{name}"]
            assert number.default == getattr(shock, name) and number.source == shock.sources.get(name, "assumed")
        assert set(shock.sources) <= set(NUMBERS)


@pytest.mark.parametrize("kind", list(KINDS))
def test_each_channel_at_the_epicentre(kind: str) -> None:
    """At size 1 and fully felt every channel moves by its weight, bounded."""
    shock = KINDS[kind]
    affinity = np.zeros((8, 8))
    affinity[3, 6] = affinity[6, 3] = -0.5
    world = small_world(8, member=False, affinity=affinity)
    change = struck(world, kind, membership_damping=0.0)
    for name, most in (("gdp", 0.2), ("legitimacy", 0.5), ("credibility", 0.5)):
        held = getattr(world, name)[3]
        assert change[name][3] == pytest.approx(-held * bounded(np.array(getattr(shock, name)), most)), name
    resented = change["grievance"][3, 6]
    assert resented == pytest.approx(bounded(np.array(shock.grievance * 0.5), 0.5))
    strained = change.get("affinity", np.zeros((8, 8)))[3, 4]
    share = world.trade[3, 4] / world.total_trade[4]
    reach = shock.spread * (share / (share + 0.1) if shock.carried == "trade" else 1.0)
    assert strained == pytest.approx(bounded(np.array(shock.affinity * reach), 0.5))


@pytest.mark.parametrize("kind", list(KINDS))
def test_each_kind_reaches_those_it_should(kind: str) -> None:
    shock = KINDS[kind]
    trade = np.zeros((8, 8))
    trade[3, [4, 7]] = trade[[4, 7], 3] = [9.0, 1.0]
    trade[7, 6] = trade[6, 7] = 9.0
    world = small_world(8, member=False, trade=trade)
    weight = {f"{shock.key}_gdp": 0.01}
    lost = -struck(world, kind, 3, 1.0, **weight)["gdp"] / world.gdp
    reached = {"land": [2, 3, 4], "world": list(range(8)), "trade": [3, 4, 7]}[shock.carried]
    assert np.flatnonzero(lost > 1e-9).tolist() == reached
    assert lost[3] == pytest.approx(bounded(np.array(0.01), 0.2)) == lost.max()
    exposed = 1 / (1 + 0.1) if shock.carried == "trade" else 1.0
    assert lost[4] == pytest.approx(bounded(np.array(0.01 * shock.spread * exposed), 0.2))


def test_a_crisis_travels_along_trade() -> None:
    """A partner with a tenth of its trade at stake (half_exposure) feels half of what spreads."""
    trade = np.zeros((8, 8))
    trade[3, 4] = trade[4, 3] = 1.0
    trade[4, 5] = trade[5, 4] = 9.0
    lost = -struck(small_world(8, member=False, trade=trade), "financial crisis")["gdp"]
    world = small_world(8)
    assert lost[4] / world.gdp[4] == pytest.approx(bounded(np.array(0.03 * 0.8 * 0.5), 0.2))


@pytest.mark.parametrize("kind", ["cyber attack", "disruptive AI"])
def test_networks_carry_shocks_to_the_digital(kind: str) -> None:
    digital = np.array([0.4, 0.1, 0.1, 0.4, 0.2, 0.1, 0.1, 0.0])
    world = small_world(8, member=False, digital_share=digital)
    full, half = (-struck(world, kind, epicentre=e)["gdp"][e] / world.gdp[e] for e in (3, 4))
    assert half == pytest.approx(full / 2, rel=0.02)
    assert struck(world, kind, epicentre=7)["gdp"][7] == 0


def test_sizes_of_losses_are_the_published_ones() -> None:
    """9% of product in the mean financial crisis where it begins; 7.4% in the tenth worst climate disaster."""
    crisis, climate = KINDS["financial crisis"], KINDS["climate disaster"]
    assert crisis.gdp * crisis.tail / (crisis.tail - 1) == pytest.approx(0.09)
    assert climate.gdp * 10 ** (1 / climate.tail) == pytest.approx(0.074, abs=0.001)


@pytest.mark.parametrize("kind", [shock.kind for shock in SHOCKS if shock.norm])
def test_the_norm_of_a_kind_damps_it_and_no_other_does(kind: str) -> None:
    shock = KINDS[kind]
    names = Names(tuple("ABCDEFGH"), ("A", "B"), ("ORG0", "ORG1"), ("digital_governance", "human_rights"))
    norms = ("non_proliferation", "carbon_neutrality", "digital_governance", "human_rights")
    base = small_world(8, member=False)

    def cost(adopters: float, norm: str) -> float:
        held = base.arrays() | {name: np.zeros((4, 8)) for name in ("adopted", "adoption_years", "entrepreneur")}
        held |= {"norm_threshold": np.full((4, 8), 0.3), "coalition": np.zeros((4, 8))}
        held["adopted"][norms.index(norm)] = np.arange(8) < adopters
        world = World(dataclasses.replace(names, norms=norms), 0.25, 2000.0, held)
        return -float(struck(world, kind)["legitimacy"][3] + struck(world, kind)["credibility"][3])

    free, all_in = cost(0, shock.norm), cost(8, shock.norm)
    assert all_in == pytest.approx(free * 0.5, rel=0.05)
    assert all_in < cost(4, shock.norm) < free
    other = next(norm for norm in norms if norm != shock.norm)
    assert cost(8, other) == pytest.approx(free)


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.floats(0, 5), st.floats(0.7, 3))
def test_no_step_costs_a_fifth_of_gdp(seed: int, severity_factor: float, tail_factor: float) -> None:
    world = busy_world(dt=1.0)
    unit = Shocks(rate_factor=5, severity_factor=severity_factor, tail_factor=tail_factor)
    for step in range(10):
        update = unit(world, Streams(seed).at("shocks", step))
        if update.add:
            assert {"gdp", "legitimacy", "credibility"} <= update.add.keys()
            assert (update.add["gdp"] > -0.2 * world.gdp - 1e-12).all() and (update.add["gdp"] <= 0).all()
            for name, low, high in (
                ("affinity", -1, 1),
                ("legitimacy", 0, 1),
                ("credibility", 0, 1),
                ("grievance", 0, 5),
            ):
                after = getattr(world, name) + update.add.get(name, 0.0)
                assert (after >= low).all() and (after <= high).all()


def test_bounded_is_odd_small_where_small_and_never_reaches_its_limit() -> None:
    x = np.array([-3.0, -1e-6, 0.0, 1e-6, 3.0])
    y = bounded(x, 0.2)
    np.testing.assert_allclose(y, -y[::-1])
    assert y[3] == pytest.approx(1e-6, rel=1e-4) and 0.199 < y[4] < 0.2


def test_neighbours_feel_a_local_shock_and_nobody_else_does() -> None:
    world = small_world(8, member=False)
    lost = -struck(world, "climate disaster", epicentre=4)["gdp"] / world.gdp
    assert np.flatnonzero(lost).tolist() == [3, 4, 5]
    assert lost[4] == pytest.approx(bounded(np.array(0.0175), 0.2))
    assert lost[3] == pytest.approx(bounded(np.array(0.007), 0.2))


def test_everybody_living_feels_a_pandemic() -> None:
    world = small_world(8, member=False, alive=np.arange(8) != 6)
    lost = -struck(world, "pandemic", epicentre=4)["gdp"] / world.gdp
    assert np.flatnonzero(lost).tolist() == [0, 1, 2, 3, 4, 5, 7]
    assert lost.argmax() == 4


def test_norms_and_memberships_damp() -> None:
    adopted = np.zeros((2, 8))
    adopted[1, 4] = 1  # carbon neutrality
    plain, norm = small_world(8, member=False), small_world(8, member=False, adopted=adopted)
    joined = small_world(8, member=True)

    def cost(world: World, kind: str) -> float:
        return -float(struck(world, kind, epicentre=4)["gdp"][4] / world.gdp[4])

    assert cost(norm, "climate disaster") == pytest.approx(0.0175 * (1 - 0.5 * (1 + 1 / 8) / 2), rel=0.05)
    assert cost(norm, "pandemic") == pytest.approx(cost(plain, "pandemic"))
    assert cost(joined, "pandemic") < cost(plain, "pandemic")
    assert (
        struck(norm, "climate disaster", 4, norm_damping=0.0)["gdp"][4] < struck(norm, "climate disaster", 4)["gdp"][4]
    )


def test_the_disliked_are_blamed() -> None:
    affinity = np.zeros((8, 8))
    affinity[4, 5] = affinity[5, 4] = -0.8
    change = struck(small_world(8, affinity=affinity), "cyber attack", epicentre=4)["grievance"]
    assert change[4, 5] > change[5, 4] > 0
    assert (change[4, [0, 1, 2, 3, 6, 7]] == 0).all()


def test_no_cyber_attacks_before_there_were_networks() -> None:
    world = small_world(6)
    world.start = 1950.0
    updates = turned(world, Shocks(rate_factor=5, severity_factor=0.1), steps=27)
    seen = {h.kind for update in updates for h in update.happenings}
    assert {"cyber attack", "disruptive AI", "militarisation of space"}.isdisjoint(seen)
    assert {"climate disaster", "mass migration", "terrorism"} <= seen


def test_explanations_give_the_chance_that_was_drawn_against() -> None:
    world = small_world(6)
    world.start = 2025.0
    updates = turned(world, Shocks(rate_factor=3), steps=60)
    events = [h for update in updates for h in update.happenings]
    assert len(events) == float(world.shock_count) > 20
    for event in events:
        rate = np.exp(sum(float(term[0]) for term in event.terms.values()))
        chances = arrival_chances(np.array([rate * world.dt]))[0]
        assert event.chance is not None and event.drawn is not None
        assert np.isclose(chances, event.chance[0]).any() and event.drawn[0] < event.chance[0]


def test_switched_off_by_a_rate_of_nothing() -> None:
    world = busy_world()
    assert all(not update.add and not update.happenings for update in turned(world, Shocks(rate_factor=0), steps=50))
