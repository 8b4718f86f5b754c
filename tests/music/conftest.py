"""A player, the tests' own sounds, and a mixer without a loudspeaker."""

from tests.support.players import folder, rig
from tests.support.sounds import dummy_mixer, tone

__all__ = ["dummy_mixer", "folder", "rig", "tone"]
