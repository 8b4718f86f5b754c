"""Opening a display: find the driver that works."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Literal

import pygame

from device.errors import DisplayError
from device.hardware.display.display import Display
from device.hardware.display.drivers import candidates, selected

if TYPE_CHECKING:
    from device.config.schema import StageConfig

log = logging.getLogger(__name__)

Mode = Literal["auto", "window", "fullscreen", "offscreen"]


def open_display(config: StageConfig, mode: Mode = "auto") -> Display:
    """Open the display.

    `auto` takes a desktop (X11 or Wayland, full screen or window by the configuration) where there
    is one, else a console with /dev/dri (KMSDRM), else draws offscreen. The environment variable
    SDL_VIDEODRIVER overrides the choice of driver, save for offscreen.

    Raises DisplayError, which names the drivers that were tried and what each of them said.
    """
    fullscreen = mode == "fullscreen" or (mode == "auto" and config.fullscreen)
    faults = []
    for driver in candidates(mode, os.environ):
        try:
            display = open_driver(config, driver, fullscreen)
        except (pygame.error, DisplayError) as error:
            pygame.display.quit()
            faults.append(f"{driver}: {error}")
        else:
            log.info("display: %s", display.description)
            return display
    if faults:
        raise DisplayError(f"no display for mode {mode}; tried " + "; ".join(faults))
    raise DisplayError(
        f"no display for mode {mode}; tried none: neither DISPLAY nor WAYLAND_DISPLAY is set"
        + ("" if mode == "window" else ", and there is no /dev/dri")
    )


def open_driver(config: StageConfig, driver: str, fullscreen: bool) -> Display:
    """Open the display with one of SDL's drivers. Raises pygame.error or DisplayError."""
    pygame.display.quit()
    with selected(driver):
        pygame.display.init()
        return Display(config, pygame.display.get_driver().lower(), fullscreen)
