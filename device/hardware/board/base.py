"""The port to the machine that the kiosk runs on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from device.messages import Level

HOT_CELSIUS = 80.0
"""From this temperature on a Raspberry Pi throttles itself."""
DISK_LOW = 200 * 10**6
"""Bytes. With less free disk space than this, somebody must act."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a machine is: None for what it does not tell.

    `temperature` is the processor's, in degrees Celsius; `throttled_reasons` says in words why it
    is slower than it could be; `disk_free` is in bytes, where the kiosk keeps its state.
    """

    temperature: float | None = None
    throttled_reasons: tuple[str, ...] = ()
    disk_free: int | None = None

    @property
    def should_throttle(self) -> bool:
        """Whether it would be better off with less to do."""
        hot = self.temperature is not None and self.temperature >= HOT_CELSIUS
        return hot or bool(self.throttled_reasons)

    @property
    def health(self) -> tuple[Level, str]:
        """The machine's health, and why."""
        wrong = [*self.throttled_reasons]
        if self.temperature is not None and self.temperature >= HOT_CELSIUS:
            wrong.append(f"hot, {self.temperature:.0f} °C")
        if self.disk_free is not None and self.disk_free < DISK_LOW:
            wrong.append(f"the disk is nearly full, {self.disk_free / 1e6:.0f} MB are left")
        if wrong:
            return Level.DEGRADED, "; ".join(wrong)
        parts = [] if self.temperature is None else [f"{self.temperature:.0f} °C"]
        if self.disk_free is not None:
            parts.append(f"{self.disk_free / 1e9:.1f} GB free")
        return (
            (Level.OK, ", ".join(parts))
            if parts
            else (Level.OFF, "reports no temperature or disk space")
        )


class Board(ABC):
    """A machine. Reading it takes well under a millisecond."""

    @abstractmethod
    def read(self) -> Reading:
        """Return a reading. Never raises: a value that cannot be read is None."""
