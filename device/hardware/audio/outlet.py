"""Where sound could go out on this machine, found without opening anything."""

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
    """Return what can play sound, in words; empty if nothing can.

    That is the driver in $SDL_AUDIODRIVER if it is set, else a sound server of this user and the
    sound cards with a playback device (a webcam's microphone is a card too, and plays nothing).
    Opening is no way to ask: ALSA's library prints an essay for each card that is not there. Two
    answers are equal as long as the same devices are there, so a caller notices one that comes or
    goes, and a sound server that was started again.
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
