"""An experiment without a file: a scenario, and what varies in it as the command line says it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from sim.experiment.design import Design
from sim.experiment.design_file import design_error, design_from
from sim.scenario.problems import KeyPath, Place, Problem

FORM = "write KEY=LOW:HIGH:N, as mechanisms.rivalry.up=0:0.8:5, or KEY=A,B,..., as policies.KAZ=align,balance"


class _SayingError(ValueError):
    """Words that cannot be understood."""


def varied_scenario(
    scenario: str,
    vary: Sequence[str] = (),
    changes: Sequence[str] = (),
    *,
    replicates: int = 1,
    seed: int = 0,
    allow_code: bool = False,
) -> Design:
    """The grid of some values in a scenario.

    Args:
        scenario: name or path. vary: KEY=LOW:HIGH:N or KEY=A,B,... each. changes: KEY=VALUE each, of all runs.

    Raises:
        DesignError: all that is wrong with them.
    """
    problems: list[Problem] = []
    places: dict[KeyPath, Place] = {}
    factors: list[Mapping[str, Any]] = []
    for text in vary:
        try:
            factors.append(_factor(text))
        except _SayingError as error:
            problems.append(Problem(str(error), place=Place(f"--vary {text}")))
        else:
            places[("factors", len(factors) - 1)] = Place(f"--vary {text}")
    settings = dict(_settings(changes, problems))
    places |= {("set", key): Place(f"--set {key}") for key in settings}
    if problems:
        raise design_error(problems)
    data = {
        "name": scenario,
        "scenario": scenario,
        "replicates": replicates,
        "design": {"kind": "grid", "seed": seed},
        "factors": factors,
        "set": settings,
    }
    return design_from(data, places=places, allow_code=allow_code)


def _factor(text: str) -> Mapping[str, Any]:
    """The table of a factor from KEY=LOW:HIGH:N or KEY=A,B,..."""
    key, equals, said = text.partition("=")
    if not equals or not key.strip() or not said.strip():
        raise _SayingError(FORM)
    name, parts = key.strip(), said.split(":")
    if len(parts) == 1:
        return {"name": name, "values": [_value(part.strip()) for part in said.split(",")]}
    low, high, number = _span(parts)
    values = np.linspace(low, high, number)
    whole = all(isinstance(end, int) for end in (low, high)) and np.allclose(values, np.round(values))
    return {"name": name, "values": [round(v) if whole else float(v) for v in values]}


def _span(parts: Sequence[str]) -> tuple[float, float, int]:
    """LOW, HIGH and N."""
    if len(parts) != 3:
        raise _SayingError(FORM)
    low, high, number = (_value(part.strip()) for part in parts)
    for end in (low, high):
        if isinstance(end, bool) or not isinstance(end, int | float):
            raise _SayingError(f"'{end}' is no number; {FORM}")
    if isinstance(number, bool) or not isinstance(number, int) or number < 2:
        raise _SayingError(f"'{number}' values do not reach from {low} to {high}; write 2 or more")
    if low >= high:
        turned = f"; write {high:g}:{low:g}:{number}" if low > high else ""
        raise _SayingError(f"the bounds are reversed: {low:g} is not below {high:g}{turned}")
    return low, high, number


def _settings(changes: Sequence[str], problems: list[Problem]) -> Iterable[tuple[str, Any]]:
    for text in changes:
        key, equals, value = text.partition("=")
        if equals and key.strip() and value.strip():
            yield key.strip(), _value(value.strip())
        else:
            words = "write KEY=VALUE, as mechanisms.alignment.kappa=2"
            problems.append(Problem(words, place=Place(f"--set {text}")))


def _value(text: str) -> Any:
    """A value as in a TOML file; anything else is text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
