"""Intervals of a kiosk's reports and retries, and the jitter that spreads those of many kiosks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from device.system.backoff import Backoff

if TYPE_CHECKING:
    from random import Random


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds.

    Reports are `report_min` to `report_max` apart, and all is checked every `tick`. The first
    reconnection follows within `reconnect_first`, later ones within `reconnect_longest` at most; a
    connection that lasted `stable_after` resets that. A released model is fetched at a random
    moment of `fetch_spread`, and after a failure within `retry_first` to `retry_longest`. The URL
    of a release is polled about every `poll`.
    """

    report_min: float = 1.0
    report_max: float = 60.0
    tick: float = 0.5
    reconnect_first: float = 10.0
    reconnect_longest: float = 120.0
    stable_after: float = 30.0
    fetch_spread: float = 60.0
    retry_first: float = 60.0
    retry_longest: float = 3600.0
    poll: float = 900.0


class Jitter:
    """Waits of a random length below a limit that doubles with each failure ("full jitter").

    It spreads the reconnections of thousands of kiosks that have lost one broker: Marc Brooker,
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
