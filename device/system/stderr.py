"""Keeps native libraries from writing on standard error."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterator

STDERR = 2


@contextlib.contextmanager
def silenced(log: logging.Logger) -> Iterator[None]:
    """Log at DEBUG, afterwards, the lines that anything writes on standard error meanwhile.

    ALSA's library reports each failure there even if the caller handles it, and TensorFlow Lite
    greets. File descriptor 2 is redirected for the whole process, so keep it short.
    """
    # In memory: the disk may be full or read-only.
    with os.fdopen(os.memfd_create("stderr"), "w+b") as sink:
        saved = os.dup(STDERR)
        os.dup2(sink.fileno(), STDERR)
        try:
            yield
        finally:
            os.dup2(saved, STDERR)
            os.close(saved)
            sink.seek(0)
            for line in sink.read().decode("utf-8", "replace").splitlines():
                log.debug("%s", line)
