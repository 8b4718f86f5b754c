"""What clients cannot do: send too much, too slowly, or hold too many connections."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import time
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from device.web import Server
from device.web.context import context_of
from device.web.server import connections, handlers
from device.web.server import server as servers
from tests.support.connections import connect, receive
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask


@pytest.mark.pace
def test_a_crowd_of_uploads_does_not_starve_healthz(guest: Any, kiosk: Any, png: bytes) -> None:
    kiosk.delay = 2.0
    for _ in range(20):
        guest().ask("POST", "/api/v1/classify", png)
    time.sleep(0.3)
    started = time.monotonic()
    assert guest().get("/healthz").status == 200
    assert time.monotonic() - started < 1


def test_silent_connections_do_not_matter(server: Server, guest: Any) -> None:
    silent = [connect(server) for _ in range(60)]
    assert guest().get("/healthz").status == 200
    for one in silent:
        one.close()


@pytest.mark.parametrize("size", [9_000_000, 40_000_000])
def test_a_body_that_is_too_large_is_read_and_refused(guest: Any, size: int) -> None:
    one = guest()
    response = one.post("/api/v1/classify", bytes(size))
    assert response.status == 413
    assert json.loads(response.read())["detail"] == "larger than 8 MB"
    assert one.get("/healthz").status == 200


def test_a_body_in_chunks_is_classified(guest: Any, png: bytes) -> None:
    one = guest()
    one.ask("POST", "/api/v1/classify", iter([png[:50], png[50:]]), encode_chunked=True)
    assert one.answer().status == 200


def test_an_endless_body_in_chunks_is_cut_off(guest: Any) -> None:
    one, sent = guest(), 0

    def body() -> Iterator[bytes]:
        nonlocal sent
        while sent < 400:
            sent += 1
            yield bytes(1_000_000)

    with contextlib.suppress(ConnectionError, http.client.HTTPException):
        one.ask("POST", "/api/v1/classify", body(), encode_chunked=True)
        assert one.answer().status == 413
    assert sent < 200, "at most 64 MB and what the sockets buffer"


def test_uploads_over_the_wire_never_touch_the_disk(
    guest: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    real = os.open

    def record(path: Any, *options: Any, **more: Any) -> int:
        opened.append(str(path))
        return real(path, *options, **more)

    monkeypatch.setattr(os, "open", record)
    jpeg = cv2.imencode(".jpg", np.zeros((32, 32, 3), np.uint8))[1].tobytes()
    assert guest().post("/api/v1/classify", jpeg.ljust(7_000_000, b"\0")).status == 200
    assert opened == []


def test_a_malformed_request_gets_400_and_a_long_head_is_cut_off(
    server: Server, guest: Any
) -> None:
    for head in (b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/1.1\r\nHost: kiosk:"):
        with connect(server) as one:
            one.sendall(head + b"\r\n\r\n")
            assert one.recv(12) == b"HTTP/1.1 400"
    with connect(server) as one, contextlib.suppress(OSError):
        one.sendall(b"GET /" + b"a" * 70_000 + b"\r\n\r\n")
        assert one.recv(12) == b""
    assert guest().get("/healthz").status == 200


@pytest.mark.pace
def test_a_request_sent_byte_by_byte_is_cut_off(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("idle_connection_timeout", "body_timeout"):
        monkeypatch.setitem(connections.LIMITS, limit, 0.6)
    server = Server(app, "127.0.0.1", 0)
    server.start()
    head = b"GET /healthz HTTP/1.1\r\nHost: kiosk\r\nX-Slow: "
    body = b"POST /api/v1/login HTTP/1.1\r\nHost: kiosk\r\nContent-Length: 1000\r\n\r\n"
    for start in (head, body, b""):
        with connect(server) as one:
            started = time.monotonic()
            one.sendall(start)
            with contextlib.suppress(ConnectionError):
                while time.monotonic() - started < 4:
                    if start:
                        one.sendall(b"x")
                    one.settimeout(0.1)
                    with contextlib.suppress(TimeoutError):
                        assert one.recv(100) == b""
                        break
            assert 0.4 < time.monotonic() - started < 3
    server.stop()


def test_connections_over_the_limit_are_closed_and_others_served(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", 5)
    server = Server(app, "127.0.0.1", 0)
    server.start()
    held = [connect(server) for _ in range(5)]
    with connect(server) as further:
        assert further.recv(1) == b""
    held.pop().close()

    def served() -> bool:
        with connect(server) as one, contextlib.suppress(ConnectionError):
            one.sendall(b"GET /healthz HTTP/1.1\r\nHost: kiosk\r\n\r\n")
            return one.recv(12) == b"HTTP/1.1 200"
        return False

    until(served)
    for one in held:
        one.close()
    server.stop()


def test_large_bodies_share_a_limit(
    app: Flask, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setattr(handlers, "MAX_LARGE_BODIES", 2)
    server = Server(app, "127.0.0.1", 0)
    server.start()
    text = "POST /api/v1/classify HTTP/1.1\r\nHost: kiosk\r\nContent-Length: 200000\r\n"
    head = f"{text}Authorization: Bearer {token}\r\n\r\n".encode()
    held = [connect(server) for _ in range(4)]
    for one in held:
        one.sendall(head + bytes(100_000))
    time.sleep(0.3)

    def response() -> bytes:
        with connect(server) as one:
            one.sendall(head + bytes(200_000))
            return receive(one)

    until(lambda: response().startswith(b"HTTP/1.1 503"))
    assert b"Retry-After: 2\r\n" in response()
    for one in held:
        one.close()
    until(lambda: response().startswith(b"HTTP/1.1 400"))
    server.stop()


def test_a_viewer_who_reads_nothing_loses_the_slot(
    monkeypatch: pytest.MonkeyPatch, kiosk: Any, app: Flask, token: str
) -> None:
    monkeypatch.setattr(servers, "STALLED_MS", 500)
    server = Server(app, "127.0.0.1", 0)
    server.start()
    viewers = context_of(app).viewers
    noise = np.random.default_rng(1).integers(0, 256, (960, 960, 3), np.uint8)
    with connect(server) as one:
        authorization = f"Authorization: Bearer {token}"
        one.sendall(f"GET /video_feed HTTP/1.1\r\nHost: kiosk\r\n{authorization}\r\n\r\n".encode())
        until(lambda: viewers.used == 1)

        def is_dropped() -> bool:
            kiosk.film(noise)
            return viewers.used == 0

        until(is_dropped, pause=0.05)
    server.stop()
