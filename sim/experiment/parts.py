"""A sweep on disk: immutable Parquet parts that appear whole or not at all, and what they mean.

    OUT/manifest.json    what made it: design, versions, commit, machine
    OUT/design.toml      the design as it was written; OUT/design.json as it was understood, with the scenarios whole
    OUT/schema.json      every column with unit and meaning; which of them differ between repetitions
    OUT/progress.json    how far it is
    OUT/runs/            a row a run; written last of a part, so a run that stands here is complete
    OUT/trajectories/    measures over the steps;  OUT/events/  what happened, where the design asks for them

A run that is tried again has a row for each attempt; the last one counts.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sim.experiment.carrying_out import Result
from sim.experiment.design import Arm, Design, DesignError, Outputs, Source, Stop, digest_of
from sim.experiment.points import Factor
from sim.experiment.schema import as_columns, schema_of, tables_of
from sim.experiment.views import TABLES, connected
from sim.results.storage import flush, write_parquet

FORMAT = 1
FORGOTTEN = 3600.0
"""Seconds after which a half-written file of another machine is nobody's."""


class StoreError(ValueError):
    """A folder that holds no sweep, or another one. Its text is the whole message for the user."""


class Store:
    """Where the parts of a sweep are written. Several drivers, as of shards, may write into one."""

    def __init__(self, out: str | Path) -> None:
        self.folder = Path(out).absolute()
        self._kinds: dict[str, Any] = {}

    def begin(self, design: Design, origin: Mapping[str, Any]) -> None:
        """Make the store of a design, or make sure that the one that is there is its store.

        A larger design of the same kind (n, replicates) takes the place of the smaller one.

        Raises:
            StoreError: the folder holds something else, or the sweep of another design.
        """
        if self.folder.is_file():
            raise StoreError(f"--out {self.folder} is a file; name a folder")
        known = (self.folder / "manifest.json").is_file()
        if known:
            self._same(design)
        elif self.folder.is_dir() and any(path for path in self.folder.iterdir() if not self._ours(path)):
            raise StoreError(f"--out {self.folder} is not empty and holds no sweep; name another folder")
        for name in TABLES:
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.sweep_up()
        self._kinds = tables_of(design)
        self.put("design.toml", design.text or f"# {design.name}: made in Python; see design.json\n")
        self.put("design.json", json.dumps(asdict(design) | {"text": design.text}, default=str))
        self.put("schema.json", json.dumps(schema_of(design), indent=1, ensure_ascii=False))
        told = {"format": FORMAT, "design": design.name, "design_hash": digest_of(design.identity())}
        self.put("manifest.json", json.dumps({**told, "runs": design.size, **origin}, indent=1, ensure_ascii=False))

    @staticmethod
    def _ours(path: Path) -> bool:
        """Whether a beginning that was broken off before manifest.json stood may have left this."""
        return path.name in (*TABLES, "design.toml", "design.json", "schema.json") or path.name.startswith(".")

    def _same(self, design: Design) -> None:
        held = read_design_of(self.folder)
        if digest_of(held.identity()) != digest_of(design.identity()):
            told = _differences(held.identity(), design.identity())
            raise StoreError(
                f"--out {self.folder} holds the sweep of another design ({', '.join(told)} differ); name another folder"
            )
        if design.n < held.n or design.replicates < held.replicates:
            raise StoreError(
                f"--out {self.folder} holds a larger sweep (n = {held.n}, replicates = {held.replicates}); "
                "name another folder, or ask for no less"
            )

    def put(self, name: str, text: str) -> None:
        """Write a small file whole or not at all."""
        path = self.folder / name
        hidden = hidden_name(path)
        try:
            hidden.write_text(text, encoding="utf-8")
            flush(hidden)
            os.replace(hidden, path)
        finally:
            hidden.unlink(missing_ok=True)

    def add(self, results: Sequence[Result]) -> None:
        """Write a part: events and trajectories first, then the rows of the runs, which say that all is there.

        Raises:
            OSError: the disk is full or the folder cannot be written; the part is not there, and no other is lost.
        """
        if not results:
            return
        rows = [result.row for result in results]
        name = part_name(f"{row['run_id']}/{row['attempt']}" for row in rows)
        tables: dict[str, list[Mapping[str, Any]]] = {
            "events": [event for result in results for event in result.events],
            "trajectories": [moment for result in results for moment in _moments(result.trajectory)],
            "runs": rows,
        }
        for table, held in tables.items():
            if held:
                self._part(table, name, as_columns(held, self._kinds[table]))

    def _part(self, table: str, name: str, columns: Mapping[str, Any]) -> None:
        path = self.folder / table / name
        hidden = hidden_name(path)
        try:
            write_parquet([dict(columns)], hidden)
            flush(hidden)
            os.replace(hidden, path)
            flush(path.parent)
        finally:
            hidden.unlink(missing_ok=True)

    def sweep_up(self) -> None:
        """Remove what a driver left half-written when it was killed."""
        for path in (*self.folder.glob(".*.tmp"), *self.folder.glob("*/.*.tmp")):
            host, process = path.name.split(".")[-3:-1]
            here = host == _host()
            with suppress(OSError):
                old = time.time() - path.stat().st_mtime > FORGOTTEN
                if old or (here and (process == str(os.getpid()) or not _alive(process))):
                    path.unlink()

    def attempts(self) -> dict[str, tuple[str, int]]:
        """Run -> status and number of its last attempt."""
        with connected(self.folder, ("runs",)) as connection:
            rows = connection.execute("SELECT run_id, status, attempt FROM runs").fetchall()
        return {name: (status, int(attempt)) for name, status, attempt in rows}


def part_name(parts: Any) -> str:
    """The file of a part, named after what it holds."""
    return f"part-{hashlib.blake2b('\n'.join(parts).encode(), digest_size=12).hexdigest()}.parquet"


def read_design_of(folder: str | Path) -> Design:
    """The design of a store, with its scenarios.

    Raises:
        StoreError: there is none, or it is damaged.
    """
    place = Path(folder)
    if not (place / "manifest.json").is_file():
        raise StoreError(f"{folder} holds no sweep (manifest.json is missing); name a folder that a sweep wrote")
    try:
        data = json.loads((place / "design.json").read_text(encoding="utf-8"))
        data["sources"] = tuple(Source(**each) for each in data["sources"])
        data["factors"] = tuple(Factor(**{**each, "values": tuple(each["values"])}) for each in data["factors"])
        data["arms"] = tuple(Arm(each["name"], each["set"], tuple(each["events"])) for each in data["arms"])
        told: dict[str, Any] = data["outputs"]
        outputs: Any = {key: tuple(value) if isinstance(value, list) else value for key, value in told.items()}
        data["outputs"], data["stop"] = Outputs(**outputs), Stop(**data["stop"])
        return Design(**{**data, "rows": tuple(data["rows"])})
    except (OSError, KeyError, TypeError, ValueError, DesignError) as error:
        raise StoreError(f"{place / 'design.json'} is damaged: {error}") from error


def _moments(path: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a trajectory."""
    return [dict(zip(path, values, strict=True)) for values in zip(*path.values(), strict=True)]


def hidden_name(path: Path) -> Path:
    """The name of a file while it is being written, which tells whose it is."""
    return path.with_name(f".{path.name}.{_host()}.{os.getpid()}.tmp")


def _host() -> str:
    return platform.node().replace(".", "-") or "here"


def _differences(held: Mapping[str, Any], asked: Mapping[str, Any]) -> list[str]:
    return [key for key in asked if digest_of({key: held.get(key)}) != digest_of({key: asked[key]})]


def _alive(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (OSError, ValueError) as error:
        return isinstance(error, PermissionError)
    return True
