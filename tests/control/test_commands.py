"""What the owner may tell the kiosk to do."""

from __future__ import annotations

import pytest

from device.control import commands
from device.control.commands import MOST, Command, CommandQueue, ShowScene
from device.errors import CommandError
from device.messages import EMOTIONS


@pytest.mark.parametrize(
    ("values", "order"),
    [
        ({"paused": True}, Command(paused=True)),
        ({"muted": False, "volume": 0.25}, Command(muted=False, volume=0.25)),
        ({"skip": True}, Command(skip=True)),
        ({"calm_faces": "learn"}, Command(calm_faces="learn")),
        ({"show": {"emotion": "fear"}}, Command(show=ShowScene(emotion="fear", seconds=20.0))),
    ],
)
def test_commands_are_read(values: dict[str, object], order: Command) -> None:
    assert commands.parse(values) == order


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (None, "command = None: input should be a valid dictionary"),
        ([], "command: "),
        ({}, "command: empty; known are paused, muted, volume, skip, chime, restart, show, "),
        ({"paused": "yes"}, "paused = 'yes': input should be a valid boolean"),
        ({"volume": 1.5}, "volume = 1.5: input should be less than or equal to 1"),
        ({"volume": "loud"}, "volume = 'loud': input should be a valid number"),
        ({"dance": True}, "dance: unknown key; known here: paused, muted"),
        ({"calm_faces": "all"}, "calm_faces = 'all': input should be 'learn' or 'forget'"),
        ({"show": {"emotion": "bored"}}, f"= 'bored': should be one of {', '.join(EMOTIONS)}"),
        ({"show": {"emotion": "sad", "seconds": 1e9}}, "show.seconds = 1000000000.0: "),
    ],
)
def test_what_is_no_command_is_refused(values: object, reason: str) -> None:
    with pytest.raises(CommandError) as caught:
        commands.parse(values)
    assert reason in str(caught.value)


def test_commands_come_in_their_order_and_do_not_pile_up() -> None:
    waiting = CommandQueue()
    given = [Command(volume=number / MOST) for number in range(MOST)]
    for order in given:
        waiting.put(order)
    with pytest.raises(CommandError, match="too many"):
        waiting.put(Command(skip=True))
    assert list(waiting.drain()) == given
    assert list(waiting.drain()) == []
