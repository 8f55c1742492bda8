"""The page of the usual world in a real browser: it comes up, plays, pauses, steps, looks back and explains itself."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import pytest
from conftest import Look
from looking import Looker, Served

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("page")]

KAPPA = "mechanisms.alignment.kappa"
FAST = 6
"""Place on the slider of speed: sixty steps a second."""


@pytest.fixture(scope="module")
def usual(serve: Callable[..., Served]) -> Served:
    return serve()


def test_the_first_picture_holds_the_world_and_every_hook_that_scripts_may_use(usual: Served, look: Look) -> None:
    page = look(usual)
    for hook in ("map", "year", "step", "play", "pause", "seed", "error"):
        assert page.page.locator(f"[data-test={hook}]").count() == 1, hook
    for panel in ("map", "network", "portfolio", "series", "events", "inspector", "parameters", "interventions"):
        assert page.page.locator(f"[data-test=panel-{panel}]").count() == 1, panel
    drawn = page.page.eval_on_selector_all("[data-test=map] path[data-state]", "all => all.map(p => p.dataset.state)")
    assert len(drawn) == len(set(drawn)) > 190
    assert {"KAZ", "RUS", "CHN", "DEU", "FRA", "BRA", "NGA"} <= set(drawn)
    first = page.page.evaluate("document.querySelector('path').closest('[data-test=map]') !== null")
    assert first, "a path stands before those of the map"
    assert page.year == "2025 Q1" and page.step == 0


def test_actors_members_of_composite_actors_and_all_others_are_told_apart_by_colour(usual: Served, look: Look) -> None:
    page = look(usual)
    fill = page.page.evaluate(
        "() => Object.fromEntries(['KAZ', 'EST', 'DEU', 'RUS', 'NGA', 'SGP'].map(code => "
        "[code, getComputedStyle(document.querySelector(`path[data-state=${code}]`)).fill]))"
    )
    assert fill["DEU"] == fill["EST"], "members of the European Union are one actor"
    assert len({fill[code] for code in ("KAZ", "DEU", "RUS", "NGA")}) == 4
    assert page.page.locator("[data-test=map] circle[data-actor=SGP]").count() == 1, "tiny states need a marker"


def test_the_keys_work_at_once_and_never_while_somebody_types(usual: Served, look: Look) -> None:
    page = look(usual)
    page.key("s")
    page.until(lambda: page.step == 1)
    page.key("Space")
    page.until(lambda: page.step > 4)
    page.key("Space")
    page.wait("!document.querySelector('[data-test=play]').hidden")
    page.settle()
    stood = page.step
    page.key("ArrowLeft")
    page.until(lambda: page.step == stood - 1)
    page.key("ArrowRight")
    page.until(lambda: page.step == stood)
    page.page.focus("[data-test=event-text]")
    for key in ("s", "r", " ", "ArrowLeft"):
        page.key(key)
    page.settle()
    assert page.page.input_value("[data-test=event-text]") == "sr "
    assert page.step == stood
    page.page.evaluate("document.activeElement.blur()")
    page.key("r")
    page.until(lambda: page.step == 0)


def test_play_pause_and_step_answer_quickly(usual: Served, look: Look) -> None:
    page = look(usual)
    took = []
    for _ in range(6):
        took.append(
            seconds(
                page,
                "step-once",
                f"!document.querySelector('[data-test=step]').textContent.startsWith('{page.text('step')}')",
            )
        )
    assert statistics.median(took) < 0.15
    assert seconds(page, "play", "!document.querySelector('[data-test=pause]').hidden") < 0.5
    assert seconds(page, "pause", "!document.querySelector('[data-test=play]').hidden") < 0.5


def seconds(page: Looker, hook: str, then: str) -> float:
    """From a click to what it brings about, by the clock of the page."""
    return float(
        page.page.evaluate(
            """([hook, then]) => new Promise((done) => {
                 const is = new Function('return ' + then), start = performance.now();
                 document.querySelector(`[data-test=${hook}]`).click();
                 const look = () => is() ? done((performance.now() - start) / 1000) : setTimeout(look, 4);
                 look();
               })""",
            [hook, then],
        )
    )


def test_it_plays_fast_and_shows_a_picture_for_most_of_the_steps(usual: Served, look: Look) -> None:
    page = look(usual)
    page.page.evaluate(
        """() => { window.pictures = 0; const step = document.querySelector('[data-test=step]');
                   const all = { childList: true, characterData: true, subtree: true };
                   new MutationObserver(() => window.pictures++).observe(step, all); }"""
    )
    before = page.colours()
    page.speed(FAST)
    begun = time.monotonic()
    page.click("play")
    page.until(lambda: page.step >= 120)
    took = time.monotonic() - begun
    pictures = page.page.evaluate("window.pictures")
    assert 120 / took > 20, "a third of what was asked for even on a busy machine"
    assert pictures / took > 10
    assert sum(before[code] != colour for code, colour in page.colours().items()) > 20
    page.until(lambda: page.step == 140)
    assert page.year == "2060 Q1"
    assert page.page.is_disabled("[data-test=step-once]")


def test_looking_back_shows_the_past_in_every_panel_and_changes_nothing(usual: Served, look: Look) -> None:
    page = look(usual)
    page.steps(3)
    then = (page.year, page.colours(), page.measures())
    page.speed(FAST)
    page.play_until(60)
    now = (page.year, page.colours(), page.measures())
    reached = page.step
    page.slide("[data-test=scrub]", 3)
    page.until(lambda: page.step == 3)
    page.settle()
    assert (page.year, page.colours(), page.measures()) == then
    page.click("live")
    page.until(lambda: page.step == reached)
    page.settle()
    assert (page.year, page.colours(), page.measures()) == now


def test_a_slider_changes_the_model_and_the_way_back_is_marked(usual: Served, look: Look) -> None:
    page, other = look(usual), look(usual)
    page.click("tab-parameters")
    row = page.page.locator(f"[data-parameter='{KAPPA}']").first
    assert "Assumed" in str(row.text_content()) and "Default 1.5" in str(row.text_content())
    page.slide(f"[data-parameter='{KAPPA}'] input[type=range]", 5)
    page.wait(f"document.querySelector(\"[data-parameter='{KAPPA}'] input[type=number]\").value == 5")
    page.page.wait_for_selector(f"[data-parameter='{KAPPA}'].changed")
    for each in (page, other):
        each.speed(FAST)
        each.play_until(60)
        each.page.keyboard.press("Home")
        each.until(lambda each=each: each.step == 0)
        each.slide("[data-test=scrub]", 60)
        each.until(lambda each=each: each.step == 60)
        each.settle()
    assert float(page.measures()["middle_power_hedging"]) < float(other.measures()["middle_power_hedging"]) - 0.1


def test_the_map_can_be_coloured_by_a_measure_zoomed_and_crossed_by_ties(usual: Served, look: Look) -> None:
    page = look(usual)
    leaning = page.colours()
    page.page.select_option("[data-test=measure]", "strategic_autonomy")
    page.until(lambda: page.colours() != leaning)
    assert "Strategic autonomy" in str(page.page.text_content(".side-A .legend"))
    whole = page.page.get_attribute("[data-test=map]", "viewBox")
    page.page.select_option("[data-test=region]", "@KAZ")
    page.until(lambda: page.page.get_attribute("[data-test=map]", "viewBox") != whole)
    assert page.page.locator("path[data-tie^=dispute]").count() > 0
    for tie in ("treaty", "alignment"):
        page.click(f"ties-{tie}")
        page.wait(f"[...document.querySelectorAll('path[data-tie^={tie}]')].some(path => path.getAttribute('d'))")
        page.click(f"ties-{tie}")
        page.wait(f"![...document.querySelectorAll('path[data-tie^={tie}]')].some(path => path.getAttribute('d'))")


def test_who_is_pointed_at_or_chosen_stands_out_in_every_panel(usual: Served, look: Look) -> None:
    page = look(usual)
    page.page.hover("g[data-actor=UZB] path")
    page.page.wait_for_selector("g[data-actor=UZB].over")
    page.wait("document.querySelector('.tip').textContent.startsWith('Uzbekistan')")
    page.page.click("g[data-actor=UZB] path")
    page.page.wait_for_selector("g[data-actor=UZB].chosen")
    page.wait("document.querySelector('.facts h3')?.textContent === 'Uzbekistan'")
    page.wait("document.querySelector('.panel-portfolio h2').textContent === 'Uzbekistan'")
    page.page.click("g[data-actor=CHN] path", modifiers=["Shift"])
    page.wait("document.querySelector('.facts h3')?.textContent === 'Uzbekistan and China'")
    assert page.page.input_value("[data-test=portfolio-state]") == "UZB", "a pole has no portfolio of its own"
    facts = str(page.page.text_content(".facts"))
    assert "Treaty" in facts and "Rivalry" in facts
    page.key("Escape")
    page.wait("!document.querySelector('.actor.chosen')")


def test_events_are_filtered_and_explained_by_numbers_that_add_up(usual: Served, look: Look) -> None:
    page = look(usual)
    page.speed(FAST)
    page.play_until(60)
    kinds = page.page.eval_on_selector_all("[data-test=event-kind] option", "all => all.map(o => o.value)")
    assert len(kinds) > 8
    page.page.select_option("[data-test=event-kind]", "mediation")
    page.wait("[...document.querySelectorAll('.feed li')].every(li => li.dataset.kind === 'mediation')")
    page.page.select_option("[data-test=event-kind]", "")
    page.page.fill("[data-test=event-text]", "Kazakhstan")
    page.wait(
        "document.querySelectorAll('.feed li').length && "
        "[...document.querySelectorAll('.feed li')].every(li => li.textContent.includes('Kazakhstan'))"
    )
    page.page.fill("[data-test=event-text]", "mediat")
    page.page.locator(".feed li").first.click()
    page.page.wait_for_selector("[data-test=explanation][open] .term")
    terms, total = page.page.evaluate(
        """() => { const value = (node) => Number(node.querySelector('b').textContent.replace('\\u2212', '-'));
             const all = [...document.querySelectorAll('[data-test=explanation] .term')];
             return [all.filter((one) => one.dataset.term).map(value), value(all.at(-1))]; }"""
    )
    assert terms
    assert abs(sum(terms) - total) < 0.01 * (len(terms) + 1), "as far as two decimals can say"
    page.key("Escape")
    page.wait("!document.querySelector('[data-test=explanation]').open")


def test_another_seed_is_another_world_and_is_played_from_its_start(usual: Served, look: Look) -> None:
    page = look(usual)
    page.steps(2)
    page.page.fill("[data-test=seed]", "41")
    page.key("Enter")
    page.until(lambda: page.step == 0)
    page.page.evaluate("document.activeElement.blur()")
    assert page.page.input_value("[data-test=seed]") == "41"
    page.steps(1)
    assert "seed=41" in page.link()


def test_the_chooser_begins_another_world_and_tells_what_it_is_about(usual: Served, look: Look) -> None:
    page = look(usual)
    page.page.select_option("[data-test=scenario]", "three-powers")
    page.wait("document.querySelectorAll('[data-test=map] g[data-actor]').length === 6")
    assert page.page.locator("path[data-state=MER]").count() == 1, "a world nowhere on Earth has land of its own"
    page.click("about")
    page.page.wait_for_selector("[data-test=notes][open] p")
    assert len(str(page.page.text_content("[data-test=notes]"))) > 200


@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (390, "light")])
def test_nothing_is_cut_off_at_either_width(usual: Served, look: Look, width: int, scheme: str) -> None:
    page = look(usual, viewport={"width": width, "height": 844}, color_scheme=scheme)
    page.steps(2)
    for tab in ("events", "inspector", "parameters", "interventions", "comparison"):
        page.click(f"tab-{tab}")
        assert page.page.evaluate("document.documentElement.scrollWidth") <= width, tab
        wide = page.page.evaluate(
            """() => [...document.querySelectorAll('.page button, .page select, .page input, .panel')]
                 .filter((one) => one.offsetParent && one.getBoundingClientRect().right > innerWidth + 1)
                 .filter((one) => !one.closest('.tab-bar')).map((one) => one.className || one.dataset.test)"""
        )
        assert wide == [], tab
    dark = page.page.evaluate("getComputedStyle(document.querySelector('.page')).backgroundColor")
    assert (sum(map(int, dark.strip("rgb()").split(","))) < 200) == (scheme == "dark")
