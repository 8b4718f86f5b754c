"""The file of rules: what ships, and how mistakes are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from device import stage
from device.errors import ConfigError
from device.kiosk.startup import load_rules
from device.messages import EMOTIONS
from device.music import PLAYLISTS, Library
from device.reactions import DEFAULT_FILE, EFFECTS, load
from device.reactions.rules_file import parse

if TYPE_CHECKING:
    from pathlib import Path


def test_the_rules_that_ship() -> None:
    rules = {rule.name: rule for rule in load()}
    assert load("") == load(DEFAULT_FILE)
    comfort, reassure, soothe = rules["comfort"], rules["reassure"], rules["soothe"]
    assert (comfort.moods, reassure.moods, soothe.moods) == (
        ("sad",),
        ("fear",),
        ("angry", "disgust"),
    )
    music = {rule.playlist for rule in (comfort, reassure, soothe, rules["joy"])}
    assert music == {"uplifting"}, "a smile does not change the music"
    assert soothe.after_seconds > comfort.after_seconds
    assert rules["freshen"].moods == ("disgust",)
    assert rules["breathe"].moods == ("angry",)
    assert max(rules["freshen"].after_seconds, rules["breathe"].after_seconds) < 1.0
    assert [rule.on for rule in load()][:4] == ["relief", "everybody", "smile", "smiling"]
    assert {mood for rule in rules.values() for mood in rule.moods} == set(EMOTIONS)


def test_no_rule_that_ships_plays_for_most_of_an_hour() -> None:
    for rule in load():
        if rule.playlist:
            assert rule.max_per_hour * rule.max_seconds <= 1800, rule.name
            posters = rule.on == "mood"  # a poster's smile does not last: tests/kiosk/test_show.py
            assert rule.cooldown_seconds >= rule.max_seconds or not posters, rule.name
        assert rule.empty_seconds <= 5


def test_no_rules_at_all_are_allowed(tmp_path: Path) -> None:
    path = tmp_path / "none.toml"
    path.write_text("# only mirrors\n")
    assert load(path) == ()


GOOD = """
# two rules
[[reaction]]
name = "one"
moods = ["sad"]
effect = "glow"

[[reaction]]
name = "two"
moods = ["happy", "surprise"]
light = "#ff8800"
"""


def test_a_good_file() -> None:
    one, two = parse(GOOD)
    assert (one.effect, one.light, two.light) == (("glow",), None, "#ff8800")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            '"glow"',
            '"earthquake"',
            "rules.toml:6: reaction 1: effect = 'earthquake': should be one",
        ),
        ('"glow"', '["glow", "fog"]', "rules.toml:6: reaction 1: effect: 'fog' should be one of"),
        ('"glow"', "3", "rules.toml:6: reaction 1: effect = 3: input should be a valid"),
        ('"#ff8800"', '"pink"', "rules.toml:11: reaction 2: light = 'pink': should be one of warm"),
        ('"#ff8800"', '"#ff88"', "rules.toml:11: reaction 2: light = '#ff88': should be one of"),
        ("light", "playlist", "rules.toml:11: reaction 2: playlist = '#ff8800': should be one of"),
        ("light", "sound", "rules.toml:11: reaction 2: sound = '#ff8800': should be one of arrive"),
        ("light", "lihgt", "rules.toml:11: reaction 2: lihgt: unknown key; known here: name, moo"),
        ('"surprise"', '"bored"', "rules.toml:10: reaction 2: moods.1 = 'bored': should be one of"),
        ('["sad"]', '"sad"', "rules.toml:5: reaction 1: moods = 'sad': input should be a valid"),
        ('["sad"]', "[]", "rules.toml:5: reaction 1: moods: tuple should have at least 1 item"),
        ('name = "two"', "", "rules.toml:8: reaction 2: name: missing"),
        ('"two"', '"one"', "rules.toml:9: reaction 2: name = 'one': another reaction has this"),
        ('"two"', '"Two!"', "rules.toml:9: reaction 2: name = 'Two!': string should match"),
        ('light = "#ff8800"', "max_seconds = -1", "rules.toml:11: reaction 2: max_seconds = -1:"),
        ('light = "#ff8800"', "max_seconds = '9'", "rules.toml:11: reaction 2: max_seconds = '9'"),
        ('light = "#ff8800"', "max_per_hour = 0", "rules.toml:11: reaction 2: max_per_hour = 0:"),
        ('light = "#ff8800"', "min_seconds = 999", "rules.toml:8: reaction 2: min_seconds = 999"),
        ("# two rules", "[reactions]", "rules.toml:2: reactions: unknown key; known here: react"),
        ("# two rules", "reaction = 3", "rules.toml: not TOML:"),
    ],
)
def test_mistakes_are_reported_by_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert told in str(caught.value)


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=", ".join(EFFECTS)):
        parse(GOOD.replace("glow", "fog"))


def test_every_mistake_has_its_line() -> None:
    text = GOOD.replace("glow", "fog").replace("#ff8800", "pink")
    with pytest.raises(ConfigError) as caught:
        parse(text, "my rules")
    lines = str(caught.value).splitlines()
    assert [line.split(": ")[0] for line in lines] == ["my rules:6", "my rules:11"]


def test_an_owners_playlists_are_known_when_given() -> None:
    text = GOOD.replace('effect = "glow"', 'playlist = "jazz"')
    assert parse(text, playlists=(*PLAYLISTS, "jazz"))[0].playlist == "jazz"
    with pytest.raises(ConfigError, match="should be one of uplifting, calm"):
        parse(text)


JAZZ = GOOD.replace('effect = "glow"', 'playlist = "jazz"')


def test_a_playlist_that_is_missing_costs_no_rule_and_may_come_later(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path, stick = tmp_path / "rules.toml", tmp_path / "stick"
    path.write_text(JAZZ)
    library = Library(stick)
    told: list[str] = []
    rules = load_rules(str(path), library.playlists(), lambda *fault: told.extend(fault))
    assert [(rule.name, rule.playlist) for rule in rules] == [("one", "jazz"), ("two", None)]
    assert told == []
    assert caplog.messages == ["reaction one: no playlist jazz yet"]
    assert library.tracks("jazz", 0.0) == ()
    (stick / "jazz").mkdir(parents=True)
    (stick / "jazz" / "blue.ogg").touch()
    assert library.tracks("jazz", 10.0) == (stick / "jazz" / "blue.ogg",)
    caplog.clear()
    assert load_rules(str(path), library.playlists(), lambda *_: None) == rules
    assert caplog.messages == []


def test_a_file_with_another_mistake_is_replaced_and_that_told(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    told: list[str] = []
    for text in (JAZZ.replace("sad", "glad"), JAZZ.replace("jazz", "../jazz")):
        path.write_text(text)
        assert load_rules(str(path), (), lambda *fault: told.extend(fault)) == load("")
    assert [part for part in told if part == "reactions"] == ["reactions"] * 2


@pytest.mark.parametrize("name", ["", ".", "..", "/", "jazz/..", "jazz\\u0000"])
def test_a_playlist_that_no_folder_can_be_called_is_never_taken(name: str) -> None:
    with pytest.raises(ConfigError, match="should be one of uplifting, calm"):
        parse(JAZZ.replace("jazz", name), playlists=None)


def test_a_file_in_somebodys_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "rules.toml").write_text(GOOD)
    assert len(load("~/rules.toml")) == 2
    with pytest.raises(ConfigError, match="^~nobody-here/rules.toml: No such file"):
        load("~nobody-here/rules.toml")


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "rules.toml"
    if content:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"rules\.toml: (No such file|not UTF-8)"):
        load(path)


def test_the_stage_can_draw_every_effect_that_a_rule_may_name() -> None:
    assert tuple(EFFECTS) == tuple(stage.EFFECTS)
