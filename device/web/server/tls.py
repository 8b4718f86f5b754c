"""The page's certificates for HTTPS: the kiosk's own authority issues them, or the owner has some.

A browser asks once whether to trust the kiosk's, unless its authority was installed there. The
traffic is encrypted all the same.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import ssl
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from device.errors import CertificateError
from device.system.files import read_pem, write_private
from device.web.server.authority import (
    Authority,
    certificate_pem,
    key_pem,
    load_key,
    name_of,
    new_key,
    renew_at,
)
from device.web.server.lan import reached_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

FILE, AUTHORITY_FILE = "certificate.pem", "authority.pem"
EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
"""A clock before this is wrong, as that of a Pi without network is."""
LOOPBACK = ("127.0.0.1", "::1")


class Certificate(Protocol):
    """A certificate and its key. `authority` is who issued it (DER), where that is the kiosk."""

    context: ssl.SSLContext

    @property
    def authority(self) -> bytes | None:
        """The certificate that browsers may be told to trust."""

    def refresh(self) -> None:
        """Reload or renew it if that is due. Raises CertificateError."""


class CertificateFiles:
    """The owner's files, reloaded when they change. Raises CertificateError."""

    authority = None

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
                certificate, key = read_pem(self._certificate), read_pem(self._key)
                with _as_file(certificate) as one, _as_file(key) as other:
                    self.context.load_cert_chain(one, other, password="")
                self._stamp = stamp
        except ssl.SSLError as error:
            reason = "they do not belong together, or one of them is not PEM"
            raise CertificateError(f"{self._certificate}, {self._key}: {reason}") from error
        except OSError as error:
            raise CertificateError(f"{error.filename}: {error.strerror}") from error


class OwnCertificates:
    """A certificate for each of the kiosk's names and addresses, all of its own authority.

    Each has one name, so that a phone that trusts the authority for some names goes on to trust
    these when others change. They are kept in `folder`, as is the authority, and renewed a month
    before they expire. Without a folder, or if that is read-only, they last as long as the process.
    Raises CertificateError.
    """

    def __init__(
        self,
        folder: Path | None,
        names: Iterable[str],
        host: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._folder = folder
        self._names, self._host = tuple(sorted(names)), host
        self._clock = clock
        self._authority = self._load_authority()
        self._key, self._issued = self._load_issued()
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._checked: list[str] = []
        self._renew_at = EARLIEST
        self.context = _context()
        self.context.sni_callback = self._choose
        self.refresh()

    @property
    def authority(self) -> bytes:
        """The authority's certificate (DER)."""
        assert self._authority
        return self._authority.certificate.public_bytes(serialization.Encoding.DER)

    def refresh(self) -> None:
        """Renew what is due. Raises CertificateError."""
        own = (*_address(self._host), *LOOPBACK, *self._names)
        names = list(dict.fromkeys(map(_without_scope, own)))
        now = max(self._clock(), EARLIEST)
        if names == self._checked and now < self._renew_at:
            return  # the stage waits: checking signatures would take a Pi some milliseconds
        authority = self._authority
        if authority is None or not authority.is_valid(names, now):
            # With its old key, so that those who trust it for other names need not be told again.
            authority = Authority.create(names, now, authority.key if authority else None)
            self._authority = authority
            self._write(AUTHORITY_FILE, authority.pem)
        due = [one for one in names if not self._is_valid(one, authority, now)]
        if due:
            key = self._key.public_key()
            self._issued |= {name: authority.issue(name, key, now) for name in due}
            self._issued = {name: self._issued[name] for name in names}
            issued = "".join(map(certificate_pem, self._issued.values()))
            self._write(FILE, key_pem(self._key) + issued)
        if due or not self._contexts:
            self._load(names[0])
        self._checked = names
        self._renew_at = min(authority.renew_at, *map(renew_at, self._issued.values()))

    def _is_valid(self, name: str, authority: Authority, now: datetime) -> bool:
        issued = self._issued.get(name)
        return issued is not None and authority.has_issued(issued, now)

    def _load(self, default: str) -> None:
        """Use the certificates; who asks for an unknown name gets that of `default`."""
        contexts = {}
        for name, certificate in self._issued.items():
            contexts[name] = _context()
            with _as_file(key_pem(self._key) + certificate_pem(certificate)) as path:
                contexts[name].load_cert_chain(path)
                if name == default:
                    self.context.load_cert_chain(path)
        self._contexts = contexts

    def _choose(self, connection: Any, name: str | None, _: ssl.SSLContext) -> None:
        """Serve the certificate of the name or address by which a client came."""
        found = self._contexts.get(name.lower() if name else _local_address(connection))
        if found:
            connection.context = found

    def _load_authority(self) -> Authority | None:
        try:
            return Authority.load(self._read(AUTHORITY_FILE))
        except ValueError:
            return None

    def _load_issued(self) -> tuple[EllipticCurvePrivateKey, dict[str, x509.Certificate]]:
        pem = self._read(FILE)
        try:
            key = load_key(pem)
            certificates = x509.load_pem_x509_certificates(pem.encode())
        except ValueError:
            return new_key(), {}
        own = (one for one in certificates if one.public_key() == key.public_key())
        return key, {name_of(one): one for one in own}

    def _read(self, name: str) -> str:
        try:
            return (self._folder / name).read_text("ascii") if self._folder else ""
        except (OSError, ValueError):
            return ""

    def _write(self, name: str, pem: str) -> None:
        if self._folder:
            with contextlib.suppress(OSError):
                write_private(self._folder / name, pem)


def _local_address(connection: Any) -> str:
    """Return the address of this machine that a client has connected to."""
    address = ipaddress.ip_address(_without_scope(connection.getsockname()[0]))
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def _without_scope(name: str) -> str:
    """Return an address without the interface it belongs to, which certificates do not have."""
    with contextlib.suppress(ValueError):
        return str(ipaddress.ip_address(name.partition("%")[0]))
    return name


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
        os.write(descriptor, pem.encode("ascii"))
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)
