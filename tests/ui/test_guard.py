"""The wall in front of the page: real requests to a real server, from friends and from strangers."""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sim.ui.guard import is_allowed, is_known
from sim.ui.launcher import PortTakenError, address_of, is_loopback, listening, names_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("page")]


@dataclass
class Served:
    port: int
    seconds: float
    process: subprocess.Popen[str]

    def asked(self, path: str, **headers: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.putrequest("GET", path, skip_host=True)
        for name, value in ({"Host": f"127.0.0.1:{self.port}"} | headers).items():
            connection.putheader(name, value)
        connection.endheaders()
        return connection.getresponse()

    def shaken(self, host: str, origin: str | None) -> int:
        """Status of the answer to the opening handshake of a websocket."""
        key = base64.b64encode(b"0123456789abcdef").decode()
        lines = [
            f"GET /jupyter/api/kernels/{'0' * 8}-0000-4000-8000-{'0' * 12}/channels?session_id=x HTTP/1.1",
            f"Host: {host}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            *([f"Origin: {origin}"] if origin is not None else []),
        ]
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as wire:
            wire.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
            return int(wire.recv(4096).split()[1])


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    began = time.monotonic()
    command = [sys.executable, "-m", "sim", "view", "three-powers", "--no-browser", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"})
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
    assert found, line
    yield Served(int(found[1]), time.monotonic() - began, process)
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 130


def test_friends_are_let_in(served: Served) -> None:
    for name in ("127.0.0.1", "localhost", "LOCALHOST"):
        assert served.asked("/", Host=f"{name}:{served.port}").status == 200
    own = f"http://127.0.0.1:{served.port}"
    assert served.asked("/detente/ui/main.js", Origin=own).status == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "evil.example:80", "", "127.0.0.1@evil"])
def test_other_names_are_refused(served: Served, host: str) -> None:
    assert served.asked("/", Host=host).status in (400, 403)
    assert served.shaken(host or "x", f"http://{host}") == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:1", "file://", ""])
def test_other_pages_are_refused(served: Served, origin: str) -> None:
    host = f"127.0.0.1:{served.port}"
    assert served.asked("/", Origin=origin).status == 403
    assert served.shaken(host, origin) == 403


def test_a_websocket_says_from_which_page_it_comes(served: Served) -> None:
    host = f"127.0.0.1:{served.port}"
    assert served.shaken(host, None) == 403
    assert served.shaken(host, f"http://localhost:{served.port}") == 403, "another origin than the host that is asked"
    assert served.shaken(host, f"http://{host}") == 101


@pytest.mark.parametrize(
    "path",
    [
        "/detente/ui/../app.py",
        "/detente/ui/%2e%2e/app.py",
        "/detente/ui/..%2fapp.py",
        "/detente/ui//etc/passwd",
        "/detente/uplot/../../../../etc/passwd",
        "/static/../sim/ui/app.py",
        "/static/public/%2e%2e/%2e%2e/pyproject.toml",
        "/_solara/cdn/..%2f..%2f..%2fetc%2fpasswd",
        "/resourcez",
        "/readyz",
        "/docs",
        "/jupyter/api/contents",
    ],
)
def test_nothing_but_the_page_can_be_read(served: Served, path: str) -> None:
    answer = served.asked(path)
    body = answer.read()
    assert answer.status in (403, 404)
    assert b"root:" not in body and b"import" not in body and b"[project]" not in body


def test_headers_trust_nobody_else(served: Served) -> None:
    headers = served.asked("/").headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy and "blob:" in policy.split("connect-src")[1].split(";")[0]
    assert "http://" not in policy and "https://" not in policy and "*" not in policy
    assert f"ws://127.0.0.1:{served.port}" in policy
    assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "DENY"
    assert "server" not in headers


def test_ready_within_five_seconds_of_work_and_at_this_machine_only(served: Served) -> None:
    """Wall time on a loaded machine says little; ten seconds would be a fault everywhere."""
    assert served.seconds < 30
    listed = Path("/proc/net/tcp")
    table = [line.split() for line in listed.read_text().splitlines()] if listed.exists() else []
    ours = [line[1] for line in table if line[1].endswith(f":{served.port:04X}") and line[3] == "0A"]
    assert all(each.startswith("0100007F") for each in ours)


@pytest.mark.parametrize(
    ("message", "is_let"),
    [
        ({"header": {"msg_type": "comm_msg"}, "content": {}}, True),
        ({"header": {"msg_type": "comm_open"}, "content": {"target_name": "jupyter.widget.control"}}, True),
        ({"header": {"msg_type": "comm_open"}, "content": {"target_name": "jupyter.widget"}}, False),
        ({"header": {"msg_type": "execute_request"}, "content": {"code": "1"}}, False),
        ({"header": {}}, False),
        ([], False),
    ],
)
def test_messages_that_would_make_widgets_or_run_code_are_dropped(message: object, is_let: bool) -> None:
    assert is_allowed(json.dumps(message)) is is_let


def test_garbage_is_dropped_too() -> None:
    assert not is_allowed(None) and not is_allowed("{") and not is_allowed("[" * 100_000)


def test_only_paths_of_the_page_are_known() -> None:
    assert is_known("/") and is_known("/detente/ui/main.js") and not is_known("/etc/passwd")
    assert not is_known("/detente/../x") and not is_known("/detente/a\\..\\b") and not is_known("/static/\0")


def test_a_port_that_is_taken_is_said_and_never_replaced_by_another() -> None:
    with listening("127.0.0.1", 0) as held:
        held.listen()
        port = held.getsockname()[1]
        with pytest.raises(PortTakenError, match=rf"port {port} .*choose another with --port"):
            listening("127.0.0.1", port)


def test_names_and_addresses() -> None:
    assert is_loopback("127.0.0.1") and is_loopback("::1") and is_loopback("localhost") and not is_loopback("0.0.0.0")
    assert address_of("0.0.0.0", 80) == "http://127.0.0.1:80/" and address_of("::1", 8) == "http://[::1]:8/"
    assert "evil.example" not in names_of("0.0.0.0") and "[fe80::1]" in names_of("fe80::1")
    with pytest.raises(PortTakenError, match="no address"):
        listening("no.such.host.invalid", 0)
