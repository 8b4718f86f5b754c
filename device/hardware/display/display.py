"""A screen, a window, or a picture in memory: all of them through SDL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pygame

from device.hardware.display.drivers import KMSDRM, OFFSCREEN
from device.hardware.display.keys import Wish, wishes
from device.hardware.display.orientation import Orientation, Size
from device.messages import Level

if TYPE_CHECKING:
    from device.config.schema import StageConfig

WINDOW = (1280, 720)
"""The size in pixels where neither the configuration nor the screen says one."""

MAX_LINES = 1080
"""The canvas's shorter side, at most: a larger screen shows it enlarged, since four times the
pixels take four times the time and memory."""


class Display:
    """An open display, created by `open_display`. One per process, as in SDL.

    `StageConfig.width` and `height` are the screen's, before rotation.
    """

    name = "display"

    def __init__(self, config: StageConfig, driver: str, fullscreen: bool) -> None:
        """Raises pygame.error where the driver cannot show a picture."""
        self.fault = ""
        self._config = config
        self._driver = driver
        self._orientation = Orientation.of(config)
        self._scale = 1.0
        pygame.display.set_caption("Moodlift")
        self._set_mode(fullscreen or driver == KMSDRM)

    def _set_mode(self, fullscreen: bool) -> None:
        configured = (self._config.width, self._config.height)
        size = configured if all(configured) else None
        self._fullscreen = fullscreen and self._driver != OFFSCREEN
        if self._fullscreen:
            self._screen = full_screen(size)
        elif self._driver == OFFSCREEN:
            self._screen = pygame.display.set_mode(size or WINDOW)
        else:
            self._screen = pygame.display.set_mode(size or WINDOW, pygame.RESIZABLE)
        pygame.mouse.set_visible(False)
        self._canvas = self._new_canvas()

    def _new_canvas(self) -> pygame.Surface:
        size = self._canvas_size()
        if self._orientation.upright and size == self._screen.get_size():
            return self._screen
        return pygame.Surface(size, 0, self._screen)

    def _canvas_size(self) -> Size:
        width, height = self._orientation.canvas_size(self._screen.get_size())
        scale = self._scale * min(1.0, MAX_LINES / min(width, height))
        return max(1, round(width * scale)), max(1, round(height * scale))

    @property
    def scale(self) -> float:
        """The canvas's width and height over the largest ones, in (0, 1]: less is drawn faster."""
        return self._scale

    @scale.setter
    def scale(self, scale: float) -> None:
        if scale != self._scale:
            self._scale = scale
            self._canvas = self._new_canvas()

    @property
    def canvas(self) -> pygame.Surface:
        """The surface to draw on: upright, so portrait on a panel that is turned by 90 or 270.

        It changes when the window's size does, so ask for it each frame. What was drawn on it
        before need not be there any more.
        """
        return self._canvas

    @property
    def size(self) -> Size:
        """Width and height of the canvas in pixels."""
        return self._canvas.get_size()

    @property
    def description(self) -> str:
        """What this is, in words, with the panel's size: "window 1280x720 (x11)"."""
        width, height = self._screen.get_size()
        if self._driver == OFFSCREEN:
            return f"offscreen {width}x{height}"
        kind = "fullscreen" if self._fullscreen else "window"
        return f"{kind} {width}x{height} ({self._driver})"

    @property
    def health(self) -> tuple[Level, str]:
        """What shows the picture, or `fault`, which says why nobody sees it."""
        return (Level.FAILED, self.fault) if self.fault else (Level.OK, self.description)

    def tick(self, now: float) -> None:
        """Do nothing: `events` and `present` are called at every frame."""

    def present(self) -> None:
        """Show what is on the canvas."""
        if self._canvas is not self._screen:
            picture = self._orientation.apply(self._canvas)
            if picture.get_size() == self._screen.get_size():
                self._screen.blit(picture, (0, 0))
            else:
                pygame.transform.scale(picture, self._screen.get_size(), self._screen)
        pygame.display.flip()

    def events(self) -> list[Wish]:
        """Return what was asked for since the last call, and follow a window's new size.

        Call it every frame: desktops call a program that does not "not responding".
        """
        found = wishes(pygame.event.get(), self._screen.get_size(), self._orientation)
        screen = pygame.display.get_surface()
        if screen is not None and (
            screen is not self._screen or self._canvas.get_size() != self._canvas_size()
        ):
            self._screen = screen
            self._canvas = self._new_canvas()
        return found

    def toggle_fullscreen(self) -> None:
        """Go from window to full screen or back; on a console or offscreen there is only one."""
        if self._driver not in (KMSDRM, OFFSCREEN):
            self._set_mode(not self._fullscreen)

    def screenshot(self) -> pygame.Surface:
        """Return a copy of the picture: upright and not mirrored, whatever the panel needs."""
        size = self._orientation.canvas_size(self._screen.get_size())
        return pygame.transform.scale(self._canvas, size)

    def close(self) -> None:
        """Give the screen back; closing twice is fine."""
        pygame.display.quit()


def full_screen(size: Size | None) -> pygame.Surface:
    """Take the whole screen, at a size in pixels if it can do that, else at its own."""
    if size:
        try:
            return pygame.display.set_mode(size, pygame.FULLSCREEN)
        except pygame.error:
            pass  # this screen has no such mode
    return pygame.display.set_mode((0, 0), pygame.FULLSCREEN)
