"""Markdown: tables, code, headings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from inspect import cleandoc
from typing import Any


def plain(text: Any) -> str:
    """Text of one line in which no character has a meaning of its own."""
    return re.sub(r"([*|<\[\]])", r"\\\1", " ".join(str(text).split()))


def code(text: Any) -> str:
    """A name or formula inside a sentence or table."""
    flat = " ".join(str(text).split()).replace("|", "\\|")
    return f"`{flat}`" if flat else ""


def codes(names: Iterable[str]) -> str:
    """Names with commas between them."""
    return ", ".join(code(name) for name in names)


def number(value: float | None) -> str:
    """A number as people write it; nothing where there is none."""
    return "" if value is None else f"{value:g}"


def bounds(low: float | None, high: float | None) -> str:
    """Two bounds, of which either may be missing."""
    return f"{number(low)} .. {number(high)}".strip()


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells come ready (see `plain` and `code`)."""
    lines = [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]
    return "\n".join(lines)


def block(text: str) -> str:
    """An equation or another text that keeps its lines."""
    return f"```text\n{text}\n```"


def prose(text: str) -> str:
    """Paragraphs written in a module, without their indentation."""
    return cleandoc(text)


def link(text: str, anchor: str) -> str:
    """A link to a place in the document."""
    return f"[{text}](#{anchor.lower()})"


def joined(parts: Iterable[str]) -> str:
    """Parts with an empty line between them; empty ones are left out."""
    return "\n\n".join(part for part in parts if part)
