"""Runs on a Dask cluster: many machines, SLURM or PBS, Kubernetes - wherever a scheduler of Dask listens.

Dask sends a chunk again when its worker dies, and gives it up after some deaths; what is given up comes back alone, as
with the workers of this machine, until the run to blame is known.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from importlib import import_module
from typing import Any

from sim import __version__
from sim.experiment.executor import ExecutorError, Factory, WorkerLostError

PATIENCE = 30
"""Seconds in which the scheduler has to answer and a worker has to be there."""

_TURN = threading.Lock()


def dask(address: str) -> Factory:
    """The workers of the Dask scheduler at an address, as "tcp://10.0.0.1:8786" or the path of a scheduler file.

    Raises:
        ExecutorError: Dask is not installed.
    """
    try:
        import_module("distributed")
    except ImportError as error:
        raise ExecutorError("--dask needs Dask; install it with: pip install 'detente[cluster]'") from error
    return _Cluster(address)


class _Cluster:
    """A factory of connections to one cluster; `workers` is how many there were at the last."""

    def __init__(self, address: str) -> None:
        self._address, self.workers = address, 0

    def __call__(self) -> Executor:
        """A new connection."""
        pool = DaskPool(self._address)
        self.workers = pool.workers
        return pool


class DaskPool(Executor):
    """The workers of a Dask cluster. They stay when it is shut down: they belong to who started them.

    Attributes:
        workers: how many there were when it was made.

    Raises:
        ExecutorError: nobody answers at the address, no worker is there, or the workers know no Détente or another one.
    """

    def __init__(self, address: str) -> None:
        from distributed import Client

        where = {"scheduler_file": address} if address.endswith(".json") else {"address": address}
        try:
            self._client = Client(**where, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ExecutorError(f"--dask: no scheduler answers at {address}; is it running? ({error})") from error
        try:
            self.workers = self._ready(address)
        except BaseException:
            self._client.close()
            raise
        self._executor = self._client.get_executor(pure=False)

    def _ready(self, address: str) -> int:
        """The number of workers, once they are seen to be able to work."""
        try:
            self._client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError as error:
            raise ExecutorError(f"--dask: no worker has joined the scheduler at {address}; start some") from error
        try:
            versions = self._client.run(_version)
        except ImportError as error:
            raise ExecutorError(f"--dask: the workers cannot import Détente ({error}); install it there") from error
        if odd := {worker: found for worker, found in versions.items() if found != __version__}:
            worker, found = next(iter(odd.items()))
            raise ExecutorError(f"--dask: {worker} has Détente {found}, this is {__version__}; install the same on all")
        return max(len(versions), 1)

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Send a call to whichever worker is free.

        Raises:
            BrokenExecutor: the scheduler is gone.
        """
        mine: Future[Any] = Future()
        try:
            theirs = self._executor.submit(_in_turn, function, args, kwargs)
        except (RuntimeError, OSError) as error:
            raise BrokenExecutor(f"the scheduler of Dask is gone: {error}") from error
        theirs.add_done_callback(lambda done: _hand_over(done, mine))
        return mine

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let go of the cluster, after what is under way has ended or, if not waiting, at once."""
        try:
            self._executor.shutdown(wait=wait and not cancel_futures)
        finally:
            self._client.close(timeout=5)


def _hand_over(theirs: Future[Any], mine: Future[Any]) -> None:
    """Give on what became of a call, a death by its own name."""
    if theirs.cancelled():
        mine.set_exception(BrokenExecutor("the scheduler of Dask is gone"))
    elif (error := theirs.exception()) is None:
        mine.set_result(theirs.result())
    elif type(error).__name__ == "KilledWorker":
        mine.set_exception(WorkerLostError(str(error)))
    elif type(error).__name__ in ("CommClosedError", "FutureCancelledError", "CancelledError"):
        mine.set_exception(BrokenExecutor(f"the scheduler of Dask is gone: {error}"))
    else:
        mine.set_exception(error)


def _in_turn(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """In the worker: one call at a time, since threads of one process would only take time from each other."""
    with _TURN:
        return function(*args, **kwargs)


def _version() -> str:
    """In the worker: its Détente."""
    from sim import __version__ as version

    return version
