"""A sound device that goes in the middle of a piece, and comes back."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.healing.conftest import PASSING_FILES, files, part, rounds
from tests.support.kiosks import RunningKiosk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PULSEAUDIO = shutil.which("pulseaudio")
LOOKED_SECONDS = 8.0
"""The kiosk looks every five seconds which sound devices are there."""
STALL_SECONDS = 4.0
"""A call that waits for a device that is gone waits longer than a busy machine's frame takes."""
HEARD_SECONDS = 120.0
"""Somebody in the clip looks sad within its first half minute, on a machine that keeps up."""


class SoundServer:
    """A PulseAudio of its own below `folder`, with a loudspeaker that nobody hears."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "pulse" / "native"
        self._socket.parent.mkdir(parents=True)
        self._home = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Run it."""
        assert PULSEAUDIO
        command = [
            PULSEAUDIO,
            "-n",
            "--exit-idle-time=-1",
            "--use-pid-file=no",
            "--disable-shm=yes",
        ]
        command += ["--load=module-null-sink"]
        command += [f"--load=module-native-protocol-unix socket={self._socket} auth-anonymous=1"]
        home = {"HOME": str(self._home), "XDG_RUNTIME_DIR": str(self._home)}
        self._process = subprocess.Popen(
            command, env=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def end(self) -> None:
        """End it as a crash or an unplugged cable would."""
        if self._process:
            self._process.kill()
            self._process.wait()
        self._socket.unlink(missing_ok=True)


@pytest.mark.skipif(not PULSEAUDIO, reason="pulseaudio is not installed")
@pytest.mark.timeout(900)
def test_a_sound_device_that_goes_and_comes(
    tmp_path: Path, within: Callable[..., float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.delenv("PULSE_SERVER", raising=False)
    server = SoundServer(tmp_path)
    server.start()
    within(10.0, (tmp_path / "pulse" / "native").exists)
    gone, back, held = [], [], []
    times: list[float] = []
    with RunningKiosk(tmp_path, silent=False) as kiosk:
        try:
            kiosk.wait_for()
            within(HEARD_SECONDS, lambda: kiosk.status()["music"])
            for _ in range(rounds(2, 20)):
                server.end()
                gone.append(within(LOOKED_SECONDS, lambda: _level(kiosk, times) == "degraded"))
                server.start()
                back.append(within(LOOKED_SECONDS, lambda: _level(kiosk, times) == "ok"))
                held.append(files(kiosk.family()[0]))
        finally:
            server.end()
        print(f"gone {max(gone):.1f} s, back {max(back):.1f} s, files {held}")
    assert max(np.diff(times)) < STALL_SECONDS
    assert max(held[1:]) <= held[0] + PASSING_FILES


def _level(kiosk: RunningKiosk, times: list[float]) -> str:
    """Return how sound does, and keep when the kiosk's loop said so."""
    status = kiosk.status()
    times.append(status["uptime_s"])
    level: str = part(status, "sound")["level"]
    return level
