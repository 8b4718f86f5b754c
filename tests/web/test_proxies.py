"""Behind a reverse proxy: what it says counts if it is trusted, and nothing of it otherwise."""

from __future__ import annotations

import json
import re
import socket
from typing import TYPE_CHECKING, Any

import pytest

from device.config.file import parse
from device.config.network import WebConfig
from device.errors import ConfigError
from device.web import AuthService, Server, create_app
from device.web.addresses import TrustedProxies
from device.web.auth.rate_limit import PER_ADDRESS
from device.web.context import FOLLOWERS_PER_CLIENT
from device.web.server import connections
from device.web.server.tls import OwnCertificates
from tests.support.connections import connect, host_and_port, receive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.web.conftest import Kiosk

    Ask = Callable[..., tuple[str, dict[str, str], str]]

PREFIX = "/api/hassio_ingress/a-Token_1.2~3"


@pytest.fixture
def serve(kiosk: Kiosk, auth: AuthService) -> Iterator[Callable[..., Ask]]:
    """Serves the page with a configuration; returns what sends requests there."""
    servers: list[Server] = []

    def start(**config: Any) -> Ask:
        server = Server(create_app(kiosk.services(), auth, WebConfig(**config)), "127.0.0.1", 0)
        server.start()
        servers.append(server)

        def ask(path: str = "/", method: str = "GET", **headers: str) -> Any:
            """Return status, headers and body; a keyword is a header's name."""
            values = {
                "Host": "kiosk",
                **{name.replace("_", "-"): headers[name] for name in headers},
            }
            lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {values[name]}" for name in values)]
            with socket.create_connection(host_and_port(server), 10) as one:
                one.sendall("\r\n".join((*lines, "Connection: close", "", "")).encode("latin-1"))
                answer = b""
                while piece := receive(one):
                    answer += piece
                    if b"text/event-stream" in answer:
                        break
            head, _, body = answer.decode().partition("\r\n\r\n")
            status, *rest = head.split("\r\n")
            pairs = (field.partition(": ")[::2] for field in rest)
            return status.split()[1], dict(pairs), body

        return ask

    yield start
    for server in servers:
        server.stop()


FORWARDED = {
    "X_Forwarded_For": "192.0.2.7", "X_Forwarded_Proto": "https",
    "X_Forwarded_Host": "mood.example.org", "X_Forwarded_Prefix": "/kiosk",
}  # fmt: skip


def test_nobody_is_believed_by_default(serve: Callable[..., Ask]) -> None:
    ask = serve()
    status, _, body = ask(**FORWARDED)
    assert status == "200", "under its own name"
    assert 'href="/settings"' not in body
    assert "/kiosk/" not in body
    assert 'src="/emoji/happy.svg"' in body
    for number in range(PER_ADDRESS):
        ask("/settings", Authorization="Bearer x", X_Forwarded_For=f"192.0.2.{number}")
    assert ask("/settings", Authorization="Bearer x", X_Forwarded_For="192.0.2.99")[0] == "429"


def test_a_trusted_proxy_is_believed(serve: Callable[..., Ask], auth: AuthService) -> None:
    ask = serve(trusted_proxies=["127.0.0.0/8"])
    assert ask(**FORWARDED)[0] == "421", "a name that is not configured"
    auth.trusted_hosts.names |= {"mood.example.org"}
    status, _, body = ask(**FORWARDED)
    assert status == "200"
    assert 'src="/kiosk/emoji/happy.svg"' in body
    assert 'src="/kiosk/static/status.js"' in body
    links = re.findall('(?:href|src)="([^"#]+)"', body)
    assert [link for link in links if not link.startswith("/kiosk/")] == []
    bearer = {"Authorization": f"Bearer {auth.sessions.token}"}
    tried = ask("/try", **FORWARDED, **bearer)[2]
    assert tried.count("/kiosk/music/") == tried.count("/music/") > 0
    document = json.loads(ask("/api/v1/openapi.json", **FORWARDED, **bearer)[2])
    assert document["servers"] == [{"url": "/kiosk/"}]


def test_cookies_belong_to_the_proxy_s_port_and_path(
    serve: Callable[..., Ask], auth: AuthService
) -> None:
    ask = serve(trusted_proxies=["127.0.0.1"])
    assert auth.visitors
    there = {**FORWARDED, "X_Forwarded_Host": "kiosk:8443", "Content_Length": "0"}
    status, headers, _ = ask(f"/visit/{auth.visitors.code}", "POST", **there)
    assert (status, headers["Location"]) == ("303", "/kiosk/try")
    cookie = headers["Set-Cookie"]
    assert cookie.startswith("moodlift-visit-8443=")
    assert "Path=/kiosk;" in f"{cookie};"
    assert "Secure" in cookie


def test_what_came_over_https_to_the_proxy_is_not_redirected(
    kiosk: Kiosk, auth: AuthService, tmp_path: Path
) -> None:
    app = create_app(kiosk.services(), auth, WebConfig(trusted_proxies=["127.0.0.1"]))
    server = Server(app, "127.0.0.1", 0, OwnCertificates(tmp_path, ("kiosk",), "127.0.0.1"))
    server.start()
    for scheme, status in (("https", b"200"), ("http", b"308")):
        with connect(server) as one:
            head = f"GET / HTTP/1.1\r\nHost: kiosk\r\nX-Forwarded-Proto: {scheme}\r\n\r\n"
            one.sendall(head.encode())
            assert receive(one)[9:12] == status
    server.stop()


def test_home_assistant_s_ingress_is_understood(serve: Callable[..., Ask]) -> None:
    ask = serve(trusted_proxies=["127.0.0.1", "172.30.32.0/23"])

    def through(client: str, path: str = "/", **headers: str) -> tuple[str, dict[str, str], str]:
        way = {"X_Ingress_Path": PREFIX, "X_Forwarded_For": f"{client}, 172.30.32.1"}
        return ask(path, X_Forwarded_Host="kiosk:8123", X_Forwarded_Proto="http", **way, **headers)

    assert f'src="{PREFIX}/emoji/happy.svg"' in through("192.0.2.1")[2]
    wrong = {"Authorization": "Bearer wrong"}
    codes = [through("192.0.2.1", "/settings", **wrong)[0] for _ in range(PER_ADDRESS + 1)]
    assert codes[-1] == "429"
    assert through("192.0.2.2", "/settings", **wrong)[0] == "401"


@pytest.mark.parametrize(
    "prefix",
    ["//evil.example", "evil.example", "/a//b", "/a\\b", "/a?b", "/<b>", "/", "", '/"', "/a b"],
)
def test_a_prefix_that_is_no_path_is_ignored(serve: Callable[..., Ask], prefix: str) -> None:
    ask = serve(trusted_proxies=["127.0.0.1"])
    status, _, body = ask(X_Forwarded_Prefix=prefix)
    assert status == "200"
    assert 'src="/emoji/happy.svg"' in body


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("203.0.113.1, 192.0.2.7", "192.0.2.7"),
        ("192.0.2.7, 10.0.0.2,10.0.0.3", "192.0.2.7"),
        ("10.0.0.9, 10.0.0.2", "10.0.0.9"),
        ("192.0.2.7:4711", "192.0.2.7"),
        ("[2001:db8::7]:4711", "2001:db8::7"),
        ("2001:db8::7", "2001:db8::7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("192.0.2.7, unknown", "10.0.0.1"),
        ("192.0.2.7, nonsense, 10.0.0.2", "10.0.0.2"),
        ("", "10.0.0.1"),
        (",", "10.0.0.1"),
    ],
)
def test_the_client_is_the_last_that_is_no_proxy(forwarded: str, client: str) -> None:
    environ = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": forwarded}
    TrustedProxies(["10.0.0.0/8"]).apply(environ)
    assert environ["REMOTE_ADDR"] == client


@pytest.mark.parametrize(
    ("address", "trusted"),
    [
        ("127.0.0.1", True), ("::ffff:127.0.0.1", True), ("127.0.0.2", False), ("fd00::9", True),
        ("fd01::9", False), ("", False), ("unix:", False), ("fe80::1%eth0", True),
    ],
)  # fmt: skip
def test_proxies_are_addresses_or_networks(address: str, trusted: bool) -> None:
    assert (address in TrustedProxies(["127.0.0.1", "fd00::/16", "fe80::1"])) == trusted


def test_the_last_value_of_a_header_is_the_proxy_s_own() -> None:
    environ = {
        "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "kiosk", "wsgi.url_scheme": "http",
        "HTTP_X_FORWARDED_HOST": "evil.example, mood.example.org",
        "HTTP_X_FORWARDED_PROTO": "x, HTTPS",
    }  # fmt: skip
    TrustedProxies(["127.0.0.1"]).apply(environ)
    assert environ["HTTP_HOST"] == "mood.example.org"
    assert environ["wsgi.url_scheme"] == "https"


def test_limits_count_the_clients_behind_a_proxy(
    serve: Callable[..., Ask], monkeypatch: pytest.MonkeyPatch, auth: AuthService
) -> None:
    monkeypatch.setattr(connections, "CONNECTIONS_PER_CLIENT", 2)
    ask = serve(trusted_proxies=["127.0.0.1"])

    def codes(path: str, address: str, count: int, **headers: str) -> list[str]:
        return [ask(path, X_Forwarded_For=address, **headers)[0] for _ in range(count)]

    wrong = codes("/settings", "192.0.2.1", PER_ADDRESS + 1, Authorization="Bearer wrong")
    assert wrong == ["401"] * PER_ADDRESS + ["429"]
    assert codes("/settings", "192.0.2.2", 1, Authorization="Bearer wrong") == ["401"]
    assert codes("/healthz", "192.0.2.1", 5) == ["200"] * 5


def test_streams_count_for_the_clients_behind_a_proxy(serve: Callable[..., Ask], app: Any) -> None:
    ask = serve(trusted_proxies=["127.0.0.1"])
    status, headers, _ = ask("/api/v1/events", X_Forwarded_For="192.0.2.1")
    assert (status, headers["X-Accel-Buffering"]) == ("200", "no")
    assert FOLLOWERS_PER_CLIENT < connections.MAX_CONNECTIONS


@pytest.mark.parametrize(
    ("key", "value", "kept"),
    [
        ("trusted_proxies", "127.0.0.1", "127.0.0.1/32"),
        ("trusted_proxies", "172.30.32.0/23", "172.30.32.0/23"),
        ("trusted_proxies", "fd00::/8", "fd00::/8"),
        ("cors_origins", "HTTPS://Panel.example.org:443/", "https://panel.example.org"),
        ("cors_origins", "http://localhost:3000", "http://localhost:3000"),
        ("frame_ancestors", "http://[fd00::1]:8123", "http://[fd00::1]:8123"),
    ],
)
def test_the_configuration_takes_proxies_and_sites(key: str, value: str, kept: str) -> None:
    assert parse({"web": {key: [value]}}).web.model_dump()[key] == [kept]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("trusted_proxies", "nginx"), ("trusted_proxies", "10.0.0.1/8"), ("trusted_proxies", "*"),
        ("trusted_proxies", "0.0.0.0/0"), ("trusted_proxies", "::/0"),
        ("cors_origins", "*"), ("cors_origins", "null"), ("cors_origins", "panel.example.org"),
        ("cors_origins", "https://panel.example.org/page"), ("cors_origins", "https://*.example.org"),
        ("frame_ancestors", "'self'"), ("frame_ancestors", "https://a; script-src *"),
        ("frame_ancestors", "https://a b"),
    ],
)  # fmt: skip
def test_the_configuration_says_what_a_proxy_or_a_site_is(key: str, value: str) -> None:
    with pytest.raises(ConfigError, match=rf"web\.{key}\.0 = .*should be"):
        parse({"web": {key: [value]}})
