"""What a defence pact is worth to a state that hedges."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.core.columns import Array
from sim.core.streams import Streams
from sim.mechanisms.dispute_onset import DisputeOnset
from sim.mechanisms.guarantee import Guarantee, guarantee_strength
from sim.world import DEFENCE, World
from tests.mechanisms.quarrels import quarrels

POLE = np.array([[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]])


def strength(share: float, ambiguity: float = 1.0) -> np.ndarray:
    allied = np.zeros((4, 4), dtype=bool)
    allied[0, 2] = allied[2, 0] = allied[2, 3] = allied[3, 2] = True
    alignment = np.array([[0, 1, 0], [0, 0, 1], [1 - share, share, 0], [0.5, 0.2, 0.3]])
    return guarantee_strength(allied, alignment, POLE, committed=0.5, ambiguity=ambiguity)


@given(st.floats(0, 1))
def test_a_client_counts_on_its_patron_by_its_commitment(share: float) -> None:
    g = strength(share)
    np.testing.assert_allclose(g[2, 0], min(1, share / 0.5), atol=1e-12)
    assert g[0, 2] == 1 and g[2, 3] == g[3, 2] == 1 and g[2, 1] == 0


def test_ambiguity_can_be_switched_off() -> None:
    assert strength(0.05, ambiguity=0.0)[2, 0] == 1


def test_a_pole_of_several_states_counts_as_one_patron() -> None:
    pole = np.array([[0.7, 0.3, 0.0]])
    allied = np.array([[0, 0, 1], [0, 0, 1], [1, 1, 0]], dtype=bool)
    alignment = np.array([[0, 1.0], [0, 1.0], [0.75, 0.25]])
    g = guarantee_strength(allied, alignment, pole, committed=0.5, ambiguity=1.0)
    np.testing.assert_allclose(g[2, :2], 0.5)


# -- extended deterrence -----------------------------------------------------------------------------------------------


def exposed(protected: bool, share: float = 0.8) -> World:
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
        world = world.with_changes(pact=pact)
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
