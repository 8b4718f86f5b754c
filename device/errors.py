"""Every error that Moodlift raises on purpose.

Each is a `MoodliftError`, so that a command can turn it into one line, and also the builtin that
it specialises, so that a caller who knows only Python catches it too.
"""

from typing import Literal


class MoodliftError(Exception):
    """Base of all errors of this project; its text is written for the person at the kiosk."""


class ConfigError(MoodliftError, ValueError):
    """The configuration file cannot be read, or a value in it is wrong.

    `keys` has the dotted key that each line of the text is about, where they are about keys.
    """

    def __init__(self, text: str, keys: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.keys = keys


class PictureError(MoodliftError, ValueError):
    """A file or upload is not a picture that can be worked on; says why."""


class BundleError(MoodliftError, ValueError):
    """A model bundle is missing, incomplete or not what its manifest says."""


class RuntimeMissing(MoodliftError, ImportError):
    """No TFLite runtime that can run a model is installed."""


class CameraError(MoodliftError, OSError):
    """The camera cannot be opened, or gave no usable frame; trying again may help."""


class CameraUnknown(CameraError):
    """The configured camera source names nothing that this machine could ever have."""


class DisplayError(MoodliftError, RuntimeError):
    """No picture can be shown; names the drivers that were tried."""


class AudioError(MoodliftError, RuntimeError):
    """No sound can be played."""


class AudioDamaged(AudioError):
    """A music file is damaged, or of no kind that can be played."""


class GpioError(MoodliftError, RuntimeError):
    """The GPIO pins cannot be used."""


class ScriptError(MoodliftError, ValueError):
    """A line of a script of faces is wrong; says which and why."""


class OutputError(MoodliftError, OSError):
    """A file that was asked for cannot be written."""


class VisionBusy(MoodliftError, TimeoutError):
    """Vision did not answer in time: it is starting, blocked or overloaded."""


class SandboxError(MoodliftError, RuntimeError):
    """A child process came to no answer: it `crashed`, was too `slow`, or the machine is `busy`."""

    def __init__(self, how: Literal["crashed", "slow", "busy"], text: str) -> None:
        super().__init__(how, text)
        self.how = how

    def __str__(self) -> str:
        return str(self.args[1])


class ModelsError(MoodliftError, RuntimeError):
    """A model cannot be changed now, or not to that one; says why."""


class ProbeError(MoodliftError, RuntimeError):
    """A camera or sound device that was tried does not work; says why."""


class HistoryError(MoodliftError, OSError):
    """What is known of the past cannot be read."""


class FeedbackError(MoodliftError, OSError):
    """What people answered, or let the kiosk keep, cannot be read or written."""


class ArchiveError(MoodliftError, ValueError):
    """A file is not a valid archive of feedback or of a model; says why."""


class ZombieThread(MoodliftError, RuntimeError):
    """A thread was asked to end and still runs."""


class CommandError(MoodliftError, ValueError):
    """The kiosk cannot execute a command, or not now."""


class CertificateError(MoodliftError, OSError):
    """The certificate for HTTPS cannot be read, or its key is another one's."""


class PortInUse(MoodliftError, OSError):
    """The status page's address cannot be listened on: in use, not ours, or not permitted."""


class FleetError(MoodliftError, OSError):
    """The broker cannot be reached, or wants nothing to do with this kiosk; says why."""


class ReleaseError(MoodliftError, ValueError):
    """What is offered is no model that can be taken, or cannot be had; says why."""
