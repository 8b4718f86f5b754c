"""The stage: draws the scene, one frame at a time."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from device.config.strings import load_strings
from device.messages import EMOTIONS
from device.stage.attract import Attract
from device.stage.backdrop import Backdrop
from device.stage.character.actor import STAND_INS, Actor, CharacterState
from device.stage.character.group import Group
from device.stage.easing import clamp, smooth
from device.stage.effects.registry import Effects, EffectScheduler
from device.stage.emoji import Emoji
from device.stage.idle import IdleScheduler, pastimes
from device.stage.idle_props import HAND, IdleProps
from device.stage.layout import Layout
from device.stage.overlays.caption import Caption
from device.stage.overlays.consent import ConsentClock, ConsentOverlay
from device.stage.overlays.footer import Footer
from device.stage.overlays.night import Night
from device.stage.overlays.notice import Notice, NoticeClock
from device.stage.overlays.pairing_code import PairingCode
from device.stage.overlays.qr_code import QrCode
from device.stage.overlays.question import QuestionClock, QuestionOverlay
from device.stage.palette import PALETTES
from device.stage.quality import Quality
from device.stage.scene import ACTS, ATTRACT, BLIND
from device.stage.text import Typesetter
from device.stage.transition import Transition
from device.stage.wording import Wording

if TYPE_CHECKING:
    import numpy as np
    import pygame
    from numpy.typing import NDArray

    from device.config.schema import StageConfig
    from device.config.strings import Strings
    from device.stage.scene import Scene

PROPS_FADE = 0.25
"""Seconds in which the things of an idle act that has ended fade out."""


class SceneAssets:
    """Everything that is created for one layout of a canvas.

    The constructor creates what every frame needs, `make_next` the rest, which takes longer.
    """

    def __init__(
        self,
        layout: Layout,
        strings: Strings,
        emoji: Emoji,
        character: CharacterState,
        rng: random.Random,
    ) -> None:
        typesetter = Typesetter()
        self.layout = layout
        emoji.fit(layout.diameter)
        self.emoji = emoji
        self.backdrop = Backdrop(layout)
        self.actor = Actor(emoji, layout, character)
        self.group = Group(layout, rng.random(), self.actor.head)
        self.attract = Attract(layout, rng)
        hand = emoji.sprite("hand", layout.diameter * HAND) if character.kind == "emoji" else None
        self.idle_props = IdleProps(hand, layout, typesetter)
        self.effects = Effects(layout, emoji, rng)
        self.caption = Caption(layout, typesetter)
        self.notice = Notice(strings.notice.text, layout, typesetter)
        self.footer = Footer(strings, layout, typesetter)
        self.question = QuestionOverlay(strings, layout, typesetter)
        self.consent = ConsentOverlay(strings, layout, typesetter)
        self.qr_code = QrCode(layout, typesetter)
        self.pairing_code = PairingCode(strings, layout, typesetter)

    def make_next(self) -> bool:
        """Create one more emoji, sky, effect or face; return False when all exist."""
        makers = (self.backdrop, self.effects, self.question, self.group, self.actor)
        return self.emoji.make_next(act for act in ACTS if act not in STAND_INS) or any(
            maker.make_next() for maker in makers
        )


class Stage:
    """Draws scenes. The pictures depend only on the scenes, times and seed.

    A canvas of another size needs new assets: those that every frame needs are created at once, and
    of the others one per frame, so that no frame takes long.
    """

    def __init__(
        self, config: StageConfig, rng: random.Random, strings: Strings | None = None
    ) -> None:
        """Load the strings of the configured language, unless they are given.

        Raises ConfigError when that language is missing or incomplete.
        """
        self._strings = strings or load_strings(config.language)
        self._config, self._seed = config, rng.random()
        self._emoji = Emoji()
        self._character = CharacterState(config, random.Random(self._seed))
        self._transition = Transition()
        self._wording = Wording(self._strings)
        self._idle = IdleScheduler(pastimes(config))
        self._effects = EffectScheduler()
        self._notice = NoticeClock()
        self._question = QuestionClock()
        self._consent = ConsentClock()
        self._night = Night()
        self._assets: SceneAssets | None = None
        self.quality = Quality()
        """The quality to draw with. The caller sets the canvas's scale."""
        self.ready = False
        """Whether all assets exist. Until then frames take longer."""

    def prepare(self, size: tuple[int, int]) -> SceneAssets:
        """Create all assets for a canvas of this width and height in pixels.

        `draw` does so by itself, one per frame.
        """
        assets = self._get_assets(size)
        while assets.make_next():
            pass
        self.ready = True
        return assets

    def _get_assets(self, size: tuple[int, int]) -> SceneAssets:
        """Return the assets of a size."""
        if self._assets is None or self._assets.layout.size != size:
            self._assets = None  # freed first: both together would take too much memory
            self._assets = self._make_assets(size)
        self._assets.layout.quality = self.quality
        return self._assets

    def _make_assets(self, size: tuple[int, int]) -> SceneAssets:
        rng = random.Random(self._seed)
        config = self._config
        layout = Layout.of(size, config.reduced_motion, config.large_text, config.high_contrast)
        return SceneAssets(layout, self._strings, self._emoji, self._character, rng)

    def draw(self, canvas: pygame.Surface, scene: Scene, now: float) -> None:
        """Draw all of the canvas. `now` is in seconds, on the clock of the scene's times."""
        assets = self._get_assets(canvas.get_size())
        self.ready = not assets.make_next()
        self._transition.update(scene.act, now, scene.at_once)
        self._idle.update(scene, now)
        act = self._transition.act
        cue = self._idle.act.name if act == ATTRACT else scene.cue
        self._wording.update(act, now, scene.streak, scene.relief, cue)
        self._effects.update(() if scene.paused else scene.reactions, now)
        self._notice.update(scene.frame_result, now)
        self._draw_picture(canvas, assets, scene, now)
        # Each has its own place, but for those that one of them takes while it is there.
        asked = max(self._question.shown(now), self._consent.shown(now))
        noticed, free = self._notice.shown(now), float(scene.invitation is None)
        invited = self._transition.share(ATTRACT) * free * (1.0 - max(asked, noticed))
        assets.qr_code.draw(canvas, scene.address, invited)
        assets.notice.draw(canvas, noticed)
        light = self._night.draw(canvas, scene, now)
        assets.caption.draw(canvas, self._wording, now, light * free * (1.0 - asked))
        assets.footer.draw(canvas, scene.health, scene.muted, scene.watched)
        assets.question.draw(canvas, self._question, now)
        assets.consent.draw(canvas, self._consent, now)
        assets.pairing_code.draw(canvas, scene.invitation)

    def is_asking(self, now: float) -> bool:
        """Return whether a question waits for an answer."""
        return self._question.is_waiting(now) or self._consent.is_waiting(now)

    def ask(self, now: float) -> None:
        """Ask "Was I right?", or withdraw the question if it is shown."""
        act = self._transition.act if self._assets else ""
        claim = self._wording.current.sign.label if act in EMOTIONS else ""
        self._question.ask(now, claim)

    def choose(self, number: int, now: float) -> str | None:
        """Answer with a face's number, from 1; return its emotion, or None if it is no answer."""
        if not (self._question.is_waiting(now) and 1 <= number <= len(EMOTIONS)):
            return None
        emotion = EMOTIONS[number - 1]
        self._question.choose(emotion, now)
        return emotion

    def touch(self, x: float, y: float, now: float) -> str | None:
        """Handle a touch, in shares of the canvas: it asks, answers or withdraws the question.

        Returns the chosen emotion, if any.
        """
        if self._assets is None or not self._question.is_waiting(now):
            self.ask(now)
            return None
        width, height = self._assets.layout.size
        emotion = self._assets.question.hit(x * width, y * height)
        if emotion is None:
            self.ask(now)
            return None
        return self.choose(EMOTIONS.index(emotion) + 1, now)

    def ask_consent(self, crop: NDArray[np.uint8], now: float) -> None:
        """Ask whether a crop of the person's face, uint8 (48, 48), may be kept."""
        self._question.hide()
        self._consent.ask(crop, now)

    def is_asking_consent(self, now: float) -> bool:
        """Return whether the question of consent waits for an answer."""
        return self._consent.is_waiting(now)

    def consent(self, given: bool, now: float) -> bool | None:
        """Answer it; return the answer, or None if it is not asked, or was asked just now."""
        return given if self._consent.answer(now) else None

    def touch_consent(self, x: float, y: float, now: float) -> bool | None:
        """Answer it by a touch, in shares of the canvas: yes on its button, else no."""
        width, height = self._assets.layout.size if self._assets else (0, 0)
        given = self._assets is not None and self._assets.consent.hit(x * width, y * height)
        return self.consent(given, now)

    def _draw_picture(
        self, canvas: pygame.Surface, assets: SceneAssets, scene: Scene, now: float
    ) -> None:
        transition, runs = self._transition, self._effects.runs
        layers = [(PALETTES[act], opacity) for act, opacity in transition.layers]
        assets.backdrop.draw(canvas, layers)
        assets.attract.draw_lights(canvas, now, transition.share(ATTRACT))
        assets.attract.draw_calm(canvas, now, transition.share("neutral"))
        assets.effects.behind(canvas, runs, now)
        cues = assets.effects.cues(runs, now)
        assets.actor.draw(canvas, transition, scene, now, self._idle, cues)
        assets.group.draw(canvas, scene, now)
        self._draw_idle_props(canvas, assets, now)
        assets.effects.before(canvas, runs, now)

    def _draw_idle_props(self, canvas: pygame.Surface, assets: SceneAssets, now: float) -> None:
        """Draw the things of the present idle act, and those of the last one while they go."""
        act, last, props = self._idle.act, self._idle.last, assets.idle_props
        shown, age = clamp(2.0 * self._transition.share(ATTRACT) - 1.0), now - act.since
        props.draw(canvas, act.name, age, shown)
        props.draw(canvas, last.name, now - last.since, shown * (1.0 - smooth(age / PROPS_FADE)))
        blind = clamp(2.0 * self._transition.share(BLIND) - 1.0)
        props.draw(canvas, BLIND, self._transition.age, blind)
