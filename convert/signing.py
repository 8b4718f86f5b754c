"""Sign a bundle and pack it into one file that kiosks install."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from convert.errors import ConvertError
from device.models import archive as archives
from device.models.archive import Archive
from device.models.keyring import key_id
from device.models.signature import Signature, statement
from device.system.files import decode
from device.vision import bundle as bundles

if TYPE_CHECKING:
    from pathlib import Path

PRIVATE, PUBLIC = "moodlift-private.pem", "moodlift-public.pem"


def keygen(folder: Path) -> str:
    """Make a key pair in a folder, the private key readable by its owner only; return its id.

    Raises ConvertError when there is one already, or it cannot be written.
    """
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, content, mode in ((PRIVATE, private, 0o600), (PUBLIC, public, 0o644)):
            number = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with os.fdopen(number, "wb") as file:
                file.write(content)
    except OSError as error:
        raise ConvertError(f"{error.filename or folder}: {error.strerror}") from error
    return key_id(key.public_key())


def pack(bundle: Path, key: Path | None, target: Path) -> None:
    """Write a bundle's folder as one file, signed if there is a key.

    Raises BundleError when the bundle is invalid, ConvertError when the key is, or the file cannot
    be written.
    """
    folder = bundles.load(bundle).path
    try:
        names = (bundles.MODEL, bundles.MANIFEST, bundles.CANARY)
        files = {name: (folder / name).read_bytes() for name in names}
        signature = None if key is None else sign(files, _private_key(key.read_bytes()))
        content = archives.write(Archive(files, signature))
        archives.read(content)
        target.write_bytes(content)
    except OSError as error:
        raise ConvertError(f"{error.filename}: {error.strerror}") from error


def sign(files: dict[str, bytes], key: Ed25519PrivateKey) -> bytes:
    """Return the text of a signature over a bundle's files."""
    return Signature(key_id(key.public_key()), key.sign(statement(files))).as_json()


def _private_key(pem: bytes) -> Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(decode(pem).encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ConvertError("not a private key in PEM without a password") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ConvertError("not an Ed25519 key; `moodlift-convert keygen` makes one")
    return key
