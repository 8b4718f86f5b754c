"""Where the tracks come from."""

from __future__ import annotations

import errno
import os
import shutil
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest

from device.music import PLAYLISTS, SMILE_NOTES, SOUNDS, STREAK_CHORDS, Library, Shuffle
from device.music.library import Form


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    return touch(tmp_path / "ours", "uplifting/up.ogg", "calm/still.ogg", "uplifting/LICENCE.txt")


def names(library: Library, playlist: str, now: float = 0.0) -> list[str]:
    return [path.name for path in library.tracks(playlist, now)]


def test_our_own_pieces(ours: Path) -> None:
    library = Library("", ours)
    assert names(library, "uplifting") == ["up.ogg"]
    assert names(library, "calm") == ["still.ogg"]
    assert names(library, "jazz") == []
    assert library.playlists() == PLAYLISTS
    assert library.fault == ""


def test_an_owners_plain_folder_is_the_uplifting_playlist(tmp_path: Path, ours: Path) -> None:
    mine = touch(
        tmp_path / "mine",
        "b.MP3",
        "a.ogg",
        "album/c.flac",
        "d.wav",
        "cover.jpg",
        "._a.ogg",
        "e.mid",
    )
    library = Library(mine, ours)
    assert sorted(names(library, "uplifting")) == ["a.ogg", "b.MP3", "c.flac", "d.wav"]
    assert names(library, "calm") == ["still.ogg"]
    assert names(library, "album") == ["c.flac"]


def test_what_was_thrown_away_or_made_by_a_system_is_not_played(tmp_path: Path, ours: Path) -> None:
    mine = touch(
        tmp_path / "mine",
        "song.mp3",
        ".Trashes/501/old.mp3",
        "$RECYCLE.BIN/$R1.mp3",
        "@eaDir/song.mp3/preview.mp3",
        "__MACOSX/._song.mp3",
    )
    assert names(Library(mine, ours), "uplifting") == ["song.mp3"]


def test_an_owners_sub_folders_are_playlists(tmp_path: Path, ours: Path) -> None:
    mine = touch(tmp_path / "mine", "uplifting/mine.ogg", "jazz/blue.mp3", "loose.ogg")
    library = Library(str(mine), ours)
    assert names(library, "uplifting") == ["mine.ogg"]
    assert names(library, "calm") == ["still.ogg"]
    assert names(library, "jazz") == ["blue.mp3"]
    assert library.playlists() == ("uplifting", "calm", "jazz")


@pytest.mark.parametrize("there", [False, True])
def test_an_empty_or_missing_folder_leaves_ours(tmp_path: Path, ours: Path, there: bool) -> None:
    mine = tmp_path / "mine"
    if there:
        mine.mkdir()
    library = Library(mine, ours)
    assert names(library, "uplifting") == ["up.ogg"]
    assert bool(library.fault) is not there
    assert library.playlists() == PLAYLISTS


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO])
def test_a_folder_that_cannot_be_read_leaves_ours(
    tmp_path: Path, ours: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """It is not the kiosk's user's, or on a stick that dies while the kiosk runs."""
    mine = touch(tmp_path / "mine", "a.ogg")
    library = Library(mine, ours)
    assert names(library, "uplifting") == ["a.ogg"]
    for function in ("stat", "scandir"):
        _fail(monkeypatch, function, number, mine)
    assert names(library, "uplifting", 10.0) == ["up.ogg"]
    reason = os.strerror(number).lower()
    words = f"the music folder {mine} cannot be read: {reason}; our own pieces play instead"
    assert library.fault == words
    assert Library(mine, ours).playlists() == PLAYLISTS
    monkeypatch.undo()
    assert names(library, "uplifting", 20.0) == ["a.ogg"]
    assert library.fault == ""


def _fail(patch: pytest.MonkeyPatch, function: str, number: int, folder: Path) -> None:
    """Let a function of `os` fail for a folder, and whatever is in it."""
    real = getattr(os, function)

    def fails(path: Any, *rest: Any, **options: Any) -> Any:
        if str(path).startswith(str(folder)):
            raise OSError(number, os.strerror(number), str(path))
        return real(path, *rest, **options)

    patch.setattr(os, function, fails)


def test_folders_are_looked_at_again_after_ten_seconds(tmp_path: Path, ours: Path) -> None:
    mine = tmp_path / "mine"
    library = Library(mine, ours)
    assert names(library, "uplifting", 100.0) == ["up.ogg"]
    touch(mine, "new.ogg")
    assert names(library, "uplifting", 109.9) == ["up.ogg"]
    assert names(library, "uplifting", 110.0) == ["new.ogg"]
    assert library.fault == ""


def test_a_home_folder_is_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ours: Path
) -> None:
    touch(tmp_path / "Music", "mine.ogg")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert names(Library("~/Music", ours), "uplifting") == ["mine.ogg"]


def test_nobodys_home_is_not_there(ours: Path) -> None:
    library = Library("~nobody-of-that-name/Music", ours)
    assert "~nobody-of-that-name/Music is not there" in library.fault
    assert names(library, "uplifting") == ["up.ogg"]


def test_what_ships_is_there() -> None:
    library = Library()
    for playlist in PLAYLISTS:
        assert library.tracks(playlist, 0.0), playlist
    for sound in (*SOUNDS, *SMILE_NOTES, *STREAK_CHORDS):
        assert library.sound(sound).is_file(), sound


def test_every_piece_says_where_its_hook_and_its_phrases_are() -> None:
    library = Library()
    for playlist in PLAYLISTS:
        for track in library.tracks(playlist, 0.0):
            ends = library.form(track).phrase_ends
            assert len(ends) >= 5, track
            assert all(4.0 < b - a < 20.0 for a, b in pairwise((0.0, *ends))), track
            assert 90.0 <= ends[-1] <= 120.0, track
            assert library.form(track).hook in ends[:-3], track
    assert library.form(Path("owner.mp3")) == Form()


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_a_deck_deals_each_once_and_none_twice_in_a_row(count: int) -> None:
    tracks = [Path(f"{i}.ogg") for i in range(count)]
    deck = Shuffle(Random(5))
    dealt = [deck.next(tracks) for _ in range(20 * count)]
    for i in range(0, len(dealt), count):
        assert sorted(map(str, dealt[i : i + count])) == sorted(map(str, tracks))
    if count > 1:
        assert all(a != b for a, b in pairwise(dealt))
    assert len({tuple(dealt[i : i + count]) for i in range(0, len(dealt), count)}) > (count > 2)


def test_a_deck_follows_the_folder() -> None:
    one, two, three = (Path(name) for name in ("1", "2", "3"))
    deck = Shuffle(Random(1))
    assert deck.next([]) is None
    assert deck.next([one]) == one
    assert deck.next([one]) == one
    assert deck.next([two, three]) in (two, three)
    assert deck.next([one]) == one


def test_music_that_cannot_be_played_is_reported(
    tmp_path: Path, ours: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    mine = touch(tmp_path / "mine", "a.ogg", "song.m4a", "album/Old.WMA", "cover.jpg", "._b.m4a")
    library = Library(mine, ours)
    assert library.unplayable == (
        f"2 files in {mine} are of no kind that can be played: Old.WMA, song.m4a;"
        " install ffmpeg to play them"
    )
    assert names(library, "uplifting") == ["a.ogg"]
    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/ffmpeg")
    assert names(library, "uplifting", 60.0) == ["a.ogg", "Old.WMA", "song.m4a"]
    assert library.unplayable == ""


def test_many_files_that_cannot_be_played_are_reported_in_short(tmp_path: Path, ours: Path) -> None:
    mine = touch(tmp_path / "mine", *(f"{number}.mid" for number in range(9)))
    assert Library(mine, ours).unplayable == (
        f"9 files in {mine} are of no kind that can be played: 0.mid, 1.mid, 2.mid, 3.mid, 4.mid, …"
    )
    touch(tmp_path / "one", "a.mid")
    words = f"1 file in {tmp_path / 'one'} is of no kind that can be played: a.mid"
    assert Library(tmp_path / "one", ours).unplayable == words
    assert Library("", ours).unplayable == ""
