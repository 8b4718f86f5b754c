"""Who has the kiosk's keys: the owner's token, and the browsers that were let in with it."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import secrets
import threading
import time
from typing import TYPE_CHECKING, Any

from device.errors import OutputError
from device.system.files import write_private

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

log = logging.getLogger(__name__)

FILE = "owner.json"
BYTES = 32
"""Of randomness in a token and in a session: 256 bits."""
SESSION_DAYS = 90.0
DAY = 86_400.0
MOST_SESSIONS = 64
"""So many browsers are remembered, the newest ones."""


class SessionStore:
    """The token, made at the first start, and the sessions, kept in a folder only we can read.

    Without a folder, or where it cannot be written, they last as long as the process. What another
    process of ours writes there holds at once. Of a session only its SHA-256 is kept.
    """

    def __init__(self, folder: Path | None, clock: Callable[[], float] = time.time) -> None:
        self._path = folder / FILE if folder else None
        self._clock = clock
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._fault = ""
        self._token = ""
        self._sessions: dict[str, float] = {}
        with self._lock:
            self._read()
            if not self._token:
                self._renew()

    @property
    def token(self) -> str:
        """What the owner logs in with, and programs send as a bearer token."""
        with self._lock:
            self._read()
            return self._token

    def is_token(self, given: str) -> bool:
        """Tell, in constant time, whether this is the token."""
        # JSON can hold half a character ("\ud800"), which is no UTF-8.
        return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), self.token.encode())

    def open_session(self) -> str:
        """Let a browser in; return what it shows from now on."""
        session = secrets.token_urlsafe(BYTES)
        with self._lock:
            self._read()
            now = self._clock()
            alive = {key: end for key, end in self._sessions.items() if end > now}
            newest = sorted(alive.items(), key=lambda one: one[1])[-(MOST_SESSIONS - 1) :]
            self._sessions = {**dict(newest), _digest(session): now + SESSION_DAYS * DAY}
            self._write()
        return session

    def is_session(self, given: str) -> bool:
        """Tell whether a browser that shows this was let in."""
        with self._lock:
            self._read()
            wanted, now = _digest(given), self._clock()
            # All are compared, so that the time taken tells nothing.
            known = [hmac.compare_digest(key, wanted) for key in self._sessions]
            return any(known) and self._sessions.get(wanted, 0.0) > now

    def close_session(self, given: str) -> None:
        """Forget one browser."""
        with self._lock:
            self._read()
            if self._sessions.pop(_digest(given), None) is not None:
                self._write()

    def revoke(self) -> None:
        """Make another token, and forget every browser."""
        with self._lock:
            self._renew()

    def check(self) -> None:
        """Raise OutputError unless the kiosk, which is another process, finds the same keys."""
        if self._fault:
            raise OutputError(f"{self._path}: {self._fault}; try it as the kiosk's own user")

    def _renew(self) -> None:
        self._token, self._sessions = secrets.token_urlsafe(BYTES), {}
        self._write()

    def _read(self) -> None:
        """Take over what is on the disk, unless it is what we know."""
        if self._path is None:
            return
        try:
            stat = self._path.stat()
            stamp = (stat.st_mtime_ns, stat.st_ino)
            if stamp == self._stamp:
                return
            kept = json.loads(self._path.read_text("utf-8"))
            self._token, self._sessions = _checked(kept)
            self._stamp, self._fault = stamp, ""
        except (FileNotFoundError, NotADirectoryError):
            return
        except (OSError, ValueError, TypeError, KeyError) as error:
            if not self._token:
                log.warning("%s: %s; other keys are made", self._path, error)

    def _write(self) -> None:
        if self._path is None:
            return
        try:
            write_private(
                self._path, json.dumps({"token": self._token, "sessions": self._sessions})
            )
            stat = self._path.stat()
            self._stamp, self._fault = (stat.st_mtime_ns, stat.st_ino), ""
        except OSError as error:
            words = error.strerror or str(error)
            if words != self._fault:
                log.warning("%s: %s; it is kept until the end of the run", self._path, words)
            self._fault = words


def _digest(session: str) -> str:
    return hashlib.sha256(session.encode()).hexdigest()


def _checked(kept: dict[str, Any]) -> tuple[str, dict[str, float]]:
    token, sessions = kept["token"], kept["sessions"]
    if not isinstance(token, str) or len(token) < BYTES:
        raise ValueError("holds no token")
    return token, {str(key): float(end) for key, end in sessions.items()}
