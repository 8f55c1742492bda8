"""Serves the page: binds exactly where it was asked to, keeps solara from the network, puts the wall in front of it."""

from __future__ import annotations

import ipaddress
import os
import socket
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sim.ui.guard import Guard
from sim.ui.opening import Opening

STATIC = Path(__file__).parent / "static"
NOWHERE = "http://127.0.0.1:9/"
"""A port at which nothing listens: what is not on this machine fails at once."""
SETTINGS = {
    "SOLARA_APP": "sim.ui.app",
    "SOLARA_MODE": "production",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_ASSETS_CDN": NOWHERE,
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "False",
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_KERNEL_CULL_TIMEOUT": "5m",
    "SOLARA_KERNEL_MAX_COUNT": "40",
    "SOLARA_SESSION_HTTP_ONLY": "True",
}
LARGEST_MESSAGE = 4 << 20
EVERYWHERE = ("0.0.0.0", "::")


class PortTakenError(ValueError):
    """Nothing can listen where the page was to be."""


def serve(opening: Opening, *, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until interrupted.

    Args:
        opening: what visitors find.
        host, port: where to listen; port 0 takes any that is free.
        ready: called with the address once the page can be opened.

    Raises:
        PortTakenError: nothing can listen there.
    """
    bound = listening(host, port)
    os.environ.update(SETTINGS)  # solara reads its settings when it is imported
    warnings.filterwarnings("ignore", message="Cookies with samesite=none")  # said at every visit; lax is right here
    import uplot
    import uvicorn
    from solara.server import starlette

    from sim.ui import app

    app.opens_with(opening)
    wall = Guard(starlette.app, names_of(host), {"ui": STATIC, "uplot": Path(uplot.__file__).parent / "static"})
    config = uvicorn.Config(
        wall,
        log_level="warning",
        ws_max_size=LARGEST_MESSAGE,
        timeout_graceful_shutdown=2,
        server_header=False,
        lifespan="on",
    )
    telling_server(config, lambda: ready(address_of(host, bound.getsockname()[1]))).run(sockets=[bound])


def address_of(host: str, port: int) -> str:
    """What to type into a browser on this machine."""
    name = "127.0.0.1" if host in EVERYWHERE else f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}/"


def names_of(host: str) -> set[str]:
    """How browsers may name this server, without ports."""
    names = {"127.0.0.1", "localhost", "[::1]"}
    if host in EVERYWHERE:  # open to the network, by the word of who started it
        names |= {socket.gethostname().lower(), *addresses()}
    else:
        names.add(f"[{host}]" if ":" in host else host.lower())
    return names


def addresses() -> set[str]:
    """Addresses of this machine, as they stand in a Host header."""
    try:
        found = socket.getaddrinfo(socket.gethostname(), None)
    except OSError:
        return set()
    return {f"[{each[4][0]}]" if ":" in str(each[4][0]) else str(each[4][0]) for each in found}


def is_loopback(host: str) -> bool:
    """Only this machine can reach it."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listening(host: str, port: int) -> socket.socket:
    """A socket at exactly this address.

    Raises:
        PortTakenError: nothing can listen there.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise PortTakenError(f"there is no address {host} on this machine ({error.strerror})") from error
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
    except OSError as error:
        bound.close()
        advice = "choose another with --port, or --port 0 for any that is free"
        raise PortTakenError(f"cannot listen at {host}, port {port} ({error.strerror}); {advice}") from error
    return bound


def telling_server(config: Any, ready: Callable[[], None]) -> Any:
    """uvicorn's server, which calls `ready` once it listens."""
    import uvicorn

    class Telling(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            if self.started:
                ready()

    return Telling(config)
