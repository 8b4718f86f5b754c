"""HTTPS: with a certificate of the kiosk's own, or the owner's, and nothing on the way."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import ssl
import time
from datetime import UTC, datetime, timedelta
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
from device.web.server.tls import (
    DAYS,
    EARLIEST,
    FILE,
    OwnCertificate,
    OwnersCertificate,
    make,
    names_of,
)
from device.web.service import WebService
from tests.support.browsers import launch, sync_api
from tests.support.kiosks import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

NAMES = ("kiosk", "kiosk.local", "localhost")
NOW = datetime(2027, 3, 1, tzinfo=UTC)


@pytest.fixture
def made(tmp_path: Path) -> OwnCertificate:
    return OwnCertificate(tmp_path, NAMES, "127.0.0.1")


@pytest.fixture
def secure(app: Flask, made: OwnCertificate) -> Iterator[Server]:
    server = Server(app, "127.0.0.1", 0, made)
    server.start()
    yield server
    server.stop()


def port(server: Server) -> int:
    return urlsplit(server.address).port or 0


def trusting(folder: Path) -> ssl.SSLContext:
    """Return what a client needs that trusts the kiosk's certificate, and checks its name."""
    return ssl.create_default_context(cafile=str(folder / FILE))


def kept(folder: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / FILE).read_bytes())


def test_pages_and_streams_come_over_tls(secure: Server, tmp_path: Path) -> None:
    assert secure.address.startswith("https://127.0.0.1:")
    for name in ("127.0.0.1", "localhost"):
        client = http.client.HTTPSConnection(
            name, port(secure), context=trusting(tmp_path), timeout=5
        )
        client.request("GET", "/api/v1/events")
        answer = client.getresponse()
        assert answer.readline() == b"retry: 2000\n"
        answer.close()
        client.close()


def test_a_cookie_over_tls_never_goes_without(secure: Server, auth: Any, tmp_path: Path) -> None:
    client = http.client.HTTPSConnection(
        "localhost", port(secure), context=trusting(tmp_path), timeout=5
    )
    client.request("GET", f"/pair/{auth.pairing.show()}")
    assert "Secure" in (client.getresponse().headers["Set-Cookie"] or "")
    client.close()


def test_who_comes_without_tls_is_sent_there(secure: Server) -> None:
    client = http.client.HTTPConnection("127.0.0.1", port(secure), timeout=5)
    client.request("GET", "/history?span=day%0d%0aX: y".replace(" ", "%20"))
    answer = client.getresponse()
    assert answer.status == 308
    assert answer.headers["Location"] == f"{secure.address}history?span=day%0d%0aX:%20y"
    answer.read()
    client.request("GET", "/api/v1/status")
    assert client.getresponse().headers["Location"] == f"{secure.address}api/v1/status"
    client.close()


def test_silence_and_half_a_handshake_are_cut_off(
    app: Flask, made: OwnCertificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HANDSHAKE_SECONDS", 0.4)
    monkeypatch.setitem(connections.LIMITS, "idle_connection_timeout", 0.4)
    secure = Server(app, "127.0.0.1", 0, made)
    secure.start()
    for start in (b"", b"\x16", b"\x16\x03\x01\x02\x00\x01\x00", b"GET / HT"):
        with socket.create_connection(("127.0.0.1", port(secure)), timeout=5) as one:
            one.sendall(start)
            begun = time.monotonic()
            assert one.recv(100) == b""
            assert time.monotonic() - begun < 3
    hello = ssl.create_default_context()
    with (
        socket.create_connection(("127.0.0.1", port(secure)), timeout=5) as one,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        hello.wrap_socket(one, server_hostname="localhost")
    secure.stop()


def test_old_tls_is_refused(secure: Server) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    with pytest.warns(DeprecationWarning):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        socket.create_connection(("127.0.0.1", port(secure)), timeout=5) as one,
        pytest.raises(ssl.SSLError),
    ):
        old.wrap_socket(one)


def test_a_server_that_stops_leaves_no_arrival_open(secure: Server) -> None:
    held = [socket.create_connection(("127.0.0.1", port(secure)), timeout=5) for _ in range(20)]
    secure.stop()
    for one in held:
        with contextlib.suppress(ConnectionError):
            assert one.recv(1) == b""
        one.close()


def test_its_certificate_is_for_its_names_private_and_kept(
    made: OwnCertificate, tmp_path: Path
) -> None:
    certificate = kept(tmp_path)
    assert set(names_of(certificate)) == {*NAMES, "127.0.0.1", "::1"}
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    OwnCertificate(tmp_path, NAMES, "127.0.0.1")
    assert kept(tmp_path) == certificate


def test_another_one_is_made_when_it_is_due(tmp_path: Path) -> None:
    now = [NOW]

    def start(*names: str) -> x509.Certificate:
        OwnCertificate(tmp_path, names, "127.0.0.1", lambda: now[0])
        return kept(tmp_path)

    first = start(*NAMES)
    second = start(*NAMES, "mood.example.org")
    assert second != first
    assert start(*NAMES) == second
    now[0] += timedelta(days=DAYS - 32)
    assert start(*NAMES) == second
    now[0] += timedelta(days=3)
    assert start(*NAMES) != second
    (tmp_path / FILE).write_text("nonsense")
    assert set(names_of(start(*NAMES))) >= set(NAMES)


def test_a_clock_that_is_not_set_yet_makes_no_certificate_of_1970(tmp_path: Path) -> None:
    clock = [datetime(1970, 1, 1, tzinfo=UTC)]
    made = OwnCertificate(tmp_path, NAMES, "127.0.0.1", lambda: clock[0])
    assert kept(tmp_path).not_valid_before_utc > EARLIEST - timedelta(days=2)
    clock[0] = EARLIEST + timedelta(days=3 * 365)
    made.refresh()
    assert kept(tmp_path).not_valid_before_utc < clock[0] < kept(tmp_path).not_valid_after_utc


def test_without_a_disk_it_lasts_as_long_as_the_process(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (None, tmp_path / "file"):
        server = Server(app, "127.0.0.1", 0, OwnCertificate(folder, NAMES, "127.0.0.1"))
        server.start()
        assert ssl.get_server_certificate(("127.0.0.1", port(server))).startswith("-----BEGIN")
        server.stop()


@pytest.fixture
def owners(tmp_path: Path) -> tuple[Path, Path]:
    """Files as an owner has them: a certificate and its key apart."""
    return write(tmp_path, "mood.example.org")


def write(folder: Path, name: str) -> tuple[Path, Path]:
    pem = make([name], NOW)
    begin = pem.index("-----BEGIN CERTIFICATE")
    certificate, key = folder / "fullchain.pem", folder / "private.pem"
    certificate.write_text(pem[begin:])
    key.write_text(pem[:begin])
    return certificate, key


def test_the_owners_certificate_is_shown_and_its_successor(
    app: Flask, owners: tuple[Path, Path], tmp_path: Path
) -> None:
    own = OwnersCertificate(*owners)
    server = Server(app, "127.0.0.1", 0, own)
    server.start()

    def shown() -> list[str]:
        pem = ssl.get_server_certificate(("127.0.0.1", port(server)))
        return names_of(x509.load_pem_x509_certificate(pem.encode()))

    assert shown() == ["mood.example.org"]
    time.sleep(0.02)
    write(tmp_path, "new.example.org")
    own.refresh()
    assert shown() == ["new.example.org"]
    server.stop()


def test_files_that_cannot_be_used_are_named(owners: tuple[Path, Path], tmp_path: Path) -> None:
    certificate, key = owners
    with pytest.raises(CertificateError, match=r"nowhere\.pem: No such file"):
        OwnersCertificate(certificate, tmp_path / "nowhere.pem")
    (other := tmp_path / "other").mkdir()
    with pytest.raises(CertificateError, match="do not belong together"):
        OwnersCertificate(certificate, write(other, "x.example")[1])
    key.write_text("nonsense")
    with pytest.raises(CertificateError, match="not PEM"):
        OwnersCertificate(certificate, key)


def test_the_owners_files_may_lie_in_a_home(
    kiosk: Any, owners: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(owners[0].parent))
    files = {"certificate": "~/fullchain.pem", "key": "~/private.pem"}
    page = WebService(WebConfig(https="own", port=free_port(), **files), kiosk.view())
    page.tick(0.0)
    assert page.health == (Level.OK, page.address)
    page.close()


def test_a_name_that_no_certificate_can_hold_is_told(
    kiosk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page is looked after in the frame loop."""
    monkeypatch.setattr(socket, "gethostname", lambda: "küche")
    page = WebService(WebConfig(https="auto", port=free_port()), kiosk.view())
    page.tick(0.0)
    assert (page.address, page.health[0]) == (None, Level.FAILED)
    assert page.health[1].endswith(": a certificate is for names in ASCII only")


@pytest.mark.parametrize(
    "values", [{"https": "own"}, {"https": "own", "key": "x"}, {"https": "yes"}]
)
def test_half_a_configuration_is_a_mistake(values: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="https"):
        parse({"web": values})


def test_a_page_without_its_certificate_is_not_served_and_says_why(
    kiosk: Any, owners: tuple[Path, Path]
) -> None:
    certificate, key = owners
    files = {"certificate": str(certificate), "key": str(key)}
    config = WebConfig(https="own", port=free_port(), **files)
    certificate.rename(certificate.with_suffix(".away"))
    page = WebService(config, kiosk.view())
    page.tick(0.0)
    assert (page.address, page.health[0]) == (None, Level.FAILED)
    assert "fullchain.pem: No such file" in page.health[1]
    certificate.with_suffix(".away").rename(certificate)
    page.tick(100.0)
    assert (page.address or "").startswith("https://")
    assert page.health[0] is Level.OK
    certificate.unlink()
    page.tick(200.0)
    assert page.address
    assert page.health[0] is Level.FAILED
    page.close()


def test_a_browser_is_in_a_secure_context(secure: Server, auth: Any) -> None:
    with launch() as browser:
        context = browser.new_context(ignore_https_errors=True)
        page = context.new_page()
        assert auth.visitors
        page.goto(f"{secure.address}visit/{auth.visitors.code}")
        assert page.evaluate("window.isSecureContext")
        sync_api.expect(page.locator("#start")).to_be_enabled()
        page.goto(secure.address.replace("https", "http"))
        assert page.url == secure.address
        status = page.evaluate("fetch('/api/v1/status').then((answer) => answer.text())")
        assert json.loads(status)["level"] == "ok"
        context.close()
