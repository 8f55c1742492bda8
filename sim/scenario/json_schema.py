"""The JSON Schema of a scenario file, for editors that complete and check as one writes."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from sim.core.params import Param
from sim.scenario.references import NAMES_CODE, mechanism_kinds, mechanism_parameters, policy_kinds, policy_parameters
from sim.scenario.scenario import Scenario

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TABLES = {
    "states": "CSV: code, gdp, population, latitude, longitude and more columns of states",
    "trade": "CSV: a, b, trade (goods both ways, 1e9 USD a year)",
    "contiguity": "CSV: a, b, kind (land or water)",
    "organisations": "CSV: organisation, state, role (member or observer)",
    "pairs": "CSV: a, b and any of peace_years, dispute_record, rivalry, frailty, affinity",
    "pacts": "CSV: a, b, obligations (one or several, with blanks between), since, shared (name of a pact of many)",
}


def scenario_schema() -> dict[str, Any]:
    """JSON Schema of a scenario file: every key with its meaning and bounds; mechanisms and policies by name.

    A file may leave out what another that it `extends`, or a table beside it, says: no key of states is required.
    """
    schema = Scenario.model_json_schema(mode="validation")
    schema.pop("required", None)
    schema["$defs"]["State"].pop("required", None)
    schema["$defs"]["Organisation"].pop("required", None)
    schema["properties"]["states"].pop("minProperties", None)
    schema["properties"]["ties"]["description"] = Scenario.model_fields["ties"].description
    schema["properties"]["mechanisms"] = _mechanisms()
    schema["properties"]["policies"] |= {"properties": _numbers_of_policies(), "additionalProperties": _policies()}
    tables = {key: {"type": "string", "description": text} for key, text in _TABLES.items()}
    first = {
        "extends": {"type": "string", "description": "Scenario that this one changes: a built-in name or a path."},
        "tables": {
            "type": "object",
            "description": "Tables beside the file, with their paths from it.",
            "properties": tables,
            "additionalProperties": False,
        },
    }
    schema["properties"] = first | schema["properties"]
    return {"$schema": DIALECT, "title": "Détente scenario"} | {k: v for k, v in schema.items() if k != "title"}


def _mechanisms() -> dict[str, Any]:
    """Every mechanism: true, false or its parameters."""
    properties = {}
    for name, kind in mechanism_kinds().items():
        table = _table(mechanism_parameters()[name])
        properties[name] = {"description": _sentence(kind), "anyOf": [{"type": "boolean"}, table]}
    described = "Mechanism -> its parameters, or false to switch it off."
    return {"type": "object", "description": described, "properties": properties, "additionalProperties": False}


def _numbers_of_policies() -> dict[str, Any]:
    """Every policy that comes with Détente: a table of its parameters."""
    return {
        name: {"description": f"Parameters: {_sentence(kind)}"} | _table(policy_parameters()[name])
        for name, kind in policy_kinds().items()
    }


def _table(numbers: Mapping[str, Param]) -> dict[str, Any]:
    named = {key: _number(declared) for key, declared in numbers.items()}
    return {"type": "object", "properties": named, "additionalProperties": False}


def _number(declared: Param) -> dict[str, Any]:
    unit = "" if declared.unit == "1" else f" Unit: {declared.unit}."
    return {
        "type": "number",
        "minimum": declared.low,
        "maximum": declared.high,
        "default": declared.default,
        "description": f"{declared.doc}{unit} Source: {declared.source}.",
    }


def _policies() -> dict[str, Any]:
    known = [{"const": name, "description": _sentence(kind)} for name, kind in policy_kinds().items()]
    own = {"type": "string", "pattern": f"^{NAMES_CODE.pattern}$", "description": "A policy of your own, module:Class."}
    theirs = {"type": "object", "description": "Parameters of a policy of your own.", "additionalProperties": True}
    return {"anyOf": [*known, own, theirs]}


def _sentence(kind: type) -> str:
    """The first sentence of the file that a unit lives in."""
    return (inspect.getdoc(inspect.getmodule(kind)) or "").partition("\n")[0]
