"""What people may ask for at the kiosk's keyboard."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

import pygame

if TYPE_CHECKING:
    from collections.abc import Iterable


class Key(Enum):
    """A wish, whichever key or signal it came by."""

    QUIT = auto()
    PAUSE = auto()
    MUTE = auto()
    FULLSCREEN = auto()


KEYS = {
    pygame.K_ESCAPE: Key.QUIT,
    pygame.K_q: Key.QUIT,
    pygame.K_SPACE: Key.PAUSE,
    pygame.K_m: Key.MUTE,
    pygame.K_f: Key.FULLSCREEN,
}


def keys(events: Iterable[pygame.event.Event]) -> list[Key]:
    """Return the wishes among some events.

    A key that is held down counts once. SDL makes a closed window, SIGTERM and a lost X server
    into QUIT.
    """
    wishes = []
    for event in events:
        if event.type == pygame.QUIT:
            wishes.append(Key.QUIT)
        elif event.type == pygame.KEYDOWN and event.key in KEYS:
            wishes.append(KEYS[event.key])
    return wishes
