"""On which line each key of a TOML file stands."""

import tomllib
from pathlib import Path

import pytest

from sim.scenario.places import key_lines

TRICKY = '''# a comment with [brackets] and = signs
title = "a # no comment = and [no table]"
notes = """
start = 1
[states.XXX]
"""
single = \'\'\'
x = """
\'\'\'
"quoted.key" = 'it''s'
a.b.c = 1
list = [ # first
  1,
  [2, 3],  # second
  { x = "}", y = [ "]" ] },
]
[states.KAZ]
gdp = 1
alignment = { USA = 0.1, "EU" = 0.2 }

[ties]
pacts = [
  { obligation = "defence", members = ["USA", "KAZ"] },

  { obligation = "defence", members = [
    "USA", "DAL"] },
]
[[events]]
year = 1
[[events]]
year = 2
[events.more]
deep = true
[ "odd name" . x ]
y = 1979-05-27T07:32:00Z
'''.replace("'it''s'", "'its'")


def lines_with(text: str, needle: str) -> list[int]:
    return [number for number, line in enumerate(text.splitlines(), 1) if needle in line]


@pytest.mark.parametrize(
    ("path", "needle"),
    [
        (("title",), "title ="),
        (("single",), "single ="),
        (("quoted.key",), '"quoted.key"'),
        (("a", "b", "c"), "a.b.c"),
        (("list", 0), "  1,"),
        (("list", 1, 1), "[2, 3]"),
        (("list", 2, "y", 0), "{ x ="),
        (("states", "KAZ"), "[states.KAZ]"),
        (("states", "KAZ", "gdp"), "gdp ="),
        (("states", "KAZ", "alignment", "EU"), "alignment ="),
        (("ties", "pacts", 1, "members", 1), '"DAL"'),
        (("events", 1), "[[events]]"),
        (("events", 1, "year"), "year = 2"),
        (("events", 1, "more", "deep"), "deep ="),
        (("odd name", "x", "y"), "y = 1979"),
    ],
)
def test_a_key_stands_where_it_is_written(path, needle):
    tomllib.loads(TRICKY)
    assert key_lines(TRICKY)[path] == lines_with(TRICKY, needle)[-1]


def every_path(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, held in items:
        yield from every_path(held, (*path, key))


def test_every_key_of_every_scenario_has_a_line(checkout: Path):
    files = sorted((checkout / "scenarios").glob("*.toml"))
    assert files
    for file in files:
        text = file.read_text(encoding="utf-8")
        lines, data = key_lines(text), tomllib.loads(text)
        paths = set(every_path(data)) - {()}
        assert set(lines) == paths
        assert max(lines.values()) <= len(text.splitlines())


def test_text_that_looks_like_keys_is_no_key():
    assert ("start",) not in key_lines(TRICKY)
    assert ("states", "XXX") not in key_lines(TRICKY)
