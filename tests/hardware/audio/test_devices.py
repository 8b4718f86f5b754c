"""Sound devices: finding them, losing them, and opening what is there."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from device.config.schema import SoundConfig
from device.hardware.audio import FakeAudio, HotplugAudio, SilentAudio, find_outlets, open_audio
from device.hardware.audio.hotplug import CHECK_SECONDS, RETRY_SECONDS
from device.hardware.audio.selection import connect

if TYPE_CHECKING:
    from device.hardware.audio import Audio


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


def test_a_sound_server_that_cannot_be_looked_at_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is another user's, or ends between two looks. This is asked in the frame loop."""
    assert find_outlets({"XDG_RUNTIME_DIR": str(tmp_path / ("x" * 300))}, tmp_path) == ()
    monkeypatch.setattr(Path, "exists", lambda _: True)
    assert find_outlets({"XDG_RUNTIME_DIR": str(tmp_path)}, tmp_path) == ()


@pytest.mark.parametrize("driver", ["dummy", "disk", "alsa"])
def test_a_driver_that_was_chosen_is_an_outlet(tmp_path: Path, driver: str) -> None:
    assert find_outlets({"SDL_AUDIODRIVER": driver}, tmp_path) == (f"SDL driver {driver}",)


def test_without_a_device_the_audio_is_silent_and_says_why(
    capfd: pytest.CaptureFixture[str],
) -> None:
    audio = connect(SoundConfig(), ())
    assert (audio.name, audio.fault) == ("silent: no sound device", "no sound device")
    piece = audio.play(Path("any.ogg"), 1.0)
    assert piece.playing
    piece.stop()
    assert not piece.playing
    audio.close()
    assert capfd.readouterr() == ("", "")


def test_sound_that_is_switched_off_opens_nothing() -> None:
    assert open_audio(SoundConfig(enabled=False)).name == "silent: switched off"


def test_what_decodes_music_is_loaded_with_the_device() -> None:
    """Not by the first piece, while the stage stands still."""
    code = (
        "import sys; from device.hardware.audio import open_audio;"
        "from device.config.schema import SoundConfig;"
        "print(open_audio(SoundConfig()).name, *{'soundfile', 'soxr'} & {*sys.modules})"
    )
    environ = {**os.environ, "SDL_AUDIODRIVER": "dummy"}
    told = subprocess.check_output([sys.executable, "-c", code], text=True, env=environ)
    assert told.startswith("SDL driver dummy ")
    assert {"soundfile", "soxr"} <= set(told.split())


def test_a_library_that_is_missing_leaves_the_kiosk_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "device.hardware.audio.musicfile", None)
    audio = connect(SoundConfig(), ("card",))
    assert audio.fault.startswith("what sound needs here is missing: ")


@pytest.mark.skipif(Path("/dev/snd").exists(), reason="this machine has sound")
def test_a_device_that_does_not_open_is_reported_without_noise(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "alsa")
    audio = open_audio(SoundConfig())
    assert audio.name.startswith("silent: SDL driver alsa cannot be opened: ")
    assert audio.fault
    assert capfd.readouterr().err == ""


@pytest.mark.usefixtures("dummy_mixer")
def test_sound_needs_no_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "tempdir", "/none")  # full, or read-only
        audio = open_audio(SoundConfig())
    assert (audio.name, audio.fault) == ("SDL driver dummy", "")
    audio.close()


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
    assert not audio.check(100.0 + CHECK_SECONDS / 2)
    assert audio.check(100.0 + CHECK_SECONDS)
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
    piece = audio.play(path, 0.1)
    piece.set_gain(0.2)
    audio.play_sound(path, 0.3)
    piece.stop()
    audio.close()
    fake = bench.opened[0]
    assert isinstance(fake, FakeAudio)
    assert [(call.what, call.gain) for call in fake.calls] == [
        ("play", 0.1),
        ("gain", 0.2),
        ("sound", 0.3),
        ("stop", 0.2),
        ("close", 0.0),
    ]
