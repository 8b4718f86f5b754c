"""Keeps native libraries from writing on standard error."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def hushed(words: list[str]) -> Iterator[None]:
    """Collect in `words` the lines that anything writes on standard error meanwhile.

    ALSA's library reports each failure there by itself, whoever handles it. The redirection holds
    for the whole process, so keep it short.
    """
    # In memory: a disk may be full, or read-only.
    with os.fdopen(os.memfd_create("stderr"), "w+b") as sink:
        saved = os.dup(2)
        os.dup2(sink.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(saved, 2)
            os.close(saved)
            sink.seek(0)
            words.extend(sink.read().decode("utf-8", "replace").splitlines())
