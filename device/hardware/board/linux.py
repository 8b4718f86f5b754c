"""Reads a Linux machine from /sys, which has more on a Raspberry Pi."""

from __future__ import annotations

import shutil
from pathlib import Path

from device.hardware.board.base import Board, Reading

THERMAL = "sys/class/thermal/thermal_zone*"
THROTTLED = ("sys/devices/platform/*firmware*/get_throttled",
             "sys/devices/platform/*/*firmware*/get_throttled")  # fmt: skip
"""Where the Pi's firmware driver has the bits that `vcgencmd get_throttled` prints."""
REASONS = (
    (0x1, "the power supply is too weak"),
    (0x2, "its clock is capped"),
    (0x4, "it is throttled"),
    (0x8, "it is near its temperature limit"),
)
"""Bits that hold now (raspberrypi.com, "get_throttled"); the same 16 bits up: since the start."""
PROCESSOR = ("cpu", "soc", "x86_pkg", "acpitz")
"""Prefixes of the types of useful thermal zones, best first."""


class LinuxBoard(Board):
    """Reads files below `root`, and the free space of the disk of `folder`."""

    def __init__(self, folder: Path, root: Path = Path("/")) -> None:
        self._folder = folder
        self._zone = _zone(root)
        found = (path for pattern in THROTTLED for path in root.glob(pattern))
        self._throttled = next(found, None)

    def read(self) -> Reading:
        """Return a reading."""
        return Reading(self._temperature(), self._throttled_reasons(), _free(self._folder))

    def _temperature(self) -> float | None:
        text = _text(self._zone / "temp") if self._zone else ""
        try:
            return int(text) / 1000
        except ValueError:
            return None

    def _throttled_reasons(self) -> tuple[str, ...]:
        text = _text(self._throttled) if self._throttled else ""
        try:
            bits = int(text, 16)
        except ValueError:
            return ()
        return tuple(words for bit, words in REASONS if bits & bit)


def _zone(root: Path) -> Path | None:
    """Return the processor's thermal zone, or any other if it has none."""
    zones = sorted(root.glob(THERMAL))
    for name in PROCESSOR:
        for zone in zones:
            if _text(zone / "type").lower().startswith(name):
                return zone
    return zones[0] if zones else None


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _free(folder: Path) -> int | None:
    """Return the free bytes on the disk of a folder, which need not exist yet."""
    for place in (folder, *folder.parents):
        try:
            return shutil.disk_usage(place).free
        except FileNotFoundError:
            continue
        except OSError:
            return None
    return None
