"""How the music fades in, out and from one track into the next."""

from __future__ import annotations

import logging
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.players import CONFIG, FRAME, LIMIT, PlayerRig, steepest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_music_fades_in_and_out(rig: PlayerRig) -> None:
    rig.play("uplifting", 1.0)
    assert rig.gains[-1] == pytest.approx(0.8 * 0.5, abs=0.04)
    rig.play("uplifting", 1.2)
    assert rig.gains[-1] == pytest.approx(0.8)
    assert rig.gains == sorted(rig.gains)
    rig.play(None, 1.0)
    assert rig.gains[-1] == pytest.approx(0.8 * 0.5, abs=0.04)
    assert rig.player.now_playing is not None
    rig.play(None, 1.2)
    assert rig.player.now_playing is None
    assert not rig.audio.playbacks
    assert steepest(rig.gains) <= LIMIT


def test_it_is_stopped_only_after_it_is_silent(rig: PlayerRig) -> None:
    rig.play("uplifting", 3)
    rig.play(None, 3)
    stop = next(call for call in rig.audio.calls if call.what == "stop")
    assert stop.gain == 0.0


def test_a_change_of_mind_turns_the_fade_round(rig: PlayerRig) -> None:
    rig.play("uplifting", 3)
    rig.play(None, 1)
    rig.play("uplifting", 3)
    assert len(rig.calls("play")) == 1
    assert rig.calls("stop") == []
    assert rig.gains[-1] == pytest.approx(0.8)
    assert steepest(rig.gains) <= LIMIT


def test_another_playlist_fades_in_while_the_first_fades_out(rig: PlayerRig) -> None:
    rig.play("uplifting", 3)
    begin = len(rig.audio.calls)
    rig.play("calm", FRAME)
    assert rig.audio.file == "still.ogg"
    assert rig.player.now_playing == "still"
    assert len(rig.audio.playbacks) == 2
    for _ in range(59):
        rig.play("calm", FRAME)
        assert sum(piece.gain for piece in rig.audio.playbacks) == pytest.approx(0.8)
    rig.play("calm", 0.1)
    assert [piece.file for piece in rig.audio.playbacks] == ["still.ogg"]
    for name in ("still.ogg", rig.calls("play")[0]):
        gains = [call.gain for call in rig.audio.calls[begin:] if call.file == name]
        assert max(abs(b - a) for a, b in pairwise(gains)) <= LIMIT
    assert rig.gains[-1] == pytest.approx(0.8)


def test_a_track_fades_into_the_next_before_it_ends(rig: PlayerRig) -> None:
    rig.audio.seconds = 20.0
    rig.play("uplifting", 17.9)
    assert len(rig.audio.playbacks) == 1
    rig.play("uplifting", 1.1)
    first, second = rig.audio.playbacks
    assert first.file != second.file
    assert first.gain == pytest.approx(0.4, abs=0.05)
    assert first.gain + second.gain == pytest.approx(0.8)
    rig.play("uplifting", 1.1)
    assert rig.audio.playbacks == [second]
    assert second.gain == pytest.approx(0.8)


def test_a_short_track_is_not_faded_at_its_end(rig: PlayerRig) -> None:
    rig.audio.seconds = 5.0
    rig.play("uplifting", 6.0)
    assert len(rig.calls("play")) == 1
    assert rig.audio.gain == pytest.approx(0.8)


def test_skipping_fades_into_another_track(rig: PlayerRig) -> None:
    rig.play("uplifting", 3)
    rig.player.skip()
    rig.play("uplifting", 1)
    first, second = rig.audio.playbacks
    assert first.file != second.file
    assert first.gain + second.gain == pytest.approx(0.8)
    rig.play("uplifting", 1.2)
    assert rig.audio.playbacks == [second]
    rig.play(None, 4)
    rig.player.skip()
    rig.play(None, 1)
    assert rig.audio.playbacks == []
    rig.play("calm", 3)
    assert len(rig.calls("play")) == 3, "a skip that had nothing to skip is forgotten"


def test_whims_do_not_pile_up(rig: PlayerRig) -> None:
    for playlist in ("uplifting", "calm") * 20:
        rig.play(playlist, 0.3)
        assert len(rig.audio.playbacks) <= 3
    rig.play("calm", 5)
    assert [piece.file for piece in rig.audio.playbacks] == ["still.ogg"]
    assert rig.gains[-1] == pytest.approx(0.8)


def test_an_empty_room_does_not_change_the_piece(rig: PlayerRig) -> None:
    rig.play("uplifting", 3)
    rig.play("uplifting", 3, empty=True)
    assert len(rig.calls("play")) == 1
    assert rig.audio.gain == pytest.approx(0.8)


def test_the_next_track_follows_at_full_volume_and_is_another_one(rig: PlayerRig) -> None:
    rig.play("uplifting", 3)
    for _ in range(40):
        before = rig.audio.file
        rig.audio.end()
        rig.play("uplifting", 2)
        assert rig.audio.file not in ("", before)
        assert rig.audio.gain == pytest.approx(0.8)
    played = rig.calls("play")
    assert {played.count(name) for name in set(played)} <= {13, 14}
    assert len(set(played[:3])) == len(set(played[3:6])) == 3


def test_a_track_that_ends_while_it_fades_out_is_not_followed(rig: PlayerRig) -> None:
    rig.play("uplifting", 3)
    rig.play(None, 0.5)
    rig.audio.end()
    rig.play(None, FRAME)
    assert len(rig.calls("play")) == 1
    rig.play("uplifting", 0.1)
    assert len(rig.calls("play")) == 2
    assert rig.audio.gain < 0.01


def test_a_fade_in_is_whole_even_after_a_playlist_that_broke_off(rig: PlayerRig) -> None:
    rig.play("uplifting", 3)
    rig.audio.broken = {"one.ogg", "two.ogg", "three.ogg"}
    rig.audio.end()
    rig.play("uplifting", FRAME)
    rig.play("calm", 0.1)
    assert rig.audio.file == "still.ogg"
    assert rig.audio.gain < 0.01


def test_a_track_that_ends_as_the_playlist_changes_gives_way_to_a_fade_in(rig: PlayerRig) -> None:
    rig.play("uplifting", 3)
    rig.audio.end()
    rig.play("calm", 0.1)
    assert rig.audio.file == "still.ogg"
    assert rig.audio.gain < 0.01


def test_a_late_frame_does_not_make_a_jump(rig: PlayerRig) -> None:
    rig.play("uplifting", 0.5)
    before = rig.audio.gain
    rig.now += 30
    rig.player.request("uplifting")
    rig.player.tick(rig.now)
    assert rig.audio.gain - before <= 2 * 0.1 / CONFIG.fade_seconds


def test_a_clock_that_goes_backwards_does_no_harm(rig: PlayerRig) -> None:
    rig.play("uplifting", 1)
    before = rig.audio.gain
    rig.player.request("uplifting")
    rig.player.tick(rig.now - 100)
    assert rig.audio.gain == before


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
def test_the_gain_never_jumps_whatever_is_wanted(
    shelf: Path, stream: list[tuple[str | None, float, str]]
) -> None:
    rig = PlayerRig(shelf)
    for playlist, seconds, event in stream:
        if event == "end":
            rig.audio.end()
        rig.audio.broken = {"one.ogg", "still.ogg"} if event == "broken" else set()
        for _ in range(round(seconds / FRAME)):
            before = {id(piece): piece.gain for piece in rig.audio.playbacks}
            rig.play(playlist, FRAME)
            for piece in rig.audio.playbacks:
                assert piece.gain <= CONFIG.volume
                assert abs(piece.gain - before.pop(id(piece), piece.gain)) <= LIMIT
            assert all(gain <= LIMIT for gain in before.values()), "cut"
    for call in rig.audio.calls:
        assert call.what != "stop" or call.gain == 0.0
