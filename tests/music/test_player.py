"""The player's volume, short sounds, quiet hours and end."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from device.config.schema import SoundConfig
from device.messages import Level
from tests.support.players import CONFIG, FRAME, LIMIT, PlayerRig, steepest

if TYPE_CHECKING:
    from pathlib import Path


def test_mute_and_volume_move_fast_but_do_not_jump(rig: PlayerRig) -> None:
    rig.play("uplifting", 3)
    rig.player.muted = True
    rig.play("uplifting", 0.2)
    assert rig.audio.gain == 0.0
    rig.play("uplifting", 1)
    assert rig.audio.playbacks
    rig.player.muted = False
    rig.player.volume = 0.4
    rig.play("uplifting", 0.2)
    assert rig.audio.gain == pytest.approx(0.4)
    assert steepest(rig.gains) <= FRAME / 0.2 + 1e-9


def test_mute_before_the_start_is_heard_at_no_time(rig: PlayerRig) -> None:
    rig.player.muted = True
    rig.play(None, 1)
    rig.play("uplifting", 4)
    rig.player.play_sound("arrive")
    assert max(rig.gains) == 0.0
    assert rig.calls("sound") == []


@pytest.mark.parametrize(("asked", "given"), [(2.0, 0.9), (0.95, 0.9), (0.3, 0.3), (-1.0, 0.0)])
def test_the_volume_keeps_to_its_cap(rig: PlayerRig, asked: float, given: float) -> None:
    rig.player.volume = asked
    assert rig.player.volume == given
    rig.play("uplifting", 5)
    assert max(rig.gains) <= max(given, CONFIG.volume) + 1e-9


def test_a_configured_volume_over_the_cap_is_capped(folder: Path) -> None:
    rig = PlayerRig(folder, SoundConfig(volume=1.0, volume_cap=0.3))
    rig.play("uplifting", 9)
    assert rig.player.volume == 0.3
    assert max(rig.gains) == pytest.approx(0.3)


def test_sound_that_is_switched_off(folder: Path) -> None:
    rig = PlayerRig(folder, SoundConfig(enabled=False))
    rig.play("uplifting", 3)
    rig.player.play_sound("arrive")
    assert rig.audio.calls == []
    assert rig.player.health == (Level.OFF, "switched off")


def test_short_sounds(rig: PlayerRig, caplog: pytest.LogCaptureFixture) -> None:
    rig.player.play_sound("arrive")
    sounds = [(c.file, c.gain) for c in rig.audio.calls if c.what == "sound"]
    assert sounds == [("arrive.ogg", 0.8)]
    for _ in range(3):
        rig.player.play_sound("celebrate")
    assert len(caplog.records) == 1


def test_close_fades_and_lets_go(rig: PlayerRig) -> None:
    rig.play("uplifting", 3)
    slept: list[float] = []
    begin = len(rig.audio.calls)
    rig.player.close(slept.append)
    calls = rig.audio.calls[begin:]
    gains = [0.8, *(call.gain for call in calls if call.what == "gain")]
    assert sum(slept) <= 0.3
    assert gains[-1] == 0.0
    assert steepest(gains[1:]) < 0.8
    assert max(a - b for a, b in pairwise(gains)) <= 0.081
    assert [call.what for call in calls[-2:]] == ["stop", "close"]
    assert rig.audio.closed


def test_close_is_immediate_in_silence(rig: PlayerRig) -> None:
    slept: list[float] = []
    rig.player.close(slept.append)
    assert slept == []
    assert rig.audio.closed


def test_the_music_gives_way_to_the_attack_of_a_short_sound(rig: PlayerRig) -> None:
    rig.play("uplifting", 3)
    begin = len(rig.gains)
    rig.player.play_sound("arrive")
    rig.play("uplifting", 6)
    ducked = rig.gains[begin:]
    assert min(ducked) == pytest.approx(0.8 * 0.45)
    low = sum(gain < 0.8 * 0.46 for gain in ducked) * FRAME
    assert 0.2 < low < 0.8, "of a sound of two seconds"
    assert ducked[-1] == pytest.approx(0.8)
    assert steepest(rig.gains) <= 0.8 * FRAME / 0.5 + 1e-9


def test_a_sound_that_was_asked_for_is_heard_at_any_time(folder: Path) -> None:
    rig = PlayerRig(folder, SoundConfig(volume=0.5, quiet_hours="00:00-23:59"))
    rig.player.muted = True
    rig.play("uplifting", 1)
    rig.player.play_sound("arrive")
    assert rig.calls("sound") == []
    rig.player.play_sound("arrive", requested=True)
    assert [call.gain for call in rig.audio.calls if call.what == "sound"] == [0.5]


def test_in_the_quiet_hours_nothing_sounds(folder: Path) -> None:
    quiet = CONFIG.model_copy(update={"quiet_hours": "22:00-07:30", "min_play_seconds": 60.0})
    rig = PlayerRig(folder, quiet)
    rig.hour = 21
    rig.play("uplifting", 3)
    assert rig.audio.gain == pytest.approx(0.8)
    rig.hour = 22
    rig.play("uplifting", 2.5)
    assert not rig.audio.playbacks
    assert steepest(rig.gains) <= LIMIT
    rig.player.play_sound("arrive")
    rig.play("uplifting", 5)
    assert rig.calls("sound") == []
    assert len(rig.calls("play")) == 1
    assert rig.player.health == (Level.OK, "fake sound; quiet until 07:30")
    rig.hour = 8
    rig.play("uplifting", 3)
    assert rig.audio.gain == pytest.approx(0.8)
