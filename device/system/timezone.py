"""The machine's time zone, which may be set while the kiosk runs."""

from __future__ import annotations

import logging
import time

log = logging.getLogger(__name__)

CHECK_SECONDS = 20.0


class TimeZone:
    """Keeps the local time of this process in the machine's zone.

    The C library reads `/etc/localtime` (or `$TZ`) when a process first asks for the local time,
    and keeps what it read. `time.tzset` reads it again if the file is another one.
    """

    def __init__(self) -> None:
        self._check_at = 0.0

    def tick(self, now: float) -> None:
        """Read the zone again if that is due at `now` (monotonic seconds)."""
        if now < self._check_at:
            return
        self._check_at = now + CHECK_SECONDS
        before = time.tzname
        time.tzset()
        if time.tzname != before:
            log.info("time zone: %s", "/".join(dict.fromkeys(time.tzname)))
