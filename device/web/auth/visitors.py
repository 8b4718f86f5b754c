"""Visitor access: people in front of the kiosk may try it with their own device's camera.

The code on the stage proves that they are there. The code, and the pass that a browser gets for
it, are signed with the owner's token, so nothing is stored, and a new token revokes them all.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import TYPE_CHECKING

from itsdangerous import BadSignature, Signer, TimestampSigner

if TYPE_CHECKING:
    from collections.abc import Callable

CODE_SECONDS = 300.0
"""A code is shown for this long, and valid for twice as long."""
PASS_SECONDS = 1800.0
CODE_LENGTH = 12
"""Base64 characters, 72 bits: the QR code on the stage stays small."""


class VisitorPass:
    """Issues and checks codes and passes. `secret` returns the present signing key."""

    def __init__(self, secret: Callable[[], str], clock: Callable[[], float] = time.time) -> None:
        self._secret = secret
        self._clock = clock

    @property
    def code(self) -> str:
        """The code to show now."""
        return self._code(self._period)

    def is_code(self, given: str) -> bool:
        """Return whether a code is the present one or its predecessor."""
        present, previous = (self._code(self._period - age).encode() for age in (0, 1))
        is_present = hmac.compare_digest(present, given.encode())
        # Both are compared, so that the time taken reveals nothing.
        return hmac.compare_digest(previous, given.encode()) or is_present

    def issue(self) -> str:
        """Return a pass that is valid for `PASS_SECONDS`."""
        return self._signer().sign(b"visitor").decode()

    def is_pass(self, given: str) -> bool:
        """Return whether a pass has our signature and has not expired."""
        try:
            self._signer().unsign(given, max_age=int(PASS_SECONDS))
        except BadSignature:
            return False
        return True

    @property
    def _period(self) -> int:
        return int(self._clock() // CODE_SECONDS)

    def _code(self, period: int) -> str:
        signer = Signer(
            self._secret(), "visitor-code", key_derivation="hmac", digest_method=hashlib.sha256
        )
        return signer.get_signature(str(period))[:CODE_LENGTH].decode()

    def _signer(self) -> TimestampSigner:
        return _PassSigner(self._secret(), self._clock)


class _PassSigner(TimestampSigner):
    """Signs with the time of an injected clock."""

    def __init__(self, secret: str, clock: Callable[[], float]) -> None:
        super().__init__(
            secret, "visitor-pass", key_derivation="hmac", digest_method=hashlib.sha256
        )
        self._clock = clock

    def get_timestamp(self) -> int:
        return int(self._clock())
