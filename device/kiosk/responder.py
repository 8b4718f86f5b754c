"""What follows from the mood: the reactions, and the music and sounds that they ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from device import reactions

if TYPE_CHECKING:
    from device.messages import Mood, Reaction
    from device.music import Player


class Responder:
    """Lets reactions follow the mood, and music follow the reactions."""

    def __init__(self, rules: tuple[reactions.Rule, ...], player: Player) -> None:
        self._rules, self._player = rules, player
        self._state = reactions.ReactionState()

    @property
    def active(self) -> tuple[Reaction, ...]:
        """The present reactions, the most important first."""
        return self._state.active

    def update(self, mood: Mood, now: float) -> None:
        """React to the mood at `now` (monotonic seconds)."""
        self._state = reactions.step(self._state, self._rules, mood, now)
        self._player.request(self.first("playlist"), empty=mood.emotion is None)
        for sound in self._state.sounds:
            self._player.play_sound(sound)

    def first(self, what: Literal["playlist", "light"]) -> str | None:
        """Return the first playlist or light that an active reaction asks for."""
        wanted = (getattr(one, what) for one in self.active)
        return next((one for one in wanted if one), None)
