"""What is wrong with a scenario, where it stands and what to write instead: every problem of a file at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

type KeyPath = tuple[str | int, ...]
"""Keys from the top of a scenario to a value; a number counts the entries of a list from 0."""


@dataclass(frozen=True)
class Place:
    """Where something was written: a file with the line, or the row and column of a table; or an option."""

    file: str
    line: int | None = None
    column: str = ""

    def __str__(self) -> str:
        if self.line is None:
            return self.file
        return (
            f"{self.file}, row {self.line}, column {self.column}" if self.column else f"{self.file}, line {self.line}"
        )


type Places = Mapping[KeyPath, Place]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        message: what is wrong and what to write instead.
        key: the key path as people write it; "" where the whole file is meant.
        place: where it stands, if that is known.
    """

    message: str
    key: str = ""
    place: Place | None = None

    def __str__(self) -> str:
        return ": ".join(str(part) for part in (self.place, self.key, self.message) if part)


class ScenarioError(ValueError):
    """A scenario that cannot be used. Its text is the whole message for the user, a line a problem."""

    @classmethod
    def of(cls, problems: Sequence[Problem]) -> ScenarioError:
        """The error that tells of all these problems, each once."""
        lines = list(dict.fromkeys(str(problem) for problem in problems))
        if len(lines) == 1:
            return cls(lines[0])
        return cls("\n".join([f"{len(lines)} problems in this scenario:", *(f"  {line}" for line in lines)]))


def spell(path: KeyPath) -> str:
    """A key path as people write it, entries of lists counted from 1: `ties.pacts#3.members`."""
    parts = [f"#{part + 1}" if isinstance(part, int) else f".{_quoted(part)}" for part in path]
    return "".join(parts).removeprefix(".")


def _quoted(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalnum() else f'"{key}"'


def place_of(path: KeyPath, places: Places) -> Place | None:
    """Where a key stands: its own place, else that of the innermost table or list around it."""
    for length in range(len(path), 0, -1):
        if (place := places.get(path[:length])) is not None:
            return place
    return None


def shown(path: Path) -> str:
    """A path as short as it can be told: relative to the current folder if it lies inside."""
    folder = Path.cwd()
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)
