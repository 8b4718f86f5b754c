"""What one client of many can take: from two addresses, over real connections."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING

import pytest

from device.web import AuthService, Server
from device.web.addresses import client_of
from device.web.auth.rate_limit import PER_ADDRESS, TOTAL, RateLimiter
from device.web.context import FOLLOWERS, FOLLOWERS_PER_CLIENT, context_of
from device.web.routes.auth import SESSION_COOKIE, VISITOR_COOKIE
from device.web.server import connections, handlers
from device.web.server.slots import Slots
from tests.support.connections import host_and_port, receive
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from flask.testing import FlaskClient

    Connect = Callable[[str], socket.socket]

ATTACKER, FAMILY = "127.0.0.1", "127.0.0.2"
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: kiosk\r\n\r\n"
LARGE = 200_000


@pytest.fixture
def connect_from(server: Server) -> Iterator[Connect]:
    """Connects from an address of this machine; all is closed at the end."""
    held = contextlib.ExitStack()

    def connect(address: str) -> socket.socket:
        one = socket.create_connection(host_and_port(server), 10, source_address=(address, 0))
        return held.enter_context(one)

    with held:
        yield connect


def ask(connection: socket.socket, content: bytes) -> int:
    """Return the status of the answer; 0 if the connection is closed instead."""
    with contextlib.suppress(ConnectionError):
        connection.sendall(content)
    return int(receive(connection)[9:12] or 0)


def upload(path: str, size: int = LARGE, authorization: str = "") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: kiosk\r\nContent-Length: {size}\r\n"
    return f"{head}X-Moodlift: test\r\n{authorization}\r\n".encode()


def test_half_open_connections_of_one_address_leave_room_for_others(connect_from: Connect) -> None:
    for _ in range(connections.MAX_CONNECTIONS + 20):
        with contextlib.suppress(ConnectionError):
            connect_from(ATTACKER).sendall(b"GET / HT")
    assert ask(connect_from(ATTACKER), HEALTH) == 0
    assert ask(connect_from(FAMILY), HEALTH) == 200


def test_a_closed_connection_makes_room_for_the_next_of_its_address(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "CONNECTIONS_PER_CLIENT", 2)
    server = Server(app, "127.0.0.1", 0)
    server.start()

    def served() -> bool:
        with socket.create_connection(host_and_port(server), 10) as one:
            return ask(one, HEALTH) == 200

    for _ in range(5):
        until(served)
    server.stop()


def test_streams_of_one_address_leave_room_for_others(connect_from: Connect, app: Flask) -> None:
    follow = b"GET /api/v1/events HTTP/1.1\r\nHost: kiosk\r\n\r\n"
    first = [ask(connect_from(ATTACKER), follow) for _ in range(FOLLOWERS_PER_CLIENT + 5)]
    assert first.count(200) == FOLLOWERS_PER_CLIENT < FOLLOWERS
    assert first.count(503) == 5
    assert ask(connect_from(FAMILY), follow) == 200
    assert context_of(app).followers.used == FOLLOWERS_PER_CLIENT + 1


@pytest.mark.parametrize("path", ["/api/v1/classify", "/api/v1/models", "/api/v1/feedback/crop"])
def test_who_is_not_let_in_takes_no_place_for_a_large_body(
    connect_from: Connect, token: str, png: bytes, path: str
) -> None:
    for _ in range(handlers.MAX_LARGE_BODIES + 2):
        connect_from(ATTACKER).sendall(upload(path) + bytes(LARGE - 1))
    content = png.ljust(LARGE, b"\0")
    head = upload("/api/v1/classify", LARGE, f"Authorization: Bearer {token}\r\n")
    assert ask(connect_from(ATTACKER), head + content) == 200
    refused = connect_from(ATTACKER)
    assert ask(refused, upload(path) + content) == 401
    assert ask(refused, HEALTH) == 200, "it was read to its end"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/login", 413),
        ("/api/v1/commands", 413),
        ("/nowhere", 404),
        ("/healthz", 405),
    ],
)
def test_a_route_that_wants_no_large_body_gives_no_place_to_one(
    connect_from: Connect, token: str, png: bytes, path: str, status: int
) -> None:
    bearer = f"Authorization: Bearer {token}\r\n"
    for _ in range(handlers.MAX_LARGE_BODIES + 2):
        connect_from(ATTACKER).sendall(upload(path, LARGE, bearer) + bytes(LARGE - 1))
    content = png.ljust(LARGE, b"\0")
    one = connect_from(ATTACKER)
    assert ask(one, upload("/api/v1/classify", LARGE, bearer) + content) == 200
    assert ask(connect_from(ATTACKER), upload(path, LARGE, bearer) + content) == status


def test_a_large_body_in_chunks_is_judged_by_its_head_too(connect_from: Connect) -> None:
    head = upload("/api/v1/classify")
    head = head.replace(b"Content-Length: 200000", b"Transfer-Encoding: chunked")
    body = b"%x\r\n%b\r\n0\r\n\r\n" % (LARGE, bytes(LARGE))
    assert ask(connect_from(ATTACKER), head + body) == 401


def test_stalled_pictures_of_one_guest_leave_room_for_others(
    connect_from: Connect, auth: AuthService, png: bytes
) -> None:
    assert auth.visitors
    head = upload("/api/v1/classify", LARGE, f"Cookie: {visit_cookie(auth)}\r\n")
    for _ in range(handlers.MAX_LARGE_BODIES):
        connect_from(ATTACKER).sendall(head + bytes(LARGE - 1))
    content = png.ljust(LARGE, b"\0")

    def of(address: str) -> int:
        return ask(connect_from(address), head + content)

    until(lambda: of(ATTACKER) == 503)
    assert of(FAMILY) == 200


def visit_cookie(auth: AuthService) -> str:
    assert auth.visitors
    return f"{VISITOR_COOKIE.format(port=80)}={auth.visitors.issue()}"


def test_a_right_token_comes_through_while_wrong_ones_are_limited(
    connect_from: Connect, auth: AuthService, token: str
) -> None:
    def bearer(key: str) -> int:
        one = connect_from(ATTACKER)
        head = (
            f"GET /api/v1/settings HTTP/1.1\r\nHost: kiosk\r\nAuthorization: Bearer {key}\r\n\r\n"
        )
        return ask(one, head.encode())

    answers = [bearer(f"wrong {number}") for number in range(TOTAL + PER_ADDRESS)]
    assert answers[:PER_ADDRESS] == [401] * PER_ADDRESS
    assert set(answers[PER_ADDRESS:]) == {429}
    assert bearer(token) == 200
    assert bearer("wrong") == 429


def test_a_session_counts_beside_a_wrong_token(client: FlaskClient, auth: AuthService) -> None:
    client.set_cookie(SESSION_COOKIE.format(port=80), auth.sessions.open_session())
    client.environ_base["HTTP_AUTHORIZATION"] = "Bearer wrong"
    codes = {client.get("/api/v1/settings").status_code for _ in range(PER_ADDRESS + 1)}
    assert codes == {200}


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.168.1.7", "192.168.1.7"),
        ("::ffff:192.168.1.7", "192.168.1.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_an_ipv6_network_is_one_client(address: str, client: str) -> None:
    assert client_of(address) == client


def test_limits_count_clients() -> None:
    limiter, slots = RateLimiter(lambda: 0.0), Slots(4, 2)
    for number in range(PER_ADDRESS):
        limiter.record(f"2001:db8::{number}")
    assert limiter.retry_after("2001:db8::ffff") > 0
    assert limiter.retry_after("2001:db8:0:1::1") == 0
    taken = [slots.acquire(f"2001:db8::{number}") for number in range(3)]
    assert taken == [True, True, False]
    assert [slots.acquire("192.0.2.1") for _ in range(3)] == [True, True, False]
    assert not slots.acquire("192.0.2.2")
    slots.release("2001:db8::1")
    assert not slots.acquire("192.0.2.1")
    assert slots.acquire("2001:db8::9")
    assert slots.used == 4
