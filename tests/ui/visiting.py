"""A visitor without a browser: what they were told and shown, and waiting for it."""

from __future__ import annotations

import json
import struct
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from sim.ui.opening import Opening
from sim.ui.session import Session

KINDS = {"f4": np.dtype("<f4"), "u1": np.dtype("u1"), "i1": np.dtype("i1")}


def unpacked(frame: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Head and arrays of a frame, read as the page reads them."""
    (length,) = struct.unpack_from("<I", frame)
    head = json.loads(frame[4 : 4 + length])
    at, arrays = 4 + length + -length % 4, {}
    for name, kind, count in head["arrays"]:
        arrays[name] = np.frombuffer(frame, KINDS[kind], count, at)
        size = count * KINDS[kind].itemsize
        at += size + -size % 4
    assert at == len(frame)
    return head, arrays


class Visitor:
    """Somebody who looks at a world; frames are acknowledged at once unless `is_away`."""

    def __init__(self, opening: Opening | None = None, query: str = "") -> None:
        self.messages: list[dict[str, Any]] = []
        self.frames: list[bytes] = []
        self.is_away = False
        opening = opening or Opening("three-powers", seed=3)
        results = opening.results() if opening.results is not None else None
        self.session = Session(
            opening.catalogue(), self.hear, self.see, lambda: opening.first(query, results), results=results
        )
        self.ask("resync")
        self.until(lambda: self.status)

    def hear(self, message: dict[str, Any]) -> None:
        json.dumps(message, allow_nan=False)
        self.messages.append(message)

    def see(self, frame: bytes) -> None:
        self.frames.append(frame)
        if not self.is_away:
            self.session.ack(unpacked(frame)[0]["seq"])

    def ask(self, name: str, **fields: Any) -> None:
        self.session.command({"name": name, **fields})

    def asked(self, name: str, **fields: Any) -> None:
        """Ask, and wait until it has been answered."""
        self.ask(name, **fields)
        self.settled()

    def settled(self) -> None:
        """Wait until everything that was asked before has been carried out."""
        before = len(self.told("pong"))
        self.ask("ping")
        self.until(lambda: len(self.told("pong")) > before)

    def told(self, topic: str) -> list[dict[str, Any]]:
        return [message for message in list(self.messages) if message["topic"] == topic]

    def last(self, topic: str) -> dict[str, Any]:
        self.until(lambda: self.told(topic))
        return self.told(topic)[-1]

    @property
    def status(self) -> dict[str, Any]:
        found = self.told("status")
        return found[-1] if found else {}

    @property
    def frame(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return unpacked(self.frames[-1])

    @property
    def world(self) -> dict[str, Any]:
        return next(message for message in reversed(self.messages) if message["topic"] == "world")["world"]

    @staticmethod
    def until(true: Callable[[], Any], seconds: float = 20.0) -> None:
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.005)

    def leave(self) -> None:
        self.session.close()
        self.session.thread.join(10)
        assert not self.session.thread.is_alive()
