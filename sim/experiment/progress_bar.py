"""A bar for long work in notebooks and terminals: what `progress=` of run, sweep and compare may be."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(title: str = "Simulating") -> Iterator[Callable[[int, int], None]]:
    """What to call with what is done and the total; shows a bar with rate and time left.

        with progress_bar() as show:
            sweep("who_mediates", "sweeps/who", progress=show)

    It works in notebooks and on terminals; where the output goes to a file, nothing is shown.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    console = Console() if in_notebook() else Console(stderr=True)
    hidden = not (console.is_jupyter or console.is_terminal)
    with Progress(*columns, console=console, disable=hidden) as bar:
        task = bar.add_task(title, total=None)

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield show


def in_notebook() -> bool:
    """Whether this runs in the kernel of a notebook."""
    shell = sys.modules.get("IPython")
    kind = type(shell.get_ipython()).__name__ if shell is not None else ""
    return kind == "ZMQInteractiveShell"
