"""Worlds that are changed, branched, shared, lost and found again in a real browser; and several people at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Look
from looking import Looker, Served

from sim.measures import SCALAR
from sim.ui.catalogue import Catalogue
from sim.ui.sharing import asked_for
from sim.ui.sides import remade

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("page")]

SMALL = "three-powers"
KAPPA = "mechanisms.alignment.kappa"
HEDGING = "middle_power_hedging"
FAST = 6
STUMBLES = '''
class Stumbling:
    """Decides nothing for a while, and then fails."""

    def decide(self, agent):
        if agent.time >= 2001:
            raise RuntimeError("Meridia has <b>lost</b> its way")
        return []
'''
STUMBLING = """
name = "stumbling"
title = "A world <img src=x onerror=window.hurt=1> that fails"
extends = "three-powers"
[policies]
MER = "stumbling:Stumbling"
"""


@pytest.fixture(scope="module")
def small(serve: Callable[..., Served]) -> Served:
    return serve(SMALL, "--seed", 5)


def sanction(page: Looker, sender: str, target: str, level: float) -> None:
    """Fill in the form, as somebody would who has made up their mind."""
    page.click("tab-interventions")
    page.page.select_option("[data-test=intervention-kind]", "sanction")
    page.page.select_option("[data-field=sender] select", sender)
    page.page.select_option("[data-field=target] select", target)
    page.page.fill("[data-field=level] input", str(level))


def test_an_act_is_done_written_down_and_told(small: Served, look: Look) -> None:
    page = look(small)
    page.steps(2)
    sanction(page, "ALD", "BOR", 0.7)
    page.click("intervene")
    page.wait("document.querySelectorAll('.made li').length === 1")
    assert "Sanction" in str(page.page.text_content(".made")) and "BOR" in str(page.page.text_content(".made"))
    page.steps(1)
    page.click("tab-events")
    page.wait("[...document.querySelectorAll('.feed li')].some(li => /bars 70.*trade/.test(li.textContent))")


def test_an_act_that_cannot_be_is_refused_with_a_sentence_and_nothing_is_done(small: Served, look: Look) -> None:
    page = look(small)
    page.steps(1)
    sanction(page, "ALD", "BOR", 7)
    page.click("intervene")
    page.page.wait_for_selector(".toast.bad")
    assert "level: 7 is not valid" in str(page.page.text_content(".toast.bad"))
    assert page.page.locator(".made li").count() == 0


def test_two_branches_agree_until_the_fork_and_differ_by_the_change_after_it(small: Served, look: Look) -> None:
    page = look(small)
    page.speed(FAST)
    page.play_until(20)
    page.slide("[data-test=scrub]", 20)
    page.until(lambda: page.step == 20)
    page.click("tab-comparison")
    page.page.fill("[data-test=fork-key]", KAPPA)
    page.page.fill("[data-test=fork-value]", "6")
    page.click("fork-parameter")
    page.page.wait_for_selector(".side-B [data-test=map] path[data-state]", state="attached")
    assert KAPPA in page.text("fork-change")
    page.page.locator("[data-test=fork-change]").scroll_into_view_if_needed()
    page.page.wait_for_selector("tr[data-measure=tension]")
    assert difference(page, HEDGING) == 0
    page.play_until(120)
    assert difference(page, HEDGING) < -0.05
    boxes = [page.page.locator(f".side-{side} .panel-map").bounding_box() for side in "AB"]
    assert boxes[0] and boxes[1]
    assert boxes[0]["y"] == boxes[1]["y"] and boxes[1]["x"] > boxes[0]["x"], "side by side"
    page.click("unfork")
    page.page.wait_for_selector(".side-B", state="hidden")


def difference(page: Looker, measure: str) -> float:
    """B less A, as the table says it."""
    return float(str(page.page.text_content(f"tr[data-measure={measure}] .sum")).replace("\u2212", "-"))


def test_a_link_leads_to_the_same_world_to_the_last_digit(small: Served, look: Look) -> None:
    page = look(small)
    page.click("tab-parameters")
    page.slide(f"[data-parameter='{KAPPA}'] input[type=range]", 3)
    page.page.wait_for_selector(f"[data-parameter='{KAPPA}'].changed")
    page.steps(3)
    sanction(page, "BOR", "MER", 0.4)
    page.click("intervene")
    page.wait("document.querySelectorAll('.made li').length === 1")
    page.speed(FAST)
    page.play_until(40)
    query, numbers = page.link(), page.numbers()
    again = look(small, query)
    again.until(lambda: again.step == page.step)
    assert again.numbers() == numbers
    assert "Sanction" in str(again.page.text_content(".made"))

    asked = asked_for(query)
    assert asked["seed"] == 5 and asked["set"] == {KAPPA: 3}
    grown = remade(Catalogue(SMALL).plan(SMALL, 5, asked["set"], asked["acts"]), asked["step"])
    last = numbers.decode().splitlines()[-1].split(",")
    assert [float(number) for number in last[1:]] == grown.series(grown.reached, grown.reached)[0].tolist()
    assert len(last) == 1 + len(SCALAR)


def test_a_damaged_link_opens_the_usual_world_with_no_harm(small: Served, look: Look) -> None:
    page = look(small, "?scenario=../../etc/passwd&seed=99999999999999&world=%00nonsense")
    assert page.step == 0
    assert "no scenario" in page.text("notice")
    page.steps(1)


def test_two_people_do_not_meet(small: Served, look: Look) -> None:
    first, second = look(small), look(small)
    first.speed(FAST)
    first.play_until(25)
    assert second.step == 0
    second.page.fill("[data-test=seed]", "77")
    second.key("Enter")
    second.page.evaluate("document.activeElement.blur()")
    second.steps(2)
    assert first.page.input_value("[data-test=seed]") == "5"
    before = first.step
    first.steps(1)
    assert (first.step, second.step) == (before + 1, 2)
    third = look(small)
    third.speed(FAST)
    third.play_until(25)
    rows = [page.numbers().splitlines()[:26] for page in (first, third)]
    assert rows[0] == rows[1], "what one does, another does not feel"


def test_who_loses_the_connection_goes_on_where_they_were(small: Served, look: Look) -> None:
    page = look(small)
    page.steps(4)
    page.page.evaluate("window.sockets.forEach(socket => socket.close())")
    page.page.wait_for_function("window.sockets.at(-1).readyState === WebSocket.OPEN && window.sockets.length > 1")
    page.until(lambda: page.step == 4)
    page.key("s")
    page.until(lambda: page.step == 5)
    page.wait("document.querySelector('[data-test=connection]').hidden")
    assert page.page.locator("[data-test=map] path[data-state]").count() == 6


@pytest.mark.soak
def test_a_page_whose_server_was_started_anew_comes_back_to_its_world(chromium: Any, tmp_path: Path) -> None:
    first = Served(SMALL, log=tmp_path / "first.txt")
    page = Looker(chromium, first.address)
    page.click("tab-parameters")
    page.slide(f"[data-parameter='{KAPPA}'] input[type=range]", 3)
    page.page.wait_for_selector(f"[data-parameter='{KAPPA}'].changed")
    page.steps(3)
    numbers = page.numbers()
    first.end()
    page.page.wait_for_selector("[data-test=connection]", state="visible")
    second = Served(SMALL, log=tmp_path / "second.txt", port=int(first.address.rstrip("/").rpartition(":")[2]))
    page.page.wait_for_event("load", timeout=60_000)
    page.page.wait_for_selector("[data-test=map] path[data-state]", state="attached")
    page.until(lambda: page.step == 3)
    assert page.numbers() == numbers
    page.context.close()
    second.end()


def test_a_model_that_fails_is_paused_with_a_readable_message_and_the_page_lives_on(
    serve: Callable[..., Served], look: Look, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder: Path = tmp_path_factory.mktemp("own")
    (folder / "stumbling.py").write_text(STUMBLES)
    (folder / "stumbling.toml").write_text(STUMBLING)
    page = look(serve(folder / "stumbling.toml", "--allow-code"))
    assert not page.page.is_visible("[data-test=error]")
    page.speed(FAST)
    page.click("play")
    page.page.wait_for_selector("[data-test=error]", state="visible")
    said = page.text("error")
    assert "Meridia has <b>lost</b> its way" in said and "Traceback" not in said
    page.wait("!document.querySelector('[data-test=play]').hidden")
    assert page.page.evaluate("window.hurt") is None, "titles are text, never markup"
    stood = page.step
    page.key("ArrowLeft")
    page.until(lambda: page.step == stood - 1)
    page.key("r")
    page.page.wait_for_selector("[data-test=error]", state="hidden")
    page.until(lambda: page.step == 0)
    page.steps(1)


def test_a_file_of_ones_own_is_begun_and_a_wrong_one_explained(small: Served, look: Look) -> None:
    page = look(small)
    page.page.set_input_files(
        "[data-test=upload]",
        {"name": "mine.toml", "mimeType": "text/plain", "buffer": b'extends = "three-powers"\nend = 2003'},
    )
    page.wait("document.querySelector('[data-test=step]').textContent.includes('of 12')")
    wrong = {"name": "bad.toml", "mimeType": "text/plain", "buffer": b'extends = "three-powers"\nennd = 2003'}
    page.page.set_input_files("[data-test=upload]", wrong)
    page.page.wait_for_selector(".toast.bad")
    assert "end" in str(page.page.text_content(".toast.bad"))
    page.steps(1)


def test_pictures_and_the_whole_run_can_be_taken_away(small: Served, look: Look, tmp_path: Path) -> None:
    from zipfile import ZipFile

    from sim.results import load_run

    page = look(small)
    page.steps(3)
    page.click("share")
    page.page.wait_for_selector("[data-test=share-sheet][open]")
    kept: dict[str, Path] = {}
    for kind in ("svg", "png", "charts", "run"):
        with page.page.expect_download() as arriving:
            page.click(f"export-{kind}")
        kept[kind] = tmp_path / arriving.value.suggested_filename
        arriving.value.save_as(kept[kind])
    assert kept["svg"].read_text().count("data-state=") == 6
    assert all(kept[kind].read_bytes().startswith(b"\x89PNG") for kind in ("png", "charts"))
    with ZipFile(kept["run"]) as archive:
        archive.extractall(tmp_path / "taken")
    run = load_run(next((tmp_path / "taken").iterdir()))
    assert run.seed == 5 and len(run.time) == 4
