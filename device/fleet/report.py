"""What a kiosk reports: counts, levels and names of parts. No free text, faces or pictures."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from device.messages import Level

if TYPE_CHECKING:
    from device.control.status import Status

NOBODY = "nobody"
PROBLEMS = (Level.DEGRADED, Level.FAILED)
VOLATILE = ("rate_hz", "temperature_c", "uptime_s")
"""Keys that change all the time, which is no reason to report them at once."""


def state(status: Status) -> dict[str, Any]:
    """Return a kiosk's state for JSON.

    `mood` is an emotion or `NOBODY`, `problems` has the names of the degraded and failed parts,
    `rate_hz` the classified frames per second, `temperature_c` None on a machine without sensor.
    """
    # Where this can be read, the broker can be reached: the fleet's own problem is over.
    status = replace(status, health=tuple(one for one in status.health if one.part != "fleet"))
    temperature = status.machine.temperature
    return {
        "mood": status.mood.emotion or NOBODY,
        "faces": len(status.frame_result.faces) if status.frame_result else 0,
        "rate_hz": round(status.rate, 1),
        "temperature_c": None if temperature is None else round(temperature),
        "level": str(status.level),
        "problems": sorted(part.part for part in status.health if part.level in PROBLEMS),
        "paused": status.paused,
        "muted": status.muted,
        "model": status.model,
        "trial": status.trial is not None,
        "version": status.version,
        "uptime_s": round(status.uptime),
    }


def encode(values: dict[str, Any]) -> bytes:
    """Return compact JSON."""
    return json.dumps(values, separators=(",", ":"), ensure_ascii=False).encode()


class ReportSchedule:
    """Decides when a state is reported: soon after a change, else at regular intervals.

    Two reports are at least `min_interval` and at most `max_interval` seconds apart. Times are
    monotonic seconds.
    """

    def __init__(self, min_interval: float, max_interval: float) -> None:
        self._min_interval, self._max_interval = min_interval, max_interval
        self._reported: dict[str, Any] | None = None
        self._at = float("-inf")

    def is_due(self, state: dict[str, Any], now: float) -> bool:
        """Tell whether to report a state at `now`; if so, it counts as reported."""
        lasting = {key: value for key, value in state.items() if key not in VOLATILE}
        waited = now - self._at
        unchanged = lasting == self._reported
        if waited < self._min_interval or (unchanged and waited < self._max_interval):
            return False
        self._reported, self._at = lasting, now
        return True
