"""The question "Was I right?": seven faces to choose from, below the large one."""

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
from device.stage.text import BOLD, MEDIUM, MIN_SIZE, Style, load_font

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
        self.claim = ""
        """What the stage said when the question came up, which it is about."""

    def ask(self, now: float, claim: str = "") -> None:
        """Ask the question about a claim, or withdraw it if it is shown."""
        if self.is_waiting(now):
            self._asked = None
        else:
            self._asked, self._answered, self.answer, self.claim = now, None, None, claim

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
        self._layout, panel = layout, layout.panel
        self._columns = 4 if layout.tall else len(EMOTIONS)
        rows = -(-len(EMOTIONS) // self._columns)
        margin = max(2, panel.height // 24)
        lines = 2 if layout.tall else 1
        self._title = max(12, min(round(layout.small * 1.6 * lines), panel.height // 3))
        wide = (panel.width - 2 * margin) // self._columns
        high = (panel.height - 2 * margin - self._title) // rows
        self._cell = (max(8, min(wide, 3 * high)), max(8, min(high, round(1.3 * wide))))
        across, down = self._cell[0] * self._columns, self._cell[1] * rows + self._title
        self._box = pygame.Rect(0, 0, across + 2 * margin, down + 2 * margin)
        self._box.midbottom = (layout.size[0] // 2, panel.bottom)
        self._corner = (self._box.left + margin, self._box.top + margin + self._title)
        self._names = [f"{number} {strings.names[name]}" for number, name in enumerate(EMOTIONS, 1)]
        self._label = self._label_size(min(layout.small, max(MIN_SIZE, self._cell[1] // 4)))
        face = min(self._cell[0] * 0.7, self._cell[1] - 1.5 * self._label)
        self._portrait = Portrait(round(face / 1.3))
        self._faces: list[tuple[Portrait, Look]] = []

    def _label_size(self, largest: int) -> int:
        """Return the largest size in pixels at which each face's name fits its cell."""
        for size in range(largest, MIN_SIZE, -1):
            font = load_font(MEDIUM, size)
            if max(font.size(name)[0] for name in self._names) <= self._cell[0] - 2:
                return size
        return MIN_SIZE

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
        (left, top), (wide, high) = self._corner, self._cell
        return pygame.Rect(left + column * wide, top + row * high, wide, high)

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
        plate = pill(self._box.size, self._layout.plate(0.86), self._cell[1] // 5)
        put_at(canvas, plate, self._box.topleft, shown)
        words = self._strings.question
        text = words.thanks if clock.answer else f"{clock.claim} {words.text}".strip()
        room = (self._box.width - self._cell[0] // 4, self._title)
        lines = 2 if self._layout.tall else 1
        style = Style(BOLD, min(round(1.2 * self._layout.small), self._title), WHITE, lines=lines)
        title = self._typesetter.set(text, room, style)
        put(canvas, title, (self._box.centerx, self._corner[1] - self._title / 2), shown)
        while self.make_next():
            pass
        for number, emotion in enumerate(EMOTIONS):
            chosen = clock.answer in (None, emotion)
            self._face(canvas, number, shown if chosen else 0.25 * shown)

    def _face(self, canvas: pygame.Surface, number: int, shown: float) -> None:
        cell = self.cell(number)
        portrait, look = self._faces[number]
        room = (self._cell[0] - 2, round(self._label * 1.4))
        label = self._typesetter.set(self._names[number], room, Style(MEDIUM, self._label, WHITE))
        top = cell.bottom - label.get_height()
        middle = (cell.centerx, (cell.top + top) / 2)
        portrait.draw(canvas, look, middle, shown, repaint=False)
        put(canvas, label, (cell.centerx, cell.bottom - label.get_height() / 2), shown)
