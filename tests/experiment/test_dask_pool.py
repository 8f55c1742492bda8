"""Runs on a Dask cluster: a real scheduler, two real workers; some of them are killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from dask_cluster import cluster
from faults import kills_once, kills_three, square, worker_of

from sim.experiment.executor import ExecutorError, chunked, map_chunks

pytest.importorskip("distributed", reason="needs the extra cluster")

from sim.experiment.dask_pool import dask

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("dask")]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with cluster(tmp_path_factory.mktemp("dask")) as place:
        yield place


def test_two_workers_share_the_items_and_give_them_back_in_order(address: str) -> None:
    found = list(map_chunks(dask(address), worker_of, chunked(range(40), 2)))
    assert [outcome.index for outcome in found] == list(range(40))
    workers = {outcome.value for outcome in found}
    assert len(workers) == 2
    assert os.getpid() not in workers


def test_a_killed_worker_costs_nothing(address: str, tmp_path: Path) -> None:
    found = list(map_chunks(dask(address), kills_once, chunked([(str(tmp_path), x) for x in range(12)], 3)))
    assert [(outcome.status, outcome.value) for outcome in found] == [("ok", x) for x in range(12)]
    assert len(list(tmp_path.iterdir())) >= 2, "the item was begun again"


def test_an_item_that_always_kills_its_worker_is_put_aside(address: str) -> None:
    found = list(map_chunks(dask(address), kills_three, chunked(range(6), 3)))
    assert [outcome.status for outcome in found] == ["ok", "ok", "ok", "crashed", "ok", "ok"]
    assert "killed its worker" in found[3].error


def test_nobody_at_the_address_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.experiment.dask_pool.PATIENCE", 1)
    with pytest.raises(ExecutorError, match=r"no scheduler answers at tcp://127\.0\.0\.1:1; is it running"):
        list(map_chunks(dask("tcp://127.0.0.1:1"), square, [[1]]))


def test_a_cluster_that_ends_is_an_error_and_no_endless_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.experiment.dask_pool.PATIENCE", 3)
    with cluster(tmp_path, workers=1) as address:
        outcomes = map_chunks(dask(address), square, chunked(range(2000), 1))
        assert next(outcomes).value == 0
        for pid in _scheduler(address):
            os.kill(pid, signal.SIGKILL)
        with pytest.raises(ExecutorError, match="no scheduler answers"):
            list(outcomes)


def _scheduler(address: str) -> list[int]:
    """Process ids of the scheduler that wrote this file."""
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = line.read_bytes().decode().split("\0")
        except OSError:
            continue
        if address in words and "scheduler" in words:
            found.append(int(line.parent.name))
    return found
