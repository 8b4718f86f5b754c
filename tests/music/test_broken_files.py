"""Files and devices that cannot be played are skipped, and reported once."""

from __future__ import annotations

import os
import shutil
from random import Random
from typing import TYPE_CHECKING

from device.hardware.audio import SilentAudio
from device.messages import Level
from device.music import Library, Player
from tests.support.players import CONFIG, FRAME, PlayerRig

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_broken_file_is_skipped_with_one_warning(
    rig: PlayerRig, caplog: pytest.LogCaptureFixture
) -> None:
    rig.audio.broken = {"one.ogg", "two.ogg"}
    for _ in range(10):
        rig.play("uplifting", 2)
        rig.audio.end()
    assert set(rig.calls("play")) == {"three.ogg"}
    assert len(caplog.records) == 2
    assert all("cannot be played" in record.message for record in caplog.records)
    assert rig.player.health == (Level.OK, "fake sound; 2 skipped: one.ogg, two.ogg")


def test_a_piece_that_breaks_off_is_left_out_and_called_damaged(rig: PlayerRig) -> None:
    rig.play("calm", 3)
    rig.audio.playbacks[-1].damaged = True
    rig.audio.end()
    rig.play("calm", 30)
    assert rig.calls("play") == ["still.ogg"]
    rig.play("uplifting", 3)
    assert rig.player.health == (Level.OK, "fake sound; 1 skipped: still.ogg (damaged)")


def test_what_cannot_be_played_is_reported_on_the_page(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "song.m4a").touch()
    rig = PlayerRig(folder, CONFIG.model_copy(update={"music_folder": str(mine)}))
    rig.play("uplifting", 1)
    level, words = rig.player.health
    assert level is Level.OK
    assert f"1 file in {mine} is of no kind that can be played: song.m4a" in words
    assert rig.audio.file, "our own pieces play instead"


def test_nothing_playable_is_reported_and_not_tried_again_at_once(
    rig: PlayerRig, caplog: pytest.LogCaptureFixture
) -> None:
    rig.audio.broken = {"still.ogg"}
    rig.play("calm", 35)
    assert rig.calls("refused") == ["still.ogg"]
    assert len(caplog.records) == 1
    words = 'the playlist "calm" has nothing that can be played'
    assert rig.player.health == (Level.DEGRADED, words)
    rig.play("uplifting", 1)
    assert rig.player.health[0] is Level.OK


def test_an_unknown_playlist_is_reported(rig: PlayerRig) -> None:
    rig.play("jazz", 1)
    assert rig.player.health[0] is Level.DEGRADED


def test_a_file_that_was_repaired_plays_again(rig: PlayerRig, folder: Path) -> None:
    rig.audio.broken = {"still.ogg"}
    rig.play("calm", 1)
    rig.audio.broken.clear()
    os.utime(folder / "calm/still.ogg", (1, 1))
    rig.play("calm", 10)
    assert rig.player.now_playing == "still"


def test_names_that_are_not_utf_8_can_be_shown(rig: PlayerRig, folder: Path) -> None:
    strange = os.fsdecode(b"caf\xe9_x.ogg")
    (folder / "calm" / "still.ogg").rename(folder / "calm" / strange)
    rig.play("calm", 1)
    assert rig.player.now_playing == "caf\ufffd x"
    rig = PlayerRig(folder)
    rig.audio.broken = {strange}
    rig.play("calm", 1)
    assert "caf\ufffd_x.ogg" in rig.player._broken.names


def test_a_file_that_stays_broken_is_warned_of_once(
    rig: PlayerRig, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rig.audio.broken = {"still.ogg"}
    for i in range(3):
        os.utime(folder / "calm/still.ogg", (i, i))
        rig.play("calm", 11)
    assert len(rig.calls("refused")) == 3
    assert len(caplog.records) == 1


def test_a_file_that_vanished_is_skipped(
    rig: PlayerRig, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rig.play("uplifting", 0.1)
    (folder / "uplifting/one.ogg").unlink()
    for _ in range(6):
        rig.play("uplifting", 1.5)
        rig.audio.end()
    assert "one.ogg" not in rig.calls("play")[1:]
    assert len(caplog.records) <= 1


def test_tracks_that_end_at_once_are_broken(
    rig: PlayerRig, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(300):
        rig.play("calm", FRAME)
        rig.audio.end()
    assert len(rig.calls("play")) == 1
    assert caplog.records[0].message.endswith("it ends at once")
    assert len(caplog.records) == 1


def test_another_device_begins_again_with_a_fade(rig: PlayerRig) -> None:
    rig.play("uplifting", 3)
    rig.audio.changed = True
    rig.play("uplifting", FRAME)
    assert rig.audio.playbacks
    assert rig.audio.gain < 0.01
    assert rig.player.health[0] is Level.OK


def test_another_device_is_tried_at_once_and_with_every_file(
    rig: PlayerRig, caplog: pytest.LogCaptureFixture
) -> None:
    rig.audio.fault = "the device is busy"
    rig.play("calm", 1)
    rig.audio.fault, rig.audio.changed = "", True
    rig.play("calm", FRAME)
    assert rig.audio.file == "still.ogg"
    for _ in range(2):
        rig.audio.end()
        rig.play("calm", 1)
        assert rig.audio.file == ""
        rig.audio.changed = True
        rig.play("calm", FRAME)
        assert rig.audio.file == "still.ogg"
    assert len(caplog.records) == 1


def test_a_device_that_fails_is_reported_and_no_file_is_blamed(
    rig: PlayerRig, caplog: pytest.LogCaptureFixture
) -> None:
    rig.audio.fault = "the device is busy"
    rig.play("uplifting", 25)
    assert len(rig.calls("refused")) == 3
    rig.player.play_sound("arrive")
    assert rig.player.health == (Level.DEGRADED, "the device is busy")
    assert rig.player.now_playing is None
    assert caplog.records == []
    rig.audio.fault = ""
    rig.play("uplifting", 10)
    assert rig.player.now_playing is not None
    assert rig.player.health == (Level.OK, "fake sound")


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
