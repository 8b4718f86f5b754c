"""The kiosk's own certificate authority, as phones, OpenSSL and the files see it."""

from __future__ import annotations

import hashlib
import http.client
import shutil
import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from device.web import Server
from device.web.context import context_of
from device.web.server.authority import (
    AUTHORITY_DAYS,
    AUTHORITY_RENEW_DAYS,
    DAYS,
    RENEW_DAYS,
    Authority,
    certificate_pem,
    key_pem,
    name_of,
    new_key,
)
from device.web.server.tls import AUTHORITY_FILE, EARLIEST, FILE, OwnCertificates
from tests.support.needs import need

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

NAMES = ("kiosk", "kiosk.local", "localhost")
ALL = {*NAMES, "127.0.0.1", "::1"}
NOW = datetime(2027, 3, 1, tzinfo=UTC)


def start(folder: Path | None, *names: str, now: datetime = NOW) -> OwnCertificates:
    return OwnCertificates(folder, names or NAMES, "127.0.0.1", lambda: now)


def issued(folder: Path) -> dict[str, x509.Certificate]:
    """Return the stored certificates by their names."""
    found = x509.load_pem_x509_certificates((folder / FILE).read_bytes())
    return {name_of(one): one for one in found}


def authority(folder: Path) -> Authority:
    return Authority.load((folder / AUTHORITY_FILE).read_text())


def trusted(folder: Path) -> Path:
    """Write the certificate that a phone installs now; return its file."""
    file = folder / "installed.pem"
    file.write_text(certificate_pem(authority(folder).certificate))
    return file


def verify(installed: Path, certificate: x509.Certificate, name: str = "") -> str:
    """Return what OpenSSL says of a certificate: "OK", or what is wrong."""
    need(program := shutil.which("openssl"), "openssl")
    name = name or name_of(certificate)
    kind = "-verify_ip" if ":" in name or name[0].isdigit() else "-verify_hostname"
    command = [program, "verify", "-x509_strict", "-purpose", "sslserver", "-attime"]
    command += [str(int(NOW.timestamp())), "-CAfile", str(installed), kind, name]
    pem = certificate_pem(certificate)
    done = subprocess.run(
        [str(one) for one in command], input=pem, capture_output=True, text=True, check=False
    )
    return "OK" if done.returncode == 0 and done.stdout == "stdin: OK\n" else done.stderr


def test_openssl_trusts_each_certificate_for_its_own_name(tmp_path: Path) -> None:
    start(tmp_path)
    found, installed = issued(tmp_path), trusted(tmp_path)
    assert set(found) == ALL
    for name, certificate in found.items():
        assert verify(installed, certificate) == "OK"
        other = "::1" if name == "127.0.0.1" else "127.0.0.1"
        assert "mismatch" in verify(installed, certificate, other)


@pytest.mark.parametrize(
    "name", ["bank.example", "notkiosk", "xkiosk.local", "127.0.0.2", "192.0.2.1", "::2"]
)
def test_its_key_vouches_for_no_other_machine(tmp_path: Path, name: str) -> None:
    start(tmp_path)
    forged = authority(tmp_path).issue(name, new_key().public_key(), NOW)
    assert "permitted subtree violation" in verify(trusted(tmp_path), forged)


def test_it_may_make_no_further_authority(tmp_path: Path) -> None:
    start(tmp_path)
    extensions = authority(tmp_path).certificate.extensions
    basic = extensions.get_extension_for_class(x509.BasicConstraints)
    assert (basic.critical, basic.value.ca, basic.value.path_length) == (True, True, 0)
    assert extensions.get_extension_for_class(x509.NameConstraints).critical


def test_files_are_private_and_kept(tmp_path: Path) -> None:
    first = start(tmp_path).authority
    before = {name: (tmp_path / name).read_bytes() for name in (FILE, AUTHORITY_FILE)}
    for name in before:
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    assert start(tmp_path).authority == first
    assert {name: (tmp_path / name).read_bytes() for name in before} == before


def test_certificates_are_renewed_a_month_before_they_expire(tmp_path: Path) -> None:
    start(tmp_path)
    first, authority_then = issued(tmp_path), authority(tmp_path).pem
    for certificate in first.values():
        valid = certificate.not_valid_after_utc - certificate.not_valid_before_utc
        assert valid == timedelta(days=DAYS) < timedelta(days=398)
    soon = NOW + timedelta(days=DAYS - RENEW_DAYS - 2)
    start(tmp_path, now=soon)
    assert issued(tmp_path) == first
    start(tmp_path, now=soon + timedelta(days=2))
    second = issued(tmp_path)
    assert set(second) == set(first)
    assert not set(second.values()) & set(first.values())
    assert authority(tmp_path).pem == authority_then


def test_what_was_installed_stays_good_when_names_change(tmp_path: Path) -> None:
    start(tmp_path)
    before, installed = issued(tmp_path), trusted(tmp_path)
    start(tmp_path, *NAMES[1:], "mood.example.org")
    after = issued(tmp_path)
    assert set(after) == ALL - {"kiosk"} | {"mood.example.org"}
    new = after.pop("mood.example.org")
    assert after == {name: one for name, one in before.items() if name != "kiosk"}
    assert "permitted subtree violation" in verify(installed, new)
    newer = trusted(tmp_path)
    assert verify(newer, new) == verify(newer, after["localhost"]) == "OK"
    assert "permitted subtree violation" in verify(newer, before["kiosk"])


def test_an_authority_that_permits_more_is_kept(tmp_path: Path) -> None:
    first = start(tmp_path, *NAMES, "mood.example.org").authority
    assert start(tmp_path).authority == first
    assert set(issued(tmp_path)) == {*ALL, "mood.example.org"}


def test_the_authority_is_renewed_with_its_key(tmp_path: Path) -> None:
    start(tmp_path)
    first, installed = authority(tmp_path), trusted(tmp_path)
    late = NOW + timedelta(days=AUTHORITY_DAYS - AUTHORITY_RENEW_DAYS)
    start(tmp_path, now=late)
    second = authority(tmp_path)
    assert second.certificate != first.certificate
    assert second.certificate.public_key() == first.certificate.public_key()
    assert second.certificate.subject == first.certificate.subject
    assert installed.read_text() == certificate_pem(first.certificate)


def test_two_kiosks_have_two_names(tmp_path: Path) -> None:
    folders = tmp_path / "a", tmp_path / "b"
    for folder in folders:
        start(folder)
    assert len({authority(folder).certificate.subject for folder in folders}) == 2


def self_signed(names: list[str]) -> str:
    """Return what Moodlift 0.1 and 0.2 kept: a key, and a certificate that it signed itself."""
    key = new_key()
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Moodlift kiosk")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=300))
        .add_extension(x509.SubjectAlternativeName(list(map(x509.DNSName, names))), critical=False)
        .sign(key, hashes.SHA256())
    )
    return key_pem(key) + certificate_pem(certificate)


@pytest.mark.parametrize("old", ["0.1", "nonsense", "", "\udcff"])
@pytest.mark.parametrize("file", [FILE, AUTHORITY_FILE])
def test_what_an_older_version_or_a_fault_left_is_replaced(
    tmp_path: Path, old: str, file: str
) -> None:
    content = self_signed(list(NAMES)) if old == "0.1" else old
    start(tmp_path)
    (tmp_path / file).write_bytes(content.encode(errors="surrogateescape"))
    start(tmp_path)
    installed = trusted(tmp_path)
    assert set(issued(tmp_path)) == ALL
    for certificate in issued(tmp_path).values():
        assert verify(installed, certificate) == "OK"


def test_a_clock_that_is_not_set_yet_makes_no_certificate_of_1970(tmp_path: Path) -> None:
    clock = [datetime(1970, 1, 1, tzinfo=UTC)]
    own = OwnCertificates(tmp_path, NAMES, "127.0.0.1", lambda: clock[0])
    stored = issued(tmp_path)["kiosk"]
    assert stored.not_valid_before_utc > EARLIEST - timedelta(days=2)
    clock[0] = EARLIEST + timedelta(days=3 * 365)
    own.refresh()
    stored = issued(tmp_path)["kiosk"]
    assert stored.not_valid_before_utc < clock[0] < stored.not_valid_after_utc


def test_an_address_is_the_same_on_each_interface(tmp_path: Path) -> None:
    start(tmp_path, "kiosk", "fe80::1%eth0")
    first = issued(tmp_path)
    assert "fe80::1" in first
    start(tmp_path, "kiosk", "fe80::1%eth0")
    assert issued(tmp_path) == first


@pytest.fixture
def served(app: Flask, tmp_path: Path) -> Iterator[Server]:
    """A kiosk with HTTPS as it is now."""
    own = OwnCertificates(tmp_path, NAMES, "127.0.0.1")
    context_of(app).certificate = own
    server = Server(app, "127.0.0.1", 0, own)
    server.start()
    yield server
    server.stop()


def test_a_client_that_trusts_the_authority_is_served_by_name_and_address(
    served: Server, tmp_path: Path
) -> None:
    port = urlsplit(served.address).port
    context = ssl.create_default_context(cafile=str(trusted(tmp_path)))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    for name in ("127.0.0.1", "localhost"):
        client = http.client.HTTPSConnection(name, port, context=context, timeout=5)
        client.request("GET", "/healthz")
        assert client.getresponse().status == 200
        client.close()


@pytest.mark.parametrize("kind", [http.client.HTTPConnection, http.client.HTTPSConnection])
def test_the_certificate_is_offered_with_and_without_tls(
    served: Server, tmp_path: Path, kind: Any
) -> None:
    options: dict[str, Any] = {}
    if kind is http.client.HTTPSConnection:
        options["context"] = ssl._create_unverified_context()
    client = kind("127.0.0.1", urlsplit(served.address).port, timeout=5, **options)
    client.request("GET", "/ca.crt")
    answer = client.getresponse()
    content = answer.read()
    assert content == authority(tmp_path).certificate.public_bytes(Encoding.DER)
    assert answer.headers["Content-Type"] == "application/x-x509-ca-cert"
    assert 'filename="moodlift-ca.crt"' in answer.headers["Content-Disposition"]
    client.request("GET", "/certificate")
    page = client.getresponse().read().decode()
    digest = hashlib.sha256(content).digest()
    assert digest.hex(":").upper() in page
    assert "Android" in page
    assert "iPhone" in page
    client.request("GET", "/static/style.css")
    assert client.getresponse().status == 200
    client.close()


def test_a_kiosk_without_an_authority_says_so(nobody: FlaskClient) -> None:
    for path in ("/ca.crt", "/certificate"):
        answer = nobody.get(path)
        assert answer.status_code == 404
        assert "no certificate authority of its own" in answer.text
    assert "Trust this kiosk" not in nobody.get("/").text
