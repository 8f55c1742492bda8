"""A server for each module, a browser for all of its tests, and a clean window for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from looking import Looker, Served

OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

type Look = Callable[..., Looker]


@pytest.fixture(scope="module")
def chromium(browser: str) -> Iterator[Any]:
    """A headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        window = playwright.chromium.launch(executable_path=browser, args=OPTIONS)
        yield window
        window.close()


@pytest.fixture(scope="module")
def serve(browser: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Served]]:
    """Starts `detente view` with arguments; the server of the same arguments is started once for a module."""
    running: dict[tuple[object, ...], Served] = {}

    def start(*arguments: object) -> Served:
        if arguments not in running:
            running[arguments] = Served(*arguments, log=tmp_path_factory.mktemp("server") / "log.txt")
        return running[arguments]

    yield start
    for served in running.values():
        served.end()
    assert [line for served in running.values() for line in served.trouble()] == []


@pytest.fixture
def look(chromium: Any) -> Iterator[Look]:
    """Opens a page; in the end nothing may have been fetched from elsewhere, and no error be on the console."""
    lookers: list[Looker] = []

    def open_page(served: Served, query: str = "", **options: Any) -> Looker:
        lookers.append(Looker(chromium, served.address, query, **options))
        return lookers[-1]

    yield open_page
    for looker in lookers:
        looker.context.close()
    assert [url for looker in lookers for url in looker.foreign()] == []
    assert [line for looker in lookers for line in looker.trouble] == []
