"""Draws the character, with a classic emoji beside it for a while or always, or that alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from device.messages import EMOTIONS
from device.stage.character import EXPRESSIONS, NEUTRAL, Life, Portrait, blend
from device.stage.character.expression import PLACES, changed
from device.stage.character.gaze import GazeClock
from device.stage.character.idling import (
    HAPPY,
    WELCOME,
    Performance,
    Shift,
    perform,
    stilled,
    sunk,
)
from device.stage.character.lead import LeadClock, lead, look_up
from device.stage.character.ring import Ring, RingClock
from device.stage.motion import LEAVE_TIME, Pose, entering, leaving
from device.stage.paint import put
from device.stage.scene import ATTRACT, BLIND, EVERYBODY, PAUSED, WAKING

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    import pygame

    from device.config.schema import StageConfig
    from device.messages import Game
    from device.stage.character.cue import Cue
    from device.stage.character.expression import Expression
    from device.stage.character.life import Look
    from device.stage.emoji import Emoji
    from device.stage.idle import IdleScheduler
    from device.stage.layout import Layout
    from device.stage.scene import Scene
    from device.stage.transition import Transition

HEAD = 0.79
"""The head's diameter over the emoji's: the sprout on it needs room too."""
LOWER = 0.105
"""How far the head is below the emoji's middle, in emoji diameters."""
STICKER_SECONDS = 2.0
"""Seconds for which the emoji beside the character is there, if it does not stay."""
BADGE, BADGE_PLACE = 0.34, (0.44, 0.33)
"""The emoji beside the character: its diameter, and how far right and below, in diameters."""
STAND_INS = {BLIND: PAUSED, WAKING: PAUSED, EVERYBODY: "happy"}
"""The acts that have no emoji of their own, and the emoji that they show."""
SMILING = 0.85
"""How far a full smile moves the expression to the happy one."""
INVITING: Expression = 0.5 * HAPPY + 0.5 * NEUTRAL
HOPEFUL: Expression = INVITING.copy()
HOPEFUL[PLACES["brow_raise"]], HOPEFUL[PLACES["open"]] = 0.15, 1.2
HOPEFUL[PLACES["squint"]], HOPEFUL[PLACES["lean"]] = 0.1, 0.08
"""The expressions of a host in a game."""
ASLEEP: Expression = NEUTRAL.copy()
ASLEEP[PLACES["open"]] = -0.15


class CharacterState:
    """The character's state, which survives a change of the canvas's size."""

    def __init__(self, config: StageConfig, rng: random.Random) -> None:
        self.kind = config.face
        self.life = Life(rng, config.reduced_motion)
        self.gaze = GazeClock(config.reduced_motion)
        self.shift = Shift()
        self.ring = RingClock()
        self.lead = LeadClock()


class Actor:
    """Draws the present act, and the previous act's emoji while it leaves."""

    def __init__(self, emoji: Emoji, layout: Layout, character: CharacterState) -> None:
        self._emoji, self._layout, self._character = emoji, layout, character
        self._frame = 0
        emoji_only = character.kind == "emoji"
        self._portrait = None if emoji_only else Portrait(round(layout.diameter * HEAD))
        x, y = layout.centre
        shift = 0 if emoji_only else round(LOWER * layout.diameter)
        self.head = (x, y + shift), layout.diameter * (1.0 if emoji_only else HEAD) / 2
        """The middle and the radius of the face, in pixels."""
        self._ring = Ring(self.head[1])

    def make_next(self) -> bool:
        """Make what is seldom needed; return False when it exists."""
        return self._portrait is not None and self._portrait.hand.make()

    def draw(
        self,
        canvas: pygame.Surface,
        transition: Transition,
        scene: Scene,
        now: float,
        idle: IdleScheduler,
        cues: Sequence[Cue] = (),
    ) -> None:
        """Draw both.

        `idle` is what it does while nobody is there, `cues` what the running effects make of it.
        """
        diameter, (x, y) = self._layout.diameter, self._layout.centre
        if self._portrait is not None:
            led = self._character.lead.follow(scene.mood, now)
            wanted = self._perform(transition, scene, led, idle, now)
            look = self._look(wanted, scene, led, cues, now)
            depth = (self._layout.size[1] - y) / diameter - LOWER
            down = sunk(wanted.low, depth)
            right, down = self._character.shift.follow(wanted.right, down, now)
            quality = self._layout.quality
            place = (x + right * diameter, y + (LOWER + down) * diameter)
            repaint = self._frame % quality.paint_interval == 0
            self._frame += 1
            self._portrait.draw(canvas, look, place, repaint=repaint, shadow=quality.shadows)
        full = 0.0 if scene.game else scene.ring
        self._ring.draw(canvas, self._character.ring.follow(full, now), self.head[0])
        act, last, age = transition.act, transition.last, transition.age
        still = self._layout.still
        if last and age < LEAVE_TIME and not self._is_gone(last, transition.last_age):
            self._pose(canvas, last, leaving(last, transition.last_age, age, still))
        if not self._is_gone(act, age):
            self._pose(canvas, act, entering(act, age, still))
        elif age < STICKER_SECONDS + LEAVE_TIME:
            self._pose(canvas, act, leaving(act, age, age - STICKER_SECONDS, still))

    def _perform(
        self, transition: Transition, scene: Scene, led: float, idle: IdleScheduler, now: float
    ) -> Performance:
        """Return what it does by itself: it mirrors, then leads, or passes its time."""
        act, age, aside = transition.act, transition.age, idle.aside
        if act == ATTRACT:
            act, age = idle.act.name, now - idle.act.since
        elif act not in (BLIND, WAKING):
            return Performance(expression(act, scene, led))
        found = perform(act, age, aside)
        if self._layout.still:
            found = stilled(found)
        smiling = SMILING * scene.smile * (HAPPY - found.expression)
        return found._replace(expression=found.expression + smiling)

    def _look(
        self,
        performance: Performance,
        scene: Scene,
        led: float,
        cues: Sequence[Cue],
        now: float,
    ) -> Look:
        """Return the face at this moment, as it plays along with effects.

        It plays along with those that do not celebrate as long as nobody smiles.
        """
        character, wanted = self._character, performance.expression
        gaze = look_up(character.gaze.attend(scene, now) or performance.gaze, led)
        for cue in cues:
            share = cue.strength * (1.0 if cue.effect.celebrates else 1.0 - scene.smile)
            wanted = wanted + share * (cue.effect.act(wanted, cue.age) - wanted)
            if share > 0.5 * cue.strength:
                gaze = cue.effect.look(cue.age) or gaze
        return character.life.move(wanted, gaze, now)

    def _is_gone(self, act: str, age: float) -> bool:
        """Return whether the emoji of an act of some age only popped up, and goes again."""
        pops = self._character.kind == "character" and act != PAUSED
        return pops and age >= STICKER_SECONDS

    def _pose(self, canvas: pygame.Surface, act: str, pose: Pose) -> None:
        if pose.opacity <= 0.0:
            return
        diameter, (x, y) = float(self._layout.diameter), self._layout.centre
        if self._portrait is not None:
            if act in (ATTRACT, BLIND, WAKING, EVERYBODY):
                return  # the waving hand is there, the ring of a game, or nothing
            x, y = (round(p + diameter * by) for p, by in zip((x, y), BADGE_PLACE, strict=True))
            diameter *= BADGE
        sprite = self._emoji.sprite(STAND_INS.get(act, act), diameter * pose.scale)
        centre = (x + diameter * pose.right, y + diameter * pose.down)
        put(canvas, sprite, centre, pose.opacity)


def expression(act: str, scene: Scene, led: float = 0.0) -> Expression:
    """Return the expression of the filtered probabilities, not of the mood's name.

    The character has led out of the mood for `led` seconds; it mirrors at 0. A smile shows
    at once, before the probabilities follow.
    """
    if act == PAUSED:
        return ASLEEP
    if act == EVERYBODY:
        found = _host(scene.game)
    elif scene.mood.probabilities:
        found = lead(blend(scene.mood.probabilities), led)
    else:
        found = lead(np.asarray(EXPRESSIONS[EMOTIONS.index(act)], np.float64), led)
    happy = changed(HAPPY, hand=float(found[PLACES["hand"]]))
    return found + SMILING * scene.smile * (happy - found)


def _host(game: Game | None) -> Expression:
    """Return the expression of a host: inviting, full of hope for the last one, or overjoyed."""
    if game is None or game.phase == "over":
        return WELCOME
    if game.phase == "won":
        return HAPPY
    return HOPEFUL if game.phase == "last" else INVITING
