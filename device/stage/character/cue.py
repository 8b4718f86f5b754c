"""What a running effect tells the character."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from device.stage.character.expression import Expression
    from device.stage.character.life import Gaze


class Directs(Protocol):
    """An effect that directs the character; `age` is in seconds.

    It `celebrates` a smile; if not, its directions end with one.
    """

    celebrates: bool

    def act(self, expression: Expression, age: float) -> Expression:
        """Return what the character makes of its expression while the effect is shown."""

    def look(self, age: float) -> Gaze | None:
        """Return where the character looks, if the effect calls for its eyes."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A running effect, its age in seconds, and its strength in [0, 1]."""

    effect: Directs
    age: float
    strength: float
