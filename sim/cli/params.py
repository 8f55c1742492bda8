"""Files of parameters, as `detente fit` writes them, for `detente run`."""

from __future__ import annotations

import tomllib
from pathlib import Path


class ParamsError(ValueError):
    """A file that holds no parameters."""


def changes_of(path: Path) -> list[str]:
    """What a file of parameters changes in a scenario, as texts KEY=VALUE.

    Raises:
        ParamsError: it cannot be read, or has no section [mechanisms.NAME].
    """
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ParamsError(f"--params {path}: cannot be read ({error}); write such a file with 'detente fit'") from error
    held = told.get("mechanisms")
    if not isinstance(held, dict) or not all(isinstance(values, dict) for values in held.values()):
        raise ParamsError(f"--params {path}: has no section [mechanisms.NAME]; write such a file with 'detente fit'")
    return [f"mechanisms.{unit}.{name}={value!r}" for unit, values in held.items() for name, value in values.items()]
