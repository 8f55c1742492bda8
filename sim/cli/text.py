"""Plain text for terminals and pipes: tables and paragraphs."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Sequence
from typing import Any


def page_width() -> int:
    """Columns to fill: those of the terminal, at most 120 and at least 60; 100 if the output goes elsewhere."""
    return max(60, min(120, shutil.get_terminal_size((100, 24)).columns))


def for_people() -> bool:
    """The output goes to a terminal (or somebody says how wide it shall be), not to another program."""
    return "COLUMNS" in os.environ or (sys.stdout is not None and sys.stdout.isatty())


def number(value: Any) -> str:
    """A number as people write it; other things as they are."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "-"
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def shown_width(text: str) -> int:
    """Columns that a text takes on a terminal."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def table(head: Sequence[str], rows: Sequence[Sequence[Any]], *, indent: int = 0) -> str:
    """Columns side by side, numbers to the right; on a terminal the last column wraps, in a pipe a row is a line."""
    cells = [[number(value) for value in row] for row in rows]
    widths = [max(shown_width(row[c]) for row in [list(head), *cells]) for c in range(len(head))]
    right = [bool(rows) and all(isinstance(row[c], int | float | None) for row in rows) for c in range(len(head))]
    before = indent + sum(widths[:-1]) + 2 * (len(head) - 1)
    room = max(30, page_width() - before) if for_people() else sys.maxsize

    def line(row: Sequence[str]) -> str:
        padded = [pad(text, width, to_right) for text, width, to_right in zip(row, widths, right, strict=True)]
        last = padded[-1].rstrip() if right[-1] else textwrap.wrap(row[-1], room, break_on_hyphens=False) or [""]
        first, *more = [last] if isinstance(last, str) else last
        top = " " * indent + "  ".join([*padded[:-1], first])
        return "\n".join([top.rstrip(), *(" " * before + part for part in more)])

    return "\n".join(line(row) for row in [list(head), *cells])


def pad(text: str, width: int, to_right: bool) -> str:
    """The text filled up with spaces."""
    gap = " " * (width - shown_width(text))
    return gap + text if to_right else text + gap


def paragraph(text: str, *, label: str = "", indent: int = 2, hang: bool = False) -> str:
    """A paragraph of the page's width, after a label on its first line; `hang` keeps the rest clear of the label."""
    lead = " " * indent + label
    rest = len(lead) if hang else indent
    return textwrap.fill(text, page_width(), initial_indent=lead, subsequent_indent=" " * rest, break_on_hyphens=False)
