"""Finds the music files: those that ship, and the owner's."""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from device.hardware.audio import kinds
from device.system.clutter import is_clutter
from device.system.paths import ASSETS, expand_user

if TYPE_CHECKING:
    from collections.abc import Iterator

PLAYLISTS = ("uplifting", "calm")
"""The playlists that ship, each a folder of `assets/music`."""

SOUNDS = ("arrive", "celebrate", "relief", "together")
"""The short sounds that ship, for rules."""
SMILE_NOTES = ("smile-1", "smile-2", "smile-3", "smile-4")
"""The notes that rise while a smile fills its ring; "celebrate" follows in their key."""
STREAK_CHORDS = ("celebrate", "celebrate-2", "celebrate-3", "celebrate-4")
"""The celebration of the first, second, third and any further smile in a row: each is higher."""
CHIME = "celebrate"
"""The short sound that is played to test a sound device."""

PHRASES = "phrases.json"
"""The file with the hooks of the shipped tracks and the ends of their phrases."""

RESCAN_SECONDS = 10.0
UNPLAYABLE_SECONDS = 60.0
MAX_TRACKS = 2000
"""Most files per playlist, so that a scan is short."""


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a track, in seconds from its start.

    Its strongest phrase begins at `hook`; `phrase_ends` are () if unknown.
    """

    hook: float = 0.0
    phrase_ends: tuple[float, ...] = ()


class Library:
    """The tracks of each playlist.

    An owner's folder with sub-folders named as playlists serves those playlists (and any other that
    a rule names); without such sub-folders, all its files are the first playlist, "uplifting".
    Other playlists come from the shipped tracks. A folder is scanned at most every
    `RESCAN_SECONDS`. `fault` is the fault of the owner's folder, "" without one.
    """

    def __init__(self, owner: str | Path = "", shipped: Path = ASSETS / "music") -> None:
        self._owner = expand_user(str(owner)) if owner else None
        self._shipped = shipped
        self._scans: dict[str, tuple[float, tuple[Path, ...]]] = {}
        self._unplayable: tuple[Path, ...] = ()
        self._looked_at = -math.inf
        self.fault = self._find_fault()
        self._find_unplayable(0.0)

    def playlists(self) -> tuple[str, ...]:
        """Return the names that a rule may use: those that ship, and the owner's sub-folders."""
        folders = _folders(self._owner) if self._owner else []
        return tuple(dict.fromkeys((*PLAYLISTS, *folders)))

    def tracks(self, playlist: str, now: float) -> tuple[Path, ...]:
        """Return the files of a playlist; `now` is in monotonic seconds."""
        scan = self._scans.get(playlist)
        if scan is None or now - scan[0] >= RESCAN_SECONDS:
            self.fault = self._find_fault()
            self._find_unplayable(now)
            scan = self._scans[playlist] = (now, self._scan(playlist))
        return scan[1]

    @property
    def unplayable(self) -> str:
        """What of the owner's music is of no kind that can be played here, "" without any."""
        return kinds.explain(self._unplayable, self._owner) if self._owner else ""

    def sound(self, name: str) -> Path:
        """Return the path of a short sound."""
        return self._shipped / "sounds" / f"{name}.ogg"

    def form(self, track: Path) -> Form:
        """Return the form of a track, as far as it is known."""
        if not track.is_relative_to(self._shipped):
            return Form()
        return self._forms.get(track.relative_to(self._shipped).as_posix(), Form())

    @cached_property
    def _forms(self) -> dict[str, Form]:
        try:
            forms = json.loads((self._shipped / PHRASES).read_text("utf-8"))
            return {
                name: Form(float(form["hook"]), tuple(map(float, form["ends"])))
                for name, form in forms.items()
            }
        except (OSError, ValueError, TypeError, AttributeError, KeyError):
            return {}  # tracks then begin at their start, and are faded out anywhere

    def _scan(self, playlist: str) -> tuple[Path, ...]:
        if self._owner:
            folders = _folders(self._owner)
            found: tuple[Path, ...] = ()
            if playlist in folders:
                found = _tracks(self._owner / playlist)
            elif playlist == PLAYLISTS[0] and not set(folders) & set(PLAYLISTS):
                found = _tracks(self._owner)
            if found:
                return found
        return _tracks(self._shipped / playlist)

    def _find_unplayable(self, now: float) -> None:
        if self._owner and now - self._looked_at >= UNPLAYABLE_SECONDS:
            self._looked_at = now
            others = kinds.MUSIC - kinds.playable()
            self._unplayable = tuple(islice(_walk(self._owner, others), MAX_TRACKS))

    def _find_fault(self) -> str:
        try:
            if self._owner:
                os.scandir(self._owner).close()
        except (FileNotFoundError, NotADirectoryError):
            reason = "is not there"
        except OSError as error:
            reason = f"cannot be read: {(error.strerror or str(error)).lower()}"
        else:
            return ""
        return f"the music folder {self._owner} {reason}; our own pieces play instead"


def _folders(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in os.scandir(folder) if entry.is_dir())
    except OSError:
        return []


def _tracks(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(islice(_walk(folder, kinds.playable()), MAX_TRACKS)))


def _walk(folder: Path, suffixes: frozenset[str]) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = (name for name in folders if not is_clutter(name))
        for name in names:
            if Path(name).suffix.lower() in suffixes and not is_clutter(name):
                yield Path(parent, name)
