"""Sounds of the tests' own, and a mixer without a loudspeaker."""

from tests.support.sounds import dummy_mixer, tone

__all__ = ["dummy_mixer", "tone"]
