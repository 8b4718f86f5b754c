"""When several people are there: a small face for each, with whoever smiles in front."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from device.messages import EMOTIONS
from device.stage.character import EXPRESSIONS, Life, Portrait, blend
from device.stage.character.halo import Halo
from device.stage.character.places import MAX_FACES, place_of, size_of
from device.stage.character.ring import Ring, RingClock
from device.stage.character.shared_ring import COLOURS, CORE, Part, SharedRing
from device.stage.easing import clamp, mix, smooth
from device.stage.scene import PersonSmile

if TYPE_CHECKING:
    import pygame
    from numpy.typing import NDArray

    from device.messages import Face, Game
    from device.stage.layout import Layout
    from device.stage.paint import Position
    from device.stage.scene import Scene

SETTLE_SECONDS = 0.5
"""Time constant in seconds of a companion's changes, so that one frame moves it little."""
PAINTED_PER_FRAME = 2
"""Companions that are repainted per frame, in turns; all of them move in each frame."""
FADE_SECONDS = 0.5
"""Seconds of the fade in or out."""
GROWN, GROW_SECONDS = 1.55, 0.16
"""How large the companion in front is, over the others, and the time constant of its growth."""
FRONTS = 2
"""Companions that are larger at a time: one comes to the front while another one goes."""
FEW, CROWDED = 4, 0.5
"""With more companions than these, the one in front grows by this share only."""
NOTICEABLE = 0.2
"""Somebody comes to the front from this level of their smile or ring on."""
SMILING = 0.85
"""How far a full smile moves the expression to the happy one."""
HOP, HOP_SECONDS = 0.1, 0.85
"""How high the companion in front bounces, over its size, and the time from bounce to bounce."""
BEADS = 22
HAPPY = EXPRESSIONS[EMOTIONS.index("happy")]
COMFORTED = ("sad", "fear")


@dataclass(slots=True)
class Companion:
    """One person's face on stage.

    `presence`, `grown`, `merry`, `glow` and `comfort` are in [0, 1]; `place` is in pixels of the
    canvas and `across` in shares of the camera's picture. `large` is the portrait for the front,
    `colour` the number of its colour in a game.
    """

    life: Life
    portrait: Portrait
    probabilities: NDArray[np.float64]
    across: float
    colour: int
    ring: RingClock = field(default_factory=RingClock)
    presence: float = 0.0
    place: NDArray[np.float64] | None = None
    painted: bool = False
    large: Portrait | None = None
    grown: float = 0.0
    merry: float = 0.0
    glow: float = 0.0
    comfort: float = 0.0


class Group:
    """Draws people by their id. The same seed, scenes and times give the same picture."""

    def __init__(self, layout: Layout, seed: float, head: tuple[Position, float]) -> None:
        """`head` is the large face: its middle and radius in pixels."""
        self._layout, self._seed = layout, seed
        self._size = size_of(layout)
        self._ring = Ring(self._size / 2, BEADS)
        self._rings = [Ring(self._size / 2, BEADS, colour, CORE) for colour in COLOURS]
        self._halo = Halo(self._size, layout.still)
        self._shared = SharedRing(*head, layout.still)
        self._game: Game | None = None
        self._is_playing = False
        self._game_shown = 0.0
        self._spare: list[Portrait] = []
        self._large: list[Portrait] = []
        self._turn = self._frame = 0
        self._people: dict[int, Companion] = {}
        self._now: float | None = None

    def make_next(self) -> bool:
        """Create a portrait for the front; return False when both that may be needed exist."""
        used = sum(one.large is not None for one in self._people.values())
        if len(self._large) + used >= FRONTS:
            return False
        self._large.append(self._new_large())
        return True

    def draw(self, canvas: pygame.Surface, scene: Scene, now: float) -> None:
        """Draw a face for each person, if there are at least two, and the game that they play."""
        gap = 0.0 if self._now is None else clamp(now - self._now)
        self._now = now
        self._follow_game(scene, gap)
        self._update(self._select_faces(scene), scene, gap)
        painted = self._painted_now()
        for name, companion in sorted(self._people.items(), key=lambda one: one[1].grown):
            if companion.place is not None:
                repaint = name in painted
                smile = scene.smiles.get(name, PersonSmile(0.0, 0.0))
                self._draw_one(canvas, name, smile, now, repaint)
        self._draw_game(canvas, now)

    def _follow_game(self, scene: Scene, gap: float) -> None:
        """Keep a game that is over until it has faded out."""
        shown = scene.game is not None and scene.game.phase != "over" and not scene.paused
        self._is_playing, self._game = shown, scene.game if shown else self._game
        step = gap / FADE_SECONDS
        self._game_shown = clamp(self._game_shown + (step if shown else -step))
        if self._game_shown <= 0.0:
            self._game = None

    def _draw_game(self, canvas: pygame.Surface, now: float) -> None:
        if self._game is None:
            return
        game, shown = self._game, smooth(self._game_shown)
        players = [one for one in game.shares if one in self._people]
        players.sort(key=lambda one: -self._people[one].across)
        parts = [
            Part(self._people[one].colour, game.shares[one], one == game.last) for one in players
        ]
        self._shared.draw(canvas, parts, shown, now)
        last = self._people.get(game.last) if game.last is not None else None
        if last is not None and last.place is not None:
            self._halo.draw_arrow(canvas, self._centre(last, now), shown, now)

    def _draw_one(
        self,
        canvas: pygame.Surface,
        name: int,
        smile: PersonSmile,
        now: float,
        repaint: bool,
    ) -> None:
        companion = self._people[name]
        found = blend(companion.probabilities)
        wanted = found + SMILING * smile.level * (HAPPY - found)
        look = companion.life.move(wanted, None, now)
        shown, centre, scale = smooth(companion.presence), self._centre(companion, now), 1.0
        self._halo.draw(canvas, centre, shown * companion.glow, shown * companion.comfort, now)
        portrait = companion.portrait
        if companion.large is not None:
            portrait = companion.large
            scale = mix(1.0 / GROWN, 1.0, companion.grown) if companion.grown < 0.99 else 1.0
        repaint = repaint or not companion.painted
        portrait.draw(canvas, look, centre, shown, repaint, self._layout.quality.shadows, scale)
        companion.painted = companion.painted or shown > 0.0
        ring, full = self._ring, smile.ring
        if self._game is not None and name in self._game.shares:
            ring = self._rings[companion.colour % len(COLOURS)]
            full = self._game.shares[name] if self._is_playing else 0.0
        full = companion.ring.follow(full, now)
        ring.draw(canvas, full, centre, mix(1.0, GROWN, companion.grown), shown)
        self._halo.draw_heart(canvas, centre, shown * companion.comfort)

    def _centre(self, companion: Companion, now: float) -> tuple[float, float]:
        """Return where the middle of a face is: in front it stands as low, and bounces."""
        assert companion.place is not None
        x, y = companion.place
        rise = 0.0
        if not self._layout.still:
            rise = (smooth(companion.presence) - 1.0) / 2
            bounce = abs(math.sin(math.pi * now / HOP_SECONDS))
            rise += HOP * max(companion.grown, companion.merry) * bounce
        taller = 0.0 if self._layout.tall else (GROWN - 1.0) / 2 * companion.grown
        reach = 0.6 * self._size * mix(1.0, GROWN, companion.grown)
        x = min(max(x, reach), self._layout.size[0] - reach)
        return x, y - self._size * (rise + taller)

    def _painted_now(self) -> set[int]:
        """Return who is repainted: in each second frame the one in front, the others in turns."""
        self._frame += 1
        fronts = [name for name, one in self._people.items() if one.grown > 0.3]
        first = fronts[:1] if self._frame % 2 else []
        others = [name for name in self._people if name not in first]
        count = min(PAINTED_PER_FRAME - len(first), len(others))
        turns = range(self._turn, self._turn + count)
        self._turn += count
        return {*first, *(others[turn % len(others)] for turn in turns)}

    def _select_faces(self, scene: Scene) -> list[Face]:
        """Return the largest faces, if they are several."""
        frame_result = None if scene.paused else scene.frame_result
        faces = frame_result.faces if frame_result else ()
        largest = sorted(faces, key=lambda face: -face.box.w * face.box.h)[:MAX_FACES]
        return largest if len(largest) >= 2 else []

    def _update(self, faces: list[Face], scene: Scene, gap: float) -> None:
        ease = 1.0 - math.exp(-gap / SETTLE_SECONDS)
        width = scene.frame_result.width if scene.frame_result else 1
        for face in faces:
            self._see(face, max(1, width), ease)
        # The right of the camera's picture is the left of the screen.
        here = sorted((face.id for face in faces), key=lambda one: -self._people[one].across)
        for number, name in enumerate(here):
            companion, wanted = self._people[name], place_of(self._layout, number, len(here))
            place = wanted if companion.place is None else companion.place
            companion.place = place + ease * (wanted - place)
        for name, companion in list(self._people.items()):
            step = gap / FADE_SECONDS if name in here else -gap / FADE_SECONDS
            companion.presence = clamp(companion.presence + step)
            self._move(name, companion, scene, gap)
            if name not in here and companion.presence <= 0.0:
                self._release(self._people.pop(name))

    def _see(self, face: Face, width: int, ease: float) -> None:
        """Follow a person's face in the newest frame."""
        probabilities = np.asarray(face.probabilities, np.float64)
        across = (face.box.x + face.box.w / 2) / width
        companion = self._people.get(face.id)
        if companion is None:
            life = Life(random.Random(f"{self._seed} {face.id}"), self._layout.still)
            portrait = self._spare.pop() if self._spare else Portrait(self._size)
            taken = {one.colour for one in self._people.values()}
            colour = next(one for one in range(len(taken) + 1) if one not in taken)
            companion = Companion(life, portrait, probabilities, across, colour)
            self._people[face.id] = companion
        if companion.probabilities.shape == probabilities.shape:
            companion.probabilities += ease * (probabilities - companion.probabilities)
        companion.across += ease * (across - companion.across)

    def _move(self, name: int, companion: Companion, scene: Scene, gap: float) -> None:
        """Let a companion come to the front while its smile is answered, and be comforted."""
        smile = scene.smiles.get(name, PersonSmile(0.0, 0.0))
        in_front = name == scene.front and max(smile.level, smile.ring) >= NOTICEABLE
        if self._game is not None and self._game.last is not None:
            in_front = name == self._game.last
        ease = 1.0 - math.exp(-gap / GROW_SECONDS)
        wanted = in_front * (CROWDED if len(self._people) > FEW and not self._layout.tall else 1.0)
        companion.grown += ease * (wanted - companion.grown)
        if companion.grown < 0.01 and not in_front:
            companion.grown = 0.0
        if companion.grown > 0.0 and companion.large is None:
            companion.large = self._large.pop() if self._large else self._new_large()
        elif companion.grown == 0.0 and companion.large is not None:
            self._large.append(companion.large)
            companion.large = None
        slow = 1.0 - math.exp(-gap / SETTLE_SECONDS)
        has_won = self._game is not None and self._game.phase == "won"
        companion.merry += slow * (float(has_won) - companion.merry)
        bright = 1.0 if has_won else smile.celebrating * max(0.5, smile.level)
        companion.glow += slow * (bright - companion.glow)
        meant = scene.mood.emotion in COMFORTED and scene.mood.lead == name
        companion.comfort += slow * (float(meant) - companion.comfort)

    def _release(self, companion: Companion) -> None:
        """Keep the portraits of somebody who has left for whoever comes next."""
        self._spare.append(companion.portrait)
        if companion.large is not None:
            self._large.append(companion.large)

    def _new_large(self) -> Portrait:
        return Portrait(round(GROWN * self._size))
