"""The tables of a store as DuckDB sees them: every part that was finished, and of each run its last attempt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TABLES = ("runs", "trajectories", "events")
NONE = {
    "runs": "NULL::VARCHAR AS run_id, 0 AS point, '' AS arm, 0 AS replicate, '' AS scenario, '' AS seed, "
    "'' AS status, '' AS error, 0 AS attempt",
    "trajectories": "NULL::VARCHAR AS run_id, 0 AS step, 0.0 AS year",
    "events": "NULL::VARCHAR AS run_id, 0 AS id, 0 AS step, 0.0 AS time, '' AS kind, '' AS sentence",
}
"""Columns of a table that holds nothing yet."""
KEYS = {"trajectories": "run_id, step", "events": "run_id, id"}


def connected(folder: Path, tables: Sequence[str] = TABLES) -> DuckDBPyConnection:
    """A connection with a view for every table of a store.

    A run counts from the moment at which its part stands in runs/: what a driver that was killed before left of it in
    the other tables is passed over.
    """
    import duckdb

    connection = duckdb.connect(":memory:")
    complete = _parts(folder, "runs")
    twice = _twice(connection, complete)
    for table in tables:
        files = [path for path in _parts(folder, table) if (folder / "runs" / path.name).is_file()]
        if not files:
            connection.execute(f'CREATE VIEW "{table}" AS SELECT {NONE[table]} WHERE false')
            continue
        query = f"SELECT * FROM {listed(files)}"
        if twice:
            query += _last(table)
        connection.execute(f'CREATE VIEW "{table}" AS {query}')
    return connection


def listed(files: Sequence[Path]) -> str:
    """These files as one table."""
    names = ", ".join("'" + str(path).replace("'", "''") + "'" for path in files)
    return f"read_parquet([{names}], union_by_name = true)"


def _last(table: str) -> str:
    """What keeps one row of those that stand for the same."""
    if table == "runs":
        return " QUALIFY row_number() OVER (PARTITION BY run_id ORDER BY attempt DESC, started DESC) = 1"
    return f" QUALIFY row_number() OVER (PARTITION BY {KEYS[table]}) = 1"


def _twice(connection: DuckDBPyConnection, files: Sequence[Path]) -> bool:
    """Whether a run stands there more than once: tried again, or done by two drivers at once."""
    if not files:
        return False
    found = connection.execute(f"SELECT count(*) <> count(DISTINCT run_id) FROM {listed(files)}").fetchone()
    return bool(found and found[0])


def _parts(folder: Path, table: str) -> list[Path]:
    return sorted(path for path in (folder / table).glob("*.parquet") if not path.name.startswith("."))
