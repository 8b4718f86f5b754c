"""Hours of the day, such as the night's, as the configuration writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time

PATTERN = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class Hours:
    """From `start` up to `end`, local time, over midnight if need be; with both alike, never."""

    start: time = time.min
    end: time = time.min

    @classmethod
    def parse(cls, text: str) -> Hours:
        """Read "22:00-07:30"; "" is never. Raises ValueError for anything else."""
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
        """Tell whether this time of the day is among them."""
        if self.start <= self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end
