"""Who begins disputes, how often, and what that leaves behind."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import expit, logit

from sim.core.columns import Array
from sim.core.streams import Streams
from sim.core.update import combine
from sim.mechanisms._onset_index import backing, onset_index, onset_probability, shield
from sim.mechanisms.dispute_onset import DisputeOnset, opening_level
from sim.world import OBLIGATIONS, World
from tests.mechanisms.quarrels import check_terms, even_columns, quarrels, told
from tests.mechanisms.worlds import small_world

NUMBERS = DisputeOnset().numbers()


def calm(n: int = 12, **columns: Any) -> World:
    return small_world(n, **(even_columns(n) | columns))


def later(world: World, **columns: Array) -> World:
    """The world some steps on, its reference that of the start, with some columns changed."""
    known = onset_index(world, NUMBERS).reference
    moved = world.with_changes(onset_reference=known, **columns)
    moved.step = 4
    return moved


def probability(world: World, i: int = 3, j: int = 4, **numbers: float) -> float:
    return float(onset_probability(world, NUMBERS | numbers)[i, j])


def pair_of(n: int, value: float, i: int = 3, j: int = 4) -> Array:
    matrix = np.zeros((n, n))
    matrix[i, j] = matrix[j, i] = value
    return matrix


def test_probability_by_hand() -> None:
    world = calm(
        4, poles=2, contiguous=pair_of(4, 1, 0, 1), peace_years=8.0, democracy=[0.5, 0.9, 0, 0],
        frailty=pair_of(4, 0.3, 0, 1), trade=pair_of(4, 3.0, 0, 1), gdp=[100.0] * 4,
    )  # fmt: skip
    by_hand = -0.4562 + 0.3 + 0.3206 * np.log(0.25) + 2.774 - 2.235 * 0.5 + 0.2186 * 0.4 + 1.045 * np.exp(-2)
    assert probability(world, 0, 1) == pytest.approx(expit(by_hand), rel=1e-9)
    more = later(world).with_changes(trade=pair_of(4, 8.0, 0, 1))
    assert probability(more, 0, 1) == pytest.approx(expit(by_hand - 0.25 * 10 * 0.05), rel=1e-9)


def test_a_great_power_quarrels_with_distant_states_not_more_with_its_neighbours() -> None:
    great = np.arange(12) == 3
    far, near = calm(), calm(contiguous=pair_of(12, 1))
    assert probability(far.with_changes(great=great)) > 2 * probability(far)
    assert probability(near.with_changes(great=great)) == probability(near)
    coast = calm(near_by_sea=pair_of(12, 1))
    assert probability(coast.with_changes(great=great)) == probability(coast)


def test_a_new_democracy_is_judged_by_what_it_was() -> None:
    old, new = calm(democracy=0.9), calm(democratic_tradition=0.1, democracy=0.9)
    assert probability(new) > 2 * probability(old)
    unlike = calm(democratic_tradition=np.where(np.arange(12) == 3, 0.1, 0.9))
    assert probability(unlike) > probability(new), "unlike regimes quarrel more than two autocracies"


def test_what_a_pair_begins_is_part_of_what_it_is_in() -> None:
    """Forecasts are of all new disputes of a pair; those that it begins are three in four of the rare ones."""
    world, mechanism = calm(30, contiguous=True), DisputeOnset()
    event = told(mechanism(world, Streams(3).at("onset", 0)), "dispute onset")
    i, j = event.who, np.asarray(event.whom)
    assert set(event.terms["begun, not joined"]) == {mechanism.begun}
    all_of_them = onset_probability(world, NUMBERS)[i, j]
    begun = 1 - (1 - np.asarray(event.chance)) ** (1 / world.dt)
    np.testing.assert_allclose(logit(begun) - logit(all_of_them), mechanism.begun)
    assert 0.7 < np.exp(mechanism.begun) < 0.8


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("contiguous", +1), ("near_by_sea", +1), ("ideal_point", +1), ("democratic_tradition", -1), ("longitude", -1),
        ("great", +1), ("peace_years", -1), ("threat", +1), ("grievance", +1),
        ("rivalry", +1), ("settlement", +1), ("trade", -1),
    ],
)  # fmt: skip
def test_direction(column: str, change: int) -> None:
    world = calm(peace_years=5.0, democracy=0.1)
    n = world.sizes["i"]
    if column in ("contiguous", "near_by_sea", "threat", "grievance", "rivalry", "settlement"):
        raised = pair_of(n, 1.0)
    elif column in ("peace_years", "trade"):
        raised = getattr(world, column) + pair_of(n, 30.0)
    else:
        both = column == "democratic_tradition"
        raised = np.where(np.isin(np.arange(n), (3, 4) if both else (3,)), 1.0, getattr(world, column))
    before, after = probability(later(world)), probability(later(world, **{column: raised}))
    assert np.sign(after - before) == change


def test_guarantors_deter_and_offence_pacts_embolden() -> None:
    world = calm()
    n = world.sizes["i"]
    guarantee = np.zeros((n, n))
    guarantee[4, 7] = 1.0  # 4 can count on 7
    pact = np.zeros((5, n, n), dtype=bool)
    pact[3, 3, 8] = pact[3, 8, 3] = True
    base = probability(later(world))
    assert probability(later(world, guarantee=guarantee)) < base
    assert probability(later(world, pact=pact)) > base
    own = np.zeros((n, n))
    own[4, 3] = 1.0  # a guarantee by the adversary itself is none against it
    assert probability(later(world, guarantee=own)) == pytest.approx(base)


def test_shield_and_backing_by_hand() -> None:
    reach = np.array([[0.2, 0.1, 0.1], [0.1, 0.2, 0.1], [0.3, 0.3, 0.6]])
    guarantee = np.zeros((3, 3))
    guarantee[0, 2] = 1.0
    assert shield(guarantee, reach)[0, 1] == pytest.approx(0.5 * 0.3 / (0.3 + 0.1))
    treaty = np.zeros((len(OBLIGATIONS), 3, 3), dtype=bool)
    treaty[OBLIGATIONS.index("neutrality"), [0, 2], [2, 0]] = True
    assert backing(treaty, np.array([0.2, 0.2, 0.6]))[0, 1] == pytest.approx(0.5 * 0.6 / 0.8)
    assert backing(treaty, np.array([0.2, 0.2, 0.6]))[0, 2] == pytest.approx(0.0)


def test_at_the_start_the_hazard_is_the_fitted_one_whatever_the_mood() -> None:
    tense = calm(threat=0.4, grievance=1.0, rivalry=0.5)
    assert probability(tense) == pytest.approx(probability(calm()))
    assert probability(later(tense, threat=np.zeros((12, 12)))) < probability(later(tense))


def test_a_state_that_enters_later_is_compared_with_its_own_beginning() -> None:
    alive = np.ones(12, dtype=bool)
    alive[3] = False
    world = calm(alive=alive, threat=0.3)
    update = DisputeOnset()(world, Streams(1).at("onset", 0))
    entered = world.with_changes(onset_reference=update.set["onset_reference"], alive=np.ones(12, dtype=bool))
    entered.step = 8
    assert probability(entered) == pytest.approx(probability(calm(threat=0.3)))
    known = DisputeOnset()(entered, Streams(1).at("onset", 8)).set["onset_reference"]
    tenser = entered.with_changes(onset_reference=known, threat=np.full((12, 12), 0.6))
    tenser.step = 9
    assert probability(tenser) > probability(entered)


def test_halving_the_step_leaves_the_yearly_chance() -> None:
    year, quarter = calm(dt=1.0), calm(dt=0.25)
    rate = np.logaddexp(0, onset_index(year, NUMBERS).logit)
    np.testing.assert_allclose(1 - (1 - quarter.chance(rate)) ** 4, year.chance(rate))
    np.testing.assert_allclose(
        year.chance(rate), onset_probability(year, NUMBERS) + np.eye(12) * year.chance(rate)[0, 0]
    )


@pytest.mark.parametrize("dt", [1.0, 0.25])
def test_disputes_come_as_often_as_the_hazard_says(dt: float) -> None:
    spread_out = {"longitude": np.linspace(-150, 150, 30), "latitude": np.linspace(-50, 50, 30)}
    world, mechanism, years = calm(30, dt=dt, peace_years=3.0, **spread_out), DisputeOnset(), 200
    updates = [mechanism(world, Streams(9).at("onset", step)) for step in range(int(years / dt))]
    counted = sum(float(update.add.get("dispute_count", 0.0)) for update in updates)
    begun = NUMBERS | {"baseline": NUMBERS["baseline"] + mechanism.begun}
    expected = -np.log1p(-onset_probability(world, begun)[np.triu_indices(30, 1)]).sum() * years
    assert expected > 300
    assert abs(counted - expected) < 4 * np.sqrt(expected)


def test_level_shares_and_their_shift() -> None:
    drawn = (np.arange(100_000) + 0.5) / 100_000
    level = opening_level(drawn, np.zeros(drawn.size), share_threat=0.03, share_display=0.30)
    shares = [(level == value).mean() for value in (2, 3, 4)]
    np.testing.assert_allclose(shares, [0.03, 0.30, 0.67], atol=1e-4)
    higher = opening_level(drawn, np.ones(drawn.size), share_threat=0.03, share_display=0.30)
    assert (higher >= level).all()
    assert (higher == 4).mean() == pytest.approx(1 - expit(logit(0.33) - 1), abs=1e-4)


@pytest.mark.parametrize(("start", "shares"), [(1990, (0.0333, 0.296, 0.6707)), (1991, (0.0241, 0.596, 0.3799))])
def test_disputes_begin_with_force_less_often_since_the_cold_war(start: int, shares: tuple[float, ...]) -> None:
    """Shares of threat, display and use of force before and after, and what is told of each has the same odds."""
    numbers = {"level_threat": 0, "level_border": 0, "level_parity": 0, "baseline": 6}
    world, levels = calm(40, contiguous=True, peace_years=0.0), []
    world.start = start
    for seed in range(4):
        event = told(DisputeOnset(**numbers)(world, Streams(seed).at("onset", 0)), "opening level")
        levels.append(np.asarray(event.amount))
        odds = {4: shares[2], 3: 1 - shares[0], 2: shares[0]}
        np.testing.assert_allclose(event.chance, [odds[level] for level in levels[-1]])
    opened = np.concatenate(levels)
    assert len(opened) > 1000
    np.testing.assert_allclose([(opened == level).mean() for level in (2, 3, 4)], shares, atol=0.05)


def test_onsets_are_logged_with_the_terms_that_decided_and_leave_their_mark() -> None:
    world, mechanism = calm(30, contiguous=True, peace_years=1.0, threat=0.2), DisputeOnset()
    moved = later(world, threat=np.full((30, 30), 0.5))
    update = mechanism(moved, Streams(5).at("onset", 3))
    event = told(update, "dispute onset")
    i, j = event.who, np.asarray(event.whom)
    assert len(i) > 20
    check_terms(event, onset_index(moved, NUMBERS).logit[i, j] + mechanism.begun)
    np.testing.assert_allclose(event.chance, moved.chance(np.logaddexp(0, sum(event.terms.values()))))
    assert (np.asarray(event.drawn) < np.asarray(event.chance)).all()
    after = combine({"x": update}, moved)
    begun = np.zeros((30, 30), dtype=bool)
    begun[i, j] = True
    assert not (begun & begun.T).any()
    np.testing.assert_array_equal(after["originator"] == 1, begun)
    np.testing.assert_array_equal(after["hostility"], after["hostility"].T)
    assert set(after["hostility"][i, j]) <= {2, 3, 4}
    assert len(np.unique(after["dispute_tag"][i, j])) == len(i)
    assert (after["grievance"][j, i] > 0).all() and (after["rivalry"][i, j] > 0).all()
    assert (after["affinity"][i, j] < 0).all()
    np.testing.assert_allclose(after["dispute_record"][i, j], 1.0)


def test_the_aggrieved_and_the_strong_begin() -> None:
    grievance = np.zeros((40, 40))
    grievance[::2, 1::2] = 1.5  # even numbers resent odd ones
    world = calm(40, grievance=grievance, contiguous=True, peace_years=0.0)
    from_even = from_odd = 0
    for seed in range(30):
        event = told(DisputeOnset(by_resentment=1.0)(world, Streams(seed).at("onset", 0)), "dispute onset")
        mixed = (event.who + np.asarray(event.whom)) % 2 == 1
        from_even += int((event.who[mixed] % 2 == 0).sum())
        from_odd += int((event.who[mixed] % 2 == 1).sum())
    total = from_even + from_odd
    assert abs(from_even / total - expit(1.5)) < 4 * np.sqrt(0.15 / total)


def test_claims_lapse_or_become_disputes_and_live_disputes_are_left_alone() -> None:
    world = quarrels(60, level=np.array([1] * 20 + [3] * 10), dt=1.0, contiguous=True)
    lapsed = begun = 0
    for seed in range(100):
        update = DisputeOnset()(world, Streams(seed).at("onset", 0))
        after = combine({"x": update}, world)
        lapsed += len(told(update, "claim lapsed").who)
        event = told(update, "dispute onset")
        claimed = world.hostility[event.who, event.whom] == 1
        begun += int(claimed.sum())
        np.testing.assert_array_equal(np.diag(after["hostility"][40::2, 41::2]), 3)
        np.testing.assert_array_equal(after["hostility"][event.who, event.whom] >= 2, True)
        assert ((after["originator"] > 0) & (after["originator"].T > 0)).sum() == 0
    assert lapsed / 2000 == pytest.approx(-np.expm1(-0.1), abs=0.03)
    assert begun > 0


def test_the_record_halves_in_fifteen_years() -> None:
    world = calm(dispute_record=2.0, dt=0.5)
    update = DisputeOnset(baseline=-6)(world, Streams(1).at("onset", 0))
    after = combine({"x": update}, world)["dispute_record"]
    assert after[0, 1] == pytest.approx(2 * 0.5 ** (0.5 / 15))


def test_nobody_begins_with_a_state_that_does_not_exist() -> None:
    alive = np.arange(30) % 3 > 0
    world = calm(30, contiguous=True, peace_years=0.0, alive=alive)
    for seed in range(20):
        event = told(DisputeOnset(baseline=4)(world, Streams(seed).at("onset", 0)), "dispute onset")
        assert alive[event.who].all() and alive[np.asarray(event.whom)].all() and len(event.who)
