"""A broker that is started again and again: each time the kiosk comes back, and nothing piles up.

`MOODLIFT_SOAK=1 pytest tests/fleet/test_restarts.py -rP` does it a hundred times a way.
"""

from __future__ import annotations

import gc
import os
import statistics
import threading
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from device.fleet import report
from tests.support.authority import Authority
from tests.support.brokers import PASSWORD, USER, Listener, Mosquitto

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.fleets import Part

pytestmark = pytest.mark.slow

TIMES = 100 if os.environ.get("MOODLIFT_SOAK") == "1" else 8
TOPICS = (
    "moodlift/kiosk-1/online",
    "moodlift/kiosk-1/state",
    "homeassistant/device/kiosk-1/config",
)


def back(port: int, ca: str, state: bytes) -> float:
    """Return after how many seconds a broker has all that a kiosk reports, retained."""
    wanted = {TOPICS[0]: b"online", TOPICS[1]: state}
    with Listener(port, "#", ca, USER, PASSWORD) as later:
        begun = time.monotonic()
        later.until(lambda: wanted.items() <= later.kept.items() and TOPICS[2] in later.kept)
        return time.monotonic() - begun


@pytest.mark.timeout(900)
@pytest.mark.parametrize("abrupt", [False, True], ids=["in order", "killed"])
@pytest.mark.parametrize("kept", [False, True], ids=["forgets", "persists"])
def test_through_many_restarts_of_the_broker(
    join: Callable[..., Part], tmp_path: Path, kept: bool, abrupt: bool
) -> None:
    me, waits, resources = psutil.Process(), [], []
    authority, password = Authority(tmp_path), tmp_path / "password"
    password.write_text(PASSWORD)
    ca = str(authority.file)
    secured = {"tls": True, "ca_file": ca, "username": USER, "password_file": str(password)}
    with Mosquitto(tmp_path, authority.issue(), secured=True, kept=kept) as broker:
        part = join(port=broker.port, id="kiosk-1", **secured)
        for number in range(TIMES):
            broker.stop(abrupt)
            # What it reported before the restart has another number.
            part.publish(uptime=float(number))
            broker.start()
            expected = report.encode(report.state(part.status.get()))
            waits.append(back(broker.port, ca, expected))
            gc.collect()  # of what the listeners were made of
            resources.append((threading.active_count(), me.num_fds()))
        assert part.fleet.health[1].startswith("connected to")
    print(
        f"{TIMES} restarts: back after {statistics.median(waits):.2f} s, {max(waits):.2f} s at most"
    )
    assert len(set(resources[1:])) == 1, resources
