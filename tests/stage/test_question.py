"""Was I right? asked by key or touch, answered by number or touch, forgotten by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pygame
import pytest

from device.messages import EMOTIONS
from device.stage.character import Portrait
from device.stage.layout import Layout
from device.stage.overlays.question import TIMEOUT_SECONDS, QuestionClock, QuestionOverlay
from device.stage.text import Typesetter

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.stage import Strings
    from tests.support.theatres import MakeScene, MakeTheatre, Theatre


@pytest.fixture
def asked(theatre: MakeTheatre, feel: MakeScene) -> Callable[..., Theatre]:
    """A stage that was asked, once the question is up."""

    def make(size: tuple[int, int] = (640, 360)) -> Theatre:
        place = theatre(size)
        place.after(feel("happy"), 1.0)
        place.stage.ask(place.now)
        place.after(feel("happy"), 0.5)
        return place

    return make


def centre(place: Theatre, number: int) -> tuple[float, float]:
    """Return the middle of a face's cell in shares of the canvas."""
    width, height = place.canvas.get_size()
    cell = place.assets.question.cell(number)
    return cell.centerx / width, cell.centery / height


def test_it_shows_and_goes_away_by_itself(
    asked: Callable[..., Theatre], theatre: MakeTheatre, feel: MakeScene
) -> None:
    place, plain = asked(), theatre((640, 360))
    plain.after(feel("happy"), 1.5)
    assert np.abs(place.draw(feel("happy")).astype(int) - plain.draw(feel("happy"))).mean() > 8
    for stage in (place, plain):
        stage.now += TIMEOUT_SECONDS
        stage.after(feel("happy"), 0.2)
    assert place.stage.choose(1, place.now) is None
    assert np.array_equal(place.draw(feel("happy")), plain.draw(feel("happy")))


@pytest.mark.parametrize("number", range(7))
def test_a_number_or_a_touch_chooses_a_face(asked: Callable[..., Theatre], number: int) -> None:
    place = asked()
    assert place.stage.touch(*centre(place, number), place.now) == EMOTIONS[number]
    place = asked()
    assert place.stage.choose(number + 1, place.now) == EMOTIONS[number]
    assert place.stage.choose(number + 1, place.now) is None, "one answer to one question"


@pytest.mark.parametrize("number", [0, 8, 9, -1])
def test_other_numbers_are_no_answer(asked: Callable[..., Theatre], number: int) -> None:
    place = asked()
    assert place.stage.choose(number, place.now) is None
    assert place.stage.choose(3, place.now) == "fear", "it still waits"


def test_a_touch_asks_and_a_touch_elsewhere_waves_it_off(
    theatre: MakeTheatre, feel: MakeScene
) -> None:
    place = theatre()
    assert place.stage.touch(0.5, 0.5, place.now) is None, "nothing was drawn yet"
    place = theatre()
    place.after(feel("sad"), 0.5)
    assert place.stage.touch(0.5, 0.5, place.now) is None
    assert place.stage._question.is_waiting(place.now)
    place.after(feel("sad"), 0.5)
    assert place.stage.touch(0.5, 0.02, place.now) is None
    assert not place.stage._question.is_waiting(place.now)


def test_its_faces_are_painted_before_it_is_asked(
    strings: Strings, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout, clock = Layout.of((640, 360)), QuestionClock()
    ready, late = (QuestionOverlay(strings, layout, Typesetter()) for _ in range(2))
    assert [ready.make_next() for _ in range(8)] == [True] * 7 + [False]
    clock.ask(0.0)
    pictures = []
    for one in (late, ready, ready):
        canvas = pygame.Surface(layout.size)
        one.draw(canvas, clock, 1.0)
        pictures.append(pygame.surfarray.array3d(canvas))
        monkeypatch.delattr(Portrait, "_paint", raising=False)
    assert np.array_equal(pictures[0], pictures[1])
    assert np.array_equal(pictures[0], pictures[2])


def test_thanks_are_reported(asked: Callable[..., Theatre], feel: MakeScene) -> None:
    place = asked()
    place.stage.choose(1, place.now)
    thanked = place.after(feel("happy"), 0.3)
    again = asked().after(feel("happy"), 0.3)
    assert not np.array_equal(thanked, again)


@pytest.mark.parametrize("size", [(320, 240), (1080, 1920), (1920, 360), (480, 800)])
def test_seven_faces_lie_side_by_side_on_any_canvas(
    asked: Callable[..., Theatre], size: tuple[int, int]
) -> None:
    place = asked(size)
    cells = [place.assets.question.cell(number) for number in range(7)]
    whole = pygame.Rect((0, 0), size)
    assert all(whole.contains(cell) for cell in cells)
    assert all(cell.collidelist(cells[:number]) == -1 for number, cell in enumerate(cells))
