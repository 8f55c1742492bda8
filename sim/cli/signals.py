"""Ctrl-C and its like: they end the command in an orderly way, wherever it stands."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

CAUGHT = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Interrupted(BaseException):
    """A signal asked the command to stop; not an Exception, so that nothing takes it for an error of its own."""


class Watch:
    """What the signals have asked for: `number` is the last one's, None so far."""

    def __init__(self) -> None:
        self.number: int | None = None
        self._held = 0

    def catch(self, number: int, frame: Any) -> None:
        """The handler: remember the signal, and stop what is going on unless it must not be cut in two."""
        self.number = number
        if not self._held:
            raise Interrupted

    def check(self) -> None:
        """Stop here if a signal came that a library swallowed or that was held back."""
        if self.number is not None and not self._held:
            raise Interrupted

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """Let the block finish: a signal that comes meanwhile waits until its end, and `check` then tells of it."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1

    @property
    def exit_code(self) -> int:
        """128 + the number of the signal, as shells have it: 130 after Ctrl-C."""
        return 128 + (self.number or signal.SIGINT)


@contextmanager
def watching() -> Iterator[Watch]:
    """Catch the signals inside the block; one that the caller had switched off stays off."""
    watch, before = Watch(), dict[int, Any]()
    if threading.current_thread() is threading.main_thread():
        for number in CAUGHT:
            if signal.getsignal(number) not in (signal.SIG_IGN, None):
                before[number] = signal.signal(number, watch.catch)
    try:
        yield watch
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
