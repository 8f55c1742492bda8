"""Takes the pictures of docs/interface.md anew: `python tests/ui/browser/pictures.py` from the top of the checkout."""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from looking import Looker, Served

PICTURES = Path(__file__).resolve().parents[3] / "docs" / "pictures"
COLOURS = 240
"""Of each picture, which makes it small enough to keep."""
FAST = 6


def playing(page: Looker) -> None:
    """The world as most will see it first."""
    page.play_until(72)
    page.page.mouse.move(640, 40)


def inspecting(page: Looker) -> None:
    """A measure on the map, one state chosen, in the dark."""
    page.play_until(72)
    page.page.select_option("[data-test=measure]", "hedging")
    page.page.click("g[data-actor=KAZ] path")
    page.page.wait_for_selector(".facts .pairs")
    page.page.mouse.move(640, 40)


def explaining(page: Looker) -> None:
    """Why two accepted a mediator."""
    page.play_until(72)
    page.page.fill("[data-test=event-text]", "as mediator")
    page.page.locator(".feed li").first.click()
    page.page.wait_for_selector("[data-test=explanation][open] .term")


def branching(page: Looker) -> None:
    """Two worlds that were one."""
    page.play_until(50)
    page.click("tab-comparison")
    page.page.fill("[data-test=fork-key]", "mechanisms.alignment.kappa")
    page.page.fill("[data-test=fork-value]", "4")
    page.click("fork-parameter")
    page.page.wait_for_selector(".side-B [data-test=map] path[data-state]", state="attached")
    page.play_until(120)


def walking(page: Looker) -> None:
    """On a telephone."""
    page.play_until(72)


SCENES: dict[str, tuple[Callable[[Looker], None], dict[str, Any]]] = {
    "world": (playing, {"viewport": {"width": 1280, "height": 984}}),
    "inspector": (inspecting, {"viewport": {"width": 1280, "height": 984}, "color_scheme": "dark"}),
    "explanation": (explaining, {}),
    "fork": (branching, {"viewport": {"width": 1280, "height": 1220}}),
    "phone": (walking, {"viewport": {"width": 390, "height": 844}}),
}


def smaller(picture: bytes) -> bytes:
    """The same picture with a palette."""
    from PIL import Image

    out = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS).save(out, "PNG", optimize=True)
    return out.getvalue()


def main(wanted: list[str]) -> None:
    """Take the scenes that are named, or all of them."""
    from playwright.sync_api import sync_playwright

    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        served = Served(log=Path(folder) / "log.txt")
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        try:
            for name in wanted or SCENES:
                taken(name, chromium, served)
        finally:
            chromium.close()
            served.end()


def taken(name: str, chromium: Any, served: Served) -> None:
    """Act a scene and keep the picture."""
    act, options = SCENES[name]
    page = Looker(chromium, served.address, **options)
    page.speed(FAST)
    act(page)
    page.page.wait_for_timeout(600)
    file = PICTURES / f"page-{name}.png"
    file.write_bytes(smaller(page.page.screenshot()))
    print(f"{file.relative_to(PICTURES.parent)}  {file.stat().st_size / 1000:.0f} kB")
    page.context.close()


if __name__ == "__main__":
    main(sys.argv[1:])
