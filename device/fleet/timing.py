"""How often a kiosk tells, tries and looks; and how many of them do not do so all at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from device.system.backoff import Backoff

if TYPE_CHECKING:
    from random import Random


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds: between two messages (`calm` at least, `beat` at most), and before another try.

    `patience` is the longest wait after a first failure, `longest` after many. A connection that
    held for `steady` was a good one. A model is fetched within `spread` after it was offered, an
    `offers_url` is asked every `poll`, and all is looked after every `look`.
    """

    calm: float = 1.0
    beat: float = 60.0
    look: float = 0.5
    patience: float = 10.0
    longest: float = 120.0
    steady: float = 30.0
    spread: float = 60.0
    retry: float = 60.0
    retry_longest: float = 3600.0
    poll: float = 900.0


class Jitter:
    """Waits of a random length below a limit that doubles with each failure ("full jitter").

    So thousands of kiosks that have lost one broker come back spread over time: Marc Brooker,
    "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    """

    def __init__(self, first: float, longest: float, random: Random) -> None:
        self._backoff = Backoff(first, longest)
        self._random = random

    def failed(self) -> float:
        """Count a failure; return the seconds to wait."""
        return self._random.uniform(0.0, self._backoff.failed())

    def succeeded(self) -> None:
        """Forget the failures."""
        self._backoff.succeeded()
