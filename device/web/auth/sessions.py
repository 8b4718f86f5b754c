"""The owner's token, and the sessions of the browsers that logged in with it."""

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
MAX_SESSIONS = 64
"""The oldest sessions beyond this are dropped."""


class SessionStore:
    """The token, generated at the first start, and the sessions, in a file only we can read.

    Without a folder, or where it cannot be written, they last as long as the process. Changes that
    another process makes to the file apply at once. Only the SHA-256 of a session is stored.
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
        """The owner logs in with it; programs send it as a bearer token."""
        with self._lock:
            self._read()
            return self._token

    def is_token(self, given: str) -> bool:
        """Return whether this is the token, in constant time."""
        # JSON can hold half a character ("\ud800"), which is no UTF-8.
        return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), self.token.encode())

    def open_session(self) -> str:
        """Start a session and return the secret that its browser presents."""
        session = secrets.token_urlsafe(BYTES)
        with self._lock:
            self._read()
            now = self._clock()
            alive = {key: end for key, end in self._sessions.items() if end > now}
            newest = sorted(alive.items(), key=lambda one: one[1])[-(MAX_SESSIONS - 1) :]
            self._sessions = {**dict(newest), _digest(session): now + SESSION_DAYS * DAY}
            self._write()
        return session

    def is_session(self, given: str) -> bool:
        """Return whether this is the secret of a session that has not expired."""
        with self._lock:
            self._read()
            digest, now = _digest(given), self._clock()
            # All are compared, so that the time taken reveals nothing.
            matches = [hmac.compare_digest(key, digest) for key in self._sessions]
            return any(matches) and self._sessions.get(digest, 0.0) > now

    def close_session(self, given: str) -> None:
        """End one session."""
        with self._lock:
            self._read()
            if self._sessions.pop(_digest(given), None) is not None:
                self._write()

    def revoke(self) -> None:
        """Generate a new token and end every session."""
        with self._lock:
            self._renew()

    def check(self) -> None:
        """Raise OutputError if the state could not be written for the kiosk, another process."""
        if self._fault:
            raise OutputError(f"{self._path}: {self._fault}; run this as the kiosk's own user")

    def _renew(self) -> None:
        self._token, self._sessions = secrets.token_urlsafe(BYTES), {}
        self._write()

    def _read(self) -> None:
        """Load the file if it has changed since the last read."""
        if self._path is None:
            return
        try:
            stat = self._path.stat()
            stamp = (stat.st_mtime_ns, stat.st_ino)
            if stamp == self._stamp:
                return
            content = json.loads(self._path.read_text("utf-8"))
            self._token, self._sessions = _validated(content)
            self._stamp, self._fault = stamp, ""
        except (FileNotFoundError, NotADirectoryError):
            return
        except (OSError, ValueError, TypeError, KeyError) as error:
            if not self._token:
                log.warning("%s: %s; generating a new token", self._path, error)

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
            reason = error.strerror or str(error)
            if reason != self._fault:
                log.warning("%s: %s; sessions last only until the kiosk stops", self._path, reason)
            self._fault = reason


def _digest(session: str) -> str:
    return hashlib.sha256(session.encode()).hexdigest()


def _validated(content: dict[str, Any]) -> tuple[str, dict[str, float]]:
    token, sessions = content["token"], content["sessions"]
    if not isinstance(token, str) or len(token) < BYTES:
        raise ValueError("contains no token")
    return token, {str(key): float(end) for key, end in sessions.items()}
