"""What goes wrong on the workstation; the device's own errors are in `device.errors`."""

from device.errors import MoodliftError


class DatasetError(MoodliftError, ValueError):
    """A data set cannot be read, or is not what it should be; names the file and the line."""


class RunError(MoodliftError, ValueError):
    """A training run's folder or a trained model cannot be used; says why."""
