"""Finds the sound outputs of this machine without opening any."""

from __future__ import annotations

import contextlib
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVERS = (("PipeWire", "pipewire-0"), ("PulseAudio", "pulse/native"))


def find_outlets(environ: Mapping[str, str], root: Path = Path("/")) -> tuple[str, ...]:
    """Return the names of the sound outputs, () if there are none.

    These are the driver in $SDL_AUDIODRIVER if it is set, else this user's sound server and the
    sound cards with a playback device (a webcam's microphone is a card without one). Nothing is
    opened, because ALSA prints many lines for each missing card. The result changes when a device
    is added or removed, or when the sound server is restarted.
    """
    driver = environ.get("SDL_AUDIODRIVER")
    if driver:
        return (f"SDL driver {driver}",)
    if sys.platform != "linux":
        return ("the system's sound",)
    return (*_servers(environ), *_cards(root))


def _servers(environ: Mapping[str, str]) -> list[str]:
    if environ.get("PULSE_SERVER"):
        return [f"PulseAudio at {environ['PULSE_SERVER']}"]
    runtime = environ.get("XDG_RUNTIME_DIR")
    if not runtime:
        return []
    found = []
    for name, socket in SERVERS:
        # It may be another user's, or go away at any moment.
        with contextlib.suppress(OSError):
            found.append(f"{name} ({Path(runtime, socket).stat().st_ino})")
    return found


def _cards(root: Path) -> list[str]:
    devices = sorted(root.glob("dev/snd/pcmC*D*p"))
    numbers = [re.match(r"pcmC(\d+)D", path.name) for path in devices]
    cards = dict.fromkeys(match[1] for match in numbers if match)
    return [f"sound card {number}{_card_name(root, number)}" for number in cards]


def _card_name(root: Path, number: str) -> str:
    try:
        return f" ({root.joinpath('proc/asound', f'card{number}', 'id').read_text().strip()})"
    except OSError:
        return ""
