"""Which kiosk this is among many: a name drawn by lot once, which says nothing of the machine."""

from __future__ import annotations

import logging
import re
import secrets
from typing import TYPE_CHECKING

from device.system.files import write_private

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

log = logging.getLogger(__name__)

FILE = "fleet-id"
PATTERN = re.compile(r"kiosk-[0-9a-f]{16}")


def draw() -> str:
    """Return a new id; of 10,000 kiosks, two have the same with a chance of 3 in 10^12."""
    return f"kiosk-{secrets.token_hex(8)}"


def device_id(folder: Path, draw: Callable[[], str] = draw) -> str:
    """Return the id that is kept in the kiosk's state, a new one where there is none yet.

    Where it cannot be kept, it lasts as long as the process, and the log says so.
    """
    path = folder / FILE
    try:
        known = path.read_text("ascii").strip()
    except (OSError, ValueError):
        known = ""
    if PATTERN.fullmatch(known):
        return known
    new = draw()
    try:
        write_private(path, f"{new}\n")
    except OSError as error:
        log.warning("%s: %s; the kiosk has another id after its next start", path, error.strerror)
    return new
