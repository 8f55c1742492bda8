"""Who may talk to the server and about what: a wall of ASGI in front of solara.

Solara's websocket asks nobody where they come from, and a page that somebody else serves could use it through a
visitor's browser. So every request must name a host that this server goes by, and come from a page that it served
itself; only the few paths that the page needs are there at all; and messages that would make new widgets of any kind
on the server are dropped, since the page never sends them.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from pathlib import Path
from typing import Any

from starlette.routing import Mount, Router
from starlette.staticfiles import StaticFiles

type Scope = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
type Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
type App = Callable[[Scope, Receive, Send], Awaitable[None]]

OWN = "/detente/"
PATHS = (OWN, "/static/", "/_solara/cdn/", "/_solara/api/close/", "/jupyter/nbextensions/", "/jupyter/api/kernels/")
"""Where paths may begin, beside the page itself."""
REFUSED = ("/static/public", "/_solara/cdn/..")
MESSAGES = frozenset({"comm_msg", "comm_close", "comm_info_request", "kernel_info_request"})
TARGETS = frozenset({"solara.control", "jupyter.widget.control"})
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' blob: {sockets}; object-src 'none'; "
    "frame-ancestors 'none'; base-uri 'self'; form-action 'none'"
)
"""Vue compiles its templates in the browser, which asks for unsafe-eval; no host but this one is ever allowed."""


class Guard:
    """The wall.

    Args:
        app: solara.
        names: host names and addresses that this server goes by, in lower case, without ports.
        folders: path below `OWN` -> folder whose files are served there.
    """

    def __init__(self, app: App, names: Iterable[str], folders: MutableMapping[str, Path]) -> None:
        self.app, self.names = app, frozenset(names)
        mounts = [Mount(OWN + name, StaticFiles(directory=folder)) for name, folder in folders.items()]
        self.files = Router(mounts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through, or refuse with a sentence."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        if problem := self.problem(scope):
            await refuse(scope, send, *problem)
            return
        if scope["type"] == "websocket":
            await self.app(scope, sifted(receive), send)
            return
        is_own = scope["path"].startswith(OWN)
        await (self.files if is_own else self.app)(scope, receive, with_headers(scope, send, is_own))

    def problem(self, scope: Scope) -> tuple[int, str] | None:
        """What is wrong with a request, as a status and a sentence; None if nothing is."""
        headers = [(name.lower(), value.decode("latin1")) for name, value in scope["headers"]]
        hosts = [value for name, value in headers if name == b"host"]
        origins = [value for name, value in headers if name == b"origin"]
        if len(hosts) != 1 or bare(hosts[0]) not in self.names:
            return 403, "This server does not go by that name. Open the address that it printed."
        if any(not is_same(origin, hosts[0]) for origin in origins):
            return 403, "Requests from other pages are refused."
        if scope["type"] == "websocket" and len(origins) != 1:
            return 403, "A connection must say from which page it comes."
        return None if is_known(scope["path"]) else (404, "There is nothing here.")


def bare(host: str) -> str:
    """A host without its port, in lower case."""
    name, colon, port = host.strip().lower().rpartition(":")
    return name if colon and (port.isdigit() or not port) else host.strip().lower()


def is_same(origin: str, host: str) -> bool:
    """Whether a page's origin is the host that was asked, port and all."""
    scheme, _, authority = origin.strip().lower().partition("://")
    return scheme in ("http", "https") and authority == host.strip().lower()


def is_known(path: str) -> bool:
    """Whether the page needs this path; nothing that climbs out of a folder is one."""
    if "\\" in path or "\0" in path or ".." in path.split("/") or (path.startswith(OWN) and "//" in path):
        return False
    return path == "/" or (path.startswith(PATHS) and not path.startswith(REFUSED))


async def refuse(scope: Scope, send: Send, status: int, sentence: str) -> None:
    """Answer no."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"x-content-type-options", b"nosniff")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": sentence.encode()})


def sifted(receive: Receive) -> Receive:
    """A websocket's messages without those that the page has no business to send."""

    async def next_allowed() -> MutableMapping[str, Any]:
        while True:
            message = await receive()
            if message["type"] != "websocket.receive" or is_allowed(message.get("text")):
                return message

    return next_allowed


def is_allowed(text: str | None) -> bool:
    """Whether a message is one that the page may send: never one that makes widgets or runs anything."""
    try:
        message = json.loads(text or "")
        kind = message["header"]["msg_type"]
        return kind in MESSAGES or (kind == "comm_open" and message["content"]["target_name"] in TARGETS)
    except (ValueError, KeyError, TypeError, RecursionError):
        return False


def with_headers(scope: Scope, send: Send, is_own: bool) -> Send:
    """Send with headers that tell the browser to trust nothing else."""
    host = next(value.decode("latin1") for name, value in scope["headers"] if name.lower() == b"host")
    policy = POLICY.format(sockets=f"ws://{host} wss://{host}")
    added = [
        (b"content-security-policy", policy.encode("latin1")),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"x-frame-options", b"DENY"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-resource-policy", b"same-origin"),
    ]
    if is_own:
        added.append((b"cache-control", b"no-cache"))

    async def send_with(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *added]}
        await send(message)

    return send_with
