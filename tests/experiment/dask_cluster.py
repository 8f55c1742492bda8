"""A Dask cluster for tests: one scheduler and two workers, each a process of its own, ended with the block."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import sim

ROOT = str(Path(sim.__file__).parent.parent)


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[str]:
    """The path of the scheduler's file."""
    place = folder / "scheduler.json"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([ROOT, str(Path(__file__).parent)])}
    log = (folder / "cluster.log").open("w")

    def start(*words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", *words]
        return subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=folder, start_new_session=True)

    processes = [
        start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(place), "--no-dashboard")
    ]
    try:
        for _ in range(300):
            if place.exists() and place.stat().st_size:
                break
            assert processes[0].poll() is None, (folder / "cluster.log").read_text()
            time.sleep(0.1)
        processes.append(
            start(
                "worker",
                "--scheduler-file",
                str(place),
                "--nworkers",
                str(workers),
                "--nthreads",
                "1",
                "--no-dashboard",
            )
        )
        yield str(place)
    finally:
        for process in reversed(processes):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        log.close()
