"""Which of SDL's video drivers can work here, best first."""

from __future__ import annotations

import ctypes
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from device.errors import DisplayError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OFFSCREEN = "dummy"
KMSDRM = "kmsdrm"
DRI = Path("/dev/dri")


def desktop_drivers(environ: Mapping[str, str]) -> list[str]:
    """Return the drivers of the desktop that this process was started in, if any.

    X11 comes first as in SDL itself: under Wayland it is Xwayland, where window icons, sizes and
    full screen are the best tested.
    """
    found = []
    if environ.get("DISPLAY"):
        found.append("x11")
    if environ.get("WAYLAND_DISPLAY"):
        found.append("wayland")
    return found


def candidates(mode: str, environ: Mapping[str, str], dri: Path = DRI) -> list[str]:
    """Return the drivers to try for a mode of `open_display`, best first.

    SDL_VIDEODRIVER, where someone has set it, is the only candidate.
    """
    if mode == "offscreen":
        return [OFFSCREEN]
    chosen = environ.get("SDL_VIDEODRIVER")
    if chosen:
        return [chosen]
    desktop = desktop_drivers(environ)
    if mode == "window":
        return desktop
    if desktop:
        return desktop
    if dri.exists():
        return [KMSDRM]
    return [OFFSCREEN] if mode == "auto" else []


@contextmanager
def selected(driver: str) -> Iterator[None]:
    """Have SDL use one driver inside the block; for KMSDRM, draw through the GPU."""
    settings = {"SDL_VIDEODRIVER": driver}
    if driver == KMSDRM:
        settings["SDL_FRAMEBUFFER_ACCELERATION"] = "opengles2"
        require_libgl()
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def require_libgl() -> None:
    """Raise DisplayError where KMSDRM would run but show nothing.

    Without libGL.so.1 SDL counts frames, reports no error, and the panel stays black.
    """
    try:
        ctypes.CDLL("libGL.so.1")
    except OSError as error:
        raise DisplayError("libGL.so.1 is missing: apt install libgl1") from error
