"""How far and how fast many runs go: a bar on a terminal, a line now and then in the log of a batch job."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sim.cli.failures import Session, say

type Progress = Callable[[int, int], None]

LINE = 60.0
"""Seconds between two lines where there is no terminal."""
SPAN = 120.0
"""Seconds over which the rate is taken."""


class Rate:
    """Runs a second over the last minutes, which tells more of what is to come than the mean of all."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def note(self, done: int, now: float) -> None:
        """So much is done now."""
        self._seen.append((now, done))
        while len(self._seen) > 2 and now - self._seen[1][0] > SPAN:
            self._seen.popleft()

    @property
    def value(self) -> float:
        """Runs a second; 0 until there are two numbers to compare."""
        (began, before), (now, done) = self._seen[0], self._seen[-1]
        return (done - before) / (now - began) if now > began else 0.0

    def told(self, done: int, total: int) -> str:
        """ "3.2 a second, 45 min left"."""
        if not self.value:
            return ""
        rate = f"{self.value:.3g} a second" if self.value >= 1 else f"{60 * self.value:.3g} a minute"
        return f"{rate}, {span((total - done) / self.value)} left"


def span(seconds: float) -> str:
    """A time as people say it."""
    for unit, length in (("days", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.1f} {unit}" if seconds < 10 * length else f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s" if seconds >= 2 else f"{seconds:.1f} s"


@contextmanager
def paced(session: Session, title: str) -> Iterator[Progress]:
    """What to call with the runs done and their total; it also lets Ctrl-C in."""
    rate = Rate()
    if sys.stderr is None or not sys.stderr.isatty():
        yield _in_lines(session, rate)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[pace]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None, pace="")

        def show(done: int, total: int) -> None:
            rate.note(done, time.monotonic())
            bar.update(task, completed=done, total=total, pace=rate.told(done, total))
            session.watch.check()

        yield show


def _in_lines(session: Session, rate: Rate) -> Progress:
    """A line a minute on stderr."""
    last = time.monotonic()

    def show(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        rate.note(done, now)
        if now - last >= LINE:
            last = now
            say(f"{done:,} of {total:,} runs, {rate.told(done, total)}")
        session.watch.check()

    return show
