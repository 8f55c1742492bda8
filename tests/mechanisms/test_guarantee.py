"""What a defence pact is worth to a state that hedges."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.mechanisms.guarantee import guarantee_strength

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
