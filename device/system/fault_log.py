"""Logs a fault once when it begins, and once when it is over, however often it is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import logging

MOST_LINES = 8
"""Different messages that are logged for one fault."""


class FaultLog:
    """The present fault of one part, and the lines about it in the log.

    `fault` is its message, "" while there is none. Each line begins with `name`; `recovered` is
    the message that is logged when the fault is over.
    """

    def __init__(self, log: logging.Logger, name: str, recovered: str) -> None:
        self.fault = ""
        self._log, self._name, self._recovered = log, name, recovered
        self._logged: set[str] = set()

    def report(self, fault: str) -> None:
        """Set the present fault, "" for none. A message that is new is logged as a warning."""
        if fault and fault not in self._logged and len(self._logged) < MOST_LINES:
            self._logged.add(fault)
            self._log.warning("%s: %s", self._name, fault)
        elif self.fault and not fault:
            self._logged.clear()
            self._log.info("%s: %s", self._name, self._recovered)
        self.fault = fault
