"""Each person counts: what a replay of several people shows."""

from __future__ import annotations

import itertools
from datetime import time

import pytest

from device import reactions
from device.config.schema import Config
from device.kiosk import script
from device.kiosk.replay import Event, Replay
from tests.support.scripts import CALM, GLAD, SAD, Visitor, lines, smiling

SMILES = smiling((2.0, 3.2), (6.0, 7.2))


def replay(content: list[str]) -> list[Event]:
    """Return the events of a script under the rules that ship."""
    player = Replay(Config(), reactions.load(""), time(12))
    return list(player.run(script.parse(content, "script")))


def of(events: list[Event], event: str) -> list[Event]:
    return [one for one in events if one["event"] == event]


@pytest.mark.parametrize("other", [CALM, SAD], ids=["calm", "sad"])
@pytest.mark.parametrize("size", [60.0, 110.0, 200.0])
@pytest.mark.parametrize("x", [120.0, 520.0])
def test_of_two_people_the_smile_of_one_is_answered_whoever_it_is(
    x: float, size: float, other: dict[str, float]
) -> None:
    smiler, beside = Visitor(x, SMILES, size), Visitor(640.0 - x, ((0.0, other),))
    events = replay(lines(beside, smiler, seconds=9))
    for start in (2.0, 6.0):
        answers = [one for one in of(events, "joy") if start <= one["t"] <= start + 0.25]
        assert answers[0]["id"] == 2
        assert answers[0]["level"] > 0.0
        assert [one for one in of(events, "sound") if start <= one["t"] <= start + 0.25]
    assert [one["id"] for one in of(events, "celebrate")] == [2, 2]
    for start, burst in zip((2.0, 6.0), of(events, "celebrate"), strict=True):
        assert start < burst["t"] <= start + 1.2


def test_somebody_celebrated_keeps_nobody_else_waiting() -> None:
    both = Visitor(120.0, smiling((2.0, 6.0))), Visitor(520.0, smiling((3.5, 6.0)))
    events = replay(lines(*both, seconds=8))
    (first, second) = of(events, "celebrate")
    assert (first["id"], second["id"]) == (1, 2)
    assert second["t"] <= 4.7
    notes = [one["t"] for one in of(events, "sound") if one["sound"].startswith("smile-")]
    assert [at for at in notes if 3.5 <= at <= 3.75], "the second smile is heard as well"


def test_two_equal_jittering_faces_get_a_steady_gaze() -> None:
    pair = Visitor(140.0, ((0.0, CALM),), jitter=6.0), Visitor(500.0, ((0.0, CALM),), jitter=6.0)
    looks = of(replay(lines(*pair, seconds=60)), "gaze")
    gaps = [
        after["t"] - before["t"]
        for before, after in itertools.pairwise(looks)
        if after["id"] is not None
    ]
    assert min(gaps) >= 1.5
    assert {one["id"] for one in looks} == {1, 2, None}, "like a host it glances at the other"


def test_a_happy_and_a_sad_face_are_not_mixed_into_neutral() -> None:
    for large, mood in ((GLAD, "happy"), (SAD, "sad")):
        small = SAD if large is GLAD else GLAD
        pair = Visitor(140.0, ((0.0, large),), 170.0), Visitor(500.0, ((0.0, small),), 80.0)
        moods = of(replay(lines(*pair, seconds=12)), "mood")
        assert {one["mood"] for one in moods} == {mood, "nobody"}
        assert {one["lead"] for one in moods} == {1, None}


def test_the_eyes_turn_to_the_smile_and_stay_with_it() -> None:
    pair = Visitor(140.0, ((0.0, CALM),), 170.0), Visitor(500.0, smiling((4.0, 8.0)), 80.0)
    looks = of(replay(lines(*pair, seconds=12)), "gaze")
    (turn, *_) = [one for one in looks if one["id"] == 2 and one["t"] >= 4.0]
    assert turn["t"] <= 4.0 + 1.5 + 0.3
    assert not [one for one in looks if turn["t"] < one["t"] < 7.5]
