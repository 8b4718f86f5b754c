"""Restarts the kiosk, or switches the machine off.

A restart keeps the process and loads the program, the configuration and the settings again. So a
service stays up, and a terminal stays attached.
"""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

log = logging.getLogger(__name__)

STDERR = 2
SHUT_DOWN, SHUT_DOWN_SECONDS = ("systemctl", "poweroff"), 20.0


def restart_process() -> NoReturn:
    """Run this process's command line again. Everything must be closed before."""
    log.info("restarting")
    logging.shutdown()
    sys.stdout.flush()
    for number in [int(path.name) for path in Path("/dev/fd").iterdir()]:
        if number > STDERR:
            with contextlib.suppress(OSError):  # the listing's own is closed
                # SDL's files would stay open, again and again; what Python opens does not.
                os.set_inheritable(number, False)
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 (it is our own)


def reap_children() -> None:
    """Wait for the children that ended before this process was restarted."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass


def shut_down() -> None:
    """Switch the machine off, cleanly."""
    try:
        subprocess.run(SHUT_DOWN, check=True, timeout=SHUT_DOWN_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        log.warning("the machine could not be shut down: %s", error)
