"""Arms, trade and alignment feed on each other: each link by itself, and the loop they make."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.columns import Array
from sim.mechanisms.affinity import Affinity
from sim.mechanisms.alignment import Alignment
from sim.mechanisms.armament import Armament
from sim.mechanisms.benefit import Benefit
from sim.mechanisms.forces import Forces
from sim.mechanisms.ideal_points import IdealPoints
from sim.mechanisms.threat import Threat
from sim.mechanisms.trade import Trade
from sim.world import World
from tests.mechanisms.turns import turned
from tests.mechanisms.worlds import small_world

POLE, CLIENT = 0, 4
QUIET = IdealPoints(innovation=0.0, by_pole=0.05)


def pair(value: float, i: int = CLIENT, j: int = POLE, n: int = 6) -> Array:
    held = np.zeros((n, n))
    held[i, j] = held[j, i] = value
    return held


def years(world: World, number: int, *mechanisms: object) -> World:
    """Let time pass; before each step every state looks for what the benefits tell it."""
    for _ in range(round(number / world.dt)):
        turned(world, Benefit())
        world.write({"appeal": world.benefit})
        turned(world, *mechanisms)  # type: ignore[arg-type]
    return world


def test_trade_draws_a_state_to_the_pole_it_trades_with() -> None:
    plain = years(small_world(6), 5, Alignment())
    more = years(small_world(6, trade=small_world(6).trade + pair(100)), 5, Alignment())
    assert more.alignment[CLIENT, 1 + POLE] > plain.alignment[CLIENT, 1 + POLE] + 0.02


def test_who_sides_with_a_pole_comes_to_think_like_it_and_to_like_it() -> None:
    found = []
    for share in (0.0, 0.9):
        alignment = small_world(6).alignment.copy()
        alignment[CLIENT] = [1 - share, share, 0]
        world = small_world(6, alignment=alignment, ideal_point=[2.0, 0, 0, 0, 0, 0], ideal_anchor=[2.0, 0, 0, 0, 0, 0])
        found.append(years(world, 15, QUIET, Affinity()).affinity[CLIENT, POLE])
    assert found[1] > found[0] + 0.03


def test_friends_trade_more() -> None:
    found = [years(small_world(6, affinity=pair(a)), 5, Trade()).trade[CLIENT, POLE] for a in (-0.5, 0.5)]
    assert found[1] > 1.2 * found[0]


def test_the_loop_of_trade_and_alignment_outlasts_what_began_it() -> None:
    """A boycott of the pole by its client, lifted after ten years, still costs alignment ten years on."""
    found = []
    for barred in (0.0, 1.0):
        world = small_world(6, sanctions=pair(barred))
        links = (Alignment(), QUIET, Affinity(), Trade())
        years(world, 10, *links)
        world.write({"sanctions": np.zeros((6, 6))})
        years(world, 10, *links)
        found.append((world.alignment[CLIENT, 1 + POLE], world.affinity[CLIENT, POLE]))
    assert found[1][0] < found[0][0] - 1e-3 and found[1][1] < found[0][1] - 1e-4


@pytest.mark.parametrize("hostile", [0.0, 1.5])
def test_arms_frighten_and_fear_arms(hostile: float) -> None:
    """A grievance makes the two see a threat in each other's arms; spending and military capital follow."""
    world = small_world(6, grievance=pair(hostile, 2, 3), milex_share=0.02, contiguous=True, distance=0.0)
    before = world.milex_share[2]
    for _ in range(40):
        turned(world, Threat(), Armament(), Forces())
    calm = small_world(6, milex_share=0.02, contiguous=True, distance=0.0)
    for _ in range(40):
        turned(calm, Threat(), Armament(), Forces())
    if hostile:
        assert world.milex_share[2] > calm.milex_share[2] and world.force[2] > calm.force[2]
        assert world.threat[2, 3] > calm.threat[2, 3]
    else:
        np.testing.assert_allclose(world.force, calm.force)
    assert before == 0.02
