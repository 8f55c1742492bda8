"""What goes between the server and the page of one visitor.

Messages are JSON objects with a key `topic`; the page hands them on under that name:

| topic | what it says |
|---|---|
| hello | version, scenarios to choose from, limits, mode (live, replay, results): once, at the beginning |
| world | side, all of a simulation that does not change while it runs (`describing.world_of`), and its history |
| status | playing, step and steps reached, speed, error: at most twice a second while it plays |
| events | side, new rows of the event feed; `reset` empties it first |
| history | the portfolio of the state that was chosen, whole |
| parameters, interventions | values that were changed, acts that were done |
| explanation, inspection | answers |
| comparison | what sets B apart from A; None when B is gone |
| results | a sweep: bands, heat map, runs |
| notice | a sentence to show for some seconds; kind is error or empty |
| share, download | a link; a file as base64 |
| pong | answer to a ping, by which the page knows that it is connected |

Frames are bytes: the length of a JSON head (unsigned 32 bits, little endian), the head, zeros up to a multiple of
four, then arrays one after the other, each padded to a multiple of four. The head says side, step, reached, year, seq
and `arrays`: name, kind (f4, u1, i1) and length. Arrays: `portfolio` (n, 1 + g), `alive` (n), `value:NAME` (n) of a
measure of states, `treaty`, `affinity`, `hostility` (n, n) where they changed since the last frame, and the rows since
the last frame: `row:year` (k), `row:series` (k, measures), `row:portfolio` (k, 1 + g) of the chosen state.

Commands come as objects with `name`: play, pause, step, reset, speed, seek, watch, select, inspect, explain, parameter,
intervene, fork, unfork, load, upload, export, share, results, open_run, resync, ping; acknowledgements as the `seq` of
the frame that was drawn.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.core.columns import Array

type Message = dict[str, Any]

KINDS: dict[str, np.dtype[Any]] = {"f4": np.dtype("<f4"), "u1": np.dtype("u1"), "i1": np.dtype("i1")}


def packed(head: Mapping[str, Any], arrays: Mapping[str, tuple[str, Array]]) -> bytes:
    """A frame as bytes.

    Args:
        head: what JSON can say.
        arrays: name -> kind and values; they are flattened.
    """
    parts = [np.ascontiguousarray(values, dtype=KINDS[kind]).tobytes() for kind, values in arrays.values()]
    listed = [
        [name, kind, len(part) // KINDS[kind].itemsize]
        for (name, (kind, _)), part in zip(arrays.items(), parts, strict=True)
    ]
    text = json.dumps({**head, "arrays": listed}, separators=(",", ":")).encode()
    return struct.pack("<I", len(text)) + b"".join(padded(part) for part in (text, *parts))


def padded(part: bytes) -> bytes:
    """The bytes up to a multiple of four."""
    return part + b"\0" * (-len(part) % 4)


SAYABLE = frozenset({str, int, bool, type(None)})
"""Types that JSON says as they are."""


def plain(value: Any) -> Any:
    """What JSON can say: numpy's numbers become Python's, what is not finite becomes None."""
    kind = type(value)
    if kind in SAYABLE:
        return value
    if kind is float:
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    return float(value) if isinstance(value, float) else value
