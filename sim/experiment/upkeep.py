"""Looking after a store: how it stands, fewer and larger parts, shards brought together, a table as one file."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sim.experiment.design import digest_of
from sim.experiment.parts import Store, StoreError, hidden_name, part_name, read_design_of
from sim.experiment.store import STATUSES, open_sweep
from sim.experiment.views import TABLES, connected
from sim.results.storage import flush

ORDERS = {
    "runs": "scenario, point, arm, replicate, run_id",
    "trajectories": "run_id, step",
    "events": "run_id, id",
}
TOLD = 5
"""Kinds of errors that are told of."""


@dataclass(frozen=True)
class Standing:
    """How a sweep stands.

    Attributes:
        out: its folder. runs: of the design. statuses: runs by status, those that there are. left: still to be done.
        pace: runs a second when last heard of; None if it never got so far. quiet: seconds since.
        errors: last line of an error -> runs that ended so, the commonest first.
    """

    out: str
    runs: int
    done: int
    left: int
    statuses: dict[str, int]
    pace: float | None
    quiet: float
    errors: dict[str, int]

    def data(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def state_of(out: str | Path) -> Standing:
    """How a sweep stands.

    Raises:
        StoreError: the folder holds none.
    """
    sweep = open_sweep(out)
    told = sweep.status()
    heard = sweep.path / "progress.json"
    pace, quiet = None, 0.0
    with suppress(OSError, ValueError):
        pace = json.loads(heard.read_text(encoding="utf-8")).get("runs_per_second") or None
        quiet = max(0.0, time.time() - heard.stat().st_mtime)
    return Standing(
        out=str(out),
        runs=told["runs"],
        done=told["runs"] - told["missing"],
        left=told["missing"],
        statuses={status: told[status] for status in STATUSES if told[status]},
        pace=pace,
        quiet=quiet,
        errors=_errors(sweep.path),
    )


def _errors(folder: Path) -> dict[str, int]:
    with connected(folder, ("runs",)) as connection:
        last = "regexp_extract(rtrim(error, chr(10) || ' '), '[^\\n]*$')"
        query = f"SELECT {last} AS said, count(*) AS n FROM runs WHERE status <> 'ok' GROUP BY 1 ORDER BY n DESC, said"
        return {said or "no message": int(n) for said, n in connection.execute(query).fetchmany(TOLD)}


def compacted(out: str | Path, merge: Sequence[str | Path] = ()) -> tuple[int, int]:
    """Join the parts of a store into one a table, after taking in those of shards of the same design.

    New parts stand before old ones go, and a row that stands twice counts once: whenever this is broken off, nothing is
    lost and nothing counted double. The shards stay as they are. `out` is made if it is not there and there are shards.

    Returns:
        Files of runs before and after.

    Raises:
        StoreError: no sweep, or one of another design.
    """
    folder = Path(out).absolute()
    shards = [open_sweep(shard).path for shard in merge]
    if shards and not (folder / "manifest.json").is_file():
        _founded(folder, shards[0])
    folder = open_sweep(out).path
    for shard in shards:
        _same_design(folder, shard)
    for shard in shards:
        if shard != folder:
            _taken_in(folder, shard)
    Store(folder).sweep_up()
    old = _parts(folder)
    if len(old) > 1:
        _joined(folder, old)
    _without_orphans(folder)
    return len(old), len(_parts(folder))


def _founded(folder: Path, shard: Path) -> None:
    """An empty store of the shard's design."""
    manifest = json.loads((shard / "manifest.json").read_text(encoding="utf-8"))
    origin = {key: value for key, value in manifest.items() if key not in ("format", "design", "design_hash", "runs")}
    Store(folder).begin(read_design_of(shard), origin)


def _same_design(folder: Path, shard: Path) -> None:
    held, other = read_design_of(folder), read_design_of(shard)
    if digest_of(held.identity()) != digest_of(other.identity()):
        raise StoreError(f"--merge {shard} holds the sweep of another design than {folder}; merge shards of one design")


def _parts(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "runs").glob("*.parquet") if not path.name.startswith("."))


def _taken_in(folder: Path, shard: Path) -> None:
    """Copies of the shard's parts; a run's row comes last, since it says that the rest is there."""
    for name in _parts(shard):
        for table in ("events", "trajectories", "runs"):
            source, target = shard / table / name, folder / table / name
            if source.is_file() and not target.is_file():
                hidden = hidden_name(target)
                try:
                    shutil.copyfile(source, hidden)
                    _into_place(hidden, target)
                finally:
                    hidden.unlink(missing_ok=True)


def _joined(folder: Path, old: Sequence[str]) -> None:
    name = part_name(old)
    with connected(folder) as connection:
        for table in ("events", "trajectories", "runs"):
            if any((folder / table / part).is_file() for part in old):
                target = folder / table / name
                hidden = hidden_name(target)
                try:
                    _copied(connection, f'SELECT * FROM "{table}" ORDER BY {ORDERS[table]}', hidden, "parquet")
                    _into_place(hidden, target)
                finally:
                    hidden.unlink(missing_ok=True)
    for table in ("runs", "trajectories", "events"):
        for part in old:
            if part != name:
                (folder / table / part).unlink(missing_ok=True)


def _without_orphans(folder: Path) -> None:
    """Remove parts of trajectories and events whose runs were never written."""
    known = set(_parts(folder))
    for table in ("trajectories", "events"):
        for path in (folder / table).glob("part-*.parquet"):
            if path.name not in known:
                path.unlink()


def exported(out: str | Path, table: str, target: str | Path, form: str, *, force: bool = False) -> int:
    """Write a table of a sweep into one file, whole or not at all.

    Args:
        table: runs, trajectories or events. form: csv or parquet. force: replace the file that is there.

    Returns:
        Rows.

    Raises:
        StoreError: no sweep, or the file is there. OSError: it cannot be written.
    """
    sweep, path = open_sweep(out), Path(target)
    if path.exists() and not force:
        raise StoreError(f"{path} is there already; name another file with --to, or replace it with --force")
    assert table in TABLES
    hidden = hidden_name(path)
    try:
        with sweep.connect() as connection:
            _copied(connection, f'SELECT * FROM "{table}" ORDER BY {ORDERS[table]}', hidden, form)
            rows = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()
        _into_place(hidden, path)
    finally:
        hidden.unlink(missing_ok=True)
    return int(rows[0]) if rows else 0


def _copied(connection: Any, query: str, path: Path, form: str) -> None:
    how = "FORMAT csv, HEADER" if form == "csv" else "FORMAT parquet, COMPRESSION zstd"
    target = str(path).replace("'", "''")
    try:
        connection.execute(f"COPY ({query}) TO '{target}' ({how})")
    except Exception as error:
        if type(error).__name__ == "IOException":
            raise OSError(f"cannot write {path.parent}: {str(error).splitlines()[0]}") from error
        raise


def _into_place(hidden: Path, path: Path) -> None:
    flush(hidden)
    os.replace(hidden, path)
    flush(path.parent)
