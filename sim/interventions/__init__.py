"""What a scenario (or a person) may do to a running world: events at a date or under a condition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from sim.core.spelling import nearest
from sim.interventions.checking import faults
from sim.interventions.kinds import BY_KIND, Event, Obligation, Scheduled
from sim.interventions.outcomes import InterventionError
from sim.interventions.schedule import Schedule

if TYPE_CHECKING:
    from sim.model import Geopolitics

__all__ = [
    "Event",
    "InterventionError",
    "Obligation",
    "Schedule",
    "Scheduled",
    "event_model",
    "event_of",
    "faults",
    "intervene",
]
_ADAPTER: TypeAdapter[Any] = TypeAdapter(Event)


def intervene(model: Geopolitics, event: str | Mapping[str, Any] | Scheduled, **fields: Any) -> None:
    """Do something to a running model, now or later.

    An event with a `year` or a condition (`when`) waits for it; one with neither is carried out at once, on the world
    as it stands (and one that repeats, from the next step on).

    Args:
        event: a kind, as "sanction", with its `fields`; or a whole event as a dict or model.

    Raises:
        InterventionError: all that is wrong with it, with what to write instead.
    """
    said = _said(event, fields)
    unsaid = said.get("year") is None and not said.get("when")
    checked = event_of(said | ({"year": model.world.time} if unsaid else {}), model)
    if unsaid and checked.every is None:
        model.schedule.do(model, checked)
    else:
        model.schedule.add(checked)


def _said(event: str | Mapping[str, Any] | Scheduled, fields: Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(event, Scheduled):
        return event.model_dump(by_alias=True, exclude_unset=True) | dict(fields)
    return {**({"kind": event} if isinstance(event, str) else event), **fields}


def event_of(said: Mapping[str, Any], model: Geopolitics) -> Any:
    """The event that plain data describe, checked against the names of a model.

    Raises:
        InterventionError: all that is wrong with it.
    """
    kind = said.get("kind")
    if kind not in BY_KIND:
        raise InterventionError(f"no kind of event '{kind}'; {nearest(str(kind), BY_KIND)}")
    names = model.world.names
    found = faults(said, names, own_policies=lambda name: ":" in name and name in names.policies)
    wrong = [f"{_spelt(path)}{message}" for path, message in found.items()]
    try:
        checked = event_model(said)
    except ValidationError as error:
        wrong += [_complaint(detail, str(kind)) for detail in error.errors(include_url=False)]
    if wrong:
        raise InterventionError(f"{kind}: {'; '.join(wrong)}")
    return checked


def event_model(said: Mapping[str, Any]) -> Any:
    """The event that plain data describe; only their form is checked.

    Raises:
        ValidationError: of pydantic.
    """
    return _ADAPTER.validate_python(dict(said))


def _spelt(path: tuple[str | int, ...]) -> str:
    return f"{path[0]}: " if path else ""


def _complaint(detail: Any, kind: str) -> str:
    field = str(detail["loc"][1]) if len(detail["loc"]) > 1 else ""
    if detail["type"] == "extra_forbidden":
        valid = [each.alias or name for name, each in BY_KIND[kind].model_fields.items()]
        return f"{field}: no such field; {nearest(field, valid)}"
    if detail["type"] == "missing":
        return f"{field}: is missing"
    return f"{field}: {detail['input']!r} is not valid ({detail['msg'].lower()})"
