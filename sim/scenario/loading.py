"""From a name, path or `random:N` to a checked scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.scenario.changes import Changes, make_changes
from sim.scenario.explaining import explained
from sim.scenario.problems import Place, Problem, ScenarioError, place_of, shown
from sim.scenario.reading import Draft, draft_of
from sim.scenario.scenario import Scenario, code_refused
from sim.scenario.scheduled import misdated, untimely_ties
from sim.scenario.tables import take_in_tables


def load_scenario(reference: str | Path, *, changes: Changes = (), allow_code: bool = False) -> Scenario:
    """Read a scenario, change it, check all of it.

    Args:
        reference: a built-in name, the path of a TOML file, or `random:N` for an invented world of N states.
        changes: key path -> value, as {"mechanisms.alignment.kappa": 2.0, "mechanisms.mediation": False,
            "policies.KAZ": "balance", "policies.multi_vector.mediation": 1.5, "end": 2100}; or texts KEY=VALUE. They
            are made in their order.
        allow_code: let the scenario run policies that it names as `module:Class`.

    Raises:
        ScenarioError: all that is wrong with it, with places and what to write instead.
    """
    draft = draft_of(reference)
    scenario = _made(draft, changes)
    scenario._folder, scenario._code_allowed = draft.file and draft.file.parent, allow_code
    if own := scenario.own_policies():
        if not allow_code:
            raise ScenarioError.of([_code_problem(scenario, draft, own)])
        scenario.decisions()
    return scenario


def scenario_from(data: Mapping[str, Any], *, changes: Changes = ()) -> Scenario:
    """A scenario from plain data in the form of a scenario file, changed and checked.

    Raises:
        ScenarioError: all that is wrong with it, and what to write instead.
    """
    own = {key: dict(value) if key == "ties" else deepcopy(value) for key, value in data.items()}
    return _made(Draft(own), changes)


def _made(draft: Draft, changes: Changes) -> Scenario:
    take_in_tables(draft)
    make_changes(draft, changes)
    return _checked(draft)


def _checked(draft: Draft) -> Scenario:
    """The scenario that the data describe.

    Raises:
        ScenarioError: what was wrong before and what the schema objects to, in the order of the files.
    """
    problems: list[Problem] = [*draft.problems, *misdated(draft)]
    try:
        scenario = Scenario.model_validate(draft.data)
    except ValidationError as error:
        whole = Place(shown(draft.file)) if draft.file else None
        found = explained(error, Scenario, draft.data, draft.places)
        problems += [replace(each, place=each.place or whole) for each in found]
    else:
        problems += untimely_ties(scenario, draft)
    if problems:
        raise ScenarioError.of(_in_order(problems))
    return scenario


def _in_order(problems: Sequence[Problem]) -> list[Problem]:
    """By file, the first that is complained of first, and by line."""
    files = [problem.place.file if problem.place else "" for problem in problems]
    first = {file: number for number, file in reversed(list(enumerate(files)))}

    def position(problem: Problem) -> tuple[int, int]:
        return (first[problem.place.file], problem.place.line or 0) if problem.place else (first[""], 0)

    return sorted(problems, key=position)


def _code_problem(scenario: Scenario, draft: Draft, own: tuple[str, ...]) -> Problem:
    paths = [("policies", key) for key, held in scenario.policies.items() if key in own or held in own]
    place = place_of(paths[0], draft.places) if paths else None
    return Problem(code_refused(own), ".".join(paths[0]) if paths else "events", place)
