"""How fast sweeps are on this machine: two workers against one, the cost of the harness, plans and truth, queries.

Run it with `make bench`, on a machine that does nothing else. Shows; asserts nothing.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from bench_speed import against, section

from sim.experiment.carrying_out import Result
from sim.experiment.design_file import design_from
from sim.experiment.executor import local
from sim.experiment.parts import Store
from sim.experiment.planning import plan
from sim.experiment.store import open_sweep
from sim.experiment.sweeping import sweep

RUNS = 120
MANY = 10_000


def design(replicates: int) -> dict[str, Any]:
    """Runs of about a tenth of a second."""
    return {
        "name": "bench",
        "scenario": "central-asia-2025",
        "replicates": replicates,
        "set": {"end": 2029},
        "design": {"kind": "grid", "seed": 1},
        "factors": [{"name": "mechanisms.alignment.kappa", "values": [0.6, 1.0]}],
        "outputs": {"measures": ["tension", "disputes", "middle_power_hedging"]},
    }


def carried_out(folder: Path, workers: int) -> tuple[float, float, float]:
    """Seconds of the sweep, seconds inside its runs, seconds from its first run to its last."""
    began = time.perf_counter()
    told = sweep(design(RUNS // 2), folder / f"out-{workers}", workers=workers)
    whole = time.perf_counter() - began
    runs = told.runs()
    starts = runs["started"].astype("datetime64[ns, UTC]")
    between = (starts.max() - starts.min()).total_seconds() + runs["seconds"].mean()
    return whole, float(runs["seconds"].sum()), between


def throughput(folder: Path) -> None:
    """Two workers against one, and what a run costs beside itself."""
    one, two = carried_out(folder, 1), carried_out(folder, 2)
    pace = [RUNS / one[2], RUNS / two[2]]
    section(
        f"{RUNS} runs of {1000 * one[1] / RUNS:.0f} ms",
        ["", "1 worker", "2 workers"],
        [
            ["runs a second at work", *[f"{each:.2f}" for each in pace]],
            ["whole sweep, s", f"{one[0]:.1f}", f"{two[0]:.1f}"],
            ["harness, share of the time at work", f"{1 - one[1] / one[2]:.1%}", f"{1 - two[1] / 2 / two[2]:.1%}"],
        ],
    )
    section(
        "Against the targets",
        ["", "measured", "target", ""],
        [
            ["two workers, share of twice one", f"{pace[1] / (2 * pace[0]):.2f}", 0.9, "at least"],
            ["harness of a run of 100 ms", f"{1 - one[1] / one[2]:.1%}", "5%", "at most"],
        ],
    )


def plans(folder: Path) -> None:
    """What a plan says against what came."""
    rows = []
    for workers, replicates in ((1, 100), (2, 300)):
        checked = design_from(design(replicates))
        said = plan(checked, factory=local(workers))
        began = time.perf_counter()
        told = sweep(checked, folder / f"planned-{workers}", workers=workers)
        seconds = time.perf_counter() - began
        size = sum(part.stat().st_size for part in told.path.glob("*/*.parquet"))
        times = [f"{said.seconds:.1f}", f"{seconds:.1f}", f"{said.seconds / seconds:.2f}"]
        sizes = [f"{said.bytes / 1e3:.0f}", f"{size / 1e3:.0f}", f"{said.bytes / size:.2f}"]
        rows.append([f"{2 * replicates} runs, {workers} workers", *times, *sizes])
    section("Plans", ["", "s planned", "s taken", "ratio", "kB planned", "kB written", "ratio"], rows)


def queries(folder: Path) -> None:
    """A grouped query over many runs, as many small parts and as one."""
    checked = design_from(design(MANY // 2))
    store = Store(folder / "many")
    store.begin(checked, {})
    rng = np.random.default_rng(0)
    names = [f"{measure}.{kind}" for measure in checked.outputs.measures for kind in checked.outputs.statistics]
    head = {"scenario": "central-asia-2025", "status": "ok", "error": "", "ended": 2029.0}
    tail = {"seconds": 0.1, "attempt": 1, "worker": "1", "host": "here", "started": "2026-01-01"}
    rows = [
        Result(
            {"run_id": task.run_id, "point": task.point, "arm": task.arm, "replicate": task.replicate, **head}
            | {"seed": str(task.seed), **task.values, **dict(zip(names, rng.random(len(names)), strict=True)), **tail}
        )
        for task in checked.tasks()
    ]
    for first in range(0, len(rows), 100):
        store.add(rows[first : first + 100])
    told = open_sweep(store.folder)
    query = 'SELECT point, arm, avg("tension.mean"), stddev("tension.mean"), count(*) FROM runs GROUP BY 1, 2'
    taken = []
    for _ in range(3):
        began = time.perf_counter()
        assert len(told.sql(query)) == 2
        taken.append(time.perf_counter() - began)
    section(f"A grouped query over {MANY:,} runs in 100 parts", ["s", "target", ""], [against(min(taken), 1.0)])


def main() -> None:
    """Show all."""
    with tempfile.TemporaryDirectory(prefix="detente-bench-") as place:
        for show in (throughput, plans, queries):
            show(Path(place))


if __name__ == "__main__":
    main()
