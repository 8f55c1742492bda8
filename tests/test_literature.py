"""What the literature found about mediation, shown by the model over paired seeds: one change, all else and all luck
the same; the mean difference and its 95% interval stand in docs/validation.md.

How wars and disputes begin, spread and are deterred is in `test_literature_conflict`.
"""

from __future__ import annotations

import numpy as np
import pytest

from sim import load_scenario
from sim.core.columns import Array
from sim.mechanisms import _talks as talks
from sim.mechanisms._go_betweens import case_of
from sim.mechanisms.credibility import Credibility
from sim.mechanisms.dispute_onset import DisputeOnset
from sim.mechanisms.mediation import Mediation
from sim.mechanisms.memory import Memory
from sim.mechanisms.settlements import FORMULATED, Settlements
from sim.world import World
from tests.mechanisms.test_mediation import many, only, symmetric
from tests.mechanisms.test_settlements import PAIRS, N, filled, just_ended
from tests.mechanisms.turns import turned
from tests.paired import paired, shown

BROKER, OTHER = 4, 5
OFTEN = Mediation(offers=12)
"""Nothing but more offers than usual, so that nearly every seed has one."""


def one(k: int, value: float, others: float) -> Array:
    """A value for state k and another for the rest of nine."""
    return np.where(np.arange(9) == k, value, others)


class Outcomes:
    """What became of one offer a seed, each (seeds,): accepted, settled, the kind of settlement; nan where none."""

    def __init__(self, world: World, seeds: int = 300, unit: Mediation = OFTEN) -> None:
        updates = many(world, unit, seeds)
        offered, accepted, settled = (
            np.array([float(u.add.get(f"{name}_count", 0)) for u in updates])
            for name in ("offer", "acceptance", "settlement")
        )
        self.accepted = np.where(offered > 0, accepted, np.nan)
        self.settled = np.where(accepted > 0, settled, np.nan)
        marks = [u.add["settlement_kind"][2, 3] if "settlement_kind" in u.add else np.nan for u in updates]
        self.kinds = np.array(marks, dtype=float)


# -- acceptance --------------------------------------------------------------------------------------------------------
def test_credibility_raises_acceptance() -> None:
    """The same go-between with a good name (.8) and a poor one (.3), in the same quarrel."""
    good, poor = (Outcomes(only(BROKER, credibility=one(BROKER, c, 0.4))) for c in (0.8, 0.3))
    shown("A credible mediator is accepted", paired(good.accepted, poor.accepted), +1)


def test_even_handed_ties_with_the_parties_raise_acceptance() -> None:
    """As much friendship in all, spread over both parties, and spent on one."""
    even, partial = (
        Outcomes(only(BROKER, affinity=symmetric({(BROKER, 2): first, (BROKER, 3): second})))
        for first, second in ((0.3, 0.3), (0.8, -0.2))
    )
    shown("A mediator with even ties to both parties is accepted", paired(even.accepted, partial.accepted), +1)


def test_balanced_ties_with_the_poles_raise_acceptance() -> None:
    """Twenty years of an even portfolio, or of siding with one pole, make the name with which a state then offers."""
    found = []
    for row in ([0.34, 0.33, 0.33], [0.05, 0.9, 0.05]):
        alignment = only(BROKER).alignment.copy()
        alignment[BROKER] = row
        world = only(BROKER, alignment=alignment)
        turned(world, Credibility(), steps=20)
        found.append(Outcomes(world, seeds=600).accepted)
    shown("A mediator with balanced ties to the poles is accepted", paired(*found), +1)


@pytest.mark.slow
def test_taking_sides_costs_a_middle_power_its_acceptance_in_the_whole_model() -> None:
    """Kazakhstan under multi_vector or align, 2025 to 2035: the mean chance that a side would accept it."""
    balanced, aligned = (np.array([acceptability(p, seed) for seed in range(16)]) for p in ("multi_vector", "align"))
    shown("Kazakhstan that balances, not aligns, is acceptable to others", paired(balanced, aligned), +1)


def acceptability(policy: str, seed: int) -> float:
    """Mean chance over all pairs of other states that a side would accept Kazakhstan in a dispute of theirs."""
    scenario = load_scenario("central-asia-2025", changes={"policies.KAZ": policy, "end": 2035})
    model = scenario.model(seed, "none")
    model.run_until(2035)
    world, kaz = model.world, model.world.index("KAZ")
    i, j = np.nonzero(np.triu(world.dyad))
    apart = (i != kaz) & (j != kaz)
    return float(case_of(world, i[apart], j[apart], Mediation().numbers()).yes[:, :, kaz].mean())


# -- success -----------------------------------------------------------------------------------------------------------
def test_ripeness_raises_success() -> None:
    """Talks on a quarrel of two years and on one of a month; compared where both were held."""
    ripe, green = (Outcomes(only(BROKER, dispute_age=age), seeds=400).settled for age in (2.0, 0.08))
    shown("Talks succeed when the time is ripe", paired(ripe, green), +1)


def test_parity_makes_ripe() -> None:
    """Talks between equals, and between one who may hope to win and one who may not."""
    force = np.where(np.arange(9) == 2, 100.0, 10.0)
    uneven = {"force": force, "gdp": 10 * force, "population": force}
    equals, unequals = (Outcomes(only(BROKER, **more), seeds=400).settled for more in ({}, uneven))
    shown("Talks succeed when neither side can win", paired(equals, unequals), +1)


# -- durability --------------------------------------------------------------------------------------------------------
def years_of_peace(seed: int, kinds: Array | int, guarantors: int = 0, years: int = 10) -> Array:
    """Years until each of thirty pairs of near neighbours that settled their dispute fall out again, (30,); at most
    `years`. Kind 0 is settled by `settlements` itself, which here imposes."""
    longitude = np.repeat(np.linspace(-176, 172, N // 2), 2) + np.where(np.arange(N) % 2, 2.0, 0.0)
    world = just_ended(
        0.5, peak=5, settlement_kind=filled(kinds), guarantors=filled(guarantors), longitude=longitude,
        near_by_sea=filled(1, bool),
    )  # fmt: skip
    turned(world, Settlements(imposed_war=1.0), Memory(), seed=seed)
    world.write({"onset_reference": np.zeros((N, N))})
    lasted = np.full(len(PAIRS), float(years))
    for step in range(int(years / world.dt)):
        turned(world, DisputeOnset(), Settlements(), Memory(), seed=seed)
        broken = world.hostility[PAIRS, PAIRS + 1] > 0
        lasted[broken] = np.minimum(lasted[broken], step * world.dt)
    return lasted


def mean_peace(kind: int, guarantors: int = 0, seeds: int = 15) -> Array:
    """Mean years of peace of thirty settlements, by seed."""
    return np.array([years_of_peace(seed, kind, guarantors).mean() for seed in range(seeds)])


@pytest.mark.slow
def test_mediated_settlements_relapse_sooner_than_imposed_ones_and_later_with_guarantors() -> None:
    mediated, guaranteed, imposed = mean_peace(FORMULATED), mean_peace(FORMULATED, guarantors=3), mean_peace(0)
    shown("Mediated settlements relapse sooner than imposed ones", paired(mediated, imposed), -1)
    shown("Guarantors make mediated settlements last", paired(guaranteed, mediated), +1)


# -- who mediates ------------------------------------------------------------------------------------------------------
@pytest.mark.slow
def test_swapping_the_mediator_changes_acceptance_outcome_and_durability() -> None:
    """E is trusted and a friend of both; F is less trusted and no friend, but holds their trade: it is accepted
    less, its pressure settles more, and what it settled breaks sooner. Each by its own terms: `test_mediation`."""
    affinity = symmetric({(BROKER, 2): 0.6, (BROKER, 3): 0.6, (OTHER, 2): -0.2, (OTHER, 3): -0.2})
    trade = np.ones((9, 9)) - np.eye(9) + symmetric({(OTHER, 2): 60.0, (OTHER, 3): 60.0})
    columns = {"affinity": affinity, "trade": trade, "credibility": one(BROKER, 0.9, 0.5)}
    friend, creditor = (Outcomes(only(k, **columns), seeds=600) for k in (BROKER, OTHER))
    shown("Another mediator: acceptance", paired(creditor.accepted, friend.accepted), -1)
    shown("Another mediator: success", paired(creditor.settled, friend.settled), +1)
    assert np.nanmean(creditor.kinds == talks.MANIPULATION) > np.nanmean(friend.kinds == talks.MANIPULATION) + 0.2
    both = np.isfinite(creditor.kinds) & np.isfinite(friend.kinds)
    both &= both.cumsum() <= both.sum() // len(PAIRS) * len(PAIRS)
    lasted = [
        np.concatenate([years_of_peace(n, part) for n, part in enumerate(o.kinds[both].reshape(-1, len(PAIRS)))])
        for o in (creditor, friend)
    ]
    shown("Another mediator: years of peace", paired(*lasted), -1)
