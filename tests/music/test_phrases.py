"""A track plays for its least time and to the end of its phrase."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.players import CONFIG, FRAME, LIMIT, PlayerRig, steepest

if TYPE_CHECKING:
    from pathlib import Path


LEAST = CONFIG.model_copy(update={"min_play_seconds": 10.0})


def phrased(folder: Path, ends: list[float], hook: float = 0.0) -> PlayerRig:
    """Return a rig whose pieces all have phrases that end at these seconds, and this hook."""
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*.ogg"))
    form = {"hook": hook, "ends": ends}
    (folder / "phrases.json").write_text(json.dumps(dict.fromkeys(names, form)), "utf-8")
    return PlayerRig(folder, LEAST)


def last_full(rig: PlayerRig) -> float:
    """Return the seconds after which the music was last at its full gain."""
    full = max(index for index, gain in enumerate(rig.gains) if gain > 0.79)
    return full * FRAME


def test_a_piece_that_was_begun_plays_for_its_least_time(folder: Path) -> None:
    rig = PlayerRig(folder, LEAST)
    rig.play("uplifting", 3)
    rig.play(None, 17)
    assert last_full(rig) == pytest.approx(10.0, abs=0.1)
    assert not rig.audio.playbacks


def test_it_goes_on_to_the_end_of_its_phrase(folder: Path) -> None:
    rig = phrased(folder, [8.0, 16.0, 24.0])
    rig.play("uplifting", 3)
    rig.play(None, 20)
    # The fade of 2 s begins 1.2 s before the end of the phrase, and is over 0.8 s after it.
    assert last_full(rig) == pytest.approx(16.0 - 1.2, abs=0.1)
    heard = [index for index, gain in enumerate(rig.gains) if gain > 0.0]
    assert heard[-1] * FRAME == pytest.approx(16.8, abs=0.1)
    assert steepest(rig.gains) <= LIMIT


def test_a_phrase_that_ends_too_late_is_not_waited_for(folder: Path) -> None:
    rig = phrased(folder, [90.0])
    rig.play("uplifting", 12)
    rig.play(None, 5)
    assert last_full(rig) == pytest.approx(12.0, abs=0.1)


def test_when_everybody_has_left_it_does_not_go_on(folder: Path) -> None:
    rig = phrased(folder, [16.0])
    rig.play("uplifting", 3)
    rig.play(None, 1)
    assert rig.audio.gain == pytest.approx(0.8)
    rig.play(None, 2.1, empty=True)
    assert not rig.audio.playbacks


def test_a_wish_that_comes_back_takes_the_piece_on(folder: Path) -> None:
    rig = phrased(folder, [16.0, 32.0])
    rig.play("uplifting", 3)
    rig.play(None, 5)
    rig.play("uplifting", 15)
    assert rig.audio.gain == pytest.approx(0.8)
    rig.play(None, 12)
    assert last_full(rig) == pytest.approx(32.0 - 1.2, abs=0.2)
    assert len(rig.calls("play")) == 1


def test_another_playlist_waits_for_the_end_of_the_phrase(folder: Path) -> None:
    rig = phrased(folder, [16.0])
    rig.play("uplifting", 3)
    rig.play("calm", 11.5)
    assert "still.ogg" not in rig.calls("play")
    rig.play("calm", 5)
    assert rig.audio.file == "still.ogg"


def test_a_piece_begins_at_its_hook_and_keeps_its_phrases(folder: Path) -> None:
    rig = phrased(folder, [8.0, 24.0, 36.0, 44.0, 52.0], hook=24.0)
    rig.audio.seconds = 60.0
    rig.play("uplifting", 3)
    assert rig.audio.starts == [24.0]
    rig.play(None, 20)
    # After ten seconds, at 34 s of the piece: the phrase that ends at 36 s is twelve seconds in.
    assert last_full(rig) == pytest.approx(12.0 - 1.2, abs=0.1)
    rig.play("uplifting", 33.5)
    assert len(rig.calls("play")) == 2, "36 seconds are left of it, of which the last two fade"
    rig.play("uplifting", 1)
    assert len(rig.calls("play")) == 3


def test_it_fades_in_within_a_second_and_out_slowly(folder: Path) -> None:
    rig = PlayerRig(folder, CONFIG.model_copy(update={"fade_in_seconds": 1.0, "fade_seconds": 3.0}))
    rig.play("uplifting", 0.5)
    assert rig.gains[-1] == pytest.approx(0.4, abs=0.05)
    rig.play("uplifting", 0.55)
    assert rig.gains[-1] == pytest.approx(0.8)
    rig.play(None, 1.5)
    assert rig.gains[-1] == pytest.approx(0.4, abs=0.05)
    rig.play("uplifting", 0.6)
    assert rig.gains[-1] == pytest.approx(0.8), "wanted again"
    rig.play(None, 2.8)
    assert rig.audio.playbacks
    rig.play(None, 0.3)
    assert not rig.audio.playbacks


def test_what_has_just_happened_has_its_music_at_once(folder: Path) -> None:
    config = LEAST.model_copy(update={"fade_in_seconds": 1.0})
    rig = PlayerRig(folder, config)
    rig.play("calm", 3)
    for _ in range(30):
        rig.now += FRAME
        rig.player.request("uplifting", since=500.0)
        rig.player.tick(rig.now)
    assert rig.audio.file == "still.ogg", "the piece that plays began after that"
    for _ in range(32):
        rig.now += FRAME
        rig.player.request("uplifting", since=503.5)
        rig.player.tick(rig.now)
        assert sum(piece.gain for piece in rig.audio.playbacks) <= 0.8 + 1e-9
    assert rig.audio.file != "still.ogg"
    assert rig.audio.gain == pytest.approx(0.8), "within a second"
    assert len(rig.audio.playbacks) == 1


NULL_FORM = '{"uplifting/one.ogg": null}'


@pytest.mark.parametrize(
    "content", ["", "[", "[]", NULL_FORM, '{"a": ["x"]}', '{"a": {"hook": "x", "ends": []}}']
)
def test_a_damaged_list_of_phrases_does_no_harm(folder: Path, content: str) -> None:
    (folder / "phrases.json").write_text(content, "utf-8")
    rig = PlayerRig(folder)
    rig.play("uplifting", 3)
    rig.play(None, 3)
    assert not rig.audio.playbacks
