"""What goes wrong when a model is converted; other errors are the device's and training's."""

from device.errors import MoodliftError


class ConvertError(MoodliftError, ValueError):
    """A model cannot be converted, or came out as something that the device can't use."""
