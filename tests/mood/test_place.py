"""What calm faces of a place look like: learnt from visitors, or from the owner in 20 seconds."""

from __future__ import annotations

import pytest

from device.messages import EMOTIONS, Box, Face, FrameResult, Probabilities
from device.mood import odds, place
from device.mood.calibration import DEFAULT_NEUTRAL_LOGITS, Calibration, step
from device.mood.place import LESSON_SECONDS, MOST, Lesson, Place

NORMAL = odds.from_logits(DEFAULT_NEUTRAL_LOGITS)
SAD, HAPPY = EMOTIONS.index("sad"), EMOTIONS.index("happy")


def tilted(**more: float) -> Probabilities:
    """Return the model's usual neutral face with log odds that differ by this."""
    change = tuple(
        usual + more.get(name, 0.0) for name, usual in zip(EMOTIONS, NORMAL, strict=True)
    )
    return odds.shift((1.0 / 7,) * 7, change)


class Days:
    """Visitors before a camera, at 5 frames per second."""

    def __init__(self, start: Place | None = None) -> None:
        self.state, self.now, self.number = Calibration(start or Place()), 10.0, 0

    def play(
        self,
        seconds: float,
        *faces: tuple[int, float, Probabilities],
        logits: tuple[float, ...] = (),
    ) -> None:
        for _ in range(round(seconds * 5)):
            self.now += 0.2
            self.number += 1
            seen = tuple(
                Face(name, Box(x, 0, 100, 100), 0.9, (), shown) for name, x, shown in faces
            )
            result = FrameResult(
                self.number, self.now, self.now, 640, 480, seen, neutral_logits=logits
            )
            self.state = step(self.state, result, self.now)

    @property
    def outcome(self) -> str:
        """How the lesson has ended."""
        assert self.state.lesson is not None
        return self.state.lesson.outcome

    def learn(self) -> None:
        self.state = Calibration(self.state.place, Lesson(self.now), clock=self.now)


def test_visitors_teach_the_place_and_newcomers_have_it_at_once() -> None:
    days = Days()
    for visitor in range(12):
        days.play(8, (visitor, 200.0, tilted(sad=1.0)))
        days.play(25)
    learnt = days.state.place
    assert learnt.faces == 12
    assert 0.6 < learnt.difference[SAD] < 0.9
    days.play(0.2, (99, 200.0, tilted(sad=1.0)))
    assert days.state.frame_result is not None
    before, after = tilted(sad=1.0), days.state.frame_result.faces[0].probabilities
    assert odds.odds(after)[SAD] < odds.odds(before)[SAD] - 0.4


def test_nobody_counts_twice_however_long_they_stay() -> None:
    days = Days()
    for visit in range(30):
        days.play(20, (visit, 200.0 + visit % 3, tilted(sad=2.0)))
        days.play(15)
    assert days.state.place.faces == 1
    assert days.state.place.difference[SAD] <= 1.0 / (place.PRIOR + 1) + 1e-6


def test_another_one_beside_them_counts() -> None:
    days = Days()
    days.play(8, (1, 100.0, tilted(sad=1.0)))
    days.play(8, (1, 100.0, tilted(sad=1.0)), (2, 400.0, tilted(sad=1.0)))
    assert days.state.place.faces == 2


def test_a_face_that_is_not_calm_teaches_nothing() -> None:
    days = Days()
    days.play(60, (1, 200.0, tilted(sad=4.0)))
    days.play(60, (2, 500.0, tilted(happy=5.0)))
    assert days.state.place.faces == 0


def test_no_visitor_moves_the_place_far() -> None:
    learnt = Place(normal=NORMAL)
    for _ in range(10):
        learnt = place.add_visitor(learnt, NORMAL)
    wild = place.add_visitor(learnt, tuple(one + 50.0 for one in NORMAL))
    assert max(wild.difference) <= 1.0 / 15.0 + 1e-6
    for _ in range(5000):
        wild = place.add_visitor(wild, tuple(one + 50.0 for one in NORMAL))
    assert max(wild.difference) <= MOST


def test_the_owner_s_calm_face_takes_twenty_seconds() -> None:
    days = Days()
    days.learn()
    days.play(LESSON_SECONDS - 1, (1, 200.0, tilted(sad=1.2)))
    assert days.outcome == ""
    assert days.state.lesson is not None
    assert days.state.lesson.left(days.now) == pytest.approx(1.0, abs=0.3)
    days.play(1.4, (1, 200.0, tilted(sad=1.2)))
    assert days.outcome == "learnt"
    assert days.state.lesson.samples == ()
    assert days.state.place.difference[SAD] == pytest.approx(1.2, abs=0.1)
    days.play(5, (1, 200.0, tilted(happy=5.0)))
    assert days.state.place.difference[HAPPY] < 0.1


@pytest.mark.parametrize(
    ("faces", "outcome"),
    [
        pytest.param([], "unseen", id="nobody"),
        pytest.param([(1, 200.0, tilted(happy=5.0))], "cheerful", id="a smile"),
    ],
)
def test_a_lesson_that_fails_changes_nothing(
    faces: list[tuple[int, float, Probabilities]], outcome: str
) -> None:
    before = Place(tuple(0.1 for _ in NORMAL), 5, NORMAL)
    days = Days(before)
    days.learn()
    days.play(LESSON_SECONDS + 0.5, *faces)
    assert days.outcome == outcome
    assert days.state.place == before


def test_a_lesson_ends_without_a_camera() -> None:
    state = step(Calibration(lesson=Lesson(10.0), clock=10.0), None, 31.0)
    assert state.lesson is not None
    assert state.lesson.outcome == "unseen"


def test_another_model_begins_again() -> None:
    days = Days(Place(tuple(0.5 for _ in NORMAL), 20, NORMAL))
    days.play(0.2, (1, 200.0, tilted()))
    assert days.state.place.faces == 20
    other = tuple(
        one + (0.3 if name == "sad" else 0.0) for name, one in zip(EMOTIONS, NORMAL, strict=True)
    )
    days.play(0.2, (1, 200.0, tilted()), logits=other)
    assert days.state.place == Place(normal=odds.from_logits(other))
