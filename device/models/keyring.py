"""The public keys whose models this kiosk takes."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from device.errors import BundleError, ModelsError, OutputError
from device.models import signature
from device.system.files import write_private
from device.system.paths import state_directory

if TYPE_CHECKING:
    from device.models.archive import Archive

log = logging.getLogger(__name__)

SYSTEM_KEYS = Path("/etc/moodlift/keys")
PATTERN = "*.pem"


class Keyring:
    """Keys as PEM files in the system's folder and in the kiosk's own, which `trust` adds to."""

    def __init__(self, own: Path | None = None, system: Path = SYSTEM_KEYS) -> None:
        self._own = own or state_directory() / "keys"
        self._system = system

    def keys(self) -> dict[str, tuple[Path, Ed25519PublicKey]]:
        """Return every key by its id, with its file; a file that is none is told in the log."""
        found = {}
        for path in sorted([*self._system.glob(PATTERN), *self._own.glob(PATTERN)]):
            try:
                key = public_key(path.read_bytes())
            except (OSError, ModelsError) as error:
                log.warning("%s: not used: %s", path, error)
                continue
            found[key_id(key)] = (path, key)
        return found

    def check(self, archive: Archive) -> str:
        """Return the id of the trusted key that an archive is signed with.

        Raises BundleError, which says whether it is unsigned, another's or changed.
        """
        if archive.signature is None:
            raise BundleError("not signed, and this kiosk takes only models that are")
        signed, known = signature.parse(archive.signature), self.keys()
        if signed.key not in known:
            raise BundleError(
                f"signed with the key {signed.key}, which this kiosk does not trust; if it is "
                "yours: moodlift model trust KEY.pem"
            )
        try:
            known[signed.key][1].verify(signed.content, signature.statement(archive.files))
        except InvalidSignature as error:
            raise BundleError(
                "its signature is of another content: the file is damaged, or was changed after it "
                "was signed"
            ) from error
        return signed.key

    def trust(self, pem: bytes) -> str:
        """Take models that are signed with a key from now on; return the key's id.

        Raises ModelsError when it is no public key, OutputError when it cannot be kept.
        """
        key = public_key(pem)
        name = key_id(key)
        text = key.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        path = self._own / f"{name}.pem"
        try:
            write_private(path, text.decode("ascii"))
        except OSError as error:
            raise OutputError(f"{path}: {error.strerror}") from error
        return name

    def forget(self, name: str) -> None:
        """Trust a key no longer. Raises ModelsError when it is not known or not ours to remove."""
        path, _ = self.keys().get(name, (None, None))
        if path is None:
            raise ModelsError(f"no key {name} is trusted")
        if path.parent != self._own:
            raise ModelsError(f"the key {name} is {path}, which its owner can remove")
        try:
            path.unlink()
        except OSError as error:
            raise OutputError(f"{path}: {error.strerror}") from error


def key_id(key: Ed25519PublicKey) -> str:
    """Return a key's short name: the beginning of its SHA-256, in hexadecimal."""
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[: signature.ID_LENGTH]


def public_key(pem: bytes) -> Ed25519PublicKey:
    """Read a public key. Raises ModelsError."""
    if b"PRIVATE KEY" in pem:
        raise ModelsError("that is a private key: keep it to yourself, and give the public one")
    try:
        key = serialization.load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ModelsError("not a public key in PEM") from error
    if not isinstance(key, Ed25519PublicKey):
        raise ModelsError("not an Ed25519 key; `moodlift-convert keygen` makes one")
    return key
