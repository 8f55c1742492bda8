"""The mechanisms of conflict together, over many years: yearly figures do not depend on the step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest

from sim.core.streams import Streams
from sim.core.update import Update, combine
from sim.mechanisms.base import Mechanism
from sim.mechanisms.dispute_onset import DisputeOnset
from sim.mechanisms.escalation import Escalation
from sim.mechanisms.memory import Memory
from sim.mechanisms.obligations import Obligations
from sim.mechanisms.war import War
from sim.world import DEFENCE, World
from tests.mechanisms.quarrels import even_columns
from tests.mechanisms.worlds import small_world

YEARS = 160
FOR_EVER = 9999
"""Force and war come as often as until 1991."""
# Quarrels that do not feed on each other much: near the point where they do, any small difference grows large.
PHASES = (
    (Obligations(),),
    (
        DisputeOnset(trust=0, baseline=3, turning_year=FOR_EVER),
        Escalation(turning_year=FOR_EVER),
        War(gdp_loss=0, force_loss=0),
    ),
    (Memory(),),
)


def region(n: int, dt: float) -> World:
    """States along the equator, allied with some of the others."""
    rng = np.random.Generator(np.random.PCG64(8))
    pact = np.zeros((5, n, n), dtype=bool)
    allied = rng.random((n, n)) < 0.05
    pact[DEFENCE] = (allied | allied.T) & ~np.eye(n, dtype=bool)
    columns = even_columns(n) | {
        "longitude": np.arange(n) * 360 / n - 180, "near_by_sea": False,
        "pact": pact, "guarantee": pact[DEFENCE], "credibility": 0.5, "peace_years": 5.0,
    }  # fmt: skip
    return small_world(n, dt=dt, **columns)


def year_by_year(world: World, phases: tuple[tuple[Mechanism, ...], ...], years: int, seed: int) -> Iterator[Update]:
    """All updates of the steps of some years; the mechanisms of a phase see the same world."""
    streams = Streams(seed)
    for _ in range(round(years / world.dt)):
        for phase in phases:
            updates = {type(unit).__name__: unit(world, streams.at(type(unit).__name__, world.step)) for unit in phase}
            world.write(combine(updates, world))
            yield from updates.values()
        world.step += 1


def yearly(dt: float, seed: int) -> Counter[str]:
    """Events of `YEARS` years by kind."""
    world, count = region(30, dt), Counter[str]()
    for update in year_by_year(world, PHASES, YEARS, seed):
        for happening in update.happenings:
            count[happening.kind] += len(happening.who) if happening.done is None else int(np.sum(happening.done))
    assert ((world.hostility > 0) == (world.dispute_tag > 0)).all()
    assert ((world.war_length > 0) <= (world.hostility == 5)).all()
    count["crisis"] = int(world.crisis_count)
    return count


@pytest.fixture(scope="module")
def counts() -> tuple[Counter[str], Counter[str]]:
    return yearly(0.25, seed=1), yearly(0.125, seed=2)


@pytest.mark.parametrize(
    "kind",
    ["dispute onset", "escalation", "first deaths", "crisis", "war begins", "war ended", "joining", "dispute ended"],
)
def test_halving_the_step_leaves_what_a_year_brings(counts: tuple[Counter[str], Counter[str]], kind: str) -> None:
    coarse, fine = counts[0][kind], counts[1][kind]
    assert min(coarse, fine) > 5
    allowance = 4 * np.sqrt(coarse + fine) * (2 if kind == "joining" else 1)  # joiners come in groups
    assert abs(coarse - fine) < allowance + 0.08 * (coarse + fine) / 2


def test_published_shares(counts: tuple[Counter[str], Counter[str]]) -> None:
    """As in 1946-1990: 3% of disputes become wars, a quarter cost lives, three quarters use force; 2.4 take part."""
    total = counts[0] + counts[1]
    onsets = total["dispute onset"]
    assert total["war begins"] / onsets == pytest.approx(0.03, abs=0.02)
    assert total["crisis"] / onsets == pytest.approx(0.27, abs=0.06)
    assert total["escalation"] / onsets == pytest.approx(0.33 * 0.4, abs=0.05)
    assert 2 + total["joining"] / onsets == pytest.approx(2.4, abs=0.5)
