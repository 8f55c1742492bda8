"""A page in a real browser: the server that serves it, and somebody who looks, clicks and waits."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PATIENCE = 15_000
"""Milliseconds to wait for what should be there long before."""
REMEMBER_SOCKETS = """
  window.sockets = [];
  window.WebSocket = class extends WebSocket { constructor(...all) { super(...all); window.sockets.push(this); } };
"""


class Served:
    """`detente view` as a process of its own, on a port that was free if none is given."""

    def __init__(self, *arguments: object, log: Path, port: int = 0) -> None:
        command = [sys.executable, "-m", "sim", "view", *map(str, arguments), "--no-browser", "--port", str(port)]
        self.log = log
        with log.open("w") as errors:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"http://\S+/", line)
        assert found, f"the server did not start: {line!r} {log.read_text()}"
        self.address = found[0]

    def trouble(self) -> list[str]:
        """Lines that tell of an error on the server."""
        return [line for line in self.log.read_text().splitlines() if "Traceback" in line or "Error" in line]

    def end(self) -> None:
        """Stop it."""
        self.process.terminate()
        self.process.wait(timeout=15)


class Looker:
    """One visitor with a browser window of their own; all that it asks for and complains about is written down."""

    def __init__(self, chromium: Any, address: str, query: str = "", **options: Any) -> None:
        self.address = address
        self.context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.add_init_script(REMEMBER_SOCKETS)
        self.requests: list[str] = []
        self.trouble: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("websocket", lambda socket: self.requests.append(socket.url))
        self.page.on("console", lambda message: message.type == "error" and self.trouble.append(message.text))
        self.page.on("pageerror", lambda error: self.trouble.append(str(error)))
        self.page.goto(address + query)
        self.page.wait_for_selector("[data-test=map] path[data-state]", state="attached")
        self.wait("document.querySelector('[data-test=step]').textContent")

    # -- acting ------------------------------------------------------------------------------------------------------
    def click(self, hook: str) -> None:
        """Click what has this hook."""
        self.page.click(f"[data-test={hook}]")

    def key(self, key: str) -> None:
        """Press a key on the page, without having clicked anything."""
        self.page.keyboard.press(key)

    def speed(self, place: int) -> None:
        """Move the slider of speed."""
        self.slide("[data-test=speed]", place)

    def slide(self, selector: str, value: float) -> None:
        """Move a slider as a hand does: it moves, and then it is let go."""
        self.page.eval_on_selector(
            selector,
            """(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input', { bubbles: true }));
                                    slider.dispatchEvent(new Event('change', { bubbles: true })); }""",
            value,
        )

    def steps(self, count: int) -> None:
        """So many steps, one by one, each seen before the next."""
        for _ in range(count):
            before = self.step
            self.click("step-once")
            self.until(lambda before=before: self.step == before + 1)

    def play_until(self, step: int) -> None:
        """Play to a step or a little beyond, and pause."""
        self.click("play")
        self.until(lambda: self.step >= step)
        self.key(" ")
        self.wait("!document.querySelector('[data-test=play]').hidden")
        self.settle()

    # -- looking -----------------------------------------------------------------------------------------------------
    @property
    def step(self) -> int:
        """The step that is looked at."""
        return int(re.findall(r"\d+", self.text("step"))[0])

    @property
    def year(self) -> str:
        """The date as it stands there."""
        return self.text("year")

    def text(self, hook: str) -> str:
        """What is written in what has this hook."""
        return str(self.page.text_content(f"[data-test={hook}]"))

    def colours(self) -> dict[str, str]:
        """How every actor of the map is filled."""
        found: dict[str, str] = self.page.evaluate(
            """() => Object.fromEntries([...document.querySelectorAll('.side-A [data-test=map] g[data-actor]')]
                       .map((group) => [group.dataset.actor, group.getAttribute('fill')]))"""
        )
        return found

    def measures(self) -> dict[str, str]:
        """What stands over each small chart."""
        found: dict[str, str] = self.page.evaluate(
            """() => Object.fromEntries([...document.querySelectorAll('.chart')]
                       .map((chart) => [chart.dataset.measure, chart.querySelector('b').textContent]))"""
        )
        return found

    def numbers(self) -> bytes:
        """The file that the page hands out as CSV: every measure at every step, in full."""
        self.click("share")
        self.page.wait_for_selector("[data-test=share-sheet][open]")
        with self.page.expect_download() as arriving:
            self.click("export-csv")
        self.page.keyboard.press("Escape")
        return Path(arriving.value.path()).read_bytes()

    def link(self) -> str:
        """The query of the link that the page gives."""
        self.click("share")
        self.page.wait_for_selector("[data-test=share-sheet][open]")
        url = self.page.input_value("[data-test=share-link]")
        self.page.keyboard.press("Escape")
        return "?" + urlsplit(url).query

    # -- waiting -----------------------------------------------------------------------------------------------------
    def wait(self, script: str) -> None:
        """Until something is so in the page."""
        self.page.wait_for_function(script)

    def until(self, is_so: Callable[[], bool]) -> None:
        """Until something is so, as seen from here."""
        end = time.monotonic() + PATIENCE / 1000
        while not is_so():
            assert time.monotonic() < end, f"waited in vain at step {self.step}"
            self.page.wait_for_timeout(30)

    def settle(self) -> None:
        """Until the last frames have been drawn."""
        self.page.wait_for_timeout(150)

    # -- going -------------------------------------------------------------------------------------------------------
    def foreign(self) -> list[str]:
        """Addresses that were asked for and are not the server's."""
        here = urlsplit(self.address).netloc
        outside = [url for url in self.requests if urlsplit(url).scheme not in ("data", "blob", "about")]
        return [url for url in outside if urlsplit(url).netloc != here]
