"""What somebody gets who stands in front of the kiosk: scripts of visits, under shipped rules."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from device import reactions
from device.config.schema import Config
from device.config.strings import load_strings
from tests.kiosk.test_replay import lines, of, replay

if TYPE_CHECKING:
    from device.kiosk.replay import Event

NEUTRAL = {"neutral": 1.0}
SMILE = {"happy": 0.85, "neutral": 0.15}
SAD = {"sad": 0.85, "neutral": 0.15}
FEAR = {"fear": 0.85, "neutral": 0.15}
ANGRY = {"angry": 0.85, "neutral": 0.15}
DISGUST = {"disgust": 0.85, "neutral": 0.15}
QUIET = Config.model_validate({"sound": {"quiet_hours": "22:00-07:00"}})
EFFECTS = {rule.name: rule.effect for rule in reactions.load()}


def full_at(events: list[Event]) -> float:
    """Return when music is first at its working level."""
    return float(next(one["t"] for one in of(events, "music") if one.get("level") == 1.0))


def level_at(events: list[Event], t: float) -> float:
    """Return the level of the newest piece at some time."""
    levels = [one["level"] for one in of(events, "music") if "level" in one and one["t"] <= t]
    return float(levels[-1])


def plays(events: list[Event], t: float) -> bool:
    """Return whether a piece plays at some time."""
    started = [one for one in of(events, "music", phase="start") if one["t"] <= t]
    ended = [one for one in of(events, "music", phase="end") if one["t"] <= t]
    return len(started) > len(ended)


@pytest.mark.parametrize("happy", [0.6, 0.75, 0.95])
def test_a_smile_that_lasts_has_music_within_two_seconds(happy: float) -> None:
    smile = {"happy": happy, "neutral": 1.0 - happy}
    events = replay(lines((5, NEUTRAL), (6, smile), (5, NEUTRAL)))
    (start,) = of(events, "music", phase="start")
    assert start["at"] > 0.0, "from its hook"
    assert full_at(events) <= 5.0 + 2.0
    assert level_at(events, 7.0) == 1.0, "the burst's chord is over"
    (burst,) = of(events, "sound", sound="celebrate")
    assert start["t"] < burst["t"] < full_at(events)


def test_somebody_who_comes_with_a_smile_has_music_as_soon() -> None:
    events = replay(lines((3, {}), (6, SMILE)))
    assert full_at(events) <= 3.0 + 2.0


def test_the_music_gives_way_to_the_burst() -> None:
    smiles = [(2.0, SMILE), (2.0, NEUTRAL)] * 2
    events = replay(lines((5, NEUTRAL), *smiles))
    second = of(events, "celebrate")[1]["t"]
    assert level_at(events, second - 0.1) == 1.0
    assert level_at(events, second + 0.4) <= 0.5
    assert level_at(events, second + 1.0) == 1.0


def test_a_short_smile_gets_a_phrase_and_no_more() -> None:
    events = replay(lines((5, NEUTRAL), (1, SMILE), (11, NEUTRAL)))
    (start,) = of(events, "music", phase="start")
    (end,) = of(events, "music", phase="end")
    assert 7.0 <= end["t"] - start["t"] <= 12.0


def test_smiles_in_a_row_share_a_piece() -> None:
    events = replay(lines((5, NEUTRAL), *[(2, SMILE), (3, NEUTRAL)] * 6))
    assert len(of(events, "music", phase="start")) == 1


@pytest.mark.parametrize("mood", [SAD, FEAR])
@pytest.mark.parametrize("before", [0.0, 6.0])
def test_sadness_and_fear_have_music_within_four_seconds(
    mood: dict[str, float], before: float
) -> None:
    events = replay(lines((before, NEUTRAL), (10, mood)))
    assert full_at(events) - before <= 4.0
    (start,) = of(events, "music", phase="start")
    assert start["at"] > 0.0
    (comfort,) = of(events, "comfort", phase="start")
    assert comfort["whom"] == 1
    assert comfort["t"] - before <= 3.0
    assert of(events, "comfort", phase="end")[0]["whom"] == 1


def test_a_smile_does_not_change_the_music_that_comforts() -> None:
    events = replay(lines((2, NEUTRAL), (6, SAD), (6, SMILE), (10, NEUTRAL)))
    assert len(of(events, "music", phase="start")) == 1
    assert plays(events, 20.0)


def test_quiet_music_gives_way_to_joy_and_sadness_at_once() -> None:
    for mood, seconds in ((SMILE, 2.1), (SAD, 4.0)):
        events = replay(lines((30, NEUTRAL), (10, mood)))
        calm, other = of(events, "music", phase="start")
        assert calm["track"] in ("still-water", "lantern")
        assert calm["t"] < 30.0 < other["t"]
        full = next(one["t"] for one in of(events, "music", track=other["track"], level=1.0))
        assert full <= 30.0 + seconds


def test_ten_smiles_have_ten_celebrations_none_like_the_one_before() -> None:
    events = replay(lines(*[(5, NEUTRAL), (1, SMILE)] * 10))
    effects = [one["effect"] for one in of(events, "celebrate")]
    assert len(effects) == 10
    assert set(effects) == set(EFFECTS["celebrate"])
    assert all(one != other for one, other in pairwise(effects))
    shown = [one["effect"] for one in of(events, "effect", phase="start")]
    assert [one for one in shown if one in EFFECTS["celebrate"]] == effects
    chords = [one["sound"] for one in of(events, "sound") if one["sound"].startswith("celebrate")]
    assert chords == ["celebrate", "celebrate-2", "celebrate-3", *["celebrate-4"] * 7]


@pytest.mark.parametrize("mood", [SAD, FEAR])
def test_the_first_half_smile_after_sadness_is_the_greatest_of_all(mood: dict[str, float]) -> None:
    half = {"happy": 0.4, "neutral": 0.6}
    visit = lines((3, NEUTRAL), (8, mood), (2, half), (4, NEUTRAL), (2, SMILE), (4, NEUTRAL))
    events = replay(visit)
    (relief,) = of(events, "reaction", name="relief", phase="start")
    assert 11.0 < relief["t"] <= 12.2
    assert of(events, "sound", sound="relief")[0]["t"] == relief["t"]
    notes = [one["t"] for one in of(events, "sound") if one["sound"].startswith("smile-")]
    assert not [t for t in notes if relief["t"] <= t <= relief["t"] + 2.0], "its chord stands alone"
    (words,) = of(events, "caption", label="There it is!")
    assert relief["t"] <= words["t"] <= relief["t"] + 1.0
    assert of(events, "effect", effect=EFFECTS["relief"][0], phase="start")[-1]["t"] == relief["t"]
    (celebration,) = [one for one in of(events, "celebrate") if one["t"] > 17.0]
    assert celebration["effect"] in EFFECTS["celebrate"]


def test_anger_is_answered_while_it_lasts() -> None:
    events = replay(lines((4, NEUTRAL), (4, ANGRY), (4, NEUTRAL)))
    (effect,) = of(events, "effect", effect=EFFECTS["breathe"][0], phase="start")
    assert 4.0 < effect["t"] <= 4.0 + 3.0
    assert effect["sky"] == "angry"
    assert not of(events, "music"), "it was soon over"
    assert of(replay(lines((4, NEUTRAL), (8, ANGRY))), "music"), "it stays"


def test_disgust_is_answered_at_once() -> None:
    events = replay(lines((4, NEUTRAL), (3, DISGUST), (4, NEUTRAL)))
    (mood,) = of(events, "mood", mood="disgust")
    (effect,) = of(events, "effect", effect="freshen", phase="start")
    assert effect["t"] - mood["t"] < 1.0
    again = replay(lines(*[(4, NEUTRAL), (3, DISGUST)] * 3))
    assert len(of(again, "effect", effect="freshen", phase="start")) == 3


def test_no_line_comes_twice_in_a_visit() -> None:
    moods: list[tuple[float, dict[str, float]]] = [
        (4, mood) for mood in (NEUTRAL, SAD, SMILE, ANGRY, DISGUST, FEAR, SMILE)
    ]
    for language in ("en", "de"):
        config = Config.model_validate({"stage": {"language": language}})
        spoken = of(replay(lines(*moods * 2), config), "caption")
        said = [one["response"] for one in spoken if one["act"] != "attract"]
        assert len(said) > 12
        assert len(said) == len(set(said))
        labels = [one["label"] for one in spoken if one["act"] not in ("attract", "happy")]
        assert len(labels) == len(set(labels))
        assert {one["label"] for one in spoken} & {*load_strings(language).farewell.label}


@pytest.mark.parametrize("mood", [SMILE, SAD, FEAR, ANGRY, DISGUST])
def test_quiet_hours_hold_whatever_people_do(mood: dict[str, float]) -> None:
    visit = lines((4, NEUTRAL), (8, mood), (4, SMILE), (4, NEUTRAL))
    late = replay(visit, QUIET, at=22)
    assert not of(late, "music")
    assert not of(late, "sound")
    assert of(late, "celebrate")
    assert of(replay(visit, QUIET, at=12), "sound")


def test_the_cap_holds_for_every_piece_and_sound() -> None:
    config: dict[str, Any] = {"sound": {"volume": 1.0, "volume_cap": 0.3}}
    events = replay(
        lines((3, NEUTRAL), (8, SAD), (4, SMILE), (4, NEUTRAL)), Config.model_validate(config)
    )
    heard = [one for one in events if one["event"] in ("music", "sound") and "level" in one]
    assert max(one["level"] for one in heard) == 1.0, "a share of what the cap allows"


def test_a_photograph_of_a_smile_gets_no_endless_concert() -> None:
    events = replay(lines((600, SMILE), rate=4.0))
    starts = [one["t"] for one in of(events, "music", phase="start")]
    ends = [one["t"] for one in of(events, "music", phase="end")]
    playing = sum(end - start for start, end in zip(starts, ends, strict=True))
    assert playing < 60.0
