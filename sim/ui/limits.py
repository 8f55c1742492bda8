"""How much one visitor may ask for, so that a page that stays open harms nobody."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Caps; the page says so when one is reached.

    Attributes:
        states: of a scenario. steps: of a simulation. sessions: visitors at once. speed: steps a second.
        frames: pictures a second. upload: bytes of a scenario file. acts, changes: of one world.
        rows: of the event feed. runs: of a sweep in the list.
        silence: seconds without acknowledgement after which a playing world pauses.
    """

    states: int = 300
    steps: int = 20_000
    sessions: int = 16
    speed: float = 240.0
    frames: float = 30.0
    upload: int = 2_000_000
    acts: int = 500
    changes: int = 600
    seed: int = 2**31 - 1
    silence: float = 12.0
    rows: int = 3_000
    runs: int = 500


LIMITS = Limits()
