"""What follows from the mood: the reactions, and the music and sounds that they ask for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from device import reactions
from device.music import CHIME, SMILE_NOTES, STREAK_CHORDS

if TYPE_CHECKING:
    from device.config.schema import ReactionsConfig
    from device.messages import Game, Mood, Reaction
    from device.mood import JoyState
    from device.music import Player

NOTE_RINGS = (0.06, 0.3, 0.55, 0.8)
"""How full the ring of a smile is when each of `SMILE_NOTES` sounds."""
FRIENDLY = ("neutral", "happy", "surprise")
"""The moods in which a game may begin."""

AFTER_COMFORT_SECONDS = 4.0
"""Such a mood has to last this long after somebody was comforted."""


class Responder:
    """Lets reactions follow the mood and joy, and music and sounds follow the reactions.

    Several people are invited to a game, if the configuration permits it.
    """

    def __init__(
        self, rules: tuple[reactions.Rule, ...], player: Player, config: ReactionsConfig
    ) -> None:
        self._rules, self._player, self._config = rules, player, config
        self._state = reactions.ReactionState()
        self._everybody = reactions.EverybodyState()
        self._notes = 0

    @property
    def active(self) -> tuple[Reaction, ...]:
        """The present reactions, the most important first."""
        return self._state.active

    @property
    def state(self) -> reactions.ReactionState:
        """The state of the reactions."""
        return self._state

    @property
    def game(self) -> Game | None:
        """The game that several people play, if any."""
        return self._everybody.game

    def update(self, mood: Mood, joy: JoyState, now: float) -> None:
        """React to the mood and to smiles at `now` (monotonic seconds)."""
        may_play = self._config.everybody_smile and self._may_play(mood, now)
        self._everybody = reactions.step_everybody(self._everybody, joy, now, may_play)
        has_won = self._everybody.has_won
        self._state = reactions.step(self._state, self._rules, mood, now, joy, has_won)
        asking = next((one for one in self.active if one.playlist), None)
        # Quiet music for somebody calm is in no hurry.
        since = asking.started if asking and asking.emotion != "neutral" else -math.inf
        playlist = asking.playlist if asking else None
        self._player.request(playlist, since=since, empty=mood.emotion is None)
        for sound in self._state.sounds:
            self._player.play_sound(_grown(sound, joy.streak))
        self._play_notes(joy)

    def _may_play(self, mood: Mood, now: float) -> bool:
        """Return whether nobody is comforted, and the mood is one to begin a game in.

        The music of a comfort may outlast it.
        """
        is_friendly = mood.emotion in FRIENDLY
        if any(one.emotion in reactions.LOW for one in self.active):
            rested = self.game is not None or now - mood.since >= AFTER_COMFORT_SECONDS
            return is_friendly and rested and not self._state.is_relief
        return is_friendly or self.game is not None

    def _play_notes(self, joy: JoyState) -> None:
        """Play the notes that a smile's ring has reached since the last time."""
        filling = 0.0 if self._state.relief.unfinished else joy.filling  # it has a chord already
        reached = sum(filling >= ring for ring in NOTE_RINGS)
        if reached > self._notes:
            self._player.play_sound(SMILE_NOTES[reached - 1], ducks=False)
            self._notes = reached
        elif filling < NOTE_RINGS[0] / 2:
            self._notes = 0

    @property
    def light(self) -> str | None:
        """The first light that an active reaction asks for."""
        return next((one.light for one in self.active if one.light), None)


def _grown(sound: str, streak: int) -> str:
    """Return the sound of the `streak`-th smile in a row: its chord rises."""
    if sound != CHIME or streak == 0:
        return sound
    return STREAK_CHORDS[min(streak, len(STREAK_CHORDS)) - 1]
