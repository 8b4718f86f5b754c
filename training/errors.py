"""Errors on the workstation; those of the device are in `device.errors`."""

from device.errors import MoodliftError


class DatasetError(MoodliftError, ValueError):
    """A data set cannot be read or is invalid; the message names file and line."""


class RunError(MoodliftError, ValueError):
    """A run's folder, its settings or a trained model cannot be used."""
