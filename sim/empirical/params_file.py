"""Estimates as a TOML file: what a scenario can take over, and what they rest on."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from sim.empirical.estimates import Estimate
from sim.empirical.estimating import parameters


def params_text(estimates: Sequence[Estimate], head: Mapping[str, Any]) -> str:
    """The text of a file of parameters.

    Sections [mechanisms.NAME] are those of a scenario; [estimates."NAME"] gives every estimate with its standard error,
    and `head`, at the top, where they come from.
    """
    lines = [f"{key} = {_value(value)}" for key, value in head.items()]
    held: dict[str, list[str]] = {}
    for address, estimate in parameters(list(estimates)).items():
        _, mechanism, name = address.split(".")
        held.setdefault(mechanism, []).append(f"{name} = {float(estimate.value)!r}  # standard error {estimate.se:.3g}")
    for mechanism, values in held.items():
        lines += ["", f"[mechanisms.{mechanism}]", *values]
    for estimate in estimates:
        lines += ["", f"[estimates.{json.dumps(estimate.name)}]"]
        lines += [f"value = {_value(estimate.value)}", f"se = {_value(estimate.se)}", f"n = {estimate.n}"]
        lines += [f"unit = {json.dumps(estimate.unit)}", f"definition = {json.dumps(estimate.definition)}"]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_value(each)}" for key, each in value.items()) + " }"
    if isinstance(value, float):
        return "nan" if math.isnan(value) else repr(float(value))
    return json.dumps(value, ensure_ascii=False)
