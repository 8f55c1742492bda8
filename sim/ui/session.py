"""One visitor's worlds: a thread that plays, answers commands and sends pictures as fast as they are looked at."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np

from sim import __version__
from sim.measures import SCALAR
from sim.model import StepError
from sim.ui.catalogue import Catalogue
from sim.ui.commands import COMMANDS, TroubleError
from sim.ui.limits import LIMITS
from sim.ui.protocol import Message, packed, plain
from sim.ui.sharing import link_of
from sim.ui.sides import Side, Simulated, known_measures

STATUS_EVERY = 0.5
AHEAD = 1
"""Pictures that may be on their way to the page."""
PATIENCE = 1.0
"""Seconds after which a frame is sent though the last one was not acknowledged."""


class Session:
    """Everything of one visitor; all of it happens in its own thread.

    Args:
        catalogue: which worlds may be begun.
        say: sends a message to the page.
        show: sends a frame to the page.
        first: makes the first world, in the session's thread.
        results: what to tell of a sweep, if it is one that is looked at.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        say: Callable[[Message], None],
        show: Callable[[bytes], None],
        first: Callable[[], tuple[Side, int]],
        *,
        results: Any = None,
    ) -> None:
        self.catalogue, self.results = catalogue, results
        self._say, self._show, self._first = say, show, first
        self.sides: dict[str, Side] = {}
        self.sent: dict[str, int] = {}
        self.tied: dict[str, dict[str, Any]] = {}
        self.playing, self.speed, self.cursor = False, 10.0, 0
        self.error: dict[str, str] | None = None
        self.measures: list[str] = ["power"]
        self.chosen: dict[str, str] = {}
        self.change, self.greeting = "", ""
        self.seq, self.acked, self.shown_at, self.told_at = 0, 0, 0.0, 0.0
        self.watched_at = time.monotonic()
        self.closed = False
        self.commands: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self.thread = threading.Thread(target=self._live, name="detente-session", daemon=True)
        self.thread.start()

    # -- from the page -------------------------------------------------------------------------------------------
    def command(self, message: Any) -> None:
        """Something the visitor wants; taken in turn."""
        if isinstance(message, dict) and self.commands.qsize() < 500:
            self.commands.put(message)

    def ack(self, seq: Any) -> None:
        """The page has drawn a frame; a page that nobody looks at draws none."""
        self.watched_at = time.monotonic()
        if isinstance(seq, int | float):
            self.acked = max(self.acked, int(seq))

    def close(self) -> None:
        """The visitor has gone."""
        self.closed, self.playing = True, False
        self.commands.put(None)

    # -- to the page ---------------------------------------------------------------------------------------------
    def say(self, topic: str, **fields: Any) -> None:
        """Send a message, unless the visitor has gone."""
        if not self.closed:
            self._say(plain({"topic": topic, **fields}))

    def notice(self, text: str, kind: str = "") -> None:
        """A sentence for some seconds."""
        self.say("notice", text=text, kind=kind)

    def hello(self) -> Message:
        """What the page needs to know once."""
        mode = "results" if self.results is not None else "live" if self.sides["A"].is_live else "replay"
        return {"version": __version__, "mode": mode, "scenarios": self.catalogue.listed(), "limits": asdict(LIMITS)}

    def status(self) -> None:
        """Where everything stands."""
        self.told_at = time.monotonic()
        side = self.sides["A"]
        self.say(
            "status",
            playing=self.playing,
            step=side.reached,
            steps=side.steps,
            cursor=self.cursor,
            speed=self.speed,
            error=self.error,
            mode="live" if side.is_live else "replay",
            link=link_of(side.plan_now(), side.reached) if isinstance(side, Simulated) and side.plan.is_offered else "",
        )

    def world(self, name: str) -> None:
        """All of one side anew."""
        side = self.sides[name]
        told = side.world()
        codes = [state["code"] for state in told["states"]]
        if self.chosen.get(name) not in codes:
            followed = self.chosen.get("A", "")
            self.chosen[name] = followed if followed in codes else told["flagship"]
        self.tied[name], self.sent[name] = {}, side.reached
        history = self.history(name)
        self.say("world", side=name, world=told, history=history)
        if isinstance(side, Simulated):
            side.feed = type(side.feed)(side.model.ledger)
        else:
            side.told = False
        self.say("events", side=name, reset=True, rows=side.rows(LIMITS.rows))
        self.picture(name)

    def history(self, name: str) -> Message:
        """All measures so far, and the portfolio of the chosen state."""
        side, last = self.sides[name], self.sides[name].reached
        series = side.series(0, last)
        return {
            "year": [side.year(step) for step in range(last + 1)],
            "names": list(SCALAR),
            "world": {measure: series[:, at] for at, measure in enumerate(SCALAR)},
            "portfolio": self.portfolio(name),
        }

    def portfolio(self, name: str) -> Message:
        """The portfolio of the chosen state over time."""
        side, code = self.sides[name], self.chosen[name]
        return {"code": code, "shares": side.portfolios(self.row(name, code), 0, side.reached).T}

    def row(self, name: str, code: str) -> int:
        """Position of a state on a side."""
        return self.names(name).states.index(code)

    def names(self, name: str) -> Any:
        """Who is who on a side."""
        side = self.sides[name]
        return side.model.world.names if isinstance(side, Simulated) else side.finished.names

    def picture(self, name: str) -> None:
        """A frame of a side at the moment that is looked at."""
        side = self.sides[name]
        step = min(self.cursor, side.reached)
        arrays = side.states(step, known_measures(self.measures))
        for tie, (kind, values) in side.ties(step).items():
            held = self.tied.setdefault(name, {}).get(tie)
            if held is None or not np.array_equal(held, values):
                arrays[tie] = (kind, values)
                self.tied[name][tie] = values
        first, last = self.sent.setdefault(name, side.reached) + 1, side.reached
        if last >= first:
            arrays["row:year"] = ("f4", np.array([side.year(at) for at in range(first, last + 1)]))
            arrays["row:series"] = ("f4", side.series(first, last))
            arrays["row:portfolio"] = ("f4", side.portfolios(self.row(name, self.chosen[name]), first, last))
            self.sent[name] = last
        self.seq += 1
        head = {"side": name, "seq": self.seq, "step": step, "reached": last, "year": side.year(step)}
        head |= {"talks": side.talks(step), "playing": self.playing, "chosen": self.chosen[name]}
        if not self.closed:
            self._show(packed(head, arrays))

    def pictures(self) -> None:
        """A frame of every side."""
        self.shown_at = time.monotonic()
        for name in self.sides:
            self.picture(name)

    def news(self) -> None:
        """New rows of the feeds."""
        for name, side in self.sides.items():
            if rows := side.rows(LIMITS.rows):
                self.say("events", side=name, rows=rows)

    # -- the thread ----------------------------------------------------------------------------------------------
    def _live(self) -> None:
        try:
            self.sides["A"], self.cursor = self._first()
        except Exception as error:  # the page must say what is wrong with its very first world
            self.sides["A"], self.cursor = Simulated(self.catalogue.plan(self.catalogue.default, 0)), 0
            self.greeting = f"{error} Here is the usual world instead."
        due = time.monotonic()
        while not self.closed:
            wait = max(0.0, due - time.monotonic()) if self.playing else None
            if self._obey(wait):
                due = min(due, time.monotonic() + 1 / self.speed)
                continue
            if not self.playing or self.closed:
                due = time.monotonic()
                continue
            due = max(due + 1 / self.speed, time.monotonic() - 0.25)
            self.step()
            self._tell()

    def _obey(self, wait: float | None) -> bool:
        """Carry out the next command, if one comes in time."""
        try:
            message = self.commands.get(timeout=wait) if wait is None or wait > 0 else self.commands.get_nowait()
        except queue.Empty:
            return False
        if message is None or self.closed:
            return True
        was_playing = self.playing
        try:
            command = COMMANDS.get(str(message.get("name")))
            if command is not None:
                command(self, message)
        except TroubleError as error:
            self.notice(str(error), "error")
        except Exception as error:  # whatever a command meets, the page lives on and says what it was
            self.notice(f"{type(error).__name__}: {error}", "error")
        return not (self.playing and not was_playing)

    def step(self) -> None:
        """One step forward: into the past's future as far as it is known, else into the unknown."""
        try:
            for side in self.sides.values():
                if self.cursor >= side.reached and side.reached < side.steps and isinstance(side, Simulated):
                    side.advance()
        except Exception as error:
            self._stop(error)
            return
        last = max(side.reached for side in self.sides.values())
        self.cursor = min(self.cursor + 1, last)
        if self.playing and self.cursor >= last and all(side.reached >= side.steps for side in self.sides.values()):
            self.pause()

    def _stop(self, error: Exception) -> None:
        kind = "A step failed" if isinstance(error, StepError) else f"A step failed ({type(error).__name__})"
        self.error = {"title": f"{kind}, and the world has been paused.", "text": str(error)[:2000]}
        self.pause()

    def pause(self) -> None:
        """Stand still, and show all there is."""
        self.playing = False
        self.pictures()
        self.news()
        self.status()

    def _tell(self) -> None:
        now = time.monotonic()
        on_the_way = AHEAD * len(self.sides)  # the next picture is sent while the last one is being drawn
        is_drawn = self.acked >= self.seq - on_the_way or now - self.shown_at > PATIENCE
        if self.playing and is_drawn and now - self.shown_at >= 0.8 / LIMITS.frames:  # steps do not fall on the beat
            self.pictures()
        if self.playing and now - self.told_at > STATUS_EVERY:
            self.news()
            self.status()
        if self.playing and now - self.watched_at > LIMITS.silence:
            self.pause()
            self.notice("Paused, since nobody was looking. Play goes on.")
