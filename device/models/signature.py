"""What is signed of a bundle, and by whom (Ed25519, RFC 8032).

    signature.json   {"schema": 1, "key": "<id>", "signature": "<base64>"}

The signature is over `statement`: a line that says what it is for, and one with the SHA-256 of each
file, in the order of their names.
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
        """Return what goes into the file."""
        text = base64.b64encode(self.content).decode("ascii")
        told = {"schema": SCHEMA, "key": self.key, "signature": text}
        return (json.dumps(told, indent=2) + "\n").encode()


def statement(files: Mapping[str, bytes]) -> bytes:
    """Return what is signed, by the content of each file."""
    sums = [f"{hashlib.sha256(files[name]).hexdigest()}  {name}" for name in sorted(files)]
    return "".join(f"{line}\n" for line in (PURPOSE, *sums)).encode("ascii")


def parse(text: bytes) -> Signature:
    """Read a signature. Raises BundleError."""
    try:
        told = json.loads(text)
        if told["schema"] != SCHEMA:
            raise BundleError(f"signed in a form that is not known here: {told['schema']!r}")
        content = base64.b64decode(told["signature"], validate=True)
        return Signature(str(told["key"])[:ID_LENGTH], content)
    except BundleError:
        raise
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BundleError(f"the signature cannot be read: {error}") from error
