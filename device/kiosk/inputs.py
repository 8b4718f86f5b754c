"""Turns keys, touches and presses of the button into commands."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from device.control.commands import Command
from device.hardware.display import Key, Number, Tap, Wish, connected
from device.hardware.gpio import Press

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from device.hardware.display import InputKind
    from device.stage.scene import WayToResume

DOUBLE_PRESS_SECONDS = 0.8
"""Two presses of the button within this are one double press."""
LOOK_SECONDS = 5.0
"""How often the connected devices are looked up while somebody needs to know."""

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


class DisplayInput:
    """Turns keys and touches into commands, and remembers which of them there are.

    `connected` lists the keyboards and touch screens.
    """

    def __init__(self, connected: Callable[[], Iterable[InputKind]] = connected) -> None:
        self._connected = connected
        self._used: set[InputKind] = set()
        self._found: frozenset[InputKind] = frozenset()
        self._look_at = -math.inf

    def command(self, event: Wish, *, resumes: bool = False) -> LocalCommand:
        """Return the command of a key or a touch; a touch that `resumes` ends the pause."""
        if event is not Key.QUIT:  # which a signal is, too
            self._used.add("touch" if isinstance(event, Tap) else "keyboard")
        if isinstance(event, Key) and event in COMMANDS:
            return COMMANDS[event]
        if isinstance(event, Tap) and resumes:
            return LocalCommand(paused=False)
        return LocalCommand(answer=event)

    def way_to_resume(self, has_button: bool, now: float) -> WayToResume | None:
        """Return how somebody at the kiosk can end a pause: by a device that is there or was used.

        None if there is neither a touch screen nor a button nor a keyboard. `now` is in seconds.
        """
        if not self._look_at - LOOK_SECONDS <= now < self._look_at:
            self._look_at = now + LOOK_SECONDS
            self._found = frozenset(self._connected())
        there = self._found | self._used
        if "touch" in there:
            return "touch"
        if has_button:
            return "button"
        return "key" if "keyboard" in there else None


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
