"""Shared memory of one megabyte, as in containers, or none that can be written."""

from __future__ import annotations

import contextlib
import http.client
import json
import shutil
import urllib.request
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from tests.support.faces import ASTRONAUT, astronaut
from tests.support.kiosks import RunningKiosk
from tests.support.needs import need
from tests.support.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

PICTURES = 5
MOUNT = 'mount -t tmpfs -o {} none /dev/shm && exec "$@"'


def pictures(kiosk: RunningKiosk, token: str, count: int) -> list[bytes]:
    """Return some JPEGs of the live picture."""
    request = urllib.request.Request(
        f"{kiosk.address}/video_feed", headers={"Authorization": f"Bearer {token}"}
    )
    found: list[bytes] = []
    data = b""
    with contextlib.closing(urllib.request.urlopen(request, timeout=30)) as answer:
        assert isinstance(answer, http.client.HTTPResponse)
        while len(found) < count:
            data += answer.read1(65536)
            begin, end = data.find(b"\xff\xd8"), data.find(b"\xff\xd9")
            if 0 <= begin < end:
                found.append(data[begin : end + 2])
                data = data[end + 2 :]
    return found


@pytest.mark.parametrize("options", ["size=1m", "ro"])
def test_the_live_picture_needs_no_shared_memory_of_the_system(
    tmp_path: Path, options: str
) -> None:
    need(shutil.which("unshare"), "unshare", "unshare", "--mount", "true")
    shell = ("unshare", "--mount", "sh", "-ec", MOUNT.format(options), "sh")
    with RunningKiosk(tmp_path, "--camera", f"fake:{ASTRONAUT}", prefix=shell) as kiosk:
        kiosk.wait_for(level="ok")
        until(lambda: kiosk.status()["rate_hz"] > 0.0, seen=kiosk.status)
        keys = tmp_path / "state" / "moodlift" / "owner.json"
        token = json.loads(keys.read_text("utf-8"))["token"]
        seen = pictures(kiosk, token, PICTURES)
        for jpeg in seen:
            image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
            assert image is not None
            assert image.shape == astronaut().shape, "the camera's, and no placeholder"
        status = kiosk.status()
        assert not [one for one in status["faults"] if one["component"] == "vision"]
        kiosk.interrupt()
        assert kiosk.ended() == 0
    assert "Traceback" not in kiosk.text()
