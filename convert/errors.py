"""Errors of conversion; others are in `device.errors` and `training.errors`."""

from device.errors import MoodliftError


class ConvertError(MoodliftError, ValueError):
    """A model cannot be converted, or the device cannot use the result."""
