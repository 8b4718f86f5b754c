"""The preview under stress: whole frames beside a worker that is killed now and then.

python -m tests.load.preview_stress --minutes 10
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import random
import threading
import time
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from device.messages import Frame
from device.vision.preview import Preview, PreviewHandle

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

    from numpy.typing import NDArray

HEIGHT, WIDTH = 480, 640
START_SECONDS = 60.0
LIFE_SECONDS = (0.05, 0.6)
"""How long a worker writes before it is killed, from and to."""


@dataclass
class Report:
    """What a run counted; `longest` is the longest `read`, in seconds."""

    reads: int = 0
    torn: int = 0
    kills: int = 0
    longest: float = 0.0


def signed(number: int) -> NDArray[np.uint8]:
    """Return a noisy picture whose first four bytes are the CRC-32 of all others."""
    noise = np.random.default_rng(7).integers(0, 256, HEIGHT * WIDTH * 3, np.uint8)
    noise += np.uint8(number % 251)
    noise[:4] = np.frombuffer(zlib.crc32(noise[4:].tobytes()).to_bytes(4, "little"), np.uint8)
    return noise.reshape(HEIGHT, WIDTH, 3)


def is_whole(image: NDArray[np.uint8]) -> bool:
    """Tell whether a picture's CRC-32 is the one that it carries."""
    flat = image.reshape(-1)
    return zlib.crc32(flat[4:].tobytes()) == int.from_bytes(flat[:4].tobytes(), "little")


def write(handle: PreviewHandle, first: int) -> None:
    """Write signed frames as fast as possible, for ever; the worker's entry point."""
    preview = Preview(handle)
    pictures = [signed(first + number) for number in range(16)]
    for number in itertools.count(first):
        preview.write(Frame(pictures[number % len(pictures)], number, time.monotonic()))


def run(seconds: float, readers: int = 2) -> Report:
    """Read from several threads for some seconds, and kill the worker again and again."""
    preview, report, done = Preview(), Report(), threading.Event()
    threads = [
        threading.Thread(target=_read, args=(preview, report, done), name=f"reader-{number}")
        for number in range(readers)
    ]
    for thread in threads:
        thread.start()
    rng, end = random.Random(1), time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            worker = _start(preview, report.kills * 1000)
            time.sleep(rng.uniform(*LIFE_SECONDS))
            worker.kill()
            worker.join()
            report.kills += 1
    finally:
        done.set()
        for thread in threads:
            thread.join()
        preview.close()
    return report


def _start(preview: Preview, first: int) -> SpawnProcess:
    """Start a worker and wait for its first frame."""
    before = preview.read()
    handle = preview.share()
    worker = multiprocessing.get_context("spawn").Process(target=write, args=(handle, first))
    worker.start()
    end = time.monotonic() + START_SECONDS
    while (now := preview.read()) is None or (before and now[0].number == before[0].number):
        if time.monotonic() > end:
            worker.kill()
            raise TimeoutError("a new worker's frames do not come")
        time.sleep(0.002)
    return worker


def _read(preview: Preview, report: Report, done: threading.Event) -> None:
    newest: float | None = None
    while not done.is_set():
        begun = time.perf_counter()
        got = preview.read(newest)
        report.longest = max(report.longest, time.perf_counter() - begun)
        newest = None
        if got is None:
            continue
        report.reads += 1
        report.torn += not is_whole(got[0].image)
        # Now and then, ask for this very frame again: it may be in the older slot by then.
        newest = got[0].captured_at if report.reads % 3 == 0 else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--readers", type=int, default=2)
    arguments = parser.parse_args()
    report = run(60 * arguments.minutes, arguments.readers)
    print(report)
    if report.torn or not report.reads:
        raise SystemExit("the preview is broken")


if __name__ == "__main__":
    main()
