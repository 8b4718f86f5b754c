from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pygame
import pytest

from device.config.schema import StageConfig
from device.errors import DisplayError
from device.hardware.display import Display, Key, Number, Tap, Wish, keys, open_display
from device.hardware.display.drivers import candidates
from device.hardware.display.orientation import Orientation
from tests.support.waiting import gather, until

if TYPE_CHECKING:
    from tests.support.desktops import Hands

ROOT = Path(__file__).parents[3]
Rotation = Literal[0, 90, 180, 270]


def wishes(display: Display, count: int) -> list[Wish]:
    """Collect what is asked for until there is enough of it."""
    return gather(display.events, count)


def screen() -> pygame.Surface:
    """Return what SDL shows."""
    surface = pygame.display.get_surface()
    assert surface
    return surface


def four_corners(size: tuple[int, int]) -> pygame.Surface:
    """Return a picture with another colour in each corner, clockwise from the top left."""
    surface = pygame.Surface(size)
    width, height = size
    for colour, place in zip(
        ("red", "green", "blue", "white"),
        ((0, 0), (width // 2, 0), (width // 2, height // 2), (0, height // 2)),
        strict=True,
    ):
        surface.fill(colour, (*place, width // 2, height // 2))
    return surface


def corners(surface: pygame.Surface) -> str:
    width, height = surface.get_size()
    names: dict[tuple[int, ...], str] = {
        (255, 0, 0): "r",
        (0, 128, 0): "g",
        (0, 255, 0): "g",
        (0, 0, 255): "b",
    }
    places = ((1, 1), (width - 2, 1), (width - 2, height - 2), (1, height - 2))
    return "".join(names.get(tuple(surface.get_at(place)[:3]), "w") for place in places)


@pytest.mark.parametrize(
    ("rotate", "mirror", "expected"),
    [(0, False, "rgbw"), (90, False, "wrgb"), (180, False, "bwrg"), (270, False, "gbwr"),
     (0, True, "grwb"), (90, True, "bgrw"), (180, True, "wbgr"), (270, True, "rwbg")],
)  # fmt: skip
def test_the_picture_is_mirrored_then_turned_clockwise(
    rotate: Rotation, mirror: bool, expected: Any
) -> None:
    display = open_display(
        StageConfig(width=320, height=200, rotate=rotate, mirror=mirror), "offscreen"
    )
    assert display.size == ((200, 320) if rotate in (90, 270) else (320, 200))
    display.canvas.blit(four_corners(display.size), (0, 0))
    display.present()
    assert corners(screen()) == expected
    assert corners(display.screenshot()) == "rgbw"
    assert display.description == "offscreen 320x200"


def test_an_upright_picture_is_not_copied() -> None:
    display = open_display(StageConfig(), "offscreen")
    assert display.canvas is screen()
    assert display.size == (1280, 720)
    surface = four_corners((10, 10))
    assert Orientation().apply(surface) is surface


def test_a_screenshot_is_a_copy() -> None:
    display = open_display(StageConfig(width=64, height=64), "offscreen")
    before = display.screenshot()
    display.canvas.fill("white")
    assert tuple(before.get_at((5, 5))[:3]) == (0, 0, 0)


KEYS = [
    (pygame.K_ESCAPE, Key.QUIT),
    (pygame.K_q, Key.QUIT),
    (pygame.K_SPACE, Key.PAUSE),
    (pygame.K_m, Key.MUTE),
    (pygame.K_f, Key.FULLSCREEN),
    (pygame.K_w, Key.ASK),
    (pygame.K_1, Number(1)),
    (pygame.K_KP7, Number(7)),
]


@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_touch_lands_where_the_picture_is(rotate: Rotation, mirror: bool) -> None:
    orientation = Orientation(rotate, mirror)
    panel = (64, 48)
    canvas = pygame.Surface(orientation.canvas_size(panel))
    canvas.set_at((5, 9), (255, 255, 255))
    shown = pygame.surfarray.array3d(orientation.apply(canvas))[..., 0]
    x, y = np.argwhere(shown == 255)[0] + 0.5
    click = pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=(x, y), touch=True)
    (tap,) = keys.wishes([click], panel, orientation)
    assert isinstance(tap, Tap)
    width, height = canvas.get_size()
    assert (tap.x * width, tap.y * height) == pytest.approx((5.5, 9.5))
    wheel = pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=4, pos=(1, 1), touch=False)
    assert keys.wishes([wheel], panel, orientation) == []


def test_keys_and_closing() -> None:
    display = open_display(StageConfig(width=64, height=64), "offscreen")
    display.events()
    for key, _ in KEYS:
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key))
        pygame.event.post(pygame.event.Event(pygame.KEYUP, key=key))
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_x))
    pygame.event.post(pygame.event.Event(pygame.QUIT))
    assert display.events() == [*(wish for _, wish in KEYS), Key.QUIT]
    assert display.events() == []


def test_full_screen_means_nothing_offscreen() -> None:
    display = open_display(StageConfig(width=64, height=64), "offscreen")
    display.toggle_fullscreen()
    assert display.description == "offscreen 64x64"


def test_closing_twice_and_opening_again() -> None:
    display = open_display(StageConfig(width=64, height=64), "offscreen")
    display.close()
    display.close()
    assert open_display(StageConfig(width=64, height=64), "offscreen").size == (64, 64)


@pytest.mark.parametrize(
    ("mode", "environ", "dri", "expected"),
    [
        ("auto", {"DISPLAY": ":1"}, True, ["x11"]),
        ("auto", {"WAYLAND_DISPLAY": "w"}, True, ["wayland"]),
        ("auto", {"DISPLAY": ":1", "WAYLAND_DISPLAY": "w"}, False, ["x11", "wayland"]),
        ("auto", {}, True, ["kmsdrm"]),
        ("auto", {"DISPLAY": ""}, True, ["kmsdrm"]),
        ("auto", {}, False, ["dummy"]),
        ("auto", {"SDL_VIDEODRIVER": "kmsdrm"}, False, ["kmsdrm"]),
        ("window", {}, True, []),
        ("window", {"DISPLAY": ":1"}, True, ["x11"]),
        ("fullscreen", {}, True, ["kmsdrm"]),
        ("fullscreen", {}, False, []),
        ("offscreen", {"DISPLAY": ":1", "SDL_VIDEODRIVER": "x11"}, True, ["dummy"]),
    ],
)
def test_which_drivers_are_tried(
    mode: str, environ: dict[str, str], dri: bool, expected: Any, tmp_path: Path
) -> None:
    folder = tmp_path if dri else tmp_path / "nothing"
    assert candidates(mode, environ, folder) == expected


def test_a_desktop_that_is_gone_is_reported_with_its_driver(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DISPLAY", ":987")
    with pytest.raises(DisplayError, match=r"mode window; tried x11: "):
        open_display(StageConfig(), "window")
    assert "SDL_VIDEODRIVER" not in os.environ


def test_no_desktop_at_all() -> None:
    with pytest.raises(DisplayError, match="neither DISPLAY nor WAYLAND_DISPLAY is set"):
        open_display(StageConfig(), "window")


def test_a_console_without_libgl_would_stay_black(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise OSError(name)

    monkeypatch.setenv("SDL_VIDEODRIVER", "kmsdrm")
    monkeypatch.setattr(ctypes, "CDLL", absent)
    with pytest.raises(DisplayError, match=r"kmsdrm: .*apt install libgl1"):
        open_display(StageConfig(), "fullscreen")


def test_a_window_opens_and_shows(desktop: Hands) -> None:
    display = open_display(StageConfig(width=400, height=300), "window")
    assert display.description == "window 400x300 (x11)"
    assert not pygame.mouse.get_visible()
    display.canvas.fill("red")
    display.present()
    assert display.events() == []


def test_auto_takes_the_whole_desktop(desktop: Hands) -> None:
    display = open_display(StageConfig(), "auto")
    assert display.description == "fullscreen 1024x768 (x11)"
    display.toggle_fullscreen()
    assert display.description == "window 1280x720 (x11)"
    display.toggle_fullscreen()
    assert display.size == (1024, 768)


def test_auto_in_a_window_by_configuration(desktop: Hands) -> None:
    config = StageConfig(fullscreen=False, width=300, height=200)
    assert open_display(config, "auto").description == "window 300x200 (x11)"


def test_real_keys_arrive(desktop: Hands) -> None:
    display = open_display(StageConfig(width=400, height=300), "window")
    display.present()
    display.events()
    desktop.press(0x20, ord("m"), ord("f"), ord("x"), ord("q"), 0xFF1B)
    assert wishes(display, 5) == [Key.PAUSE, Key.MUTE, Key.FULLSCREEN, Key.QUIT, Key.QUIT]


@pytest.mark.parametrize("rotate", [0, 90])
def test_the_canvas_follows_a_resized_window(desktop: Hands, rotate: Rotation) -> None:
    display = open_display(StageConfig(width=400, height=300, rotate=rotate), "window")
    display.present()
    desktop.resize(640, 360)
    expected = (360, 640) if rotate else (640, 360)

    def followed() -> bool:
        display.events()
        display.canvas.fill("red")
        display.present()
        return display.size == expected

    until(followed, seen=lambda: display.size)
    assert display.description == "window 640x360 (x11)"
    display.canvas.fill("blue")
    display.present()
    shown = pygame.surfarray.array3d(screen())
    assert np.array_equal(shown[639, 359], (0, 0, 255))


def test_sigterm_is_a_wish_to_quit() -> None:
    program = (
        "from device.config.schema import StageConfig\n"
        "from device.hardware.display import Key, open_display\n"
        "import time\n"
        "display = open_display(StageConfig(), 'offscreen')\n"
        "print('open', flush=True)\n"
        "while Key.QUIT not in display.events(): time.sleep(0.01)\n"
        "print('bye')\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "open\n", "there should be no banner"
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=60)[0] == "bye\n"
    assert process.returncode == 0


@pytest.mark.parametrize("rotate", [0, 90])
def test_a_smaller_canvas_fills_the_panel(rotate: Rotation) -> None:
    display = open_display(StageConfig(width=320, height=200, rotate=rotate), "offscreen")
    whole = display.size
    display.scale = 0.5
    assert display.size == (whole[0] // 2, whole[1] // 2)
    display.canvas.blit(four_corners(display.size), (0, 0))
    display.present()
    assert corners(screen()) == ("rgbw" if rotate == 0 else "wrgb")
    assert display.screenshot().get_size() == whole
    assert corners(display.screenshot()) == "rgbw"
    assert display.events() == []
    assert display.scale == 0.5
    display.scale = 1.0
    assert display.size == whole


@pytest.mark.parametrize(
    ("width", "height", "drawn"),
    [(1920, 1080, (1920, 1080)), (3840, 2160, (1920, 1080)), (1440, 2560, (1080, 1920))],
)
def test_a_large_screen_shows_a_canvas_of_1080_lines_enlarged(
    width: int, height: int, drawn: tuple[int, int]
) -> None:
    display = open_display(StageConfig(width=width, height=height), "offscreen")
    assert display.size == drawn
    display.canvas.blit(four_corners(display.size), (0, 0))
    display.present()
    assert screen().get_size() == (width, height)
    assert corners(screen()) == "rgbw"
    assert display.events() == []
    assert display.size == drawn
