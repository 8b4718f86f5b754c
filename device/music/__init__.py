"""Music: playlists, fades, and one volume."""

from device.music.fade import approach
from device.music.library import (
    CHIME,
    PLAYLISTS,
    SMILE_NOTES,
    SOUNDS,
    STREAK_CHORDS,
    Library,
)
from device.music.player import Player
from device.music.shuffle import Shuffle

__all__ = [
    "CHIME",
    "PLAYLISTS",
    "SMILE_NOTES",
    "SOUNDS",
    "STREAK_CHORDS",
    "Library",
    "Player",
    "Shuffle",
    "approach",
]
