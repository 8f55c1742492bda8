"""The rows of a sweep are the same whoever carries out the runs, in whatever order and company."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from dask_cluster import cluster
from sweeps import design, leftovers

from sim import load_scenario, open_sweep, run
from sim.experiment.parts import StoreError
from sim.experiment.store import Sweep
from sim.experiment.sweeping import resume, sweep
from sim.experiment.upkeep import compacted, exported, state_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    return sweep(design(), tmp_path_factory.mktemp("sweeps") / "undisturbed", workers=1)


def test_one_row_a_run_and_each_is_the_run_of_the_scenario(undisturbed: Sweep) -> None:
    runs = undisturbed.runs()
    assert len(runs) == 24 == runs["run_id"].nunique() and set(runs["status"]) == {"ok"}
    row = runs[(runs["arm"] == "aligned") & (runs["mechanisms.alignment.kappa"] == 3.0)].iloc[0]
    changes = {"end": 2002, "policies.MER": "align", "mechanisms.alignment.kappa": 3.0}
    alone = run(load_scenario("three-powers", changes=changes), seed=int(row["seed"]))
    assert row["tension.end"] == alone.final["tension"]
    yearly = np.array(alone.series["tension"])[::4]
    assert row["tension.mean"] == pytest.approx(yearly.mean(), rel=1e-12)
    path = undisturbed.trajectories()
    assert path[path["run_id"] == row["run_id"]]["tension"].to_list() == pytest.approx(yearly.tolist(), rel=1e-12)
    events = undisturbed.events()
    assert (events["run_id"] == row["run_id"]).sum() == sum(event["done"] for event in alone.events)


def test_arms_of_a_replicate_share_their_chance_and_replicates_do_not(undisturbed: Sweep) -> None:
    seeds = undisturbed.runs().groupby(["point", "replicate"])["seed"].nunique()
    assert (seeds == 1).all()
    assert undisturbed.runs()["seed"].nunique() == 12


@pytest.mark.parametrize(("workers", "chunk"), [(2, None), (2, 1), (2, 7), (1, 24)])
def test_workers_and_chunks_leave_the_rows_as_they_are(
    undisturbed: Sweep, tmp_path: Path, workers: int, chunk: int | None
) -> None:
    other = sweep(design(), tmp_path / "out", workers=workers, chunk=chunk)
    assert other.digest() == undisturbed.digest()
    assert not leftovers(tmp_path)


def test_two_shards_merged_are_the_whole(undisturbed: Sweep, tmp_path: Path) -> None:
    for i in (1, 2):
        part = sweep(design(), tmp_path / f"part-{i}", workers=1, shard=(i, 2))
        assert 0 < part.status()["ok"] < 24
    compacted(tmp_path / "whole", [tmp_path / "part-1", tmp_path / "part-2"])
    assert open_sweep(tmp_path / "whole").digest() == undisturbed.digest()
    assert len(list((tmp_path / "whole" / "runs").glob("*.parquet"))) == 1
    compacted(tmp_path / "whole", [tmp_path / "part-2"])
    assert open_sweep(tmp_path / "whole").digest() == undisturbed.digest(), "what is there twice counts once"


def test_shards_into_one_folder_are_the_whole_too(undisturbed: Sweep, tmp_path: Path) -> None:
    for i in (2, 1):
        sweep(design(), tmp_path / "out", workers=1, shard=(i, 2))
    assert open_sweep(tmp_path / "out").digest() == undisturbed.digest()


@pytest.mark.xdist_group("dask")
def test_a_dask_cluster_gives_the_same_rows(undisturbed: Sweep, tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="needs the extra cluster")
    from sim.experiment.dask_pool import dask

    with cluster(tmp_path) as address:
        other = sweep(design(), tmp_path / "out", factory=dask(address))
    assert other.digest() == undisturbed.digest()
    assert other.runs()["worker"].nunique() == 2


def test_what_is_there_is_not_done_again_and_a_larger_design_uses_it(tmp_path: Path) -> None:
    small = sweep(design(replicates=2), tmp_path / "out", workers=1)
    before = small.runs().set_index("run_id")["started"]
    larger = sweep(design(replicates=3), tmp_path / "out", workers=1)
    after = larger.runs().set_index("run_id")["started"]
    assert len(after) == 24 and (after[before.index] == before).all()
    assert sweep(design(), tmp_path / "out").runs().set_index("run_id")["started"].equals(after)
    with pytest.raises(StoreError, match="holds a larger sweep"):
        sweep(design(replicates=2), tmp_path / "out")


def test_enlarging_a_sobol_design_uses_the_runs_that_are_there(tmp_path: Path) -> None:
    factors = [{"name": "mechanisms.alignment.kappa", "low": 0, "high": 4}]
    base = design(factors=factors, arms=[], replicates=1)
    small = sweep(base | {"design": {"kind": "sobol", "n": 8, "seed": 3}}, tmp_path / "out", workers=1)
    before = small.runs().set_index("run_id")["started"]
    larger = sweep(base | {"design": {"kind": "sobol", "n": 16, "seed": 3}}, tmp_path / "out", workers=1).runs()
    after = larger.set_index("run_id")["started"]
    assert len(after) == 16 and (after[before.index] == before).all()


def test_another_design_is_refused_and_nothing_changes(undisturbed: Sweep) -> None:
    held = {path: path.read_bytes() for path in undisturbed.path.rglob("*") if path.is_file()}
    with pytest.raises(StoreError, match=r"another design \(seed differ\)"):
        sweep(design(design={"kind": "grid", "seed": 12}), undisturbed.path)
    assert held == {path: path.read_bytes() for path in undisturbed.path.rglob("*") if path.is_file()}


def test_a_broken_off_sweep_is_resumed_from_its_store_alone(undisturbed: Sweep, tmp_path: Path) -> None:
    def enough(done: int, total: int) -> None:
        if done >= 9:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(design(), tmp_path / "out", workers=1, chunk=3, progress=enough)
    standing = state_of(tmp_path / "out")
    assert 9 <= standing.done < 24 and standing.left == 24 - standing.done and not standing.errors
    assert resume(tmp_path / "out", workers=2).digest() == undisturbed.digest()
    assert not leftovers(tmp_path)


def test_compacting_and_exporting_keep_every_row(undisturbed: Sweep, tmp_path: Path) -> None:
    other = sweep(design(), tmp_path / "out", workers=1, chunk=2)
    sweep(design(replicates=4), tmp_path / "out", workers=1)
    digest = other.digest()
    before, after = compacted(tmp_path / "out")
    assert before >= 2 and after == 1 and open_sweep(tmp_path / "out").digest() == digest
    assert compacted(tmp_path / "out") == (1, 1)
    assert exported(tmp_path / "out", "runs", tmp_path / "runs.csv", "csv") == 32
    import pandas as pd

    read = pd.read_csv(tmp_path / "runs.csv", dtype={"seed": str})
    held = open_sweep(tmp_path / "out").runs()
    assert read["run_id"].tolist() == held["run_id"].tolist()
    assert np.array_equal(read["tension.mean"], held["tension.mean"]), "no digit is lost"
    with pytest.raises(StoreError, match="is there already"):
        exported(tmp_path / "out", "runs", tmp_path / "runs.csv", "csv")


def test_every_column_is_explained_and_the_volatile_ones_are_named(undisturbed: Sweep) -> None:
    for table, frame in (("runs", undisturbed.runs()), ("trajectories", undisturbed.trajectories())):
        told = undisturbed.schema["tables"][table]
        assert list(told) == list(frame.columns)
        assert all(column["doc"] and column["unit"] for column in told.values())
    assert set(undisturbed.schema["volatile"]) == {"seconds", "attempt", "worker", "host", "started"}
    manifest = undisturbed.manifest
    assert manifest["runs"] == 24 and manifest["scenarios"]["three-powers"] and manifest["versions"]
    assert json.loads((undisturbed.path / "progress.json").read_text())["done"] == 24
