"""What the service manager is told: that the kiosk is ready, how it does, and that it is alive.

The protocol is that of sd_notify(3): lines of text, one datagram at a time, to the socket that
$NOTIFY_SOCKET names. Where $WATCHDOG_USEC is set, a service that does not say WATCHDOG=1 within so
many microseconds is ended and started again.
"""

from __future__ import annotations

import logging
import os
import socket
from typing import TYPE_CHECKING

from device.messages import Level
from device.system.fault_log import FaultLog

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from device.messages import Health

log = logging.getLogger(__name__)

WRONG = (Level.DEGRADED, Level.FAILED)
STATUS_SECONDS = 5.0
"""How often the service manager is told at least."""
FEEDS = 4
"""How often the watchdog is fed within its time."""


class Notifier:
    """Tells the service manager of each frame that is drawn; without one, tells nobody."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._address = _address(environ)
        self._interval = _interval(environ)
        self._due = float("-inf")
        self._faults = FaultLog(log, "service manager", "reached again")

    def drawn(self, health: Iterable[Health], alive: bool, now: float) -> None:
        """Tell of a frame that was drawn at `now` (monotonic seconds), if that is due.

        The first one means that the service is ready. Unless `alive`, the watchdog goes hungry.
        """
        if now < self._due:
            return
        self._due = now + self._interval
        words = _words(health) if alive else "no frame comes from the eye, and it is not known why"
        food = ("WATCHDOG=1",) if alive else ()
        self._tell("READY=1", f"STATUS={words}", *food)

    def stopping(self) -> None:
        """Tell that the service ends, and that this is meant."""
        self._tell("STOPPING=1", "STATUS=closing")

    def _tell(self, *lines: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as teller:
                teller.setblocking(False)
                teller.sendto("\n".join(lines).encode(), self._address)
        except OSError as error:
            self._faults.report(f"it cannot be reached: {error}")
        else:
            self._faults.report("")


def _address(environ: Mapping[str, str]) -> str:
    """Return where to send to; "@" stands for the zero byte of a name outside the file system."""
    address = environ.get("NOTIFY_SOCKET", "")
    if address.startswith("@"):
        return f"\0{address[1:]}"
    return address if address.startswith("/") else ""


def _interval(environ: Mapping[str, str]) -> float:
    """Return after how many seconds to tell again."""
    limit = environ.get("WATCHDOG_USEC", "")
    if not limit.isdecimal() or environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return STATUS_SECONDS
    return min(STATUS_SECONDS, int(limit) / 1e6 / FEEDS)


def _words(health: Iterable[Health]) -> str:
    """Say in one line what is wrong: a second line would be taken for another message."""
    wrong = [f"{one.part}: {one.message}" for one in health if one.level in WRONG]
    return " ".join("; ".join(wrong).split()) or "all is well"
