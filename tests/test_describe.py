"""Descriptions come from the declarations: whole, true to them, and findable."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import ClassVar

import pytest

from sim import describe
from sim.core.params import param, parameters
from sim.measures import BY_STATE, SCALAR
from sim.mechanisms.alignment import Alignment
from sim.world import World

DOCSTRING = """A sentence that is so long
that it takes two lines.

    x_i = a b_i
    y_i = x_i      where a > 0

| symbol | column | unit | shape |
|---|---|---|---|
| x | force | 1e9 USD | (n,) |
| y, b | gdp, population | mixed | (n,); (n,) |

A remark on
the equation.

Another one.

Assumes: that it holds; and
that it goes on.
*Source:* Boulding 1962; assumed.
"""


def test_the_parts_of_a_docstring() -> None:
    parts = describe.parts_of(DOCSTRING)
    assert parts == {
        "sentence": "A sentence that is so long that it takes two lines.",
        "equation": "x_i = a b_i\ny_i = x_i      where a > 0",
        "symbols": [
            {"symbol": "x", "column": "force", "unit": "1e9 USD", "shape": "(n,)"},
            {"symbol": "y, b", "column": "gdp, population", "unit": "mixed", "shape": "(n,); (n,)"},
        ],
        "notes": "A remark on the equation.\nAnother one.",
        "assumes": "that it holds; and that it goes on.",
        "source": "Boulding 1962; assumed.",
    }


def test_a_docstring_of_one_sentence() -> None:
    parts = describe.parts_of("Only this.")
    assert parts["sentence"] == "Only this."
    assert not any(parts[name] for name in ("equation", "symbols", "notes", "assumes", "source"))


@pytest.mark.parametrize("kind", ["mechanism", "policy"])
def test_every_unit_tells_what_a_reader_needs(kind: str) -> None:
    for told in describe.everything(kind):
        assert told["sentence"].endswith("."), told["name"]
        assert told["equation"], told["name"]
        assert told["assumes"] and told["source"], told["name"]
        for number in told["parameters"]:
            assert number["low"] <= number["default"] <= number["high"], number["key"]
            assert number["unit"] and number["doc"] and number["source"], number["key"]


def test_a_mechanism_as_declared() -> None:
    (told,) = describe.everything("mechanism", "alignment")
    declared = parameters(Alignment)["kappa"]
    kappa = next(number for number in told["parameters"] if number["name"] == "kappa")
    assert kappa["key"] == "mechanisms.alignment.kappa"
    for field in ("default", "unit", "low", "high", "doc", "source"):
        assert kappa[field] == getattr(declared, field)
    assert told["phase"] == "DECIDE"
    assert "grad U" in told["equation"]
    assert set(told["writes"]) == set(Alignment.writes.split())


def test_a_column_knows_its_users() -> None:
    (told,) = describe.everything("column", "threat")
    assert told["written_by"] == ["threat"]
    assert "benefit" in told["read_by"]
    assert told["shape"] == ["states", "states"]
    assert (told["unit"], told["low"], told["high"]) == ("1", 0, 1)


def test_a_derived_column_has_no_start() -> None:
    (told,) = describe.everything("column", "power")
    assert told["derived"] and told["initial"] is None


def test_everything_is_there_and_is_json() -> None:
    found = list(describe.everything())
    names = {(told["kind"], told["name"]) for told in found}
    assert len(names) == len(found)
    assert {name for kind, name in names if kind == "column"} == set(World.declarations())
    assert {name for kind, name in names if kind == "measure"} == set(SCALAR) | set(BY_STATE)
    json.dumps(found, allow_nan=False)


def test_a_name_may_belong_to_several_kinds() -> None:
    assert [told["kind"] for told in describe.everything(None, "alignment")] == ["mechanism", "column"]


@pytest.mark.parametrize(
    ("kind", "name", "hint"),
    [
        ("mechanism", "alignmnet", "'alignment'"),
        (None, "hostilty", "'hostility'"),
        ("policy", "multivector", "'multi_vector'"),
    ],
)
def test_a_miss_names_the_nearest(kind: str | None, name: str, hint: str) -> None:
    with pytest.raises(describe.UnknownNameError, match=f"did you mean {hint}"):
        list(describe.everything(kind, name))


@dataclass(frozen=True)
class Mixed:
    """Two numbers, one of which somebody measured."""

    guessed: float = param(1, unit="1", low=0, high=2, doc="A guess.", source="assumed")
    measured: float = param(3, unit="km", low=0, high=9, doc="A finding.", source="Boulding1962")

    reads: ClassVar = "gdp"


def test_assumed_lists_the_numbers_without_a_source() -> None:
    told = describe.of_unit("policy", "mixed", Mixed)
    assert [number["key"] for number in describe.assumed(iter([told]))] == ["policies.mixed.guessed"]


def test_assumed_misses_none() -> None:
    units = [*describe.of_kind("mechanism").items()]
    expected = {f"mechanisms.{n}.{p.name}" for n, u in units for p in parameters(u).values() if p.source == "assumed"}
    assert {number["key"] for number in describe.assumed(describe.everything("mechanism"))} == expected
    assert "mechanisms.alignment.kappa" in expected


def test_references_have_a_citation() -> None:
    cited = describe.references()
    assert "Boulding" in cited["Boulding1962"]
    assert all(line and "None" not in line for line in cited.values())
    assert describe.cited({"cite": "A (2000). B.", "doi": "10.1/2"}) == "A (2000). B. https://doi.org/10.1/2"
    assert describe.cited({"cite": "A (2000). B.", "doi": "https://x.org"}) == "A (2000). B. https://x.org"
