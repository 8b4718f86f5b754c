"""The server starts, serves, and stops."""

from __future__ import annotations

import http.client
import json
import os
import re
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from device.errors import PortInUse
from device.web import Server
from device.web.context import FOLLOWERS, context_of
from device.web.server import server as servers
from tests.support.connections import connect, host_and_port, receive
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

THREAD_NAMES = ("web", "live-view")
"""How the names of the page's threads begin."""


def page_threads() -> dict[str, int | None]:
    """Return the native ids of the page's threads by name."""
    threads = [one for one in threading.enumerate() if one.name.startswith(THREAD_NAMES)]
    return {thread.name: thread.native_id for thread in threads}


def test_it_names_its_real_address(server: Server, guest: Any) -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:[1-9]\d+/", server.address)
    response = guest().get("/healthz")
    assert json.loads(response.read()) == {"level": "ok"}
    assert "Server" not in response.headers


def test_ipv6(app: Flask) -> None:
    server = Server(app, "::1", 0)
    try:
        server.start()
    except PortInUse:
        pytest.skip("this machine has no IPv6")
    assert server.address.startswith("http://[::1]:")
    server.stop()


def test_a_port_in_use_is_reported_in_one_sentence(server: Server, app: Flask) -> None:
    port = host_and_port(server)[1]
    before = page_threads()
    with pytest.raises(PortInUse) as caught:
        Server(app, "127.0.0.1", port).start()
    assert str(caught.value) == f"port {port} on 127.0.0.1 is in use by another program"
    assert page_threads() == before


def test_an_address_of_another_machine(app: Flask) -> None:
    with pytest.raises(PortInUse, match=r"^port 0 on 203\.0\.113\.1 cannot be listened on: "):
        Server(app, "203.0.113.1", 0).start()


@pytest.mark.pace
def test_stop_ends_open_streams_within_a_second(
    server: Server, guest: Any, kiosk: Any, app: Flask
) -> None:
    with kiosk.filming():
        responses = [guest().get("/video_feed") for _ in range(3)]
        responses += [guest().get("/api/v1/events") for _ in range(10)]
        for response in responses:
            response.readline()
        started = time.monotonic()
        server.stop()
        assert time.monotonic() - started < 1
    until(lambda: not page_threads())
    context = context_of(app)
    assert context.viewers.used == context.followers.used == 0
    assert not kiosk.preview.wanted


@pytest.mark.pace
def test_stop_disconnects_viewers_who_read_nothing(server: Server, guest: Any, kiosk: Any) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (960, 960, 3), np.uint8)
    guests = [guest() for _ in range(4)]
    for one in guests:
        one.get("/video_feed")
    for _ in range(40):
        kiosk.film(noise)
        time.sleep(0.05)
    started = time.monotonic()
    server.stop()
    assert time.monotonic() - started < 1.2
    until(lambda: not page_threads())


@pytest.mark.parametrize(("seconds", "status"), [(0.2, b"200"), (2.0, b"")])
@pytest.mark.pace
def test_stop_waits_a_moment_for_responses_under_way(
    server: Server, kiosk: Any, token: str, png: bytes, seconds: float, status: bytes
) -> None:
    kiosk.delay = seconds
    head = f"Host: kiosk\r\nAuthorization: Bearer {token}\r\nContent-Length: {len(png)}\r\n\r\n"
    with connect(server) as connection:
        connection.sendall(f"POST /api/v1/classify HTTP/1.1\r\n{head}".encode() + png)
        while not kiosk.classified:
            time.sleep(0.01)
        started = time.monotonic()
        server.stop()
        assert time.monotonic() - started < 1
        assert receive(connection)[9:12] == status


def test_it_can_start_again(app: Flask) -> None:
    for _ in range(3):
        server = Server(app, "127.0.0.1", 0)
        server.start()
        client = http.client.HTTPConnection(*host_and_port(server), timeout=5)
        client.request("GET", "/api/v1/events")
        assert client.getresponse().readline().startswith(b"retry: ")
        server.stop()
        client.close()
    until(lambda: not page_threads())
    server.stop()


@pytest.mark.pace
def test_hundreds_of_streams_hold_no_thread_and_starve_nobody(guest: Any, kiosk: Any) -> None:
    threads = threading.active_count()
    # A single address is limited to fewer.
    crowd = [guest(f"127.0.0.{2 + number % 8}") for number in range(FOLLOWERS + 10)]
    for one in crowd:
        one.ask("GET", "/api/v1/events")
    viewers = [guest() for _ in range(10)]
    for one in viewers:
        one.ask("GET", "/video_feed")
    assert [one.answer().status for one in viewers].count(200) == 4
    started = time.monotonic()
    assert guest().get("/healthz").status == 200
    assert time.monotonic() - started < 1
    states = [one.answer().status for one in crowd]
    assert states.count(200) == FOLLOWERS
    assert states.count(503) == 10
    assert threading.active_count() <= threads + servers.THREADS + 1


def test_all_threads_of_the_page_are_nicer_than_the_show(guest: Any) -> None:
    viewer = guest()
    viewer.ask("GET", "/video_feed")
    assert viewer.answer().status == 200

    def niceness() -> dict[str, int]:
        threads = page_threads()
        return {
            name: os.getpriority(os.PRIO_PROCESS, number)
            for name, number in threads.items()
            if number
        }

    show = os.getpriority(os.PRIO_PROCESS, os.getpid())
    until(lambda: {"web", "live-view", "web-request_0"} <= niceness().keys())
    assert set(niceness().values()) == {min(show + servers.NICENESS, 19)}


def test_it_serves_where_niceness_is_forbidden(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> int:
        raise PermissionError

    monkeypatch.setattr(os, "nice", refuse)
    server = Server(app, "127.0.0.1", 0)
    server.start()
    with closing(http.client.HTTPConnection(*host_and_port(server), timeout=5)) as client:
        client.request("GET", "/healthz")
        assert client.getresponse().status == 200
    server.stop()


def test_what_keeps_it_from_starting_is_raised(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no handler")

    monkeypatch.setattr(servers, "Handler", fail)
    server = Server(app, "127.0.0.1", 0)
    with pytest.raises(RuntimeError, match="no handler"):
        server.start()
    server.stop()


def test_serving_leaves_no_thread_and_no_file_behind(app: Flask) -> None:
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
    until(lambda: not page_threads())


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


def test_an_app_that_fails_is_logged_and_its_connection_closed(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, guest: Any
) -> None:
    def fail(*_: object) -> Iterator[bytes]:
        raise RuntimeError("out of order")

    monkeypatch.setattr(app, "wsgi_app", fail)
    for path in ("/healthz", "/"):
        one = guest()
        one.ask("GET", path)
        with pytest.raises(http.client.RemoteDisconnected):
            one.answer()
    assert caplog.messages == ["page: a response was cut off"] * 2
    assert "out of order" in caplog.text


def test_no_header_passes_for_one_with_hyphens(server: Server, token: str) -> None:
    """WSGI knows both as HTTP_X_MOODLIFT."""
    head = f"POST /api/v1/login HTTP/1.1\r\nHost: kiosk\r\nX_Moodlift: page\r\nX-Token: {token}"
    with connect(server) as connection:
        connection.sendall(f"{head}\r\nContent-Length: 0\r\n\r\n".encode())
        assert b"the header X-Moodlift is missing" in receive(connection)
