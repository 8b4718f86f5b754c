"""Each person counts: what a replay of several people shows."""

from __future__ import annotations

import itertools
from datetime import time
from typing import Any

import pytest

from device import reactions
from device.config.schema import Config
from device.kiosk import script
from device.kiosk.replay import Event, Replay
from tests.support.scripts import CALM, GLAD, SAD, Moods, Visitor, lines, smiling

NO_GAME = {"reactions": {"everybody_smile": False}}
LOOKS_ON = Visitor(600.0, ((0.0, CALM),), 90.0)
SMILES = smiling((2.0, 3.2), (6.0, 7.2))


def replay(content: list[str], **config: Any) -> list[Event]:
    """Return the events of a script under the rules that ship."""
    player = Replay(Config.model_validate(config), reactions.load(""), time(12))
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
    looks = of(replay(lines(*pair, seconds=12), **NO_GAME), "gaze")
    (turn, *_) = [one for one in looks if one["id"] == 2 and one["t"] >= 4.0]
    assert turn["t"] <= 4.0 + 1.5 + 0.3
    assert not [one for one in looks if turn["t"] < one["t"] < 7.5]


def phases(events: list[Event]) -> list[str]:
    """Return the phases of the games, each once where it lasts."""
    return [name for name, _ in itertools.groupby(one["phase"] for one in of(events, "game"))]


def test_a_couple_plays_to_its_firework() -> None:
    couple = Visitor(160.0, smiling((5.0, 9.0)), 130.0), Visitor(480.0, smiling((6.2, 9.0)))
    events = replay(lines(*couple, seconds=16))
    assert phases(events) == ["invite", "waiting", "won", "end"]
    won = next(one for one in of(events, "game") if one["phase"] == "won")
    assert (won["game"], won["progress"], won["shares"]) == ("everybody", 1.0, {1: 1.0, 2: 1.0})
    starts = [one for one in of(events, "effect") if one["phase"] == "start"]
    (firework,) = [one for one in starts if one["effect"] == "grand"]
    assert (firework["sky"], firework["t"]) == ("everybody", won["t"])
    assert [one for one in of(events, "sound") if one["t"] == won["t"]]
    captions = [one["label"] for one in of(events, "caption") if one["act"] == "everybody"]
    assert captions[0] == "Everybody smile!"
    assert len(captions) == 2, "the thanks"


def test_each_single_smile_is_celebrated_meanwhile() -> None:
    couple = Visitor(160.0, smiling((5.0, 9.0)), 130.0), Visitor(480.0, smiling((6.2, 9.0)))
    events = replay(lines(*couple, seconds=16))
    first, second = of(events, "celebrate")
    assert (first["id"], second["id"]) == (1, 2)
    assert first["t"] <= 6.2
    assert second["t"] <= 7.4
    sounds = {one["t"] for one in of(events, "sound") if one["sound"].startswith("celebrate")}
    starts = {one["t"] for one in of(events, "effect") if one["phase"] == "start"}
    assert {first["t"], second["t"]} <= sounds & starts


@pytest.mark.parametrize("count", [3, 4, 6])
def test_a_group_waits_for_its_last_one(count: int) -> None:
    apart = 600.0 / count
    group = [
        Visitor(40.0 + apart * number, smiling((4.0 + 0.4 * number, 16.0)), 70.0)
        for number in range(count - 1)
    ]
    late = Visitor(600.0, smiling((11.0, 16.0)), 70.0)
    events = replay(lines(*group, late, seconds=20))
    assert phases(events) == ["invite", "waiting", "last", "won", "end"]
    last = next(one for one in of(events, "game") if one["phase"] == "last")
    assert last["shares"][count] < 1.0
    looks = [one for one in of(events, "gaze") if one["t"] < 11.0]
    assert looks[-1]["id"] == count, "the eyes wait as well"


@pytest.mark.parametrize("moods", [((0.0, CALM),), SMILES, ((0.0, GLAD),), ((0.0, SAD),)])
def test_a_lone_person_never_sees_it(moods: Moods) -> None:
    assert not of(replay(lines(Visitor(300.0, moods), seconds=40)), "game")


def test_nobody_is_invited_while_somebody_is_comforted() -> None:
    pair = Visitor(160.0, ((0.0, CALM), (1.0, SAD)), 160.0), LOOKS_ON
    assert not of(replay(lines(*pair, seconds=30)), "game")


def test_a_comfort_that_has_passed_keeps_nobody_from_playing() -> None:
    moods: Moods = ((0.0, CALM), (1.0, SAD), (8.0, GLAD), (10.0, CALM))
    events = replay(lines(Visitor(160.0, moods, 160.0), LOOKS_ON, seconds=20))
    comfort = [one["t"] for one in of(events, "comfort")]
    (invited, *_) = of(events, "game")
    assert invited["phase"] == "invite"
    assert comfort[0] < 10.0 < invited["t"] < comfort[1], "its music goes on"


def test_a_game_that_nobody_plays_ends_kindly_and_is_not_repeated_at_once() -> None:
    events = replay(lines(Visitor(160.0, ((0.0, CALM),)), LOOKS_ON, seconds=100))
    assert phases(events) == ["invite", "over", "end"]
    (over,) = [one for one in of(events, "game") if one["phase"] == "over"]
    assert over["t"] <= 3.0 + 12.2
    assert not of(events, "celebrate")


def test_a_game_ends_at_once_when_only_one_is_left() -> None:
    leaves = Visitor(160.0, ((0.0, CALM), (6.0, None)))
    events = replay(lines(leaves, LOOKS_ON, seconds=12))
    assert phases(events) == ["invite", "end"]
    assert of(events, "game")[-1]["t"] <= 7.2


def test_it_can_be_switched_off() -> None:
    couple = Visitor(160.0, smiling((5.0, 9.0)), 130.0), Visitor(480.0, smiling((6.2, 9.0)))
    events = replay(lines(*couple, seconds=16), **NO_GAME)
    assert not of(events, "game")
    assert len(of(events, "celebrate")) == 2
