"""The model description after the ODD protocol (Grimm et al. 2020), made from the code.

`python -m sim.model_description` writes docs/model.md. Sentences, equations, symbols, numbers, columns, measures and
events are read from their declarations, so that the description cannot differ from what runs; purpose, design concepts
and the story of the start are written by hand in this package.
"""

from __future__ import annotations

from pathlib import Path

from sim import __version__
from sim.built_in import PACKAGE
from sim.model_description.beginnings import initialization, input_data
from sim.model_description.concepts import concepts
from sim.model_description.markdown import joined, prose
from sim.model_description.overview import entities, process, purpose
from sim.model_description.submodels import bibliography, submodels

PLACE = PACKAGE.parent / "docs" / "model.md"
"""Where the description is kept in a checkout."""
INTRODUCTION = """
    This page follows the ODD protocol (Overview, Design concepts, Details) of Grimm et al. 2020. It is made from the
    code by `python -m sim.model_description`: change the code, not the page. Why the program is built as it is stands
    in [design.md](design.md); `detente describe NAME` shows the same facts on the command line. The agents and the
    model are those of the framework Mesa (ter Hoeven et al. 2025).
"""

__all__ = ["PLACE", "document", "write"]


def document() -> str:
    """The whole description as Markdown: the same text for the same code.

    Raises:
        UnknownMentionError: a docstring mentions a work that references.toml does not hold.
    """
    introduction = prose(INTRODUCTION)
    sections = {"introduction": introduction, "purpose": purpose(), "concepts": concepts()}
    rest = [entities(), process()]
    body = [sections["purpose"], *rest, sections["concepts"], initialization(), input_data(), submodels()]
    title = f"# Détente {__version__}: model description"
    return joined([title, introduction, *body, bibliography(sections)]) + "\n"


def write(place: Path = PLACE) -> Path:
    """Write the description into a file; returns its path.

    Raises:
        OSError: it cannot be written.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(document(), encoding="utf-8", newline="\n")
    return place
