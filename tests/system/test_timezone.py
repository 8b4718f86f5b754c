"""The local time is that of the machine's zone, also when it is set later."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from device.system.timezone import CHECK_SECONDS, TimeZone
from tests.support.driven_kiosks import FRAME, driven
from tests.support.needs import need

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE_SET_LATER = """
import json, os, subprocess, sys
from datetime import datetime
from device.system.timezone import CHECK_SECONDS, TimeZone

def hours():
    return datetime.now().astimezone().utcoffset().total_seconds() / 3600

zone, told = TimeZone(), []
for number, file in enumerate(sys.argv[1:]):
    if file:
        subprocess.run(["mount", "--bind", file, os.path.realpath("/etc/localtime")], check=True)
    zone.tick(number * CHECK_SECONDS)
    told.append(hours())
print(json.dumps(told))
"""


def hours() -> float:
    """How far the local time is ahead of UTC."""
    offset = datetime.now().astimezone().utcoffset()
    assert offset is not None
    return offset.total_seconds() / 3600


def zone_file(path: Path, name: str, ahead: int) -> str:
    """Write a zone that has always been some hours ahead of UTC (RFC 9636, version 1)."""
    counts = b"".join(count.to_bytes(4) for count in (0, 0, 0, 0, 1, len(name) + 1))
    kind = (ahead * 3600).to_bytes(4, signed=True) + b"\0\0"
    path.write_bytes(b"TZif" + b"\0" * 16 + counts + kind + name.encode() + b"\0")
    return str(path)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """A machine at UTC whose zone can be set; $TZ does it without touching the real one."""
    monkeypatch.setenv("TZ", "UTC0")
    time.tzset()
    yield monkeypatch
    monkeypatch.undo()
    time.tzset()


def test_a_zone_that_is_set_later_counts_soon(machine: pytest.MonkeyPatch) -> None:
    zone = TimeZone()
    zone.tick(0.0)
    assert hours() == 0
    machine.setenv("TZ", "TST-9")
    zone.tick(CHECK_SECONDS - 0.1)
    assert hours() == 0, "the C library keeps what it read"
    zone.tick(CHECK_SECONDS)
    assert hours() == 9
    assert CHECK_SECONDS < 60


def test_the_kiosk_s_night_begins_in_the_new_zone(machine: pytest.MonkeyPatch) -> None:
    def span(zone: str) -> str:
        """Return the present hour and the next in a zone, as hours of the night."""
        machine.setenv("TZ", zone)
        time.tzset()
        hour = datetime.now().astimezone().hour
        return f"{hour:02}:00-{(hour + 2) % 24:02}:00"

    night = span("TST-9")
    machine.setenv("TZ", "UTC0")
    time.tzset()
    with driven(stage={"night_hours": night}) as kiosk:
        (scene,) = kiosk.frames(1)
        assert not scene.night
        machine.setenv("TZ", "TST-9")
        scenes = kiosk.frames(round(CHECK_SECONDS / FRAME) + 1)
        assert scenes[-1].night


def test_a_file_that_replaces_the_zone_counts(tmp_path: Path) -> None:
    need(shutil.which("unshare"), "unshare", "unshare", "--mount", "true")
    files = [zone_file(tmp_path / name, name, ahead) for name, ahead in (("EAST", 9), ("WEST", -8))]
    command = ["unshare", "--mount", sys.executable, "-c", FILE_SET_LATER, files[0], "", files[1]]
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(command, capture_output=True, check=True, env=environment)
    assert json.loads(done.stdout) == [9, 9, -8]
