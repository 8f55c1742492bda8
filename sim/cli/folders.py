"""A folder of results appears whole or not at all."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import count
from pathlib import Path

OURS = ("run.json", "series.parquet", "states.parquet", "pairs.parquet", "events.parquet", "report.html")
"""What a run writes, and so what a later one may replace. run.json comes first: without it the rest is no run."""


class OccupiedError(ValueError):
    """The folder holds something that is not to be overwritten."""


class UnwritableError(ValueError):
    """Nothing can be written there."""


def ours(folder: Path) -> list[Path]:
    """The files in a folder that an earlier run wrote."""
    return [folder / name for name in OURS if (folder / name).is_file()]


def vacant(folder: Path, *, force: bool = False) -> None:
    """Make sure that results may go into a folder.

    Raises:
        OccupiedError: it is a file, or holds something and `force` is not given.
    """
    if folder.is_file():
        raise OccupiedError(f"--out {folder} is a file; name a folder")
    if folder.is_dir() and not force and any(folder.iterdir()):
        raise OccupiedError(
            f"--out {folder} is not empty; name another folder, or add --force to replace the run in it"
        )


class Staging:
    """A hidden folder to write to, `folder`, whose content then moves to its place in one go.

    Args:
        place: where the content shall stand; None while the name is still open.
        beside: the folder in which the hidden one is made.
        uncut: context manager inside which no signal cuts in.
    """

    def __init__(self, place: Path | None, beside: Path, uncut: Callable[[], AbstractContextManager[None]]) -> None:
        self.place, self.uncut, self.inside = place, uncut, beside == place
        self.made = [path for path in (beside, *beside.parents) if not path.exists()]
        self.hidden = beside / f".detente-{uuid.uuid4().hex[:12]}"
        self.folder = self.hidden / "run"

    def open(self) -> None:
        """Make the hidden folder.

        Raises:
            UnwritableError: it cannot be made here.
        """
        try:
            with self.uncut():
                self.hidden.mkdir(parents=True)
        except OSError as error:
            where = f"--out {self.place}" if self.place else str(self.hidden.parent)
            reason = (error.strerror or str(error)).lower()
            raise UnwritableError(f"{where}: cannot write there ({reason}); name another folder with --out") from error

    def discard(self) -> None:
        """Leave nothing behind: no hidden folder, and no folder that was made to hold it and is empty."""
        with self.uncut():
            shutil.rmtree(self.hidden, ignore_errors=True)
            for path in self.made:
                if path.is_dir() and not any(path.iterdir()):
                    path.rmdir()

    def settle(self) -> Path:
        """Move the content to its place; what was there of an earlier run goes, other files stay.

        Raises:
            OSError: it cannot be moved, or somebody else has filled the place by now; an earlier run stays as it was.
        """
        assert self.place is not None
        with self.uncut():
            if self.inside:
                self._swap(self.place)
            else:
                os.rename(self.folder, self.place)
        return self.place

    def settle_as(self, names: Iterator[str], parent: Path) -> Path:
        """Move the content to the first of these names in a folder that is free."""
        with self.uncut():
            for name in names:
                place = parent / name
                if place.exists():
                    continue
                os.rename(self.folder, place)
                return place
        raise OccupiedError(f"no name is free in {parent}")

    def _swap(self, place: Path) -> None:
        old = self.hidden / "old"
        old.mkdir()
        moved: list[tuple[Path, Path]] = []
        # run.json goes first and comes last: should the machine stop in between, what is left is no run.
        fresh = sorted(self.folder.iterdir(), key=lambda path: path.name == "run.json")
        moves = [(path, old / path.name) for path in ours(place)] + [(path, place / path.name) for path in fresh]
        try:
            for source, target in moves:
                os.rename(source, target)
                moved.append((source, target))
        except OSError:
            for source, target in reversed(moved):
                os.rename(target, source)
            raise


@contextmanager
def staged(
    place: Path | None, parent: Path, uncut: Callable[[], AbstractContextManager[None]] = nullcontext
) -> Iterator[Staging]:
    """A `Staging`, gone without trace when the block ends.

    Args:
        place: the folder that shall hold the results; if it exists, they are prepared inside it (it may be the root of
            a file system of its own), else beside it.
        parent: where to prepare them if `place` is None.
    """
    beside = parent if place is None else place if place.is_dir() else place.parent
    staging = Staging(place, beside, uncut)
    try:
        staging.open()
        yield staging
    finally:
        staging.discard()


def numbered(stem: str) -> Iterator[str]:
    """stem, stem-2, stem-3, ..."""
    yield stem
    yield from (f"{stem}-{n}" for n in count(2))
