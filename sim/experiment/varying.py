"""What of a scenario can vary, and the scenario with it varied.

Keys are those of `--set` (`mechanisms.alignment.kappa`, `policies.KAZ`, `states.MER.autonomy`, `end`), and
`events.N.FIELD` for the N-th scheduled event of the scenario (from 1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.core.spelling import nearest
from sim.experiment.design import Source
from sim.experiment.points import Factor
from sim.scenario import Scenario, ScenarioError, load_scenario, scenario_from
from sim.scenario.parts import State
from sim.scenario.references import mechanism_parameters, policy_parameters

_EVENT = re.compile(r"events\.(\d+)\.(\w+)")
_PREFIX = re.compile(r"^(?:(?:\d+ problems in this scenario:)|(?:changes '[^']*'|--set \S+): ?)\s*")


class ChangeError(ValueError):
    """Changes that cannot be made: `found` says what is wrong by key, "" for the whole."""

    def __init__(self, found: Mapping[str, str]) -> None:
        super().__init__("; ".join(found.values()))
        self.found = dict(found)


def source_of(reference: str | Scenario, folder: Path | None = None, *, allow_code: bool = False) -> Source:
    """A scenario, whole, from its name, its path (relative to `folder` first), or the scenario itself.

    Raises:
        ScenarioError: it cannot be used.
    """
    if isinstance(reference, Scenario):
        scenario = reference
    else:
        beside = (folder or Path()) / str(reference)
        scenario = load_scenario(beside if beside.is_file() else reference, allow_code=allow_code)
    own = scenario._folder
    return Source(
        scenario.name,
        scenario.model_dump(mode="json"),
        scenario.hash,
        str(own) if own else None,
        scenario._code_allowed,
    )


def scenario_with(source: Source, changes: Mapping[str, Any], events: Sequence[Mapping[str, Any]] = ()) -> Scenario:
    """The scenario of a source with changes, and with events added to its own.

    Raises:
        ScenarioError, ChangeError: they cannot be made.
    """
    data = dict(source.data)
    said = [dict(event) for event in data.get("events", ())]
    plain: dict[str, Any] = {}
    for key, value in changes.items():
        if match := _EVENT.fullmatch(key):
            at = int(match[1]) - 1
            if not 0 <= at < len(said):
                have = f"it has {len(said)}" if said else "it has none"
                raise ChangeError({key: f"the scenario has no event {at + 1}; {have}"})
            if match[2] not in said[at]:
                raise ChangeError({key: f"event {at + 1} has no '{match[2]}'; {nearest(match[2], list(said[at]))}"})
            said[at][match[2]] = value
        else:
            plain[key] = value
    if said or events:
        data["events"] = [*said, *(dict(event) for event in events)]
    scenario = scenario_from(data, changes=plain)
    scenario._folder = Path(source.folder) if source.folder else None
    scenario._code_allowed = source.allow_code
    return scenario


@dataclass
class Varying:
    """The scenarios of an experiment, asked whether something can vary in them."""

    sources: tuple[Source, ...]
    _hashes: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def check(self, changes: Mapping[str, Any], events: Iterable[Mapping[str, Any]] = ()) -> None:
        """Make sure that changes can be made in every scenario, one by one and together.

        Raises:
            ChangeError: they cannot; says which.
        """
        found: dict[str, str] = {}
        for source in self.sources:
            for key, value in changes.items():
                if key not in found and (wrong := self._wrong(source, {key: value}, ())):
                    found[key] = wrong
            if not found and (wrong := self._wrong(source, changes, tuple(events))):
                found[""] = wrong
        if found:
            raise ChangeError(found)

    def idle(self, changes: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
        """Whether changes make no scenario another than `before` makes it."""
        try:
            return all(
                _meaning(scenario_with(source, changes)) == _meaning(scenario_with(source, before))
                for source in self.sources
            )
        except (ScenarioError, ChangeError):
            return False

    def _wrong(self, source: Source, changes: Mapping[str, Any], events: tuple[Mapping[str, Any], ...]) -> str:
        try:
            scenario_with(source, changes, events)
        except ChangeError as error:
            return "; ".join(error.found.values())
        except ScenarioError as error:
            lines = [_PREFIX.sub("", line.strip()) for line in str(error).splitlines()]
            return "; ".join(line for line in lines if line)
        return ""

    def usual(self, key: str) -> Any:
        """The value of a key in the first scenario; None where it cannot be told."""
        path = key.split(".")
        held: Any = self.sources[0].data
        for part in path:
            held = held.get(part) if isinstance(held, Mapping) else None
        if held is None and (declared := _declared(path)) is not None:
            return declared.default
        return held


def _meaning(scenario: Scenario) -> Any:
    """What a scenario comes to: equal where one only says what holds anyway."""
    said = scenario.model_dump(mode="json", exclude={"mechanisms", "policies"})
    parameters = {name: held for name, held in scenario.policies.items() if isinstance(held, Mapping) and held}
    return said, scenario.rules(), [scenario.policy_of(code) for code in scenario.states], parameters


def _declared(path: Sequence[str]) -> Any:
    """The declaration of a parameter; None if the key is of none."""
    if len(path) != 3:
        return None
    known = {"mechanisms": mechanism_parameters, "policies": policy_parameters}.get(path[0])
    return known().get(path[1], {}).get(path[2]) if known else None


def _bounds(key: str) -> tuple[float | None, float | None, str, str]:
    """Declared low, high, unit and sentence of a key; None and "" where nothing is declared."""
    path = key.split(".")
    if (declared := _declared(path)) is not None:
        return declared.low, declared.high, declared.unit, declared.doc
    if len(path) == 3 and path[0] == "states" and (column := State.model_fields.get(path[2])) is not None:
        low = next((m.ge for m in column.metadata if hasattr(m, "ge")), None)
        high = next((m.le for m in column.metadata if hasattr(m, "le")), None)
        return low, high, "", column.description or ""
    return None, None, "", ""


def factor_of(entry: Mapping[str, Any], varying: Varying) -> tuple[Factor | None, dict[str, str]]:
    """A factor from its table, and what is wrong with it by key ("" for the whole)."""
    name, wrong = str(entry["name"]), {}
    low, high, unit, doc = _bounds(name)
    values = entry.get("values")
    if values is not None:
        if not isinstance(values, list | tuple) or not values:
            return None, {"values": "the list is empty; write values = [...] with one value or more, or low and high"}
        if "low" in entry or "high" in entry:
            wrong["values"] = "write either values, or low and high"
        tried: Sequence[Any] = values
    else:
        low, high = entry.get("low", low), entry.get("high", high)
        wrong |= _range_faults(low, high, entry)
        tried = () if wrong else (low, high)
    usual = varying.usual(name)
    whole = bool(entry.get("integer", _whole(name, usual, tried)))
    for key, value in zip(("low", "high") if values is None else ("values",) * len(tried), tried, strict=False):
        try:
            varying.check({name: round(value) if whole and isinstance(value, float) else value})
        except ChangeError as error:
            told = "; ".join(error.found.values())
            wrong.setdefault("name" if "no " in told.split(";")[0] and name.split(".")[-1] in told else key, told)
    number = float(usual) if isinstance(usual, int | float) and not isinstance(usual, bool) else None
    span = {} if values is not None else {"low": _float(low), "high": _float(high)}
    log = bool(entry.get("log", False))
    return Factor(
        name, values=tuple(values or ()), integer=whole, log=log, usual=number, unit=unit, doc=doc, **span
    ), wrong


def _range_faults(low: Any, high: Any, entry: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with the bounds of a factor."""
    missing = [key for key, value in (("low", low), ("high", high)) if value is None]
    if missing:
        return {"": f"no {' and '.join(missing)}, and none is declared; write low and high, or values = [...]"}
    for key, value in (("low", low), ("high", high)):
        if isinstance(value, bool) or not isinstance(value, int | float):
            return {key: f"{value!r} is no number; write a number, or values = [...]"}
    if low >= high:
        return {
            "low": f"the bounds are reversed: {low:g} is not below {high:g}; write low = {high:g}, high = {low:g}"
            if low > high
            else f"low and high are both {low:g}; nothing varies"
        }
    if entry.get("log") and low <= 0:
        return {"low": f"a logarithmic factor begins above 0, not at {low:g}"}
    return {}


def _whole(name: str, usual: Any, tried: Sequence[Any]) -> bool:
    """Whether a factor takes whole numbers only: those of scenarios that are whole numbers already."""
    return _declared(name.split(".")) is None and isinstance(usual, int) and all(isinstance(v, int) for v in tried)


def _float(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
