"""The page's certificate for HTTPS: self-signed, or the owner's.

A browser asks once whether to trust a self-signed one. The traffic is encrypted all the same.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from device.errors import CertificateError
from device.system.files import read_text, write_private
from device.web.server.lan import reached_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

FILE = "certificate.pem"
DAYS = 397
"""Validity of a self-signed certificate: the longest that browsers accept."""
RENEW_DAYS = 30
EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
"""A clock before this is wrong, as that of a Pi without network is."""
LOOPBACK = ("127.0.0.1", "::1")


class Certificate(Protocol):
    """A certificate and its key."""

    context: ssl.SSLContext

    def refresh(self) -> None:
        """Reload or renew it if that is due. Raises CertificateError."""


class CertificateFiles:
    """The owner's files, reloaded when they change. Raises CertificateError."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self._certificate, self._key = certificate, key
        self._stamp: tuple[int, int] | None = None
        self.context = _context()
        self.refresh()

    def refresh(self) -> None:
        """Load the files if they changed. Raises CertificateError."""
        try:
            stamp = (self._certificate.stat().st_mtime_ns, self._key.stat().st_mtime_ns)
            if stamp != self._stamp:
                certificate, key = read_text(self._certificate), read_text(self._key)
                with _as_file(certificate) as one, _as_file(key) as other:
                    self.context.load_cert_chain(one, other, password="")
                self._stamp = stamp
        except ssl.SSLError as error:
            reason = "they do not belong together, or one of them is not PEM"
            raise CertificateError(f"{self._certificate}, {self._key}: {reason}") from error
        except OSError as error:
            raise CertificateError(f"{error.filename}: {error.strerror}") from error


class SelfSignedCertificate:
    """A self-signed certificate for host names and addresses, kept in `folder`.

    It is renewed a month before it expires, and when a name or the address changes. Without a
    folder, or if that is read-only, it lasts as long as the process. Raises CertificateError.
    """

    def __init__(
        self,
        folder: Path | None,
        names: Iterable[str],
        host: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._path = folder / FILE if folder else None
        self._names, self._host = tuple(sorted(names)), host
        self._clock = clock
        self._pem = self._read()
        self._loaded = ""
        self.context = _context()
        self.refresh()

    def refresh(self) -> None:
        """Renew it if that is due. Raises CertificateError."""
        names = (*self._names, *dict.fromkeys((*LOOPBACK, *_address(self._host))))
        if not self._is_valid(names):
            self._pem = self_signed(names, max(self._clock(), EARLIEST))
            self._write()
        if self._pem != self._loaded:
            with _as_file(self._pem) as path:
                self.context.load_cert_chain(path)
            self._loaded = self._pem

    def _is_valid(self, names: tuple[str, ...]) -> bool:
        try:
            certificate = x509.load_pem_x509_certificate(self._pem.encode())
            serialization.load_pem_private_key(self._pem.encode(), None)
        except ValueError:
            return False
        renew_at = certificate.not_valid_after_utc - timedelta(days=RENEW_DAYS)
        has_names = set(names) <= set(names_of(certificate))
        return has_names and max(self._clock(), EARLIEST) < renew_at

    def _read(self) -> str:
        try:
            return self._path.read_text("ascii") if self._path else ""
        except (OSError, ValueError):
            return ""

    def _write(self) -> None:
        if self._path:
            with contextlib.suppress(OSError):
                write_private(self._path, self._pem)


def self_signed(names: Iterable[str], now: datetime) -> str:
    """Return a new key and a self-signed certificate for names and IP addresses, both as PEM.

    Raises CertificateError.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Moodlift kiosk")])
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=DAYS - 1))
        .add_extension(x509.SubjectAlternativeName([_name(one) for one in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return (private + certificate.public_bytes(serialization.Encoding.PEM)).decode("ascii")


def names_of(certificate: x509.Certificate) -> list[str]:
    """Return the host names and IP addresses of a certificate."""
    extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return [str(name.value) for name in extension.value]


def _name(name: str) -> x509.GeneralName:
    with contextlib.suppress(ValueError):
        return x509.IPAddress(ipaddress.ip_address(name))
    try:
        return x509.DNSName(name)
    except ValueError as error:
        raise CertificateError(f"{name}: a certificate's names must be ASCII") from error


def _address(host: str) -> list[str]:
    """Return the IP address under which the page is reached, if it is one."""
    address = reached_at(host)
    with contextlib.suppress(ValueError):
        if not ipaddress.ip_address(address).is_unspecified:
            return [address]
    return []


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@contextlib.contextmanager
def _as_file(pem: str) -> Iterator[str]:
    """Lend a file in memory: OpenSSL reads keys from files only, and the disk may be read-only."""
    descriptor = os.memfd_create("certificate")
    try:
        os.write(descriptor, pem.encode())
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)
