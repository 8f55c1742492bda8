"""The report on a sweep: says what was varied and found, tells of failures, loads nothing from elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sample_sweeps import Design, Factor, KnownSweep, saltelli

from sim.experiment.analysis.outcomes import AnalysisError
from sim.report.sweep_page import in_order, sweep_html


@dataclass(frozen=True)
class WholeDesign(Design):
    name: str = "known_question"
    arms: tuple[Any, ...] = ()
    replicates: int = 1
    seed: int = 5
    text: str = '[design]\nkind = "saltelli" # a < b'
    sources: tuple[Any, ...] = field(default=())


@dataclass(frozen=True)
class Arm:
    name: str
    set: dict[str, Any]


def with_arms(kind: str = "saltelli") -> KnownSweep:
    sweep = saltelli(lambda x: 2 * x[:, 0] + x[:, 1], ("mechanisms.a.x", "mechanisms.a.y"), 0, 1, 64)
    base = sweep.table.assign(**{"tension.mean": sweep.table["y.mean"], "flat.end": 1.0}).drop(columns="y.mean")
    change = base.assign(arm="no_<b>mediation", run_id="m" + base["run_id"])
    change["tension.mean"] += 0.25
    table = pd.concat([base, change], ignore_index=True).assign(error="", seed=1)
    table.loc[3, ["status", "error"]] = "error", "Traceback\nValueError: a <bad> number"
    factors = tuple(Factor(name, 0, 1, ()) for name in ("mechanisms.a.x", "mechanisms.a.y"))
    arms = (Arm("base", {}), Arm("no_<b>mediation", {"mechanisms.mediation": False}))
    schema = {"columns": {"tension.mean": {"unit": "1", "doc": "Ill will."}}, "volatile": []}
    return KnownSweep(table, WholeDesign(kind, factors, arms=arms), schema)


@pytest.fixture(scope="module")
def page() -> str:
    return sweep_html(with_arms())  # type: ignore[arg-type]


def test_it_loads_nothing_from_elsewhere(page: str) -> None:
    assert "default-src 'none'" in page
    assert not re.search(r'(src|href)="(?!#)', page)
    assert "<script" not in page


def test_it_tells_the_effect_of_the_arm_with_its_interval(page: str) -> None:
    assert "What each arm changes" in page
    assert "+0.25" in page
    assert page.count("<svg") >= 3


def test_names_and_messages_are_escaped(page: str) -> None:
    assert "no_&lt;b&gt;mediation" in page
    assert "a &lt;bad&gt; number" in page
    assert "<bad>" not in page
    assert "no_<b>" not in page


def test_failures_are_counted_and_the_design_is_there(page: str) -> None:
    assert "1 run of 512 did not end well" in page
    assert "1 error" in page
    assert "kind = &quot;saltelli&quot; # a &lt; b" in page
    assert "Ill will." in page


def test_other_designs_show_rank_correlations() -> None:
    html = sweep_html(with_arms("sobol"))  # type: ignore[arg-type]
    assert "Rank correlation" in html
    row = re.search(r"mechanisms\.a\.x</th><td[^>]*>([+-][\d.]+)", html)
    other = re.search(r"mechanisms\.a\.y</th><td[^>]*>([+-][\d.]+)", html)
    assert row and other
    assert float(row[1]) > float(other[1]) > 0.2


def test_outputs_of_first_interest_come_first() -> None:
    assert in_order(["zeta.end", "tension.end", "wars.mean", "tension.mean"])[:2] == ["tension.mean", "tension.end"]


def test_a_sweep_without_runs_says_what_to_do() -> None:
    empty = with_arms()
    empty.table = empty.table.iloc[:0]
    with pytest.raises(AnalysisError, match="resume"):
        sweep_html(empty)  # type: ignore[arg-type]


def test_several_scenarios_stand_side_by_side() -> None:
    rng = np.random.default_rng(2)
    table = pd.DataFrame(
        {"point": 0, "arm": "base", "replicate": np.tile(np.arange(20), 2), "status": "ok", "error": ""}
    )
    table["scenario"] = np.repeat(["calm", "rough"], 20)
    table["run_id"], table["seed"] = [f"r{k}" for k in range(40)], table["replicate"]
    table["tension.mean"] = rng.random(40) + (table["scenario"] == "rough")
    sweep = KnownSweep(table, WholeDesign("grid", (), name="2 scenarios", arms=(Arm("base", {}),), replicates=20))
    html = sweep_html(sweep)  # type: ignore[arg-type]
    assert "The scenarios side by side" in html
    assert ">calm<" in html
