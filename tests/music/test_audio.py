"""Sound devices: finding them, losing them, and what really comes out of the mixer."""

from __future__ import annotations

import array
import logging
import math
import os
import time
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from device.audio import (
    AudioError,
    FakeAudio,
    HotplugAudio,
    PygameAudio,
    SilentAudio,
    find_outlets,
    open_audio,
)
from device.audio.hotplug import LOOK_SECONDS, RETRY_SECONDS
from device.audio.hush import hushed
from device.audio.selection import connect
from device.config import SoundConfig
from device.music import Library, Player
from device.paths import ASSETS

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.audio import Audio

    Tone = Callable[[Path, float], Path]

SHIPPED = sorted((ASSETS / "music").glob("*/*.ogg"))


def test_a_machine_without_sound_has_no_outlet(tmp_path: Path) -> None:
    assert find_outlets({}, tmp_path) == ()
    assert find_outlets({"XDG_RUNTIME_DIR": str(tmp_path)}, tmp_path) == ()


def test_a_card_that_can_play_is_an_outlet_and_a_microphone_is_none(tmp_path: Path) -> None:
    sound = tmp_path / "dev/snd"
    sound.mkdir(parents=True)
    (sound / "pcmC0D0c").touch()
    assert find_outlets({}, tmp_path) == ()
    for name in ("pcmC1D0p", "pcmC1D1p", "pcmC2D0p"):
        (sound / name).touch()
    (tmp_path / "proc/asound/card1").mkdir(parents=True)
    (tmp_path / "proc/asound/card1/id").write_text("Headphones\n")
    assert find_outlets({}, tmp_path) == ("sound card 1 (Headphones)", "sound card 2")


def test_sound_servers_are_outlets(tmp_path: Path) -> None:
    (tmp_path / "pulse").mkdir()
    (tmp_path / "pulse/native").touch()
    found = find_outlets({"XDG_RUNTIME_DIR": str(tmp_path)}, tmp_path)
    assert found[0].startswith("PulseAudio (")
    (tmp_path / "pipewire-0").touch()
    assert len(find_outlets({"XDG_RUNTIME_DIR": str(tmp_path)}, tmp_path)) == 2
    assert find_outlets({"PULSE_SERVER": "tcp:box"}, tmp_path) == ("PulseAudio at tcp:box",)


@pytest.mark.parametrize("driver", ["dummy", "disk", "alsa"])
def test_a_driver_that_was_chosen_is_an_outlet(tmp_path: Path, driver: str) -> None:
    assert find_outlets({"SDL_AUDIODRIVER": driver}, tmp_path) == (f"SDL driver {driver}",)


def test_without_a_device_the_audio_is_silent_and_says_why(
    capfd: pytest.CaptureFixture[str],
) -> None:
    audio = connect(SoundConfig(), ())
    assert (audio.name, audio.fault) == ("silent: no sound device", "no sound device")
    audio.play(Path("any.ogg"), 1.0)
    assert audio.playing
    audio.stop()
    assert not audio.playing
    audio.close()
    assert capfd.readouterr() == ("", "")


def test_sound_that_is_switched_off_opens_nothing() -> None:
    assert open_audio(SoundConfig(enabled=False)).name == "silent: switched off"


@pytest.mark.skipif(Path("/dev/snd").exists(), reason="this machine has sound")
def test_a_device_that_does_not_open_is_told_without_noise(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "alsa")
    audio = open_audio(SoundConfig())
    assert audio.name.startswith("silent: SDL driver alsa cannot be opened: ")
    assert audio.fault
    assert capfd.readouterr().err == ""


def test_native_noise_is_collected(capfd: pytest.CaptureFixture[str]) -> None:
    noise: list[str] = []
    with pytest.raises(ValueError, match="as it was"), hushed(noise):
        os.write(2, b"ALSA lib confmisc.c:855: no card\nand more\n")
        raise ValueError("as it was")
    os.write(2, b"after")
    assert noise == ["ALSA lib confmisc.c:855: no card", "and more"]
    assert capfd.readouterr().err == "after"


@pytest.mark.usefixtures("dummy_mixer")
def test_the_mixer_plays_stops_and_lets_go(tmp_path: Path, tone: Tone) -> None:
    audio = open_audio(SoundConfig())
    assert (audio.name, audio.fault) == ("SDL driver dummy", "")
    assert not audio.playing
    audio.play(tone(tmp_path / "tone.wav", 1.0), 0.5)
    assert audio.playing
    audio.set_gain(0.2)
    audio.play_sound(tmp_path / "tone.wav", 0.3)
    audio.play_sound(tmp_path / "tone.wav", 0.3)
    audio.stop()
    assert not audio.playing
    audio.close()
    audio.set_gain(1.0)
    audio.stop()
    assert not audio.playing


@pytest.mark.usefixtures("dummy_mixer")
@pytest.mark.parametrize("content", [None, b"", b"OggS but no more", b"RIFF\0\0\0\0WAVE"])
def test_files_that_cannot_be_played(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "bad.ogg"
    if content is not None:
        path.write_bytes(content)
    audio = PygameAudio()
    for play in (audio.play, audio.play_sound):
        with pytest.raises(AudioError, match=r"bad\.ogg: "):
            play(path, 1.0)
    assert audio.fault == ""
    assert not audio.playing
    audio.close()


@pytest.mark.usefixtures("dummy_mixer")
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_what_ships_can_be_played(path: Path) -> None:
    import pygame

    audio = PygameAudio()
    audio.play(path, 0.5)
    assert audio.playing
    if path.parent.name == "sounds":
        audio.play_sound(path, 0.5)
    else:
        pygame.mixer.music.set_pos(20.0)
        assert audio.playing
    audio.close()


@pytest.mark.usefixtures("dummy_mixer")
def test_a_track_ends_by_itself(tmp_path: Path, tone: Tone) -> None:
    audio = PygameAudio()
    audio.play(tone(tmp_path / "short.wav", 0.1), 0.5)
    deadline = time.monotonic() + 5
    while audio.playing and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not audio.playing
    audio.close()


def loudness(samples: array.array[int], window: int) -> list[float]:
    """RMS of windows of the left channel."""
    left = samples[::2]
    pieces = (left[i : i + window] for i in range(0, len(left) - window, window))
    return [math.sqrt(sum(s * s for s in piece) / window) for piece in pieces]


def test_a_fade_comes_out_of_the_mixer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tone: Tone
) -> None:
    """SDL's disk driver writes the very samples that a loudspeaker would get, in real time."""
    out = tmp_path / "out.raw"
    monkeypatch.setenv("SDL_AUDIODRIVER", "disk")
    monkeypatch.setenv("SDL_DISKAUDIOFILE", str(out))
    tone(tmp_path / "music/calm/tone.wav", 6.0)
    config = SoundConfig(fade_seconds=0.8, volume=0.8, min_play_seconds=0.0)
    player = Player(open_audio(config), config, Library("", tmp_path / "music"), Random(1))
    begin = time.monotonic()
    while (at := time.monotonic() - begin) < 3.0:
        player.update(begin + at, "calm" if at < 1.4 else None)
        time.sleep(0.005)
    player.close()
    samples = array.array("h", out.read_bytes())
    rms = loudness(samples, 2 * 44_100 // 110)  # whole periods of the tone
    loud = 0.8 * 16_000 / math.sqrt(2)
    top = rms.index(max(rms))
    assert max(rms) == pytest.approx(loud, rel=0.02)
    assert rms[0] < loud * 0.1
    assert rms[-1] == 0.0
    assert all(b >= a - loud * 0.02 for a, b in pairwise(rms[: top + 1]))
    assert all(b <= a + loud * 0.02 for a, b in pairwise(rms[top:]))
    rising = sum(loud * 0.05 < one < loud * 0.95 for one in rms[:top])
    assert rising >= 10, "the fade takes its time"
    left = samples[::2]
    step = max(abs(b - a) for a, b in pairwise(left))
    # A cut at full volume is a step of up to 0.8 * 16000; a busy machine makes the fade coarser.
    assert step < 0.3 * 0.8 * 16_000, "no click"


class Bench:
    """A sound device whose outlets change under it."""

    def __init__(self) -> None:
        self.outlets: tuple[str, ...] = ("card",)
        self.busy = False
        self.opened: list[Audio] = []

    def connect(self, outlets: tuple[str, ...]) -> Audio:
        if not outlets:
            audio: Audio = SilentAudio("no sound device")
        elif self.busy:
            audio = SilentAudio("card is busy")
        else:
            audio = FakeAudio(name=outlets[0])
        self.opened.append(audio)
        return audio


def test_a_device_that_goes_and_comes_back(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    audio = HotplugAudio(bench.connect, lambda: bench.outlets)
    assert not audio.check(100.0)
    bench.outlets = ()
    assert not audio.check(100.0 + LOOK_SECONDS / 2)
    assert audio.check(100.0 + LOOK_SECONDS)
    first = bench.opened[0]
    assert isinstance(first, FakeAudio)
    assert first.closed
    assert audio.fault == "no sound device"
    assert not audio.check(200.0)
    bench.outlets = ("card",)
    assert audio.check(300.0)
    assert (audio.name, audio.fault) == ("card", "")
    assert len(bench.opened) == 3
    warnings = [one.message for one in caplog.records if one.levelno == logging.WARNING]
    assert warnings == ["sound: silent: no sound device"]


def test_a_busy_device_is_tried_again_now_and_then(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    bench.busy = True
    audio = HotplugAudio(bench.connect, lambda: bench.outlets)
    changes = [audio.check(float(now)) for now in range(300)]
    assert sum(changes) == len(bench.opened) - 1 <= 300 / RETRY_SECONDS
    assert len(caplog.records) == 1
    bench.busy = False
    assert audio.check(300.0 + RETRY_SECONDS)
    assert audio.fault == ""
    assert not audio.check(600.0)


def test_all_calls_reach_the_present_device(tmp_path: Path) -> None:
    bench = Bench()
    audio = HotplugAudio(bench.connect, lambda: bench.outlets)
    path = tmp_path / "a.ogg"
    path.touch()
    audio.play(path, 0.1)
    audio.set_gain(0.2)
    assert audio.playing
    audio.play_sound(path, 0.3)
    audio.stop()
    audio.close()
    fake = bench.opened[0]
    assert isinstance(fake, FakeAudio)
    assert [(call.what, call.gain) for call in fake.calls] == [
        ("play", 0.1),
        ("gain", 0.2),
        ("sound", 0.3),
        ("stop", 0.2),
        ("close", 0.2),
    ]
