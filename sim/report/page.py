"""The frame of the page: one HTML file that needs nothing from elsewhere; figures, tables and lists as its parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from sim.plots import Figure, svg
from sim.plots.style import GRID, INK, PAPER, SOFT

CSS = Path(__file__).with_name("page.css")
VARIABLES = {INK: "var(--ink)", SOFT: "var(--soft)", GRID: "var(--grid)", PAPER: "var(--paper)"}
"""Colours of figures that follow the page, so that they can be read on a dark one."""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""What the browser may load: nothing from anywhere."""


class Page:
    """Sections in the making; figures are numbered as they come."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.head: list[str] = []
        self.sections: list[tuple[str, str, str, str]] = []
        self.tail = ""
        self._figures = 0

    def add(self, key: str, short: str, heading: str, parts: Iterable[str]) -> None:
        """A section, `short` its name in the contents; without parts it is left out."""
        if body := "\n".join(part for part in parts if part):
            self.sections.append((key, short, heading, body))

    def figure(self, figure: Figure, caption: str, reading: str = "") -> str:
        """A figure with its caption and how to read it."""
        note = f'<p class="read">{escape(reading)}</p>' if reading else ""
        return f"<figure><figcaption>{escape(caption)}</figcaption>{self.drawing(figure, caption)}{note}</figure>"

    def drawing(self, figure: Figure, caption: str) -> str:
        """A figure as SVG in the colours of the page."""
        self._figures += 1
        text = svg(figure, f"f{self._figures}", label=caption)
        for colour, variable in VARIABLES.items():
            text = text.replace(f": {colour}", f": {variable}")
        return text

    def html(self) -> str:
        """The whole page."""
        links = "".join(f'<a href="#{key}">{escape(short)}</a>' for key, short, _, _ in self.sections)
        body = "\n".join(
            f'<section id="{key}" aria-labelledby="{key}-h"><h2 id="{key}-h">{escape(heading)}</h2>\n{inner}</section>'
            for key, _, heading, inner in self.sections
        )
        return "\n".join(
            [
                '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">',
                '<meta name="viewport" content="width=device-width, initial-scale=1">',
                f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
                f'<meta name="color-scheme" content="light dark"><title>{escape(self.title)}</title>',
                f"<style>{CSS.read_text(encoding='utf-8')}</style></head><body>",
                f'<header><div class="wrap">{"".join(self.head)}</div></header>',
                f'<nav aria-label="Contents"><div class="wrap">{links}</div></nav>',
                f'<main class="wrap">{body}</main>',
                f'<footer><div class="wrap">{self.tail}</div></footer></body></html>\n',
            ]
        )


def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], *, own: int | None = None) -> str:
    """A table of texts; the first column names the rows, the others are numbers; row `own` stands out."""
    top = "".join(f'<th scope="col"{_number(c)}>{escape(text)}</th>' for c, text in enumerate(head))
    body = []
    for r, row in enumerate(rows):
        cells = "".join(f"<td{_number(c + 1)}>{escape(text)}</td>" for c, text in enumerate(row[1:]))
        mark = ' class="own"' if r == own else ""
        body.append(f'<tr{mark}><th scope="row">{escape(row[0])}</th>{cells}</tr>')
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{top}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def _number(column: int) -> str:
    return ' class="n"' if column else ""


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph."""
    return f"<p{f' class={chr(34)}{kind}{chr(34)}' if kind else ''}>{escape(text)}</p>" if text else ""


def box(kind: str, parts: Iterable[str]) -> str:
    """Parts side by side."""
    return f'<div class="{kind}">{"".join(parts)}</div>'


def folded(summary: str, inner: str) -> str:
    """Something to unfold."""
    return f"<details><summary>{escape(summary)}</summary>{inner}</details>" if inner else ""


def glossary(entries: Iterable[tuple[str, str]]) -> str:
    """Terms and what they mean."""
    rows = "".join(f"<div><dt>{escape(term)}</dt><dd>{escape(meaning)}</dd></div>" for term, meaning in entries)
    return f'<dl class="glossary">{rows}</dl>'
