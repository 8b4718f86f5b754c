"""Streams and long responses, over a socket from a running server."""

from __future__ import annotations

import http.client
import itertools
import json
import socket
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import cv2
import numpy as np
import pytest

from device import history
from device.errors import HistoryError
from device.web.context import FOLLOWERS, context_of
from device.web.routes import history as pages
from device.web.server import broadcast
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.client import HTTPResponse
    from pathlib import Path

    from flask import Flask

    from device.control.status import Status
    from device.web import AuthService, Server


def next_event(response: HTTPResponse) -> dict[str, Any]:
    while True:
        line = response.readline()
        assert line, "the stream ended"
        if line.startswith(b"data: "):
            status: dict[str, Any] = json.loads(line[6:])
            return status


def next_picture(response: HTTPResponse) -> bytes:
    """Parse one part of multipart/x-mixed-replace."""
    assert response.readline() == b"--frame\r\n"
    return part_after_boundary(response)


def part_after_boundary(response: HTTPResponse) -> bytes:
    assert response.readline() == b"Content-Type: image/jpeg\r\n"
    length = int(response.readline().removeprefix(b"Content-Length: "))
    assert response.readline() == b"\r\n"
    jpeg = response.read(length)
    assert response.readline() == b"\r\n"
    return jpeg


@pytest.mark.pace
def test_events_begin_with_the_status_and_follow_it(
    guest: Any, kiosk: Any, make_status: Callable[..., Status]
) -> None:
    response = guest().get("/api/v1/events")
    assert response.status == 200
    assert response.headers["Content-Type"].startswith("text/event-stream")
    assert next_event(response)["mood"]["emotion"] == "happy"
    kiosk.status.publish(make_status("sad"))
    started = time.monotonic()
    assert next_event(response)["mood"]["emotion"] == "sad"
    assert time.monotonic() - started < 0.6


def test_at_most_four_events_a_second_and_the_newest_wins(
    guest: Any, kiosk: Any, make_status: Callable[..., Status]
) -> None:
    response = guest().get("/api/v1/events")
    next_event(response)
    started = time.monotonic()
    for number in range(100):
        kiosk.status.publish(make_status(uptime=float(number)))
        time.sleep(0.01)
    seconds, older = time.monotonic() - started, 0
    while next_event(response)["uptime_s"] != 99.0:
        older += 1
    assert older <= 4 * seconds + 1


@pytest.fixture
def past(kiosk: Any, tmp_path: Path) -> None:
    """Twelve minutes of history, exported three at a time."""
    kiosk.history = tmp_path / history.FILE
    store = history.HistoryStore(kiosk.history)
    for number in range(12):
        store.add(history.Minute(number, {"happy": 60.0}))
    store.close()


@pytest.mark.usefixtures("past")
def test_a_long_response_is_sent_in_chunks(guest: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "EXPORT_MINUTES", 3)
    one = guest()
    response = one.get("/api/v1/history.json")
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Transfer-Encoding"] == "chunked"
    assert len(json.loads(response.read())) == 12
    assert len(one.get("/api/v1/history.csv").read().splitlines()) == 13
    one.ask("HEAD", "/api/v1/history.json")
    assert one.answer().read() == b""
    assert one.get("/healthz").status == 200


@pytest.mark.usefixtures("past")
@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (HistoryError("history.sqlite: disk I/O error"), "page: history.sqlite: disk I/O error"),
        (OSError(5, "Input/output error"), "page: a response was cut off"),
    ],
)
def test_a_long_response_that_is_cut_off_does_not_look_complete(
    guest: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: Exception,
    message: str,
) -> None:
    read, reads = history.read_all, itertools.count()

    def breaks(*options: Any, **more: Any) -> Any:
        if next(reads) == 2:
            raise fault
        return read(*options, **more)

    monkeypatch.setattr(pages, "EXPORT_MINUTES", 3)
    monkeypatch.setattr(history, "read_all", breaks)
    response = guest().get("/api/v1/history.csv")
    assert response.status == 200
    with pytest.raises(http.client.IncompleteRead):
        response.read()
    until(lambda: caplog.messages == [message])


@pytest.mark.usefixtures("past")
@pytest.mark.parametrize("path", ["/api/v1/history.json", "/api/v1/history.csv", "/api/v1/status"])
def test_head_and_get_report_the_same_length(guest: Any, path: str) -> None:
    one = guest()
    whole = one.get(path)
    assert whole.read()
    one.ask("HEAD", path)
    head = one.answer()
    assert head.read() == b""
    assert head.headers["Content-Length"] == whole.headers["Content-Length"]
    assert head.headers["Content-Type"] == whole.headers["Content-Type"]


@pytest.mark.usefixtures("past")
def test_without_chunks_a_long_response_ends_with_its_connection(
    server: Server, auth: AuthService
) -> None:
    parts = urlsplit(server.address)
    head = f"Connection: keep-alive\r\nAuthorization: Bearer {auth.sessions.token}\r\n\r\n"
    with socket.create_connection((parts.hostname, parts.port), timeout=5) as one:
        one.sendall(f"GET /api/v1/history.csv HTTP/1.0\r\nHost: kiosk\r\n{head}".encode())
        body = one.makefile("rb").read().partition(b"\r\n\r\n")[2]
    assert len(body.splitlines()) == 13


def test_a_quiet_stream_sends_keep_alives(guest: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broadcast, "KEEP_ALIVE_SECONDS", 0.3)
    response = guest().get("/api/v1/events")
    next_event(response)
    lines = [response.readline() for _ in range(3)]
    assert b"event: alive\n" in lines


def test_the_feed_is_a_stream_of_whole_jpegs(guest: Any, kiosk: Any) -> None:
    with kiosk.filming():
        response = guest().get("/video_feed")
        assert response.status == 200
        kind = response.headers["Content-Type"]
        assert kind == "multipart/x-mixed-replace; boundary=frame"
        shapes = set()
        pictures = {next_picture(response) for _ in range(5)}
        for jpeg in pictures:
            assert jpeg.startswith(b"\xff\xd8")
            assert jpeg.endswith(b"\xff\xd9")
            shapes.add(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR).shape)
    assert len(pictures) == 5
    assert shapes == {(480, 640, 3)}


def test_viewers_share_one_encoding(guest: Any, kiosk: Any, app: Flask) -> None:
    with kiosk.filming():
        responses = [guest().get("/video_feed") for _ in range(4)]
        sets = [{next_picture(response) for _ in range(8)} for response in responses]
        encoded = context_of(app).live_view.encoded
    assert set.intersection(*sets)
    assert len(set.union(*sets)) <= encoded + 1


def test_viewers_over_the_limit_are_refused_until_one_leaves(
    guest: Any, kiosk: Any, app: Flask
) -> None:
    with kiosk.filming():
        guests = [guest() for _ in range(4)]
        for one in guests:
            assert one.get("/video_feed").status == 200
        refused = guest().get("/video_feed")
        assert refused.status == 503
        assert refused.headers["Content-Type"].startswith("text/plain")
        assert refused.headers["Retry-After"]
        guests[0].leave()
        until(lambda: context_of(app).viewers.used == 3)
        assert guest().get("/video_feed").status == 200


def test_followers_over_the_limit_are_refused(guest: Any) -> None:
    # A single address is limited to fewer.
    sources = [f"127.0.0.{2 + number % 8}" for number in range(FOLLOWERS + 1)]
    responses = [guest(source).get("/api/v1/events") for source in sources]
    assert [response.status for response in responses] == [200] * FOLLOWERS + [503]
    assert json.loads(responses[-1].read())["detail"] == "too many clients follow the status"


@pytest.mark.parametrize("path", ["/api/v1/events", "/video_feed"])
def test_a_client_that_disconnects_frees_its_slot(guest: Any, app: Flask, path: str) -> None:
    one = guest()
    one.get(path).readline()
    context = context_of(app)
    assert context.followers.used + context.viewers.used == 1
    one.leave()
    until(lambda: context.followers.used + context.viewers.used == 0)


@pytest.mark.parametrize("path", ["/api/v1/events", "/video_feed"])
def test_head_takes_no_slot(guest: Any, app: Flask, path: str) -> None:
    one = guest()
    one.ask("HEAD", path)
    assert one.connection.getresponse().status == 200
    context = context_of(app)
    assert context.followers.used + context.viewers.used == 0


@pytest.mark.pace
def test_a_slow_viewer_skips_pictures_and_holds_up_nobody(guest: Any, kiosk: Any) -> None:
    """It takes little memory on the kiosk, and does not lag behind."""
    with kiosk.filming():
        slow = guest().get("/video_feed")
        next_picture(slow)
        quick = guest().get("/video_feed")
        started = time.monotonic()
        for _ in range(20):
            next_picture(quick)
        assert time.monotonic() - started < 4
        slow_next = next_picture(slow)
    assert slow_next.startswith(b"\xff\xd8")
