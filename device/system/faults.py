"""Recent problems: each fault in words, when it began, and how long it lasted."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from device.messages import Fault, Level

if TYPE_CHECKING:
    from collections.abc import Iterable

    from device.messages import Health

KEPT = 20
BRIEF_SECONDS = 2.0
"""A fault that is over sooner is ignored: every part has one while it starts."""
_WRONG = (Level.DEGRADED, Level.FAILED)


class FaultHistory:
    """Records the faults of all parts, and keeps the newest `KEPT`."""

    def __init__(self) -> None:
        self._open: dict[str, Fault] = {}
        self._past: deque[Fault] = deque(maxlen=KEPT)

    def record(self, health: Iterable[Health], now: float) -> None:
        """Record the health of the parts at `now` (monotonic seconds)."""
        for part in health:
            known = self._open.get(part.part)
            if part.level in _WRONG:
                began = known.began if known else now
                self._open[part.part] = Fault(part.part, part.level, part.message, began)
            elif known:
                del self._open[part.part]
                if now - known.began >= BRIEF_SECONDS:
                    self._past.append(replace(known, ended=now))

    def recent(self, now: float) -> tuple[Fault, ...]:
        """Return the faults, the newest first; one that lasts has no end."""
        lasting = [one for one in self._open.values() if now - one.began >= BRIEF_SECONDS]
        both = sorted([*self._past, *lasting], key=lambda fault: fault.began, reverse=True)
        return tuple(both[:KEPT])
