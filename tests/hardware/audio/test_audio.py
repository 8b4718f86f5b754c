"""What really comes out of the mixer."""

from __future__ import annotations

import array
import math
import time
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import psutil
import pytest
import soundfile

from device.config.schema import SoundConfig
from device.hardware.audio import AudioError, PygameAudio, open_audio
from device.hardware.audio.mixer import MAX_PLAYBACKS
from device.hardware.audio.musicfile import RATE, MusicFile
from device.hardware.audio.playback import BLOCK, ChannelPlayback
from device.music import Library, Player
from device.system.paths import ASSETS
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Tone = Callable[[Path, float], Path]

SHIPPED = sorted((ASSETS / "music").glob("*/*.ogg"))


@pytest.mark.usefixtures("dummy_mixer")
def test_the_mixer_plays_stops_and_lets_go(tmp_path: Path, tone: Tone) -> None:
    audio = open_audio(SoundConfig())
    assert (audio.name, audio.fault) == ("SDL driver dummy", "")
    tone(tmp_path / "tone.wav", 1.0)
    pieces = [audio.play(tmp_path / "tone.wav", 0.5) for _ in range(2)]
    assert [(piece.playing, piece.seconds) for piece in pieces] == [(True, 1.0)] * 2
    pieces[0].set_gain(0.2)
    audio.play_sound(tmp_path / "tone.wav", 0.3)
    audio.play_sound(tmp_path / "tone.wav", 0.3)
    pieces[0].stop()
    pieces[0].stop()
    assert [piece.playing for piece in pieces] == [False, True]
    audio.close()
    for piece in pieces:
        piece.set_gain(1.0)
        piece.stop()
        assert not piece.playing


@pytest.mark.usefixtures("dummy_mixer")
def test_more_pieces_than_channels_are_refused(tmp_path: Path, tone: Tone) -> None:
    audio = PygameAudio()
    path = tone(tmp_path / "tone.wav", 1.0)
    pieces = [audio.play(path, 0.1) for _ in range(MAX_PLAYBACKS)]
    with pytest.raises(AudioError, match="3 pieces play already"):
        audio.play(path, 0.1)
    audio.play_sound(path, 0.3)
    pieces[1].stop()
    assert audio.play(path, 0.1).playing
    audio.close()


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
    audio.close()


@pytest.mark.usefixtures("dummy_mixer")
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_what_ships_can_be_played(path: Path) -> None:
    audio = PygameAudio()
    if path.parent.name == "sounds":
        assert 0.5 < audio.play_sound(path, 0.5) < 6.0
    else:
        piece = audio.play(path, 0.5)
        assert piece.playing
        assert 60.0 < piece.seconds < 180.0
    audio.close()


def test_a_shipped_piece_is_read_to_its_end() -> None:
    file = MusicFile(next(path for path in SHIPPED if path.parent.name == "uplifting"))
    frames = 0
    while block := file.read(BLOCK):
        frames += len(block) // 4
    assert frames / RATE == pytest.approx(file.seconds, abs=0.01)
    file.close()


@pytest.mark.parametrize(
    ("name", "rate", "channels"),
    [("a.wav", 44_100, 1), ("a.ogg", 48_000, 2), ("a.flac", 22_050, 1), ("a.mp3", 48_000, 2),
     ("a.wav", 96_000, 4)],
)  # fmt: skip
def test_every_kind_of_file_is_read_as_the_mixer_wants_it(
    tmp_path: Path, name: str, rate: int, channels: int
) -> None:
    path = tmp_path / name
    wave = 0.5 * np.sin(2 * np.pi * 441 * np.arange(3 * rate) / rate)
    soundfile.write(path, np.repeat(wave[:, None], channels, axis=1), rate)
    file = MusicFile(path)
    assert file.seconds == pytest.approx(3.0, abs=0.1)
    blocks = []
    while block := file.read(10_000):
        blocks.append(np.frombuffer(block, "<i2").reshape(-1, 2))
    file.close()
    assert {len(block) for block in blocks[:-1]} == {10_000}
    heard = np.concatenate(blocks)
    assert len(heard) / RATE == pytest.approx(3.0, abs=0.1)
    middle = heard[RATE : 2 * RATE] / 32_768
    assert np.array_equal(middle[:, 0], middle[:, 1]) or name == "a.mp3"
    spectrum = np.abs(np.fft.rfft(middle[:, 0])) * 2 / RATE
    assert spectrum.argmax() == 441
    assert spectrum[441] == pytest.approx(0.5, abs=0.02)
    spectrum[431:452] = 0
    assert spectrum.max() < 0.005, "nothing but the tone"


@pytest.mark.usefixtures("dummy_mixer")
def test_a_file_that_breaks_off_ends_there(
    tmp_path: Path, tone: Tone, caplog: pytest.LogCaptureFixture
) -> None:
    class Torn(MusicFile):
        def read(self, frames: int) -> bytes:
            if self._remainder.size or reads:
                raise AudioError("stick.wav: Input/output error")
            reads.append(frames)
            return super().read(frames // 8)

    reads: list[int] = []
    import pygame

    pygame.mixer.init(RATE, -16, 2)
    piece = ChannelPlayback(Torn(tone(tmp_path / "tone.wav", 9.0)), pygame.mixer.Channel(0), 0.5)
    until(lambda: not piece.playing)
    assert [record.message for record in caplog.records] == [
        "stick.wav: Input/output error; it ends here"
    ]


@pytest.mark.usefixtures("dummy_mixer")
def test_a_piece_that_was_stopped_lets_go_of_its_file(tmp_path: Path, tone: Tone) -> None:
    audio = PygameAudio()
    path = tone(tmp_path / "tone.wav", 9.0)
    piece = audio.play(path, 0.5)
    assert str(path) in _open_files()
    piece.stop()
    until(lambda: str(path) not in _open_files())
    audio.close()


def _open_files() -> list[str]:
    return [file.path for file in psutil.Process().open_files()]


@pytest.mark.usefixtures("dummy_mixer")
def test_a_track_ends_by_itself(tmp_path: Path, tone: Tone) -> None:
    audio = PygameAudio()
    piece = audio.play(tone(tmp_path / "short.wav", 0.1), 0.5)
    until(lambda: not piece.playing)
    audio.close()


def loudness(samples: array.array[int], window: int) -> list[float]:
    """RMS of windows of the left channel."""
    left = samples[::2]
    pieces = (left[i : i + window] for i in range(0, len(left) - window, window))
    return [math.sqrt(sum(s * s for s in piece) / window) for piece in pieces]


@pytest.mark.pace
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
        player.request("calm" if at < 1.4 else None)
        player.tick(begin + at)
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


@pytest.mark.pace
def test_pieces_fade_into_each_other_without_a_gap(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tone: Tone
) -> None:
    """Two tones an octave apart, as they come out of the mixer: one falls as the other rises."""
    out = tmp_path / "out.raw"
    monkeypatch.setenv("SDL_AUDIODRIVER", "disk")
    monkeypatch.setenv("SDL_DISKAUDIOFILE", str(out))
    tone(tmp_path / "music/calm/tone.wav", 8.0)
    high = 0.5 * np.sin(2 * np.pi * 220 * np.arange(8 * RATE) / RATE)
    (tmp_path / "music/uplifting").mkdir()
    soundfile.write(tmp_path / "music/uplifting/high.wav", high, RATE)
    config = SoundConfig(fade_seconds=1.0, volume=0.8, min_play_seconds=0.0)
    player = Player(open_audio(config), config, Library("", tmp_path / "music"), Random(1))
    begin = time.monotonic()
    while (at := time.monotonic() - begin) < 4.6:
        player.request("calm" if at < 2.4 else "uplifting")
        player.tick(begin + at)
        time.sleep(0.005)
    player.close()
    heard = np.frombuffer(out.read_bytes(), "<i2").reshape(-1, 2)[:, 0].astype(float)
    window = 2 * RATE // 110
    count = len(heard) // window
    turns = 2j * np.pi * np.arange(window) / RATE
    pieces = heard[: count * window].reshape(count, window)
    low, high = (abs(pieces @ np.exp(-turns * pitch)) * 2 / window for pitch in (110, 220))
    loud = 0.8 * 16_000
    both = np.flatnonzero((low > 0.1 * loud) & (high > 0.1 * loud))
    assert 0.4 < len(both) * window / RATE < 1.1
    assert low[both[0]] > 0.8 * loud
    assert high[both[-1]] > 0.8 * loud
    inside = slice(both[0], both[-1] + 1)
    assert (low + high)[inside] == pytest.approx(np.full(len(both), loud), rel=0.12)
    settled = (low > 0.97 * loud) | (high > 0.97 * loud)
    full = slice(int(1.3 * RATE / window), int(2.2 * RATE / window))
    assert settled[full].all(), "blocks are joined without a gap"
