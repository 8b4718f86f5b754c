"""What went wrong lately: each fault in words, when it began, and how long it lasted."""

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
"""What is over sooner is no fault: every part starts so."""
_WRONG = (Level.DEGRADED, Level.FAILED)


class Faults:
    """Takes down the faults of all parts; the newest `KEPT` are remembered."""

    def __init__(self) -> None:
        self._open: dict[str, Fault] = {}
        self._past: deque[Fault] = deque(maxlen=KEPT)

    def note(self, health: Iterable[Health], now: float) -> None:
        """Take down how the parts do at `now` (monotonic seconds)."""
        for part in health:
            known = self._open.get(part.part)
            if part.level in _WRONG:
                began = known.began if known else now
                self._open[part.part] = Fault(part.part, part.level, part.message, began)
            elif known:
                del self._open[part.part]
                if now - known.began >= BRIEF_SECONDS:
                    self._past.append(replace(known, ended=now))

    def lately(self, now: float) -> tuple[Fault, ...]:
        """Return the faults, the newest first; those that last have no end."""
        lasting = [one for one in self._open.values() if now - one.began >= BRIEF_SECONDS]
        both = sorted([*self._past, *lasting], key=lambda fault: fault.began, reverse=True)
        return tuple(both[:KEPT])
