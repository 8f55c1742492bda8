"""How fluid the page is on this machine: steps and pictures a second, CPU of the server, answers, memory, visitors.

Run it with `make bench`, on a machine that does nothing else; it needs Chromium. Shows; asserts nothing.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench_speed import section
from playwright.sync_api import Browser, Page, sync_playwright

TICKS = os.sysconf("SC_CLK_TCK")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
BEFORE = "() => document.querySelector('[data-test=map] path[data-state]')"
STEP = "() => Number(document.querySelector('[data-test=step]').textContent.match(/\\d+/)[0])"


@contextmanager
def served(what: str) -> Iterator[tuple[str, int, float]]:
    """Address, process id, and seconds until it was ready."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "sim", "view", what, "--no-browser", "--port", "0"]
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
    try:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found
        yield found[0], process.pid, time.perf_counter() - began
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(10)


def cpu(pid: int) -> float:
    """Seconds of processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory(pid: int) -> float:
    """MB that a process holds."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) / 1024


def opened(browser: Browser, address: str) -> tuple[Page, list[float], float]:
    """A page, the moments at which pictures came, and seconds until the first was there."""
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    came: list[float] = []

    def note(payload: Any) -> None:
        if isinstance(payload, bytes):
            came.append(time.perf_counter())

    page.on("websocket", lambda socket: socket.on("framereceived", note))
    began = time.perf_counter()
    page.goto(address)
    page.wait_for_function(BEFORE)
    return page, came, time.perf_counter() - began


def at_speed(page: Page, place: int) -> None:
    """Move the slider of speeds to one of its places."""
    page.evaluate(
        "(at) => { const s = document.querySelector('[data-test=speed]'); s.value = at;"
        " s.dispatchEvent(new Event('input', {bubbles: true})); }",
        place,
    )


def timed(act: Callable[[], Any]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - began)


def answers(page: Page) -> list[float]:
    """Milliseconds from a click on step, play and pause to what is to be seen of it."""
    page.click("[data-test=reset]")
    page.wait_for_function(f"() => ({STEP})() === 0")
    page.evaluate(
        """() => { window.answered = (click, seen) => new Promise((done) => {
            const began = performance.now();
            const look = () => (seen() ? done(performance.now() - began) : requestAnimationFrame(look));
            document.querySelector(`[data-test=${click}]`).click(); look(); }); }"""
    )
    step = page.evaluate(f"() => window.answered('step-once', () => ({STEP})() === 1)")
    play = page.evaluate(f"() => window.answered('play', () => ({STEP})() > 1)")
    shown = "document.querySelector('[data-test=play]').offsetParent !== null"
    pause = page.evaluate(f"() => window.answered('pause', () => {shown})")
    return [float(step), float(play), float(pause)]


def played(page: Page, came: list[float], pid: int, seconds: float) -> tuple[float, float, float]:
    """Steps a second, pictures a second, share of a processor that the server uses."""
    page.click("[data-test=reset]")
    page.wait_for_function(f"() => ({STEP})() === 0")
    page.click("[data-test=play]")
    page.wait_for_function(f"() => ({STEP})() > 2")
    first, used, began, seen = page.evaluate(STEP), cpu(pid), time.perf_counter(), len(came)
    page.wait_for_timeout(1000 * seconds)
    last, passed = page.evaluate(STEP), time.perf_counter() - began
    return (last - first) / passed, (len(came) - seen) / passed, (cpu(pid) - used) / passed


def alone(browser: Browser) -> None:
    """One visitor, a small and a large world."""
    rows = []
    for what, place, seconds in (("central-asia-2025", 6, 1.8), ("random:200", 5, 4.0)):
        with served(what) as (address, pid, ready):
            page, came, first = opened(browser, address)
            at_speed(page, place)
            steps, pictures, share = played(page, came, pid, seconds)
            times = [f"{each:.0f}" for each in answers(page)]
            rows.append(
                [what, f"{ready:.1f}", f"{first:.1f}", f"{steps:.0f}", f"{pictures:.0f}", f"{share:.0%}", *times]
            )
            page.context.close()
    head = [
        "",
        "ready, s",
        "first picture, s",
        "steps/s",
        "pictures/s",
        "server CPU",
        "step, ms",
        "play, ms",
        "pause, ms",
    ]
    section("One visitor (targets: 5 s, 3 s; 60 and 20 steps/s, 20 pictures/s, 50%, 150 ms)", head, rows)


def for_long(browser: Browser, steps: int = 5000) -> None:
    """Memory of the server over many steps, world after world."""
    with served("central-asia-2025") as (address, pid, _):
        page, _, _ = opened(browser, address)
        at_speed(page, 8)
        done, before = 0, 0.0
        while done < steps + 560:
            page.click("[data-test=reset]")
            page.wait_for_function(f"() => ({STEP})() === 0")
            page.click("[data-test=play]")
            page.wait_for_function(f"() => ({STEP})() === 140", timeout=60_000)
            done += 140
            if done == 560:
                before = memory(pid)
        section(
            f"Memory over {steps:,} steps (target: below 10 MB more)",
            ["MB before", "MB after", "more"],
            [[f"{before:.0f}", f"{memory(pid):.0f}", f"{memory(pid) - before:.1f}"]],
        )


def together(browser: Browser, visitors: int = 8) -> None:
    """Several visitors who all play at ten steps a second."""
    with served("central-asia-2025") as (address, pid, _):
        pages = [opened(browser, address)[0] for _ in range(visitors)]
        for page in pages:
            page.click("[data-test=play]")
        began, used = time.perf_counter(), cpu(pid)
        first = [page.evaluate(STEP) for page in pages]
        pages[0].wait_for_timeout(5000)
        passed = time.perf_counter() - began
        pace = [(page.evaluate(STEP) - start) / passed for page, start in zip(pages, first, strict=True)]
        share = (cpu(pid) - used) / passed
        times = [f"{each:.0f}" for each in answers(pages[0])]
        section(
            f"{visitors} visitors play at 10 steps/s each",
            ["slowest, steps/s", "server CPU", "step, ms", "play, ms", "pause, ms"],
            [[f"{min(pace):.1f}", f"{share:.0%}", *times]],
        )


def main() -> None:
    """Show all."""
    chromium = next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )
    if chromium is None:
        print("\nThe page: no Chromium on this machine, so nothing to show.")
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for show in (alone, for_long, together):
            show(browser)
        browser.close()


if __name__ == "__main__":
    main()
