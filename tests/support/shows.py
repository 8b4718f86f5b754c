"""Plays moods and smiles into the reactions."""

from __future__ import annotations

from device.messages import Mood
from device.mood.joy import Burst, JoyState
from device.reactions import ReactionState, Rule, step

TICK = 0.25
COMFORT = Rule(
    name="comfort",
    moods=("sad", "fear"),
    after_seconds=2,
    playlist="uplifting",
    effect=("tender",),
    light="warm",
    min_seconds=10,
    linger_seconds=5,
    max_seconds=60,
    empty_seconds=2,
    cooldown_seconds=30,
    max_per_hour=4,
)
CELEBRATE = Rule(
    name="celebrate",
    moods=("happy",),
    after_seconds=1,
    effect=("confetti",),
    sound="celebrate",
    linger_seconds=1,
    max_seconds=8,
)


class Show:
    """Plays moods into `step` and notes which reactions start and end, and when."""

    def __init__(self, *rules: Rule) -> None:
        self.rules = rules
        self.now = 1000.0
        self.state = ReactionState()
        self.events: list[tuple[float, str, str]] = []
        self.sounds: list[tuple[float, str]] = []

    def play(self, emotion: str | None, seconds: float) -> list[str]:
        for _ in range(round(seconds / TICK)):
            self.now += TICK
            before = {one.name for one in self.state.active}
            self.state = step(self.state, self.rules, Mood(emotion, self.now), self.now)
            names = {one.name for one in self.state.active}
            at = self.now - 1000.0
            self.events += [(at, "start", name) for name in sorted(names - before)]
            self.events += [(at, "end", name) for name in sorted(before - names)]
            self.sounds += [(at, name) for name in self.state.sounds]
        return self.active

    def burst(self, emotion: str | None) -> None:
        """Let a smile fill its ring, in the mood of a room."""
        self.now += TICK
        joy = JoyState(bursts=(Burst(1, 1),))
        self.state = step(self.state, self.rules, Mood(emotion, self.now), self.now, joy)
        self.sounds += [(self.now - 1000.0, name) for name in self.state.sounds]

    @property
    def active(self) -> list[str]:
        return [one.name for one in self.state.active]

    def starts(self, name: str) -> list[float]:
        return [at for at, what, who in self.events if (what, who) == ("start", name)]
