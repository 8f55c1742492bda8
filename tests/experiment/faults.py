"""What workers are given to do in tests of faults; a module of its own, so that they can import it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path


def square(x: int) -> int:
    return x * x


def worker_of(x: int) -> int:
    time.sleep(0.05)
    return os.getpid()


def kills_once(where: tuple[str, int]) -> int:
    """Item 5 kills its worker the first time."""
    folder, x = where
    if x == 5:
        first = not list(Path(folder).iterdir())
        Path(folder, f"{x}-{time.monotonic_ns()}").touch()
        if first:
            os.kill(os.getpid(), signal.SIGKILL)
    return x


def kills_three(x: int) -> int:
    """Item 3 kills its worker every time."""
    if x == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return x


def threads_of(x: int) -> tuple[str, str]:
    """What the numerical libraries are told in the worker."""
    return os.environ.get("OMP_NUM_THREADS", ""), os.environ.get("OPENBLAS_NUM_THREADS", "")
