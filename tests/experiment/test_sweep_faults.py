"""Whatever dies under a sweep, nothing is lost, nothing doubled, nothing left behind."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from dask_cluster import cluster
from sweeps import FILE, alive, descendants, design, environment, leftovers, moody

from sim import open_sweep
from sim.experiment.store import Sweep
from sim.experiment.sweeping import sweep
from sim.experiment.upkeep import state_of

pytestmark = pytest.mark.slow
DETENTE = [sys.executable, "-m", "sim", "sweep"]


@pytest.fixture
def big(tmp_path: Path) -> Path:
    """A design file of some seconds."""
    file = tmp_path / "design.toml"
    file.write_text(FILE.format(replicates=12, values=[k / 4 for k in range(10)]))
    return file


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    folder = tmp_path_factory.mktemp("big")
    (folder / "design.toml").write_text(FILE.format(replicates=12, values=[k / 4 for k in range(10)]))
    return sweep(folder / "design.toml", folder / "out", workers=2)


def gone(pids: set[int], within: float) -> Iterator[bool]:
    end = time.monotonic() + within
    while time.monotonic() < end:
        yield not any(alive(pid) for pid in pids)
        time.sleep(0.02)


def parts(out: Path) -> int:
    return len(list((out / "runs").glob("part-*.parquet")))


def started(file: Path, out: Path, *words: str, **more: object) -> subprocess.Popen[str]:
    command = [*DETENTE, "run", str(file), "--out", str(out), "--workers", "2", *words]
    return subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(), **more
    )  # type: ignore[call-overload,no-any-return]


def wait_for_a_part(process: subprocess.Popen[str], out: Path) -> None:
    end = time.monotonic() + 60
    while not parts(out):
        assert process.poll() is None and time.monotonic() < end, process.communicate()
        time.sleep(0.01)


def test_a_killed_driver_leaves_no_worker_and_its_store_goes_on(undisturbed: Sweep, big: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    driver = started(big, out)
    wait_for_a_part(driver, out)
    family = descendants(driver.pid)
    assert len(family) >= 2
    driver.kill()
    driver.communicate()
    assert any(gone(family, within=2)), "workers outlive their driver"
    held = state_of(out)
    assert 0 < held.done < 120
    again = subprocess.run([*DETENTE, "resume", str(out), "--workers", "2"], env=environment(), check=True, text=True)
    assert again.returncode == 0
    assert open_sweep(out).digest() == undisturbed.digest()
    assert not leftovers(out)


def test_killed_workers_cost_time_and_nothing_else(undisturbed: Sweep, big: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    driver = started(big, out)
    wait_for_a_part(driver, out)
    victims = {pid for pid in descendants(driver.pid) if not descendants(pid)} - {driver.pid}
    killed = 0
    for pid in sorted(victims, reverse=True)[:1]:
        os.kill(pid, signal.SIGKILL)
        killed += 1
    assert killed
    driver.communicate(timeout=120)
    assert driver.returncode == 0
    assert open_sweep(out).digest() == undisturbed.digest()
    assert state_of(out).statuses == {"ok": 120} and not leftovers(out)


def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(undisturbed: Sweep, big: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    driver = started(big, out, start_new_session=True)
    wait_for_a_part(driver, out)
    family = descendants(driver.pid)
    driver.send_signal(signal.SIGINT)
    _, said = driver.communicate(timeout=60)
    assert driver.returncode == 130 and f"detente sweep resume {out}" in said and "Traceback" not in said
    assert any(gone(family, within=2))
    assert sweep(big, out, workers=2).digest() == undisturbed.digest()


def test_a_full_disk_is_said_so_and_loses_nothing_that_was_written(
    undisturbed: Sweep, big: Path, tmp_path: Path
) -> None:
    """A limit on the size of files stands for the disk: parts of runs fit at first and do not later."""
    out = tmp_path / "out"

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (12_000, 12_000))

    driver = started(big, out, preexec_fn=limited)
    _, said = driver.communicate(timeout=120)
    assert driver.returncode == 2, said
    assert "Traceback" not in said and ("File too large" in said or "cannot write" in said), said
    assert not leftovers(out)
    assert sweep(big, out, workers=2).digest() == undisturbed.digest()
    assert not leftovers(out)


def test_runs_that_fail_are_rows_and_the_others_are_done(tmp_path: Path) -> None:
    """One value of the factor raises, one never ends, one always kills its worker; the other two go well."""
    told = sweep(moody(tmp_path), tmp_path / "out", workers=2, allow_code=True)
    runs = told.runs()
    assert dict(runs.groupby("states.MER.autonomy")["status"].first()) == {
        0.5: "ok",
        0.6: "error",
        0.7: "timeout",
        0.8: "crashed",
        0.9: "ok",
    }
    assert told.status() == {"runs": 10, "ok": 4, "error": 2, "timeout": 2, "crashed": 2, "missing": 0}
    errors = state_of(tmp_path / "out").errors
    assert any("no heart for it" in error for error in errors) and any("killed its worker" in e for e in errors)
    assert runs.loc[runs["status"] == "ok", "tension.mean"].notna().all()
    assert runs.loc[runs["status"] != "ok", "tension.mean"].isna().all()
    (tmp_path / "calm").touch()
    again = sweep(moody(tmp_path), tmp_path / "out", workers=2, allow_code=True, retry=True)
    assert again.status()["ok"] == 6 and again.status()["crashed"] == 0
    assert set(again.runs().loc[again.runs()["status"] == "error", "attempt"]) == {2}


@pytest.mark.xdist_group("dask")
def test_a_killed_dask_worker_costs_nothing(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="needs the extra cluster")
    from sim.experiment.dask_pool import dask

    plain = sweep(design(replicates=20), tmp_path / "plain", workers=2)
    with cluster(tmp_path) as address:
        killed: list[int] = []

        def kill(done: int, total: int) -> None:
            if done >= 10 and not killed:
                workers = {
                    int(entry.parent.name)
                    for entry in Path("/proc").glob("[0-9]*/cmdline")
                    if address.encode() in _read(entry) and b"worker" in _read(entry)
                }
                below = {child for pid in workers for child in descendants(pid)}
                leaves = sorted(pid for pid in below if alive(pid) and not descendants(pid))
                killed.append(leaves[-1])
                os.kill(leaves[-1], signal.SIGKILL)

        other = sweep(design(replicates=20), tmp_path / "out", factory=dask(address), chunk=4, progress=kill)
    assert killed
    assert other.digest() == plain.digest() and not leftovers(tmp_path / "out")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_numerical_libraries_get_one_thread_whatever_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from faults import threads_of

    from sim.experiment.executor import local, map_chunks

    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "8")
    found = [outcome.value for outcome in map_chunks(local(2), threads_of, [[0], [1]])]
    assert found == [("1", "1")] * 2
    assert os.environ["OMP_NUM_THREADS"] == "8"


@pytest.mark.soak
def test_memory_stays_flat_over_twenty_thousand_runs(tmp_path: Path) -> None:
    """The driver holds a bounded window of runs, not all of them."""
    held: list[float] = []

    def look(done: int, total: int) -> None:
        if done % 2000 == 0:
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            held.append(pages * resource.getpagesize() / 1e6)

    many = design(replicates=5000, arms=[], set={"end": 2001, "dt": 1}, outputs={"measures": ["tension"]})
    told = sweep(many, tmp_path / "out", workers=2, progress=look)
    assert told.status()["ok"] == 20_000
    assert held[-1] - held[1] < 30, held
