"""Serves the page to this machine, and to others only if asked: hosts and origins are checked, headers forbid the rest.

Nothing is fetched from anywhere: solara's own parts come from pip, ours from this folder.
"""

from __future__ import annotations

import ipaddress
import mimetypes
import os
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.ui.app import Offer

type Scope = dict[str, Any]
type Receive = Callable[[], Awaitable[dict[str, Any]]]
type Send = Callable[[dict[str, Any]], Awaitable[None]]

STATIC = Path(__file__).parent / "static"
PREFIX = "/detente/"
NOWHERE = "http://127.0.0.1:9/"
SETTINGS = {
    "SOLARA_APP": "sim.ui.app",
    "SOLARA_MODE": "production",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_ASSETS_CDN": NOWHERE,
    "SOLARA_ASSETS_PROXY": "False",
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "False",
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_KERNEL_CULL_TIMEOUT": "5m",
    "SOLARA_KERNEL_MAX_COUNT": "40",
    "SOLARA_SESSION_HTTP_ONLY": "True",
}
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' blob: ws: wss:; object-src 'none';"
    " frame-ancestors 'none'; base-uri 'self'; form-action 'none'"
)
HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
]
CLOSED = ("/resourcez", "/readyz/debug", "/_solara/api")
TYPES = {".js": "text/javascript", ".css": "text/css", ".json": "application/json", ".mjs": "text/javascript"}


class PortTakenError(OSError):
    """Another program listens where the page was to be."""


class Guard:
    """Lets through only requests that mean this server, and adds headers to what goes out.

    Args:
        app: what answers.
        hosts: values of the Host header that are this server's.
    """

    def __init__(self, app: Any, hosts: set[str]) -> None:
        self.app, self.hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, refuse, or serve a file of ours."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        if not self.admits(scope):
            await refuse(scope, send, 403, b"forbidden")
            return

        async def guarded(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *HEADERS]}
            await send(message)

        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            await file_of(scope["path"].removeprefix(PREFIX), guarded)
            return
        await self.app(scope, receive, guarded)

    def admits(self, scope: Scope) -> bool:
        """Host and Origin are ours, and the path is open."""
        headers = {name.decode("latin1").lower(): value.decode("latin1") for name, value in scope["headers"]}
        origin = headers.get("origin")
        is_ours = origin is not None and origin.partition("://")[2] in self.hosts
        if scope["type"] == "websocket" and not is_ours:
            return False
        known = headers.get("host", "") in self.hosts
        return known and (origin is None or is_ours) and not scope["path"].startswith(CLOSED)


async def refuse(scope: Scope, send: Send, status: int, text: bytes) -> None:
    """Say no."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    await answer(send, status, text, "text/plain")


async def answer(send: Send, status: int, body: bytes, mime: str) -> None:
    """A whole answer."""
    headers = [(b"content-type", f"{mime}; charset=utf-8".encode()), (b"cache-control", b"no-cache")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def file_of(path: str, send: Send) -> None:
    """A file of the page, or of uPlot; only plain names inside those folders."""
    found = found_file(path)
    if found is None:
        await answer(send, 404, b"not found", "text/plain")
        return
    mime = TYPES.get(found.suffix) or mimetypes.guess_type(found.name)[0] or "application/octet-stream"
    await answer(send, 200, found.read_bytes(), mime)


def found_file(path: str) -> Path | None:
    """The file that a path means, if it lies where it should."""
    root = STATIC
    if path.startswith("uplot/"):
        import uplot

        root, path = Path(uplot.__file__).parent / "static", path.removeprefix("uplot/")
    try:
        file = (root / path).resolve()
        return file if file.is_relative_to(root.resolve()) and file.is_file() and file.suffix in TYPES else None
    except (OSError, ValueError):
        return None


def hosts_of(host: str, port: int) -> set[str]:
    """How browsers may name this server."""
    names = {"127.0.0.1", "localhost", "[::1]"}
    if host in ("0.0.0.0", "::"):  # the page is open to the network, by the word of who started it
        names |= {socket.gethostname(), *addresses()}
    else:
        names.add(f"[{host}]" if ":" in host else host)
    return {f"{name}:{port}" for name in names} | ({*names} if port in (80, 443) else set())


def addresses() -> set[str]:
    """Addresses of this machine."""
    try:
        found = socket.getaddrinfo(socket.gethostname(), None)
    except OSError:
        return set()
    return {str(each[4][0]) for each in found}


def is_loopback(host: str) -> bool:
    """Only this machine can reach it."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def serve(offer: Offer, *, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until interrupted.

    Args:
        offer: what the page shows.
        ready: called with the address once the page can be opened.

    Raises:
        PortTakenError: another program has the port.
    """
    os.environ.update(SETTINGS)
    bound = listening(host, port)
    import solara.server.starlette
    import uvicorn

    from sim.ui import app

    app.OFFER[:] = [offer]
    port = bound.getsockname()[1]
    guard = Guard(solara.server.starlette.app, hosts_of(host, port))
    config = uvicorn.Config(
        guard, log_level="warning", ws_max_size=4 << 20, timeout_graceful_shutdown=2, server_header=False, lifespan="on"
    )
    server = telling_server(config, lambda: ready(f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{port}/"))
    server.run(sockets=[bound])


def listening(host: str, port: int) -> socket.socket:
    """A socket at exactly this address."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise PortTakenError(f"cannot listen at {host}:{port} ({error.strerror}); choose another with --port") from error
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
