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
from sim.mechanisms._go_betweens import acceptance_terms, reputation_change, ripeness, willingness
from sim.mechanisms.mediation import Mediation
from sim.world import World
from tests.mechanisms.worlds import small_world

WEIGHTS = (0.8, 1.5, 2.0, 1.5, 2.0, 1.5)


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


def many(world: World, mechanism: Mediation, runs: int = 400) -> list[Update]:
    return [mechanism(world, Streams(seed).at("mediation", 0)) for seed in range(runs)]


def told(update: Update, kind: str) -> Happening:
    return next(h for h in update.happenings if h.kind == kind)


def counts(updates: list[Update]) -> tuple[int, int, int]:
    """Offers, acceptances, settlements."""
    names = ("offer_count", "acceptance_count", "settlement_count")
    return tuple(int(sum(u.add.get(name, 0) for u in updates)) for name in names)  # type: ignore[return-value]


def acceptance(own: float, other: float, credibility: float, leverage: float, ripe: float) -> float:
    column = lambda x: np.array([[x]])  # noqa: E731
    terms = acceptance_terms(
        column(own), column(other), np.array([credibility]), column(leverage), np.array([ripe]), weights=WEIGHTS
    )
    return float(expit(sum(terms.values()))[0, 0])


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
    base = ripeness(one, 4 * one, one, one, ripening=1.0)
    assert ripeness(2 * one, 4 * one, one, one, ripening=1.0) > base
    assert ripeness(one, 5 * one, one, one, ripening=1.0) > base
    assert ripeness(one, 4 * one, one, 5 * one, ripening=1.0) < base
    assert 0 <= base <= 1


def test_success_ends_the_dispute_for_all_and_failure_for_none() -> None:
    world = quarrel()
    updates = many(world, Mediation(offers=12))
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
    for update in (u for u in many(quarrel(alive=alive), Mediation(offers=12), 300) if u.happenings):
        assert not set(told(update, "mediation").third.tolist()) & {2, 3, 5}


def test_credible_mediators_are_accepted_more_and_succeed_more() -> None:
    rates = []
    for credibility in (0.1, 0.9):
        offers, accepted, settled = counts(many(quarrel(credibility=credibility), Mediation(offers=12), 900))
        rates.append((accepted / offers, settled / accepted))
    assert rates[1][0] > rates[0][0] + 0.1
    assert rates[1][1] > rates[0][1] + 0.05


def test_ripe_disputes_settle_more() -> None:
    rates = []
    for age in (0.02, 5.0):
        _, accepted, settled = counts(many(quarrel(dispute_age=age), Mediation(offers=12), 900))
        rates.append(settled / accepted)
    assert rates[1] > rates[0] + 0.05


def test_swapping_the_mediator_changes_acceptance_and_outcome() -> None:
    affinity = np.zeros((9, 9))
    affinity[4, 2] = affinity[2, 4] = affinity[4, 3] = affinity[3, 4] = 0.7
    affinity[5, 2] = affinity[2, 5] = -0.7
    credibility = np.full(9, 0.4)
    credibility[4], credibility[5] = 0.9, 0.1
    world = quarrel(affinity=affinity, credibility=credibility)
    case = Mediation()._case(world, np.array([2]), np.array([3]))
    assert case.yes[0][0, 4] > case.yes[0][0, 5] + 0.3
    friend, foe = (sum(Mediation()._push(world, case, np.array([0]), np.array([k])).values()) for k in (4, 5))
    assert friend > foe


def test_reputation_rises_by_success_and_falls_by_failure() -> None:
    held = np.array([0.4, 0.4, 0.4])
    change = reputation_change(held, np.array([1, 0, 0]), np.array([0, 1, 0]), gain=0.15, loss=0.10)
    np.testing.assert_allclose(change, [0.15 * 0.6, -0.10 * 0.4, 0.0])


def test_the_log_holds_the_numbers_that_decided() -> None:
    for update in many(quarrel(), Mediation(offers=12), 60):
        for happening in update.happenings:
            if happening.kind in ("consent", "settlement"):
                np.testing.assert_allclose(expit(sum(happening.terms.values())), happening.chance)
                np.testing.assert_array_equal(happening.drawn < happening.chance, happening.done) if (
                    happening.kind == "consent"
                ) else None


def test_offers_keep_their_yearly_rate_when_the_step_is_halved() -> None:
    def yearly(dt: float) -> float:
        world = quarrel()
        world.dt = dt
        none = [u.add.get("offer_count", 0) == 0 for u in many(world, Mediation(), 1200)]
        return float(-np.log(np.mean(none)) / dt)

    assert yearly(1.0) == pytest.approx(yearly(0.5), rel=0.2)


def test_organisations_mediate_only_among_their_members() -> None:
    member = np.zeros((2, 9))
    member[0, [2, 3, 6]] = member[1, [2, 6, 7]] = 1
    i, j = np.array([2]), np.array([3])
    zeal: Array = willingness(quarrel(member=member, org_mediates=True), i, j)[0]
    assert zeal[9] > 0 and zeal[10] == 0


def test_a_busy_mediator_offers_less() -> None:
    load = np.zeros(9)
    load[4] = 3.0
    zeal = willingness(quarrel(mediation_load=load), np.array([2]), np.array([3]))[0]
    assert zeal[4] < zeal[5]
