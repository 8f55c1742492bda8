"""A sweep that can be read, while it goes on or afterwards: tables, queries, a hash of its results."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.spelling import nearest
from sim.experiment.design import Design
from sim.experiment.parts import Store, StoreError, read_design_of
from sim.experiment.views import TABLES, connected

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from pandas import DataFrame

STATUSES = ("ok", "error", "timeout", "crashed")


def open_sweep(folder: str | Path) -> Sweep:
    """The sweep in a folder.

    Raises:
        StoreError: there is none.
    """
    place = Path(folder).absolute()
    if not (place / "manifest.json").is_file():
        raise StoreError(f"{folder} holds no sweep (manifest.json is missing); name a folder that a sweep wrote")
    return Sweep(place)


class Sweep:
    """A sweep that can be read while it is still going on.

    Attributes:
        path: its folder.
    """

    def __init__(self, folder: Path) -> None:
        self.path = self.folder = folder

    @cached_property
    def design(self) -> Design:
        """What was asked."""
        return read_design_of(self.path)

    @cached_property
    def schema(self) -> dict[str, Any]:
        """Kind, unit and meaning of every column, by table and name.

        `columns` are those of the runs; `volatile` lists those that differ between repetitions.
        """
        return self._json("schema.json")

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What made it."""
        return self._json("manifest.json")

    def _json(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.path / name).read_text(encoding="utf-8"))
        return found

    def connect(self) -> DuckDBPyConnection:
        """A DuckDB connection with the views runs, trajectories and events; close it after use."""
        return connected(self.path)

    def sql(self, query: str) -> DataFrame:
        """The answer to a query over the views runs, trajectories and events."""
        with self.connect() as connection:
            return connection.execute(query).df()

    def arrow(self, table: str = "runs") -> Any:
        """A table for Arrow (needs pyarrow).

        Raises:
            StoreError: no such table.
        """
        if table not in TABLES:
            raise StoreError(f"no table '{table}'; {nearest(table, TABLES)}")
        with self.connect() as connection:
            return connection.execute(f'SELECT * FROM "{table}"').to_arrow_table()

    def runs(self) -> DataFrame:
        """A row a run, in the order of scenario, point, arm and replicate."""
        return self.sql("SELECT * FROM runs ORDER BY scenario, point, arm, replicate, run_id")

    def trajectories(self) -> DataFrame:
        """A row a step of every run; empty if the design keeps none."""
        return self.sql("SELECT * FROM trajectories ORDER BY run_id, step")

    def events(self) -> DataFrame:
        """A row an event; empty if the design keeps none."""
        return self.sql("SELECT * FROM events ORDER BY run_id, id")

    def status(self) -> dict[str, int]:
        """Runs of the design by status; `missing` have not been carried out yet."""
        known = {task.run_id for task in self.design.tasks()}
        found = [how for name, (how, _) in Store(self.path).attempts().items() if name in known]
        told = {how: found.count(how) for how in STATUSES}
        return {"runs": len(known), **told, "missing": len(known) - len(found)}

    def digest(self) -> str:
        """Hash over the sorted rows of all tables without volatile columns: equal for equal results."""
        total = hashlib.blake2b(digest_size=16)
        for frame in (self.runs(), self.trajectories(), self.events()):
            _feed(total, frame.drop(columns=[name for name in self.schema["volatile"] if name in frame]))
        return total.hexdigest()

    def _repr_html_(self) -> str:
        told = ", ".join(f"{number} {how}" for how, number in self.status().items() if number)
        return f"<b>{self.design.name}</b>: {told}<br><code>{self.path}</code>"

    def __repr__(self) -> str:
        return f"Sweep({str(self.path)!r})"


def _feed(total: Any, frame: DataFrame) -> None:
    """Take the rows of a table into a hash, sorted by run (and by what comes second, where there is one)."""
    order = [name for name in ("run_id", "step", "id") if name in frame]
    frame = frame.sort_values(order, kind="stable")
    for name in sorted(frame.columns):
        total.update(name.encode())
        values = frame[name].to_numpy()
        plain = values if values.dtype.kind in "bif" else np.array([str(each) for each in values], dtype=str)
        total.update(np.ascontiguousarray(plain).tobytes())
