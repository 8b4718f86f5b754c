"""Keys, touches and presses of the button as commands."""

from __future__ import annotations

import pytest

from device.hardware.display import Key, Number, Tap
from device.hardware.gpio import Press
from device.kiosk.inputs import DOUBLE_PRESS_SECONDS, ButtonInput, LocalCommand, from_display

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
    found = from_display(event)
    assert found == command
    assert type(found.answer) is type(command.answer)


def test_every_key_is_known() -> None:
    assert all(from_display(key) != LocalCommand() for key in Key)


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
