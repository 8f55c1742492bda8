"""Runs on disk: a folder of Parquet tables and run.json that appears whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from sim.events import EVENT_COLUMNS
from sim.results.run import MOMENTS, PAIR_COLUMNS, TABLES, Run, Table, option_columns
from sim.world import Names

FILES = ("run.json", *(f"{name}.parquet" for name in TABLES))
FORMAT = 1
"""Of the saved folder; a higher number in run.json comes from a later version."""
TYPES = {"f": "DOUBLE", "i": "BIGINT", "u": "BIGINT", "b": "BOOLEAN", "O": "VARCHAR"}


class RunFolderError(ValueError):
    """A folder that holds no run, or that may not be overwritten; the message says what to do."""


# -- saving ------------------------------------------------------------------------------------------------------------
def save_runs(runs: Sequence[Run], folder: str | Path, *, force: bool = False) -> Path:
    """Write one run, or replicates of one scenario, into a folder: all of it or nothing.

    Writes run.json and series, states, pairs and events as Parquet; every table has a column `seed`. Equal runs give
    equal bits, save for what run.json says of command and date.

    Args:
        force: replace a run that the folder holds; other files in it stay.

    Raises:
        RunFolderError: the folder is not empty and `force` is not given, or is a file.
        OSError: it cannot be written; nothing is left behind.
    """
    place = Path(folder).absolute()
    if place.exists() and not place.is_dir():
        raise RunFolderError(f"{folder} is a file; name a folder")
    if place.is_dir() and not force and any(place.iterdir()):
        raise RunFolderError(f"{folder} is not empty; name another folder, or force it to replace the run in it")
    with staged(place) as stage:
        for name, table in TABLES.items():
            write_parquet([table(run) for run in runs], stage / f"{name}.parquet")
        text = json.dumps(description(runs), indent=1, ensure_ascii=False)
        (stage / "run.json").write_text(text, encoding="utf-8")
        for path in [*stage.iterdir(), stage]:
            flush(path)
    return place


@contextmanager
def staged(place: Path) -> Iterator[Path]:
    """A hidden folder whose files move to their place when the block ends well, and which is gone without trace if not.

    It stands beside a place that is not there yet, and inside one that is (which may be a file system of its own).
    """
    made = [path for path in place.parents if not path.exists()]
    beside = place if place.is_dir() else place.parent
    hidden = beside / f".detente-{uuid4().hex[:12]}"
    try:
        beside.mkdir(parents=True, exist_ok=True)
        hidden.mkdir()
        yield hidden
        if beside == place:
            (place / "run.json").unlink(missing_ok=True)  # until the new one stands, this is no run
            for name in (*FILES[1:], FILES[0]):
                os.replace(hidden / name, place / name)
        else:
            os.rename(hidden, place)
            made = []
    finally:
        shutil.rmtree(hidden, ignore_errors=True)
        for path in made:
            with suppress(OSError):  # one that is not empty stays
                path.rmdir()


def flush(path: Path) -> None:
    """Make sure that a file or folder is on the disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def write_parquet(parts: Sequence[Table], path: Path) -> None:
    """Write tables of the same columns below each other; the same numbers give the same bits.

    Raises:
        OSError: the disk is full or the file cannot be written.
    """
    import duckdb

    table = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    chosen = ", ".join(f'CAST("{name}" AS {TYPES[values.dtype.kind]}) AS "{name}"' for name, values in table.items())
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.register("held", table)
        target = str(path).replace("'", "''")
        try:
            connection.execute(f"COPY (SELECT {chosen} FROM held) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
        except duckdb.IOException as error:
            raise OSError(f"cannot write {path.name}: {str(error).splitlines()[0]}") from error


def description(runs: Sequence[Run]) -> dict[str, Any]:
    """What run.json says: where the runs come from, what they ended in, and the scenario in full."""
    first = runs[0]
    return {
        **first.provenance,
        "format": FORMAT,
        "seeds": [run.seed for run in runs],
        "steps": len(first.time) - 1,
        "final": {str(run.seed): run.final for run in runs} if len(runs) > 1 else first.final,
        "clips": {str(run.seed): dict(run.clips) for run in runs},
        "names": asdict(first.names),
        "definition": first.scenario.model_dump(mode="json"),
    }


# -- loading -----------------------------------------------------------------------------------------------------------
def load_run(folder: str | Path) -> Run:
    """The run in a folder (the first, if it holds several).

    Raises:
        RunFolderError: there is none.
    """
    return load_runs(folder)[0]


def load_runs(folder: str | Path) -> list[Run]:
    """All runs that `save_runs` wrote into a folder.

    Raises:
        RunFolderError: there is none, or it comes from a later version.
    """
    from sim.scenario import Scenario

    place = Path(folder)
    missing = [name for name in FILES if not (place / name).is_file()]
    if missing:
        raise RunFolderError(f"{folder} holds no run ({missing[0]} is missing); name a folder that `detente run` wrote")
    try:
        told = json.loads((place / "run.json").read_text(encoding="utf-8"))
    except ValueError as error:
        raise RunFolderError(f"{place / 'run.json'} is damaged: {error}") from error
    if told.get("format") != FORMAT:
        raise RunFolderError(f"{folder} was written in format {told.get('format')}; this version reads {FORMAT}")
    names = Names(**{f.name: tuple(told["names"][f.name]) for f in fields(Names)})
    scenario = Scenario.model_validate(told["definition"])
    ours = {"format", "seeds", "steps", "final", "clips", "names", "definition"}
    origin = {key: value for key, value in told.items() if key not in ours}
    tables = {name: read_parquet(place / f"{name}.parquet") for name in TABLES}
    runs = []
    for seed in told["seeds"]:
        own = {name: _of_seed(table, seed) for name, table in tables.items()}
        parts = _arrays(own, names)
        clips = told["clips"][str(seed)]
        runs.append(Run(scenario, seed, names, clips=clips, provenance=origin | {"seed": seed}, **parts))
    return runs


def read_parquet(path: Path) -> Table:
    """The columns of a Parquet file; where a number is missing stands nan, where a text is, None.

    Raises:
        RunFolderError: the file is damaged.
    """
    import duckdb

    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        try:
            columns = connection.execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchnumpy()
        except duckdb.Error as error:
            raise RunFolderError(f"{path} is damaged: {str(error).splitlines()[0]}") from error
    gaps = {"f": np.nan, "O": None}
    return {
        name: values.filled(gaps.get(values.dtype.kind)) if isinstance(values, np.ma.MaskedArray) else values
        for name, values in columns.items()
    }


def _of_seed(table: Table, seed: int) -> Table:
    chosen = table["seed"] == seed
    return {name: values[chosen] for name, values in table.items() if name != "seed"}


def _arrays(tables: Mapping[str, Table], names: Names) -> dict[str, Any]:
    series = dict(tables["series"])
    time = series.pop("time")
    n, options = len(names.states), option_columns(names)
    states = {k: v.reshape(len(time), n) for k, v in tables["states"].items() if k not in {"time", "state"}}
    alignment = np.stack([states.pop(name) for name in options], axis=-1)
    halves = {name: tables["pairs"][name].reshape(2, n, n) for name in PAIR_COLUMNS}
    pairs = {moment: {name: values[m] for name, values in halves.items()} for m, moment in enumerate(MOMENTS)}
    rows = zip(*(tables["events"][name].tolist() for name in EVENT_COLUMNS), strict=True)
    events = [{name: _missing(value) for name, value in zip(EVENT_COLUMNS, row, strict=True)} for row in rows]
    return {"time": time, "series": series, "states": states, "alignment": alignment, "pairs": pairs, "events": events}


def _missing(value: Any) -> Any:
    return None if isinstance(value, float) and np.isnan(value) else value
