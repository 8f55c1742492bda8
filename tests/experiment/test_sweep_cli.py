"""`detente sweep` from the command line: plan, run, status, export, compact, report; and bad design files."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sweeps import FILE

from sim import open_sweep
from sim.cli.program import detente

pytestmark = pytest.mark.slow
BAD = """
scenario = "three-powers"
replicates = 0

[design]
kind = "grdi"

[[factors]]
name = "mechanisms.alignment.kapa"
values = [1, 2]

[[factors]]
name = "mechanisms.alignment.kappa"
low = 3
high = 1

[[factors]]
name = "mechanisms.alignment.eta"
values = []

[[factors]]
name = "mechanisms.alignment.beta"
values = [1.0]

[[factors]]
name = "mechanisms.alignment.mu"
values = [-99.0]

[[arms]]
name = "nothing"

[arms.set]
"policies.MER" = "multi_vector"

[outputs]
measures = ["tensoin"]
"""


def called(*words: object) -> Result:
    return CliRunner().invoke(detente, [str(word) for word in words], prog_name="detente", env={"COLUMNS": None})


def design_file(folder: Path, replicates: int = 2) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / "design.toml"
    file.write_text(FILE.format(replicates=replicates, values=[0.5, 1.0, 2.0]))
    return file


def test_all_that_is_wrong_with_a_design_is_said_at_once_with_its_line(tmp_path: Path) -> None:
    file, out = tmp_path / "design.toml", tmp_path / "out"
    file.write_text(BAD)
    for command in (("plan", file), ("run", file, "--out", out)):
        said = called("sweep", *command)
        assert said.exit_code == 2 and not out.exists() and "Traceback" not in said.output
        lines = {int(line): text for line, text in re.findall(r"line (\d+): (.*)", said.output)}
        wanted = {3: "replicates", 6: "grid", 9: "kappa", 14: "low", 19: "empty", 22: "eta", 27: "-99"}
        for line, word in wanted.items():
            assert word in lines.get(line, ""), (line, said.output)
        assert "changes nothing" in said.output and "tension" in said.output


def test_an_experiment_from_plan_to_report(tmp_path: Path) -> None:
    file, out = design_file(tmp_path / "how_it_bends"), tmp_path / "out"
    planned = json.loads(called("sweep", "plan", file, "--json").output)
    assert planned["runs"] == 6 and planned["seconds"] > 0 and planned["bytes"] > 1000
    told = called("sweep", "run", file.parent, "--out", out, "--workers", "1", "--json")
    assert told.exit_code == 0 and json.loads(told.stdout)["statuses"] == {"ok": 6}
    progress = json.loads((out / "progress.json").read_text())
    assert progress["done"] == 6 and progress["runs_per_second"] > 0
    again = json.loads(called("sweep", "plan", file, "--out", out, "--json").output)
    assert again["done"] == 6 and again["seconds"] == 0
    assert "6 of 6 runs (6 ok)" in called("sweep", "status", out).output
    (tmp_path / "how_it_bends" / "design.toml").unlink()
    assert called("sweep", "resume", out, "--workers", "1").exit_code == 0, "the store keeps the design"
    assert called("sweep", "retry", out, "--workers", "1").exit_code == 0
    assert called("sweep", "compact", out).exit_code == 0
    for form in ("csv", "parquet"):
        assert "6 rows" in called("sweep", "export", out, form, "--to", tmp_path / f"runs.{form}").output
    assert called("sweep", "export", out, "csv", "--to", tmp_path / "runs.csv").exit_code == 2
    report = called("sweep", "report", out)
    assert report.exit_code == 0
    assert not re.findall(r"(?:src|href)=.?https?:", (out / "report.html").read_text())


def test_a_scenario_can_be_varied_without_a_file(tmp_path: Path) -> None:
    words = ("three-powers", "--set", "end=2001", "--vary", "mechanisms.alignment.kappa=1:2:3", "--vary")
    told = called("sweep", "run", *words, "policies.MER=align,balance", "--replicates", 2, "--out", tmp_path / "out")
    assert told.exit_code == 0, told.output
    runs = open_sweep(tmp_path / "out").runs()
    assert len(runs) == 12 and sorted(set(runs["mechanisms.alignment.kappa"])) == [1.0, 1.5, 2.0]
    assert set(runs["policies.MER"]) == {"align", "balance"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "no_such_thing", "--out", "x"), "no_such_thing"),
        (("run", "three-powers", "--vary", "mechanisms.alignment.kappa=1-2", "--out", "x"), "is no number"),
        (("run", "three-powers", "--vary", "mechanisms.alignment.kapa=1:2:3", "--out", "x"), "kappa"),
        (("run", "three-powers", "--replicates", "2", "--out", "x", "--shard", "3/2"), "1/20"),
        (("run", "three-powers", "--replicates", "2", "--out", "x", "--executor", "nowhere"), "module:factory"),
        (("run", "three-powers", "--replicates", "2", "--out", "x", "--workers", "1", "--dask", "t"), "write one"),
        (("status", "x"), "holds no sweep"),
        (("resume", "x"), "holds no sweep"),
        (("compact", "x", "--merge", "y"), "holds no sweep"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_message(
    words: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = called("sweep", *words)
    assert told.exit_code == 2 and said in told.output and "Traceback" not in told.output
    assert not any(tmp_path.iterdir())


def test_a_plan_of_size_and_time_is_near_the_truth(tmp_path: Path) -> None:
    """Bytes are exact enough to be tested; seconds are shown by `make bench`."""
    file, out = design_file(tmp_path / "e", replicates=40), tmp_path / "out"
    planned = json.loads(called("sweep", "plan", file, "--workers", "1", "--json").output)
    called("sweep", "run", file, "--out", out, "--workers", "1")
    held = sum(part.stat().st_size for part in out.glob("*/*.parquet"))
    assert 1 / 1.5 < planned["bytes"] / held < 1.5
