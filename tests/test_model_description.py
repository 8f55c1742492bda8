"""The model description: up to date, whole, true to the declarations; every work that is named has its reference."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from sim.core.params import parameters
from sim.describe import ASSUMED, describe, everything, of_kind
from sim.measures import BY_STATE, SCALAR
from sim.mechanisms._shock_kinds import SHOCKS
from sim.model_description import __main__ as command
from sim.model_description import document
from sim.model_description import literature as read
from sim.model_description.concepts import CONCEPTS
from sim.model_description.literature import UnknownMentionError, mentions, references, uses_of
from sim.model_description.overview import CHANNELS, PATTERNS, drawing, grouped
from sim.timeline import Phase
from sim.world import World

ELEMENTS = (
    "1. Purpose and patterns",
    "2. Entities, state variables, and scales",
    "3. Process overview and scheduling",
    "4. Design concepts",
    "5. Initialization",
    "6. Input data",
    "7. Submodels",
    "References",
)
ELEVEN = (
    "Basic principles",
    "Emergence",
    "Adaptation",
    "Objectives",
    "Learning",
    "Prediction",
    "Sensing",
    "Interaction",
    "Stochasticity",
    "Collectives",
    "Observation",
)
UNITS = [(kind, name) for kind in ("mechanism", "policy") for name in of_kind(kind)]


@pytest.fixture(scope="module")
def text() -> str:
    return document()


def section(text: str, title: str) -> str:
    """What stands under a heading, up to the next one that is not below it."""
    (found,) = re.finditer(rf"^(#+) {re.escape(title)}$", text, re.MULTILINE)
    rest = text[found.end() :]
    after = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE)
    return rest[: after.start()] if after else rest


def rows(part: str, first: str) -> list[list[str]]:
    """Cells of the table rows whose first cell is this name."""
    lines = [line for line in part.splitlines() if line.startswith(f"| `{first}` |")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


# -- the document ------------------------------------------------------------------------------------------------------
def test_the_page_in_docs_is_up_to_date(text: str, checkout: Path) -> None:
    page = checkout / "docs" / "model.md"
    message = "docs/model.md differs from the code: run `python -m sim.model_description`"
    assert page.is_file() and page.read_text(encoding="utf-8") == text, message


def test_the_same_code_gives_the_same_page_in_another_process(text: str, tmp_path: Path, checkout: Path) -> None:
    page = tmp_path / "model.md"
    line = [sys.executable, "-m", "sim.model_description", str(page)]
    done = subprocess.run(line, capture_output=True, text=True, cwd=checkout, timeout=120)
    assert done.returncode == 0 and done.stdout.strip() == str(page), done.stderr
    assert page.read_bytes() == text.encode()


@pytest.mark.parametrize("arguments", [["--force"], ["a", "b"], ["/dev/null/model.md"]])
def test_a_page_that_cannot_be_written_is_one_message(arguments: list[str], checkout: Path) -> None:
    line = [sys.executable, "-m", "sim.model_description", *arguments]
    done = subprocess.run(line, capture_output=True, text=True, cwd=checkout, timeout=120)
    assert done.returncode == 2 and done.stderr.strip() and "Traceback" not in done.stderr


def test_outside_a_checkout_a_file_must_be_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "PLACE", tmp_path / "docs" / "model.md")
    assert command.main([]) == 2
    assert "name a file" in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_the_elements_come_in_the_order_of_the_protocol(text: str) -> None:
    assert tuple(re.findall(r"^## (.*)$", text, re.MULTILINE)) == ELEMENTS


def test_all_eleven_concepts_are_told(text: str) -> None:
    assert tuple(CONCEPTS) == ELEVEN
    for n, title in enumerate(ELEVEN, 1):
        assert len(section(text, f"4.{n} {title}").split()) > 20, title


def test_every_phase_with_its_sentence_and_mechanisms(text: str) -> None:
    for phase in Phase:
        part = section(text, phase.name)
        assert phase.value in text
        own = {told["name"] for told in everything("mechanism") if told["phase"] == phase.name}
        assert set(re.findall(r"^\| \[(\w+)\]", part, re.MULTILINE)) == own


def test_every_column_as_declared(text: str) -> None:
    part = section(text, ELEMENTS[1])
    for name, column in World.declarations().items():
        (cells,) = rows(part, name)
        assert cells[1].strip("`[]()").replace(", ", "") == column.axes, name
        assert cells[2] == column.unit
        assert cells[-1].replace("\\", "") == column.doc
    told = [column["name"] for _, stored, derived in grouped() for column in (*stored, *derived)]
    assert sorted(told) == sorted(World.declarations())


def test_a_column_names_its_writers(text: str) -> None:
    (cells,) = rows(section(text, ELEMENTS[1]), "threat")
    assert cells[6] == "[threat](#threat)"
    (cells,) = rows(section(text, ELEMENTS[1]), "appeal")
    assert cells[6] == "policies"


@pytest.mark.parametrize(("kind", "name"), UNITS)
def test_every_unit_whole(text: str, kind: str, name: str) -> None:
    part, told = section(text, name), describe(kind, name, of_kind(kind)[name])
    flat = part.replace("\\", "")
    for wanted in (told["sentence"], told["equation"], told["assumes"], told["source"], *told["notes"].splitlines()):
        assert wanted and wanted in (part if wanted == told["equation"] else flat)
    for number in parameters(of_kind(kind)[name]).values():
        (cells,) = rows(part, number.name)
        assert cells[1:4] == [f"{number.default:g}", number.unit, f"{number.low:g} .. {number.high:g}"], number.name
        assert cells[4].replace("\\", "") == number.doc
        linked = ", ".join(f"[{key}](#{key.lower()})" for key in number.source.split("; "))
        assert cells[5] == (number.source if number.source == ASSUMED else linked)
    for event, sentence in told.get("events", {}).items():
        assert any(cells[1:] == [f"[{name}](#{name})", sentence] for cells in rows(section(text, "7.11 Events"), event))


@pytest.mark.parametrize("name", [*SCALAR, *BY_STATE])
def test_every_measure(text: str, name: str) -> None:
    (cells,) = rows(section(text, "7.10 Measures"), name)
    declared = (SCALAR | BY_STATE)[name]
    assert cells[1] == declared.unit and cells[3].replace("\\", "") == " ".join(declared.doc.split())


def test_every_kind_of_shock(text: str) -> None:
    part = section(text, "shocks")
    assert all(f"| {shock.kind} | {shock.rate:g} | {shock.tail:g} |" in part for shock in SHOCKS)


def test_the_tally_counts_the_assumed_numbers(text: str) -> None:
    sources = [p.source for kind, name in UNITS for p in parameters(of_kind(kind)[name]).values()]
    assert f"{len(sources)} numbers" in text and f"**{sources.count(ASSUMED)} are assumed**" in text


def test_the_switches_of_the_channels_exist_and_can_be_0(text: str) -> None:
    assert len(CHANNELS) == 4
    for _, unit, number in CHANNELS:
        assert parameters(of_kind("mechanism")[unit])[number].low == 0, f"mechanisms.{unit}.{number}"
        assert f"`mechanisms.{unit}.{number}=0`" in text


def test_chance_is_where_the_page_says(text: str) -> None:
    listed = drawing()
    assert {"shocks", "dispute_onset", "mediation"} <= set(listed)
    assert not {"threat", "affinity", "alignment"} & set(listed)
    assert all(f"[`{name}`](#{name})" in section(text, "4.9 Stochasticity") for name in listed)


def test_links_lead_somewhere(text: str) -> None:
    headings = {title.lower().replace(" ", "-") for title in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}
    anchors = set(re.findall(r'<a id="([^"]+)">', text))
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= headings | anchors


def test_tables_have_as_many_cells_as_their_heads(text: str) -> None:
    width = None
    for line in text.splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else None
        assert cells is None or width is None or cells == width, line
        width = cells


def test_the_page_speaks_only_of_the_project(text: str) -> None:
    assert not re.search(r"/(work|tmp|root|home)/|localhost|TODO", text)


# -- references --------------------------------------------------------------------------------------------------------
def test_every_reference_is_cited_and_every_cited_work_is_listed(text: str) -> None:
    listed = re.findall(r'^- <a id="\w+"></a>\*\*(\w+)\.\*\*', text, re.MULTILINE)
    assert listed == sorted(set(listed), key=str.lower)
    unused = sorted(set(references()) - set(listed) - named_elsewhere())
    assert not unused, f"nothing cites {', '.join(unused)}: take them out of references.toml, or cite them"
    assert {key.lower() for key in listed} >= set(re.findall(r"\]\(#([a-z]+\d{4}\w*)\)", text))


def named_elsewhere() -> set[str]:
    """Keys of works that docstrings outside mechanisms and policies name, in the program and in its tests."""
    root = Path(__file__).parent
    named: set[str] = set()
    for path in [*(root.parent / "sim").rglob("*.py"), *root.rglob("*.py")]:
        for key in references():
            if f'"{key}"' in path.read_text(encoding="utf-8"):
                named.add(key)
        named |= {key for key in map(known_key, re.finditer(read.MENTION, docstrings(path))) if key}
    return named


def docstrings(path: Path) -> str:
    """All docstrings of a file, flat."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    return " ".join(
        " ".join((ast.get_docstring(n) or "").split()) + "." for n in ast.walk(tree) if isinstance(n, kinds)
    )


def known_key(found: re.Match[str]) -> str:
    """The key of a mention, or nothing."""
    try:
        return next((each.key for each in mentions(found[0])), "")
    except UnknownMentionError:
        return ""


@pytest.mark.parametrize(("kind", "name"), UNITS)
def test_every_work_that_a_unit_names_has_a_reference(kind: str, name: str) -> None:
    uses_of(describe(kind, name, of_kind(kind)[name]))  # raises for one that has none


@pytest.mark.parametrize("folder", ["mechanisms", "policies"])
def test_every_work_that_a_file_of_rules_names_has_a_reference(folder: str, checkout: Path) -> None:
    for path in sorted((checkout / "sim" / folder).glob("*.py")):
        list(mentions(docstrings(path)))
    assert [each.key for shock in SHOCKS for each in mentions(shock.doc)]


def test_patterns_and_concepts_name_known_works() -> None:
    named = {each.key for _, whose in PATTERNS for each in mentions(whose)}
    assert {"GiblerMillerLittle2016", "Singer1987", "BrecherWilkenfeld2000"} <= named
    assert {each.key for text in CONCEPTS.values() for each in mentions(text)} >= {"Walt1987", "Kydd2003", "Morrow1991"}


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("hedging, Kuik 2008 and Tessman 2012; more", ["Kuik2008", "Tessman2012"]),
        ("openness, Frankel and Romer 1999", ["FrankelRomer1999"]),
        ("openness (Frankel & Romer 1999)", ["FrankelRomer1999"]),
        ("reliability: Leeds, Long & Mitchell 2000", ["LeedsLongMitchell2000"]),
        ("success, Hufbauer et al. 2007 (Pape 1997 disagrees)", ["HufbauerEtAl2007", "Pape1997"]),
        ("votes in the United Nations, Mattes, Leeds and Carroll 2015", ["MattesLeedsCarroll2015"]),
        ("from ATOP, Leeds, Ritter, Mitchell & Long 2002", ["LeedsEtAl2002"]),
        ("convergence, Barro and Sala-i-Martin (1992)", ["BarroSalaIMartin1992"]),
        ("the library of ter Hoeven et al. 2025", ["TerHoevenEtAl2025"]),
        ("after Klein, Goertz\n& Diehl 2006", ["KleinGoertzDiehl2006"]),
        ("In 1990 there were 90 wars; since 1816, in 1946-2013, Version 2020; Since 2007 none", []),
        ("rates of 1816-2018 of Leeds 1816-2018", []),
    ],
)
def test_mentions_are_found(text: str, keys: list[str]) -> None:
    assert [each.key for each in mentions(text)] == keys


@pytest.mark.parametrize(
    "text",
    [
        "a rule of Nobody 1999",
        "hedging, Kuik 2007",
        "hedging, Kuik & Tessman 2008",
        "hedging, Tessman & Kuik 2008",
        "reliability, Leeds & Mitchell 2000",
        "openness, Frankel et al. 1999",
        "reliability, Mitchell et al. 2000",
    ],
)
def test_a_work_that_is_not_known_is_refused(text: str) -> None:
    with pytest.raises(UnknownMentionError, match=r"is not in references\.toml"):
        list(mentions(text))


def test_the_message_names_the_nearest_work() -> None:
    with pytest.raises(UnknownMentionError, match="did you mean 'Tessman 2012'"):
        list(mentions("hedging, Tesman 2012"))


def test_a_mention_says_what_the_work_was_named_for() -> None:
    text = "ripeness, Zartman 2000; bias, Kydd 2003 and Svensson 2009. Offers are the matter of Beardsley 2008."
    clauses = [each.purpose for each in mentions(text)]
    assert clauses == ["ripeness, Zartman 2000", *["bias, Kydd 2003 and Svensson 2009"] * 2,
                       "Offers are the matter of Beardsley 2008"]  # fmt: skip
    assert [each.purpose for each in mentions("Kydd 2003; Zartman 2000.")] == [read.AS_A_WHOLE] * 2


def test_two_works_that_fit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {"cite": "Kuik, C.-C. (2008). A book. Press.", "doi": ""}
    both = {**references(), "Kuik2008b": read.reference("Kuik2008b", entry)}
    monkeypatch.setattr(read, "references", lambda: both)
    with pytest.raises(UnknownMentionError, match="Kuik2008, Kuik2008b"):
        list(mentions("hedging, Kuik 2008"))


def test_a_work_goes_before_our_fit_to_its_data() -> None:
    assert {"GiblerMillerLittle2016", "GML2016fit"} <= set(references())
    assert [each.key for each in mentions("the data of Gibler, Miller & Little 2016")] == ["GiblerMillerLittle2016"]


def test_references_say_who_and_when(checkout: Path) -> None:
    listed = tomllib.loads((checkout / "sim" / "references.toml").read_text(encoding="utf-8"))
    assert list(listed) == sorted(listed, key=str.lower), "keep references.toml in the order of its keys"
    for key, work in references().items():
        assert work.authors and re.fullmatch(r"\d{4}[a-z]?", work.year), key
        assert work.year in key, f"{key}: the year of the citation is {work.year}"
        assert set(listed[key]) == {"cite", "doi"}, key
        assert re.fullmatch(r"(10\.\d{4,9}/\S+)?", listed[key]["doi"]), f"{key}: write the bare DOI, or leave it empty"
    with pytest.raises(ValueError, match=r"\[X\]"):
        read.reference("X", {"cite": "No year. A book.", "doi": ""})


def test_every_source_of_a_number_or_measure_is_a_reference() -> None:
    for kind, name in UNITS:
        for number in parameters(of_kind(kind)[name]).values():
            keys = [key.strip() for key in number.source.split(";")]
            assert keys == [ASSUMED] or read.keys_in(number.source) == keys, f"{name}.{number.name}: {number.source}"
    for name, measure in (SCALAR | BY_STATE).items():
        keys = [key.strip() for key in measure.source.split(";")]
        assert keys == ["definition"] or read.keys_in(measure.source) == keys, f"{name}: {measure.source}"


# -- what a file of rules must hold ------------------------------------------------------------------------------------
@pytest.mark.parametrize(("kind", "name"), UNITS)
def test_every_unit_has_sentence_equation_symbols_assumptions_and_source(kind: str, name: str) -> None:
    told = describe(kind, name, of_kind(kind)[name])
    assert told["sentence"].endswith(".") and told["equation"], name
    assert told["assumes"] and told["source"], name
    assert told["symbols"], f"{name}: no table of symbols"
    for row in told["symbols"]:
        assert list(row) == ["symbol", "column", "unit", "shape"], f"{name}: {row}"
        assert all(row.values()), f"{name}: an empty cell beside {row['symbol']}"


@pytest.mark.parametrize(("kind", "name"), UNITS)
def test_the_docstring_says_where_each_parameter_enters(kind: str, name: str) -> None:
    """A number that the equation, the symbols and the prose do not name cannot be checked against the paper."""
    told = describe(kind, name, of_kind(kind)[name])
    prose = " ".join([told["equation"], told["notes"], told["assumes"], told["source"], str(told["symbols"])])
    missing = [p["name"] for p in told["parameters"] if not re.search(rf"\b{re.escape(p['name'])}\b", prose)]
    assert not missing, f"{name}: its docstring does not name {', '.join(missing)}"
