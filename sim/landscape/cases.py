"""From a scenario or a file of sizes and propensities to the actors of a landscape.

A landscape file is TOML:

    title, source, notes      texts, optional
    default = -1              propensity of all pairs not named below; 0 without it
    [size]                    NAME = number above 0
    [propensity]              "A-B" = number, once a pair, or [propensity.A] with B = number

A file with `states` or `extends` is a scenario instead: size is the share of world power, propensity the affinity, both
at the start.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from sim.core.columns import Array
from sim.core.spelling import nearest
from sim.landscape.blocs import MOST, Landscape, landscape
from sim.scenario import load_scenario
from sim.scenario.problems import KeyPath, Place, Problem, place_of, shown, spell
from sim.scenario.reading import RANDOM, Draft, draft_of

KEYS = ("title", "name", "source", "notes", "default", "size", "propensity")
OF_SCENARIOS = ("states", "extends", "poles", "tables")
BY_DEFAULT = 20
"""Actors taken from a scenario, the most powerful."""
_BETWEEN = re.compile(r"[-–,;:/|]")
_PAIR = '"A-B" = number, or [propensity.A] with B = number'


class LandscapeError(ValueError):
    """Actors of whom no landscape can be made. Its text is the whole message for the user, a line a problem."""


@dataclass(frozen=True)
class Case:
    """Actors with sizes and propensities.

    Attributes:
        title: of the case.
        account: where sizes and propensities come from, sentences.
        names: of the n actors.
        size: shape (n,).
        propensity: shape (n, n), symmetric.
    """

    title: str
    account: str
    names: tuple[str, ...]
    size: Array
    propensity: Array

    def of(self, number: int, keep: Sequence[str] = ()) -> Case:
        """The case of only `number` actors, in their order: those to keep and the largest of the others.

        Raises:
            LandscapeError: an actor to keep that is not there, or more of them than `number`.
        """
        for name in keep:
            if name not in self.names:
                raise LandscapeError(f"{self.title}: there is no actor '{name}'; {nearest(name, self.names)}")
        if len(set(keep)) > number:
            raise LandscapeError(f"{len(set(keep))} actors to keep, but only {number} in all; raise --actors")
        wanted = np.array([name in keep for name in self.names])
        kept = np.sort(np.lexsort((-self.size, ~wanted))[:number])
        names = tuple(self.names[k] for k in kept)
        return Case(self.title, self.account, names, self.size[kept], self.propensity[np.ix_(kept, kept)])

    def landscape(self) -> Landscape:
        """All stable configurations.

        Raises:
            LandscapeError: fewer than two actors, or more than can be enumerated; products too large for a number.
        """
        try:
            return landscape(self.names, self.size, self.propensity)
        except ValueError as error:
            raise LandscapeError(f"{self.title}: {error}") from error


def read_case(
    reference: str | Path, *, actors: int | None = None, keep: Sequence[str] = (), allow_code: bool = False
) -> Case:
    """The actors of a landscape file or of a scenario.

    Args:
        reference: the path of a TOML file, a built-in scenario, or `random:N`.
        actors: so many, the largest; without it all of a file, and the 20 most powerful of a scenario.
        keep: actors to be among them, however small.
        allow_code: let a scenario run Python code that it names.

    Raises:
        LandscapeError: all that is wrong with a landscape file, with lines and what to write instead.
        ScenarioError: no such file, no TOML, or what is wrong with the scenario.
    """
    draft = None if RANDOM.fullmatch(str(reference)) else draft_of(reference)
    if draft is None or any(key in draft.data for key in OF_SCENARIOS):
        return _of_scenario(reference, actors or BY_DEFAULT, keep, allow_code)
    case = _Reader(draft).case()
    if actors is None and len(case.names) > MOST:
        raise LandscapeError(
            f"{shown(draft.file or Path())}: size: {len(case.names)} actors, but at most {MOST} can be enumerated; "
            f"take some out, or let --actors {MOST} keep the largest"
        )
    return case.of(actors or len(case.names), keep)


def _of_scenario(reference: str | Path, actors: int, keep: Sequence[str], allow_code: bool) -> Case:
    """The living states of a scenario, the most powerful first."""
    scenario = load_scenario(reference, allow_code=allow_code)
    world = scenario.world()
    order = np.argsort(-world.power, kind="stable")
    order = order[world.alive[order]]
    names = tuple(world.names.states[k] for k in order)
    case = Case(scenario.title, "", names, world.power[order], world.affinity[np.ix_(order, order)]).of(actors, keep)
    others = f"{', '.join(dict.fromkeys(keep))} and the most powerful others" if keep else "the most powerful"
    who = f"{len(case.names)} of {len(names)} actors, {others}" if len(case.names) < len(names) else "all actors"
    meaning = "Size is the share of world power, propensity the affinity."
    return replace(case, account=f"{scenario.name} in {scenario.start:g}, {who}. {meaning}")


@dataclass
class _Reader:
    """Reads the data of a landscape file and gathers all that is wrong with them."""

    draft: Draft
    problems: list[Problem] = field(default_factory=list)

    def case(self) -> Case:
        """The actors.

        Raises:
            LandscapeError: all that is wrong.
        """
        data = self.draft.data
        for key in data:
            if key not in KEYS:
                self.wrong((key,), f"there is no such key; {nearest(key, KEYS)}")
        texts = {key: self.text(key) for key in ("title", "name", "source", "notes")}
        sizes = self.sizes()
        default = self.number(("default",), data.get("default", 0.0))
        pairs = self.pairs(tuple(sizes)) if sizes else {}
        if not self.problems and "default" not in data and not pairs:
            self.wrong(("propensity",), f"nothing says who would side with whom; write default = -1, or {_PAIR}")
        if self.problems:
            raise LandscapeError(_told(self.problems, self.draft))
        matrix = np.full((len(sizes), len(sizes)), default)
        for (i, j), value in pairs.items():
            matrix[i, j] = matrix[j, i] = value
        account = _sentences(texts["notes"], f"Source: {texts['source']}" if texts["source"] else "")
        title = texts["title"] or texts["name"]
        return Case(title, account, tuple(sizes), np.array(list(sizes.values())), matrix)

    def sizes(self) -> dict[str, float]:
        """Actor -> size; empty if there is none to speak of."""
        table = self.draft.data.get("size")
        if not isinstance(table, dict) or not table:
            self.wrong(("size",), "the sizes are missing; write [size] and below it NAME = number, one actor a line")
            return {}
        if len(table) == 1:
            self.wrong(("size",), "one actor alone has nobody to side with; name at least two")
        sizes = {name: self.number(("size", name), value) for name, value in table.items()}
        for name, size in sizes.items():
            if size <= 0:
                self.wrong(("size", name), f"a size must be above 0, not {size:g}; leave out an actor without weight")
        return sizes

    def pairs(self, names: Sequence[str]) -> dict[tuple[int, int], float]:
        """Positions of two actors, the lower first -> propensity."""
        given: dict[tuple[int, int], tuple[float, KeyPath]] = {}
        for path, first, second, value in self.entries(names):
            number = self.number(path, value)
            unknown = [name for name in (first, second) if name not in names]
            for name in unknown:
                self.wrong(path, f"'{name}' has no size; {nearest(name, names)}")
            if unknown:
                continue
            if first == second:
                self.wrong(path, "an actor always sides with itself; name two different actors")
                continue
            low, high = sorted((names.index(first), names.index(second)))
            held, where = given.setdefault((low, high), (number, path))
            if held != number:
                other = f"{self.where(where)} says {held:g}"
                self.wrong(path, f"{number:g}, but {other}; propensities are mutual: keep one of the two")
        return {pair: number for pair, (number, _) in given.items()}

    def entries(self, names: Sequence[str]) -> Iterator[tuple[KeyPath, str, str, Any]]:
        """Key path, the two actors and the value of everything under [propensity]."""
        table = self.draft.data.get("propensity", {})
        if not isinstance(table, dict):
            self.wrong(("propensity",), f"{table!r} is no table; write default = number for all pairs, or {_PAIR}")
            return
        for key, value in table.items():
            path: KeyPath = ("propensity", key)
            if isinstance(value, dict):
                for other, number in value.items():
                    yield (*path, other), key, other, number
            elif isinstance(pair := _two(key, names), str):
                self.wrong(path, pair)
            else:
                yield path, *pair, value

    def number(self, path: KeyPath, value: Any) -> float:
        """A finite number; of anything else 1.0, with a complaint."""
        with suppress(OverflowError):
            if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(float(value)):
                return float(value)
        self.wrong(path, f"{repr(value)[:40]} is no number to reckon with; write one, as 2.5 or -1, without quotes")
        return 1.0

    def text(self, key: str) -> str:
        """A text that may be missing."""
        value = self.draft.data.get(key, "")
        if not isinstance(value, str):
            self.wrong((key,), f"{value!r} is no text; put it in quotes")
            return ""
        return " ".join(value.split())

    def where(self, path: KeyPath) -> str:
        """A key with its line."""
        place = place_of(path, self.draft.places)
        return f"line {place.line} ({spell(path)})" if place and place.line else spell(path)

    def wrong(self, path: KeyPath, message: str) -> None:
        """Take note of a problem."""
        place = place_of(path, self.draft.places) or (Place(shown(self.draft.file)) if self.draft.file else None)
        self.problems.append(Problem(message, spell(path), place))


def _two(key: str, names: Sequence[str]) -> tuple[str, str] | str:
    """The two actors that a key like "A-B" names, known or not; what is wrong with it if it does not name two."""
    cuts = [(key[: cut.start()].strip(), key[cut.end() :].strip()) for cut in _BETWEEN.finditer(key)]
    cuts = [pair for pair in cuts if all(pair)]
    known = [pair for pair in cuts if set(pair) <= set(names)] or cuts
    if not known:
        return f"this does not name two actors; write {_PAIR}"
    if len(known) > 1 and set(known[0]) <= set(names):
        return f"this can be read in two ways; write [propensity.{spell((known[0][0],))}] with the other below it"
    return max(known, key=lambda pair: sum(name in names for name in pair))


def _sentences(*parts: str) -> str:
    return " ".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in parts if part)


def _told(problems: Sequence[Problem], draft: Draft) -> str:
    """The message: a line a problem, in the order of the lines."""
    ordered = sorted(problems, key=lambda problem: (problem.place and problem.place.line) or 0)
    lines = list(dict.fromkeys(str(problem) for problem in ordered))
    if len(lines) == 1:
        return lines[0]
    file = shown(draft.file) if draft.file else "this case"
    return "\n".join([f"{len(lines)} problems in {file}:", *(f"  {line}" for line in lines)])
