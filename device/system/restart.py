"""How a kiosk ends: it begins again, or the machine is switched off.

It begins again as the same process, with all that is new: program, configuration and settings. So
it needs nobody to start it: a service stays up, a terminal stays with it.
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
    """Run this process's command line anew. Everything must be closed before."""
    log.info("starting again")
    logging.shutdown()
    sys.stdout.flush()
    for number in [int(path.name) for path in Path("/dev/fd").iterdir()]:
        if number > STDERR:
            with contextlib.suppress(OSError):  # that of the listing itself has gone
                # SDL's files would stay open, again and again; what Python opens does not.
                os.set_inheritable(number, False)
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 (it is our own)


def bury() -> None:
    """Let go of children that ended with what this process was before it began again."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass


def shut_down() -> None:
    """Switch the machine off, cleanly."""
    try:
        subprocess.run(SHUT_DOWN, check=True, timeout=SHUT_DOWN_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        log.warning("the machine could not be shut down: %s", error)
