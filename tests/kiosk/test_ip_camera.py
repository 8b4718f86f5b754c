"""A whole kiosk with an IP camera: it shows what the camera sees, and nowhere the password."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.support.cameras import PASSWORD, USER, mjpeg_camera
from tests.support.kiosks import RunningKiosk
from tests.support.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


def test_a_kiosk_with_an_ip_camera_keeps_its_password(tmp_path: Path) -> None:
    secret = quote(PASSWORD, safe="")
    config = tmp_path / "config.toml"
    with mjpeg_camera() as server:
        source = f"http://{USER}:{secret}@{server.place}/private"
        config.write_text(f'[camera]\nsource = "{source}"\n')
        with RunningKiosk(tmp_path, "--config", config) as kiosk:
            said: list[str] = []

            def camera(level: str) -> bool:
                status = kiosk.status()
                said.append(json.dumps(status, ensure_ascii=False))
                parts = {one["component"]: one["level"] for one in status["health"]}
                return parts.get("camera") == level

            kiosk.wait_for()
            until(lambda: camera("ok"), seen=kiosk.text)
            assert f"IP camera http://{server.place}" in said[-1]
            keys = json.loads((tmp_path / "state/moodlift/owner.json").read_text("utf-8"))
            for path in ("metrics", "api/v1/settings", "settings", ""):
                request = urllib.request.Request(
                    f"{kiosk.address}/{path}", headers={"Authorization": f"Bearer {keys['token']}"}
                )
                with urllib.request.urlopen(request, timeout=20) as answer:
                    said.append(answer.read().decode())
            server.frozen.set()
            until(lambda: camera("failed"), seen=kiosk.text)
            server.frozen.clear()
            until(lambda: camera("ok"), seen=kiosk.text)
            kiosk.interrupt()
            kiosk.ended()
            said += [kiosk.text(), kiosk.report.read_text("utf-8")]
    state = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    found = "\n".join(said).encode() + b"\n".join(path.read_bytes() for path in state)
    for form in (PASSWORD, secret, "p@ss", "p%40ss"):
        assert form.encode() not in found, form
    assert f"http://{USER}:********@{server.place}/private" in kiosk.text(), "the choice is named"
