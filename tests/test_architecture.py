"""The house rules that a machine can check: who imports whom, who draws randomness, how long things are."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SIM = ROOT / "sim"
FILES = sorted(SIM.rglob("*.py"))

LAYERS = (
    ("core",),
    ("quantities",),
    ("world", "timeline"),
    ("mechanisms", "policies"),
    ("activation", "agents", "measures", "events", "interventions", "model"),
    ("scenario", "built_in"),
    ("runner", "results"),
    ("experiment",),
    ("empirical",),
    ("plots", "report", "explain", "landscape", "triads", "describe", "model_description"),
    ("cli", "ui", "__main__"),
)
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
ALLOWED = {
    "mesa": {"agents", "model", "ui"},
    "solara": {"ui"},
    "matplotlib": {"plots", "ui"},
    "pandas": {"results", "experiment", "empirical", "plots", "report", "cli", "ui"},
    "duckdb": {"results", "experiment", "empirical", "cli", "ui"},
    "click": {"cli", "ui"},
}


def home(path: Path) -> str:
    """The top-level part of sim that a file belongs to."""
    parts = path.relative_to(SIM).with_suffix("").parts
    return parts[0]


def imported(tree: ast.AST) -> list[str]:
    """Dotted names imported anywhere in a module, except those only for type checkers."""
    names = []
    hidden = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for child in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module] + [f"{node.module}.{alias.name}" for alias in node.names]
    return names


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_downwards(path: Path) -> None:
    own = home(path)
    if own == "__init__":
        return
    assert own in RANK, f"{path.name}: give '{own}' a layer in LAYERS"
    for name in imported(ast.parse(path.read_text())):
        parts = name.split(".")
        if parts[0] == "sim" and len(parts) > 1 and parts[1] in RANK:
            assert RANK[parts[1]] <= RANK[own], f"{path.name} ({own}) must not import {name}"
        if parts[0] in ALLOWED:
            assert own in ALLOWED[parts[0]], f"{path.name} must not import {parts[0]}"


@pytest.mark.parametrize("folder", ["mechanisms", "policies"])
def test_units_do_not_import_each_other(folder: str) -> None:
    shared = {"base", "proposals"}
    for path in sorted((SIM / folder).glob("*.py")):
        for name in imported(ast.parse(path.read_text())):
            if found := re.fullmatch(rf"sim\.{folder}\.(\w+)", name):
                own_rooms = found[1].startswith("_") or found[1] in shared
                assert own_rooms, f"{path.name} imports {name}: units meet in the world"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_randomness_comes_only_from_streams(path: Path) -> None:
    if path == SIM / "core" / "streams.py":
        return
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert not any(alias.name == "random" for alias in node.names), f"{path.name} imports random"
        if isinstance(node, ast.ImportFrom) and node.module == "numpy.random":
            assert {alias.name for alias in node.names} <= {"Generator"}, f"{path.name}: only the type may be imported"
        if isinstance(node, ast.Attribute) and ast.unparse(node).startswith("np.random."):
            pytest.fail(f"{path.name}:{node.lineno} uses np.random")


def test_no_file_is_longer_than_400_lines() -> None:
    long = {str(p.relative_to(ROOT)): n for p in FILES if (n := len(p.read_text().splitlines())) > 400}
    assert not long


def test_nine_functions_in_ten_are_short() -> None:
    lengths = []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                lengths.append(body[-1].end_lineno - body[0].lineno + 1 if body else 0)  # type: ignore[operator]
    assert sum(n < 25 for n in lengths) / len(lengths) >= 0.9


def test_names_say_what_things_are() -> None:
    banned = re.compile(r"(^|_)(utils?|helpers?|manager|common)($|_)|^(compute|get|do)_")
    for path in FILES:
        assert not banned.search(path.stem), path
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                assert not banned.search(node.name), f"{path.name}: {node.name}"


def test_public_things_have_docstrings() -> None:
    bare = []
    for path in FILES:
        tree = ast.parse(path.read_text())
        if not ast.get_docstring(tree):
            bare.append(str(path.relative_to(ROOT)))
        for node in tree.body:
            public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if public and not ast.get_docstring(node):  # type: ignore[arg-type]
                bare.append(f"{path.relative_to(ROOT)}: {node.name}")  # type: ignore[attr-defined]
    assert not bare
