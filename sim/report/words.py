"""Numbers as a reader would say them, and what changed in words. Several runs are told by their median and spread."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sim.core.columns import Array

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
TAKE_ARTICLE = ("United ", "Union of ", "Organisation ", "Organization ", "Conference ", "Netherlands", "Philippines")
END_WITH_ARTICLE = (" Union", " Republic", " Emirates", " Organisation", " Organization", " Council", " Community")


def percent(value: float) -> str:
    """A share as a percentage: 0.347 -> 35%; below one percent with a decimal."""
    shown = 100 * value
    return f"{shown:.1f}%" if 0 < abs(shown) < 0.95 else f"{shown:.0f}%"


def index(value: float) -> str:
    """An index with two decimals."""
    return f"{value:.2f}"


def number(value: float) -> str:
    """A count or amount with three figures at most: 4, 0.35, 12,300, 1.2 million."""
    size = abs(value)
    if size >= 1e6:
        return f"{value / 1e6:.3g} million"
    if size >= 1000:
        places = 3 - len(str(int(size)))
        return f"{round(value, min(places, 0)):,.0f}"
    if size >= 100 or float(value).is_integer():
        return f"{value:.0f}"
    return f"{value:.2g}" if size < 10 else f"{value:.1f}".removesuffix(".0")


def count(value: float) -> str:
    """A number of events: whole, with three figures at most."""
    return number(round(value))


def plural(many: float, word: str, words: str | None = None) -> str:
    """A count with its noun: 1 war, 2 wars, no wars."""
    shown = "no" if many == 0 else number(many)
    return f"{shown} {word if many == 1 else words or word + 's'}"


def listed(items: Sequence[str]) -> str:
    """a, b and c."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def typical(values: Array) -> float:
    """The median over runs."""
    return float(np.median(values))


def told(values: Array, say: Callable[[float], str] = number) -> str:
    """One value of every run, (r,): the value, or the median and where four runs in five lie."""
    if len(values) == 1:
        return say(float(values[0]))
    low, high = (say(float(v)) for v in np.percentile(values, (10, 90)))
    middle = say(typical(values))
    return middle if low == high else f"{middle} (most runs: {low} to {high})"


def moved(before: Array, after: Array, say: Callable[[float], str] = number, *, noise: float = 0.02) -> str:
    """From where to where, in words: "rose from 0.41 to 0.56" or "stayed near 0.41".

    Args:
        before, after: values of every run, (r,).
        noise: relative change that counts as none.
    """
    start, end = typical(before), typical(after)
    if say(start) == say(end) or abs(end - start) <= noise * max(abs(start), abs(end)):
        return f"stayed near {told(after, say)}"
    return f"{'rose' if end > start else 'fell'} from {say(start)} to {told(after, say)}"


def year(date: float) -> str:
    """The year of a date."""
    return f"{int(np.floor(date + 1e-9))}"


def date(when: float, dt: float) -> str:
    """A date as exact as the steps are: 2031, or 2031 Q2, or April 2031."""
    whole = int(np.floor(when + 1e-9))
    part = when - whole
    if dt >= 0.99:
        return str(whole)
    if abs(dt - 0.25) < 1e-9:
        return f"{whole} Q{int(part * 4 + 1e-6) + 1}"
    return f"{MONTHS[min(int(part * 12 + 1e-6), 11)]} {whole}"


def opened(text: str) -> str:
    """With a capital at the beginning."""
    return text[:1].upper() + text[1:]


def with_article(title: str) -> str:
    """The name of a state or organisation as it stands inside a sentence: the United States, Japan."""
    return f"the {title}" if title.startswith(TAKE_ARTICLE) or title.endswith(END_WITH_ARTICLE) else title
