"""The kiosk starts with whatever can be set on the page, least and most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from device.config.editable import EDITABLE, schema
from device.config.settings import Settings
from tests.support.kiosks import RunningKiosk, free_port

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

TEXTS = {
    "camera.source": ("usb:\u00c4 \"b\" 'c' \\", "file:/nowhere/at all"),
    "sound.device": ("x" * 200, "\u00c4 \"b\" 'c' \\"),
    "sound.quiet_hours": ("00:00-23:59", ""),
    "stage.night_hours": ("00:00-23:59", ""),
}


def extreme(key: str, end: int) -> Any:
    """Return the least value of a key (`end` 0) or its most (-1)."""
    known = schema(key)
    if key in TEXTS:
        return TEXTS[key][end]
    if known["type"] == "boolean":
        return bool(end)
    return (known.get("enum") or (known["minimum"], known["maximum"]))[end]


@pytest.mark.parametrize("end", [0, -1])
def test_the_kiosk_starts_with_every_setting_at_its_end(tmp_path: Path, end: int) -> None:
    port = free_port()
    file = tmp_path / "config.toml"
    file.write_text(f"[web]\nport = {port}\n", "utf-8")
    settings = Settings(file, tmp_path / "state" / "moodlift")
    settings.change({key: extreme(key, end) for key in EDITABLE})
    with RunningKiosk(tmp_path, "--config", file, command="run", port=port) as kiosk:
        kiosk.wait_for(level="failed")
        kiosk.interrupt()
        assert kiosk.ended() == 0, kiosk.text()
    told = kiosk.told()["status"]
    assert "Traceback" not in kiosk.text()
    parts = {one["component"]: one for one in told["health"]}
    assert "config" not in parts
    assert parts["web"]["level"] == "ok"
    assert parts["camera"]["level"] == "failed"
