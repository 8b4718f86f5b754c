"""One-time codes that log one browser in within five minutes."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import threading
import time
from typing import TYPE_CHECKING

from device.errors import OutputError
from device.system.files import write_private

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILE = "pairing.json"
VALID_SECONDS = 300.0
REPEAT_SECONDS = 10.0
BYTES = 16
"""Of randomness in a code: 128 bits, which still fit a QR code with large modules."""


class Pairing:
    """The code on the stage, and the one that `moodlift pair` wrote to `folder`."""

    def __init__(self, folder: Path | None, clock: Callable[[], float] = time.time) -> None:
        self._path = folder / FILE if folder else None
        self._clock = clock
        self._lock = threading.Lock()
        self._shown: tuple[str, float] | None = None
        self._redeemed = ("", 0.0)

    @property
    def shown(self) -> str | None:
        """The code on the stage while it is valid."""
        shown = self._shown
        return shown[0] if shown and self._clock() < shown[1] else None

    def show(self) -> str:
        """Generate a code for the stage, which replaces the previous one."""
        code = secrets.token_urlsafe(BYTES)
        self._shown = (code, self._clock() + VALID_SECONDS)
        return code

    def hide(self) -> None:
        """Invalidate the code on the stage."""
        self._shown = None

    def redeem(self, given: str, nonce: str = "") -> bool:
        """Return whether a code is valid, and invalidate it.

        For `REPEAT_SECONDS` it stays valid for the form with this `nonce`: a double click sends it
        twice, and the browser drops the first response.
        """
        with self._lock:
            now, use = self._clock(), _digest(f"{given} {nonce}")
            repeated, until = self._redeemed
            if nonce and now < until and hmac.compare_digest(use, repeated):
                return True
            valid = self._redeem(given)
            if valid:
                self._redeemed = use, now + REPEAT_SECONDS
            return valid

    def _redeem(self, given: str) -> bool:
        shown = self.shown
        if shown is not None and hmac.compare_digest(shown.encode(), given.encode()):
            self._shown = None
            return True
        return self._redeem_written(given)

    def _redeem_written(self, given: str) -> bool:
        if self._path is None:
            return False
        try:
            written = json.loads(self._path.read_text("utf-8"))
            matches = hmac.compare_digest(str(written["code"]), _digest(given))
            if not matches or not self._clock() < float(written["until"]):
                return False
            self._path.unlink()
        except (OSError, ValueError, TypeError, KeyError):
            return False
        return True


def write_code(folder: Path, clock: Callable[[], float] = time.time) -> str:
    """Write a code for the kiosk that runs on this machine, and return it.

    Raises OutputError if the folder cannot be written.
    """
    code = secrets.token_urlsafe(BYTES)
    path = folder / FILE
    try:
        write_private(path, json.dumps({"code": _digest(code), "until": clock() + VALID_SECONDS}))
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror}; run this as the kiosk's own user") from error
    return code


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
