"""The report: runs as one HTML file that a person can read, with nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.core.garbage import uncollected
from sim.plots import look
from sim.report import annexes, sections
from sim.report.cast import cast_of
from sim.report.findings import Finding, findings, headlines
from sim.report.page import Page
from sim.results import Run

__all__ = ["Finding", "findings", "headlines", "report_html", "write_report"]


def report_html(runs: Sequence[Run]) -> str:
    """The report on one run, or on replicates of one scenario (which show as bands)."""
    with uncollected(), look():
        return _written(runs)


def _written(runs: Sequence[Run]) -> str:
    run, cast, several = runs[0], cast_of(runs), len(runs) > 1
    page = Page(f"{run.scenario.title} · Détente")
    page.head = list(annexes.head(runs, cast))
    focus = run.title(cast.focus) if cast.focus else ""
    page.add("balance", "Balance", f"The balancing act of {focus}", sections.balance(page, runs, cast))
    page.add("middle", "Middle powers", "Other middle powers", sections.middle(page, runs, cast))
    page.add("order", "World order", "World order", sections.order(page, runs))
    page.add("conflict", "Conflict", "Disputes and wars", sections.conflict(page, runs))
    page.add("mediation", "Mediation", "Mediation", sections.mediation(page, runs, cast))
    page.add("networks", "Networks", "Friends, allies, rivals", sections.networks(page, run, several))
    page.add("norms", "Pacts", "Pacts and norms", sections.pacts(page, runs))
    page.add("arms", "Arms", "Arms", sections.arms(page, runs, cast))
    page.add("transition", "Climate", "Climate and diversification", sections.transition(page, runs, cast))
    page.add("chronicle", "Chronicle", "What happened when", annexes.chronicle_parts(run, cast, several))
    page.add("setting", "Setting", "What was simulated", annexes.setting(runs, cast))
    page.add("measures", "Measures", "What the measures mean", annexes.meanings(run))
    page.add("origin", "Origin", "Where this comes from", annexes.origin(runs))
    shown = {key: short for key, short, _, _ in page.sections}
    summary = annexes.finding_list(findings(runs, cast), shown)
    page.sections.insert(0, ("findings", "Findings", "Findings", summary))
    page.tail = (
        f"<p><strong>{annexes.BANNER}</strong> Made with Détente, an agent-based simulator of world politics.</p>"
    )
    return page.html()


def write_report(runs: Sequence[Run], path: str | Path) -> Path:
    """Write the report into a file and return its path."""
    target = Path(path)
    target.write_text(report_html(runs), encoding="utf-8")
    return target
