"""Music as people have it: of every length, kind, loudness and number of channels."""

from __future__ import annotations

import shutil
import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

from device.errors import AudioDamaged, AudioError
from device.hardware.audio import PygameAudio, kinds, mp3
from device.hardware.audio.downmix import to_stereo
from device.hardware.audio.mixer import MAX_PLAYBACKS
from device.hardware.audio.musicfile import RATE, MusicFile
from tests.support.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SECONDS = 12.0


def heard(path: Path) -> NDArray[np.float64]:
    """Return all that a file plays, as (frames, 2)."""
    file = MusicFile(path)
    blocks = []
    while block := file.read(10_000):
        blocks.append(np.frombuffer(block, "<i2").reshape(-1, 2))
    file.close()
    return np.asarray(np.concatenate(blocks) / 32_767, np.float64)


def rms(samples: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(samples**2)))


def loud_then_silent(rate: int = RATE) -> NDArray[np.float64]:
    """Noise, then silence: with a variable rate, the first frames are the largest."""
    samples = np.random.default_rng(1).normal(0, 0.2, (round(SECONDS * rate), 2))
    samples[2 * rate :] *= 1e-4
    return samples


def variable_mp3(path: Path, *, xing: bool) -> Path:
    """Write an MP3 with a variable rate, with its Xing header or without."""
    with soundfile.SoundFile(
        path, "w", RATE, 2, format="MP3", bitrate_mode="VARIABLE", compression_level=0.0
    ) as file:
        file.write(loud_then_silent())
    if not xing:
        with path.open("rb") as file:
            place = path.read_bytes().find(b"\xff\xfb")
            file.seek(place)
            size = mp3._frame(file.read(4))
        assert size
        content = path.read_bytes()
        assert b"Xing" in content[:500] or b"Info" in content[:500]
        path.write_bytes(content[place + size.size :])
    return path


def test_an_mp3_of_variable_rate_without_a_header_is_played_whole(tmp_path: Path) -> None:
    path = variable_mp3(tmp_path / "vbr.mp3", xing=False)
    said = soundfile.info(path).duration
    assert said < 0.8 * SECONDS, "by its first frame, a decoder takes it for much shorter"
    assert len(heard(path)) / RATE == pytest.approx(SECONDS, abs=0.2)
    file = MusicFile(path)
    assert file.seconds == 0.0, "not known at once"
    assert file.measure() == pytest.approx(SECONDS, abs=0.2)
    file.close()


def test_an_mp3_with_a_header_says_its_length(tmp_path: Path) -> None:
    path = variable_mp3(tmp_path / "vbr.mp3", xing=True)
    file = MusicFile(path)
    assert file.seconds == pytest.approx(SECONDS, abs=0.1)
    file.close()
    assert len(heard(path)) / RATE == pytest.approx(SECONDS, abs=0.1)


def test_joined_mp3_files_are_played_whole(tmp_path: Path) -> None:
    path = variable_mp3(tmp_path / "vbr.mp3", xing=True)
    path.write_bytes(path.read_bytes() * 2)
    assert len(heard(path)) / RATE == pytest.approx(2 * SECONDS, abs=0.3)


@pytest.mark.parametrize("rate", [22_050, 48_000])
def test_tags_at_both_ends_of_an_mp3_are_no_music(tmp_path: Path, rate: int) -> None:
    path = tmp_path / "a.mp3"
    soundfile.write(path, loud_then_silent(rate), rate)
    cover = b"ID3\x03\0\0\0\x02\0\0" + b"\xff\xfb\x90\x44" * 8192
    path.write_bytes(cover + path.read_bytes() + b"TAG" + b" " * 125)
    assert mp3.seconds_of(path) == pytest.approx(SECONDS, abs=0.2)
    assert len(heard(path)) / RATE == pytest.approx(SECONDS, abs=0.2)


@pytest.mark.parametrize(
    ("name", "form", "subtype"),
    [("a.opus", "OGG", "OPUS"), ("a.AIF", "AIFF", "PCM_16"), ("a.aiff", "AIFF", "PCM_24"),
     ("a.OGA", "OGG", "VORBIS"), ("A.FLAC", "FLAC", "PCM_16"), ("A.WAV", "WAV", "FLOAT"),
     ("a.caf", "CAF", "ALAC_16"), ("really-a.wav.mp3", "WAV", "PCM_16")],
)  # fmt: skip
def test_every_kind_that_needs_no_program(
    tmp_path: Path, name: str, form: str, subtype: str
) -> None:
    path = tmp_path / name
    soundfile.write(path, loud_then_silent(48_000), 48_000, format=form, subtype=subtype)
    assert path.suffix.lower() in kinds.ALWAYS
    assert len(heard(path)) / RATE == pytest.approx(SECONDS, abs=0.1)


@pytest.mark.parametrize("channels", [1, 3, 4, 5, 6, 7, 8, 9])
@pytest.mark.parametrize("form", ["WAV", "OGG"])
def test_every_channel_is_heard_and_none_clips(tmp_path: Path, channels: int, form: str) -> None:
    wave = 0.9 * np.sin(2 * np.pi * 441 * np.arange(RATE) / RATE)
    bass = {("WAV", 6): 3, ("WAV", 7): 3, ("WAV", 8): 3}
    bass |= {("OGG", 6): 5, ("OGG", 7): 6, ("OGG", 8): 7}
    for channel in range(channels):
        samples = np.zeros((RATE, channels))
        samples[:, channel] = wave
        path = tmp_path / f"a.{form.lower()}"
        soundfile.write(path, samples, RATE, format=form)
        if channel == bass.get((form, channels)):
            assert rms(heard(path)) < 0.01, "the effects' bass is left out, as is usual"
        else:
            assert rms(heard(path)) > 0.05, channel
    path = tmp_path / f"all.{form.lower()}"
    soundfile.write(path, np.repeat(wave[:, None], channels, axis=1), RATE, format=form)
    assert 0.6 < np.abs(heard(path)[2000:-2000]).max() < 0.95


def test_a_voice_in_the_centre_is_on_both_sides() -> None:
    centre = np.zeros((1, 6), np.float32)
    centre[0, 2] = 1.0
    left, right = to_stereo(centre, vorbis_order=False)[0]
    assert left == right == pytest.approx(0.293, abs=0.001)
    rear = np.zeros((1, 6), np.float32)
    rear[0, 4] = 1.0
    assert to_stereo(rear, vorbis_order=False)[0].tolist() == pytest.approx([0.293, 0.0], abs=0.001)


def test_a_file_that_was_cut_off_is_called_damaged(tmp_path: Path) -> None:
    path = variable_mp3(tmp_path / "cut.mp3", xing=True)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(AudioDamaged, match=r"cut\.mp3: damaged: it ends after \d+ of 12 seconds"):
        heard(path)


@pytest.mark.parametrize("content", [b"OggS but no more", b"fLaC\0\0\0\x22", b"", b"noise" * 999])
def test_a_damaged_file_is_called_damaged(
    tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    path = tmp_path / "bad.ogg"
    path.write_bytes(content)
    with pytest.raises(AudioDamaged, match=r"bad\.ogg: damaged: "):
        MusicFile(path)


def test_a_foreign_kind_under_a_known_name_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    path = tmp_path / "really-m4a.mp3"
    path.write_bytes(struct.pack(">I", 24) + b"ftypM4A " + bytes(64))
    with pytest.raises(AudioError, match="only where ffmpeg is installed") as caught:
        MusicFile(path)
    assert not isinstance(caught.value, AudioDamaged)


def fake_ffmpeg(tmp_path: Path, script: str) -> str:
    program = tmp_path / "ffmpeg"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return str(program)


def test_ffmpeg_plays_what_libsndfile_does_not_know(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = np.full((3 * RATE, 2), 0.5, "<f4")
    samples.tofile(tmp_path / "samples")
    said = "    REPLAYGAIN_TRACK_GAIN: -6.02 dB\\n  Duration: 00:01:03.50, start: 0.0\\n"
    program = fake_ffmpeg(tmp_path, f"printf '{said}' >&2; exec cat '{tmp_path}/samples'")
    monkeypatch.setattr(shutil, "which", lambda _: program)
    path = tmp_path / "song.m4a"
    path.write_bytes(bytes(99))
    samples = heard(path)
    assert len(samples) == 3 * RATE
    assert rms(samples) == pytest.approx(0.25, abs=0.001)
    file = MusicFile(path)
    file.read(100)
    assert file.measure() == 63.5
    file.close()


def test_what_ffmpeg_cannot_play_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = fake_ffmpeg(tmp_path, "echo 'x.m4a: Invalid data found' >&2; exit 1")
    monkeypatch.setattr(shutil, "which", lambda _: program)
    path = tmp_path / "song.m4a"
    path.write_bytes(bytes(99))
    file = MusicFile(path)
    with pytest.raises(AudioDamaged, match="no kind that can be played: x.m4a: Invalid data found"):
        file.read(100)
    file.close()


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_the_chained_streams_of_a_radio_recording_are_played_whole(
    tmp_path: Path, subtype: str
) -> None:
    path = tmp_path / "radio.ogg"
    content = b""
    for _ in range(3):
        soundfile.write(path, loud_then_silent(48_000), 48_000, format="OGG", subtype=subtype)
        content += path.read_bytes()
    path.write_bytes(content)
    assert len(heard(path)) / RATE == pytest.approx(3 * SECONDS, abs=0.2)
    file = MusicFile(path)
    assert file.measure() == 0.0, "the length of the first stream is not that of the file"
    file.close()


@pytest.mark.usefixtures("dummy_mixer")
def test_pieces_that_start_slowly_have_channels_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.full((RATE, 2), 0.5, "<f4").tofile(tmp_path / "samples")
    go = tmp_path / "go"
    wait = f"while [ ! -e '{go}' ]; do sleep 0.05; done"
    said = "echo '  Duration: 00:00:01.00, start' >&2"
    program = fake_ffmpeg(tmp_path, f"{wait}; {said}; exec cat '{tmp_path}/samples'")
    monkeypatch.setattr(shutil, "which", lambda _: program)
    path = tmp_path / "song.m4a"
    path.write_bytes(bytes(99))
    audio = PygameAudio()
    pieces = [audio.play(path, 0.5) for _ in range(MAX_PLAYBACKS)]
    with pytest.raises(AudioError, match="3 pieces play already"):
        audio.play(path, 0.5)
    assert [(piece.playing, piece.seconds) for piece in pieces] == [(True, 0.0)] * MAX_PLAYBACKS
    go.touch()
    until(lambda: all(piece.seconds == 1.0 for piece in pieces))
    until(lambda: not any(piece.playing for piece in pieces))
    assert not any(piece.damaged for piece in pieces)
    audio.close()


@pytest.mark.usefixtures("dummy_mixer")
def test_a_piece_that_ffmpeg_refuses_ends_as_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    program = fake_ffmpeg(tmp_path, "echo 'Invalid data found' >&2; exit 1")
    monkeypatch.setattr(shutil, "which", lambda _: program)
    path = tmp_path / "song.m4a"
    path.write_bytes(bytes(99))
    audio = PygameAudio()
    piece = audio.play(path, 0.5)
    until(lambda: not piece.playing)
    assert piece.damaged
    assert [record.message for record in caplog.records] == [
        f"{path}: damaged, or of no kind that can be played: Invalid data found; it ends here"
    ]
    audio.close()
