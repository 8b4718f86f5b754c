"""The privacy notice: shown when the first face comes, as the EU AI Act (article 50) asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.stage.easing import smooth
from device.stage.overlays.pill import pill
from device.stage.paint import put_at
from device.stage.palette import WHITE
from device.stage.text import MEDIUM, Style, Typesetter

if TYPE_CHECKING:
    import pygame

    from device.messages import FrameResult
    from device.stage.layout import Layout

SHOWN = 8.0
"""Seconds for which the notice can be read."""
ABSENCE = 600.0
"""Seconds without faces after which the notice is shown again."""
SLIDE = 0.6


class NoticeClock:
    """Decides when the notice is due."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._newest: float | None = None
        self._last_face: float | None = None

    def update(self, frame_result: FrameResult | None, now: float) -> None:
        """Process a frame result; one that was processed before is ignored."""
        if (
            frame_result is None
            or not frame_result.faces
            or frame_result.processed_at == self._newest
        ):
            return
        self._newest = frame_result.processed_at
        if self._last_face is None or now - self._last_face >= ABSENCE:
            self._since = now
        self._last_face = now

    def shown(self, now: float) -> float:
        """Return the opacity of the notice, in [0, 1]."""
        if self._since is None or now < self._since:
            return 0.0
        age = now - self._since
        return min(smooth(age / SLIDE), smooth((SHOWN + 2 * SLIDE - age) / SLIDE))


class Notice:
    """Draws the notice at the top, where the camera is."""

    def __init__(self, text: str, layout: Layout, typesetter: Typesetter) -> None:
        self._layout = layout
        self._typesetter = typesetter
        self._text = text

    def draw(self, canvas: pygame.Surface, shown: float) -> None:
        """Draw it, `shown` in [0, 1]; it slides down from the top, or fades in."""
        if shown <= 0.0:
            return
        box, short = self._layout.notice, self._layout.short
        padding = max(4, round(short * 0.02))
        width = round(short * 1.3 * self._layout.text)
        room = (min(box.width, width) - 2 * padding, box.height - box.top - padding)
        size = round(short * (0.05 if self._layout.tall else 0.038) * self._layout.text)
        size = max(10, size, self._layout.small)
        style = Style(MEDIUM, size, WHITE, lines=5 if self._layout.tall else 3)
        text = self._typesetter.set(self._text, room, style)
        plate = (text.get_width() + 2 * padding, text.get_height() + padding)
        left = (self._layout.size[0] - plate[0]) // 2
        slid = 0.0 if self._layout.still else 1.0 - shown
        top = round(box.top - slid * (plate[1] + box.top) * 0.5)
        put_at(
            canvas,
            pill(plate, self._layout.plate(0.72), min(plate[1] // 2, padding + size // 2)),
            (left, top),
            shown,
        )
        put_at(canvas, text, (left + padding, top + padding // 2), shown)
