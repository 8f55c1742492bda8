"""Which worlds a visitor may begin: built-in ones by name, invented ones, and files of their own that are checked."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sim.core.spelling import nearest
from sim.scenario import Scenario, ScenarioError, built_in_scenarios, load_scenario
from sim.ui.describing import parameters_of, rules_of_scenario
from sim.ui.limits import LIMITS
from sim.ui.sides import Act, Plan

INVENTED = ("random:20", "random:60", "random:200")


class RefusedError(ValueError):
    """Something that a visitor may not ask for; the message says what they may."""


class Catalogue:
    """The worlds on offer.

    Args:
        first: the scenario that the command line named: a built-in name, random:N or a path, which visitors get by
            the name of its file and never by a path.
        allow_code: what the command line says of code that the first scenario names.
    """

    def __init__(self, first: str, *, allow_code: bool = False) -> None:
        self.first, self.allow_code = first, allow_code
        known = first in built_in_scenarios() or first.startswith("random:")
        self.own = "" if known else Path(first).stem
        self.default = self.own or first

    def listed(self) -> list[dict[str, Any]]:
        """Id and title of each."""
        titles = {name: title_of(name) for name in built_in_scenarios()}
        invented = {name: f"An invented world of {name.partition(':')[2]} states" for name in INVENTED}
        mine = {self.default: title_of(self.first, self.allow_code)}
        return [{"id": name, "title": title} for name, title in (mine | titles | invented).items()]

    def plan(self, name: str, seed: int, changes: Mapping[str, Any] | None = None, acts: Sequence[Act] = ()) -> Plan:
        """What makes a world of that name.

        Raises:
            RefusedError: no such scenario on offer, or one too large. ScenarioError: changes that cannot be made.
        """
        if name not in built_in_scenarios() and name != self.own and not is_invented(name):
            raise RefusedError(f"no scenario '{name[:80]}'; {nearest(name, [one['id'] for one in self.listed()])}")
        is_own = bool(self.own) and name == self.own
        reference = self.first if is_own else name
        scenario = load_scenario(reference, changes=dict(changes or {}), allow_code=is_own and self.allow_code)
        offered = self._offered(reference, is_own, changes or {})
        return Plan(within(scenario), name, seed, dict(changes or {}), tuple(acts), offered)

    def _offered(self, reference: str, is_own: bool, changes: Mapping[str, Any]) -> dict[str, float]:
        """What the changed numbers are in the scenario as it stands in the list."""
        if not changes:
            return {}
        unchanged = load_scenario(reference, allow_code=is_own and self.allow_code)
        return {
            one["key"]: one["value"] for one in parameters_of(rules_of_scenario(unchanged)) if one["key"] in changes
        }


@cache
def title_of(reference: str, allow_code: bool = False) -> str:
    """The title of a scenario."""
    scenario = load_scenario(reference, allow_code=allow_code)
    return scenario.title or scenario.name


def is_invented(name: str) -> bool:
    """random:N with N that a page can bear."""
    kind, _, count = name.partition(":")
    return kind == "random" and count.isascii() and count.isdigit() and 2 <= int(count[:6]) <= LIMITS.states


def within(scenario: Scenario) -> Scenario:
    """The scenario, if it is not too large for a page.

    Raises:
        RefusedError: it is.
    """
    if len(scenario.states) > LIMITS.states:
        raise RefusedError(f"{len(scenario.states)} states; a page shows at most {LIMITS.states}")
    if scenario.steps > LIMITS.steps:
        raise RefusedError(f"{scenario.steps} steps; a page simulates at most {LIMITS.steps}")
    return scenario


def uploaded(filename: str, text: str, seed: int) -> Plan:
    """A world from a file that a visitor sent: read as data, never run, and no other file is opened for it.

    Raises:
        RefusedError: too large, or it refers to other files. ScenarioError: all that is wrong with it.
    """
    if len(text.encode()) > LIMITS.upload:
        raise RefusedError(f"the file is larger than {LIMITS.upload / 1e6:g} MB")
    stem = "".join(letter for letter in Path(filename).stem if letter.isalnum() or letter in "-_")[:60] or "scenario"
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        data = {}
    if "tables" in data:
        raise RefusedError("a file sent from the page cannot refer to tables; write the states into it")
    base = data.get("extends")
    if base is not None and base not in built_in_scenarios():
        known = nearest(str(base), built_in_scenarios())
        raise RefusedError(f"extends: a file sent from the page cannot extend {str(base)[:80]!r}; {known}")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{stem}.toml"
        file.write_text(text, encoding="utf-8")
        try:
            scenario = load_scenario(file)
        except ScenarioError as error:
            raise ScenarioError(str(error).replace(str(file), filename).replace(folder, "")) from error
    return Plan(within(scenario), f"file:{stem}", seed)
