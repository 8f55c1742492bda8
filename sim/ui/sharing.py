"""A world as a link: scenario, seed, changes and acts, from which it grows again to the last digit."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode

from sim.ui.limits import LIMITS
from sim.ui.protocol import plain
from sim.ui.sides import Plan

LONGEST = 60_000
"""Characters of a link's packed part, before and after unpacking."""


def link_of(plan: Plan, step: int) -> str:
    """The query that leads to a world after so many steps."""
    rest = {"set": dict(plan.changes), "acts": [list(act) for act in plan.acts], "step": step}
    text = json.dumps(plain(rest), separators=(",", ":")).encode()
    packed = base64.urlsafe_b64encode(zlib.compress(text, 9)).decode().rstrip("=")
    return "?" + urlencode({"scenario": plan.identity, "seed": plan.seed, "world": packed})


def asked_for(query: str) -> dict[str, Any]:
    """What a link asks for: scenario, seed, set, acts, step; what is not said or not sound is left out."""
    said = parse_qs(query.lstrip("?"), max_num_fields=20)
    found: dict[str, Any] = {}
    if name := said.get("scenario", [""])[0][:200]:
        found["scenario"] = name
    seed = said.get("seed", [""])[0]
    if seed.isascii() and seed.isdigit():
        found["seed"] = min(int(seed[:12]), LIMITS.seed)
    return found | rest_of(said.get("world", [""])[0])


def rest_of(packed: str) -> dict[str, Any]:
    """Changes, acts and step of a link; empty if it is damaged or too long."""
    if not packed or len(packed) > LONGEST:
        return {}
    try:
        raw = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(raw, LONGEST)
        data = json.loads(text) if unpacker.eof else {}
    except (ValueError, zlib.error):
        return {}
    return sound(data) if isinstance(data, dict) else {}


def sound(data: Mapping[str, Any]) -> dict[str, Any]:
    """Only what has the right form, cut to the limits."""
    changes, acts, step = data.get("set"), data.get("acts"), data.get("step")
    found: dict[str, Any] = {}
    if isinstance(changes, dict):
        numbers = {
            key: value for key, value in changes.items() if isinstance(value, int | float) and key.count(".") == 2
        }
        found["set"] = dict(list(numbers.items())[: LIMITS.changes])
    if isinstance(acts, list):
        found["acts"] = [(act[0], act[1]) for act in acts[: LIMITS.acts] if is_act(act)]
    if isinstance(step, int):
        found["step"] = max(0, min(step, LIMITS.steps))
    return found


def is_act(act: Any) -> bool:
    """A step and an event."""
    right = isinstance(act, list) and len(act) == 2 and isinstance(act[0], int) and isinstance(act[1], dict)
    return right and 0 <= act[0] <= LIMITS.steps
