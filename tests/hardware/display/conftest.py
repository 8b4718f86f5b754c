"""A real X server without a screen."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pygame
import pytest

from tests.support.desktops import Hands
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


@pytest.fixture
def desktop(server: str, monkeypatch: pytest.MonkeyPatch) -> Hands:
    """Be on a desktop."""
    monkeypatch.setenv("DISPLAY", server)
    return Hands(server)
