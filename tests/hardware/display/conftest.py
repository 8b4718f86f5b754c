"""A real X server without a screen, and hands on its keyboard and windows."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pygame
import pytest

from tests.support.needs import lacking

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def no_desktop(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forget the tester's own desktop, and close whatever a test leaves open."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    yield
    pygame.display.quit()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Run Xvfb at 1024x768; return its DISPLAY."""
    if shutil.which("Xvfb") is None:
        lacking("Xvfb is missing (apt install xvfb)")
    read, write = os.pipe()
    process = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1024x768x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as answer:
        number = answer.readline().strip()
    yield f":{number}"
    pygame.display.quit()
    process.terminate()
    process.wait()


class Hands:
    """Presses keys and pulls at windows, from outside the program, as a person does."""

    def __init__(self, name: str) -> None:
        try:
            self._x = ctypes.CDLL("libX11.so.6")
            self._test = ctypes.CDLL("libXtst.so.6")
        except OSError as error:
            lacking(str(error))
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._x.XKeysymToKeycode.argtypes = (ctypes.c_void_p, ctypes.c_ulong)
        self._display = ctypes.c_void_p(self._x.XOpenDisplay(name.encode()))

    def press(self, *keysyms: int) -> None:
        window = pygame.display.get_wm_info()["window"]
        self._x.XSetInputFocus(self._display, ctypes.c_ulong(window), 1, ctypes.c_ulong(0))
        self._x.XSync(self._display, 0)
        for keysym in keysyms:
            code = self._x.XKeysymToKeycode(self._display, keysym)
            for down in (1, 0):
                self._test.XTestFakeKeyEvent(self._display, code, down, ctypes.c_ulong(0))
        self._x.XSync(self._display, 0)

    def resize(self, width: int, height: int) -> None:
        window = pygame.display.get_wm_info()["window"]
        self._x.XResizeWindow(self._display, ctypes.c_ulong(window), width, height)
        self._x.XSync(self._display, 0)


@pytest.fixture
def desktop(server: str, monkeypatch: pytest.MonkeyPatch) -> Hands:
    """Be on a desktop."""
    monkeypatch.setenv("DISPLAY", server)
    return Hands(server)
