"""Pieces begin at their hooks: on the sample, at once, and as loud as the piece is."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.config.schema import SoundConfig
from device.hardware.audio.musicfile import CHANNELS, RATE, MusicFile
from device.music import PLAYLISTS, Library
from device.music.fade import gain_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

LIBRARY = Library()
SHIPPED = [track for playlist in PLAYLISTS for track in LIBRARY.tracks(playlist, 0.0)]
FADE_IN = SoundConfig().fade_in_seconds


def decoded(path: Path, seconds: float, start: float = 0.0) -> NDArray[np.float64]:
    """Return samples of a file from a place on, in [-1, 1], (frames, 2)."""
    with contextlib.closing(MusicFile(path, start)) as file:
        data = np.frombuffer(file.read(round(seconds * RATE)), "<i2")
    return data.reshape(-1, CHANNELS) / 32_768.0


def level(samples: NDArray[np.float64]) -> float:
    """Return the level of samples in dB."""
    return float(10.0 * np.log10(np.mean(samples**2)))


@pytest.mark.parametrize("track", SHIPPED, ids=lambda track: track.stem)
def test_a_piece_is_as_loud_at_its_hook_as_it_is_all_in_all(track: Path) -> None:
    whole = decoded(track, 200.0)
    hook = LIBRARY.form(track).hook
    first = decoded(track, 3.0, hook)
    assert level(first) >= level(whole) - 1.0
    assert level(decoded(track, 3.0)) < level(first), "what it was like before"
    frame = round(hook * RATE)
    assert np.array_equal(first, whole[frame : frame + len(first)]), "to the sample"


@pytest.mark.parametrize("track", SHIPPED, ids=lambda track: track.stem)
def test_it_is_heard_in_full_within_a_second(track: Path) -> None:
    samples = decoded(track, 2.0, LIBRARY.form(track).hook)
    times = np.arange(len(samples)) / RATE
    gains = np.array([gain_of(min(1.0, at)) for at in np.linspace(0.0, 2.0 / FADE_IN, 200)])
    faded = samples * np.interp(times, np.linspace(0.0, 2.0, 200), gains)[:, None]
    whole = level(decoded(track, 200.0))
    assert level(faded[RATE // 2 : RATE]) >= whole - 3.0, "in its first second"
    assert level(faded[RATE:]) >= whole - 1.0


def test_seeking_keeps_no_frame_waiting() -> None:
    for track in SHIPPED:
        started = time.thread_time()
        decoded(track, 0.05, LIBRARY.form(track).hook)
        assert time.thread_time() - started < 0.2


def test_a_place_behind_the_end_is_the_start(
    tone: Callable[[Path, float], Path], tmp_path: Path
) -> None:
    path = tone(tmp_path / "tone.wav", 1.0)
    assert len(decoded(path, 5.0, 0.75)) == pytest.approx(0.25 * RATE, abs=1)
    assert len(decoded(path, 5.0, 7.0)) == RATE
