"""Holds the newest value of something: one writer, any number of readers, no queue."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Latest(Generic[T]):
    """Holds the newest value and its serial number, and lets threads wait for a newer one."""

    def __init__(self, value: T) -> None:
        self._value = value
        self._serial = 0
        self._closed = False
        self._changed = threading.Condition()

    def publish(self, value: T) -> None:
        """Replace the value and wake everybody who waits."""
        with self._changed:
            self._value = value
            self._serial += 1
            self._changed.notify_all()

    def get(self) -> T:
        """Return the newest value."""
        return self._value

    def wait(self, serial: int, timeout: float) -> tuple[int, T] | None:
        """Return (serial, value) once something newer than `serial` is there.

        Returns None after `timeout` seconds or once closed. Begin with serial -1.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._serial > serial or self._closed, timeout)
            if self._closed or self._serial <= serial:
                return None
            return self._serial, self._value

    @property
    def closed(self) -> bool:
        """Whether nothing newer will come."""
        return self._closed

    def close(self) -> None:
        """Say that nothing newer will come, and wake everybody who waits."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
