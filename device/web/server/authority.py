"""The kiosk's own certificate authority, which phones can be told to trust.

Its certificate is constrained to the kiosk's names and addresses (RFC 5280, section 4.2.1.10): a
phone that trusts it trusts it for nothing else, even if somebody gets hold of its key.
"""

from __future__ import annotations

import contextlib
import ipaddress
from datetime import timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from device.errors import CertificateError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

AUTHORITY_DAYS = 3650
AUTHORITY_RENEW_DAYS = 400
DAYS = 397
"""Validity of a certificate for a name: the longest that browsers accept."""
RENEW_DAYS = 30


class Authority:
    """Issues certificates. Its own permits only certain names and addresses."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        self.key, self.certificate = key, certificate

    @classmethod
    def create(
        cls, names: Iterable[str], now: datetime, key: ec.EllipticCurvePrivateKey | None = None
    ) -> Authority:
        """Make an authority for names and IP addresses; with `key` it is the same one as before.

        Raises CertificateError for a name that no certificate can hold.
        """
        key = key or new_key()
        permitted = [_constraint(_general_name(one)) for one in names]
        usage = x509.KeyUsage(
            digital_signature=False, key_cert_sign=True, crl_sign=True, content_commitment=False,
            key_encipherment=False, data_encipherment=False, key_agreement=False,
            encipher_only=False, decipher_only=False,
        )  # fmt: skip
        subject = _subject(key.public_key())
        certificate = (
            _builder(subject, subject, key.public_key(), now, AUTHORITY_DAYS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.NameConstraints(permitted, None), critical=True)
            .sign(key, hashes.SHA256())
        )
        return cls(key, certificate)

    @classmethod
    def load(cls, pem: str) -> Authority:
        """Return what `pem` returned. Raises ValueError for anything else."""
        certificate = x509.load_pem_x509_certificate(pem.encode())
        key = load_key(pem)
        if key.public_key() != certificate.public_key():
            raise ValueError("key and certificate do not belong together")
        return cls(key, certificate)

    @property
    def renew_at(self) -> datetime:
        """When it is due for renewal."""
        return self.certificate.not_valid_after_utc - timedelta(days=AUTHORITY_RENEW_DAYS)

    @property
    def pem(self) -> str:
        """Key and certificate."""
        return key_pem(self.key) + certificate_pem(self.certificate)

    def is_valid(self, names: Iterable[str], now: datetime) -> bool:
        """Return whether it permits all these names, and is not due for renewal."""
        try:
            extensions = self.certificate.extensions
            permitted = extensions.get_extension_for_class(x509.NameConstraints).value
        except x509.ExtensionNotFound:
            return False
        known = permitted.permitted_subtrees or []
        permits = all(_constraint(_general_name(one)) in known for one in names)
        return permits and now < self.renew_at

    def issue(self, name: str, key: ec.EllipticCurvePublicKey, now: datetime) -> x509.Certificate:
        """Return a certificate for one name or IP address."""
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Moodlift kiosk")])
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        return (
            _builder(subject, self.certificate.subject, key, now, DAYS)
            .add_extension(x509.SubjectAlternativeName([_general_name(name)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(usage, critical=False)
            .add_extension(issuer, critical=False)
            .sign(self.key, hashes.SHA256())
        )

    def has_issued(self, certificate: x509.Certificate, now: datetime) -> bool:
        """Return whether a certificate is this authority's, and is not due for renewal."""
        try:
            certificate.verify_directly_issued_by(self.certificate)
        except (ValueError, TypeError, InvalidSignature):
            return False
        return now < renew_at(certificate)


def new_key() -> ec.EllipticCurvePrivateKey:
    """Return a new private key."""
    return ec.generate_private_key(ec.SECP256R1())


def load_key(pem: str) -> ec.EllipticCurvePrivateKey:
    """Return the private key in a PEM. Raises ValueError."""
    key = serialization.load_pem_private_key(pem.encode(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("not a key on an elliptic curve")  # noqa: TRY004 - of the file, not of an argument
    return key


def key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    """Return a private key as PEM."""
    form = serialization.PrivateFormat.PKCS8
    encryption = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, encryption).decode("ascii")


def certificate_pem(certificate: x509.Certificate) -> str:
    """Return a certificate as PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")


def renew_at(certificate: x509.Certificate) -> datetime:
    """Return when a certificate for a name is due for renewal."""
    return certificate.not_valid_after_utc - timedelta(days=RENEW_DAYS)


def name_of(certificate: x509.Certificate) -> str:
    """Return the first host name or IP address of a certificate, "" if it has none."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ""
    return next((str(name.value) for name in extension.value), "")


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: datetime,
    days: int,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days - 1))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _subject(key: ec.EllipticCurvePublicKey) -> x509.Name:
    """Return a name that no other kiosk's authority has."""
    digest = x509.SubjectKeyIdentifier.from_public_key(key).digest.hex()
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Moodlift kiosk {digest[:8]}")])


def _general_name(name: str) -> x509.GeneralName:
    with contextlib.suppress(ValueError):
        return x509.IPAddress(ipaddress.ip_address(name))
    try:
        return x509.DNSName(name)
    except ValueError as error:
        raise CertificateError(f"{name}: a certificate's names must be ASCII") from error


def _constraint(name: x509.GeneralName) -> x509.GeneralName:
    """Return what permits one name (and those below it), or one address."""
    if isinstance(name, x509.IPAddress):
        return x509.IPAddress(ipaddress.ip_network(name.value))
    return name
