"""HTTPS with a self-signed certificate or the owner's, on the same port as HTTP."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import ssl
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from cryptography import x509

from device.config.file import parse
from device.config.network import WebConfig
from device.errors import CertificateError, ConfigError
from device.messages import Level
from device.web import Server
from device.web.server import connections
from device.web.server.authority import Authority, certificate_pem, key_pem, name_of, new_key
from device.web.server.tls import AUTHORITY_FILE, CertificateFiles, OwnCertificates
from device.web.service import WebService
from tests.support.browsers import launch, sync_api
from tests.support.connections import connect, receive
from tests.support.kiosks import free_port
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

NAMES = ("kiosk", "kiosk.local", "localhost")
NOW = datetime(2027, 3, 1, tzinfo=UTC)


@pytest.fixture
def certificate(tmp_path: Path) -> OwnCertificates:
    return OwnCertificates(tmp_path, NAMES, "127.0.0.1")


@pytest.fixture
def tls_server(app: Flask, certificate: OwnCertificates) -> Iterator[Server]:
    server = Server(app, "127.0.0.1", 0, certificate)
    server.start()
    yield server
    server.stop()


def port(server: Server) -> int:
    return urlsplit(server.address).port or 0


def client_context(folder: Path) -> ssl.SSLContext:
    """Return the context of a client that trusts the kiosk's certificate and checks its name."""
    return ssl.create_default_context(cafile=str(folder / AUTHORITY_FILE))


def test_pages_and_streams_are_served_over_tls(tls_server: Server, tmp_path: Path) -> None:
    assert tls_server.address.startswith("https://127.0.0.1:")
    for name in ("127.0.0.1", "localhost"):
        client = http.client.HTTPSConnection(
            name, port(tls_server), context=client_context(tmp_path), timeout=5
        )
        client.request("GET", "/api/v1/events")
        response = client.getresponse()
        assert response.readline() == b"retry: 2000\n"
        response.close()
        client.close()


def test_a_cookie_set_over_tls_is_never_sent_without(
    tls_server: Server, auth: Any, tmp_path: Path
) -> None:
    client = http.client.HTTPSConnection(
        "localhost", port(tls_server), context=client_context(tmp_path), timeout=5
    )
    client.request("POST", f"/pair/{auth.pairing.show()}")
    assert "Secure" in (client.getresponse().headers["Set-Cookie"] or "")
    client.close()


def test_requests_without_tls_are_redirected(tls_server: Server) -> None:
    client = http.client.HTTPConnection("127.0.0.1", port(tls_server), timeout=5)
    client.request("GET", "/history?span=day%0d%0aX: y".replace(" ", "%20"))
    response = client.getresponse()
    assert response.status == 308
    assert response.headers["Location"] == f"{tls_server.address}history?span=day%0d%0aX:%20y"
    response.read()
    client.request("GET", "/api/v1/status")
    assert client.getresponse().headers["Location"] == f"{tls_server.address}api/v1/status"
    client.close()


def test_silence_and_half_a_handshake_are_cut_off(
    tls_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HANDSHAKE_SECONDS", 0.4)
    for start in (b"", b"\x16", b"\x16\x03\x01\x02\x00\x01\x00"):
        with connect(tls_server) as one:
            one.sendall(start)
            started = time.monotonic()
            assert one.recv(100) == b""
            assert time.monotonic() - started < 3


def test_half_a_request_without_tls_is_cut_off(
    app: Flask, certificate: OwnCertificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connections.LIMITS, "idle_connection_timeout", 0.4)
    server = Server(app, "127.0.0.1", 0, certificate)
    server.start()
    with connect(server) as one:
        one.sendall(b"GET / HT")
        assert one.recv(100) == b""
    server.stop()


def test_a_browser_that_does_not_trust_the_certificate_hangs_up(tls_server: Server) -> None:
    with connect(tls_server) as one, pytest.raises(ssl.SSLCertVerificationError):
        ssl.create_default_context().wrap_socket(one, server_hostname="localhost")


def test_old_tls_is_refused(tls_server: Server) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    with pytest.warns(DeprecationWarning):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        connect(tls_server) as one,
        pytest.raises(ssl.SSLError),
    ):
        old.wrap_socket(one)


def test_stop_closes_connections_without_a_handshake(tls_server: Server) -> None:
    held = [connect(tls_server) for _ in range(20)]
    tls_server.stop()
    for one in held:
        with contextlib.suppress(ConnectionError):
            assert one.recv(1) == b""
        one.close()


@pytest.mark.parametrize("start", [b"", b"\x16\x03\x01\x02\x00\x01\x00"])
def test_a_connection_that_is_reset_frees_its_place(
    tls_server: Server, monkeypatch: pytest.MonkeyPatch, start: bytes
) -> None:
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", 5)
    reset_on_close = b"\x01\x00\x00\x00\x00\x00\x00\x00"
    for _ in range(20):
        with connect(tls_server) as one:
            one.sendall(start)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset_on_close)

    def served() -> bool:
        with connect(tls_server) as one:
            one.sendall(b"GET / HTTP/1.1\r\nHost: kiosk\r\n\r\n")
            return receive(one, 12) == b"HTTP/1.1 308"

    until(served)


def test_without_a_disk_it_lasts_as_long_as_the_process(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (None, tmp_path / "file"):
        server = Server(app, "127.0.0.1", 0, OwnCertificates(folder, NAMES, "127.0.0.1"))
        server.start()
        assert ssl.get_server_certificate(("127.0.0.1", port(server))).startswith("-----BEGIN")
        server.stop()


@pytest.fixture
def owners(tmp_path: Path) -> tuple[Path, Path]:
    """Files as an owner has them: a certificate and its key apart."""
    return write(tmp_path, "mood.example.org")


def write(folder: Path, name: str) -> tuple[Path, Path]:
    own = new_key()
    issued = Authority.create([name], NOW).issue(name, own.public_key(), NOW)
    certificate, key = folder / "fullchain.pem", folder / "private.pem"
    certificate.write_text(certificate_pem(issued))
    key.write_text(key_pem(own))
    return certificate, key


def test_the_owners_certificate_is_served_and_reloaded(
    app: Flask, owners: tuple[Path, Path], tmp_path: Path
) -> None:
    own = CertificateFiles(*owners)
    server = Server(app, "127.0.0.1", 0, own)
    server.start()

    def shown() -> str:
        pem = ssl.get_server_certificate(("127.0.0.1", port(server)))
        return name_of(x509.load_pem_x509_certificate(pem.encode()))

    assert shown() == "mood.example.org"
    time.sleep(0.02)
    write(tmp_path, "new.example.org")
    own.refresh()
    assert shown() == "new.example.org"
    server.stop()


def test_unusable_files_are_named(owners: tuple[Path, Path], tmp_path: Path) -> None:
    certificate, key = owners
    with pytest.raises(CertificateError, match=r"nowhere\.pem: No such file"):
        CertificateFiles(certificate, tmp_path / "nowhere.pem")
    (other := tmp_path / "other").mkdir()
    with pytest.raises(CertificateError, match="do not belong together"):
        CertificateFiles(certificate, write(other, "x.example")[1])
    key.write_text("nonsense")
    with pytest.raises(CertificateError, match="not PEM"):
        CertificateFiles(certificate, key)


def test_the_owners_files_may_be_in_a_home_directory(
    kiosk: Any, owners: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(owners[0].parent))
    files: dict[str, Any] = {"certificate": "~/fullchain.pem", "key": "~/private.pem"}
    page = WebService(WebConfig(https="own", port=free_port(), **files), kiosk.services())
    page.tick(0.0)
    assert page.health == (Level.OK, page.address)
    page.close()


def test_a_name_that_no_certificate_can_hold_is_reported(
    kiosk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page is looked after in the frame loop."""
    monkeypatch.setattr(socket, "gethostname", lambda: "küche")
    page = WebService(WebConfig(https="auto", port=free_port()), kiosk.services())
    page.tick(0.0)
    assert (page.address, level(page)) == (None, Level.FAILED)
    assert page.health[1].endswith(": a certificate's names must be ASCII")


@pytest.mark.parametrize(
    "values", [{"https": "own"}, {"https": "own", "key": "x"}, {"https": "yes"}]
)
def test_an_incomplete_configuration_is_an_error(values: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="https"):
        parse({"web": values})


def test_a_page_without_its_certificate_is_not_served_and_says_why(
    kiosk: Any, owners: tuple[Path, Path]
) -> None:
    certificate, key = owners
    files: dict[str, Any] = {"certificate": str(certificate), "key": str(key)}
    config = WebConfig(https="own", port=free_port(), **files)
    certificate.rename(certificate.with_suffix(".away"))
    page = WebService(config, kiosk.services())
    page.tick(0.0)
    assert (page.address, level(page)) == (None, Level.FAILED)
    assert "fullchain.pem: No such file" in page.health[1]
    certificate.with_suffix(".away").rename(certificate)
    page.tick(100.0)
    assert (page.address or "").startswith("https://")
    assert level(page) is Level.OK
    certificate.unlink()
    page.tick(200.0)
    assert page.address
    assert level(page) is Level.FAILED
    page.close()


def level(page: WebService) -> Level:
    return page.health[0]


@pytest.mark.slow
def test_a_browser_is_in_a_secure_context(tls_server: Server, auth: Any) -> None:
    with launch() as browser:
        context = browser.new_context(ignore_https_errors=True)
        page = context.new_page()
        assert auth.visitors
        page.goto(f"{tls_server.address}visit/{auth.visitors.code}")
        page.get_by_role("button", name="Let me try it").click()
        assert page.evaluate("window.isSecureContext")
        sync_api.expect(page.locator("#start")).to_be_enabled()
        page.goto(tls_server.address.replace("https", "http"))
        assert page.url == tls_server.address
        status = page.evaluate("fetch('/api/v1/status').then((response) => response.text())")
        assert json.loads(status)["level"] == "ok"
        context.close()
