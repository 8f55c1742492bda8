"""A bar on the terminal for long work, which also lets Ctrl-C in."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from sim.cli.failures import Session


class Show(Protocol):
    """Called as work goes on: how much is done of how much, and under another title if one is given."""

    def __call__(self, done: int, total: int, title: str = "") -> None: ...


@contextmanager
def progress_bar(session: Session, title: str) -> Iterator[Show]:
    """What to call with what is done and the total: moves a bar if stderr is a terminal."""

    def check(done: int, total: int, title: str = "") -> None:
        session.watch.check()

    if sys.stderr is None or not sys.stderr.isatty():
        yield check
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)

        def show(done: int, total: int, title: str = "") -> None:
            bar.update(task, completed=done, total=total, description=title or None)
            check(done, total)

        yield show
