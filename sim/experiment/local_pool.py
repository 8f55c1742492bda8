"""Worker processes of this machine: one thread each, deaf to Ctrl-C, and never left behind.

Nothing here imports numpy, so that a worker holds its numerical libraries to one thread before any of them is loaded.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as first_ready
from typing import Any

THREADS = (
    *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "NUMEXPR_NUM_THREADS"),
    "VECLIB_MAXIMUM_THREADS",
)
"""What tells numerical libraries how many threads to use."""


class LocalPool(ProcessPoolExecutor):
    """Worker processes of one thread each, that end with this process and leave Ctrl-C to it.

    They start from a clean server process (forkserver; spawn where there is none): a fork of a process with threads
    may hang. Workers are never retired after a number of tasks, which can hang, too.
    """

    def __init__(self, workers: int, preload: Sequence[str] = ()) -> None:
        ways = multiprocessing.get_all_start_methods()
        context = multiprocessing.get_context("forkserver" if "forkserver" in ways else "spawn")
        if "forkserver" in ways:
            context.set_forkserver_preload(list(preload))
        self.workers = workers
        self._held, self._leash = context.Pipe(duplex=False)
        super().__init__(workers, mp_context=context, initializer=_start, initargs=(self._held,))

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Put a call into the queue; a worker that is started for it finds one thread in its environment."""
        with _one_thread():
            return super().submit(function, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the workers after what they are doing."""
        super().shutdown(wait, cancel_futures=cancel_futures)
        if wait:
            self._leash.close()
            self._held.close()

    def abandon(self) -> None:
        """End the workers at once, whatever they are doing."""
        self._leash.close()
        self.shutdown(cancel_futures=True)


@contextmanager
def _one_thread() -> Iterator[None]:
    """The environment in which workers are to start; what was there comes back afterwards."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _start(leash: Connection) -> None:
    """In a new worker: one thread, deaf to Ctrl-C, and gone as soon as the driver is gone or lets go of the leash."""
    os.environ.update(dict.fromkeys(THREADS, "1"))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    driver = multiprocessing.parent_process()
    ends = [leash, *([driver.sentinel] if driver else [])]
    threading.Thread(target=_die_with, args=(ends,), daemon=True).start()


def _die_with(ends: list[Any]) -> None:
    """Wait for one of the ends to come, then leave without further ado."""
    first_ready(ends)
    os._exit(1)
