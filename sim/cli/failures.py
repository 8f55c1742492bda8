"""From what went wrong to one message and an exit code.

2    the command, a file or the disk is at fault: the message says what to write instead
1    the program is at fault: the message says where and how to report it
130  Ctrl-C; 143 and 129 the other signals that end a command; 141 the reader of our output has gone
"""

from __future__ import annotations

import errno
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import click

from sim.cli.signals import Interrupted, Watch

USAGE, FAULT, CLOSED = 2, 1, 141
UNWRITTEN = "nothing was written"


@dataclass
class Session:
    """What the commands of one call share: whether to show tracebacks, the signals, and what was being done."""

    watch: Watch
    debug: bool = False
    doing: str = ""
    writes: bool = False
    saved: bool = False


def failure(error: BaseException, session: Session) -> tuple[str, int]:
    """The message for the user (empty: say nothing) and the exit code."""
    if session.watch.number is not None or isinstance(error, Interrupted | KeyboardInterrupt | click.Abort):
        return interrupted(session), session.watch.exit_code
    if isinstance(error, BrokenPipeError):
        return "", CLOSED
    if isinstance(error, SystemExit):  # click's own way to end when nobody reads its output
        return "", CLOSED if error.code == 1 else int(error.code or 0)
    if isinstance(error, click.ClickException):
        return usage(error), USAGE
    if expected(error):
        return str(error), USAGE
    if isinstance(error, OSError) or foreign(error, "duckdb", "IOException"):
        return f"{disk(error)}{after(session)}", USAGE
    return fault(error, session), FAULT


def interrupted(session: Session) -> str:
    """What Ctrl-C left behind."""
    if session.saved:
        return "interrupted; the results were written before"
    return f"interrupted; {UNWRITTEN}" if session.writes else "interrupted"


def after(session: Session) -> str:
    """The end of the message about a write that failed."""
    return f"; {UNWRITTEN}" if session.writes and not session.saved else ""


def usage(error: click.ClickException) -> str:
    """A message about the command line, with the command whose --help tells more."""
    context = getattr(error, "ctx", None)
    hint = f"\nTry '{context.command_path} --help'." if context else ""
    return error.format_message() + hint


def expected(error: BaseException) -> bool:
    """An error of ours that is a message to the user: a kind of ValueError that one of our own modules defines."""
    return isinstance(error, ValueError) and type(error).__module__.split(".")[0] == "sim"


def foreign(error: BaseException, package: str, name: str) -> bool:
    """An exception of a library, known by name so that the library need not be imported."""
    kind = type(error)
    return kind.__name__ == name and package in kind.__module__


def disk(error: BaseException) -> str:
    """What a file or the disk refused."""
    if not isinstance(error, OSError) or error.strerror is None:
        return f"cannot read or write: {str(error).splitlines()[0]}"
    files = [str(name) for name in (error.filename, error.filename2) if name is not None]
    where = " -> ".join(files) or "cannot write"
    advice = {errno.ENOSPC: "; free some space", errno.EFBIG: "; files may not grow so large here"}.get(
        error.errno or 0, ""
    )
    return f"{where}: {error.strerror}{advice}"


def fault(error: BaseException, session: Session) -> str:
    """A message about a mistake of the program's own."""
    if isinstance(error, MemoryError):
        return f"not enough memory{f' while {session.doing}' if session.doing else ''}{after(session)}"
    told = str(error).strip() or "no message"
    cause = error.__cause__ or error
    kind = "" if type(error).__name__ == "StepError" else f"{type(error).__name__}: "
    place = origin(cause)
    return "\n".join(
        [
            f"{kind}{told}{f' (while {session.doing})' if session.doing else ''}{after(session)}",
            f"  {type(cause).__name__} at {place}" if place else f"  {type(cause).__name__}",
            "  This is a mistake in the program or in a mechanism of your own, not in what you typed. The same command",
            "  with --debug shows the whole traceback: please put both into the report.",
        ]
    )


def origin(error: BaseException) -> str:
    """The innermost line of our own code in which an error arose: "sim/mechanisms/growth.py:71"."""
    frames = traceback.extract_tb(error.__traceback__)
    for frame in reversed(frames):
        path = frame.filename.replace("\\", "/")
        if "/sim/" in path:
            return f"sim/{path.rsplit('/sim/', 1)[1]}:{frame.lineno}"
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""


def say(message: str, *, stream: Any = None) -> None:
    """Put a message on stderr after the name of the program; a stderr that is closed is no trouble."""
    with suppress(OSError, ValueError):
        click.echo(f"detente: {message}", file=stream or sys.stderr)
