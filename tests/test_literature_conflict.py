"""What the literature found about how disputes begin, spread, and are deterred, and about sanctions, weapons and norms,
shown by the model over paired seeds: one change, all else and all luck the same; see docs/validation.md.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.core.columns import Array
from sim.core.streams import Streams
from sim.mechanisms.affinity import Affinity
from sim.mechanisms.credibility import Credibility
from sim.mechanisms.dispute_onset import DisputeOnset
from sim.mechanisms.growth import Growth
from sim.mechanisms.guarantee import Guarantee
from sim.mechanisms.memory import Memory
from sim.mechanisms.norms import Norms
from sim.mechanisms.nuclear import Nuclear
from sim.mechanisms.sanctions import Sanctions
from sim.mechanisms.threat import Threat
from sim.world import DEFENCE, World
from tests.mechanisms.quarrels import even_columns, told
from tests.mechanisms.test_norms import society
from tests.mechanisms.test_nuclear import neutral
from tests.mechanisms.test_obligations import wars_joined
from tests.mechanisms.test_sanctions import leaking
from tests.mechanisms.turns import turned
from tests.mechanisms.worlds import small_world
from tests.paired import paired, shown

N = 60
FIRST, SECOND = np.arange(0, N, 2), np.arange(1, N, 2)


def between(value: float) -> Array:
    """An (N, N) array with the value on thirty pairs (0, 1), (2, 3) ..., both ways."""
    matrix = np.zeros((N, N))
    matrix[FIRST, SECOND] = matrix[SECOND, FIRST] = value
    return matrix


def neighbours(**columns: Any) -> World:
    """Thirty pairs across a land border, each pair far from all others; all else is even."""
    longitude = np.repeat(np.linspace(-176, 172, N // 2), 2) + np.where(np.arange(N) % 2, 2.0, 0.0)
    given = {"contiguous": between(1) > 0, "longitude": longitude, "peace_years": 10.0, "dt": 0.5}
    return small_world(N, **(even_columns(N) | given | columns))


def fallen_out(world: World, *units: Any, seeds: int = 20, years: int = 10) -> Array:
    """Share of the thirty pairs that began a dispute within some years, by seed."""
    found = []
    for seed in range(seeds):
        copy = world.with_changes()
        for _ in range(int(years / world.dt)):
            turned(copy, *units, DisputeOnset(), Memory(), seed=seed)
        found.append(np.mean(copy.hostility[FIRST, SECOND] > 0))
    return np.array(found)


# -- onset -------------------------------------------------------------------------------------------------------------
@pytest.mark.slow
def test_joint_democracy_lowers_onset() -> None:
    """Pairs of two democracies beside pairs of a democracy and an autocracy."""
    one = np.where(np.arange(N) % 2, 0.9, 0.1)
    joint, mixed = (fallen_out(neighbours(democracy=democracy)) for democracy in (0.9, one))
    shown("Joint democracy lowers onset", paired(joint, mixed), -1)


@pytest.mark.slow
def test_trade_lowers_onset() -> None:
    """Neighbours whose trade has grown from one to five percent of product, beside others where it has not."""
    found = []
    for grown in (5.0, 1.0):
        world = neighbours(trade=1 - np.eye(N))
        turned(world, Threat(), DisputeOnset(baseline=-6))  # what they are compared with afterwards
        world.write({"trade": world.trade * np.where(between(1) > 0, grown, 1.0)})
        found.append(fallen_out(world, Threat(), Affinity(), seeds=20, years=5))
    shown("Trade lowers onset", paired(*found), -1)


@pytest.mark.slow
def test_extended_deterrence_lowers_onset() -> None:
    """One of each two neighbours has, or has not, a defence pact with a power four times as large, and is loyal
    to it, or hedges (gives it a tenth of the portfolio)."""
    loyal, hedged, bare = (fallen_out(protected(share), seeds=40, years=5) for share in (0.8, 0.1, None))
    shown("Extended deterrence lowers onset", paired(loyal, bare), -1)
    shown("Hedging blurs extended deterrence", paired(hedged, loyal), +1)


def protected(share: float | None) -> World:
    """The neighbours, some years on; state 0 is larger, and has promised to defend those who give it that share."""
    size = np.where(np.arange(N) == 0, 400.0, 100.0)
    alignment = np.tile([1.0 - (share or 0), share or 0, 0.0], (N, 1))
    alignment[:2] = np.eye(3)[1:]
    world = neighbours(gdp=size, force=size / 10, population=size / 10, alignment=alignment)
    turned(world, DisputeOnset(baseline=-6))  # what they are compared with afterwards
    if share is not None:
        pact = np.zeros((DEFENCE + 1, N, N), dtype=bool)
        pact[DEFENCE, 0, SECOND[1:]] = pact[DEFENCE, SECOND[1:], 0] = True
        world = world.with_changes(pact=pact)
        world.write(dict(Guarantee()(world, Streams(0).at("g", 1)).set))
    return world


# -- entrapment and sanctions ------------------------------------------------------------------------------------------
def test_overlapping_alliances_entrap() -> None:
    """Two allies, each attacked by another state, beside one."""
    shown("Overlapping alliances entrap", paired(wars_joined([(1, 2), (4, 2)]), wars_joined([(1, 2)])), +1)


def test_sanctions_leak() -> None:
    """Five years under sanctions of all but one state, which is a friend or not: what the target's product loses, in
    percent, and how many of the sanctions have made it concede."""
    lost, conceded = [], []
    for friendship in (1.0, 0.0):
        runs = [sanctioned(leaking(friendship), seed) for seed in range(30)]
        lost.append(np.array([run[0] for run in runs]))
        conceded.append(np.array([run[1] for run in runs]))
    shown("Sanctions cost less where they leak", paired(*lost), -1)
    shown("Sanctions succeed less where they leak", paired(*conceded), -1)


def sanctioned(world: World, seed: int) -> tuple[float, float]:
    """Loss of product in percent, against the trend of the others, and concessions made, within five years."""
    before = world.gdp.copy()
    unit = Sanctions(usual_cost=0.0025, secondary=0)  # what these sanctions cost is the usual
    updates = turned(world, unit, Growth(), steps=5, seed=seed)
    grown = np.log(world.gdp / before)
    made = sum(float(np.asarray(told(u, "concession").done).sum()) for u in updates if len(told(u, "concession")))
    return 100 * float(grown[2:].mean() - grown[0]), made


# -- weapons and norms -------------------------------------------------------------------------------------------------
def test_nuclear_renunciation_raises_credibility() -> None:
    """Thirty armed states, of which some give up their weapons or (the same luck) none: over the next ten years."""
    found = []
    for renounce in (0.1, 0.0):
        means = []
        for seed in range(20):
            world = neutral(nuclear=np.arange(N) < 30, credibility=0.4)
            turned(world, Nuclear(renounce=renounce), Credibility(), steps=10, seed=seed)
            means.append(world.credibility[:30].mean())
        found.append(np.array(means))
    shown("Nuclear renunciation raises credibility", paired(*found), +1)


def test_norms_cascade_past_the_threshold_and_not_below() -> None:
    """What example adds to slow diffusion in ten years, in shares of the society that had not adopted: much where
    seven in ten have, next to nothing where one in eight has; the threshold of all is one half."""
    added = {}
    for adopters in (28, 5):
        spread = {cascade: spreading(adopters, cascade) for cascade in (0.25, 0.0)}
        added[adopters] = paired(spread[0.25], spread[0.0])
    shown("A norm cascades past the threshold", added[28], +1)
    assert added[5].high < 0.1 < 0.5 < added[28].low, added
    shown("A norm spreads further past the threshold than below", paired(spreading(28, 0.25), spreading(5, 0.25)), +1)


def spreading(adopters: int, cascade: float, seeds: int = 30) -> Array:
    """Share of those outside the norm who hold it ten years later, by seed."""
    found = []
    for seed in range(seeds):
        world = society(adopters=adopters, norm_threshold=0.5)
        turned(world, Norms(cascade=cascade), steps=10, seed=seed)
        found.append(world.adopted[0, adopters:].mean())
    return np.array(found)
