"""Notifies the service manager that the kiosk is ready, how it does, and that it is alive.

The protocol is that of sd_notify(3): lines of text, one datagram at a time, to the socket that
$NOTIFY_SOCKET names. Where $WATCHDOG_USEC is set, a service that does not send WATCHDOG=1 within
that number of microseconds is ended and started again.
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
"""The longest time between two notifications."""
NOTIFICATIONS = 4
"""Notifications within the watchdog's time."""


class Notifier:
    """Sends notifications to the service manager; without one, sends nothing."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._address = _address(environ)
        self._interval = _interval(environ)
        self._due = float("-inf")
        self._faults = FaultLog(log, "service manager", "reached again")

    def notify(self, health: Iterable[Health], alive: bool, now: float) -> None:
        """Notify, if that is due, that a frame was drawn at `now` (monotonic seconds).

        The first one means that the service is ready. While `alive` is false, WATCHDOG=1 is
        withheld, so systemd restarts the service.
        """
        if now < self._due:
            return
        self._due = now + self._interval
        status = _summary(health) if alive else "no frame comes from vision, for no known reason"
        watchdog = ("WATCHDOG=1",) if alive else ()
        self._send("READY=1", f"STATUS={status}", *watchdog)

    def stopping(self) -> None:
        """Notify that the service ends on purpose."""
        self._send("STOPPING=1", "STATUS=closing")

    def _send(self, *lines: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.setblocking(False)
                sender.sendto("\n".join(lines).encode(), self._address)
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
    """Return the seconds between two notifications."""
    limit = environ.get("WATCHDOG_USEC", "")
    if not limit.isdecimal() or environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return STATUS_SECONDS
    return min(STATUS_SECONDS, int(limit) / 1e6 / NOTIFICATIONS)


def _summary(health: Iterable[Health]) -> str:
    """Return in one line what is wrong: a second line would be another message."""
    wrong = [f"{one.part}: {one.message}" for one in health if one.level in WRONG]
    return " ".join("; ".join(wrong).split()) or "all is well"
