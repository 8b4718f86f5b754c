"""What the kiosk makes of faces that look sad and are not, and of those that are: by replay."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any

import pytest

from device.messages import EMOTIONS
from tests.support.one_face import (
    RATE,
    Shown,
    face,
    held,
    jittered,
    lines,
    moods,
    replay,
    spread,
    starts,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from device.kiosk.replay import Event

CALM = spread(neutral=0.8)


def play(*parts: tuple[float, Shown], jitter: float = 0.0) -> list[Event]:
    rng = random.Random(2)
    faces = [
        one | {"probabilities": jittered(one["probabilities"], jitter, rng)} for one in held(*parts)
    ]
    return replay(lines(faces))


@pytest.mark.parametrize("jitter", [0.0, 0.3])
@pytest.mark.parametrize("rest", [{}, {"fear": 0.15}, {"angry": 0.1, "happy": 0.05}])
def test_a_resting_face_that_looks_sad_is_neutral(rest: Shown, jitter: float) -> None:
    events = play((60.0, spread(sad=0.5, neutral=0.35, **rest)), jitter=jitter)
    assert [mood for _, mood in moods(events)] == ["nobody", "neutral", "nobody"]
    assert not starts(events, "comfort")
    assert not [one for one in events if one["event"] == "caption" and one["act"] == "sad"]


@pytest.mark.parametrize("jitter", [0.0, 0.3])
@pytest.mark.parametrize("before", [CALM, {"neutral": 1.0}])
@pytest.mark.parametrize(
    "after",
    [spread(sad=0.9, neutral=0.05), spread(sad=0.75), spread(sad=0.6, neutral=0.25), {"fear": 1.0}],
)
def test_sadness_that_comes_is_comforted_within_three_seconds(
    before: Shown, after: Shown, jitter: float
) -> None:
    events = play((6.0, before), (8.0, after), jitter=jitter)
    (start,) = starts(events, "comfort", "reassure")
    (music,) = [one["t"] for one in events if one["event"] == "music" and one["phase"] == "start"]
    assert music == start
    assert 6.5 < start <= 9.0


def test_slight_sadness_counts_after_a_calm_face() -> None:
    (start,) = starts(play((6.0, CALM), (8.0, spread(sad=0.5, neutral=0.35))), "comfort")
    assert start <= 9.0


@pytest.mark.parametrize("jitter", [0.0, 0.3])
@pytest.mark.parametrize("neutral", [0.05, 0.15, 0.25])
def test_clear_sadness_is_comforted_within_four_seconds_of_arrival(
    neutral: float, jitter: float
) -> None:
    shown = {"sad": 0.75, "neutral": neutral, "fear": 0.25 - neutral}
    events = play((30.0, shown), jitter=jitter)
    (start,) = starts(events, "comfort")
    assert start <= 4.0
    assert [mood for _, mood in moods(events)] == ["nobody", "sad", "nobody"]


@pytest.mark.parametrize("shown", [{"sad": 0.45, "fear": 0.4, "neutral": 0.15}, CALM])
def test_the_first_mood_is_there_within_a_second_and_a_half(shown: Shown) -> None:
    rng = random.Random(5)
    faces = [face(jittered(shown, 0.9, rng)) for _ in range(round(5 * RATE))]
    first = moods(replay(lines(faces)))[1]
    assert first[0] <= 1.5


def talk(
    seconds: float, rng: random.Random, longest: float = 0.5, motion: float = 0.0
) -> Iterator[dict[str, Any]]:
    """Yield the faces of somebody who talks, as a classifier reads them, and smiles at times.

    Each shape of the mouth is read as an expression for up to `longest` seconds.
    """
    shown, target, until, smile = spread(neutral=0.5), spread(neutral=0.5), 0.0, 5.0
    for number in range(round(seconds * RATE)):
        now = number / RATE
        if now >= until:
            until = now + rng.uniform(0.1, longest)
            kinds = ["neutral", "happy", "sad", "surprise", "angry"]
            read = rng.choices(kinds, [32, 24, 18, 14, 12])[0]
            target = jittered(spread(**{read: rng.uniform(0.45, 0.9)}), 0.5, rng)
        if now >= smile + 1.6:
            smile = now + rng.uniform(5.0, 12.0)
        wanted = spread(happy=rng.uniform(0.6, 0.8)) if now >= smile else target
        shown = {one: 0.4 * shown[one] + 0.6 * wanted[one] for one in EMOTIONS}
        moved = min(1.0, max(0.0, rng.gauss(motion, 0.3))) if motion else 0.0
        yield face(shown, mouth_motion=moved)


@pytest.mark.parametrize("seed", range(3))
def test_talking_changes_the_mood_twice_a_minute_at_most(seed: int) -> None:
    events = replay(lines(talk(180.0, random.Random(seed))), stage={"fps": 15})
    assert len(moods(events)[2:-1]) <= 2 * 3


@pytest.mark.parametrize("seed", range(3))
def test_slow_talk_is_told_by_the_mouth_s_motion(seed: int) -> None:
    def changes(motion: float) -> int:
        faces = talk(180.0, random.Random(seed), longest=1.2, motion=motion)
        return len(moods(replay(lines(faces), stage={"fps": 15}))[2:-1])

    still = changes(0.0)
    assert changes(0.6) <= min(2 * 3, still - 1)


def test_thirty_minutes_of_neutral_stills_bring_no_comfort() -> None:
    """35 photographs under a camera's noise; many lean towards sad, some have it lead."""
    rng = random.Random(35)
    frames: list[dict[str, Any] | None] = []
    for number in range(35):
        logits = {one: min(rng.gauss(-2.2, 1.2), 0.0) for one in EMOTIONS}
        logits |= {"sad": min(rng.gauss(-1.2, 1.2), 0.35), "neutral": 0.0}
        still = jittered({one: math.exp(logit) for one, logit in logits.items()}, 0.0, rng)
        frames += [face(jittered(still, 0.35, rng), number) for _ in range(round(50 * RATE))]
        frames += [None] * round(4 * RATE)
    events = replay(lines(frames), stage={"fps": 12})
    assert len(moods(events)) >= 2 * 35
    assert not starts(events, "comfort", "reassure", "soothe", "freshen", "breathe")


def test_without_calibration_a_resting_face_is_taken_as_it_looks() -> None:
    events = replay(
        lines(held((6.0, CALM), (8.0, spread(sad=0.5, neutral=0.35)))), mood={"calibrate": False}
    )
    assert not starts(events, "comfort")
