"""What a defence pact is worth to a state that hedges."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.core.columns import Array
from sim.core.streams import Streams
from sim.mechanisms.coercion import Coercion
from sim.mechanisms.dispute_onset import DisputeOnset
from sim.mechanisms.guarantee import Guarantee, guarantee_strength
from sim.mechanisms.memory import Memory
from sim.world import DEFENCE, World
from tests.mechanisms.quarrels import quarrels
from tests.mechanisms.turns import turned
from tests.mechanisms.worlds import small_world

POLE = np.array([[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]])


def strength(share: float, ambiguity: float = 1.0, punished: float = 0.0, withheld: float = 0.5) -> np.ndarray:
    allied = np.zeros((4, 4), dtype=bool)
    allied[0, 2] = allied[2, 0] = allied[2, 3] = allied[3, 2] = True
    alignment = np.array([[0, 1, 0], [0, 0, 1], [1 - share, share, 0], [0.5, 0.2, 0.3]])
    coercion = np.zeros((4, 2))
    coercion[2, 0] = coercion[0, 1] = coercion[3, 1] = punished
    return guarantee_strength(allied, alignment, coercion, POLE, committed=0.5, ambiguity=ambiguity, withheld=withheld)


@given(st.floats(0, 1).filter(lambda share: abs(share - 0.5) > 1e-6))
def test_a_client_counts_on_its_patron_by_its_commitment(share: float) -> None:
    g = strength(share)
    np.testing.assert_allclose(g[2, 0], 1 if share >= 0.5 else share, atol=1e-8)
    assert g[0, 2] == 1 and g[2, 3] == g[3, 2] == 1 and g[2, 1] == 0


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_patron_withholds_its_guarantee_from_the_punished_alone(share: float, punished: float) -> None:
    """By the share of full coercion, times a half; its client's promise to it, and other allies', stand."""
    g, untouched = strength(share, punished=punished), strength(share)
    np.testing.assert_allclose(g[2, 0], untouched[2, 0] * (1 - 0.5 * punished), atol=1e-12)
    untouched[2, 0] = g[2, 0]
    np.testing.assert_array_equal(g, untouched)


def test_ambiguity_and_withholding_can_be_switched_off() -> None:
    assert strength(0.05, ambiguity=0.0)[2, 0] == 1
    assert strength(0.5, punished=1.0, withheld=0.0)[2, 0] == 1
    assert strength(0.5, punished=1.0, withheld=1.0)[2, 0] == 0


def test_a_pole_of_several_states_counts_as_one_patron() -> None:
    pole = np.array([[0.7, 0.3, 0.0]])
    allied = np.array([[0, 0, 1], [0, 0, 1], [1, 1, 0]], dtype=bool)
    alignment = np.array([[0, 1.0], [0, 1.0], [0.75, 0.25]])
    held = {"committed": 0.5, "ambiguity": 1.0, "withheld": 0.5}
    g = guarantee_strength(allied, alignment, np.zeros((3, 1)), pole, **held)
    np.testing.assert_allclose(g[2, :2], 0.25)
    g = guarantee_strength(allied, alignment, np.array([[0], [0], [0.4]]), pole, **held)
    np.testing.assert_allclose(g[2, :2], 0.25 * 0.8)


# -- punishment of hedging ---------------------------------------------------------------------------------------------


def clients(tolerance: float) -> World:
    """Two rival poles, and eight clients of the first that hedge between the two: .6 and .4."""
    n = 10
    rivalry, pact = np.zeros((n, n)), np.zeros((5, n, n), dtype=bool)
    rivalry[0, 1] = rivalry[1, 0] = 0.8
    pact[DEFENCE, 0, 2:] = pact[DEFENCE, 2:, 0] = True
    w = np.tile([0.0, 0.6, 0.4], (n, 1))
    w[:2] = np.eye(3)[1:]
    return small_world(n, alignment=w, rivalry=rivalry, pact=pact, tolerance=tolerance, affinity=0.0, dt=0.5)


def backing(tolerance: float, seed: int, *, withheld: float = 0.5, calm: int = 0) -> float:
    """Mean guarantee of the clients after twelve years; then `calm` steps in which nobody is punished."""
    world, unit = clients(tolerance), Guarantee(withheld=withheld)
    turned(world, Coercion(), unit, Memory(), steps=24, seed=seed)
    turned(world, unit, Memory(), steps=calm, seed=seed)
    turned(world, unit)
    return float(world.guarantee[2:, 0].mean())


def test_patrons_that_do_not_tolerate_hedging_withhold_guarantees() -> None:
    """Paired seeds, all else alike; with `withheld` 0 punishment leaves the guarantees as they are."""
    harsh, mild, tolerant = (np.array([backing(t, seed) for seed in range(12)]) for t in (0.0, 0.5, 1.0))
    assert (tolerant == 1).all()
    assert (tolerant - harsh).min() > 0.02
    more = mild - harsh
    assert more.mean() - 2.2 * more.std(ddof=1) / np.sqrt(len(more)) > 0
    assert backing(0.0, 3, withheld=0.0) == 1


def test_what_was_withheld_comes_back() -> None:
    assert backing(0.0, 3) < 0.95 < 0.999 < backing(0.0, 3, calm=60)


# -- extended deterrence -----------------------------------------------------------------------------------------------


def exposed(protected: bool, share: float = 0.8, punished: float = 0.0) -> World:
    """Twenty pairs of neighbours of ill will; the weaker of each gains (or not) a pact with the mighty pole 0."""
    n = 42
    targets = np.arange(3, n, 2)
    near = np.zeros((n, n), dtype=bool)
    near[targets - 1, targets] = near[targets, targets - 1] = True
    threat = 0.3 * near
    gdp = np.where(np.arange(n) == 0, 20_000.0, 100.0)
    alignment = np.zeros((n, 3))
    alignment[:, 0], alignment[:, 1] = 1 - share, share
    alignment[:2] = np.eye(3)[1:]
    world = quarrels(
        n, began=[(0, 1)], level=0, contiguous=near, distance=1000.0 * (~near & ~np.eye(n, dtype=bool)), threat=threat,
        gdp=gdp, force=gdp / 10, population=gdp / 10, alignment=alignment, dt=1.0, peace_years=1.0,
        grievance=2.0 * near, dispute_tag=0.0, originator=0,
    )  # fmt: skip
    turn_once(world)  # dispute_onset takes this as its start
    if protected:
        pact = np.zeros((5, n, n), dtype=bool)
        pact[DEFENCE, 0, targets] = pact[DEFENCE, targets, 0] = True
        coercion = np.zeros((n, 2))
        coercion[targets, 0] = punished
        world = world.with_changes(pact=pact, coercion=coercion)
        world.step = 1
        world.write(dict(Guarantee()(world, Streams(0).at("g", 1)).set))
    world.step = 1
    return world


def turn_once(world: World) -> None:
    seen = DisputeOnset()(world, Streams(0).at("d", 0))
    world.write({"onset_reference": seen.set["onset_reference"]})


def onsets(world: World, runs: int = 150) -> Array:
    """Disputes begun in each of some years, all from the same start."""
    return np.array([float(DisputeOnset()(world, Streams(k).at("d", 1)).add["dispute_count"]) for k in range(runs)])


def test_extended_deterrence_lowers_onset() -> None:
    """Paired seeds: the guarantee of a mighty patron, and less so the one that a hedging client has."""
    bare, covered, hedged = onsets(exposed(False)), onsets(exposed(True)), onsets(exposed(True, share=0.1))
    fewer = bare - covered
    assert bare.sum() > 30
    assert fewer.mean() - 1.96 * fewer.std(ddof=1) / np.sqrt(len(fewer)) > 0
    assert covered.sum() < hedged.sum() <= bare.sum()


def test_clients_that_their_patron_punishes_are_attacked_more_often() -> None:
    """Paired seeds: the same hazards and draws, the guarantee halved; but fewer than without any pact."""
    bare, covered, punished = (
        onsets(world, runs=600) for world in (exposed(False), exposed(True), exposed(True, punished=1.0))
    )
    more = punished - covered
    assert more.mean() - 1.96 * more.std(ddof=1) / np.sqrt(len(more)) > 0
    assert punished.sum() <= bare.sum()
