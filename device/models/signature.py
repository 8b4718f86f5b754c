"""The signature of a bundle (Ed25519, RFC 8032).

    signature.json   {"schema": 1, "key": "<id>", "signature": "<base64>"}

The signature covers `statement`: a line with its purpose, and one with the SHA-256 of each file, in
the order of their names.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from device.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA = 1
PURPOSE = "moodlift model bundle 1"
ID_LENGTH = 16
"""Hexadecimal digits of a key's id."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature of 64 bytes, and the id of the key that made it."""

    key: str
    content: bytes

    def as_json(self) -> bytes:
        """Return the content of the file."""
        text = base64.b64encode(self.content).decode("ascii")
        values = {"schema": SCHEMA, "key": self.key, "signature": text}
        return (json.dumps(values, indent=2) + "\n").encode()


def statement(files: Mapping[str, bytes]) -> bytes:
    """Return the text to sign for files, by their names."""
    sums = [f"{hashlib.sha256(files[name]).hexdigest()}  {name}" for name in sorted(files)]
    return "".join(f"{line}\n" for line in (PURPOSE, *sums)).encode("ascii")


def parse(text: bytes) -> Signature:
    """Read a signature. Raises BundleError."""
    try:
        values = json.loads(text)
        if values["schema"] != SCHEMA:
            raise BundleError(f"unknown signature schema {values['schema']!r}")
        content = base64.b64decode(values["signature"], validate=True)
        return Signature(str(values["key"])[:ID_LENGTH], content)
    except BundleError:
        raise
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BundleError(f"the signature cannot be read: {error}") from error
