"""Let a kiosk run for long, and tell how its memory, threads and files grow.

Such as `python -m tests.load.soak --seconds 3600`: the bundled clip, offscreen, with a browser
that follows the status, another that looks at the camera now and then, and the history written. The
quality stays the best, since each needs another amount of memory.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import psutil


from tests.support.kiosks import RunningKiosk

WARM_UP = 0.25
"""Share of the time in which pictures and pieces come for the first time."""
EVERY = 10.0
PARTS = 6
MEGABYTE = 2**20


def _kiosk(folder: Path) -> RunningKiosk:
    config = folder / "config.toml"
    config.write_text('[stage]\nquality = "full"\n', "utf-8")
    return RunningKiosk(folder, "--config", config)


def sample(kiosk: RunningKiosk) -> dict[str, float]:
    """Return what the kiosk and its vision hold now."""
    told = {}
    for name, process in zip(("kiosk", "vision"), _two(kiosk), strict=False):
        memory = process.memory_info()
        told[f"{name}_mb"] = memory.rss / MEGABYTE
        # Pages of files, libraries mostly, come into memory by and by, and go when others need it.
        told[f"{name}_own_mb"] = (memory.rss - memory.shared) / MEGABYTE
        told[f"{name}_threads"] = process.num_threads()
        told[f"{name}_files"] = process.num_fds()
    status = kiosk.status()
    return told | {"rate": status["rate_hz"], "stage": status["stage_hz"]}


def _two(kiosk: RunningKiosk) -> list[psutil.Process]:
    """Return the kiosk and its vision, which is its largest child."""
    me, *children = kiosk.family()
    return [me, *sorted(children, key=lambda one: -one.memory_info().rss)[:1]]


def glance(kiosk: RunningKiosk, token: str) -> None:
    """Look at the camera's picture for a moment, and at the history."""
    for path, size in (("video_feed", 200_000), ("api/v1/history", -1), ("history", -1)):
        request = urllib.request.Request(
            f"{kiosk.address}/{path}", headers={"Authorization": f"Bearer {token}"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            answer.read(size)


def follow(kiosk: RunningKiosk) -> None:
    """Follow the status until the kiosk ends."""
    gone = contextlib.suppress(OSError, http.client.HTTPException)
    with gone, urllib.request.urlopen(f"{kiosk.address}/api/v1/events") as events:
        while events.readline():
            pass


def slope(times: list[float], values: list[float]) -> float:
    """Return by how much something grows in an hour (least squares)."""
    return float(np.polyfit(np.array(times) / 3600, values, 1)[0])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=3600.0)
    seconds = parser.parse_args().seconds
    times: list[float] = []
    samples: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder, _kiosk(Path(folder)) as kiosk:
        kiosk.wait_for(level="ok")
        owner = Path(folder) / "state" / "moodlift" / "owner.json"
        token = json.loads(owner.read_text("utf-8"))["token"]
        begun = time.monotonic()
        threading.Thread(target=follow, args=(kiosk,), daemon=True).start()
        while (now := time.monotonic() - begun) < seconds:
            if now > WARM_UP * seconds:
                times.append(now)
                samples.append(sample(kiosk))
            if len(samples) % 30 == 0:
                glance(kiosk, token)
            time.sleep(EVERY)
        kiosk.interrupt()
        kiosk.ended()
    print(
        f"{seconds:.0f} s, the first {WARM_UP:.0%} of which are left out: medians of {PARTS} parts"
    )
    for name in samples[0]:
        values = [one[name] for one in samples]
        parts = "".join(f"{np.median(part):8.1f}" for part in np.array_split(values, PARTS))
        print(f"{name:14}{parts}   {slope(times, values):+7.2f} /h")


if __name__ == "__main__":
    main()
