"""What Linux says about processes: when they began and how much memory they took at most."""

from __future__ import annotations

import os
import time
from pathlib import Path

PROC = Path("/proc")


def age(pid: int | str = "self") -> float:
    """Return for how many seconds a process has run (0.01 s steps), from proc(5) `stat`."""
    stat = (PROC / str(pid) / "stat").read_text()
    started = int(stat.rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started


def peak_memory(pid: int | str = "self") -> float:
    """Return the peak resident memory of a process in MiB, from proc(5) `status`; 0 if gone."""
    try:
        lines = (PROC / str(pid) / "status").read_text().splitlines()
    except OSError:
        return 0.0
    sizes = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(sizes[0]) / 1024 if sizes else 0.0
