"""Turns keys, touches and presses of the button into commands."""

from __future__ import annotations

import math
from typing import Literal

from device.control.commands import Command
from device.hardware.display import Key, Number, Tap, Wish
from device.hardware.gpio import Press

DOUBLE_PRESS_SECONDS = 0.8
"""Two presses of the button within this are one double press."""

Toggle = Literal["paused", "muted", "fullscreen", "pairing"]


class LocalCommand(Command):
    """A command that can only be given at the kiosk itself.

    `toggle` switches one thing over, `answer` is a key or touch about the feedback questions,
    `quit` ends the kiosk, `shut_down` switches the machine off.
    """

    toggle: Toggle | None = None
    answer: Key | Number | Tap | None = None
    quit: bool = False
    shut_down: bool = False


COMMANDS = {
    Key.QUIT: LocalCommand(quit=True),
    Key.PAUSE: LocalCommand(toggle="paused"),
    Key.MUTE: LocalCommand(toggle="muted"),
    Key.FULLSCREEN: LocalCommand(toggle="fullscreen"),
    Key.PAIR: LocalCommand(toggle="pairing"),
}
"""What the keys do that are not about the feedback questions."""


def from_display(event: Wish) -> LocalCommand:
    """Return the command of a key or a touch."""
    if isinstance(event, Key) and event in COMMANDS:
        return COMMANDS[event]
    return LocalCommand(answer=event)


class ButtonInput:
    """Tells a double press from two short ones."""

    def __init__(self) -> None:
        self._pressed_at = -math.inf

    def commands(self, press: Press, now: float) -> tuple[LocalCommand, ...]:
        """Return the commands of a press at `now` (monotonic seconds).

        A short press pauses at once. A second one right after it takes the pause back and shows
        or hides the pairing code. A long one switches the machine off.
        """
        if press is Press.LONG:
            return (LocalCommand(shut_down=True),)
        double = now - self._pressed_at < DOUBLE_PRESS_SECONDS
        self._pressed_at = -math.inf if double else now
        pause = COMMANDS[Key.PAUSE]
        return (pause, COMMANDS[Key.PAIR]) if double else (pause,)
