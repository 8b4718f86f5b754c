"""On screens of any format nothing covers anything else, and nothing is cut off."""

from __future__ import annotations

import itertools
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np
import pygame
import pytest

from device.messages import Box, Face, FrameResult, Health, Level, Mood
from device.mood import probabilities_of
from device.stage import Scene
from device.stage.character.actor import HEAD, LOWER
from device.stage.layout import SMALLEST, Layout
from device.stage.overlays.caption import Caption
from device.stage.overlays.notice import Notice
from tests.support.contrast import split

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.support.theatres import MakeTheatre, Size, Theatre

SIZES = [
    (512, 384),
    (640, 512),
    (320, 240),
    (240, 960),
    (960, 240),
    (800, 480),
    (640, 360),
    (384, 512),
    (540, 960),
]
"""Half as large as screens of 4:3, 5:4, 480x1920, 1920x480, 16:9 and upright ones are."""
OPTIONS: list[dict[str, Any]] = [{}, {"large_text": True}, {"high_contrast": True}]
ADDRESS = "https://192.168.178.123:8443"
INVITATION = f"{ADDRESS}/pair/AbCdEfGhIjKlMnOpQrStUw"
FAULTS = (
    Health("camera", Level.FAILED, "usb camera: no frame for 8 s; trying again in 20 s", 1.0),
    Health("fleet", Level.DEGRADED, "not connected", 2.0),
)
CROP = np.full((48, 48), 200, np.uint8)
SEEN = 9
"""Levels of 255 from which a pixel counts as changed: a shadow's rim does not."""

pytestmark = pytest.mark.slow


def people(count: int, now: float) -> FrameResult:
    moods = ("happy", "sad", "neutral", "surprise", "angry", "fear")[:count]
    faces = tuple(
        Face(number, Box(20 + 100.0 * number, 150, 80, 80), 0.9, (), probabilities_of(mood))
        for number, mood in enumerate(moods)
    )
    return FrameResult(round(now * 30), now, now, 640, 480, faces)


class Screen:
    """A stage without motion; what an overlay covers is what changes when it comes."""

    def __init__(self, make: MakeTheatre, size: Size, options: dict[str, Any]) -> None:
        self._make, self._size = make, size
        self._options = {"reduced_motion": True, "face": "character", **options}
        self.layout = Layout.of(size, **{**options, "still": True})

    def draw(self, scene: Scene, asks: str = "", spoken: bool = True) -> NDArray[np.uint8]:
        """Return a scene as it is after some seconds, without its words if it is not `spoken`."""
        place = self._make(self._size, **self._options)
        with nullcontext() if spoken else mock.patch.object(Caption, "draw", lambda *_: None):
            for _ in range(5):
                place.hop(scene, 0.7)
            if asks:
                self._ask(place, asks)
            place.hop(scene, 0.5)
            return place.hop(scene, 0.5)

    def words(self, scene: Scene) -> pygame.Rect:
        """Return the smallest rectangle round the letters of the caption."""
        boxes: list[pygame.Rect] = []

        def note(
            _: Caption, canvas: pygame.Surface, text: pygame.Surface, top: int, shown: float
        ) -> None:
            if shown > 0.0:
                places = np.argwhere(split(text)[0])
                (x, y), (right, bottom) = places.min(axis=0), places.max(axis=0) + 1
                left = (canvas.get_width() - text.get_width()) // 2
                boxes.append(pygame.Rect(left + x, top + y, right - x, bottom - y))

        with mock.patch.object(Caption, "_line", note):
            self.draw(scene)
        assert len(boxes) >= 2
        return boxes[-2].union(boxes[-1])

    def _ask(self, place: Theatre, what: str) -> None:
        place.stage.ask(place.now)
        if what == "consent":
            place.stage.choose(5, place.now)
            place.stage.ask_consent(CROP, place.now)

    def change(self, one: NDArray[np.uint8], other: NDArray[np.uint8]) -> pygame.Rect:
        """Return the smallest rectangle round what differs."""
        changed = np.argwhere(np.abs(one.astype(int) - other).max(axis=2) >= SEEN)
        assert len(changed), "nothing came"
        (left, top), (right, bottom) = changed.min(axis=0), changed.max(axis=0) + 1
        return pygame.Rect(left, top, right - left, bottom - top)

    @property
    def head(self) -> pygame.Rect:
        """The square inside the round head, which has eyes and mouth."""
        diameter, (x, y) = self.layout.diameter, self.layout.centre
        box = pygame.Rect(0, 0, round(HEAD * diameter * 0.78), round(HEAD * diameter * 0.78))
        box.center = (x, round(y + LOWER * diameter))
        return box


def assert_apart(size: Size, **places: pygame.Rect) -> None:
    """Check that all are on the screen, clear of its edges, and none covers another."""
    inner = pygame.Rect((0, 0), size).inflate(-2, 0)
    for name, place in places.items():
        assert inner.contains(place), f"{name} is cut off: {place}"
    for (one, first), (other, second) in itertools.combinations(places.items(), 2):
        shared = first.clip(second)
        assert min(shared.size) <= 2, f"{one} {first} covers {other} {second}"


@pytest.fixture(params=SIZES, ids=lambda size: "x".join(map(str, size)))
def size(request: pytest.FixtureRequest) -> Size:
    width, height = request.param
    return width, height


@pytest.fixture(params=OPTIONS, ids=lambda options: next(iter(options), "usual"))
def screen(request: pytest.FixtureRequest, theatre: MakeTheatre, size: Size) -> Screen:
    return Screen(theatre, size, request.param)


def test_in_an_empty_room_words_code_hand_and_footer_have_their_places(
    screen: Screen, size: Size
) -> None:
    bare, busy = Scene(), Scene(muted=True, watched=True, health=FAULTS)
    plain = screen.draw(bare)
    assert_apart(
        size,
        head=screen.head,
        words=screen.words(bare),
        code=screen.change(plain, screen.draw(Scene(address=ADDRESS))),
        footer=screen.change(plain, screen.draw(busy)),
    )
    assert screen.layout.hand.colliderect(screen.layout.head)
    code = screen.change(plain, screen.draw(Scene(address=ADDRESS)))
    assert not code.colliderect(screen.layout.hand.inflate(-4, -4))


@pytest.mark.parametrize("count", [2, 6])
def test_companions_notice_words_and_footer_have_their_places(
    screen: Screen, size: Size, count: int
) -> None:
    mood = Mood("happy", 0.0, count)
    scene = Scene(mood, frame_result=people(count, 1.0))
    crowd, alone = screen.draw(scene), screen.draw(replace(scene, frame_result=people(1, 1.0)))
    quiet = screen.draw(Scene(mood))
    with mock.patch.object(Notice, "draw", lambda *_: None):
        unnoticed = screen.draw(replace(scene, frame_result=people(1, 1.0)))
    companions = screen.change(crowd, alone)
    places = {
        "words": screen.words(scene),
        "notice": screen.change(alone, unnoticed),
        "footer": screen.change(quiet, screen.draw(replace(Scene(mood), muted=True))),
    }
    assert_apart(size, companions=companions, **places)
    assert_apart(size, head=screen.head, **places)


@pytest.mark.parametrize("asks", ["question", "consent"])
def test_a_question_covers_neither_face_nor_footer(screen: Screen, size: Size, asks: str) -> None:
    scene = Scene(Mood("sad", 0.0, 1))
    busy = replace(scene, muted=True, watched=True, health=FAULTS)
    silent = screen.draw(scene, spoken=False)
    asked = screen.draw(scene, asks)
    assert_apart(
        size,
        head=screen.head,
        question=screen.change(silent, asked),
        footer=screen.change(asked, screen.draw(busy, asks)),
    )


def test_the_pairing_code_leaves_notice_and_footer_alone_and_takes_the_words_away(
    screen: Screen, size: Size
) -> None:
    scene = Scene(Mood("surprise", 0.0, 1), frame_result=people(1, 1.0))
    invited, silent = replace(scene, invitation=INVITATION), screen.draw(scene, spoken=False)
    code = screen.draw(invited)
    assert_apart(
        size,
        code=screen.change(silent, code),
        notice=screen.layout.notice,
        footer=screen.change(code, screen.draw(replace(invited, muted=True))),
    )
    assert np.array_equal(code, screen.draw(invited, spoken=False)), "no words shine through"


def test_small_text_is_large_enough(size: Size) -> None:
    usual, large = Layout.of(size), Layout.of(size, large_text=True)
    width, height = size
    assert usual.small >= min(round(SMALLEST * height), round(0.06 * width))
    assert large.small >= 1.3 * usual.small
    assert large.caption.height >= 1.35 * usual.caption.height
