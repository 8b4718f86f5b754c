"""Which keyboards and touch screens Linux knows."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

InputKind = Literal["touch", "keyboard"]

LIST = Path("/proc/bus/input/devices")
TYPING_KEYS = 0xFFFFFFFE
"""The first keys, from Esc to S: udev calls what has all of them a keyboard, unlike a power button
or a remote control."""
DIRECT = 1 << 1
"""INPUT_PROP_DIRECT: what is touched lies under the finger, as on a screen, unlike a touchpad."""


def connected(path: Path = LIST) -> frozenset[InputKind]:
    """Return the kinds of devices that are connected; none where the list cannot be read."""
    try:
        text = path.read_text("utf-8", "replace")
    except OSError:
        return frozenset()
    return frozenset(kind for block in text.split("\n\n") for kind in _kinds(block))


def _kinds(block: str) -> list[InputKind]:
    """Return what one device is, by the bitmaps of its properties and keys."""
    bitmaps = dict(
        line.removeprefix("B: ").split("=", 1)
        for line in block.splitlines()
        if line.startswith("B: ") and "=" in line
    )
    found: list[InputKind] = []
    if _last_word(bitmaps.get("PROP", "")) & DIRECT:
        found.append("touch")
    if _last_word(bitmaps.get("KEY", "")) & TYPING_KEYS == TYPING_KEYS:
        found.append("keyboard")
    return found


def _last_word(bitmap: str) -> int:
    """Return the lowest bits of a bitmap: hexadecimal words, the highest first."""
    try:
        return int(bitmap.split()[-1], 16)
    except (IndexError, ValueError):
        return 0
