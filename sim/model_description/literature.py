"""Who is cited where: author-year mentions in docstrings, and what in references.toml they stand for.

A mention names all authors as the docstrings do ("Kuik 2008", "Frankel and Romer 1999", "Leeds, Long & Mitchell 2000"),
or the first of three or more ("Hufbauer et al. 2007"). A reference is found by authors and year, whatever its key.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from sim.built_in import PACKAGE
from sim.core.spelling import nearest
from sim.describe import cited

CAPITAL = "[A-ZÀ-ÖØ-ÞČĆŁŠŽ]"
NAME = rf"\b(?:(?:de|del|der|la|le|ten|ter|van|von) )*{CAPITAL}[^\W\d_]*[^\W\d_A-Z](?:[-'’][^\W\d_]+)*"
MENTION = re.compile(
    rf"(?P<authors>{NAME}(?:(?:, (?:(?:and|&) )?| (?:and|&) | ){NAME})*)(?P<others> et al\.)?"
    r" \(?(?P<year>1[5-9]\d\d|20\d\d)(?P<letter>[a-z]?)\b(?![-–]\d)"
)
AUTHOR = re.compile(rf"({NAME}), (?:{CAPITAL}[A-Za-z]{{0,2}}\.[ -]?)+")
DATED = re.compile(r"\((\d{4})([a-z]?)\)")
DATES = frozenset({
    "In", "Since", "Of", "By", "From", "Until", "Before", "After", "Between", "About", "Around", "Version", "January",
    "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
})  # fmt: skip
"""Words that may stand, with a capital letter, before a year that is only a date."""
SENTENCE_END = re.compile(r"; |(?<!al)\. (?=[A-Z])|: (?=[A-Z])")
AS_A_WHOLE = "the rule as a whole"


class UnknownMentionError(ValueError):
    """A work is mentioned that references.toml does not hold; the message says what to write."""


@dataclass(frozen=True)
class Reference:
    """A work of references.toml.

    Attributes:
        key: its name there. authors: surnames, or the one name of an institution. year: with a letter, if it has one.
        line: the citation with its DOI. fitted: an estimate of this project from the data of that work.
    """

    key: str
    authors: tuple[str, ...]
    year: str
    line: str
    fitted: bool

    def is_named(self, choices: list[tuple[str, ...]], year: str, *, and_others: bool) -> bool:
        """Whether a mention means this work; `choices` are the lists of authors that it may be read as."""
        first = self.authors[:1] if and_others and len(self.authors) > 2 else None
        return year == self.year and (first if and_others else self.authors) in choices

    @property
    def said(self) -> str:
        """How a text mentions it: "Kuik 2008"."""
        first, *others = self.authors
        return f"{f'{first} et al.' if len(others) > 1 else ' and '.join(self.authors)} {self.year}"


@dataclass(frozen=True)
class Mention:
    """A work named in a text: as written, the clause that names it, its key."""

    text: str
    clause: str
    key: str

    @property
    def purpose(self) -> str:
        """What the work is named for: the clause, unless it holds nothing but the name."""
        return AS_A_WHOLE if self.clause in (self.text, f"{self.text}.") else self.clause


@dataclass(frozen=True)
class Use:
    """A work, and what a part of the model takes from it."""

    key: str
    purpose: str


@cache
def references() -> dict[str, Reference]:
    """Every work of references.toml by key."""
    listed = tomllib.loads((PACKAGE / "references.toml").read_text(encoding="utf-8"))
    return {key: reference(key, entry) for key, entry in listed.items()}


def reference(key: str, entry: dict[str, str]) -> Reference:
    """One entry of references.toml.

    Raises:
        ValueError: its citation does not say who wrote it and when.
    """
    dated = DATED.search(entry["cite"])
    if dated is None:
        raise ValueError(f"references.toml, [{key}]: write cite as 'Author, A. & Author, B. (year). Title. Place.'")
    by = entry["cite"][: dated.start()]
    people = tuple(AUTHOR.findall(by))
    return Reference(key, people or (by.strip(),), dated[1] + dated[2], cited(entry), key.endswith("fit"))


# -- mentions in prose -------------------------------------------------------------------------------------------------
def mentions(text: str) -> Iterator[Mention]:
    """Every work that a text names, in order.

    Raises:
        UnknownMentionError: references.toml does not hold it.
    """
    flat = " ".join(text.split())
    for found in MENTION.finditer(flat):
        choices = readings(found["authors"])
        if choices[-1] != () and choices[0][-1] not in DATES:
            key = key_of(found[0], choices, found["year"] + found["letter"], and_others=bool(found["others"]))
            yield Mention(found[0], clause(flat, found.start(), found.end()), key)


def readings(authors: str) -> list[tuple[str, ...]]:
    """The lists of authors that a text may mean: all names, or without leading words that are none of them.

    "United Nations, Mattes, Leeds and Carroll" may be read without its first word, but what "and" joins stays joined.
    """
    found = list(re.finditer(NAME, authors))
    names = tuple(each[0] for each in found)
    gaps = [authors[a.end() : b.start()] for a, b in pairwise(found)]
    joined = next((i for i, gap in enumerate(gaps) if "and" in gap or "&" in gap), len(gaps))
    return [names[first:] for first in range(joined + 1)]


def key_of(text: str, choices: list[tuple[str, ...]], year: str, *, and_others: bool) -> str:
    """The key of a mentioned work: of those that fit, the one with most authors, and rather a work than our fit to it.

    Raises:
        UnknownMentionError: no work fits, or several do.
    """
    known = references().values()
    meant = [work for work in known if work.is_named(choices, year, and_others=and_others)]
    if not and_others:
        most = max((len(work.authors) for work in meant), default=0)
        meant = [work for work in meant if len(work.authors) == most]
    plain = [work for work in meant if not work.fitted] or meant
    if len(plain) != 1:
        what = f"may be any of {', '.join(work.key for work in plain)}" if plain else "is not in references.toml"
        hint = "give the year a letter" if plain else f"{nearest(text, [w.said for w in known])}, or add the work there"
        raise UnknownMentionError(f"'{text}' {what}; {hint}")
    return plain[0].key


def clause(text: str, start: int, end: int) -> str:
    """What a text says around a mention: up to the nearest semicolons, colons and full stops."""
    before = max((stop.end() for stop in SENTENCE_END.finditer(text) if stop.end() <= start), default=0)
    after = re.search(r";|\.(?= [A-Z]|$)", text[end:])
    return text[before : end + after.start() if after else len(text)].strip()


# -- what a part of the model rests on ---------------------------------------------------------------------------------
def uses_of(told: dict[str, Any]) -> list[Use]:
    """What a described unit, measure or column takes from which work.

    Args:
        told: as `sim.describe.describe` gives it.

    Raises:
        UnknownMentionError: a work that references.toml does not hold; names the unit.
    """
    prose = [told.get(part, "") for part in ("sentence", "notes", "assumes", "source")]
    try:
        found = [Use(each.key, each.purpose) for text in prose for each in mentions(text)]
    except UnknownMentionError as error:
        raise UnknownMentionError(f"{told['kind']} {told['name']}: {error}") from error
    numbers: dict[str, list[str]] = {}
    for parameter in told.get("parameters", []):
        for key in keys_in(parameter["source"]):
            numbers.setdefault(key, []).append(parameter["name"])
    found += [Use(key, "what it measures") for key in keys_in(told.get("source", ""))]
    return found + [Use(key, f"value of {', '.join(names)}") for key, names in numbers.items()]


def keys_in(source: str) -> list[str]:
    """The keys of references.toml in a `source=`; words such as "assumed" and prose are none."""
    return [key for part in source.split(";") if (key := part.strip()) in references()]


def by_work[T](uses: Iterable[tuple[T, Use]]) -> dict[str, dict[T, list[str]]]:
    """Key -> user -> purposes without repetition; keys sorted, users in the order in which they come."""
    told: dict[str, dict[T, list[str]]] = {}
    for user, use in uses:
        purposes = told.setdefault(use.key, {}).setdefault(user, [])
        if use.purpose not in purposes:
            purposes.append(use.purpose)
    return dict(sorted(told.items(), key=lambda item: item[0].lower()))
