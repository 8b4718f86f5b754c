"""The server as a part that starts, bears a crowd, and stops."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from device.errors import PortInUse
from device.web import Server
from device.web import server as servers
from device.web.site import site_of

if TYPE_CHECKING:
    from flask import Flask

PNG = cv2.imencode(".png", np.zeros((32, 32, 3), np.uint8))[1].tobytes()


def web_threads() -> set[str]:
    names = {thread.name for thread in threading.enumerate()}
    return {name for name in names if name.startswith(("web", "waitress"))}


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
    port = int(server.address.rsplit(":", 1)[1].strip("/"))
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
    site = site_of(app)
    assert site.viewers.taken == site.followers.taken == 0
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
        host, port = server.address.removeprefix("http://").strip("/").split(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=5)
        connection.request("GET", "/api/v1/events")
        assert connection.getresponse().readline().startswith(b"retry: ")
        server.stop()
        connection.close()
    assert eventually(lambda: not web_threads())
    server.stop()


def test_forty_hanging_streams_do_not_starve_healthz(guest: Any, kiosk: Any) -> None:
    crowd = [guest() for _ in range(40)]
    for number, one in enumerate(crowd):
        one.ask("GET", "/video_feed" if number % 2 else "/api/v1/events")
    time.sleep(0.5)
    begun = time.monotonic()
    assert guest().get("/healthz").status == 200
    assert time.monotonic() - begun < 1
    states = [one.answer().status for one in crowd]
    assert states.count(200) == 20 + 4
    assert states.count(503) == 16


def test_a_crowd_of_uploads_does_not_starve_healthz(guest: Any, kiosk: Any) -> None:
    kiosk.delay = 2.0
    for _ in range(20):
        guest().ask("POST", "/api/v1/classify", PNG)
    time.sleep(0.3)
    begun = time.monotonic()
    assert guest().get("/healthz").status == 200
    assert time.monotonic() - begun < 1


def test_connections_that_say_nothing_do_not_matter(server: Server, guest: Any) -> None:
    host, port = server.address.removeprefix("http://").strip("/").split(":")
    silent = [socket.create_connection((host, int(port))) for _ in range(60)]
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
    one = guest()
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        one.ask(
            "POST", "/api/v1/classify", (bytes(1_000_000) for _ in range(400)), encode_chunked=True
        )
        raise ConnectionError(one.answer().status)


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


def test_nonsense_is_answered(server: Server, guest: Any) -> None:
    host, port = server.address.removeprefix("http://").strip("/").split(":")
    for nonsense in (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", b"GET /" + b"a" * 70000 + b"\r\n\r\n"):
        with socket.create_connection((host, int(port))) as one:
            one.settimeout(5)
            one.sendall(nonsense)
            assert one.recv(12).startswith(b"HTTP/1.")
    assert guest().get("/healthz").status == 200


def test_serving_leaves_no_thread_and_no_file_behind(app: Flask, eventually: Any) -> None:
    def files() -> int:
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208

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
    host, port = server.address.removeprefix("http://").strip("/").split(":")
    noise = np.random.default_rng(1).integers(0, 256, (960, 960, 3), np.uint8)
    with socket.create_connection((host, int(port))) as one:
        token = f"Authorization: Bearer {site_of(app).door.keys.token}"
        one.sendall(f"GET /video_feed HTTP/1.1\r\nHost: kiosk\r\n{token}\r\n\r\n".encode())
        assert eventually(lambda: site_of(app).viewers.taken == 1)
        end = time.monotonic() + 15
        while site_of(app).viewers.taken and time.monotonic() < end:
            kiosk.film(noise)
            time.sleep(0.05)
        assert site_of(app).viewers.taken == 0
    server.stop()
