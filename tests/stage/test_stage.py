from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

import numpy as np
import pygame
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device.config.schema import StageConfig
from device.config.strings import languages
from device.messages import EMOTIONS, Box, Face, FrameResult, Health, Level, Mood, Reaction
from device.stage import EFFECTS, Scene, Stage, Strings, load_strings
from device.stage.layout import Layout
from device.system.paths import ASSETS

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from tests.support.theatres import MakeScene, MakeTheatre

SIZES = [(320, 240), (1280, 720), (480, 800), (1080, 1920), (600, 600), (1920, 360)]
BRIEF = ("balloons", "hearts", "fireworks", "sunburst")
"""Effects that are over after some seconds."""
COLD = Health("camera", Level.FAILED, "not found", 1.0)


def near(one: NDArray[np.uint8], other: NDArray[np.uint8], rectangle: pygame.Rect) -> float:
    """Return the mean difference of two frames inside a rectangle, in levels of 255."""
    part = np.s_[rectangle.left : rectangle.right, rectangle.top : rectangle.bottom]
    return float(np.abs(one[part].astype(int) - other[part]).mean())


def middle(layout: Layout) -> pygame.Rect:
    return pygame.Rect(0, 0, layout.diameter, layout.diameter).move(
        layout.centre[0] - layout.diameter // 2, layout.centre[1] - layout.diameter // 2
    )


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_every_emotion_shows_its_own_emoji_and_label(
    theatre: MakeTheatre, feel: MakeScene, emotion: str
) -> None:
    place = theatre(face="emoji")
    early = place.draw(feel(emotion))
    late = place.after(feel(emotion), 3.0)
    layout = Layout.of((320, 240))
    art = pygame.transform.smoothscale(
        pygame.image.load(ASSETS / "emoji" / f"{emotion}.png"), (layout.diameter, layout.diameter)
    )
    picture = pygame.surfarray.array3d(art)
    inner = slice(layout.diameter // 4, -layout.diameter // 4)
    where = middle(layout)
    shown = late[where.left : where.right, where.top : where.bottom]
    # The picture breathes and hops a few pixels, so its colours are compared, not its pixels.
    means = [part[inner, inner].reshape(-1, 3).mean(axis=0) for part in (shown, picture)]
    assert np.abs(means[0] - means[1]).max() < 14
    assert near(early, late, where) > 20
    assert near(early, late, layout.caption) > 3


def test_emotions_look_different_from_each_other(theatre: MakeTheatre, feel: MakeScene) -> None:
    where = middle(Layout.of((320, 240)))
    frames = [theatre().after(feel(emotion), 2.5) for emotion in (*EMOTIONS, None)]
    for number, one in enumerate(frames):
        for other in frames[number + 1 :]:
            assert near(one, other, where) > 6


@pytest.mark.parametrize("effect", EFFECTS)
def test_every_effect_shows_moves_and_goes(
    theatre: MakeTheatre, feel: MakeScene, effect: str
) -> None:
    place, plain = theatre(), theatre()
    seconds = 1.6 if effect in BRIEF else 4.0
    with_it = place.play(feel("neutral", effect), seconds, 10)
    without = plain.play(feel("neutral"), seconds, 10)
    whole = place.canvas.get_rect()
    assert near(with_it[0], without[0], whole) < 0.2, "it should fade in"
    assert near(with_it[-1], without[-1], whole) > 0.5
    assert near(with_it[-1], with_it[-10], whole) > 0.2
    assert near(place.after(feel("neutral"), 3.6), plain.after(feel("neutral"), 3.6), whole) == 0


def test_an_effect_that_comes_again_starts_again(theatre: MakeTheatre, feel: MakeScene) -> None:
    place = theatre()
    scene = feel("happy", "confetti")
    place.after(scene, 3.0)
    again = Scene(scene.mood, reactions=(Reaction("test", "happy", 50.0, "confetti"),))
    place.after(again, 0.5)
    assert len(place.stage._effects.runs) == 2
    place.after(again, 2.0)
    assert len(place.stage._effects.runs) == 1


def test_an_unknown_effect_is_left_out(theatre: MakeTheatre, feel: MakeScene) -> None:
    assert np.array_equal(
        theatre().after(feel("sad", "earthquake"), 1.0), theatre().after(feel("sad"), 1.0)
    )


@pytest.mark.parametrize("pair", [("sad", "happy"), (None, "fear"), ("angry", None)])
def test_a_change_is_gradual(
    theatre: MakeTheatre, feel: MakeScene, pair: tuple[str | None, str | None]
) -> None:
    place = theatre()
    before = place.after(feel(pair[0]), 3.0)
    frames = [before, *place.play(feel(pair[1]), 2.0)]
    whole = place.canvas.get_rect()
    steps = [near(a, b, whole) for a, b in itertools.pairwise(frames)]
    total = near(frames[0], frames[-1], whole)
    assert total > 15, "the scene should change"
    assert max(steps) < 0.3 * total, "a hard swap"
    assert sum(step > 0.3 for step in steps) > 15, "and take its time"


def test_moods_that_change_every_frame_change_the_stage_once_a_second(
    theatre: MakeTheatre, feel: MakeScene
) -> None:
    place, acts = theatre((160, 120)), []
    for number in range(120):
        place.after(feel(EMOTIONS[number % 7]), 1 / 30)
        acts.append(place.stage._transition.act)
    changes = sum(a != b for a, b in itertools.pairwise(acts))
    assert 2 <= changes <= 4


def test_pausing_takes_the_mood_and_its_effects_off(theatre: MakeTheatre, feel: MakeScene) -> None:
    place = theatre()
    place.after(feel("happy", "confetti"), 2.0)
    late = place.after(feel("happy", "confetti", paused=True), 3.0)
    assert np.array_equal(late, theatre_after_pause(theatre, late))
    assert place.stage._transition.act == "paused"
    assert not place.stage._effects.runs


def theatre_after_pause(theatre: MakeTheatre, like: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return what a stage shows that was paused for as long."""
    place = theatre()
    place.after(Scene(mood=Mood("neutral", 0.0, 1)), 2.0)
    frame = place.after(Scene(paused=True), 3.0)
    assert frame.shape == like.shape
    return frame


def test_the_notice_comes_with_the_first_face_and_goes(
    theatre: MakeTheatre, feel: MakeScene, seen: Callable[[float], FrameResult]
) -> None:
    place, plain, box = theatre(), theatre(), Layout.of((320, 240)).notice

    def shown(scene: Scene, seconds: float) -> float:
        """Return how much the last frame differs from one of a stage that never saw a face."""
        plain.now = place.now
        return near(plain.after(feel("neutral"), seconds), place.after(scene, seconds), box)

    assert shown(feel("neutral"), 2.0) == 0
    assert shown(feel("neutral", frame_result=seen(1.0)), 1 / 30) < 1, "it should slide in"
    assert shown(feel("neutral", frame_result=seen(1.0)), 3.0) > 20
    assert shown(feel("neutral", frame_result=seen(2.0)), 7.0) < 3
    place.now += 590
    assert shown(feel("neutral", frame_result=seen(3.0)), 2.0) < 3
    place.now += 601
    assert shown(feel("neutral", frame_result=seen(3.0)), 2.0) < 3, "stale"
    assert shown(feel("neutral", frame_result=seen(4.0)), 2.0) > 20


def test_the_notice_stays_for_eight_seconds(
    theatre: MakeTheatre, feel: MakeScene, seen: Callable[[float], FrameResult]
) -> None:
    place, plain, box = theatre(), theatre(), Layout.of((320, 240)).notice
    place.after(feel("neutral"), 2.0)
    plain.after(feel("neutral"), 2.0)
    frames = place.play(feel("neutral", frame_result=seen(1.0)), 11.0, 10)
    without = plain.play(feel("neutral"), 11.0, 10)
    shown = [near(*pair, box) > 15 for pair in zip(without, frames, strict=True)]
    assert 8.0 <= sum(shown) / 10 <= 9.2


@pytest.mark.parametrize("level", [Level.OK, Level.OFF])
def test_no_health_line_on_a_good_day(theatre: MakeTheatre, feel: MakeScene, level: Level) -> None:
    fine = (Health("camera", level, "all is well", 1.0),)
    plain = theatre().after(feel("happy"), 1.0)
    assert np.array_equal(plain, theatre().after(feel("happy", health=fine), 1.0))


def test_health_line_and_mute_are_in_the_footer_only(theatre: MakeTheatre, feel: MakeScene) -> None:
    plain = theatre().after(feel("happy"), 1.0)
    both = theatre().after(feel("happy", health=(COLD,), muted=True), 1.0)
    footer = Layout.of((320, 240)).footer
    changed = np.argwhere(np.abs(plain.astype(int) - both).max(axis=-1) > 0)
    assert changed[:, 1].min() >= footer.top
    assert near(plain, both, footer) > 20


@pytest.mark.parametrize("size", SIZES)
def test_nothing_overlaps_at_any_size(size: tuple[int, int]) -> None:
    layout = Layout.of(size)
    rows = [layout.notice, middle(layout), layout.caption, layout.footer]
    assert all(a.bottom <= b.top + 1 for a, b in itertools.pairwise(rows))
    assert all(pygame.Rect((0, 0), size).contains(row) for row in rows)


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("size", [(160, 120), *SIZES, (3840, 2160)])
def test_texts_stay_in_their_rectangles(language: str, size: tuple[int, int]) -> None:
    from device.stage.text import BOLD, Style, Typesetter

    box, setter = Layout.of(size).caption, Typesetter()
    room = (box.width, round(box.height * 0.64))
    strings = load_strings(language)
    labels = [*strings.labels.values(), strings.arrival.label, strings.attract.label]
    for label in sorted({max(texts, key=len) for texts in labels}):
        style = Style(BOLD, round(Layout.of(size).short * 0.105), (0, 0, 0), None, 2)
        text = setter.set(label, room, style)
        assert text.get_width() <= room[0]
        assert text.get_height() <= room[1]


def test_same_seed_same_picture(theatre: MakeTheatre, feel: MakeScene) -> None:
    scenes = [feel(None), feel("happy", "confetti"), feel("surprise", "stars")]
    places = [theatre(), theatre(), theatre(seed=2)]
    one, same, other = ([place.after(s, 1.5) for s in scenes] for place in places)
    assert all(np.array_equal(a, b) for a, b in zip(one, same, strict=True))
    assert not np.array_equal(one[0], other[0])


def test_the_stage_follows_a_new_size(theatre: MakeTheatre, feel: MakeScene) -> None:
    place = theatre()
    place.after(feel("happy", "confetti"), 1.0)
    place.canvas = pygame.Surface((200, 300))
    frame = place.after(feel("happy", "confetti"), 0.5)
    assert frame.shape == (200, 300, 3)
    assert frame.std() > 20


@pytest.mark.slow
def test_a_large_screen_draws(theatre: MakeTheatre, feel: MakeScene) -> None:
    assert theatre((3840, 2160)).after(feel("happy", health=(COLD,)), 0.2).std() > 20


effects = st.sampled_from([*EFFECTS, None, "unknown"])
faces = st.builds(lambda: Face(1, Box(0, 0, 9, 9), 0.9, (), ()))
frame_results = st.builds(
    FrameResult, st.integers(), st.floats(0, 99), st.floats(0, 99), st.just(640), st.just(480),
    st.tuples(faces) | st.just(()),
)  # fmt: skip
scenes = st.builds(
    Scene,
    mood=st.builds(Mood, st.sampled_from([*EMOTIONS, None, "bored"]), st.floats(0, 99)),
    frame_result=st.none() | frame_results,
    reactions=st.lists(
        st.builds(Reaction, st.just("r"), st.just("sad"), st.floats(0, 99), effects), max_size=4
    ).map(tuple),
    health=st.lists(
        st.builds(Health, st.text(), st.sampled_from(Level), st.text(), st.floats(0, 99)),
        max_size=3,
    ).map(tuple),
    paused=st.booleans(),
    muted=st.booleans(),
)
steps = st.lists(st.tuples(scenes, st.floats(-2, 20) | st.floats(0, 0.1)), min_size=1, max_size=8)


@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(48, 400), st.integers(48, 400), steps)
def test_nothing_ever_throws(
    strings: Strings, width: int, height: int, steps: list[tuple[Scene, float]]
) -> None:
    stage = Stage(StageConfig(), random.Random(1), strings)
    canvas, now = pygame.Surface((width, height)), 1000.0
    for scene, step in steps:
        stage.draw(canvas, scene, now)
        now += step
