"""Threat rises with power, nearness, arms and ill will, and falls with allies and nuclear weapons (Walt)."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from sim.core.streams import Streams
from sim.mechanisms.threat import Threat, hostile_intent
from tests.mechanisms.worlds import small_world


def threat(**columns: object) -> np.ndarray:
    even = {
        "gdp": 100,
        "population": 10,
        "force": 10,
        "technology": 0.5,
        "distance": 1000,
        "affinity": 0,
        "milex_share": 0.02,
    }
    return Threat()(small_world(4, **(even | columns)), Streams(0).at("t", 0)).set["threat"]  # type: ignore[arg-type]


def test_by_hand() -> None:
    """Four equal states next to each other: ratio 1/2, offence .02/.045, intent sigmoid(-3)."""
    assert threat(distance=0)[1, 2] == pytest.approx(0.5 * (0.02 / 0.045) * expit(-3))


def test_intent_counts_the_grievance_of_the_other() -> None:
    grievance = np.zeros((2, 2))
    grievance[0, 1] = 1.0
    zero = np.zeros((2, 2))
    numbers = {
        "base": -3,
        "by_hostility": 0.6,
        "by_grievance": 1.5,
        "by_rivalry": 1.5,
        "by_affinity": 1.5,
        "by_pact": 0.5,
    }
    intent = hostile_intent(zero, grievance, zero, zero, zero, **numbers)
    assert intent[1, 0] > intent[0, 1] == pytest.approx(expit(-3))


@pytest.mark.parametrize(
    ("change", "sign"),
    [
        ({"distance": 4000}, -1),
        ({"rivalry": 0.5}, 1),
        ({"affinity": 0.5}, -1),
        ({"milex_share": 0.08}, 1),
        ({"hostility": 3}, 1),
        ({"nuclear": True}, -1),
        ({"guarantee": 0.5}, -1),
    ],
)
def test_directions(change: dict[str, object], sign: int) -> None:
    assert np.sign(threat(**change)[1, 2] - threat()[1, 2]) == sign


def test_nobody_threatens_itself() -> None:
    assert not np.diag(threat()).any()
