"""Hours of the day."""

from __future__ import annotations

from datetime import time

import pytest

from device.config.hours import Hours


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("22:00-07:30", ("22:00", "23:59", "00:00", "07:29"), ("21:59", "07:30", "12:00")),
        ("09:00-17:00", ("09:00", "16:59"), ("08:59", "17:00", "00:00")),
        ("", (), ("00:00", "12:00", "23:59")),
        ("08:00-08:00", (), ("08:00", "07:59", "20:00")),
    ],
)
def test_which_times_are_covered(
    text: str, inside: tuple[str, ...], outside: tuple[str, ...]
) -> None:
    hours = Hours.parse(text)
    assert [at for at in inside if not hours.cover(time.fromisoformat(at))] == []
    assert [at for at in outside if hours.cover(time.fromisoformat(at))] == []


@pytest.mark.parametrize("text", ["22-7", "24:00-07:00", "22:00", "22:60-07:00", "always"])
def test_anything_else_is_reported(text: str) -> None:
    with pytest.raises(ValueError, match="should be like"):
        Hours.parse(text)
