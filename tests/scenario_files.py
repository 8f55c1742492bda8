"""Small scenario files to read, change and spoil in tests."""

from __future__ import annotations

from pathlib import Path

SMALL = """name = "small"
start = 2000
end = 2010
poles = ["AAA"]
[states.AAA]
gdp = 1000
population = 100
latitude = 0
longitude = 0
[states.BBB]
gdp = 10
population = 1
latitude = 1
longitude = 10
"""
HEAD = SMALL[: SMALL.index("[states.AAA]")]
TABLE = """code,gdp,population,latitude,longitude
AAA,1000,100,0,0
BBB,10,1,1,10
"""


def written(folder: Path, text: str = SMALL, **files: str) -> Path:
    """Write a scenario and the files beside it (`st_csv` becomes st.csv); the path of the scenario."""
    for name, content in files.items():
        stem, _, suffix = name.rpartition("_")
        (folder / f"{stem}.{suffix}").write_text(content, encoding="utf-8")
    file = folder / "small.toml"
    file.write_text(text, encoding="utf-8")
    return file


def line_of(text: str, needle: str) -> int:
    """The line, from 1, that holds `needle`, which must occur once."""
    (number,) = [number for number, line in enumerate(text.splitlines(), 1) if needle in line]
    return number
