"""The commands that a kiosk accepts by MQTT: a few words, which cannot break it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.control.commands import Command
from device.errors import CommandError

if TYPE_CHECKING:
    from device.control.status import Status

COMMANDS = {
    "pause": {"paused": True},
    "resume": {"paused": False},
    "mute": {"muted": True},
    "unmute": {"muted": False},
}
TOGGLES = {"toggle-pause": "paused", "toggle-mute": "muted"}
"""Words that invert a field of the status."""
SHOWN = 40
"""Characters of an unknown word in an error."""


def parse(payload: bytes, status: Status) -> Command:
    """Return the command for a message. Raises CommandError for an unknown word."""
    word = payload.decode("utf-8", "replace")
    if word in TOGGLES:
        name = TOGGLES[word]
        return Command.model_validate({name: not getattr(status, name)})
    if word not in COMMANDS:
        known = ", ".join((*COMMANDS, *TOGGLES))
        raise CommandError(f"unknown command {word[:SHOWN]!r} (known: {known})")
    return Command.model_validate(COMMANDS[word])
