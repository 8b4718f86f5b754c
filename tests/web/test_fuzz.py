"""Whatever comes over the wire, the page answers or hangs up, and is there for the next."""

from __future__ import annotations

import logging
import random
import re
import socket
import threading
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from hypothesis import settings

from device import history
from device.web.server.server import THREADS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from device.web import AuthService, Server

ROUNDS = 10 * settings().max_examples
PATIENCE = 0.05
PATHS = ("/", "/api/v1/classify", "/api/v1/commands", "/api/v1/login", "/history?span=day",
         "/healthz", "/emoji/%2e%2e%2fhappy.svg", "/static/../app.py", "/\xff\x00",
         "/" + "a" * 5000)  # fmt: skip
METHODS = ("GET", "POST", "HEAD", "PUT", "OPTIONS", "TRACE", "PRI", "G\x00T", "")
HEADERS = (
    "Content-Length: -1", "Content-Length: 99999999999999999999", "Content-Length: x",
    "Content-Length: 5\r\nContent-Length: 6", "Transfer-Encoding: chunked",
    "Transfer-Encoding: chunked, gzip", "Host: \x00", "Host: a@b:c",
    "Cookie: moodlift-80=" + "x" * 3000,
    "Authorization: Bearer \x80\xff", "Authorization: Basic !!!!", "Range: bytes=9-1",
    "Content-Type: multipart/form-data; boundary=", "Content-Type: multipart/form-data; boundary=x",
    "Content-Type: application/json; charset=utf-99",
    "Content-Type: application/json\r\nX-Moodlift: x", "X: " + "y" * 30_000, "no colon here",
    " folded", "Expect: 100-continue", "Connection: Upgrade\r\nUpgrade: websocket",
)  # fmt: skip
BODIES = (
    b"", b"\x00" * 100, b"{", b'{"token": ' + b"[" * 2000, b"--x\r\nContent-Disposition: form-data",
    b"--x\r\nContent-Disposition: form-data; name=\"image\"; filename=\"../../x\"\r\n\r\nGIF89a",
    b"[" * 50_000, rb'{"token": "\ud800"}', b'{"token": NaN, "token": 1e999}',
    b"5\r\nhello\r\n", b"ffffffffffffffff\r\n", b"0\r\n\r\n", b"\xff\xd8\xff\xe0" + b"\x00" * 500,
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xff\xff\xff\xff\xff\xff\xff\x08\x02\x00\x00\x00",
)  # fmt: skip


def request(rng: random.Random, token: str) -> bytes:
    """Make up a request, more or less like one."""
    kind = rng.random()
    if kind < 0.1:
        return rng.randbytes(rng.randint(1, 3000))
    lines = [f"{rng.choice(METHODS)} {rng.choice(PATHS)} HTTP/{rng.choice(('1.1', '1.0', '9.9'))}"]
    lines += rng.sample(HEADERS, rng.randint(0, 3))
    if rng.random() < 0.7:
        lines.append("Host: kiosk")
    if rng.random() < 0.5:
        lines.append(f"Authorization: Bearer {token}")
    body = rng.choice(BODIES)
    if rng.random() < 0.5:
        lines.append(f"Content-Length: {len(body) + rng.choice((0, 0, -1, 7))}")
    text = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
    return text[: rng.randint(1, len(text))] if kind < 0.25 else text


def ask(address: tuple[str, int], content: bytes) -> bytes:
    """Send it all, return what is answered within a while, and hang up."""
    answer = b""
    try:
        with socket.create_connection(address, timeout=PATIENCE) as one:
            one.sendall(content)
            while piece := one.recv(65536):
                answer += piece
    except OSError:
        pass  # it hung up, or waits for more: answers too
    return answer


@pytest.fixture
def kiosk(kiosk: Any, tmp_path: Path) -> Any:
    """A kiosk that has a history, without which its page is not available yet."""
    kiosk.history = tmp_path / history.FILE
    history.HistoryStore(kiosk.history).close()
    return kiosk


@pytest.mark.slow
def test_nothing_that_is_sent_breaks_the_page(
    server: Server, auth: AuthService, guest: Callable[[], Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    rng = random.Random(20261124)
    host, port = server.address.removeprefix("http://").strip("/").split(":")
    process = psutil.Process()
    threads, codes = threading.active_count(), dict[int, int]()
    before = 0
    for number in range(ROUNDS):
        answer = ask((host, int(port)), request(rng, auth.sessions.token))
        for code in re.findall(rb"HTTP/1\.[01] (\d{3}) ", answer):
            codes[int(code)] = codes.get(int(code), 0) + 1
        assert b"Traceback" not in answer
        if number == ROUNDS // 2:
            before = process.memory_info().rss
    assert {code for code in codes if code >= 500} <= {501, 505}, codes
    assert len(codes) >= 4, "the requests reach more than one kind of answer"
    assert threading.active_count() <= threads + THREADS
    assert process.memory_info().rss - before < 20 * 2**20
    assert [record.getMessage() for record in caplog.records] == []
    assert guest().get("/healthz").status == 200
