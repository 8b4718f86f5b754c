"""Keys, touches and presses of the button as commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from device.hardware.display import Key, Number, Tap
from device.hardware.gpio import Press
from device.kiosk.inputs import (
    DOUBLE_PRESS_SECONDS,
    LOOK_SECONDS,
    ButtonInput,
    DisplayInput,
    LocalCommand,
)

if TYPE_CHECKING:
    from device.hardware.display import InputKind, Wish

PAUSE, PAIR = LocalCommand(toggle="paused"), LocalCommand(toggle="pairing")


@pytest.mark.parametrize(
    ("event", "command"),
    [
        (Key.QUIT, LocalCommand(quit=True)),
        (Key.PAUSE, PAUSE),
        (Key.MUTE, LocalCommand(toggle="muted")),
        (Key.FULLSCREEN, LocalCommand(toggle="fullscreen")),
        (Key.PAIR, PAIR),
        (Key.ASK, LocalCommand(answer=Key.ASK)),
        (Key.YES, LocalCommand(answer=Key.YES)),
        (Key.NO, LocalCommand(answer=Key.NO)),
        (Number(3), LocalCommand(answer=Number(3))),
        (Tap(0.25, 0.5), LocalCommand(answer=Tap(0.25, 0.5))),
    ],
    ids=str,
)
def test_each_key_and_touch_is_a_command(event: Key | Number | Tap, command: LocalCommand) -> None:
    found = DisplayInput(list).command(event)
    assert found == command
    assert type(found.answer) is type(command.answer)


def test_every_key_is_known() -> None:
    display = DisplayInput(list)
    assert all(display.command(key) != LocalCommand() for key in Key)


def test_a_touch_ends_a_pause_and_a_key_does_not() -> None:
    display = DisplayInput(list)
    assert display.command(Tap(0.1, 0.9), resumes=True) == LocalCommand(paused=False)
    assert display.command(Number(3), resumes=True) == LocalCommand(answer=Number(3))
    assert display.command(Key.PAUSE, resumes=True) == PAUSE


@pytest.mark.parametrize(
    ("connected", "used", "button", "way"),
    [
        ([], None, False, None),
        ([], Key.QUIT, False, None),
        ([], Key.MUTE, False, "key"),
        ([], Number(1), False, "key"),
        (["keyboard"], None, False, "key"),
        (["keyboard"], None, True, "button"),
        (["keyboard", "touch"], None, True, "touch"),
        ([], Tap(0.5, 0.5), True, "touch"),
    ],
)
def test_the_way_to_resume_is_one_that_is_there_or_was_used(
    connected: list[InputKind], used: Wish | None, button: bool, way: str | None
) -> None:
    display = DisplayInput(lambda: connected)
    if used is not None:
        display.command(used)
    assert display.way_to_resume(button, 10.0) == way


def test_a_keyboard_that_is_plugged_in_later_is_found() -> None:
    connected: list[InputKind] = []
    display = DisplayInput(lambda: connected)
    assert display.way_to_resume(False, 10.0) is None
    connected.append("keyboard")
    assert display.way_to_resume(False, 9.9 + LOOK_SECONDS) is None, "it is not looked up each time"
    assert display.way_to_resume(False, 10.0 + LOOK_SECONDS) == "key"


def presses(*times: float) -> list[tuple[LocalCommand, ...]]:
    button = ButtonInput()
    return [button.commands(Press.SHORT, time) for time in times]


def test_a_short_press_pauses_at_once() -> None:
    assert presses(100.0, 100.01 + DOUBLE_PRESS_SECONDS) == [(PAUSE,), (PAUSE,)]


def test_a_second_press_right_after_it_takes_the_pause_back_and_shows_the_code() -> None:
    assert presses(100.0, 99.99 + DOUBLE_PRESS_SECONDS) == [(PAUSE,), (PAUSE, PAIR)]


def test_three_presses_in_a_row_are_a_double_press_and_a_short_one() -> None:
    assert presses(100.0, 100.2, 100.4, 100.6) == [(PAUSE,), (PAUSE, PAIR)] * 2


def test_a_press_right_after_the_start_is_a_short_one() -> None:
    assert presses(0.0) == [(PAUSE,)]


def test_a_long_press_switches_the_machine_off() -> None:
    assert ButtonInput().commands(Press.LONG, 5.0) == (LocalCommand(shut_down=True),)
