"""Runs in other processes: nothing is lost when a worker dies, nothing is left behind when the driver does."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import pytest

from sim.experiment.executor import ExecutorError, Outcome, chunked, load, local, map_chunks

posix = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")


@pytest.fixture(autouse=True)
def in_time() -> Iterator[None]:
    """A test that hangs fails."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def late(number: int, frame: object) -> None:
        raise TimeoutError("hangs")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def square(x: int) -> int:
    return x * x


def draw(seed: int) -> float:
    import numpy as np

    return float(np.linalg.norm(np.sin(np.arange(200.0) * seed).reshape(10, 20) @ np.ones(20)))


def late_square(x: int) -> int:
    time.sleep(0.05 * (x % 3))
    return x * x


def picky(x: int) -> int:
    if x == 3:
        raise ValueError(f"no {x} here")
    if x == 4:
        raise SystemExit(5)
    return x


def unsendable(x: int) -> object:
    return (lambda: x) if x == 2 else x


def exits(x: int) -> int:
    if x == 5:
        os._exit(13)
    return x


def killed_once(where: tuple[str, int]) -> int:
    folder, x = where
    if x in (2, 9):
        mark = Path(folder, f"{x}-{time.monotonic_ns()}")
        first = not list(Path(folder).glob(f"{x}-*"))
        mark.touch()
        if first:
            os.kill(os.getpid(), signal.SIGKILL)
    return x


def always_exits(x: int) -> int:
    os._exit(1)


def surroundings(x: int) -> tuple[list[str | None], bool, int]:
    from sim.experiment.local_pool import THREADS

    ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    return [os.environ.get(name) for name in THREADS], ignored, os.getpid()


def worker_then_long(x: int) -> int:
    if x:
        time.sleep(60)
    return os.getpid()


def values(found: list[Outcome[object]]) -> list[object]:
    assert {outcome.status for outcome in found} <= {"ok"}, found
    return [outcome.value for outcome in found]


@pytest.mark.slow
def test_the_same_whatever_the_workers_and_the_chunks() -> None:
    items = list(range(24))
    ways = [(1, 24), (2, 1), (2, 5), (3, 7)]
    found = [list(map_chunks(local(workers), draw, chunked(items, size))) for workers, size in ways]
    assert [values(one) for one in found] == [[draw(x) for x in items]] * len(ways)
    assert [outcome.index for outcome in found[1]] == items


@pytest.mark.slow
def test_outcomes_come_in_the_order_of_the_items() -> None:
    told: list[tuple[int, int]] = []
    found = list(map_chunks(local(2), late_square, chunked(range(12), 1), lambda *at: told.append(at)))
    assert values(found) == [x * x for x in range(12)]
    assert told[-1] == (12, 12)
    assert [done for done, _ in told] == sorted({done for done, _ in told})


def test_what_a_run_raises_is_a_value_with_its_traceback() -> None:
    found = list(map_chunks(local(1), picky, chunked(range(6), 6)))
    assert [outcome.status for outcome in found] == ["ok", "ok", "ok", "error", "error", "ok"]
    assert "ValueError: no 3 here" in found[3].error
    assert re.search(r"line \d+, in picky", found[3].error)
    assert found[3].value is None
    assert "SystemExit: 5" in found[4].error


def test_a_result_that_cannot_travel_costs_that_run_alone() -> None:
    found = list(map_chunks(local(1), unsendable, chunked(range(5), 5)))
    assert [outcome.status for outcome in found] == ["ok", "ok", "error", "ok", "ok"]
    assert "pickle" in found[2].error.lower()
    assert [outcome.value for outcome in found if outcome.status == "ok"] == [0, 1, 3, 4]


@posix
@pytest.mark.slow
def test_killed_workers_cost_nothing_but_time(tmp_path: Path) -> None:
    items = [(str(tmp_path), x) for x in range(14)]
    assert values(list(map_chunks(local(2), killed_once, chunked(items, 3)))) == list(range(14))
    tries = Counter(mark.name.split("-")[0] for mark in tmp_path.iterdir())
    assert all(tries[x] >= 2 for x in ("2", "9"))


@pytest.mark.slow
def test_a_run_that_always_kills_its_worker_is_put_aside() -> None:
    told: list[tuple[int, int]] = []
    found = list(map_chunks(local(2), exits, chunked(range(10), 4), lambda *at: told.append(at)))
    assert [outcome.status for outcome in found] == ["ok"] * 5 + ["crashed"] + ["ok"] * 4
    assert "3 times" in found[5].error
    assert [outcome.value for outcome in found] == [0, 1, 2, 3, 4, None, 6, 7, 8, 9]
    assert told[-1] == (10, 10)


@pytest.mark.slow
def test_runs_that_all_kill_their_workers_all_end_as_crashed() -> None:
    found = list(map_chunks(local(1), always_exits, chunked(range(2), 2), deaths=2))
    assert [outcome.status for outcome in found] == ["crashed", "crashed"]


@pytest.mark.slow
def test_workers_have_one_thread_whatever_the_environment_and_leave_interrupts_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    for threads, ignored, worker in values(list(map_chunks(local(2), surroundings, chunked(range(4), 1)))):  # type: ignore[misc]
        assert set(threads) == {"1"}
        assert ignored
        assert worker != os.getpid()
    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert "MKL_NUM_THREADS" not in os.environ


@posix
@pytest.mark.slow
def test_leaving_the_loop_ends_the_workers_at_once() -> None:
    begin = time.monotonic()
    for outcome in map_chunks(local(1), worker_then_long, chunked(range(4), 1)):
        worker = outcome.value
        break
    assert time.monotonic() - begin < 20
    assert isinstance(worker, int)
    with pytest.raises(ProcessLookupError):
        for _ in range(40):
            os.kill(worker, 0)
            time.sleep(0.05)


@pytest.mark.slow
def test_where_there_is_no_forkserver_workers_are_spawned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("multiprocessing.get_all_start_methods", lambda: ["spawn"])
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "5")
    found = values(list(map_chunks(local(1), surroundings, chunked(range(2), 1))))
    assert {tuple(threads) for threads, _, _ in found} == {("1",) * 6}  # type: ignore[misc]
    assert all(ignored for _, ignored, _ in found)  # type: ignore[misc]
    found = list(map_chunks(local(1), exits, chunked(range(4, 7), 3), deaths=1))
    assert [outcome.status for outcome in found] == ["ok", "crashed", "ok"]


def test_an_executor_of_another_library_will_do() -> None:
    class Bare(Executor):
        """As some have it: shutdown knows no cancelling."""

        def __init__(self) -> None:
            self.threads = ThreadPoolExecutor(2)

        def submit(self, function, /, *args, **kwargs):  # type: ignore[no-untyped-def]
            return self.threads.submit(function, *args, **kwargs)

        def shutdown(self, wait: bool = True) -> None:  # type: ignore[override]
            self.threads.shutdown(wait)

    assert values(list(map_chunks(Bare, square, chunked(range(9), 2), window=1))) == [x * x for x in range(9)]
    some = map_chunks(Bare, square, chunked(range(9), 2))
    assert next(some).value == 0
    some.close()


def test_nothing_to_do_is_done_at_once() -> None:
    def never() -> Executor:
        raise AssertionError("no executor is needed")

    assert list(map_chunks(never, square, [])) == []
    assert list(map_chunks(never, square, [[], []])) == []


def test_factories_by_address() -> None:
    assert load("concurrent.futures:ThreadPoolExecutor") is ThreadPoolExecutor
    for address, message in {
        "concurrent.futures": "write 'module:factory'",
        ":x": "write 'module:factory'",
        "no_such_module_here:x": "cannot import 'no_such_module_here'",
        "concurrent.futures:ThreadPoolExecutr": "did you mean 'ThreadPoolExecutor'",
        "concurrent.futures:FIRST_COMPLETED": "is not a function that makes an executor",
    }.items():
        with pytest.raises(ExecutorError, match=re.escape(message)):
            load(address)
    with pytest.raises(ExecutorError, match="made int, not an executor"):
        list(map_chunks(lambda: 3, square, [[1]]))  # type: ignore[arg-type,return-value]
    with pytest.raises(ExecutorError, match="write 1 or more"):
        local(0)


def test_chunks_hold_every_item_once() -> None:
    assert chunked([1, 2, 3, 4, 5], 2) == [[1, 2], [3, 4], [5]]
    assert chunked([], 2) == []


# -- drivers that die ------------------------------------------------------------------------------------------------

DRIVER = """
    import os, sys, time
    from sim.experiment.executor import chunked, local, map_chunks
    {above}

    def slow(x):
        with open(sys.argv[1], "a") as out:
            print(os.getpid(), file=out, flush=True)
        time.sleep(60)

    if __name__ == "__main__" {always}:
        try:
            for outcome in map_chunks(local(2), slow, chunked(range(20), 1)):
                print(outcome)
        except BaseException as error:
            print(type(error).__name__, error)
            raise
"""


LEAVING = """
import threading

def leave():
    while not os.path.exists(sys.argv[1] + ".leave"):
        time.sleep(0.05)
    os._exit(3)

if __name__ == "__main__":
    threading.Thread(target=leave, daemon=True).start()
"""


def driver(tmp_path: Path, above: str = "", always: str = "") -> tuple[subprocess.Popen[str], Path]:
    """A process of its own session that has two workers at work for a minute."""
    script, pids = tmp_path / "driver.py", tmp_path / "pids"
    script.write_text(textwrap.dedent(DRIVER).format(above=above, always=always))
    pids.touch()
    out = subprocess.PIPE
    process = subprocess.Popen(
        [sys.executable, str(script), str(pids)], stdout=out, stderr=out, text=True, start_new_session=True
    )
    return process, pids


def at_work(process: subprocess.Popen[str], pids: Path, number: int = 2) -> list[int]:
    """Wait until the workers are at work; their process ids."""
    for _ in range(300):
        if len(found := pids.read_text().split()) >= number:
            return [int(pid) for pid in found]
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)
    raise AssertionError("no worker ever started")


def of_session(session: int) -> list[int]:
    """The processes of a session that are not dead."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] not in "ZX":
            found.append(int(stat.parent.name))
    return found


def nobody_left(session: int, seconds: float) -> bool:
    """Whether all processes of a session are gone within some seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not of_session(session):
            return True
        time.sleep(0.05)
    return False


linux = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")


@linux
@pytest.mark.slow
def test_workers_do_not_outlive_a_driver_that_is_killed(tmp_path: Path) -> None:
    process, pids = driver(tmp_path)
    workers = at_work(process, pids)
    assert set(workers) <= set(of_session(process.pid))
    process.kill()
    process.wait()
    assert nobody_left(process.pid, 2.0), of_session(process.pid)


@linux
@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "above", "code"),
    [
        (signal.SIGINT, "", None),
        (signal.SIGTERM, "", -signal.SIGTERM),
        (signal.SIGTERM, "import signal; signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))", 7),
    ],
    ids=["ctrl-c", "term", "term-handled"],
)
def test_a_signal_ends_driver_and_workers_at_once(tmp_path: Path, number: int, above: str, code: int | None) -> None:
    process, pids = driver(tmp_path, above)
    at_work(process, pids)
    begin = time.monotonic()
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal sends it: to all of the group
    else:
        process.send_signal(number)
    told, complaints = process.communicate(timeout=10)
    assert time.monotonic() - begin < 3
    assert nobody_left(process.pid, 2.0), of_session(process.pid)
    if number == signal.SIGINT:
        assert told.split()[0] == "KeyboardInterrupt"
        assert complaints.count("Traceback") == 1, "the driver's alone"
    else:
        assert process.returncode == code


@linux
@pytest.mark.slow
def test_workers_do_not_outlive_a_driver_that_leaves_without_a_word(tmp_path: Path) -> None:
    process, pids = driver(tmp_path, LEAVING)
    at_work(process, pids)
    Path(f"{pids}.leave").touch()
    assert process.wait(timeout=20) == 3
    assert nobody_left(process.pid, 2.0), of_session(process.pid)


@linux
@pytest.mark.slow
def test_a_script_without_a_guard_is_told_so_instead_of_breeding(tmp_path: Path) -> None:
    process, _ = driver(tmp_path, always="or True")
    told, _ = process.communicate(timeout=50)
    assert "ExecutorError workers die before they have done anything" in told
    assert "if __name__ ==" in told
    assert nobody_left(process.pid, 2.0), of_session(process.pid)
