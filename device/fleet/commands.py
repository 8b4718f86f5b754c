"""What a kiosk may be told through the broker: a few words, none of which can break it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.control.commands import Command
from device.errors import CommandError

if TYPE_CHECKING:
    from device.control.status import Status

WORDS = {
    "pause": {"paused": True},
    "resume": {"paused": False},
    "mute": {"muted": True},
    "unmute": {"muted": False},
}
TOGGLES = {"toggle-pause": "paused", "toggle-mute": "muted"}
"""What a button does: the other way round than it is."""
SHOWN = 40


def read(payload: bytes, status: Status) -> Command:
    """Return the order for one of the words. Raises CommandError when it is none."""
    word = payload.decode("utf-8", "replace")
    if word in TOGGLES:
        name = TOGGLES[word]
        return Command.model_validate({name: not getattr(status, name)})
    if word not in WORDS:
        known = ", ".join((*WORDS, *TOGGLES))
        raise CommandError(f"no order {word[:SHOWN]!r}; there are {known}")
    return Command.model_validate(WORDS[word])
