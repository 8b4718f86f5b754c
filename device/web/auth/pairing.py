"""Codes that let one browser in, once, within five minutes."""

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
SECONDS = 300.0
BYTES = 16
"""Of randomness in a code: 128 bits, which a QR code still shows in large modules."""


class Pairing:
    """The codes that the kiosk has shown, and the one that a command left in `folder`."""

    def __init__(self, folder: Path | None, clock: Callable[[], float] = time.time) -> None:
        self._path = folder / FILE if folder else None
        self._clock = clock
        self._lock = threading.Lock()
        self._shown: tuple[str, float] | None = None

    @property
    def shown(self) -> str | None:
        """The code that is on stage, if one is and it still lets somebody in."""
        shown = self._shown
        return shown[0] if shown and self._clock() < shown[1] else None

    def show(self) -> str:
        """Make a code for the stage, in place of the one before."""
        code = secrets.token_urlsafe(BYTES)
        self._shown = (code, self._clock() + SECONDS)
        return code

    def hide(self) -> None:
        """Take the code off the stage; it lets nobody in any more."""
        self._shown = None

    def redeem(self, given: str) -> bool:
        """Tell whether a code lets its bearer in; it does so once."""
        with self._lock:
            shown = self.shown
            if shown is not None and hmac.compare_digest(shown.encode(), given.encode()):
                self._shown = None
                return True
            return self._redeem_left(given)

    def _redeem_left(self, given: str) -> bool:
        if self._path is None:
            return False
        try:
            left = json.loads(self._path.read_text("utf-8"))
            good = hmac.compare_digest(str(left["code"]), _digest(given))
            if not good or not self._clock() < float(left["until"]):
                return False
            self._path.unlink()
        except (OSError, ValueError, TypeError, KeyError):
            return False
        return True


def leave(folder: Path, clock: Callable[[], float] = time.time) -> str:
    """Leave a code for the kiosk that runs on this machine, and return it.

    Raises OutputError when the kiosk's folder cannot be written.
    """
    code = secrets.token_urlsafe(BYTES)
    path = folder / FILE
    try:
        write_private(path, json.dumps({"code": _digest(code), "until": clock() + SECONDS}))
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror}; try it as the kiosk's own user") from error
    return code


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
