"""What follows from the mood: the reactions, and the music and sounds that they ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from device import reactions
from device.music import SMILE_NOTES

if TYPE_CHECKING:
    from device.messages import Mood, Reaction
    from device.mood import JoyState
    from device.music import Player

NOTE_RINGS = (0.06, 0.3, 0.55, 0.8)
"""How full the ring of a smile is when each of `SMILE_NOTES` sounds."""


class Responder:
    """Lets reactions follow the mood and joy, and music and sounds follow the reactions."""

    def __init__(self, rules: tuple[reactions.Rule, ...], player: Player) -> None:
        self._rules, self._player = rules, player
        self._state = reactions.ReactionState()
        self._notes = 0

    @property
    def active(self) -> tuple[Reaction, ...]:
        """The present reactions, the most important first."""
        return self._state.active

    @property
    def effects(self) -> tuple[Reaction, ...]:
        """The reaction whose effect is shown, if any."""
        return self._state.effects

    def update(self, mood: Mood, joy: JoyState, now: float) -> None:
        """React to the mood and to bursts of joy at `now` (monotonic seconds)."""
        burst = bool(joy.bursts)
        self._state = reactions.step(self._state, self._rules, mood, now, burst)
        self._player.request(self.first("playlist"), empty=mood.emotion is None)
        for sound in self._state.sounds:
            self._player.play_sound(sound)
        self._play_notes(joy)

    def _play_notes(self, joy: JoyState) -> None:
        """Play the notes that a smile's ring has reached since the last time."""
        reached = sum(joy.filling >= ring for ring in NOTE_RINGS)
        if reached > self._notes:
            self._player.play_sound(SMILE_NOTES[reached - 1], ducks=False)
            self._notes = reached
        elif joy.filling < NOTE_RINGS[0] / 2:
            self._notes = 0

    def first(self, what: Literal["playlist", "light"]) -> str | None:
        """Return the first playlist or light that an active reaction asks for."""
        wanted = (getattr(one, what) for one in self.active)
        return next((one for one in wanted if one), None)
