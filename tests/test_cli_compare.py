"""`detente compare`, `batch` and `analyze` on real runs of small worlds, from the command line and from Python."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

import sim
from sim.cli.program import detente
from sim.experiment.pairing import ComparisonError, compare
from sim.experiment.sweeping import sweep

DESIGN: dict[str, Any] = {
    "name": "what_moves_meridia",
    "scenario": "three-powers",
    "replicates": 1,
    "set": {"end": 2004},
    "design": {"kind": "saltelli", "n": 16, "seed": 3},
    "factors": [
        {"name": "mechanisms.alignment.kappa", "low": 0, "high": 4},
        {"name": "mechanisms.alignment.eta", "low": 0.5, "high": 4},
    ],
    "arms": [{"name": "aligned", "set": {"policies.MER": "align", "policies.align.loyalty": 2}}],
    "outputs": {"measures": ["middle_power_hedging", "tension", "multi_vector_share"], "statistics": ["mean", "end"]},
}


def called(*words: str) -> Result:
    return CliRunner().invoke(detente, list(words), prog_name="detente", env={"COLUMNS": None})


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """128 short runs: a Saltelli design of 16 rows and two factors, with one arm."""
    folder = tmp_path_factory.mktemp("sweeps") / "meridia"
    done = sweep(DESIGN, folder, workers=2)
    assert done.status()["ok"] == 128
    return folder


# -- compare -----------------------------------------------------------------------------------------------------------
@pytest.mark.slow
def test_compare_prints_the_json_that_was_promised() -> None:
    result = called(
        "compare", "three-powers", "--arm", "harsh=mechanisms.alignment.kappa=4", "--replicates", "4", "--years",
        "2000:2005", "--json",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["scenario"], told["replicates"]) == ("three-powers", 4)
    (arm,) = told["arms"]
    assert arm["name"] == "harsh"
    assert all(set(each) == {"name", "diff", "low", "high", "variance_ratio"} for each in arm["measures"])
    held = {each["name"]: each for each in arm["measures"]}
    hedging = held["middle_power_hedging"]
    assert hedging["low"] <= hedging["diff"] <= hedging["high"] < 0
    assert hedging["variance_ratio"] > 1


@pytest.mark.slow
def test_a_comparison_is_the_same_whatever_the_number_of_workers_and_pairs_save_variance() -> None:
    arms = {"no_mediation": {"mechanisms.mediation": False}}
    one, two = (compare("random:8", arms, 6, end=2010, workers=workers) for workers in (1, 2))
    assert one.as_dict() == two.as_dict()
    held = {each.output: each for each in one.of("no_mediation")}
    assert held["mediations_offered"].diff < 0
    saved = [each.variance_ratio for each in one.found if each.variance_ratio == each.variance_ratio]
    assert sorted(saved)[len(saved) // 2] > 3
    html = one._repr_html_()
    assert "no_mediation" in html
    assert "mediations_offered" in html
    frame = one.frame()
    assert {"arm", "measure", "diff", "low", "high"} <= set(frame.columns)


def test_several_changes_make_one_arm_and_values_may_hold_commas() -> None:
    from sim.cli.compare import Arm

    arm = Arm().convert('turn=policies.KAZ=align,policies.UZB=align,title="a, b"', None, None)
    assert arm == ("turn", ("policies.KAZ=align", "policies.UZB=align", 'title="a, b"'))


def test_arms_that_cannot_be_are_all_told_at_once() -> None:
    result = called(
        "compare", "three-powers", "--arm", "x=mechanisms.alignment.kapa=4",
        "--arm", "same=mechanisms.alignment.kappa=1.5", "--arm", "big=mechanisms.alignment.kappa=99",
    )  # fmt: skip
    assert result.exit_code == 2
    assert "did you mean 'kappa'?" in result.stderr
    assert "arm 'same' changes nothing" in result.stderr
    assert "from 0 to 6" in result.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--arm", "calm"], "NAME=KEY=VALUE"),
        (["--arm", "base=mechanisms.alignment.kappa=4"], "another name"),
        (["--arm", "a=dt=0.5", "--arm", "a=dt=1"], "given twice"),
        (["--arm", "a=dt=0.5", "--replicates", "1"], "--replicates"),
        ([], "--arm"),
    ],
)
def test_wrong_words_end_with_a_message(words: list[str], told: str) -> None:
    result = called("compare", "three-powers", *words)
    assert result.exit_code == 2
    assert told in result.stderr
    assert "Traceback" not in result.output


def test_python_is_told_the_same() -> None:
    with pytest.raises(ComparisonError, match="changes nothing"):
        compare("three-powers", {"nothing": {}}, 5)
    with pytest.raises(ComparisonError, match="2 or more"):
        compare("three-powers", {"a": {"dt": 0.5}}, 1)


# -- batch -------------------------------------------------------------------------------------------------------------
@pytest.mark.slow
def test_a_batch_has_a_table_and_a_report_and_grows(tmp_path: Path) -> None:
    out = tmp_path / "batch"
    words = ["batch", "three-powers", "random:6", "--years", "2000:2003", "--out", str(out), "--json"]
    first = called(*words, "--replicates", "2")
    assert first.exit_code == 0, first.output
    told = json.loads(first.stdout)
    assert [each["name"] for each in told["scenarios"]] == ["three-powers", "random:6"]
    tension = next(m for m in told["scenarios"][0]["measures"] if m["name"] == "tension")
    assert tension["runs"] == 2
    assert tension["min"] <= tension["mean"] <= tension["max"]
    assert told["failed"] == []
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "The scenarios side by side" in page
    before = sim.open_sweep(out).runs().set_index("run_id")["started"]
    again = called(*words, "--replicates", "3")
    assert again.exit_code == 0, again.output
    after = sim.open_sweep(out).runs().set_index("run_id")["started"]
    assert (len(before), len(after)) == (4, 6)
    assert (after.loc[before.index] == before).all()


@pytest.mark.slow
def test_a_row_of_a_batch_can_be_repeated_alone(tmp_path: Path) -> None:
    out = tmp_path / "batch"
    assert called("batch", "random:6", "--years", "2025:2030", "--replicates", "2", "--out", str(out)).exit_code == 0
    row = sim.open_sweep(out).runs().iloc[1]
    alone = sim.run(sim.load_scenario("random:6", changes={"start": 2025, "end": 2030}), seed=int(row["seed"]))
    assert alone.final["tension"] == pytest.approx(row["tension.end"], rel=1e-12)
    assert alone.series["tension"].std() > 0


def test_scenarios_that_cannot_be_are_all_told_at_once(tmp_path: Path) -> None:
    result = called("batch", "three-power", "central-asia-2052", "--out", str(tmp_path / "out"))
    assert result.exit_code == 2
    assert "three-powers" in result.stderr
    assert "central-asia-2025" in result.stderr
    assert not (tmp_path / "out").exists()


# -- analyze and report ------------------------------------------------------------------------------------------------
@pytest.mark.slow
def test_sobol_finds_what_moves_the_portfolio(store: Path) -> None:
    result = called("analyze", "sobol", str(store), "--output", "middle_power_hedging.mean", "--json")
    assert result.exit_code == 0, result.output
    (told,) = json.loads(result.stdout)["outputs"]
    held = {each["name"]: each for each in told["factors"]}
    assert told["rows"] == 16
    assert held["mechanisms.alignment.kappa"]["total"]["value"] > 0.3
    for each in held.values():
        assert each["total"]["low"] <= each["total"]["value"] <= each["total"]["high"]
    for path in json.loads(result.stdout)["figures"]:
        assert Path(path).read_text(encoding="utf-8").count("<svg") == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["morris"], "mean size"),
        (["cart", "--output", "middle_power_hedging.mean"], "density"),
        (["prim", "--output", "middle_power_hedging.mean"], "coverage"),
        (["convergence", "--output", "middle_power_hedging.mean"], "total Sobol index"),
        (["arms", "--by", "mechanisms.alignment.kappa"], "where mechanisms.alignment.kappa is low"),
    ],
)
def test_other_analyses_print_tables_and_write_figures(
    store: Path, tmp_path: Path, words: list[str], shown: str
) -> None:
    name, *options = words
    result = called("analyze", name, str(store), *options, "--figures", str(tmp_path / "figures"))
    assert result.exit_code == 0, result.output
    assert shown in result.stdout
    assert list((tmp_path / "figures").glob("*.svg"))
    as_json = called("analyze", name, str(store), *options, "--figures", str(tmp_path / "figures"), "--json")
    assert json.loads(as_json.stdout)["analysis"] == name


@pytest.mark.slow
def test_the_arm_differs_as_the_policy_says(store: Path) -> None:
    told = json.loads(called("analyze", "arms", str(store), "--output", "middle_power_hedging.end", "--json").stdout)
    (arm,) = told["arms"]
    assert arm["arm"] == "aligned"
    assert arm["pairs"] == 64
    assert arm["high"] < 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["sobol", "--output", "tensoin.mean"], "did you mean"),
        (["arms", "--against", "aligned2"], "aligned"),
        (["prim", "--output", "tension.mean", "--above", "7"], "--above"),
    ],
)
def test_a_question_that_has_no_answer_says_why(store: Path, words: list[str], told: str) -> None:
    result = called("analyze", words[0], str(store), *words[1:])
    assert result.exit_code == 2
    assert told in result.stderr


def test_a_folder_without_a_sweep_is_refused(tmp_path: Path) -> None:
    result = called("analyze", "sobol", str(tmp_path))
    assert result.exit_code == 2
    assert "no sweep" in result.stderr


@pytest.mark.slow
def test_the_report_of_a_sweep_is_one_file(store: Path) -> None:
    from sim.report.sweep_page import sweep_html

    html = sweep_html(sim.open_sweep(store))
    assert "What moves meridia" in html
    assert "What middle_power_hedging.mean depends on" in html
    assert "What each arm changes" in html
    assert "policies.MER = align" in html


@pytest.mark.slow
def test_common_chance_narrows_the_intervals_on_the_model(tmp_path: Path) -> None:
    """The same points of a world with disputes, once with a seed a row, once with a seed a point."""
    from sim.experiment.analysis.sensitivity import Blocks, blocks_of, sobol
    from sim.experiment.design_file import design_from

    design = design_from(
        DESIGN
        | {
            "scenario": "random:6",
            "set": {"end": 2008, "dt": 0.5},
            "arms": [],
            "design": {"kind": "saltelli", "n": 16, "seed": 3},
        }
    )
    shared = blocks_of(sweep(design, tmp_path / "shared", workers=2), "tension.mean")
    own = []
    for at, row in enumerate(design.points):
        changed = sim.load_scenario("random:6", changes={"end": 2008, "dt": 0.5, **row})
        run = sim.run(changed, seed=1000 + at, keep="none")
        per_year = round(1 / changed.dt)
        own.append(float(run.series["tension"][::per_year].mean()))
    values = np.array(own).reshape(-1, len(design.factors) + 2)
    unpaired = Blocks(values[:, 0], values[:, 1], values[:, 2:].T)
    names = [factor.name for factor in design.factors]
    with_shared, with_own = (sobol("tension.mean", names, each) for each in (shared, unpaired))
    for one, other in zip(with_shared.total, with_own.total, strict=True):
        assert one.width < other.width / 3
    assert with_shared.luck.value > 0.5


# -- the library -------------------------------------------------------------------------------------------------------
def test_the_public_names_are_there_and_nothing_else_is_loaded() -> None:
    import subprocess
    import sys

    code = "import sim, sys; print(sorted({'numpy', 'pandas', 'mesa', 'duckdb'} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.startswith("[]")
    for name in ("load_scenario", "run", "sweep", "compare", "open_sweep"):
        assert callable(getattr(sim, name)), name


def test_a_run_shows_itself_in_a_notebook() -> None:
    run = sim.run("three-powers", end=2001)
    assert "2000 to 2001" in repr(run)
    html = run._repr_html_()
    assert "Three powers" in html
    assert html.count("<svg") == len(run.series)


def test_a_figure_shows_itself_in_a_notebook() -> None:
    from sim.plots.style import canvas

    figure, _ = canvas(200, 100)
    assert figure._repr_svg_().startswith("<svg")


def test_a_bar_shows_nothing_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    with sim.progress_bar("Simulating") as show:
        show(1, 2)
        show(2, 2)
    assert capsys.readouterr() == ("", "")
