"""The host of a virtual machine: what it keeps of the processors for others.

A show that gets half of its processors draws half of its frames. So tests that count a second's
frames wait for the host's other guests to be done, as long as there is patience; then they run in
any case, and ask for as much as ever.
"""

from __future__ import annotations

import hashlib
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import psutil

MOST_KEPT = 0.1
"""So much a host may keep and still be called quiet."""
PROBE_S, PAUSE_S = 2.0, 10.0


def kept(seconds: float = PROBE_S) -> float:
    """Return the share of the processor time asked for that the host keeps (`steal` of proc(5)).

    All processors are asked for at once, for that is the only time in which a host shows it. Where
    it never kept anything since the machine was started, or tells nothing, nothing is measured.
    """
    before = psutil.cpu_times()
    if not getattr(before, "steal", 0.0):
        return 0.0
    end = time.monotonic() + seconds

    def work() -> None:
        block = bytes(1 << 20)
        while time.monotonic() < end:
            hashlib.sha256(block)  # lets go of Python's lock meanwhile

    with ThreadPoolExecutor() as pool:
        for _ in range(os.cpu_count() or 1):
            pool.submit(work)
    after = psutil.cpu_times()
    spent = {name: getattr(after, name) - getattr(before, name) for name in after._fields}
    asked = sum(spent[name] for name in ("user", "nice", "system", "softirq", "steal"))
    return float(spent["steal"] / asked)


@dataclass(slots=True)
class Host:
    """The host that all tests of a run have together, and their patience with it in seconds."""

    patience: float
    waited: float = 0.0

    def wait(self) -> None:
        """Wait until it is quiet, or until the patience is at its end."""
        began = time.monotonic()
        left = self.patience - self.waited
        while time.monotonic() - began + PAUSE_S < left and kept() > MOST_KEPT:
            time.sleep(PAUSE_S)
        self.waited += time.monotonic() - began
