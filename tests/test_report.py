"""The report and its figures: true to the data, whole in one file, legible."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.figure import Figure

from sim.measures import COLLAPSE
from sim.report import findings, headlines, report_html, write_report
from sim.report.cast import cast_of, held_from
from sim.report.chronicle import chronicle
from sim.report.findings import verdict
from sim.report.mediators import tallies
from sim.report.page import Page
from sim.report.words import date, listed, moved, number, percent, told, with_article
from sim.results import Run
from sim.runner import run as simulate
from sim.scenario import load_scenario

VOID = {"meta", "br", "link", "img", "hr", "input"}


@pytest.fixture(scope="module")
def runs() -> list[Run]:
    """Three replicates of an invented world."""
    scenario = load_scenario("random:9", changes={"end": 2012})
    return [simulate(scenario, seed) for seed in (1, 2, 3)]


@pytest.fixture(scope="module")
def page(runs: list[Run]) -> str:
    """The report on one run."""
    return report_html(runs[:1])


@pytest.fixture(scope="module")
def flagship() -> Run:
    """The scenario that the project is about."""
    return simulate("central-asia-2025", 7)


def with_portfolio(run: Run, code: str, shares: np.ndarray) -> Run:
    """The run with another portfolio of one state: shares (t, 1 + g); its dependence follows."""
    row = run.row(code)
    alignment, states = run.alignment.copy(), dict(run.states)
    alignment[:, row] = shares
    states["dependence"] = states["dependence"].copy()
    states["dependence"][:, row] = shares[:, 1:].max(axis=1)
    return replace(run, alignment=alignment, states=states)


def path(run: Run, lead: np.ndarray, pole: int = 0) -> np.ndarray:
    """A portfolio in which one pole's share follows `lead` and the rest is even."""
    options = run.alignment.shape[2]
    shares = np.repeat(((1 - lead) / (options - 1))[:, None], options, axis=1)
    shares[:, 1 + pole] = lead
    return shares


# -- sentences say what the data say -----------------------------------------------------------------------------------
def test_a_balance_that_holds(runs: list[Run]) -> None:
    run, code = runs[0], cast_of(runs).focus
    assert code is not None
    lead = np.linspace(0.3, 0.5, len(run.time))
    held = with_portfolio(run, code, path(run, lead))
    assert held_from([held], code, COLLAPSE) == [None]
    assert "balancing act held" in verdict([held], code)
    assert "50%" in verdict([held], code)


def test_a_balance_that_collapses_with_its_year_and_its_pole(runs: list[Run]) -> None:
    run, code = runs[0], cast_of(runs).focus
    assert code is not None
    lead = np.where(run.time < 2006, 0.4, 0.83)
    fallen = with_portfolio(run, code, path(run, lead, pole=1))
    text = verdict([fallen], code)
    assert "collapsed in 2006" in text
    assert run.title(run.names.poles[1]) in text
    assert "83%" in text
    back = with_portfolio(run, code, path(run, np.where((run.time > 2003) & (run.time < 2006), 0.7, 0.4)))
    assert "recovered" in verdict([back], code)
    aloof = np.repeat([[0.7, *([0.3 / (run.alignment.shape[2] - 1)] * (run.alignment.shape[2] - 1))]], len(run.time), 0)
    assert "aloofness" in verdict([with_portfolio(run, code, aloof)], code)
    assert "held in 1 of 2 runs" in verdict([fallen, back], code)
    turns = [
        moment for moment in chronicle(fallen, cast_of([fallen])) if moment.kind == "balance" and code in moment.codes
    ]
    assert [moment.time for moment in turns] == [2006.0]


def test_headlines_agree_with_the_series(flagship: Run) -> None:
    told_lines = headlines([flagship])
    text = " ".join(told_lines)
    final, row = flagship.final, flagship.row("KAZ")
    assert told_lines[0].startswith("Kazakhstan")
    assert f"{number(final['disputes'])} disputes began" in text
    hedging = flagship.states["hedging"][:, row]
    still = abs(hedging[-1] / hedging[0] - 1) <= 0.02 or f"{hedging[0]:.2f}" == f"{hedging[-1]:.2f}"
    course = f"{'rose' if hedging[-1] > hedging[0] else 'fell'} from {hedging[0]:.2f} to {hedging[-1]:.2f}"
    course = f"stayed near {hedging[-1]:.2f}" if still else course
    assert f"hedging index of Kazakhstan {course}" in text
    offers = sum(event["kind"] == "mediation" for event in flagship.events)
    assert offers == final["mediations_offered"]
    assert f"offered {number(offers)} times" in text
    assert f"accepted {number(final['mediations_accepted'])} offers" in text
    assert f"{100 * final['military_burden']:.1f}%" in text
    change = flagship.alignment[-1, row] - flagship.alignment[0, row]
    largest = ["non-alignment", *flagship.names.poles][int(np.abs(change).argmax())]
    word = largest if largest == "non-alignment" else with_article(flagship.title(largest))
    assert (
        np.abs(change).max() < 0.02
        or f"{word} {'rose' if change[np.abs(change).argmax()] > 0 else 'fell'} from" in (told_lines[1])
    )


def test_every_finding_points_to_a_section(page: str, runs: list[Run]) -> None:
    for finding in findings(runs[:1]):
        assert f'<section id="{finding.section}"' in page
        assert finding.text.endswith(".")
        assert "nan" not in finding.text


def test_mediators_are_counted_from_the_log(flagship: Run) -> None:
    table = tallies([flagship])
    kept = [event for event in flagship.events if event["kind"] == "mediation"]
    by_hand = Counter(event["third"] for event in kept if event["done"])
    assert {t.code: t.accepted for t in table if t.accepted} == dict(by_hand)
    assert sum(t.offered for t in table) == len(kept)
    assert sum(t.settled for t in table) == flagship.final["mediations_successful"]
    assert [t.accepted for t in table] == sorted((t.accepted for t in table), reverse=True)
    twice = tallies([flagship, flagship])
    assert [t.accepted for t in twice] == [t.accepted for t in table]


def test_the_chronicle_is_short_in_order_and_tells_every_war_it_has_room_for(flagship: Run) -> None:
    moments = chronicle(flagship, cast_of([flagship]))
    assert 5 < len(moments) <= 48
    assert [m.time for m in moments] == sorted(m.time for m in moments)
    assert max(Counter(int(m.time) for m in moments).values()) <= 3
    assert all(m.text[0] == m.text[0].upper() and "{" not in m.text for m in moments)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (4, "4"), (0.346, "0.35"), (3.34, "3.3"), (24.52, "24.5"), (117, "117"), (12345, "12,300"), (999, "999"),
     (1234567, "1.23 million"), (9.96, "10")],
)  # fmt: skip
def test_numbers_as_a_reader_would_say_them(value: float, text: str) -> None:
    assert number(value) == text


def test_words() -> None:
    assert percent(0.347) == "35%"
    assert percent(0.004) == "0.4%"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert moved(np.array([0.4]), np.array([0.56]), percent) == "rose from 40% to 56%"
    assert moved(np.array([100.0]), np.array([100.5])).startswith("stayed near")
    assert told(np.array([1.0, 2.0, 3.0]), number).startswith("2 (most runs: ")
    assert with_article("United States") == "the United States"
    assert with_article("Kazakhstan") == "Kazakhstan"
    assert date(2031.25, 0.25) == "2031 Q2"
    assert date(2031.0, 1.0) == "2031"
    assert date(2031 + 3 / 12, 1 / 12) == "April 2031"


# -- the page ----------------------------------------------------------------------------------------------------------
class Tags(HTMLParser):
    """Checks that tags nest, and collects ids and links."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.seen: Counter[str] = Counter()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen[tag] += 1
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in {"href", "xlink:href", "src", "srcset", "action", "data", "poster"}:
                self.links.append(value or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open, tag
        assert self.open.pop() == tag


def test_the_page_stands_alone_and_is_well_formed(page: str) -> None:
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert len(tags.ids) == len(set(tags.ids))
    assert all(link.startswith("#") and link[1:] in tags.ids for link in tags.links)
    assert not {"script", "link", "iframe", "object", "img", "base"} & set(tags.seen)
    assert "@import" not in page
    assert all(url.startswith("#") for url in re.findall(r"url\(([^)]*)\)", page))
    assert "default-src 'none'" in page
    assert len(page.encode()) < 2e6
    assert tags.seen["figure"] == tags.seen["figcaption"] > 20
    assert page.count('role="img" aria-label=') == tags.seen["svg"]
    for text in re.findall(r"<svg.*?</svg>", page, flags=re.S):
        ElementTree.fromstring(text)


def test_the_page_says_what_it_is(page: str, runs: list[Run]) -> None:
    assert page.count("A simulation, not a forecast.") >= 2
    assert runs[0].scenario.hash in page
    assert "seed 1" in page
    assert runs[0].provenance["versions"]["numpy"] in page


def test_the_report_is_the_same_each_time(runs: list[Run], tmp_path: Path) -> None:
    one, two = (write_report(runs[:1], tmp_path / name).read_bytes() for name in ("a.html", "b.html"))
    assert one == two


def test_names_cannot_break_the_page(runs: list[Run]) -> None:
    evil = "<script>alert(1)</script> & \"quoted\" 'names'"
    run = runs[0]
    names = replace(run.names, titles=tuple(f"{code} {evil}" for code in run.names.states))
    scenario = run.scenario.model_copy(update={"title": evil, "notes": evil})
    html = report_html([replace(run, names=names, scenario=scenario)])
    tags = Tags()
    tags.feed(html)
    assert tags.open == []
    assert tags.seen["script"] == 0
    for text in re.findall(r"<svg.*?</svg>", html, flags=re.S):
        ElementTree.fromstring(text)


def test_replicates_are_told_as_such(runs: list[Run]) -> None:
    html = report_html(runs)
    assert "3 runs, seeds 1 to 3" in html
    assert "Line: median of the runs" in html
    assert "most runs: " in html
    assert " of 3" in html


@pytest.mark.parametrize("keep", ["none", "summary"])
def test_a_run_with_fewer_events_has_a_report(keep: Any) -> None:
    run = simulate(load_scenario("random:7", changes={"end": 2003}), 1, keep=keep)
    assert "A simulation" in report_html([run])
    assert ("No events were kept." in report_html([run])) == (keep == "none")


@pytest.mark.parametrize("reference", ["three-powers", "random:3", "random:70"])
def test_small_large_and_taught_worlds_have_a_report(reference: str) -> None:
    scenario = load_scenario(reference)
    html = report_html([simulate(scenario, 1, end=scenario.start + 2)])
    assert len(html) > 100_000


def test_a_world_of_poles_only_has_a_report(runs: list[Run]) -> None:
    run = runs[0]
    poles = {code: {code: 1.0} for code in run.names.states}
    alone = replace(run, scenario=run.scenario.model_copy(update={"poles": poles}))
    alone = replace(alone, names=replace(run.names, poles=run.names.states[: len(run.names.poles)]))
    assert cast_of([alone]).focus is None
    assert "The balancing act of" not in report_html([alone])


def test_every_chart_of_the_report_has_axis_titles(runs: list[Run], monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Figure] = []

    def catch(self: Page, figure: Figure, caption: str) -> str:
        drawn.append(figure)
        return ""

    monkeypatch.setattr(Page, "drawing", catch)
    report_html(runs)
    charts = [axes for figure in drawn for axes in figure.axes if axes.axison]
    assert len(charts) > 20
    for axes in charts:
        assert axes.get_xlabel()
        named_bars = [label.get_text() for label in axes.get_yticklabels()]
        assert axes.get_ylabel() or (named_bars and not any(text.isdigit() for text in named_bars))
        low, high = axes.get_ylim()
        assert high != low


# -- in a browser ------------------------------------------------------------------------------------------------------
@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_in_a_browser_nothing_is_fetched_cut_off_or_tiny(
    flagship: Run, tmp_path: Path, browser: str, width: int, scheme: Any
) -> None:
    from playwright.sync_api import sync_playwright

    target = write_report([flagship], tmp_path / "report.html")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        view = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        requests: list[str] = []
        trouble: list[str] = []
        view.on("request", lambda request: requests.append(request.url))
        view.on("console", lambda message: trouble.append(message.text))
        view.on("pageerror", lambda error: trouble.append(str(error)))
        view.goto(target.as_uri())
        assert requests == [target.as_uri()]
        assert trouble == []
        assert view.evaluate("document.documentElement.scrollWidth") <= width
        sizes = view.evaluate(
            """() => [...document.querySelectorAll('svg text')].filter(t => t.getClientRects().length)
                 .map(t => parseFloat(getComputedStyle(t).fontSize) * Math.hypot(t.getScreenCTM().a,
                                                                              t.getScreenCTM().b))"""
        )
        assert len(sizes) > 300
        assert min(sizes) > 7
        assert np.median(sizes) > 8.5
        out = view.evaluate(
            """() => [...document.querySelectorAll('svg text')].filter(t => t.getClientRects().length).filter(t => {
                 const box = t.getBoundingClientRect(), own = t.closest('figure').getBoundingClientRect();
                 return box.left < own.left - 1 || box.right > own.right + 1;
               }).map(t => t.textContent)"""
        )
        assert out == []
        chromium.close()
