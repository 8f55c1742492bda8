"""The report on many runs, one HTML file: what was varied, what came out, what arms and factors change, what failed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.garbage import uncollected
from sim.experiment.analysis import convergence, sensitivity
from sim.experiment.analysis.arms import Difference, differences
from sim.experiment.analysis.outcomes import BASE, AnalysisError, factors, outputs
from sim.experiment.many_runs import Spread, spreads
from sim.plots import look
from sim.plots import sweeps as plots
from sim.report import annexes, words
from sim.report.page import Page, box, folded, glossary, paragraph, table

if TYPE_CHECKING:
    from pandas import DataFrame

    from sim.experiment.store import Sweep

FIGURES = 6
"""Outputs of which there are figures; tables show all."""
FIRST = (
    "tension", "cold_war_index", "live_wars", "wars", "disputes", "battle_deaths", "captured_share",
    "mediations_successful", "norm_adoption",
)  # fmt: skip
"""Measures that come first if they were kept."""
ERRORS = 8
"""Kinds of failures that are told of."""


def sweep_html(sweep: Sweep) -> str:
    """The report on a sweep or batch.

    Raises:
        AnalysisError: no run of it has ended yet.
    """
    with uncollected(), look():
        return _written(sweep)


def write_sweep_report(sweep: Sweep, path: str | Path) -> Path:
    """Write the report into a file and return its path.

    Raises:
        AnalysisError: no run of the sweep has ended yet.
    """
    target = Path(path)
    target.write_text(sweep_html(sweep), encoding="utf-8")
    return target


def _written(sweep: Sweep) -> str:
    runs = sweep.runs()
    if not len(runs):
        raise AnalysisError("no run of this sweep has ended yet; go on with 'detente sweep resume'")
    known = outputs(sweep, runs)
    ranked = in_order([name for name in known if runs[name].notna().any()])
    title = str(getattr(sweep.design, "name", "") or "sweep").replace("_", " ")
    page = Page(f"{title} · Détente")
    page.head = list(_head(sweep, runs, title))
    page.add("arms", "Arms", "What each arm changes", _arms(page, sweep, runs, ranked))
    page.add("scenarios", "Scenarios", "The scenarios side by side", _scenarios(page, sweep, runs, ranked))
    page.add("factors", "Factors", "What the factors do", _factors(page, sweep, runs, ranked))
    page.add("enough", "Runs enough?", "Whether there were runs enough", _convergence(page, sweep, runs, ranked))
    page.add("outputs", "Outputs", "All outputs", _outputs(sweep, runs, ranked))
    page.add("failures", "Failures", "Runs that failed", _failures(runs))
    page.add("design", "Design", "What was run", _design(sweep, runs))
    page.add("columns", "Columns", "What the columns mean", _columns(sweep, known))
    page.tail = (
        f"<p><strong>{annexes.BANNER}</strong> Made with Détente, an agent-based simulator of world politics.</p>"
    )
    return page.html()


def in_order(names: Sequence[str]) -> list[str]:
    """Outputs with those of the first interest in front, means before ends."""
    rank = {name: number for number, name in enumerate(FIRST)}

    def place(name: str) -> tuple[int, int]:
        measure, _, statistic = name.rpartition(".")
        return rank.get(measure, len(rank)), ("mean", "end").index(statistic) if statistic in ("mean", "end") else 2

    return sorted(names, key=place)


def varying(runs: DataFrame, ranked: Sequence[str], most: int = FIGURES) -> list[str]:
    """One output a measure, of those that differ from run to run."""
    found: dict[str, str] = {}
    for name in ranked:
        if runs[name].nunique() > 1:
            found.setdefault(name.rpartition(".")[0], name)
    return list(found.values())[:most]


# -- sections ----------------------------------------------------------------------------------------------------------
def _head(sweep: Sweep, runs: DataFrame, title: str) -> Iterator[str]:
    status = runs["status"].value_counts()
    facts = [f"{len(runs):,} runs", *(f"{many:,} {name}" for name, many in status.items() if name != "ok")]
    facts += [words.plural(runs["point"].nunique(), "point"), words.plural(runs["arm"].nunique(), "arm")]
    facts += [words.plural(runs["replicate"].nunique(), "replicate"), f"design: {sweep.design.kind}"]
    facts += [f"scenarios: {words.listed(sorted(map(str, runs['scenario'].unique())))}"]
    yield '<p class="kicker">Détente · many runs</p>'
    yield f"<h1>{escape(title[:1].upper() + title[1:])}</h1>"
    yield f'<ul class="facts">{"".join(f"<li>{escape(fact)}</li>" for fact in facts)}</ul>'
    yield f'<p class="banner">{escape(annexes.BANNER)}</p>'


def _arms(page: Page, sweep: Sweep, runs: DataFrame, ranked: Sequence[str]) -> Iterator[str]:
    if runs["arm"].nunique() < 2 or BASE not in set(runs["arm"]):
        return
    try:
        found = differences(runs, list(ranked))
    except AnalysisError as error:
        yield paragraph(str(error))
        return
    yield paragraph(
        "Runs of a pair share all their chance, so a difference is the change's doing. Points with 95% intervals.",
        "lead",
    )
    shown = _telling(found)[:FIGURES] or varying(runs, ranked)
    yield box("pair", (_arm_figure(page, sweep, found, output) for output in shown))
    for arm in dict.fromkeys(each.arm for each in found):
        held = [each for each in found if each.arm == arm]
        yield folded(f"All outputs: {arm}", arm_table(arm, held))


def _telling(found: Sequence[Difference]) -> list[str]:
    """One output a measure, those that some arm changes most first."""
    largest: dict[str, tuple[float, str]] = {}
    for each in found:
        sure = each.low > 0 or each.high < 0
        size = abs(each.effect) if sure and np.isfinite(each.effect) else 0.0
        measure = each.output.rpartition(".")[0]
        if size > largest.get(measure, (0.0, ""))[0]:
            largest[measure] = size, each.output
    return [output for _, output in sorted(largest.values(), reverse=True)]


def _arm_figure(page: Page, sweep: Sweep, found: Sequence[Difference], output: str) -> str:
    unit = column_of(sweep, output).get("unit", "")
    base = next(each.base for each in found if each.output == output)
    figure = plots.arm_effects(found, output, unit=unit)
    return page.figure(figure, f"{output}: change against the base", f"The base has {words.number(base)} on average.")


def arm_table(arm: str, held: Sequence[Difference]) -> str:
    """Everything that an arm changes."""
    head = ("output", "base", "change", "95% interval", "in standard deviations", "variance ratio")
    rows = [
        (
            each.output,
            f"{each.base:.4g}",
            f"{each.diff:+.3g}",
            f"{each.low:+.3g} to {each.high:+.3g}",
            f"{each.effect:+.2f}",
            f"{each.variance_ratio:.3g}",
        )
        for each in held
    ]
    return table(f"{arm}: {held[0].pairs} pairs", head, rows)


def _scenarios(page: Page, sweep: Sweep, runs: DataFrame, ranked: Sequence[str]) -> Iterator[str]:
    if runs["scenario"].nunique() < 2:
        return
    shown = varying(runs, ranked)
    found = spreads(runs, shown)
    yield paragraph("Means over the runs of each scenario with 95% intervals; all had the same seeds.", "lead")
    yield box("pair", (_scenario_figure(page, sweep, found, output) for output in shown))


def _scenario_figure(page: Page, sweep: Sweep, found: Sequence[Spread], output: str) -> str:
    held = [each for each in found if each.output == output]
    parts = tuple(np.array([getattr(each, part) for each in held]) for part in ("mean", "low", "high"))
    unit = f"{output} ({column_of(sweep, output).get('unit', '1')})"
    figure = plots.rows_of_intervals(
        [each.scenario for each in held], {"mean": (parts[0], parts[1], parts[2])}, unit=unit, zero=False
    )
    return page.figure(figure, output)


def _factors(page: Page, sweep: Sweep, runs: DataFrame, ranked: Sequence[str]) -> Iterator[str]:
    names = factors(sweep, runs)
    base = runs[(runs["arm"] == BASE) & (runs["status"] == "ok")]
    if not names or base.empty:
        return
    shown = varying(base, ranked)
    if sweep.design.kind == "saltelli":
        yield paragraph("Share of the variance that each factor explains, alone and with its interactions.", "lead")
        yield box("pair", filter(None, (_indices(page, sweep, names, output) for output in shown)))
        return
    numeric = [name for name in names if base[name].dtype.kind in "fiu" and base[name].nunique() > 1]
    if numeric and base["point"].nunique() >= convergence.FEWEST:
        yield paragraph("Rank correlation of each factor with each output over the points of the design.", "lead")
        yield correlation_table(base, numeric, shown)


def _indices(page: Page, sweep: Sweep, names: Sequence[str], output: str) -> str:
    try:
        found = sensitivity.sobol(output, names, sensitivity.blocks_of(sweep, output))
    except AnalysisError:
        return ""
    reading = f"{found.rows} rows; luck alone explains {found.luck.value:.0%}."
    return page.figure(plots.sensitivity(found), f"What {output} depends on", reading)


def correlation_table(base: DataFrame, names: Sequence[str], shown: Sequence[str]) -> str:
    """Spearman's correlation of factors (rows) and outputs (columns) over points, replicates averaged."""
    means = base.groupby("point")[[*names, *shown]].mean()
    ranks = means.corr(method="spearman").loc[list(names), list(shown)]
    rows = [(name, *(f"{value:+.2f}" for value in ranks.loc[name])) for name in names]
    return table("Rank correlation", ("factor", *shown), rows)


def _convergence(page: Page, sweep: Sweep, runs: DataFrame, ranked: Sequence[str]) -> Iterator[str]:
    if not factors(sweep, runs):
        return
    base = runs[(runs["arm"] == BASE) & (runs["status"] == "ok")]
    drawn = []
    for output in varying(base, ranked, 2):
        try:
            steps = convergence.of(sweep, output)
        except AnalysisError:
            continue
        what = "total Sobol index" if sweep.design.kind == "saltelli" else f"mean of {output}"
        drawn.append(page.figure(plots.convergence(steps, unit=what), f"{output} as the design grows"))
    if drawn:
        yield paragraph(
            "The same estimates from a quarter, a half and all of the rows: what still moves is not known.", "lead"
        )
        yield box("pair", drawn)


def _outputs(sweep: Sweep, runs: DataFrame, ranked: Sequence[str]) -> Iterator[str]:
    head = ("output", "unit", "runs", "mean", "standard deviation", "smallest", "largest")
    for scenario, part in runs.groupby("scenario", sort=False):
        rows = []
        for each in spreads(part, ranked):
            numbers = (f"{value:.4g}" for value in (each.mean, each.sd, each.least, each.most))
            rows.append((each.output, column_of(sweep, each.output).get("unit", ""), str(each.runs), *numbers))
        yield table(f"{scenario}, arm {BASE}", head, rows)


def _failures(runs: DataFrame) -> Iterator[str]:
    bad = runs[runs["status"] != "ok"]
    if bad.empty:
        return
    last = bad["error"].fillna("").astype(str).map(lambda text: (text.strip().splitlines() or [""])[-1][:200])
    kinds = bad.assign(last=last).groupby(["status", "last"]).agg(runs=("run_id", "size"), first=("run_id", "first"))
    kinds = kinds.sort_values("runs", ascending=False).reset_index().head(ERRORS)
    rows = [(row.status, str(row.runs), str(row.first), row.last) for row in kinds.itertuples()]
    yield paragraph(
        f"{words.plural(len(bad), 'run')} of {len(runs):,} did not end well and are left out above.", "lead"
    )
    yield table("Failures", ("status", "runs", "first run", "message"), rows)


def _design(sweep: Sweep, runs: DataFrame) -> Iterator[str]:
    rows = [(factor.name, _range(factor)) for factor in sweep.design.factors]
    if rows:
        yield table("Factors", ("factor", "values"), rows)
    arms = [(arm.name, _changes(arm)) for arm in sweep.design.arms]
    if len(arms) > 1:
        yield table("Arms", ("arm", "changes"), arms)
    seed = getattr(sweep.design, "seed", None)
    yield paragraph(
        f"Design {sweep.design.kind}, {sweep.design.replicates} replicates a point, seed {seed}; "
        "all arms of a point and replicate have the same chance."
    )
    yield folded("The design file", f"<pre><code>{escape(str(getattr(sweep.design, 'text', '')))}</code></pre>")


def _range(factor: Any) -> str:
    if factor.values:
        return ", ".join(str(value) for value in factor.values)
    return f"{factor.low:g} to {factor.high:g}"


def _changes(arm: Any) -> str:
    said = [f"{key} = {value}" for key, value in dict(arm.set).items()]
    more = f" and {len(said) - 8} more" if len(said) > 8 else ""
    return ", ".join(said[:8]) + more or "nothing"


def _columns(sweep: Sweep, known: Sequence[str]) -> Iterator[str]:
    entries = [(name, str(held.get("doc", ""))) for name in known if (held := column_of(sweep, name))]
    yield glossary((name, doc) for name, doc in entries if doc)


def column_of(sweep: Sweep, name: str) -> dict[str, Any]:
    """What schema.json says of a column of the table of runs."""
    found: dict[str, Any] = sweep.schema.get("columns", {}).get(name, {})
    return found
