"""What a kiosk reports, and when."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from device.fleet.identity import PATTERN, device_id, generate_id
from device.fleet.report import ReportSchedule, state
from device.messages import Health, Level
from tests.support.fleets import sample

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_state_has_counts_levels_and_names() -> None:
    parts = (
        Health("camera", Level.FAILED, "/dev/video0: not connected", 0.0),
        Health("sound", Level.OK, "HDMI", 0.0),
        Health("machine", Level.DEGRADED, "hot, 85 °C", 0.0),
    )
    assert state(sample(health=parts)) == {
        "mood": "happy",
        "faces": 0,
        "rate_hz": 14.9,
        "temperature_c": 52,
        "level": "failed",
        "problems": ["camera", "machine"],
        "paused": False,
        "muted": False,
        "model": "0.5.0",
        "trial": False,
        "version": "0.1.0",
        "uptime_s": 3600,
    }


def test_that_there_was_no_broker_is_not_told_to_the_broker() -> None:
    parts = (Health("fleet", Level.DEGRADED, "Connection refused", 0.0),)
    reported = state(sample(health=parts))
    assert (reported["level"], reported["problems"]) == ("ok", [])


def test_a_change_is_reported_at_once_but_no_more_than_once_a_second() -> None:
    schedule, one, other = ReportSchedule(1.0, 60.0), state(sample()), state(sample(paused=True))
    assert schedule.is_due(one, 10.0)
    assert not schedule.is_due(other, 10.5)
    assert schedule.is_due(other, 11.0)
    assert schedule.is_due(one, 12.0)
    assert not schedule.is_due(one, 13.0)


def test_what_differs_all_the_time_waits_for_the_next_beat() -> None:
    schedule = ReportSchedule(1.0, 60.0)
    assert schedule.is_due(state(sample()), 0.0)
    later = state(sample(rate=3.0, uptime=9.0))
    assert not schedule.is_due(later, 59.0)
    assert schedule.is_due(later, 60.0)
    assert not schedule.is_due(later, 61.0)


def test_an_id_is_drawn_once_and_kept(tmp_path: Path) -> None:
    first = device_id(tmp_path)
    assert PATTERN.fullmatch(first)
    assert device_id(tmp_path) == first
    assert (tmp_path / "fleet-id").stat().st_mode & 0o777 == 0o600
    assert len({generate_id() for _ in range(1000)}) == 1000


def test_a_damaged_id_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "fleet-id").write_bytes(b"\xff/#")
    first = device_id(tmp_path)
    assert PATTERN.fullmatch(first)
    assert device_id(tmp_path) == first


def test_an_id_that_cannot_be_kept_is_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    assert PATTERN.fullmatch(device_id(tmp_path / "file"))
    assert re.search(
        "file/fleet-id: .*; the kiosk will have another id after its next start", caplog.text
    )
