"""A span of hours of the day, such as "22:00-07:30" in the configuration."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time

PATTERN = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class Hours:
    """From `start` to before `end`, local time, past midnight where `end` is earlier.

    With `start` equal to `end`, no time is covered.
    """

    start: time = time.min
    end: time = time.min

    @classmethod
    def parse(cls, text: str) -> Hours:
        """Parse "22:00-07:30", or "" for never. Raises ValueError for anything else."""
        if not text:
            return cls()
        match = PATTERN.fullmatch(text)
        try:
            if match is None:
                raise ValueError
            return cls(time.fromisoformat(match[1]), time.fromisoformat(match[2]))
        except ValueError:
            raise ValueError('should be like "22:00-07:30", or "" for never') from None

    def cover(self, now: time) -> bool:
        """Return whether this time of the day is covered."""
        if self.start <= self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end
