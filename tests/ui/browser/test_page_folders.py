"""A finished run and a finished sweep, looked at again in a real browser."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Look
from looking import Served

from sim import load_scenario, run
from sim.experiment.store import open_sweep
from sim.results import Run, load_run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("page")]

SWEEP = """
name = "kappas"
scenario = "three-powers"
replicates = 2
[set]
end = 2003
[design]
kind = "grid"
seed = 11
[[factors]]
name = "mechanisms.alignment.kappa"
values = [0.5, 1.5, 3.0]
[[factors]]
name = "mechanisms.rivalry.up"
values = [0.05, 0.2]
[outputs]
measures = ["tension", "middle_power_hedging"]
every = 4
trajectories = ["tension"]
"""


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    made = run(load_scenario("three-powers", changes={"end": 2010}), seed=9)
    folder = made.save(tmp_path_factory.mktemp("runs") / "nine")
    return folder, load_run(folder)


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sweeps")
    (folder / "design.toml").write_text(SWEEP)
    command = [sys.executable, "-m", "sim", "sweep", "run", folder / "design.toml", "--workers", "1"]
    done = subprocess.run([*command, "--out", folder / "out"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder / "out"


def test_a_run_is_replayed_with_the_numbers_that_it_holds(
    serve: Callable[..., Served], look: Look, finished: tuple[Path, Run]
) -> None:
    folder, held = finished
    page = look(serve(folder))
    assert (page.step, page.page.input_value("[data-test=seed]")) == (0, "9")
    for step in (0, 17, 40):
        page.slide("[data-test=scrub]", step)
        page.until(lambda step=step: page.step == step)
        page.settle()
        assert abs(float(page.measures()["tension"]) - held.series["tension"][step]) < 0.006
    page.key("Home")
    page.until(lambda: page.step == 0)
    page.speed(6)
    page.click("play")
    page.until(lambda: page.step == 40)
    page.page.locator(".feed li").first.click()
    page.page.wait_for_selector("[data-test=explanation][open]")
    page.key("Escape")
    page.click("tab-parameters")
    page.slide("[data-parameter='mechanisms.alignment.kappa'] input[type=range]", 4)
    page.page.wait_for_selector(".toast.bad")
    assert "replay" in str(page.page.text_content(".toast.bad"))


def test_a_sweep_shows_bands_a_heat_map_and_every_run(serve: Callable[..., Served], look: Look, swept: Path) -> None:
    page = look(serve(swept))
    assert "12 runs" in str(page.page.text_content(".panel-results h2"))
    assert page.page.locator(".heat td").count() == 6
    assert page.page.locator("[data-run]").count() == 12
    painted = """() => { const canvas = document.querySelector('.bands canvas');
      const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
      let seen = 0;
      for (let at = 3; at < data.length; at += 4) seen += data[at] > 0;
      return seen / data.length * 4; }"""
    page.until(lambda: page.page.evaluate(painted) > 0.05)
    page.page.select_option("[data-test=results-measure]", "middle_power_hedging")
    page.wait("document.querySelector('.heat h3').textContent.startsWith('Middle power hedging')")
    runs = open_sweep(swept).runs()
    means = runs.groupby(["mechanisms.rivalry.up", "mechanisms.alignment.kappa"])["middle_power_hedging.mean"].mean()
    shown = [float(text) for text in page.page.locator(".heat td").all_text_contents()]
    assert len(set(shown)) > 1
    above, below = means.loc[0.2].tolist(), means.loc[0.05].tolist()
    assert all(abs(cell - mean) < 0.00051 for cell, mean in zip(shown, above + below, strict=True))


def test_a_cell_of_the_heat_map_and_a_row_of_the_list_open_the_run_itself(
    serve: Callable[..., Served], look: Look, swept: Path
) -> None:
    page = look(serve(swept))
    seed = page.page.input_value("[data-test=seed]")
    page.page.locator("[data-run] button").last.click()
    page.wait(f"document.querySelector('[data-test=seed]').value !== '{seed}'")
    page.page.wait_for_selector("[data-run].chosen")
    page.page.locator(".heat td").first.click()
    page.click("tab-parameters")
    shown = "document.querySelector(\"[data-parameter='mechanisms.alignment.kappa'] input[type=number]\").value"
    page.wait(f"{shown} === '0.5'")
    page.key("End")
    page.until(lambda: page.step == 12)
