"""All effects by name, and the scheduler of those that run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from device.stage.character.cue import Cue
from device.stage.easing import smooth
from device.stage.effects.balloons import Balloons
from device.stage.effects.breath import Breath
from device.stage.effects.confetti import Confetti
from device.stage.effects.fireworks import Fireworks
from device.stage.effects.freshen import Freshen
from device.stage.effects.glow import Glow
from device.stage.effects.grand import Grand
from device.stage.effects.hearts import Hearts
from device.stage.effects.lantern import Lantern
from device.stage.effects.stars import Stars
from device.stage.effects.sunburst import Sunburst
from device.stage.effects.tender import Tender

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

    import pygame

    from device.messages import Reaction
    from device.stage.effects.base import Effect
    from device.stage.emoji import Emoji
    from device.stage.layout import Layout

EFFECTS: dict[str, Callable[[Layout, Emoji, random.Random], Effect]] = {
    "confetti": Confetti,
    "balloons": Balloons,
    "hearts": Hearts,
    "fireworks": Fireworks,
    "sunburst": Sunburst,
    "grand": Grand,
    "tender": Tender,
    "lantern": Lantern,
    "breath": Breath,
    "freshen": Freshen,
    "stars": Stars,
    "glow": Glow,
}
"""The values of a reaction's `effect`."""
FADE_IN, FADE_IN_AT_ONCE = 0.8, 0.2
"""Seconds; the second one is for what answers a moment."""
AT_ONCE = frozenset({
    "confetti", "balloons", "hearts", "fireworks", "sunburst", "grand", "freshen", "stars",
})  # fmt: skip
FADE_OUT = 1.2
MAX_RUNNING = 3
"""Most effects at a time, including those that fade out; a new one replaces the oldest."""


@dataclass(frozen=True, slots=True)
class EffectRun:
    """One run of an effect, with its start and its end, if it has ended."""

    name: str
    reaction_started: float
    since: float
    until: float | None = None

    def strength(self, now: float) -> float:
        """Return the strength in [0, 1]."""
        fade_in = FADE_IN_AT_ONCE if self.name in AT_ONCE else FADE_IN
        shown = smooth((now - self.since) / fade_in)
        if self.until is None:
            return shown
        return min(shown, smooth((self.until - now) / FADE_OUT + 1.0))

    def is_over(self, now: float) -> bool:
        """Return whether it has faded out."""
        return self.until is not None and now - self.until >= FADE_OUT


class EffectScheduler:
    """Starts an effect with its reaction, and fades it out afterwards."""

    def __init__(self) -> None:
        self.runs: list[EffectRun] = []

    def update(self, reactions: tuple[Reaction, ...], now: float) -> None:
        """Start and end effects by the present reactions. Unknown effects are ignored."""
        wanted = {(str(one.effect), one.started) for one in reactions if one.effect in EFFECTS}
        self.runs = [self._end(run, wanted, now) for run in self.runs if not run.is_over(now)]
        running = {(run.name, run.reaction_started) for run in self.runs if run.until is None}
        for name, started in sorted(wanted - running):
            self.runs = [*self.runs[-MAX_RUNNING + 1 :], EffectRun(name, started, now)]

    def _end(self, run: EffectRun, wanted: set[tuple[str, float]], now: float) -> EffectRun:
        if run.until is None and (run.name, run.reaction_started) not in wanted:
            return EffectRun(run.name, run.reaction_started, run.since, now)
        return run


class Effects:
    """Draws the runs of the effects that have been created, for one layout."""

    def __init__(self, layout: Layout, emoji: Emoji, rng: random.Random) -> None:
        self._made_of = (layout, emoji, rng)
        self._effects: dict[str, Effect] = {}

    def make_next(self) -> bool:
        """Create one more effect; return False when all exist."""
        for name, kind in EFFECTS.items():
            if name not in self._effects:
                self._effects[name] = kind(*self._made_of)
                return True
        return False

    def cues(self, runs: list[EffectRun], now: float) -> list[Cue]:
        """Return what the running effects tell the character."""
        return [Cue(*running) for running in self._running(runs, now)]

    def behind(self, canvas: pygame.Surface, runs: list[EffectRun], now: float) -> None:
        """Draw the layer between the sky and the emoji."""
        for effect, age, strength in self._running(runs, now):
            effect.behind(canvas, age, strength)

    def before(self, canvas: pygame.Surface, runs: list[EffectRun], now: float) -> None:
        """Draw the layer between the emoji and the caption."""
        for effect, age, strength in self._running(runs, now):
            effect.before(canvas, age, strength)

    def _running(self, runs: list[EffectRun], now: float) -> Iterator[tuple[Effect, float, float]]:
        """Yield each effect that runs, its age in seconds, and its strength."""
        for run in runs:
            if run.name in self._effects:
                yield self._effects[run.name], max(0.0, now - run.since), run.strength(now)
