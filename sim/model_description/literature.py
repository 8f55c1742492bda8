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
from typing import Any

from sim.built_in import PACKAGE
from sim.core.spelling import nearest
from sim.describe import ASSUMED, cited

NAME = r"(?:(?:de|del|van|von|der|Da|Dal|La|Le) )*[A-Z][^\W\d_]*[^\W\d_A-Z](?:[-'’][^\W\d_]+)*"
MENTION = re.compile(
    rf"(?P<authors>{NAME}(?:(?:, (?:(?:and|&) )?| (?:and|&) | )(?={NAME}){NAME})*(?: et al\.)?)"
    r" \(?(?P<year>1[5-9]\d\d|20\d\d)(?P<letter>[a-z]?)\b(?!-\d)"
)
AUTHOR = re.compile(rf"({NAME}), (?:[A-Z][A-Za-z]{{0,2}}\.[ -]?)+")
DATED = re.compile(r"\((?:eds?\) \()?(\d{4})([a-z]?)\)")
NO_AUTHORS = frozenset(
    "In Since Of By From Until Before After Between About Around January February March April May June July August "
    "September October November December Version".split()
)
"""Words that may stand, with a capital letter, before a year that is only a date."""


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

    def named_by(self, authors: tuple[str, ...], year: str, *, and_others: bool) -> bool:
        """Whether a mention of these authors and this year means this work."""
        if year != self.year:
            return False
        if and_others:
            return len(self.authors) > 2 and authors[-1:] == self.authors[:1]
        return authors[-len(self.authors) :] == self.authors

    @property
    def said(self) -> str:
        """How a text mentions it: "Kuik 2008"."""
        first, *others = self.authors
        if len(others) > 1:
            return f"{first} et al. {self.year}"
        return f"{' and '.join(self.authors)} {self.year}"


@dataclass(frozen=True)
class Mention:
    """A work named in a text: as written, and the passage that names it."""

    text: str
    passage: str
    key: str


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
        names = surnames(found["authors"])
        if names and names[-1] not in NO_AUTHORS:
            yield Mention(found[0], passage(flat, found.start(), found.end()), key_of(found[0], names, found))


def surnames(authors: str) -> tuple[str, ...]:
    """The names in the order of writing, without what joins them."""
    return tuple(re.findall(NAME, authors.removesuffix(" et al.")))


def key_of(text: str, names: tuple[str, ...], found: re.Match[str]) -> str:
    """The key of a mentioned work; words before the authors ("United Nations, Mattes ...") are passed over."""
    year, others = found["year"] + found["letter"], found["authors"].endswith(" et al.")
    known = references().values()
    meant = [work for work in known if work.named_by(names, year, and_others=others)]
    longest = max((len(work.authors) for work in meant), default=0)
    meant = [work for work in meant if others or len(work.authors) == longest]
    exact = [work for work in meant if not work.fitted] or meant
    if len(exact) != 1:
        said = [work.said for work in exact or known]
        what = "may be any of several" if exact else "is not in references.toml"
        raise UnknownMentionError(f"'{text}' {what}; {nearest(text, said)}, or add the work there")
    return exact[0].key


def passage(text: str, start: int, end: int) -> str:
    """The clause around a mention: between semicolons and full stops that end a sentence."""
    before = max((m.end() for m in re.finditer(r"; |(?<!al)(?<!vs)\. (?=[A-Z])", text[:start])), default=0)
    after = re.search(r";|\.(?= [A-Z]|$)", text[end:])
    return text[before : end + after.start() if after else len(text)].strip()


# -- what a part of the model rests on ---------------------------------------------------------------------------------
def uses_of(told: dict[str, Any]) -> list[Use]:
    """What a described unit, measure or column takes from which work.

    Args:
        told: as `sim.describe.describe` gives it.
    """
    prose = [told.get(part, "") for part in ("sentence", "notes", "assumes", "source")]
    found = [Use(each.key, each.passage) for text in prose for each in mentions(text)]
    found += [Use(key, "the definition") for key in keys_in(told.get("source", ""))]
    for number in told.get("parameters", []):
        found += [Use(key, f"{number['name']} = {number['default']:g}") for key in keys_in(number["source"])]
    return found


def keys_in(source: str) -> list[str]:
    """The keys of references.toml in a `source=`; words such as "assumed" and prose are none."""
    return [key for part in source.split(";") if (key := part.strip()) != ASSUMED and key in references()]


def by_work(uses: Iterable[tuple[str, Use]]) -> dict[str, dict[str, list[str]]]:
    """Key -> user -> purposes without repetition, sorted by key; users in the order in which they come."""
    told: dict[str, dict[str, list[str]]] = {}
    for user, use in uses:
        purposes = told.setdefault(use.key, {}).setdefault(user, [])
        if use.purpose not in purposes:
            purposes.append(use.purpose)
    return dict(sorted(told.items(), key=lambda item: item[0].lower()))
