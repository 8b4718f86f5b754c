"""The paths of the assets that ship with the project, and of the kiosk's own state."""

from __future__ import annotations

import os
from pathlib import Path

ASSETS = Path(__file__).resolve().parents[2] / "assets"
MODELS = ASSETS / "models"
SYSTEM_CONFIG = Path("/etc/moodlift/config.toml")
SYSTEM_STATE = Path("/var/lib/moodlift")


def expand_user(path: str) -> Path:
    """Return a path with `~` expanded; the home of an unknown user is left as it is."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - the other one raises for nobody's home


def state_directory() -> Path:
    """Return the folder of the kiosk's own data: the service's, else the user's.

    systemd names the service's folder in $STATE_DIRECTORY; elsewhere it is
    `$XDG_STATE_HOME/moodlift` (XDG Base Directory Specification). It is not created here.
    """
    service = os.environ.get("STATE_DIRECTORY")
    if service:
        return Path(service.split(":")[0])
    home = os.environ.get("XDG_STATE_HOME")
    if home:
        return Path(home) / "moodlift"
    try:
        return Path.home() / ".local" / "state" / "moodlift"
    except RuntimeError:  # a user without a home
        return SYSTEM_STATE
