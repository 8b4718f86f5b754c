"""May I keep this picture? asked with the picture, answered by key or touch, and no by default."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pygame
import pytest

from device.stage.overlays.consent import MIN_ANSWER_SECONDS, THANKS_SECONDS, TIMEOUT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from tests.support.theatres import MakeScene, MakeTheatre, Theatre

GRAIN = np.random.default_rng(1).integers(0, 256, (6, 6), np.uint8)
CROP = np.asarray(cv2.resize(GRAIN, (48, 48), interpolation=cv2.INTER_CUBIC), np.uint8)


@pytest.fixture
def asked(theatre: MakeTheatre, feel: MakeScene) -> Callable[..., Theatre]:
    """A stage that asks for consent, some time ago."""

    def make(
        size: tuple[int, int] = (640, 360), seconds: float = 1.0, crop: NDArray[np.uint8] = CROP
    ) -> Theatre:
        place = theatre(size)
        place.hop(feel("happy"), 1.0)
        place.stage.ask(place.now)
        place.hop(feel("happy"), 0.5)
        assert place.stage.choose(5, place.now) == "sad"
        place.stage.ask_consent(crop, place.now)
        place.hop(feel("happy"), seconds)
        return place

    return make


def shares(place: Theatre, rect: pygame.Rect) -> tuple[float, float]:
    width, height = place.canvas.get_size()
    return rect.centerx / width, rect.centery / height


def test_the_very_picture_is_shown(asked: Callable[..., Theatre], feel: MakeScene) -> None:
    place, other = asked(), asked(crop=255 - CROP)
    rect = place.assets.consent._picture
    one, two = (each.draw(feel("happy")) for each in (place, other))
    inside = np.s_[rect.left : rect.right, rect.top : rect.bottom]
    shown = one[inside].mean(axis=2).T
    assert np.array_equal(one[inside][..., 0], one[inside][..., 2]), "grey as it is kept"
    small = np.asarray(
        pygame.surfarray.array3d(
            pygame.transform.smoothscale(place.canvas.subsurface(rect), (48, 48))
        )
    )[..., 0].T
    assert np.corrcoef(small.ravel(), CROP.ravel())[0, 1] > 0.9
    assert np.abs(shown + two[inside].mean(axis=2).T - 255).mean() < 3
    one[inside] = two[inside] = 0
    assert np.array_equal(one, two), "and nowhere else"


def test_a_key_answers_once(asked: Callable[..., Theatre]) -> None:
    for given in (True, False):
        place = asked()
        assert place.stage.is_asking_consent(place.now)
        assert place.stage.consent(given, place.now) is given
        assert not place.stage.is_asking(place.now)
        assert place.stage.consent(True, place.now) is None


def test_a_touch_says_yes_on_its_button_alone(asked: Callable[..., Theatre]) -> None:
    place = asked()
    assert place.stage.touch_consent(*shares(place, place.assets.consent.yes), place.now)
    for x, y in ((0.5, 0.02), (0.02, 0.98), (0.98, 0.5)):
        place = asked()
        assert place.stage.touch_consent(x, y, place.now) is False
    place = asked()
    assert place.stage.touch_consent(*shares(place, place.assets.consent.no), place.now) is False


def test_what_comes_in_haste_is_no_answer(asked: Callable[..., Theatre]) -> None:
    place = asked(seconds=MIN_ANSWER_SECONDS - 0.2)
    assert place.stage.consent(True, place.now) is None
    assert place.stage.touch_consent(*shares(place, place.assets.consent.yes), place.now) is None
    assert place.stage.is_asking_consent(place.now), "it still waits"


def test_a_number_allows_nothing(asked: Callable[..., Theatre]) -> None:
    place = asked()
    assert [place.stage.choose(number, place.now) for number in range(1, 8)] == [None] * 7
    assert place.stage.is_asking_consent(place.now)


def test_nobody_s_answer_is_no_and_the_picture_is_forgotten(
    asked: Callable[..., Theatre], theatre: MakeTheatre, feel: MakeScene
) -> None:
    place, plain = asked(), theatre((640, 360))
    for seconds in (1.0, 0.5, 1.0):
        plain.hop(feel("happy"), seconds)
    assert np.abs(place.draw(feel("happy")).astype(int) - plain.draw(feel("happy"))).mean() > 8
    for stage in (place, plain):
        stage.hop(feel("happy"), TIMEOUT_SECONDS)
    assert place.stage.consent(True, place.now) is None
    assert place.stage._consent.picture is None
    assert place.assets.consent._made is None
    assert np.array_equal(place.draw(feel("happy")), plain.draw(feel("happy")))


def test_thanks_are_reported_without_the_picture(
    asked: Callable[..., Theatre], theatre: MakeTheatre, feel: MakeScene
) -> None:
    place, plain = asked(), theatre((640, 360))
    for seconds in (1.0, 0.5, 1.0):
        plain.hop(feel("happy"), seconds)
    place.stage.consent(True, place.now)
    thanked = place.hop(feel("happy"), 0.3)
    assert place.stage._consent.picture is None
    assert place.assets.consent._made is None
    assert np.abs(thanked.astype(int) - plain.hop(feel("happy"), 0.3)).mean() > 5
    for stage in (place, plain):
        stage.now += THANKS_SECONDS
    assert np.array_equal(place.draw(feel("happy")), plain.draw(feel("happy")))


@pytest.mark.parametrize("size", [(320, 240), (1080, 1920), (1920, 360), (480, 800)])
def test_everything_has_its_place_on_any_canvas(
    asked: Callable[..., Theatre], size: tuple[int, int]
) -> None:
    consent = asked(size, seconds=0.1).assets.consent
    parts = [consent._picture, consent._text, consent.yes, consent.no]
    assert all(consent._box.contains(part) for part in parts)
    assert pygame.Rect((0, 0), size).contains(consent._box)
    assert all(part.collidelist(parts[:number]) == -1 for number, part in enumerate(parts))
    assert min(consent.yes.height, consent.no.height) >= 0.06 * min(size)
    assert consent.yes.size == consent.no.size


@pytest.mark.parametrize("size", [(40, 700), (900, 30), (20, 20), (1, 1)])
def test_a_canvas_too_small_for_it_ends_nothing(
    asked: Callable[..., Theatre], size: tuple[int, int]
) -> None:
    place = asked(size)
    assert place.stage.is_asking_consent(place.now)
    assert place.stage.consent(False, place.now) is False
