"""The latency of a bundle for one face on this machine."""

from __future__ import annotations

import platform
import statistics
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from device.vision.classifier import Classifier

if TYPE_CHECKING:
    from device.vision.bundle import Bundle

ROUNDS, WARMUP = 200, 20


def measure(bundle: Bundle) -> dict[str, Any]:
    """Return the median milliseconds per face on one thread, and the machine."""
    classifier = Classifier(bundle, threads=1)
    one = np.zeros((1, 48, 48), np.uint8)
    taken = []
    for _ in range(WARMUP + ROUNDS):
        started = time.perf_counter()
        classifier.classify(one)
        taken.append(time.perf_counter() - started)
    median = statistics.median(taken[WARMUP:]) * 1000
    return {"one_face_ms": round(median, 3), "machine": platform.machine(), "threads": 1}
