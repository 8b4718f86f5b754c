"""What people may ask for at the kiosk's keyboard and screen."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

import pygame

if TYPE_CHECKING:
    from collections.abc import Iterable

    from device.hardware.display.orientation import Orientation, Size


class Key(Enum):
    """A wish, whichever key or signal it came by."""

    QUIT = auto()
    PAUSE = auto()
    MUTE = auto()
    FULLSCREEN = auto()
    ASK = auto()
    YES = auto()
    NO = auto()
    PAIR = auto()


class Number(NamedTuple):
    """A digit from 1 to 9 was pressed."""

    value: int


class Tap(NamedTuple):
    """A touch or a click, in shares of the canvas from its top left corner."""

    x: float
    y: float


Wish = Key | Number | Tap

KEYS = {
    pygame.K_ESCAPE: Key.QUIT,
    pygame.K_q: Key.QUIT,
    pygame.K_SPACE: Key.PAUSE,
    pygame.K_m: Key.MUTE,
    pygame.K_f: Key.FULLSCREEN,
    pygame.K_w: Key.ASK,
    pygame.K_y: Key.YES,
    pygame.K_j: Key.YES,
    pygame.K_n: Key.NO,
    pygame.K_p: Key.PAIR,
}
NUMBERS = {
    code: number
    for number in range(1, 10)
    for code in (getattr(pygame, f"K_{number}"), getattr(pygame, f"K_KP{number}"))
}


def wishes(
    events: Iterable[pygame.event.Event], screen: Size, orientation: Orientation
) -> list[Wish]:
    """Return the wishes among some events on a panel of some size in pixels.

    A key that is held down counts once. SDL makes a closed window, SIGTERM and a lost X server
    into QUIT, and a touch into a click.
    """
    found: list[Wish] = []
    for event in events:
        if event.type == pygame.QUIT:
            found.append(Key.QUIT)
        elif event.type == pygame.KEYDOWN and event.key in KEYS:
            found.append(KEYS[event.key])
        elif event.type == pygame.KEYDOWN and event.key in NUMBERS:
            found.append(Number(NUMBERS[event.key]))
        elif event.type == pygame.MOUSEBUTTONDOWN and event.button == pygame.BUTTON_LEFT:
            x, y = event.pos
            found.append(Tap(*orientation.on_canvas(x / screen[0], y / screen[1])))
    return found
