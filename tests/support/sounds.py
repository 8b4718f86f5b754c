"""Sounds of the tests' own, and a mixer without a loudspeaker."""

from __future__ import annotations

import math
import struct
import wave
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def tone() -> Callable[[Path, float], Path]:
    """Writes a sine of 110 Hz at half scale, mono, 44.1 kHz, of some seconds."""

    def write(path: Path, seconds: float) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        turns = (2 * math.pi * 110 * i / 44_100 for i in range(round(seconds * 44_100)))
        samples = b"".join(struct.pack("<h", round(16_000 * math.sin(turn))) for turn in turns)
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, 44_100, 0, "NONE", ""))
            file.writeframes(samples)
        return path

    return write


@pytest.fixture
def dummy_mixer(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """SDL's dummy driver: decodes and mixes at the pace of a real device, into nothing."""
    import pygame

    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
    yield
    pygame.mixer.quit()
