"""The server as a part that starts, bears a crowd, and stops."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import socket
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import cv2
import numpy as np
import pytest

from device.errors import PortInUse
from device.web import Server
from device.web.context import FOLLOWERS, context_of
from device.web.server import connections, handlers
from device.web.server import server as servers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

PNG = cv2.imencode(".png", np.zeros((32, 32, 3), np.uint8))[1].tobytes()


def web_threads() -> set[str]:
    names = {thread.name for thread in threading.enumerate()}
    return {name for name in names if name.startswith(("web", "live-view"))}


def where(server: Server) -> tuple[str, int]:
    parts = urlsplit(server.address)
    assert parts.hostname and parts.port
    return parts.hostname, parts.port


def test_it_names_its_real_address(server: Server, guest: Any) -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:[1-9]\d+/", server.address)
    answer = guest().get("/healthz")
    assert json.loads(answer.read()) == {"level": "ok"}
    assert "Server" not in answer.headers


def test_ipv6(app: Flask) -> None:
    server = Server(app, "::1", 0)
    try:
        server.start()
    except PortInUse:
        pytest.skip("this machine has no IPv6")
    assert server.address.startswith("http://[::1]:")
    server.stop()


def test_a_port_in_use_is_named_in_one_sentence(server: Server, app: Flask) -> None:
    port = where(server)[1]
    before = web_threads()
    with pytest.raises(PortInUse) as caught:
        Server(app, "127.0.0.1", port).start()
    assert str(caught.value) == f"port {port} on 127.0.0.1 is in use by another program"
    assert web_threads() == before


def test_an_address_that_is_not_ours(app: Flask) -> None:
    with pytest.raises(PortInUse, match=r"^port 0 on 203\.0\.113\.1 cannot be listened on: "):
        Server(app, "203.0.113.1", 0).start()


def test_stop_ends_open_streams_within_a_second(
    server: Server, guest: Any, kiosk: Any, app: Flask, eventually: Any
) -> None:
    with kiosk.filming():
        answers = [guest().get("/video_feed") for _ in range(3)]
        answers += [guest().get("/api/v1/events") for _ in range(10)]
        for answer in answers:
            answer.readline()
        begun = time.monotonic()
        server.stop()
        assert time.monotonic() - begun < 1
    assert eventually(lambda: not web_threads())
    site = context_of(app)
    assert site.viewers.used == site.followers.used == 0
    assert not kiosk.preview.wanted


def test_stop_frees_itself_from_viewers_who_read_nothing(
    server: Server, guest: Any, kiosk: Any, eventually: Any
) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (960, 960, 3), np.uint8)
    guests = [guest() for _ in range(4)]
    for one in guests:
        one.get("/video_feed")
    for _ in range(40):
        kiosk.film(noise)
        time.sleep(0.05)
    begun = time.monotonic()
    server.stop()
    assert time.monotonic() - begun < 1.2
    assert eventually(lambda: not web_threads())


def test_it_can_start_again(app: Flask, eventually: Any) -> None:
    for _ in range(3):
        server = Server(app, "127.0.0.1", 0)
        server.start()
        connection = http.client.HTTPConnection(*where(server), timeout=5)
        connection.request("GET", "/api/v1/events")
        assert connection.getresponse().readline().startswith(b"retry: ")
        server.stop()
        connection.close()
    assert eventually(lambda: not web_threads())
    server.stop()


def test_hundreds_of_streams_hold_no_thread_and_starve_nobody(guest: Any, kiosk: Any) -> None:
    threads = threading.active_count()
    crowd = [guest() for _ in range(FOLLOWERS + 10)]
    for one in crowd:
        one.ask("GET", "/api/v1/events")
    viewers = [guest() for _ in range(10)]
    for one in viewers:
        one.ask("GET", "/video_feed")
    assert [one.answer().status for one in viewers].count(200) == 4
    begun = time.monotonic()
    assert guest().get("/healthz").status == 200
    assert time.monotonic() - begun < 1
    states = [one.answer().status for one in crowd]
    assert states.count(200) == FOLLOWERS
    assert states.count(503) == 10
    assert threading.active_count() <= threads + servers.THREADS + 1


def test_all_threads_of_the_page_are_nicer_than_the_show(guest: Any, eventually: Any) -> None:
    viewer = guest()
    viewer.ask("GET", "/video_feed")
    assert viewer.answer().status == 200

    def niceness() -> dict[str, int]:
        web = [one for one in threading.enumerate() if one.name.startswith("web")]
        started = [(one.name, one.native_id) for one in web if one.native_id]
        return {name: os.getpriority(os.PRIO_PROCESS, number) for name, number in started}

    show = os.getpriority(os.PRIO_PROCESS, os.getpid())
    assert eventually(lambda: {"web", "live-view", "web-request_0"} <= niceness().keys())
    assert set(niceness().values()) == {min(show + servers.NICENESS, 19)}


def test_who_may_not_be_nice_serves_all_the_same(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> int:
        raise PermissionError

    monkeypatch.setattr(os, "nice", refuse)
    server = Server(app, "127.0.0.1", 0)
    server.start()
    with contextlib.closing(http.client.HTTPConnection(*where(server), timeout=5)) as client:
        client.request("GET", "/healthz")
        assert client.getresponse().status == 200
    server.stop()


def test_what_keeps_it_from_starting_is_raised(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_(*_: object) -> None:
        raise RuntimeError("no handler")

    monkeypatch.setattr(servers, "Handler", break_)
    server = Server(app, "127.0.0.1", 0)
    with pytest.raises(RuntimeError, match="no handler"):
        server.start()
    server.stop()


def test_a_crowd_of_uploads_does_not_starve_healthz(guest: Any, kiosk: Any) -> None:
    kiosk.delay = 2.0
    for _ in range(20):
        guest().ask("POST", "/api/v1/classify", PNG)
    time.sleep(0.3)
    begun = time.monotonic()
    assert guest().get("/healthz").status == 200
    assert time.monotonic() - begun < 1


def test_connections_that_say_nothing_do_not_matter(server: Server, guest: Any) -> None:
    silent = [socket.create_connection(where(server)) for _ in range(60)]
    assert guest().get("/healthz").status == 200
    for one in silent:
        one.close()


@pytest.mark.parametrize("size", [9_000_000, 40_000_000])
def test_too_large_a_body_is_read_away_and_answered(guest: Any, size: int) -> None:
    one = guest()
    answer = one.post("/api/v1/classify", bytes(size))
    assert answer.status == 413
    assert json.loads(answer.read())["detail"] == "larger than 8 MB"
    assert one.get("/healthz").status == 200


def test_a_body_in_chunks_is_classified(guest: Any) -> None:
    one = guest()
    one.ask("POST", "/api/v1/classify", iter([PNG[:50], PNG[50:]]), encode_chunked=True)
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
    assert sent < 200, "all but 64 MB, and what lies in the sockets, never left"


def test_uploads_over_the_wire_never_touch_the_disk(
    guest: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    real = os.open
    monkeypatch.setattr(
        os,
        "open",
        lambda path, *rest, **named: (opened.append(str(path)), real(path, *rest, **named))[1],
    )
    jpeg = cv2.imencode(".jpg", np.zeros((32, 32, 3), np.uint8))[1].tobytes()
    assert guest().post("/api/v1/classify", jpeg.ljust(7_000_000, b"\0")).status == 200
    assert opened == []


def test_nonsense_is_answered_and_too_much_of_it_cut_off(server: Server, guest: Any) -> None:
    with socket.create_connection(where(server), timeout=5) as one:
        one.sendall(b"\x16\x03\x01\x02\x00\x01\r\n\r\n")
        assert one.recv(12) == b"HTTP/1.1 400"
    with socket.create_connection(where(server), timeout=5) as one, contextlib.suppress(OSError):
        one.sendall(b"GET /" + b"a" * 70_000 + b"\r\n\r\n")
        assert one.recv(12) == b""
    assert guest().get("/healthz").status == 200


def test_who_sends_a_request_byte_by_byte_is_cut_off(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("idle_connection_timeout", "body_timeout"):
        monkeypatch.setitem(connections.LIMITS, limit, 0.6)
    server = Server(app, "127.0.0.1", 0)
    server.start()
    head = b"GET /healthz HTTP/1.1\r\nHost: kiosk\r\nX-Slow: "
    body = b"POST /api/v1/login HTTP/1.1\r\nHost: kiosk\r\nContent-Length: 1000\r\n\r\n"
    for start in (head, body, b""):
        with socket.create_connection(where(server), timeout=5) as one:
            begun = time.monotonic()
            one.sendall(start)
            with contextlib.suppress(ConnectionError):
                while time.monotonic() - begun < 4:
                    if start:
                        one.sendall(b"x")
                    one.settimeout(0.1)
                    with contextlib.suppress(TimeoutError):
                        assert one.recv(100) == b""
                        break
            assert 0.4 < time.monotonic() - begun < 3
    server.stop()


def test_more_connections_than_it_holds_are_closed_and_the_others_served(
    app: Flask, monkeypatch: pytest.MonkeyPatch, eventually: Any
) -> None:
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", 5)
    server = Server(app, "127.0.0.1", 0)
    server.start()
    held = [socket.create_connection(where(server), timeout=5) for _ in range(5)]
    with socket.create_connection(where(server), timeout=5) as further:
        assert further.recv(1) == b""
    held.pop().close()

    def served() -> bool:
        one = socket.create_connection(where(server), timeout=5)
        with one, contextlib.suppress(ConnectionError):
            one.sendall(b"GET /healthz HTTP/1.1\r\nHost: kiosk\r\n\r\n")
            return one.recv(12) == b"HTTP/1.1 200"
        return False

    assert eventually(served)
    for one in held:
        one.close()
    server.stop()


def test_large_bodies_have_so_much_room_together(
    guest: Any, app: Flask, monkeypatch: pytest.MonkeyPatch, eventually: Any
) -> None:
    monkeypatch.setattr(handlers, "MAX_LARGE_BODIES", 2)
    server = Server(app, "127.0.0.1", 0)
    server.start()
    head = b"POST /api/v1/login HTTP/1.1\r\nHost: kiosk\r\nContent-Length: 200000\r\n\r\n"
    held = [socket.create_connection(where(server), timeout=5) for _ in range(4)]
    for one in held:
        one.sendall(head + bytes(100_000))
    time.sleep(0.3)

    def asked() -> bytes:
        with socket.create_connection(where(server), timeout=5) as one:
            one.sendall(head + bytes(200_000))
            return one.recv(12)

    assert eventually(lambda: asked() == b"HTTP/1.1 503")
    for one in held:
        one.close()
    assert eventually(lambda: asked() == b"HTTP/1.1 403")
    server.stop()


def test_serving_leaves_no_thread_and_no_file_behind(app: Flask, eventually: Any) -> None:
    def files() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    def serve() -> None:
        server = Server(app, "127.0.0.1", 0)
        server.start()
        server.stop()

    serve()
    before = files()
    for _ in range(5):
        serve()
    assert files() == before
    assert eventually(lambda: not web_threads())


def test_the_log_stays_quiet(
    app: Flask, kiosk: Any, caplog: pytest.LogCaptureFixture, guest: Any
) -> None:
    with caplog.at_level("INFO"):
        one = guest()
        one.get("/api/v1/events").readline()
        one.leave()
        for _ in range(30):
            guest().ask("GET", "/healthz")
        time.sleep(0.5)
    assert not caplog.records


def test_a_viewer_who_reads_nothing_loses_the_seat(
    monkeypatch: pytest.MonkeyPatch, kiosk: Any, app: Flask, eventually: Any
) -> None:
    monkeypatch.setattr(servers, "STALLED_MS", 500)
    server = Server(app, "127.0.0.1", 0)
    server.start()
    noise = np.random.default_rng(1).integers(0, 256, (960, 960, 3), np.uint8)
    with socket.create_connection(where(server)) as one:
        token = f"Authorization: Bearer {context_of(app).auth.sessions.token}"
        one.sendall(f"GET /video_feed HTTP/1.1\r\nHost: kiosk\r\n{token}\r\n\r\n".encode())
        assert eventually(lambda: context_of(app).viewers.used == 1)
        end = time.monotonic() + 15
        while context_of(app).viewers.used and time.monotonic() < end:
            kiosk.film(noise)
            time.sleep(0.05)
        assert context_of(app).viewers.used == 0
    server.stop()
