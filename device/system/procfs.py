"""Reads from Linux how long processes have run, and their peak memory."""

from __future__ import annotations

import functools
import os
import time
from pathlib import Path

PROC = Path("/proc")


def age(pid: int | str = "self") -> float:
    """Return for how many seconds a process has run (0.01 s steps), from proc(5) `stat`."""
    stat = _path(pid, "stat").read_text()
    started = int(stat.rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started


def peak_memory(pid: int | str = "self") -> float:
    """Return the peak resident memory of a process in MiB, from proc(5) `status`; 0 if gone."""
    try:
        lines = _path(pid, "status").read_text().splitlines()
    except OSError:
        return 0.0
    sizes = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(sizes[0]) / 1024 if sizes else 0.0


@functools.lru_cache(maxsize=8)
def _path(pid: int | str, name: str) -> Path:
    """Return where a process's figures are: the same path each time that it is asked.

    Each new one would leave a hole in the interpreter's table of strings, as `pathlib` interns all
    parts; asked every second, that table doubles within an hour, and stays a megabyte larger.
    """
    return PROC / str(pid) / name
