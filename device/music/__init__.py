"""Music: playlists, fades, and one volume."""

from device.music.deck import Deck
from device.music.library import PLAYLISTS, SOUNDS, Library
from device.music.player import Player
from device.music.ramp import approach

__all__ = ["PLAYLISTS", "SOUNDS", "Deck", "Library", "Player", "approach"]
