"""The public keys that this kiosk trusts to sign models."""

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
from device.system.clutter import is_clutter
from device.system.files import decode, write_private
from device.system.paths import state_directory

if TYPE_CHECKING:
    from device.models.archive import Archive

log = logging.getLogger(__name__)

SYSTEM_KEYS = Path("/etc/moodlift/keys")
SUFFIX = ".pem"


class Keyring:
    """Keys as PEM files, in the system's folder and in the kiosk's own, which `trust` adds to."""

    def __init__(self, own: Path | None = None, system: Path = SYSTEM_KEYS) -> None:
        self._own = own or state_directory() / "keys"
        self._system = system

    def keys(self) -> dict[str, tuple[Path, Ed25519PublicKey]]:
        """Return every key by its id, with its file; an invalid file is logged."""
        keys = {}
        for path in sorted([*_files(self._system), *_files(self._own)]):
            try:
                key = public_key(path.read_bytes())
            except (OSError, ModelsError) as error:
                log.warning("%s: not used: %s", path, error)
                continue
            keys[key_id(key)] = (path, key)
        return keys

    def check(self, archive: Archive) -> str:
        """Return the id of the trusted key that an archive is signed with.

        Raises BundleError when it is unsigned, signed with an unknown key, or changed.
        """
        if archive.signature is None:
            raise BundleError("not signed; this kiosk requires a signature")
        found, trusted = signature.parse(archive.signature), self.keys()
        if found.key not in trusted:
            raise BundleError(
                f"signed with the key {found.key}, which this kiosk does not trust; if it is "
                "yours: moodlift model trust KEY.pem"
            )
        try:
            trusted[found.key][1].verify(found.content, signature.statement(archive.files))
        except InvalidSignature as error:
            raise BundleError(
                "the signature does not match: the file is damaged, or was changed after signing"
            ) from error
        return found.key

    def trust(self, pem: bytes) -> str:
        """Add a key; return its id.

        Raises ModelsError for an invalid public key, OutputError when it cannot be written.
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

    def remove(self, name: str) -> None:
        """Remove a key. Raises ModelsError when it is unknown or in the system's folder."""
        path, _ = self.keys().get(name, (None, None))
        if path is None:
            raise ModelsError(f"no trusted key {name}")
        if path.parent != self._own:
            raise ModelsError(f"the key {name} is in {path}, which only its owner may remove")
        try:
            path.unlink()
        except OSError as error:
            raise OutputError(f"{path}: {error.strerror}") from error


def _files(folder: Path) -> list[Path]:
    """Return the keys in a folder, also one whose name ends in .PEM."""
    names = (each for each in folder.glob("*") if not is_clutter(each.name))
    return [each for each in names if each.suffix.lower() == SUFFIX]


def key_id(key: Ed25519PublicKey) -> str:
    """Return the id of a key: the beginning of its SHA-256 in hexadecimal."""
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[: signature.ID_LENGTH]


def public_key(pem: bytes) -> Ed25519PublicKey:
    """Read a public key. Raises ModelsError."""
    try:
        text = decode(pem)
        if "PRIVATE KEY" in text:
            raise ModelsError("this is a private key: keep it secret, and use the public key")
        key = serialization.load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ModelsError("not a public key in PEM format") from error
    if not isinstance(key, Ed25519PublicKey):
        raise ModelsError("not an Ed25519 key; `moodlift-convert keygen` generates one")
    return key
