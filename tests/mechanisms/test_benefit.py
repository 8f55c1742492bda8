"""What poles offer: each part where it belongs, and the weights as declared."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.streams import Streams
from sim.mechanisms.benefit import Benefit, benefit_terms, security_offered
from tests.mechanisms.worlds import busy_world


def test_the_parts_add_up_to_the_benefit() -> None:
    world, unit = busy_world(), Benefit()
    total = sum(getattr(unit, f"by_{name}") * part for name, part in benefit_terms(world, unit.impressive).items())
    benefit = unit(world, Streams(0).at("b", 0)).set["benefit"]
    np.testing.assert_allclose(benefit[:, 1:], total)
    np.testing.assert_allclose(benefit[:, 0], 0.2 + 0.3 * world.autonomy)


def test_a_pole_offers_no_security_against_itself() -> None:
    threat = np.zeros((3, 3))
    threat[2, 0] = 0.5
    reach = np.array([[0.3, 0.3, 0.3], [0.1, 0.1, 0.1]])
    inside = np.array([[True, False, False], [False, True, False]])
    offered = security_offered(threat, reach, inside)
    assert offered[2, 0] == 0 and offered[2, 1] == 1


@pytest.mark.parametrize(("column", "sign"), [("inducement", 1), ("coercion", -1)])
def test_money_attracts_and_coercion_repels(column: str, sign: int) -> None:
    world, more = busy_world(), busy_world()
    raised = world.arrays()[column].copy()
    raised[3, 1] += 0.4
    more.write({column: raised})
    change = (
        Benefit()(more, Streams(0).at("b", 0)).set["benefit"] - Benefit()(world, Streams(0).at("b", 0)).set["benefit"]
    )
    assert np.sign(change[3, 2]) == sign and np.count_nonzero(np.abs(change) > 1e-12) == 1
