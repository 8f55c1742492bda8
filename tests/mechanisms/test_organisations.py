"""Who joins and leaves organisations, and what membership does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import expit

from sim.core.columns import Array
from sim.core.streams import Streams
from sim.core.update import Update, combine
from sim.mechanisms import organisations
from sim.mechanisms._decisions import CONSENSUS, MAJORITY
from sim.mechanisms._disputes import disputes_of
from sim.mechanisms.organisations import member_mean, strife
from sim.world import World
from tests.mechanisms.quarrels import check_terms, even_columns, told
from tests.mechanisms.turns import turned
from tests.mechanisms.worlds import small_world


def Organisations(**numbers: float) -> organisations.Organisations:  # noqa: N802
    """The mechanism with a round of talks at every step and nothing given; no organisation is dissolved."""
    return organisations.Organisations(**({"every": 0.01, "giving": 0.0, "dissolve": 0.0} | numbers))


def member_after(world: World, update: Update) -> Array:
    """Who is a member after an update that may leave that alone."""
    return update.set.get("member", world.member)


def club(n: int = 12, members: int = 4, **columns: Any) -> World:
    """Organisation 0 holds the last `members` states, organisation 1 nobody; all in region 0."""
    member = np.zeros((2, n), dtype=bool)
    member[0, n - members :] = True
    alignment = np.zeros((n, 3))
    alignment[:, 0] = 1
    given = {"member": member, "region": 0, "alignment": alignment, "credibility": 0.4} | columns
    return small_world(n, **(even_columns(n) | given))


def toward(n: int, i: int, others: Array, value: float) -> Array:
    matrix = np.zeros((n, n))
    matrix[i, others] = matrix[others, i] = value
    return matrix


def updates(world: World, unit: organisations.Organisations, runs: int = 200) -> list[Update]:
    return [unit(world, Streams(seed).at("o", 0)) for seed in range(runs)]


def joins_of(world: World, unit: organisations.Organisations, runs: int = 200) -> Array:
    """How often each state joined organisation 0, (n,)."""
    return np.sum([member_after(world, u)[0] & ~world.member[0] for u in updates(world, unit, runs)], axis=0)


def test_member_mean_leaves_oneself_out() -> None:
    others = np.array([[0, 1.0, 1.0, 0], [1.0, 0, 1.0, 0], [1.0, 1.0, 0, 0], [1.0, 1.0, 1.0, 0]])
    liking = np.array([[0, 0.2, 0.4, 0], [0.2, 0, 0.6, 0], [0.4, 0.6, 0, 0.9], [0, 0, 0.9, 0]])
    np.testing.assert_allclose(member_mean(others, liking), [0.3, 0.4, 0.5, 0.3])


def test_friends_and_neighbours_join_and_strangers_do_not() -> None:
    world = club(affinity=toward(12, 2, np.arange(8, 12), 0.9), region=np.where(np.isin(np.arange(12), (0, 1)), 1, 0))
    joins = joins_of(world, Organisations(apply=1), 800)
    assert joins[2] > 2 * joins[3:8].mean()  # friends of the members
    assert joins[3:8].mean() > 2 * joins[:2].mean()  # the same region


def test_consent_by_hand_and_refusals_are_told() -> None:
    n = 12
    alignment = np.zeros((n, 3))
    alignment[:, 0], alignment[5] = 1, [0.4, 0.0, 0.6]
    member = np.zeros((2, n), dtype=bool)
    member[0, [0, 10, 11]] = True  # state 0 is pole 0, the rival of pole 1
    world = club(
        member=member, alignment=alignment, rivalry=toward(n, 0, np.array([1]), 0.5),
        org_obligation=[[0, 0, 0, 0, 1], [0] * 5],
    )  # fmt: skip
    unit = Organisations(apply=1, wish0=2)
    refused = 0
    for update in updates(world, unit, 60):
        event = told(update, "accession")
        if not len(event.who):
            continue
        own = (event.who == 5) & (np.asarray(event.third) == 0)
        if own.any():
            far = np.mean(-np.expm1(-world.distance[5, [0, 10, 11]] / 3000))
            by_hand = 0.5 + 2 * 1.0 + 6 * 0.25**4 - 4 * far - 2 * 0.5 * 0.6 - 2
            total = sum(event.terms.values())
            assert total[own][0] == pytest.approx(by_hand)
            assert np.asarray(event.chance)[own][0] == pytest.approx(expit(by_hand))
        check_terms(event, np.log(np.asarray(event.chance) / (1 - np.asarray(event.chance))), rtol=1e-6)
        refused += int((~np.asarray(event.done)).sum())
        np.testing.assert_array_equal(np.asarray(event.drawn) < np.asarray(event.chance), event.done)
    assert refused > 10


def test_universal_organisations_keep_their_members_and_take_in_the_rest() -> None:
    n = 20
    member = np.zeros((2, n), dtype=bool)
    member[0], member[1, :10] = True, True
    unit = Organisations(leave=0.2)
    world = club(n, member=member)
    lost = np.sum([member & ~member_after(world, u) for u in updates(world, unit)], axis=0)
    assert lost[0].sum() == 0 and lost[1].sum() > 0
    almost = member.copy()
    almost[0, 3] = False
    apart = club(n, member=almost, region=np.arange(n))
    assert joins_of(apart, Organisations(apply=1))[3] > 15


def test_the_aggrieved_leave_first_and_the_rate_holds_for_any_step() -> None:
    n = 12
    resentful = np.zeros((n, n))
    resentful[8, 9:] = 1.0
    for dt in (1.0, 0.25):
        world = club(dt=dt, grievance=resentful)
        left = np.sum(
            [
                world.member[0] & ~member_after(world, u)[0]
                for u in updates(world, Organisations(leave=0.1, apply=0), int(800 / dt))
            ],
            axis=0,
        )
        assert left[8] / 800 == pytest.approx(0.1 * (1 - 4 / 12) * np.e, rel=0.3)
        assert left[9:].mean() / 800 == pytest.approx(0.1 * (1 - 4 / 12), rel=0.3)


def test_talking_warms_and_serving_earns_credit_at_any_step() -> None:
    year, quarter = (club(dt=dt, org_dialogue=[True, False], org_leader=np.arange(12) == 9) for dt in (1.0, 0.25))
    unit = Organisations(apply=0, leave=0)
    once = combine({"x": unit(year, Streams(1).at("o", 0))}, year)
    for step in range(4):
        quarter.write(combine({"x": unit(quarter, Streams(1).at("o", step))}, quarter))
        quarter.step += 1
    assert once["affinity"][8, 9] == pytest.approx(1 - np.exp(-0.01))
    assert once["affinity"][0, 9] == 0 and once["affinity"][8, 8] == 0
    np.testing.assert_allclose(quarter.affinity, once["affinity"], atol=1e-12)
    np.testing.assert_allclose(quarter.org_legitimacy, once["org_legitimacy"], atol=1e-4)
    assert once["org_legitimacy"][0] == pytest.approx(0.5)  # .3 + .5 x .4
    assert once["credibility"][9] > 0.4 and once["credibility"][8] == 0.4
    np.testing.assert_allclose(quarter.credibility, once["credibility"], atol=1e-4)


def test_members_that_fight_each_other_cost_legitimacy() -> None:
    hostility = toward(12, 8, np.array([9]), 4.0)
    calm, torn = club(), club(hostility=hostility)
    fought = strife(torn.member, disputes_of(torn, lowest=4), torn.member.sum(axis=1) + 1e-12)
    assert fought[0] == pytest.approx(0.5) and fought[1] == 0
    unit = Organisations()
    assert (
        unit(torn, Streams(1).at("o", 0)).add["org_legitimacy"][0]
        < unit(calm, Streams(1).at("o", 0)).add["org_legitimacy"][0]
    )


def test_nobody_joins_or_leaves_who_does_not_exist() -> None:
    alive = ~np.isin(np.arange(12), (3, 9))
    world = club(alive=alive)
    for update in updates(world, Organisations(apply=1, wish0=2, leave=0.2), 100):
        np.testing.assert_array_equal(member_after(world, update)[:, ~alive], world.member[:, ~alive])


# -- deciding ----------------------------------------------------------------------------------------------------------


def attacked(rule: int, *, n: int = 12, inside: bool = False, level: int = 4, **columns: Any) -> World:
    """Organisation 0 (states 4 to 11, a duty to consult) whose member 4 is attacked by 0, or by its member 5."""
    member = np.zeros((2, n), dtype=bool)
    member[0, 4:] = True
    aggressor = 5 if inside else 0
    hostility, tag = (toward(n, 4, np.array([aggressor]), value) for value in (level, 0.5))
    origin = np.zeros((n, n))
    origin[aggressor, 4] = 1
    world = club(
        n, member=member, org_rule=[rule, 0], org_obligation=[[1, 0, 0, 0, 0], [0] * 5],
        **({"hostility": hostility, "dispute_tag": tag, "originator": origin, "dt": 1.0} | columns),
    )  # fmt: skip
    world.step = 2
    return world


ALWAYS = {"apply": 0.0, "leave": 0.0, "tabled_force": 1.0, "tabled_war": 1.0, "by_trade": 0.0}


def passed(world: World, runs: int = 150, **numbers: float) -> float:
    """Share of motions that are carried."""
    events = [told(u, "collective action") for u in updates(world, Organisations(**ALWAYS | numbers), runs)]
    return float(np.mean(np.concatenate([np.asarray(e.done) for e in events])))


def test_one_veto_blocks_by_consensus_and_not_by_majority() -> None:
    """All are for it but one, which is devoted to the aggressor."""
    n = 12
    fond = toward(n, 11, np.array([0]), 1.0) + toward(n, 4, np.arange(5, 11), 1.0)
    sure = {"vote0": 4.0, "by_side": 6.0, "forbearance": 0.0}
    blocked = passed(attacked(CONSENSUS, affinity=fond - toward(n, 11, np.array([4]), 1.0)), **sure)
    carried = passed(attacked(MAJORITY, affinity=fond - toward(n, 11, np.array([4]), 1.0)), **sure)
    agreed = passed(attacked(CONSENSUS, affinity=toward(n, 4, np.arange(5, 12), 1.0)), **sure)
    assert blocked < 0.02 and carried == 1.0 and agreed > 0.95


def test_consensus_is_harder_than_majority_and_no_rule_decides_nothing() -> None:
    assert passed(attacked(MAJORITY), vote0=1) > 0.8 > 0.5 > passed(attacked(CONSENSUS), vote0=1, forbearance=0)
    assert passed(attacked(CONSENSUS), vote0=1, forbearance=4) > passed(attacked(CONSENSUS), vote0=1, forbearance=1)
    assert all(not told(u, "collective action").who.size for u in updates(attacked(0), Organisations(**ALWAYS), 20))


def test_votes_follow_their_terms_and_the_count_decides() -> None:
    n = 12
    threat = np.zeros((n, n))
    threat[8:, 0] = 0.4
    trade = toward(n, 6, np.array([0]), 3.0) + 1 - np.eye(n)
    world = attacked(MAJORITY, threat=threat, trade=trade, level=5)
    dissents = 0
    for update in updates(world, Organisations(**ALWAYS | {"by_trade": 6.0}), 50):
        votes, action = told(update, "vote"), told(update, "collective action")
        check_terms(votes, np.log(np.asarray(votes.chance) / (1 - np.asarray(votes.chance))), rtol=1e-6)
        assert (np.asarray(votes.drawn) >= np.asarray(votes.chance)).all() and not np.isin((0, 4), votes.who).any()
        margin = sum(action.terms.values())
        np.testing.assert_array_equal(margin > 0, action.done)
        assert np.asarray(action.amount)[0] == 7 - len(votes.who)
        six = votes.who == 6
        if six.any():
            dissents += 1
            by_hand = -0.5 + 1.0 - 6 * 4 / (n - 1 + 3)
            assert sum(votes.terms.values())[six][0] == pytest.approx(by_hand)
    assert dissents > 10


def test_a_decision_binds_dissenters_too_and_dissent_costs_legitimacy() -> None:
    world = attacked(MAJORITY)
    unit = Organisations(**ALWAYS | {"vote0": 0.5, "drift": 0.0, "dialogue": 0.0})
    costs: dict[int, float] = {}
    for update in updates(world, unit, 100):
        after = combine({"x": update}, world)
        action, votes = told(update, "collective action"), told(update, "vote")
        if np.asarray(action.done)[0]:
            np.testing.assert_allclose(after["sanctions"][4:, 0], 0.1)  # the victim, those in favour and the dissenters
            np.testing.assert_allclose(after["affinity"][4:, 0], -0.05)
            assert after["credibility"][0] == pytest.approx(0.4 * 0.95)
            assert not after["sanctions"][:4].any()
            costs[len(votes.who)] = float(after["org_legitimacy"][0])
        else:
            assert after["org_legitimacy"][0] < 0.5 and not after.get("sanctions", world.sanctions).any()
    few, many = min(costs), max(costs)
    assert costs[few] > costs[many] and costs[0 if 0 in costs else few] > 0.5 - 0.03


def test_turning_on_a_member_costs_more_and_suspends_it() -> None:
    unit = Organisations(**ALWAYS | {"vote0": 4.0, "drift": 0.0})
    outside, inside = attacked(MAJORITY), attacked(MAJORITY, inside=True)
    for seed in range(20):
        out, within = (unit(world, Streams(seed).at("o", 0)) for world in (outside, inside))
        if not told(out, "vote").who.size and not told(within, "vote").who.size:
            assert within.add["org_legitimacy"][0] < out.add["org_legitimacy"][0]
            assert not member_after(inside, within)[0, 5] and member_after(inside, within)[0, 6:].all()
            assert told(within, "suspension").who[0] == 5 and not told(out, "suspension").who.size
            return
    pytest.fail("there was always dissent")


def test_each_use_of_force_is_brought_up_once() -> None:
    world = attacked(MAJORITY, called=toward(12, 4, np.array([0]), 4.0))
    assert all(not told(u, "collective action").who.size for u in updates(world, Organisations(**ALWAYS), 20))


def test_a_hostile_member_keeps_applicants_out_where_consensus_rules() -> None:
    """State 2 is liked by all members but one; the same draws under both rules."""
    n = 12
    liked = toward(n, 2, np.arange(8, 11), 0.8) + toward(n, 2, np.array([11]), -0.9)
    joined = [
        joins_of(
            club(affinity=liked, org_rule=[rule, 0]), Organisations(apply=1, wish0=2, by_remoteness=0, consent0=-2), 150
        )[2]
        for rule in (MAJORITY, CONSENSUS)
    ]
    assert joined[0] > 20 and joined[1] < 0.5 * joined[0]


# -- serving, integrating, ending --------------------------------------------------------------------------------------


def test_a_market_led_by_a_middle_power_brings_its_members_together_and_a_great_power_s_does_not() -> None:
    warmer = []
    for tier in (1, 2):
        world = club(
            org_economic=[True, False], org_leader=np.arange(12) == 9, tier=np.where(np.arange(12) == 9, tier, 0)
        )
        world.write({"affinity": np.zeros((12, 12))})
        turned(world, Organisations(apply=0, leave=0, dialogue=0), steps=4)
        warmer.append(float(world.affinity[8, 10]))
    assert warmer[0] == pytest.approx(1 - np.exp(-0.005)) and warmer[1] == 0.0


def test_public_goods_cost_growth_and_earn_credibility() -> None:
    world = club(activism=np.where(np.arange(12) == 3, 1.0, 0.0), dt=1.0)
    update = Organisations(apply=0, leave=0, service=0, giving=0.003)(world, Streams(1).at("o", 0))
    after = combine({"x": update}, world)
    assert after["gdp"][3] == pytest.approx(100 * np.exp(-0.1 * 0.003)) and after["gdp"][4] == 100
    assert after["credibility"][3] == pytest.approx(1 - 0.6 * np.exp(-2 * 0.003)) and after["credibility"][4] == 0.4


def test_organisations_without_standing_are_dissolved_sooner_and_take_nobody_in_afterwards() -> None:
    ended = []
    for legitimacy in (0.1, 0.9):
        world = club(org_legitimacy=legitimacy, dt=1.0)
        over = [told(u, "dissolution") for u in updates(world, Organisations(dissolve=0.05, apply=0, leave=0), 200)]
        ended.append(sum(len(e.who) for e in over))
        for event in over:
            check_terms(event, np.log(-np.log1p(-np.asarray(event.chance)))) if len(event.who) else None
    assert ended[0] > 5 * ended[1]
    empty = club(member=False)
    assert not joins_of(empty, Organisations(apply=1, wish0=2, consent0=4), 50).any()


def test_a_yearly_round_settles_what_four_quarters_would() -> None:
    joined = []
    for every in (1.0, 0.01):
        world = club(40, members=10, dt=0.25, affinity=0.5 * (1 - np.eye(40)))
        before = world.member[0].sum()
        turned(world, Organisations(every=every, apply=0.3, wish0=0, leave=0), steps=8, seed=3)
        joined.append(world.member[0].sum() - before)
    assert joined[0] == pytest.approx(joined[1], abs=7) and joined[1] > 3
