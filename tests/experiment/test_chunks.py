"""How many runs travel together: enough to be worth the way, few enough that nobody waits for the last."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from sim.experiment.chunks import LITTLE, SHORT, WORK, chunk_size, sized
from sim.experiment.planning import parts

SECONDS = st.floats(1e-4, 100)


@given(SECONDS, st.integers(1, 100_000), st.integers(1, 64))
def test_no_chunk_is_long_and_every_worker_gets_several(seconds: float, runs: int, workers: int) -> None:
    size = chunk_size(seconds, runs, workers)
    assert 1 <= size <= runs
    is_short = seconds * runs / workers < SHORT
    assert size == 1 or size * seconds <= (LITTLE if is_short else WORK) * 1.0001
    assert size == 1 or size * workers * 4 <= runs


@given(st.integers(0, 3000), st.integers(1, 8), st.floats(0.001, 2))
def test_all_items_go_once_in_order_and_single_ones_until_the_pace_is_known(n: int, workers: int, pace: float) -> None:
    chunks: list[Sequence[int]] = []
    chunks.extend(sized(range(n), lambda: workers, lambda: pace if len(chunks) >= 3 else None))
    drawn = [item for chunk in chunks for item in chunk]
    assert drawn == list(range(n))
    assert all(len(chunk) == 1 for chunk in chunks[:3])
    assert all(len(chunk) * pace <= WORK * 1.0001 or len(chunk) == 1 for chunk in chunks)


def test_long_sweeps_write_few_parts() -> None:
    assert parts(1, 2) <= 2 and parts(60, 2) <= 30
    assert parts(3600, 2) < 240 and parts(24 * 3600, 64) < 3200
    assert all(parts(seconds, 2) <= parts(2 * seconds, 2) for seconds in (10, 100, 1000, 10_000))
