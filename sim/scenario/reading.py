"""From a name, path or `random:N` to the plain data of a scenario, with the place of every key; `extends` resolved."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from sim.built_in import scenario_folders, user_folder
from sim.core.spelling import nearest
from sim.scenario.places import key_lines
from sim.scenario.problems import KeyPath, Place, Problem, ScenarioError, shown

TABLES = ("states", "trade", "contiguity", "organisations", "pairs", "pacts")
RANDOM = re.compile(r"random:(.*)")
OF_A_YEAR = re.compile(r"world-(\d{4})")
"""Names of the scenarios that are built from data."""
FEWEST, MOST = 3, 400
_HINTS = {
    "Invalid value": 'write text in quotes, as "text"; numbers, true and false without',
    "Expected '='": "write KEY = VALUE, one a line",
    "Expected newline": 'write one key a line; text stands in quotes, as "text"',
    "Cannot overwrite": "this key is there already: keep one of the two",
    "Cannot declare": "this table is there already: join the two",
    "Cannot mutate": "this table is there already: join the two",
    "Duplicate inline": "this key is there already: keep one of the two",
    "Illegal character": "close the quotes on the same line; text of several lines stands between three quotes",
    "Unterminated": "close the quotes",
    "Unclosed": "close the bracket",
}

_VALUES = {
    r"[=\[,{]\s*[-+]?\.\d": "a number begins with a figure: 0.5, not .5",
    r"=\s*(#.*)?$": "the value is missing",
    r"\b(True|False)\b": "write true and false in small letters",
}


@dataclass
class Draft:
    """A scenario as it is being read: plain data, and where each key stands.

    Attributes:
        data: as in the file; the paths under `tables` are absolute.
        places: key path -> place.
        file: the file itself, None for an invented world.
        problems: what was found wrong so far.
    """

    data: dict[str, Any]
    places: dict[KeyPath, Place] = field(default_factory=dict)
    file: Path | None = None
    problems: list[Problem] = field(default_factory=list)

    def over(self, base: Draft) -> Draft:
        """This draft with what it does not say taken from `base`: tables merge, all else is replaced."""
        places = dict(base.places)
        data = _merged(base.data, self.data, (), places)
        return Draft(data, places | self.places, self.file, [*base.problems, *self.problems])


def _merged(
    base: Mapping[str, Any], over: Mapping[str, Any], path: KeyPath, places: dict[KeyPath, Place]
) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        held = merged.get(key)
        if isinstance(held, Mapping) and isinstance(value, Mapping):
            merged[key] = _merged(held, value, (*path, key), places)
        else:
            merged[key] = value
            if key in base:
                forget(places, (*path, key))
    return merged


def forget(places: dict[KeyPath, Place], path: KeyPath) -> None:
    """Drop the places of a key that is replaced, and of all below it."""
    for old in [known for known in places if known[: len(path)] == path]:
        del places[old]


@cache
def built_in_scenarios() -> dict[str, Path]:
    """Name -> file of every scenario that comes with Détente, sorted by name."""
    files = (file for folder in scenario_folders() for file in folder.glob("*.toml"))
    return {file.stem: file for file in sorted(files, key=lambda file: file.stem)}


def draft_of(reference: str | Path, extended_from: tuple[Path, ...] = ()) -> Draft:
    """The data of a scenario and of all that it extends.

    Args:
        reference: a built-in name, the path of a TOML file, or `random:N`.
        extended_from: the files that led here by `extends`.

    Raises:
        ScenarioError: a file that is missing, unreadable or not TOML, `extends` in a circle, N out of bounds.
    """
    if match := RANDOM.fullmatch(str(reference)):
        return Draft(_random(match[1]))
    file = found_file(reference, extended_from[-1].parent if extended_from else None)
    if file in extended_from:
        chain = " extends ".join(shown(each) for each in (*extended_from[extended_from.index(file) :], file))
        raise ScenarioError(f"{chain}: a circle; take one `extends` out")
    draft = _draft_of_file(file)
    base = draft.data.pop("extends", None)
    if base is None:
        return draft
    place = draft.places.get(("extends",))
    if not isinstance(base, str):
        raise ScenarioError.of(
            [Problem(f"{base!r} names no scenario; write a name or path in quotes", "extends", place)]
        )
    try:
        return draft.over(draft_of(base, (*extended_from, file)))
    except ScenarioError as error:
        raise ScenarioError(str(error) if extended_from else f"{place}: extends: {error}") from error


def _random(text: str) -> dict[str, Any]:
    from sim.scenario.random_world import random_scenario

    if not (text.isdecimal() and FEWEST <= int(text) <= MOST):
        raise ScenarioError(f"random:{text}: write the number of states, from {FEWEST} to {MOST}, as random:40")
    return random_scenario(int(text))


def found_file(reference: str | Path, beside: Path | None = None) -> Path:
    """The file of a built-in name, of a path or of a scenario that the user built from data.

    A relative path is looked for in `beside`, the folder of the file that refers to it, or in the current folder.

    Raises:
        ScenarioError: there is none; names the nearest.
    """
    known, text = built_in_scenarios(), str(reference)
    if text in known:
        return known[text]
    kept = user_folder() / f"{text}.toml" if Path(text).name == text else Path()
    try:
        path = ((beside or Path()) / Path(reference).expanduser()).resolve()
        for candidate in (path, path.with_name(f"{path.name}.toml"), kept):
            if candidate.is_file():
                return candidate
    except (OSError, ValueError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or error
        raise ScenarioError(f"{text[:80]!r} is no scenario ({why}); write a built-in name or a path") from error
    raise ScenarioError(_missing(text, path, known))


def _missing(text: str, path: Path, known: Mapping[str, Path]) -> str:
    if path.is_dir():
        return f"{text} is a folder, not a scenario; name the TOML file in it"
    if of_a_year := OF_A_YEAR.fullmatch(text):
        return (
            f"{text} is built from published data sets and not here yet; build it with\n"
            f"  detente data build --data DIR --year {of_a_year[1]}\n"
            "where DIR holds the data sets ('detente data check DIR' tells which are missing and where they are found)"
        )
    if not text.endswith(".toml") and "/" not in text and "\\" not in text:
        return f"no scenario '{text}': neither built in nor a file here; {nearest(text, known)}"
    siblings = [file.name for file in path.parent.glob("*.toml")] if path.parent.is_dir() else []
    near = nearest(path.name, siblings) if siblings else "the folder holds no scenario" if path.parent.is_dir() else ""
    near = near or f"the folder {shown(path.parent)} is missing too"
    return f"no file {text}: {near} (built in: {nearest(path.stem, known)})"


def _draft_of_file(file: Path) -> Draft:
    text = text_of(file)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError.of([_syntax(file, text, str(error))]) from error
    name = shown(file)
    places = {path: Place(name, line) for path, line in key_lines(text).items()}
    data.setdefault("name", file.stem)
    draft = Draft(data, places, file)
    tables = data.get("tables", {})
    if isinstance(tables, dict):
        for key, value in tables.items():
            if isinstance(value, str):
                tables[key] = str(file.parent / value)
    return draft


def text_of(file: Path) -> str:
    """The text of a file.

    Raises:
        ScenarioError: it cannot be read, or is not UTF-8.
    """
    try:
        return file.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        raise ScenarioError(f"{shown(file)}, line {line}: this is not UTF-8 text; save the file as UTF-8") from error
    except OSError as error:
        raise ScenarioError(f"{shown(file)} cannot be read: {(error.strerror or str(error)).lower()}") from error


def _syntax(file: Path, text: str, said: str) -> Problem:
    """What the reader of TOML says, with its line, in plain words."""
    match = re.search(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)", said)
    said = said[: match.start()] if match else said
    said = re.sub(r"\(('[^()]*'),?\)", lambda keys: ".".join(re.findall(r"'([^']*)'", keys[1])), said)
    lines = text.splitlines()
    line = int(match[1]) if match and match[1] else max(1, len(lines))
    written = lines[line - 1].strip() if line <= len(lines) else ""
    hint = next((hint for start, hint in _HINTS.items() if said.startswith(start)), "")
    if said == "Invalid value":
        hint = next((better for pattern, better in _VALUES.items() if re.search(pattern, written)), hint)
    excerpt = f" in `{written[:60]}`" if written else ""
    return Problem(f"this is not TOML{excerpt}: {said}" + (f"; {hint}" if hint else ""), place=Place(shown(file), line))
