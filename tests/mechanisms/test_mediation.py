"""Offer, acceptance, outcome, credibility: each by its own terms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from sim.core.columns import Array
from sim.core.streams import Streams
from sim.core.update import Happening, Update
from sim.mechanisms import _talks as talks
from sim.mechanisms._go_betweens import (
    Case,
    acceptance_terms,
    capacities,
    case_of,
    hosting,
    hosting_terms,
    reputation_change,
    ripeness,
    room,
)
from sim.mechanisms.mediation import Mediation
from sim.mechanisms.settlements import Settlements
from sim.world import SETTLED, World
from tests.mechanisms.turns import turned
from tests.mechanisms.worlds import small_world

WEIGHTS = {"a0": 0.8, "a1": 1.5, "a2": 2.0, "a3": 1.5, "a4": 2.0, "a5": 1.5}
UNIT = Mediation()
NUMBERS = UNIT.numbers()


def quarrel(**columns: object) -> World:
    """Nine states of which C quarrels with D; everything else is even."""
    n = 9
    level, tag, origin = np.zeros((n, n)), np.zeros((n, n)), np.zeros((n, n))
    level[2, 3] = level[3, 2] = 4
    tag[2, 3] = tag[3, 2] = 0.5
    origin[2, 3] = 1
    given_: dict[str, object] = {
        "hostility": level, "dispute_tag": tag, "originator": origin, "dispute_age": (level > 0) * 1.0,
        "fatal": level > 0, "affinity": 0.0, "credibility": 0.4, "activism": 0.5, "distance": 1000.0,
        "gdp": 100.0, "population": 10.0, "force": 10.0, "technology": 0.5, "trade": 1 - np.eye(n),
        "mediation_effort": 1.0, "org_mediates": False, "member": False,
    }  # fmt: skip
    return small_world(n, dt=1.0, **(given_ | columns))


def case(world: World, **changes: float) -> Case:
    """What every candidate is to the dispute of C and D."""
    return case_of(world, np.array([2]), np.array([3]), NUMBERS | changes)


def willing(world: World, **changes: float) -> Array:
    """How much every candidate wants to mediate between C and D."""
    return case(world, **changes).willing.product[0]


def symmetric(values: dict[tuple[int, int], float]) -> Array:
    matrix = np.zeros((9, 9))
    for (i, j), value in values.items():
        matrix[i, j] = matrix[j, i] = value
    return matrix


def many(world: World, mechanism: Mediation, runs: int = 400) -> list[Update]:
    return [mechanism(world, Streams(seed).at("mediation", 0)) for seed in range(runs)]


def told(update: Update, kind: str) -> Happening:
    return next(h for h in update.happenings if h.kind == kind)


def counts(updates: list[Update]) -> tuple[int, int, int]:
    """Offers, acceptances, settlements."""
    names = ("offer_count", "acceptance_count", "settlement_count")
    return tuple(int(sum(u.add.get(name, 0) for u in updates)) for name in names)  # type: ignore[return-value]


def shares(world: World, mechanism: Mediation, runs: int = 80) -> tuple[float, float]:
    """Mean chance over paired seeds that an offer is accepted, and that talks which are held succeed."""
    events = [h for update in many(world, mechanism, runs) for h in update.happenings]
    accepted = np.concatenate([h.chance for h in events if h.kind == "mediation"])
    settled = np.concatenate([h.chance for h in events if h.kind == "settlement"])
    return float(accepted.mean()), float(settled.mean())


def acceptance(own: float, other: float, credibility: float, leverage: float, ripe: float) -> float:
    terms = acceptance_terms(own, other, credibility, leverage, ripe, weights=WEIGHTS)
    return float(expit(sum(terms.values())))


def test_acceptance_by_hand() -> None:
    logit = 0.8 + 1.5 * 0.2 + 2 * 0.5 + 1.5 * 0.1 - 2 * (0.6 - 0.2) + 1.5 * 0.3
    assert acceptance(0.2, 0.6, 0.5, 0.1, 0.3) == pytest.approx(1 / (1 + np.exp(-logit)))


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_only_bias_against_a_side_deters_it(own: float, other: float, c: float, lev: float, ripe: float) -> None:
    base = acceptance(own, other, c, lev, ripe)
    if other <= own:
        assert base == pytest.approx(acceptance(own, own, c, lev, ripe))
    else:
        assert base <= acceptance(own, own, c, lev, ripe)
    assert acceptance(own, other, min(c + 0.1, 1), lev, ripe) >= base
    assert acceptance(own, other, c, min(lev + 0.1, 1), ripe) >= base
    assert acceptance(own, other, c, lev, min(ripe + 0.1, 1)) >= base


def test_time_is_ripe_when_both_hurt_for_long_at_parity() -> None:
    one = np.ones(1)
    numbers = UNIT.numbers("ripening", "ripe_floor")
    base = ripeness(one, 4 * one, one, one, **numbers)
    assert ripeness(2 * one, 4 * one, one, one, **numbers) > base
    assert ripeness(one, 5 * one, one, one, **numbers) > base
    assert ripeness(one, 4 * one, one, 5 * one, **numbers) < base
    assert 0 <= base <= 1


def test_success_ends_the_dispute_for_all_and_failure_for_none() -> None:
    world = quarrel()
    updates = many(world, Mediation(offers=12), 150)
    for update in updates:
        settled = update.add.get("settlement_count", 0) == 1
        if "hostility" not in update.add:
            continue
        ended = update.add["hostility"]
        assert ended[2, 3] == ended[3, 2] == (-4 if settled else 0)
        assert np.count_nonzero(ended) == (2 if settled else 0)
        assert (update.add["affinity"][2, 3] > 0) == settled
    offers, accepted, settled_ = counts(updates)
    assert offers > accepted > settled_ > 0


def test_parties_and_the_dead_never_mediate() -> None:
    alive = np.ones(9, dtype=bool)
    alive[5] = False
    for update in (u for u in many(quarrel(alive=alive), Mediation(offers=12), 100) if u.happenings):
        assert not set(told(update, "mediation").third.tolist()) & {2, 3, 5}


def test_credible_mediators_are_accepted_more_and_succeed_more() -> None:
    unit = Mediation(offers=12, a0=-0.5)
    low, high = (shares(quarrel(credibility=credibility), unit) for credibility in (0.1, 0.9))
    assert high[0] > low[0] + 0.1
    assert high[1] > low[1] + 0.1


def test_ripe_disputes_are_open_to_mediators_and_settle_more() -> None:
    unit = Mediation(offers=12, a0=-0.5)
    green, ripe = (shares(quarrel(dispute_age=age), unit) for age in (0.02, 5.0))
    assert ripe[0] > green[0] + 0.05
    assert ripe[1] > green[1] + 0.05


def test_what_happens_is_as_frequent_as_its_chance() -> None:
    world, unit = quarrel(), Mediation(offers=12, a0=-0.5)
    offers, accepted, settled = counts(many(world, unit, 300))
    chances = shares(world, unit, 300)
    assert accepted / offers == pytest.approx(chances[0], abs=0.08)
    assert settled / accepted == pytest.approx(chances[1], abs=0.1)


def only(k: int, **columns: object) -> World:
    """The same quarrel where k alone is willing to mediate."""
    return quarrel(mediation_effort=(np.arange(9) == k) * 1.0, **columns)


def test_swapping_the_mediator_changes_acceptance_outcome_and_durability_each_by_its_own_terms() -> None:
    """E is trusted and a friend of both, F neither, but holds their trade: same seeds, the mediator alone differs."""
    affinity = symmetric({(4, 2): 0.6, (4, 3): 0.6, (5, 2): -0.2, (5, 3): -0.2})
    trade = np.ones((9, 9)) - np.eye(9) + symmetric({(5, 2): 60.0, (5, 3): 60.0})
    columns = {"affinity": affinity, "trade": trade, "credibility": np.where(np.arange(9) == 4, 0.9, 0.2)}
    terms, mean, worth, kinds = {}, {}, {}, {}
    for k in (4, 5):
        updates = [u for u in many(only(k, **columns), Mediation(offers=12, a0=-0.5), 150) if u.happenings]
        assert {int(told(u, "mediation").third[0]) for u in updates} == {k}
        consent = told(updates[0], "consent").terms
        talk = next(told(u, "settlement") for u in updates if any(h.kind == "settlement" for h in u.happenings))
        terms[k] = ({n: float(v[0]) for n, v in consent.items()}, {n: float(v[0]) for n, v in talk.terms.items()})
        mean[k] = shares(only(k, **columns), Mediation(offers=12, a0=-0.5))
        kinds[k] = [int(u.add["settlement_kind"][2, 3]) for u in updates if "settlement_kind" in u.add]
        worth[k] = durability(only(k, **columns), kinds[k])
    changed = [{n for n in terms[4][part] if terms[4][part][n] != terms[5][part][n]} for part in (0, 1)]
    assert changed[0] >= {"affinity", "credibility", "leverage"} and "ripeness" not in changed[0]
    assert changed[1] >= {"credibility", "leverage"} and "ripeness" not in changed[1]
    assert mean[4][0] > mean[5][0] + 0.1 and abs(mean[4][1] - mean[5][1]) > 0.02
    pressed = [np.mean(np.array(kinds[k]) == talks.MANIPULATION) for k in (4, 5)]
    assert pressed[1] > pressed[0] + 0.2
    assert worth[5] > worth[4] + 0.05


def durability(world: World, kinds: list[int]) -> float:
    """Mean log-odds that settlements of these kinds add to a new dispute after four years."""
    found = {}
    for kind in set(kinds):
        mark = np.zeros((9, 9), dtype=int)
        mark[2, 3] = mark[3, 2] = kind
        over = world.with_changes(hostility=0 * mark, settlement_kind=mark)
        turned(over, Settlements())
        over.write({"dispute_tag": np.zeros((9, 9)), "peace_years": np.full((9, 9), 4.0)})
        turned(over, Settlements())
        found[kind] = float(over.settlement[2, 3])
    return float(np.mean([found[kind] for kind in kinds]))


def test_balanced_ties_make_the_mediator_acceptable() -> None:
    """Of two who differ only in a friendship with one side, the even-handed one is accepted by both more often."""
    partial = shares(only(4, affinity=symmetric({(4, 2): 0.8, (4, 3): -0.2})), Mediation(offers=12, a0=-0.5))[0]
    balanced = shares(only(4, affinity=symmetric({(4, 2): 0.3, (4, 3): 0.3})), Mediation(offers=12, a0=-0.5))[0]
    assert balanced > partial + 0.05


def test_causal_share_says_how_much_depends_on_who_mediates() -> None:
    """Swept from none to all: with 0 the mediator does not matter, with 1 he matters twice as much as by default."""

    def logit(share: float, repute: float) -> float:
        numbers = NUMBERS | {"causal_share": share}
        return sum(talks.success_terms(0.4, repute, 0.1, 0.5, talks.FORMULATION, numbers).values())

    spread = [logit(share, 0.9) - logit(share, 0.1) for share in (0.0, 0.25, 0.5, 1.0)]
    np.testing.assert_allclose(spread, [0, 0.32, 0.64, 1.28], atol=1e-12)
    assert logit(0.5, 0.5) == pytest.approx(-1.3 + 1.2 * 0.4 + 0.8 * 0.5 + 0.6 * 0.1 + 0.4 * 0.5)
    outcomes = [
        shares(quarrel(credibility=c), Mediation(offers=12, causal_share=0.0, press_leverage=0.0))[1]
        for c in (0.1, 0.9)
    ]
    assert outcomes[0] == pytest.approx(outcomes[1], abs=1e-9)


def test_style_follows_leverage_and_credibility() -> None:
    def odds(repute: float, hold: float) -> tuple[float, float]:
        press, propose = talks.style_terms(repute, hold, NUMBERS)
        return talks.logistic(sum(press.values())), talks.logistic(sum(propose.values()))

    usual = odds(UNIT.usual_credibility, UNIT.usual_leverage)
    assert usual == pytest.approx((UNIT.manipulates, UNIT.formulates))
    assert odds(0.6, 0.5)[0] > usual[0] and odds(0.9, 0.15)[1] > usual[1] > odds(0.2, 0.15)[1]
    settled = [
        talks.logistic(sum(talks.success_terms(0.5, 0.6, 0.1, 0.5, style, NUMBERS).values()))
        for style in (talks.FACILITATION, talks.FORMULATION, talks.MANIPULATION)
    ]
    assert settled[0] / settled[1] == pytest.approx(0.8, abs=0.1)
    assert 1.3 < settled[2] / settled[1] < 1.6


def test_a_team_of_opposite_friends_is_even_handed() -> None:
    """As in Astana: E is a friend of C, F of D; together neither side is put off, and the team guarantees the peace."""
    affinity = symmetric({(4, 2): 0.7, (4, 3): -0.5, (5, 2): -0.5, (5, 3): 0.7})
    world = quarrel(affinity=affinity, mediation_effort=np.isin(np.arange(9), [4, 5]) * 1.0)
    alone, team = (Mediation(offers=12, joint=joint, a0=-0.5) for joint in (0.0, 1.0))
    assert shares(world, team)[0] > shares(world, alone)[0] + 0.1
    marks = [u.add["guarantors"][2, 3] for u in many(world, team, 80) if "guarantors" in u.add]
    assert set(marks) == {2}
    joined = [told(u, "guarantor") for u in many(world, team, 30) if u.happenings]
    assert {int(k) for h in joined for k in h.third} == {4, 5} and all(h.done.all() for h in joined)
    assert not any("guarantors" in u.add and u.add["guarantors"].any() for u in many(world, alone, 80))


def test_a_partner_is_rather_one_who_leans_the_other_way() -> None:
    affinity = symmetric({(4, 2): 0.5, (5, 2): 0.5, (6, 3): 0.5})
    found = case(quarrel(affinity=affinity))
    numbers = UNIT.numbers("joint", "by_opposite", "by_standing")
    same, opposite = (sum(talks.joining_terms(found, 0, 4, k, **numbers).values()) for k in (5, 6))
    assert opposite > same
    assert talks.invited(found, 0, 4, np.zeros(11), by_opposite=2.0)[0] == 6
    assert talks.joint_hold([0.2, 0.5]) == pytest.approx(0.6)


def test_a_neutral_venue_raises_acceptance() -> None:
    """The host does not mediate: with independent hosts both sides accept the same mediators more often."""
    beholden = np.tile([0.05, 0.9, 0.05], (9, 1))
    free = np.tile([0.8, 0.1, 0.1], (9, 1))
    flat = {"offers": 12, "hold_patronage": 0.0, "a0": -0.5}
    accepted = [shares(quarrel(alignment=w), Mediation(**flat))[0] for w in (beholden, free)]
    assert accepted[1] > accepted[0] + 0.03
    off = [shares(quarrel(alignment=w), Mediation(by_venue=0.0, **flat))[0] for w in (beholden, free)]
    assert off[0] == off[1]


def test_venues_by_their_terms() -> None:
    world = quarrel(affinity=symmetric({(4, 2): 0.5}), credibility=np.linspace(0.2, 0.9, 9))
    worth = hosting(world, 2, 3, host_range=6000.0)
    for host in range(9):
        terms = hosting_terms(world, 2, 3, host, host_range=6000.0)
        assert sum(terms.values()) == pytest.approx(worth[host])
    for update in (u for u in many(world, Mediation(offers=12), 60) if u.happenings):
        venue = told(update, "venue")
        np.testing.assert_allclose(np.exp(sum(venue.terms.values())), venue.chance)
        assert not set(venue.third.tolist()) & {2, 3}


def test_partners_and_hosts_share_in_the_credit() -> None:
    world = quarrel(mediation_effort=np.isin(np.arange(9), [4, 5]) * 1.0)
    made = [u for u in many(world, Mediation(offers=12, joint=1.0), 150) if u.add.get("settlement_count", 0) == 1]
    assert len(made) > 30
    for update in made:
        lead, host = int(told(update, "settlement").third[0]), int(told(update, "venue").third[0])
        gains = update.add["mediation_success"]
        assert gains[lead] == 1 and gains[9 - lead] == 0.5
        assert update.add["credibility"][[4, 5, host]].min() > 0
        assert update.add["mediation_load"][[4, 5]].tolist() == [1, 1]


def test_talks_that_go_on_are_known_by_their_mediators_name() -> None:
    world = only(4, credibility=np.where(np.arange(9) == 4, 0.7, 0.3))
    failed = [u for u in many(world, Mediation(offers=12), 80) if "mediator_credibility" in u.add]
    assert failed and all(u.add["mediator_credibility"][2, 3] == pytest.approx(0.7) for u in failed)


def test_reputation_rises_by_success_and_falls_by_failure() -> None:
    held = np.array([0.4, 0.4, 0.4])
    change = reputation_change(held, np.array([1, 0, 0]), np.array([0, 1, 0]), gain=0.15, loss=0.10)
    np.testing.assert_allclose(change, [0.15 * 0.6, -0.10 * 0.4, 0.0])


def test_the_log_holds_the_numbers_that_decided() -> None:
    for update in many(quarrel(), Mediation(offers=12), 60):
        for happening in update.happenings:
            if happening.kind in ("consent", "settlement", "guarantor", "pressure", "proposal", "passed over"):
                np.testing.assert_allclose(expit(sum(happening.terms.values())), happening.chance)
                np.testing.assert_array_equal(happening.drawn < happening.chance, happening.done)


def test_offers_keep_their_yearly_rate_when_the_step_is_halved() -> None:
    def yearly(dt: float) -> float:
        world = quarrel()
        world.dt = dt
        none = [u.add.get("offer_count", 0) == 0 for u in many(world, Mediation(offers=6), 500)]
        return float(-np.log(np.mean(none)) / dt)

    assert yearly(1.0) == pytest.approx(yearly(0.5), rel=0.2)


def test_organisations_mediate_only_among_their_members() -> None:
    member = np.zeros((2, 9))
    member[0, [2, 3, 6]] = member[1, [2, 6, 7]] = 1
    zeal = willing(quarrel(member=member, org_mediates=True))
    assert zeal[9] > 0 and zeal[10] == 0


def test_a_busy_mediator_offers_less_and_a_full_one_not_at_all() -> None:
    load = np.zeros(9)
    load[4], load[5] = 1.0, 1.6  # the capacity is 1 + 3 / 2
    zeal = willing(quarrel(mediation_load=load))
    assert zeal[6] > zeal[4] > zeal[5] == 0
    np.testing.assert_allclose(room(np.array([2.5, 1.25, 0.9]), np.full(3, 2.5)), [1, 0.5, 0])


def test_capacity_is_never_exceeded() -> None:
    """Four disputes and one who would mediate: over years his load stays within 1 + 3 activism."""
    level, tag, origin = np.zeros((9, 9)), np.zeros((9, 9)), np.zeros((9, 9))
    for mark, i in enumerate(range(0, 8, 2), start=1):
        level[i, i + 1] = level[i + 1, i] = 5
        tag[i, i + 1] = tag[i + 1, i] = mark / 5
        origin[i, i + 1] = 1
    world = only(8, hostility=level, dispute_tag=tag, originator=origin, fatal=level > 0, dispute_age=level)
    most = 0.0
    for step in range(60):
        update = Mediation(offers=12, s0=-4)(world, Streams(5).at("mediation", step))
        world.write({"mediation_load": world.mediation_load + update.add["mediation_load"]})
        most = max(most, float(world.mediation_load[8]))
    assert 1.4 < most <= 1 + 3 * 0.5 + 1e-9
    assert capacities(world, NUMBERS)[8] == 2.5


def test_who_offers_has_stakes_zeal_and_a_record() -> None:
    """Each of trade, nearness, a border, activism, success and policy raises the will to mediate; E against F."""
    one = np.arange(9) == 4
    even = np.ones((9, 9)) - np.eye(9)
    raised: dict[str, object] = {
        "trade": even + symmetric({(4, 2): 5.0}) - symmetric({(4, 6): 1.0}),
        "distance": 1000 * even - symmetric({(4, 2): 900.0}),
        "contiguous": symmetric({(4, 3): 1.0}) > 0,
        "activism": np.where(one, 0.9, 0.5),
        "mediation_success": one * 2.0,
        "mediation_effort": np.where(one, 2.0, 1.0),
    }
    for name, values in raised.items():
        zeal = willing(quarrel(**({"contiguous": False} | {name: values})))
        assert zeal[4] > zeal[5] * 1.05, name
    poor = willing(quarrel(contiguous=False, distance=2e4 * even, trade=0.0))
    assert poor[4] == pytest.approx(
        willing(quarrel(contiguous=False, distance=2e4 * even, trade=0.0), floor=0.2)[4] / 2, rel=0.05
    )


def test_settlements_are_named_by_their_style() -> None:
    for style, name in ((talks.FACILITATION, "facilitated"), (talks.MANIPULATION, "manipulated")):
        assert SETTLED[style] == name


def test_who_is_at_odds_with_a_party_does_not_mediate() -> None:
    level, tag = symmetric({(2, 3): 4, (0, 3): 3, (1, 3): 1}), symmetric({(2, 3): 0.5, (0, 3): 0.7, (1, 3): 0.9})
    eager = willing(quarrel(hostility=level, dispute_tag=tag))
    assert (eager[[0, 2, 3]] == 0).all()  # A has a dispute of its own with D; a mere claim, as B's, is no bar
    assert (eager[[1, 4, 5]] > 0).all()
