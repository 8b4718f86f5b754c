"""The player, on a fake device and a fake clock."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device.config.schema import SoundConfig
from device.hardware.audio import FakeAudio, SilentAudio
from device.messages import Level
from device.music import Library, Player

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG = SoundConfig(fade_seconds=2.0, min_play_seconds=0.0, volume=0.8, volume_cap=0.9)
FRAME = 1 / 30


@dataclass
class Stage:
    """A player with a clock, frame by frame."""

    folder: Path
    config: SoundConfig = CONFIG
    now: float = 500.0
    gains: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.audio = FakeAudio(clock=lambda: self.now)
        library = Library(self.config.music_folder, self.folder)
        self.hour = 12
        self.player = Player(self.audio, self.config, library, Random(3), self._clock)

    def _clock(self) -> datetime:
        return datetime(2026, 1, 1, self.hour, tzinfo=UTC)

    def play(self, playlist: str | None, seconds: float, empty: bool = False) -> None:
        for _ in range(round(seconds / FRAME)):
            self.now += FRAME
            self.player.request(playlist, empty=empty)
            self.player.tick(self.now)
            self.gains.append(self.audio.gain)

    def calls(self, what: str) -> list[str]:
        return [call.file for call in self.audio.calls if call.what == what]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "uplifting/one",
        "uplifting/two",
        "uplifting/three",
        "calm/still",
        "sounds/arrive",
    ):
        path = tmp_path / "music" / f"{name}.ogg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path / "music"


@pytest.fixture
def stage(folder: Path) -> Stage:
    return Stage(folder)


def steepest(gains: list[float]) -> float:
    return max(abs(b - a) for a, b in pairwise([0.0, *gains]))


LIMIT = 2 * FRAME / CONFIG.fade_seconds * CONFIG.volume + 1e-9


def test_music_fades_in_and_out(stage: Stage) -> None:
    stage.play("uplifting", 1.0)
    assert stage.gains[-1] == pytest.approx(0.8 * 0.5, abs=0.04)
    stage.play("uplifting", 1.2)
    assert stage.gains[-1] == pytest.approx(0.8)
    assert stage.gains == sorted(stage.gains)
    stage.play(None, 1.0)
    assert stage.gains[-1] == pytest.approx(0.8 * 0.5, abs=0.04)
    assert stage.player.now_playing is not None
    stage.play(None, 1.2)
    assert stage.player.now_playing is None
    assert not stage.audio.playbacks
    assert steepest(stage.gains) <= LIMIT


def test_it_is_stopped_only_after_it_is_silent(stage: Stage) -> None:
    stage.play("uplifting", 3)
    stage.play(None, 3)
    stop = next(call for call in stage.audio.calls if call.what == "stop")
    assert stop.gain == 0.0


def test_a_change_of_mind_turns_the_fade_round(stage: Stage) -> None:
    stage.play("uplifting", 3)
    stage.play(None, 1)
    stage.play("uplifting", 3)
    assert len(stage.calls("play")) == 1
    assert stage.calls("stop") == []
    assert stage.gains[-1] == pytest.approx(0.8)
    assert steepest(stage.gains) <= LIMIT


def test_another_playlist_fades_in_while_the_first_fades_out(stage: Stage) -> None:
    stage.play("uplifting", 3)
    begin = len(stage.audio.calls)
    stage.play("calm", FRAME)
    assert stage.audio.file == "still.ogg"
    assert stage.player.now_playing == "still"
    assert len(stage.audio.playbacks) == 2
    for _ in range(59):
        stage.play("calm", FRAME)
        assert sum(piece.gain for piece in stage.audio.playbacks) == pytest.approx(0.8)
    stage.play("calm", 0.1)
    assert [piece.file for piece in stage.audio.playbacks] == ["still.ogg"]
    for name in ("still.ogg", stage.calls("play")[0]):
        gains = [call.gain for call in stage.audio.calls[begin:] if call.file == name]
        assert max(abs(b - a) for a, b in pairwise(gains)) <= LIMIT
    assert stage.gains[-1] == pytest.approx(0.8)


def test_a_track_fades_into_the_next_before_it_ends(stage: Stage) -> None:
    stage.audio.seconds = 20.0
    stage.play("uplifting", 17.9)
    assert len(stage.audio.playbacks) == 1
    stage.play("uplifting", 1.1)
    first, second = stage.audio.playbacks
    assert first.file != second.file
    assert first.gain == pytest.approx(0.4, abs=0.05)
    assert first.gain + second.gain == pytest.approx(0.8)
    stage.play("uplifting", 1.1)
    assert stage.audio.playbacks == [second]
    assert second.gain == pytest.approx(0.8)


def test_a_short_track_is_not_faded_at_its_end(stage: Stage) -> None:
    stage.audio.seconds = 5.0
    stage.play("uplifting", 6.0)
    assert len(stage.calls("play")) == 1
    assert stage.audio.gain == pytest.approx(0.8)


def test_skipping_fades_into_another_track(stage: Stage) -> None:
    stage.play("uplifting", 3)
    stage.player.skip()
    stage.play("uplifting", 1)
    first, second = stage.audio.playbacks
    assert first.file != second.file
    assert first.gain + second.gain == pytest.approx(0.8)
    stage.play("uplifting", 1.2)
    assert stage.audio.playbacks == [second]
    stage.play(None, 4)
    stage.player.skip()
    stage.play(None, 1)
    assert stage.audio.playbacks == []
    stage.play("calm", 3)
    assert len(stage.calls("play")) == 3, "a skip that had nothing to skip is forgotten"


def test_whims_do_not_pile_up(stage: Stage) -> None:
    for playlist in ("uplifting", "calm") * 20:
        stage.play(playlist, 0.3)
        assert len(stage.audio.playbacks) <= 3
    stage.play("calm", 5)
    assert [piece.file for piece in stage.audio.playbacks] == ["still.ogg"]
    assert stage.gains[-1] == pytest.approx(0.8)


def test_an_empty_room_does_not_change_the_piece(stage: Stage) -> None:
    stage.play("uplifting", 3)
    stage.play("uplifting", 3, empty=True)
    assert len(stage.calls("play")) == 1
    assert stage.audio.gain == pytest.approx(0.8)


def test_the_next_track_follows_at_full_volume_and_is_another_one(stage: Stage) -> None:
    stage.play("uplifting", 3)
    for _ in range(40):
        before = stage.audio.file
        stage.audio.end()
        stage.play("uplifting", 2)
        assert stage.audio.file not in ("", before)
        assert stage.audio.gain == pytest.approx(0.8)
    played = stage.calls("play")
    assert {played.count(name) for name in set(played)} <= {13, 14}
    assert len(set(played[:3])) == len(set(played[3:6])) == 3


def test_a_track_that_ends_while_it_fades_out_is_not_followed(stage: Stage) -> None:
    stage.play("uplifting", 3)
    stage.play(None, 0.5)
    stage.audio.end()
    stage.play(None, FRAME)
    assert len(stage.calls("play")) == 1
    stage.play("uplifting", 0.1)
    assert len(stage.calls("play")) == 2
    assert stage.audio.gain < 0.01


def test_a_fade_in_is_whole_even_after_a_playlist_that_broke_off(stage: Stage) -> None:
    stage.play("uplifting", 3)
    stage.audio.broken = {"one.ogg", "two.ogg", "three.ogg"}
    stage.audio.end()
    stage.play("uplifting", FRAME)
    stage.play("calm", 0.1)
    assert stage.audio.file == "still.ogg"
    assert stage.audio.gain < 0.01


def test_a_track_that_ends_as_the_playlist_changes_gives_way_to_a_fade_in(stage: Stage) -> None:
    stage.play("uplifting", 3)
    stage.audio.end()
    stage.play("calm", 0.1)
    assert stage.audio.file == "still.ogg"
    assert stage.audio.gain < 0.01


def test_mute_and_volume_move_fast_but_do_not_jump(stage: Stage) -> None:
    stage.play("uplifting", 3)
    stage.player.muted = True
    stage.play("uplifting", 0.2)
    assert stage.audio.gain == 0.0
    stage.play("uplifting", 1)
    assert stage.audio.playbacks
    stage.player.muted = False
    stage.player.volume = 0.4
    stage.play("uplifting", 0.2)
    assert stage.audio.gain == pytest.approx(0.4)
    assert steepest(stage.gains) <= FRAME / 0.2 + 1e-9


def test_mute_before_the_start_is_heard_at_no_time(stage: Stage) -> None:
    stage.player.muted = True
    stage.play(None, 1)
    stage.play("uplifting", 4)
    stage.player.play_sound("arrive")
    assert max(stage.gains) == 0.0
    assert stage.calls("sound") == []


@pytest.mark.parametrize(("asked", "given"), [(2.0, 0.9), (0.95, 0.9), (0.3, 0.3), (-1.0, 0.0)])
def test_the_volume_keeps_to_its_cap(stage: Stage, asked: float, given: float) -> None:
    stage.player.volume = asked
    assert stage.player.volume == given
    stage.play("uplifting", 5)
    assert max(stage.gains) <= max(given, CONFIG.volume) + 1e-9


def test_a_configured_volume_over_the_cap_is_capped(folder: Path) -> None:
    stage = Stage(folder, SoundConfig(volume=1.0, volume_cap=0.3))
    stage.play("uplifting", 9)
    assert stage.player.volume == 0.3
    assert max(stage.gains) == pytest.approx(0.3)


def test_a_broken_file_is_skipped_with_one_warning(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.audio.broken = {"one.ogg", "two.ogg"}
    for _ in range(10):
        stage.play("uplifting", 2)
        stage.audio.end()
    assert set(stage.calls("play")) == {"three.ogg"}
    assert len(caplog.records) == 2
    assert all("cannot be played" in record.message for record in caplog.records)
    assert stage.player.health == (Level.OK, "fake sound; 2 skipped: one.ogg, two.ogg")


def test_nothing_playable_is_told_and_not_tried_again_at_once(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.audio.broken = {"still.ogg"}
    stage.play("calm", 35)
    assert stage.calls("refused") == ["still.ogg"]
    assert len(caplog.records) == 1
    words = 'the playlist "calm" has nothing that can be played'
    assert stage.player.health == (Level.DEGRADED, words)
    stage.play("uplifting", 1)
    assert stage.player.health[0] is Level.OK


def test_an_unknown_playlist_is_told(stage: Stage) -> None:
    stage.play("jazz", 1)
    assert stage.player.health[0] is Level.DEGRADED


def test_a_file_that_was_repaired_plays_again(stage: Stage, folder: Path) -> None:
    stage.audio.broken = {"still.ogg"}
    stage.play("calm", 1)
    stage.audio.broken.clear()
    os.utime(folder / "calm/still.ogg", (1, 1))
    stage.play("calm", 10)
    assert stage.player.now_playing == "still"


def test_names_that_are_not_utf_8_can_be_shown(stage: Stage, folder: Path) -> None:
    strange = os.fsdecode(b"caf\xe9_x.ogg")
    (folder / "calm" / "still.ogg").rename(folder / "calm" / strange)
    stage.play("calm", 1)
    assert stage.player.now_playing == "caf\ufffd x"
    stage = Stage(folder)
    stage.audio.broken = {strange}
    stage.play("calm", 1)
    assert "caf\ufffd_x.ogg" in stage.player._broken.names


def test_a_file_that_stays_broken_is_warned_of_once(
    stage: Stage, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stage.audio.broken = {"still.ogg"}
    for i in range(3):
        os.utime(folder / "calm/still.ogg", (i, i))
        stage.play("calm", 11)
    assert len(stage.calls("refused")) == 3
    assert len(caplog.records) == 1


def test_a_file_that_vanished_is_skipped(
    stage: Stage, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stage.play("uplifting", 0.1)
    (folder / "uplifting/one.ogg").unlink()
    for _ in range(6):
        stage.play("uplifting", 1.5)
        stage.audio.end()
    assert "one.ogg" not in stage.calls("play")[1:]
    assert len(caplog.records) <= 1


def test_tracks_that_end_at_once_are_broken(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(300):
        stage.play("calm", FRAME)
        stage.audio.end()
    assert len(stage.calls("play")) == 1
    assert caplog.records[0].message.endswith("it ends at once")
    assert len(caplog.records) == 1


def test_another_device_begins_again_with_a_fade(stage: Stage) -> None:
    stage.play("uplifting", 3)
    stage.audio.changed = True
    stage.play("uplifting", FRAME)
    assert stage.audio.playbacks
    assert stage.audio.gain < 0.01
    assert stage.player.health[0] is Level.OK


def test_another_device_is_tried_at_once_and_with_every_file(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.audio.fault = "the device is busy"
    stage.play("calm", 1)
    stage.audio.fault, stage.audio.changed = "", True
    stage.play("calm", FRAME)
    assert stage.audio.file == "still.ogg"
    for _ in range(2):
        stage.audio.end()
        stage.play("calm", 1)
        assert stage.audio.file == ""
        stage.audio.changed = True
        stage.play("calm", FRAME)
        assert stage.audio.file == "still.ogg"
    assert len(caplog.records) == 1


def test_a_device_that_fails_is_told_and_no_file_is_blamed(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.audio.fault = "the device is busy"
    stage.play("uplifting", 25)
    assert len(stage.calls("refused")) == 3
    stage.player.play_sound("arrive")
    assert stage.player.health == (Level.DEGRADED, "the device is busy")
    assert stage.player.now_playing is None
    assert caplog.records == []
    stage.audio.fault = ""
    stage.play("uplifting", 10)
    assert stage.player.now_playing is not None
    assert stage.player.health == (Level.OK, "fake sound")


def test_without_a_device_the_show_goes_on(folder: Path) -> None:
    player = Player(SilentAudio("no sound device"), CONFIG, Library("", folder), Random(1))
    player.request("calm")
    player.tick(1.0)
    player.play_sound("arrive")
    assert player.now_playing == "still"
    assert player.health == (Level.DEGRADED, "no sound device")
    for i in range(100):
        player.request(None)
        player.tick(1.0 + i / 10)
    assert player.now_playing is None
    player.close()


def test_sound_that_is_switched_off(folder: Path) -> None:
    stage = Stage(folder, SoundConfig(enabled=False))
    stage.play("uplifting", 3)
    stage.player.play_sound("arrive")
    assert stage.audio.calls == []
    assert stage.player.health == (Level.OFF, "switched off")


def test_short_sounds(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.player.play_sound("arrive")
    sounds = [(c.file, c.gain) for c in stage.audio.calls if c.what == "sound"]
    assert sounds == [("arrive.ogg", 0.8)]
    for _ in range(3):
        stage.player.play_sound("celebrate")
    assert len(caplog.records) == 1


def test_close_fades_and_lets_go(stage: Stage) -> None:
    stage.play("uplifting", 3)
    slept: list[float] = []
    begin = len(stage.audio.calls)
    stage.player.close(slept.append)
    calls = stage.audio.calls[begin:]
    gains = [0.8, *(call.gain for call in calls if call.what == "gain")]
    assert sum(slept) <= 0.3
    assert gains[-1] == 0.0
    assert steepest(gains[1:]) < 0.8
    assert max(a - b for a, b in pairwise(gains)) <= 0.081
    assert [call.what for call in calls[-2:]] == ["stop", "close"]
    assert stage.audio.closed


def test_close_is_immediate_in_silence(stage: Stage) -> None:
    slept: list[float] = []
    stage.player.close(slept.append)
    assert slept == []
    assert stage.audio.closed


def test_a_late_frame_does_not_make_a_jump(stage: Stage) -> None:
    stage.play("uplifting", 0.5)
    before = stage.audio.gain
    stage.now += 30
    stage.player.request("uplifting")
    stage.player.tick(stage.now)
    assert stage.audio.gain - before <= 2 * 0.1 / CONFIG.fade_seconds


def test_a_clock_that_goes_backwards_does_no_harm(stage: Stage) -> None:
    stage.play("uplifting", 1)
    before = stage.audio.gain
    stage.player.request("uplifting")
    stage.player.tick(stage.now - 100)
    assert stage.audio.gain == before


LEAST = CONFIG.model_copy(update={"min_play_seconds": 10.0})


def phrased(folder: Path, ends: list[float]) -> Stage:
    """Return a stage whose pieces all have phrases that end at these seconds."""
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*.ogg"))
    (folder / "phrases.json").write_text(json.dumps(dict.fromkeys(names, ends)), "utf-8")
    return Stage(folder, LEAST)


def last_full(stage: Stage) -> float:
    """Return the seconds after which the music was last at its full gain."""
    full = max(index for index, gain in enumerate(stage.gains) if gain > 0.79)
    return full * FRAME


def test_a_piece_that_was_begun_plays_for_its_least_time(folder: Path) -> None:
    stage = Stage(folder, LEAST)
    stage.play("uplifting", 3)
    stage.play(None, 17)
    assert last_full(stage) == pytest.approx(10.0, abs=0.1)
    assert not stage.audio.playbacks


def test_it_goes_on_to_the_end_of_its_phrase(folder: Path) -> None:
    stage = phrased(folder, [8.0, 16.0, 24.0])
    stage.play("uplifting", 3)
    stage.play(None, 20)
    # The fade of 2 s begins 1.2 s before the end of the phrase, and is over 0.8 s after it.
    assert last_full(stage) == pytest.approx(16.0 - 1.2, abs=0.1)
    heard = [index for index, gain in enumerate(stage.gains) if gain > 0.0]
    assert heard[-1] * FRAME == pytest.approx(16.8, abs=0.1)
    assert steepest(stage.gains) <= LIMIT


def test_a_phrase_that_ends_too_late_is_not_waited_for(folder: Path) -> None:
    stage = phrased(folder, [90.0])
    stage.play("uplifting", 12)
    stage.play(None, 5)
    assert last_full(stage) == pytest.approx(12.0, abs=0.1)


def test_when_everybody_has_left_it_does_not_go_on(folder: Path) -> None:
    stage = phrased(folder, [16.0])
    stage.play("uplifting", 3)
    stage.play(None, 1)
    assert stage.audio.gain == pytest.approx(0.8)
    stage.play(None, 2.1, empty=True)
    assert not stage.audio.playbacks


def test_a_wish_that_comes_back_takes_the_piece_on(folder: Path) -> None:
    stage = phrased(folder, [16.0, 32.0])
    stage.play("uplifting", 3)
    stage.play(None, 5)
    stage.play("uplifting", 15)
    assert stage.audio.gain == pytest.approx(0.8)
    stage.play(None, 12)
    assert last_full(stage) == pytest.approx(32.0 - 1.2, abs=0.2)
    assert len(stage.calls("play")) == 1


def test_another_playlist_waits_for_the_end_of_the_phrase(folder: Path) -> None:
    stage = phrased(folder, [16.0])
    stage.play("uplifting", 3)
    stage.play("calm", 11.5)
    assert "still.ogg" not in stage.calls("play")
    stage.play("calm", 5)
    assert stage.audio.file == "still.ogg"


@pytest.mark.parametrize("content", ["", "[", "[]", '{"uplifting/one.ogg": null}', '{"a": ["x"]}'])
def test_a_damaged_list_of_phrases_does_no_harm(folder: Path, content: str) -> None:
    (folder / "phrases.json").write_text(content, "utf-8")
    stage = Stage(folder)
    stage.play("uplifting", 3)
    stage.play(None, 3)
    assert not stage.audio.playbacks


def test_the_music_gives_way_to_a_short_sound(stage: Stage) -> None:
    stage.play("uplifting", 3)
    begin = len(stage.gains)
    stage.player.play_sound("arrive")
    stage.play("uplifting", 6)
    ducked = stage.gains[begin:]
    assert min(ducked) == pytest.approx(0.8 * 0.45)
    low = sum(gain < 0.8 * 0.46 for gain in ducked) * FRAME
    assert 1.5 < low < 2.1
    assert ducked[-1] == pytest.approx(0.8)
    assert steepest(stage.gains) <= 0.8 * FRAME / 0.5 + 1e-9


def test_a_sound_that_was_asked_for_is_heard_at_any_time(folder: Path) -> None:
    stage = Stage(folder, SoundConfig(volume=0.5, quiet_hours="00:00-23:59"))
    stage.player.muted = True
    stage.play("uplifting", 1)
    stage.player.play_sound("arrive")
    assert stage.calls("sound") == []
    stage.player.play_sound("arrive", requested=True)
    assert [call.gain for call in stage.audio.calls if call.what == "sound"] == [0.5]


def test_in_the_quiet_hours_nothing_sounds(folder: Path) -> None:
    quiet = CONFIG.model_copy(update={"quiet_hours": "22:00-07:30", "min_play_seconds": 60.0})
    stage = Stage(folder, quiet)
    stage.hour = 21
    stage.play("uplifting", 3)
    assert stage.audio.gain == pytest.approx(0.8)
    stage.hour = 22
    stage.play("uplifting", 2.5)
    assert not stage.audio.playbacks
    assert steepest(stage.gains) <= LIMIT
    stage.player.play_sound("arrive")
    stage.play("uplifting", 5)
    assert stage.calls("sound") == []
    assert len(stage.calls("play")) == 1
    assert stage.player.health == (Level.OK, "fake sound; quiet until 07:30")
    stage.hour = 8
    stage.play("uplifting", 3)
    assert stage.audio.gain == pytest.approx(0.8)


wishes = st.lists(
    st.tuples(
        st.sampled_from([None, "uplifting", "calm"]),
        st.sampled_from([0.03, 0.1, 0.5, 1.0, 2.5]),
        st.sampled_from(["", "", "", "end", "broken", "repair"]),
    ),
    max_size=30,
)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shelf = tmp_path_factory.mktemp("shelf")
    for name in ("uplifting/one", "uplifting/two", "calm/still"):
        (shelf / name).parent.mkdir(exist_ok=True)
        (shelf / f"{name}.ogg").touch()
    return shelf


@pytest.fixture
def unlogged() -> Iterator[None]:
    """Have nothing said of the broken tracks of very many streams."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.usefixtures("unlogged")
@settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(wishes)
def test_the_gain_never_jumps_whatever_is_wanted(shelf: Path, stream) -> None:
    stage = Stage(shelf)
    for playlist, seconds, event in stream:
        if event == "end":
            stage.audio.end()
        stage.audio.broken = {"one.ogg", "still.ogg"} if event == "broken" else set()
        for _ in range(round(seconds / FRAME)):
            before = {id(piece): piece.gain for piece in stage.audio.playbacks}
            stage.play(playlist, FRAME)
            for piece in stage.audio.playbacks:
                assert piece.gain <= CONFIG.volume
                assert abs(piece.gain - before.pop(id(piece), piece.gain)) <= LIMIT
            assert all(gain <= LIMIT for gain in before.values()), "cut"
    for call in stage.audio.calls:
        assert call.what != "stop" or call.gain == 0.0
