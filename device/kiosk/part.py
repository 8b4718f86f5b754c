"""The one shape of everything that the kiosk's loop drives."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from device.messages import Level

log = logging.getLogger(__name__)


class Part(Protocol):
    """A part of the kiosk: it is ticked at every frame, says how it does, and is closed once."""

    @property
    def name(self) -> str:
        """The name in the list of healths."""

    @property
    def health(self) -> tuple[Level, str]:
        """The level and a message in words."""

    def tick(self, now: float) -> None:
        """Do what is due at `now` (monotonic seconds); never block."""

    def close(self) -> None:
        """Release everything. May raise MoodliftError."""


@dataclass(frozen=True, slots=True)
class Component:
    """Something inside another part that has a health of its own, such as the camera."""

    name: str
    report: Callable[[], tuple[Level, str]]

    @property
    def health(self) -> tuple[Level, str]:
        """What the other part reports."""
        return self.report()

    def tick(self, now: float) -> None:
        """Do nothing: the other part does the work."""

    def close(self) -> None:
        """Do nothing: the other part is closed."""


def close_all(parts: Sequence[Part]) -> None:
    """Close parts, the last one first; one that fails is logged and does not stop the others."""
    for part in reversed(parts):
        try:
            part.close()
        except Exception as error:
            log.error("%s: it could not be closed: %s", part.name, error, exc_info=error)  # noqa: TRY400 (it names the error)
