"""From a score to a file: render, match the loudness, encode; and measure what came out."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from composer.score import Score

RATE = 44_100  # Hz
CEILING = -1.0  # dBTP: the true peak stays under it
LIMIT = -2.2  # dBFS: leaves room for what the codec adds
HOOK_SECONDS = 3.0
QUALITY = "3"  # Vorbis, about 110 kbit/s
LOUDNESS = re.compile(r"I:\s+(-?[\d.]+) LUFS")
PEAK = re.compile(r"Peak:\s+(-?[\d.]+|-inf) dBFS")
DURATION = re.compile(r"Duration: (\d+):(\d+):([\d.]+)")
SILENCE = re.compile(r"silence_start: (-?[\d.]+)|silence_duration: ([\d.]+)")


class SoundError(RuntimeError):
    """A tool is missing or failed."""


@dataclass(frozen=True)
class Measured:
    """A file's loudness (LUFS, EBU R128 integrated), true peak (dBTP), length and gap (seconds).

    `hook` is the loudness of the first seconds that the kiosk plays.
    """

    lufs: float
    hook: float
    peak: float
    seconds: float
    gap: float


def tool(name: str) -> str:
    """Where a program lies.

    Raises:
        SoundError: It is not installed.
    """
    path = shutil.which(name)
    if path is None:
        raise SoundError(
            f"{name} is not installed: apt install fluidsynth fluid-soundfont-gm ffmpeg"
        )
    return path


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SoundError(f"{command[0]} failed: {done.stderr.strip()[-400:]}")
    return done.stderr


def _ffmpeg(*options: str) -> str:
    return _run(tool("ffmpeg"), "-hide_banner", "-nostdin", "-y", *options)


def render(midi: Path, font: Path, wav: Path) -> None:
    """Play a MIDI file into a WAV file (32-bit float, so that nothing clips here).

    Raises:
        SoundError: fluidsynth is missing or failed.
    """
    room = ("synth.reverb.room-size=0.55", "synth.reverb.damp=0.3",
            "synth.reverb.width=0.8", "synth.reverb.level=0.5")  # fmt: skip
    options = [part for setting in room for part in ("-o", setting)]
    _run(tool("fluidsynth"), "-niq", "-r", str(RATE), "-g", "0.4", "-O", "float", "-T", "wav",
         *options, "-F", str(wav), str(font), str(midi))  # fmt: skip


def encode(wav: Path, score: Score, title: str, lufs: float, ogg: Path) -> None:
    """Shape, trim, match the loudness of a rendered piece, and encode it as Ogg Vorbis.

    The gain is sought on the finished signal, since the limiter takes some of it back.

    Raises:
        SoundError: ffmpeg is missing or failed.
    """
    gain = 8.0
    for _ in range(5):
        found = _parse(
            _ffmpeg("-i", str(wav), "-af", _chain(score, gain) + ",ebur128", "-f", "null", "-")
        )
        gain += lufs - found
    tags = {"title": title, "artist": "Moodlift", "license": "MIT"}
    _ffmpeg("-i", str(wav), "-af", _chain(score, gain), "-map_metadata", "-1",
            *[part for key, value in tags.items() for part in ("-metadata", f"{key}={value}")],
            "-c:a", "libvorbis", "-q:a", QUALITY, "-threads", "1",
            "-fflags", "+bitexact", "-flags:a", "+bitexact", str(ogg))  # fmt: skip


def _parse(report: str) -> float:
    return float(LOUDNESS.findall(report)[-1])


def _chain(score: Score, gain: float) -> str:
    """Thin rumble and mud, narrow the room, add air, even out; then limit, trim and fade.

    The limiter runs at four times the rate, so that it sees the true peaks.
    """
    fade = score.tail * 0.85
    return ",".join((
        "highpass=f=55",
        "stereotools=slev=0.8",
        "equalizer=f=260:t=q:w=0.9:g=-1.5",
        "highshelf=f=5000:g=3",
        f"volume={gain:.3f}dB",
        "acompressor=threshold=0.08:ratio=1.7:knee=6:attack=40:release=500:makeup=1",
        f"aresample={RATE * 4}",
        f"alimiter=limit={10 ** (LIMIT / 20):.4f}:attack=4:release=80:level=0",
        f"aresample={RATE}",
        f"atrim=end={score.duration:.4f}",
        "afade=t=in:d=0.004",
        f"afade=t=out:st={score.duration - fade:.4f}:d={fade:.4f}:curve=tri",
    ))  # fmt: skip


def measure(path: Path, hook: float | None = None) -> Measured:
    """Measure a sound file; its gap is the longest stretch under -50 dBFS.

    Its hook begins at `hook` seconds; without one, its loudness is the file's.

    Raises:
        SoundError: ffmpeg is missing or cannot read it.
    """
    report = _ffmpeg("-i", str(path), "-af", "silencedetect=noise=-50dB:d=0.1,ebur128=peak=true",
                     "-f", "null", "-")  # fmt: skip
    hours, minutes, seconds = DURATION.findall(report)[0]
    length = int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    gaps = [float(size) for _, size in SILENCE.findall(report) if size]
    lufs, peak = _parse(report), float(PEAK.findall(report)[-1])
    first = lufs if hook is None else _loudness(path, hook, HOOK_SECONDS)
    return Measured(lufs, first, peak, length, max(gaps, default=0.0))


def _loudness(path: Path, start: float, seconds: float) -> float:
    cut = ("-ss", str(start), "-t", str(seconds))
    return _parse(_ffmpeg(*cut, "-i", str(path), "-af", "ebur128", "-f", "null", "-"))
