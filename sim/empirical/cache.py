"""Parsed tables and fits, kept beside neither the data nor the program and found again by content.

The folder is $DETENTE_CACHE, else `detente` in the user's cache folder. Everything in it can be deleted at any time;
a file that cannot be read or written is as good as none.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import pandas as pd

FORMAT = "1"
"""Part of every key: raise it when a reader or a fit gives something else for the same file."""


def folder() -> Path:
    """Where things are kept."""
    if told := os.environ.get("DETENTE_CACHE"):
        return Path(told).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "detente"


def fingerprint(*parts: str | bytes | Path) -> str:
    """A name for what these hold; a path stands for its content."""
    digest = blake2b(FORMAT.encode(), digest_size=16)
    for part in parts:
        content = part.read_bytes() if isinstance(part, Path) else part.encode() if isinstance(part, str) else part
        digest.update(len(content).to_bytes(8, "little"))
        digest.update(content)
    return digest.hexdigest()


def kept(key: str, make: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
    """Arrays by name: those kept under a key, else those made now, which are then kept."""
    if (found := load(key)) is not None:
        return found
    made = {name: np.asarray(array) for name, array in make().items()}
    save(key, made)
    return made


def load(key: str) -> dict[str, Any] | None:
    """The arrays kept under a key; None if there are none or they are damaged."""
    try:
        with np.load(folder() / f"{key}.npz", allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None


def save(key: str, arrays: Mapping[str, Any]) -> None:
    """Keep arrays; the file appears whole or not at all, and no failure to write is worth a word."""
    temporary = ""
    with suppress(OSError):
        folder().mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(suffix=".part", dir=folder())
        with os.fdopen(descriptor, "wb") as stream:
            np.savez(stream, **arrays)
        os.replace(temporary, folder() / f"{key}.npz")
        temporary = ""
    if temporary:
        with suppress(OSError):
            os.unlink(temporary)


def table(key: str, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    """A data frame kept under a key, else made now."""
    stored = kept(key, lambda: _as_arrays(make()))
    return pd.DataFrame({name: _unpacked(array) for name, array in stored.items()})


def _as_arrays(frame: pd.DataFrame) -> dict[str, Any]:
    return {
        str(name): column.to_numpy() if column.dtype.kind in "biufM" else column.to_numpy(dtype=str)
        for name, column in frame.items()
    }


def _unpacked(array: Any) -> Any:
    return array.astype(object) if array.dtype.kind == "U" else array
