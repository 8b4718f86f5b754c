"""Returns large memory to the system when it is freed.

The C library learns from every large block that is freed, and takes the next ones out of one heap,
which shrinks only from its end (mallopt(3), "M_MMAP_THRESHOLD"): pictures of the canvas's size,
made and freed with every scene, then leave holes that the kiosk keeps for weeks.
"""

from __future__ import annotations

import ctypes

M_MMAP_THRESHOLD = -3
"""The parameter's number in glibc's malloc.h."""
LARGE = 256 * 1024
"""Bytes; a face of 256 pixels, say. Smaller ones are many, and a mapping each would cost time."""


def return_large() -> bool:
    """Have each block of `LARGE` bytes or more be a mapping of its own, for this process's life.

    Returns whether the C library can: glibc does, musl does so anyway.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and mallopt(M_MMAP_THRESHOLD, LARGE) == 1
