"""Visitors: whoever stands before the kiosk may try it with the camera of their own device.

The code on stage shows that they do. It changes with time, and so does nothing need to be kept: a
code, and the pass that it is changed for, are signed with a key that comes of the owner's token.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

CODE_SECONDS = 300.0
"""How long a code is on stage; it is good for as long again."""
PASS_SECONDS = 1800.0
CODE_BYTES, PASS_BYTES = 9, 24


class VisitorPass:
    """Makes codes and passes, and knows its own; `secret` returns what signs them."""

    def __init__(self, secret: Callable[[], str], clock: Callable[[], float] = time.time) -> None:
        self._secret = secret
        self._clock = clock

    @property
    def code(self) -> str:
        """The present code."""
        return self._code(self._period)

    def is_code(self, given: str) -> bool:
        """Tell whether a code is on stage, or was just before."""
        now, before = (self._code(self._period - age) for age in (0, 1))
        is_now = hmac.compare_digest(now.encode(), given.encode())
        return hmac.compare_digest(before.encode(), given.encode()) or is_now

    def open(self) -> str:
        """Return a pass for `PASS_SECONDS`."""
        until = str(int(self._clock() + PASS_SECONDS))
        return f"{until}.{self._sign(f'pass {until}', PASS_BYTES)}"

    def is_open(self, given: str) -> bool:
        """Tell whether a pass is one of ours, and good still."""
        until, _, signature = given.partition(".")
        right = self._sign(f"pass {until}", PASS_BYTES)
        good = hmac.compare_digest(right.encode(), signature.encode())
        return good and self._clock() < float(until)

    @property
    def _period(self) -> int:
        return int(self._clock() // CODE_SECONDS)

    def _code(self, period: int) -> str:
        return self._sign(f"code {period}", CODE_BYTES)

    def _sign(self, text: str, size: int) -> str:
        signature = hmac.new(self._secret().encode(), f"visit {text}".encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(signature.digest()[:size]).decode()
