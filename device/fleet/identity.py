"""The id of a kiosk among many: random, so that it reveals nothing about the machine."""

from __future__ import annotations

import logging
import re
import secrets
from typing import TYPE_CHECKING

from device.system.files import read_text, write_private

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)

FILE = "fleet-id"
PATTERN = re.compile(r"kiosk-[0-9a-f]{16}")


def generate_id() -> str:
    """Return a new id; that two of 10,000 kiosks share one has a probability of 3 in 10^12."""
    return f"kiosk-{secrets.token_hex(8)}"


def device_id(folder: Path) -> str:
    """Return the id in the state folder; generate and store it if there is none yet.

    If it cannot be stored, that is logged, and the id lasts as long as the process.
    """
    path = folder / FILE
    try:
        known = read_text(path).strip()
    except OSError:
        known = ""
    if PATTERN.fullmatch(known):
        return known
    new = generate_id()
    try:
        write_private(path, f"{new}\n")
    except OSError as error:
        log.warning(
            "%s: %s; the kiosk will have another id after its next start", path, error.strerror
        )
    return new
