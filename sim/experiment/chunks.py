"""How many runs travel together: chunks of some seconds of work, smaller ones at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

WORK = 10.0
"""Seconds of work in a chunk of a long sweep."""
SHORT = 60.0
"""A sweep below this many seconds is short: its chunks hold at most `LITTLE` seconds of work."""
LITTLE = 5.0
EACH = 4
"""Chunks that every worker is to have at least, so that none waits long for the last."""
MOST = 2000
"""Runs in a chunk, however fast they are."""


def chunk_size(seconds: float, runs: int, workers: int) -> int:
    """Runs that travel together.

    Args:
        seconds: that a run takes. runs: still to be sent. workers: that share them.

    Returns:
        10 s of work, 5 s where all is done within a minute, and never more than a quarter of what a worker has left.
    """
    whole = seconds * runs / max(workers, 1)
    work = LITTLE if whole < SHORT else WORK
    share = runs // (EACH * max(workers, 1))
    return max(1, min(int(work / max(seconds, 1e-6)), share, MOST))


def sized[T](
    items: Sequence[T], workers: Callable[[], int], seconds: Callable[[], float | None]
) -> Iterator[Sequence[T]]:
    """The items in chunks, each sized when it is drawn.

    Until it is known how long a run takes, chunks are of one run: these are the pilot.

    Args:
        workers: that share the work. seconds: that a run takes, as far as known. Both are asked before every chunk.
    """
    left, source = len(items), iter(items)
    while left:
        known = seconds()
        chunk = tuple(islice(source, 1 if known is None else chunk_size(known, left, workers())))
        left -= len(chunk)
        yield chunk
