"""The kiosk: the main process, in which everything that is not vision comes together.

    eye (child process) -> mood -> reactions -> stage, music, light, status page

One loop at the stage's frame rate polls the eye, moves the mood and the reactions on, and hands
them to what people see and hear. Any part may be missing or fail; the loop goes on.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from device.display import Mode

log = logging.getLogger(__name__)

STATUS_SECONDS = 0.1
"""How often the status page's snapshot is made."""


@dataclass(frozen=True, slots=True)
class Run:
    """How to run once: where to show, for how long, and what to leave behind."""

    display: Mode = "auto"
    seconds: float | None = None
    screenshot: Path | None = None
    report: Path | None = None
