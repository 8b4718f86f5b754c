"""What a kiosk tells of itself: counts, levels and names of parts. No words, faces or pictures."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from device.messages import Level

if TYPE_CHECKING:
    from device.control.status import Status

NOBODY = "nobody"
WRONG = (Level.DEGRADED, Level.FAILED)
PASSING = ("rate_hz", "temperature_c", "uptime_s")
"""What differs all the time, and is no reason to tell it anew."""


def state(status: Status) -> dict[str, Any]:
    """Return how a kiosk does, as JSON has it.

    `mood` is an emotion or `NOBODY`, `problems` names the parts that are degraded or failed,
    `rate_hz` frames understood a second, `temperature_c` null where the machine does not tell.
    """
    # Whoever reads this has it through the broker: what the fleet's part says of that is over.
    status = replace(status, health=tuple(one for one in status.health if one.part != "fleet"))
    temperature = status.machine.temperature
    return {
        "mood": status.mood.emotion or NOBODY,
        "faces": len(status.frame_result.faces) if status.frame_result else 0,
        "rate_hz": round(status.rate, 1),
        "temperature_c": None if temperature is None else round(temperature),
        "level": str(status.level),
        "problems": sorted(part.part for part in status.health if part.level in WRONG),
        "paused": status.paused,
        "muted": status.muted,
        "model": status.model,
        "trial": status.trial is not None,
        "version": status.version,
        "uptime_s": round(status.uptime),
    }


def encode(told: dict[str, Any]) -> bytes:
    """Return JSON in as few bytes as it takes."""
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode()


class ReportSchedule:
    """Decides when a state is told: at once when something has changed, else now and then.

    `calm` is how many seconds lie between two messages at least, `beat` at most. Times are
    monotonic seconds.
    """

    def __init__(self, calm: float, beat: float) -> None:
        self._calm, self._beat = calm, beat
        self._told: dict[str, Any] | None = None
        self._at = float("-inf")

    def due(self, told: dict[str, Any], now: float) -> bool:
        """Tell whether to tell this at `now`; then it counts as told."""
        lasting = {key: value for key, value in told.items() if key not in PASSING}
        waited = now - self._at
        if waited < self._calm or (lasting == self._told and waited < self._beat):
            return False
        self._told, self._at = lasting, now
        return True
