"""The question "Was I right?": seven faces to choose from, over the lower part of the stage."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pygame

from device.messages import EMOTIONS
from device.stage.character import EXPRESSIONS, Gaze, Life, Portrait
from device.stage.easing import clamp, smooth
from device.stage.overlays.pill import pill
from device.stage.paint import put, put_at
from device.stage.palette import WHITE
from device.stage.text import BOLD, MEDIUM, Style

if TYPE_CHECKING:
    from device.config.strings import Strings
    from device.stage.character.life import Look
    from device.stage.layout import Layout
    from device.stage.text import Typesetter

TIMEOUT_SECONDS = 12.0
"""Seconds for which the question waits for an answer."""
THANKS_SECONDS = 1.8
"""Seconds for which it says thank you."""
FADE = 0.25


class QuestionClock:
    """When the question is shown, and its answer. Times are in seconds."""

    def __init__(self) -> None:
        self._asked: float | None = None
        self._answered: float | None = None
        self.answer: str | None = None

    def ask(self, now: float) -> None:
        """Ask the question, or withdraw it if it is shown."""
        if self.is_waiting(now):
            self._asked = None
        else:
            self._asked, self._answered, self.answer = now, None, None

    def choose(self, emotion: str, now: float) -> None:
        """Accept an answer, and show the thanks."""
        self._asked, self._answered, self.answer = None, now, emotion

    def hide(self) -> None:
        """Hide the question and the thanks at once, for another question."""
        self._asked = self._answered = None

    def is_waiting(self, now: float) -> bool:
        """Return whether an answer is expected."""
        return self._asked is not None and 0.0 <= now - self._asked < TIMEOUT_SECONDS

    def shown(self, now: float) -> float:
        """Return the opacity of the question, in [0, 1]."""
        start, lasting = self._asked, TIMEOUT_SECONDS
        if start is None:
            start, lasting = self._answered, THANKS_SECONDS
        if start is None or now < start:
            return 0.0
        age = now - start
        coming = 1.0 if start == self._answered else smooth(age / FADE)
        return min(coming, smooth((lasting - age) / FADE))


class QuestionOverlay:
    """Draws the question, and finds the face at a position."""

    def __init__(self, strings: Strings, layout: Layout, typesetter: Typesetter) -> None:
        self._strings, self._typesetter = strings, typesetter
        width, height = layout.size
        columns = 4 if layout.tall else len(EMOTIONS)
        rows = -(-len(EMOTIONS) // columns)
        cell = min(round(width * 0.94 / columns), round(height * 0.44 / rows))
        self._cell = max(8, cell)
        self._title = max(12, round(self._cell * 0.42))
        across, down = self._cell * columns, self._cell * rows + self._title
        margin = max(2, self._cell // 10)
        self._box = pygame.Rect(0, 0, across + 2 * margin, down + 2 * margin)
        self._box.midbottom = (width // 2, height - max(2, height // 40))
        self._corner = (self._box.left + margin, self._box.top + margin + self._title)
        self._columns = columns
        self._portrait = Portrait(round(self._cell * 0.56))
        self._faces: list[tuple[Portrait, Look]] = []

    def make_next(self) -> bool:
        """Paint one of the faces, which never change; return False when all exist."""
        number = len(self._faces)
        if number == len(EMOTIONS):
            return False
        look = Life(random.Random(0), still=True).move(EXPRESSIONS[number], Gaze(), 0.8)
        self._faces.append((self._portrait.still(look), look))
        return True

    def cell(self, number: int) -> pygame.Rect:
        """Return where one of the seven faces is."""
        row, column = divmod(number, self._columns)
        left, top = self._corner
        return pygame.Rect(
            left + column * self._cell, top + row * self._cell, self._cell, self._cell
        )

    def hit(self, x: float, y: float) -> str | None:
        """Return the emotion at a position in pixels, or None outside all faces."""
        for number, emotion in enumerate(EMOTIONS):
            if self.cell(number).collidepoint(x, y):
                return emotion
        return None

    def draw(self, canvas: pygame.Surface, clock: QuestionClock, now: float) -> None:
        """Draw the question or the thanks."""
        shown = clamp(clock.shown(now))
        if shown <= 0.0:
            return
        put_at(canvas, pill(self._box.size, 0.82, self._cell // 5), self._box.topleft, shown)
        words = self._strings.question
        text = words.thanks if clock.answer else words.text
        room = (self._box.width - self._cell // 4, self._title)
        title = self._typesetter.set(text, room, Style(BOLD, round(self._title * 0.62), WHITE))
        put(canvas, title, (self._box.centerx, self._corner[1] - self._title / 2), shown)
        while self.make_next():
            pass
        for number, emotion in enumerate(EMOTIONS):
            chosen = clock.answer in (None, emotion)
            self._face(canvas, number, emotion, shown if chosen else 0.25 * shown)

    def _face(self, canvas: pygame.Surface, number: int, emotion: str, shown: float) -> None:
        cell = self.cell(number)
        portrait, look = self._faces[number]
        middle = (cell.centerx, cell.top + self._cell * 0.40)
        portrait.draw(canvas, look, middle, shown, repaint=False)
        size = max(8, round(self._cell * 0.15))
        name = f"{number + 1} {self._strings.names[emotion]}"
        room = (self._cell, round(self._cell * 0.26))
        label = self._typesetter.set(name, room, Style(MEDIUM, size, WHITE))
        put(canvas, label, (cell.centerx, cell.bottom - self._cell * 0.12), shown)
