"""From the power switch to a smile, on a whole emulated arm64 machine; prints a table.

    python -m tests.rig.boot --rig RIG --wheelhouse FOLDER --out FOLDER

RIG is a program that has such a machine, a bare Debian with a KMS display, sound, a V4L2 camera and
GPIO lines, and takes these words: `boot`, `ssh COMMAND`, `run FOLDER COMMAND` (which copies the
folder to the machine first), `screendump FILE` (PNG), `sendkey KEY` (QEMU's names) and `stop`.
While it runs, `$RIG_WORK/$RIG_NAME/sound.wav` grows by what it plays. The wheelhouse has the
wheels of install/requirements.txt for arm64, and those of gpiozero and lgpio; the Debian packages
that install.sh names are on the machine or in its apt's cache, as nothing is fetched. Everything is
drawn and computed in software there, so pixels and answers are judged, not rates. It takes ten
minutes to half an hour; pictures of the screen are left in OUT, to be looked at.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

ROOT = Path(__file__).parent.parent.parent
from tests.rig.shipped import lay  # noqa: E402 (the folder is known only now)

PORT = 18080
ADDRESS = f"http://127.0.0.1:{PORT}/api/v1"
PATIENCE = 900.0
"""Seconds for what a Pi does in some; the emulated one is about thirty times as slow."""
SLOW = """[Unit]
StartLimitIntervalSec=0
[Service]
WatchdogSec=180
TimeoutStartSec=600
TimeoutAbortSec=30
"""
"""The limits of the unit are a Pi's."""
CONFIG = """[web]
host = "0.0.0.0"
[gpio]
red = 4
green = 5
blue = 6
[stage]
fps = 5
[camera]
source = "{camera}"
"""
WAV_HEADER, SAMPLES = 44, 2 * 44_100
"""The recording: bytes before the sound, and samples of both channels in a second."""
LOUD, ENOUGH = 300, 2.0
"""A sample above this, -41 dBFS, is to be heard; so many seconds of them are music."""
CLIP = "file:/opt/moodlift/current/assets/clip/demo.mp4"


LIGHT = """PYTHONPATH=/tmp/gpio venv/bin/python -c '
from device.config.gpio import GpioConfig
from device.hardware.gpio import open_gpio
pins = open_gpio(GpioConfig(red=4, green=5, blue=6))
pins.light = "warm"
pins.tick(0.0)
print(*pins.health)
pins.close()'"""


@dataclass
class Machine:
    """The emulated machine, as `rig` has it."""

    rig: Path
    out: Path

    def __call__(self, *words: str, seconds: float = PATIENCE) -> str:
        """Have the rig do something; return what it prints. Raises RuntimeError where it fails."""
        environment = {**os.environ, "RIG_PORTS": f"{PORT}:8080"}
        told = subprocess.run(
            [self.rig, *words],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=seconds,
        )
        if told.returncode:
            raise RuntimeError(f"{shlex.join(words)}: {told.stdout.strip()[-600:]}")
        return told.stdout.strip()

    def ssh(self, command: str) -> str:
        """Run a command line in the machine as root; return what it prints."""
        return self("ssh", command)

    def picture(self, name: str) -> NDArray[np.uint8]:
        """Return what the screen shows, uint8 (height, width, 3), and keep it as a file."""
        import cv2

        path = self.out / f"{name}.png"
        self("screendump", str(path))
        picture = cv2.imread(str(path))
        if picture is None:
            raise RuntimeError(f"{path}: no picture of the screen")
        return np.asarray(picture, np.uint8)

    def status(self) -> dict[str, Any]:
        """Return what the status page tells."""
        with urllib.request.urlopen(f"{ADDRESS}/status", timeout=60) as answer:
            told: dict[str, Any] = json.load(answer)
            return told

    def healthy(self, part: str) -> bool:
        """Tell whether a part of the kiosk says that it is well."""
        levels = {one["component"]: one["level"] for one in self.status()["health"]}
        return levels.get(part) == "ok"

    def order(self, **order: object) -> None:
        """Order something as the owner."""
        owner = json.loads(self.ssh("cat /var/lib/moodlift/owner.json"))
        headers = {"Authorization": f"Bearer {owner['token']}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{ADDRESS}/order", json.dumps(order).encode(), headers)
        urllib.request.urlopen(request, timeout=60).close()

    def configure(self, camera: str) -> None:
        """Write the kiosk's configuration and start it again."""
        text = shlex.quote(CONFIG.format(camera=camera))
        restart = "systemctl restart --no-block moodlift"
        self.ssh(f"printf %s {text} >/etc/moodlift/config.toml && {restart}")
        until(lambda: self.status()["uptime_s"] < PATIENCE / 10)


def until(what: Callable[[], object], seconds: float = PATIENCE) -> float:
    """Wait until something holds; return for how many seconds it did not."""
    begun = time.monotonic()
    while True:
        with contextlib.suppress(OSError, RuntimeError):
            if what():
                return time.monotonic() - begun
        if time.monotonic() - begun > seconds:
            raise RuntimeError(f"not within {seconds:.0f} s")
        time.sleep(2.0)


def painted(picture: NDArray[np.uint8]) -> bool:
    """Tell whether a picture is the stage: colour nearly everywhere, as no console has."""
    channels = picture.astype(int)
    return float((channels.max(axis=2) - channels.min(axis=2) > 12).mean()) > 0.5


def install(machine: Machine, wheelhouse: Path) -> str:
    with tempfile.TemporaryDirectory() as folder:
        lay(ROOT, Path(folder))
        shutil.copytree(wheelhouse, Path(folder, "wheelhouse"))
        begun = time.monotonic()
        drop = "/etc/systemd/system/moodlift.service.d"
        slow = f"mkdir -p {drop} && printf %s {shlex.quote(SLOW)} >{drop}/slow.conf"
        machine("run", folder, f"{slow} && ./install.sh --offline wheelhouse", seconds=5400)
    return f"{time.monotonic() - begun:.0f} s"


def stage(machine: Machine, name: str) -> str:
    waited = until(lambda: painted(machine.picture(name)))
    return f"{waited:.0f} s, {name}.png"


def page(machine: Machine) -> str:
    until(lambda: machine.status()["model"])
    status = machine.status()
    return f"version {status['version']}, model {status['model']}"


def camera(machine: Machine) -> str:
    machine.configure("auto")
    until(lambda: machine.healthy("camera") and machine.status()["frame_age_s"] is not None)
    return str(machine.status()["camera"])


def faces(machine: Machine) -> str:
    machine.configure(CLIP)
    until(lambda: machine.status()["faces"])
    stage(machine, "face")
    return f"{len(machine.status()['faces'])} seen, face.png"


def keys(machine: Machine) -> str:
    def press(key: str, what: str, wanted: bool) -> None:
        machine("sendkey", key)
        until(lambda: machine.status()[what] is wanted)

    for wanted in (True, False):
        press("m", "muted", wanted)
        press("spc", "paused", wanted)
    return "m mutes, space pauses, and back"


def lights(machine: Machine) -> str:
    # Raspberry Pi OS brings lgpio; a plain Debian does not.
    told = machine.ssh(
        "cd /opt/moodlift/current && venv/bin/python -m pip install --quiet --no-index "
        f"--target /tmp/gpio --find-links /root/src/wheelhouse lgpio gpiozero && {LIGHT}"
    )
    if not told.startswith("ok"):
        raise RuntimeError(told)
    return told


def music(machine: Machine) -> str:
    def plays() -> object:
        machine.order(show={"emotion": "sad", "seconds": 120})
        return machine.status()["music"]

    before = recording().stat().st_size
    until(lambda: plays() and heard(before)[0] > ENOUGH)
    seconds, peak = heard(before)
    track = machine.status()["music"]
    return f"{track}, {seconds:.1f} s of it heard so far, peak {peak:.0f} dBFS"


def recording() -> Path:
    """Return the file of what the machine plays, which grows while it runs."""
    folder = os.environ.get("RIG_WORK", "rig-work"), os.environ.get("RIG_NAME", "qemu")
    return Path(*folder, "sound.wav")


def heard(start: int) -> tuple[float, float]:
    """Return how many seconds of the recording from a byte on are loud, and their peak in dBFS."""
    recorded = recording().read_bytes()[WAV_HEADER + max(0, start - WAV_HEADER) // 4 * 4 :]
    pcm = np.abs(np.frombuffer(recorded[: len(recorded) // 2 * 2], "<i2").astype(float))
    peak = max(1.0, pcm.max(initial=0.0))
    return float((pcm > LOUD).sum()) / SAMPLES, float(20 * np.log10(peak / 32768))


def reboot(machine: Machine) -> str:
    before = machine.ssh("cat /proc/sys/kernel/random/boot_id")
    with contextlib.suppress(RuntimeError):  # the connection goes with the machine
        machine.ssh("systemctl reboot")
    begun = time.monotonic()
    until(lambda: machine.ssh("cat /proc/sys/kernel/random/boot_id") != before)
    until(lambda: painted(machine.picture("rebooted")))
    until(machine.status)
    logins = machine.ssh("systemctl is-active getty@tty1 || true")
    if logins == "active":
        raise RuntimeError("a login has the first console")
    return f"picture and page {time.monotonic() - begun:.0f} s after the order, no login"


def console(machine: Machine) -> str:
    machine.ssh("systemctl stop moodlift")
    until(lambda: machine.ssh("systemctl is-active getty@tty1") == "active", 120)
    until(lambda: not painted(machine.picture("console")), 120)
    return "the login is back, console.png"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rig", type=Path, required=True)
    parser.add_argument("--wheelhouse", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--installed", action="store_true", help="the machine runs, with a kiosk")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    machine = Machine(options.rig.resolve(), options.out.resolve())
    steps: list[tuple[str, Callable[[], str]]] = [
        ("a bare machine starts", lambda: machine("boot")),
        ("install.sh", lambda: install(machine, options.wheelhouse)),
        ("the stage is on the screen", lambda: stage(machine, "installed")),
        ("the page answers from outside", lambda: page(machine)),
        ("the V4L2 camera", lambda: camera(machine)),
        ("faces of the clip", lambda: faces(machine)),
        ("keys of the machine's keyboard", lambda: keys(machine)),
        ("light through lgpio", lambda: lights(machine)),
        ("music for a sad face, recorded", lambda: music(machine)),
        ("reboot comes back by itself", lambda: reboot(machine)),
        ("stop gives the console back", lambda: console(machine)),
    ]
    begin = ("a bare machine starts", "install.sh")
    if options.installed:
        steps = [step for step in steps if step[0] not in begin]
    failed = 0
    for name, step in steps:
        try:
            told = step().splitlines()[-1:]
            print(f"ok      {name:32}{told[0] if told else ''}", flush=True)
        except (OSError, RuntimeError, LookupError, subprocess.TimeoutExpired) as error:
            failed += 1
            print(f"FAILED  {name:32}{error}", flush=True)
            if name in begin:
                break
    machine("stop")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
