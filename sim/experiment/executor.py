"""Where many runs are carried out: any executor of `concurrent.futures` (PEP 3148), here processes of this machine.

The seam is a *factory*, a function without arguments that makes an executor: `local(workers)`, or whatever
`load("module:factory")` finds. `map_chunks` asks it for a new one whenever the last has broken, so that a worker that
is killed costs time and nothing else.
"""

from __future__ import annotations

import os
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, Literal

from sim.core.spelling import nearest
from sim.experiment.local_pool import LocalPool

type Factory = Callable[[], Executor]
type Status = Literal["ok", "error", "crashed"]

TICK = 0.5
"""Seconds after which a wait looks up: on Windows no signal gets through before."""

PATIENCE = 30
"""Seconds that a broken executor has to say what became of its work."""

ATTEMPTS = 3
"""New executors in a row whose workers may die at once."""


class ExecutorError(ValueError):
    """Runs cannot be carried out as asked. Its text is the whole message for the user."""


class WorkerLostError(RuntimeError):
    """What was sent has killed its workers, as often as that executor tries, while the executor itself lives on."""


@dataclass(frozen=True)
class Outcome[R]:
    """What became of one item.

    Attributes:
        index: of the item, counted through all chunks.
        status: `ok`; `error`, the function raised; `crashed`, it killed its worker every time it was tried.
        value: what the function returned; None unless `ok`.
        error: the traceback, or what is known of the death; "" if `ok`.
    """

    index: int
    status: Status
    value: R | None = None
    error: str = ""


@dataclass(frozen=True)
class Local:
    """A factory of pools of worker processes of this machine."""

    workers: int
    preload: Sequence[str]

    def __call__(self) -> Executor:
        """A new pool."""
        return LocalPool(self.workers, self.preload)


def local(workers: int | None = None, *, preload: Sequence[str] = ("sim.runner",)) -> Factory:
    """Processes of this machine.

    Args:
        workers: how many; as many as there are processors for this process, if None.
        preload: modules that are loaded once and shared by all workers where the system can do that.

    Raises:
        ExecutorError: less than one worker.
    """
    number = processors() if workers is None else workers
    if number < 1:
        raise ExecutorError(f"workers: {number} cannot do any work; write 1 or more")
    return Local(number, tuple(preload))


def processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def load(address: str) -> Factory:
    """The factory at "module:factory", for machines that this program does not know.

    Raises:
        ExecutorError: no such module or function, or one that cannot be called.
    """
    home, _, name = address.partition(":")
    if not home or not name:
        raise ExecutorError(f"executor: write 'module:factory', for instance 'my_cluster:workers', not '{address}'")
    try:
        module = import_module(home)
    except ImportError as error:
        raise ExecutorError(f"executor: cannot import '{home}' of '{address}': {error}") from error
    factory = getattr(module, name, None)
    if factory is None:
        known = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
        raise ExecutorError(f"executor: '{home}' has no '{name}'; {nearest(name, known)}")
    if not callable(factory):
        raise ExecutorError(f"executor: '{address}' is not a function that makes an executor, but {factory!r}")
    return factory


def chunked[T](items: Sequence[T], size: int) -> list[Sequence[T]]:
    """The items in chunks of `size`, the last may be smaller."""
    return [items[first : first + size] for first in range(0, len(items), max(size, 1))]


def map_chunks[T, R](
    factory: Factory,
    function: Callable[[T], R],
    chunks: Iterable[Sequence[T]],
    progress: Callable[[int, int], None] | None = None,
    *,
    window: int | None = None,
    deaths: int = 3,
    ordered: bool = True,
) -> Iterator[Outcome[R]]:
    """Call a function on every item, a chunk at a time; give the outcomes in the order of the items.

    The outcomes do not depend on the number of workers, on chunks or on who finishes first, as long as the function
    depends on its item alone. When a worker dies, what was under way is done again in a new pool, alone and in ever
    smaller chunks until the item to blame is known. Leaving the loop early, by `break`, Ctrl-C or any other exception,
    ends the workers at once.

    Args:
        factory: makes the executor.
        function: importable by the workers, as its items and results must be picklable.
        chunks: items that travel together. What is no sequence is drawn from as workers fall free, never ahead.
        progress: called with the items done and their total, as far as it is known.
        window: chunks under way at once; twice the workers, if None.
        deaths: workers that an item may kill before it counts as crashed.
        ordered: False gives outcomes as they come, so that a slow item does not hold back those after it.

    Raises:
        ExecutorError: the factory makes no executor, or one whose workers die before they have done anything.
    """
    work = _Work[T, R](chunks, deaths, ordered)
    crew = _Crew(factory, window)
    told = 0
    try:
        while work.left:
            while (chunk := work.next(crew.busy, crew.window)) is not None and crew.take(function, chunk):
                work.under_way(chunk)
            for chunk, found in crew.finished():
                if isinstance(found, WorkerLostError):
                    work.suspect(chunk, deaths)
                else:
                    work.settle(chunk, found)
            if crew.broken:
                for chunk in crew.renew():
                    work.suspect(chunk)
            if progress is not None and work.done > told:
                progress(told := work.done, work.total)
            yield from work.ready()
        crew.dismiss()
    finally:
        crew.abandon()


@dataclass(frozen=True)
class _Chunk:
    """Items that are sent together; `first` is the index of the first, `alone` that nothing else may be under way."""

    first: int
    items: Sequence[Any]
    alone: bool = False


class _Work[T, R]:
    """What is to be done, who is under suspicion, and what is known."""

    def __init__(self, chunks: Iterable[Sequence[T]], deaths: int, ordered: bool) -> None:
        self.total = sum(map(len, chunks)) if isinstance(chunks, Sequence) else 0
        self._source = (items for items in chunks if len(items))
        self._waiting: _Chunk | None = None
        self._drawn = 0
        self._suspects: deque[_Chunk] = deque()
        self._killed: dict[int, int] = {}
        self._deaths, self._ordered, self.done, self._given = deaths, ordered, 0, 0
        self._outcomes: dict[int, Outcome[R]] = {}

    @property
    def left(self) -> bool:
        """Whether an outcome is still to be given."""
        return self._given < self._drawn or self._first_waiting() is not None

    def _first_waiting(self) -> _Chunk | None:
        """The next chunk of the source, drawn from it but not sent; None at its end."""
        if self._waiting is None and (items := next(self._source, None)) is not None:
            self._waiting = _Chunk(self._drawn, items)
            self._drawn += len(items)
            self.total = max(self.total, self._drawn)
        return self._waiting

    def next(self, busy: int, window: int) -> _Chunk | None:
        """What to send now: suspects one at a time while nothing else is under way, else as much as fits."""
        if self._suspects:
            return None if busy else self._suspects[0]
        return self._first_waiting() if busy < window else None

    def under_way(self, chunk: _Chunk) -> None:
        """The chunk has been sent."""
        if chunk.alone:
            self._suspects.popleft()
        else:
            self._waiting = None

    def settle(self, chunk: _Chunk, found: list[Outcome[R]] | BaseException) -> None:
        """Take in what became of a chunk; one that could not be sent or fetched is taken apart."""
        if isinstance(found, BaseException):
            if len(chunk.items) > 1:
                self._suspects.extend(_parts(chunk, 1))
                return
            found = [Outcome(chunk.first, "error", error="".join(traceback.format_exception(found)))]
        self._record(found)

    def suspect(self, chunk: _Chunk, times: int = 1) -> None:
        """A worker died while this was under way, or several: try it alone; whoever dies alone is to blame."""
        if not chunk.alone:
            self._suspects.append(replace(chunk, alone=True))
        elif len(chunk.items) > 1:
            self._suspects.extendleft(reversed(_parts(chunk, (len(chunk.items) + 1) // 2)))
        else:
            killed = self._killed[chunk.first] = self._killed.get(chunk.first, 0) + times
            if killed < self._deaths:
                self._suspects.appendleft(chunk)
            else:
                self._record([Outcome(chunk.first, "crashed", error=f"killed its worker {killed} times")])

    def ready(self) -> Iterator[Outcome[R]]:
        """The outcomes whose turn has come."""
        while (self._given in self._outcomes) if self._ordered else self._outcomes:
            turn = self._given if self._ordered else next(iter(self._outcomes))
            self._given += 1
            yield self._outcomes.pop(turn)

    def _record(self, found: list[Outcome[R]]) -> None:
        self._outcomes.update((outcome.index, outcome) for outcome in found)
        self.done += len(found)


def _parts(chunk: _Chunk, size: int) -> list[_Chunk]:
    """The chunk in pieces of `size`, each to be tried alone."""
    return [
        _Chunk(chunk.first + at, chunk.items[at : at + size], alone=True) for at in range(0, len(chunk.items), size)
    ]


class _Crew:
    """An executor and what it has under way."""

    def __init__(self, factory: Factory, window: int | None) -> None:
        self._factory, self._window = factory, window
        self._pool: Executor | None = None
        self._sent: dict[Future[Any], _Chunk] = {}
        self.broken = False

    @property
    def busy(self) -> int:
        """Chunks under way."""
        return len(self._sent)

    @property
    def window(self) -> int:
        """Chunks that may be under way."""
        return self._window or 2 * int(getattr(self._pool, "workers", processors()))

    def take(self, function: Callable[[Any], Any], chunk: _Chunk) -> bool:
        """Send a chunk; False if the executor turns out to be broken."""
        if self.broken:
            return False
        if self._pool is None:
            self._pool = self._made()
        try:
            self._sent[self._pool.submit(_carried_out, function, chunk.first, chunk.items)] = chunk
        except BrokenExecutor:
            self.broken = True
        return not self.broken

    def _made(self) -> Executor:
        """A new executor."""
        pool = self._factory()
        if not callable(getattr(pool, "submit", None)) or not callable(getattr(pool, "shutdown", None)):
            raise ExecutorError(
                f"executor: the factory made {type(pool).__name__}, not an executor of concurrent.futures"
            )
        return pool

    def finished(self) -> Iterator[tuple[_Chunk, list[Outcome[Any]] | BaseException]]:
        """Wait for something to finish; what a dead worker leaves behind stays under way, and `broken` tells."""
        done = wait(self._sent, TICK, FIRST_COMPLETED).done if self._sent else set()
        if any(isinstance(future.exception(), BrokenExecutor) for future in done if not future.cancelled()):
            self.broken = True
            done = wait(self._sent, PATIENCE).done
        for future in done:
            if future.cancelled() or isinstance(future.exception(), BrokenExecutor):
                self.broken = True
            else:
                yield self._sent.pop(future), future.exception() or future.result()

    def renew(self) -> list[_Chunk]:
        """Replace the broken executor by one that is seen to work; give what was under way."""
        lost, self._sent = sorted(self._sent.values(), key=lambda chunk: chunk.first), {}
        for _ in range(ATTEMPTS):
            self.abandon()
            self._pool = self._made()
            with suppress(BrokenExecutor, CancelledError):
                self._pool.submit(_carried_out, abs, 0, ()).result()
                self.broken = False
                return lost
        raise ExecutorError(
            f"workers die before they have done anything, {ATTEMPTS} times in a row: is there memory enough, and does "
            "a script of yours that starts runs do so under 'if __name__ == \"__main__\":'?"
        )

    def dismiss(self) -> None:
        """End the executor in good order."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None

    def abandon(self) -> None:
        """End the executor at once, as far as it lets itself be."""
        pool, self._pool = self._pool, None
        if isinstance(pool, LocalPool):
            pool.abandon()
        elif pool is not None:
            try:
                pool.shutdown(wait=False, cancel_futures=True)
            except TypeError:  # executors of some libraries do not know how to cancel
                pool.shutdown(wait=False)


def _carried_out[T, R](function: Callable[[T], R], first: int, items: Sequence[T]) -> list[Outcome[R]]:
    """In the worker: the outcome of every item of a chunk."""
    found: list[Outcome[R]] = []
    for index, item in enumerate(items, first):
        try:
            found.append(Outcome(index, "ok", function(item)))
        except BaseException:  # SystemExit, too, must not look like a dead worker
            found.append(Outcome(index, "error", error=traceback.format_exc()))
    return found
