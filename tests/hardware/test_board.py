"""What machines tell of themselves, on made-up ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from device.hardware.board import FakeBoard, LinuxBoard, Reading
from device.messages import Level

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A Raspberry Pi at 52 degrees, with a wireless chip that is warmer."""
    for number, (kind, degrees) in enumerate([("iwlwifi_1", 71), ("cpu-thermal", 52)]):
        zone = tmp_path / f"sys/class/thermal/thermal_zone{number}"
        zone.mkdir(parents=True)
        (zone / "type").write_text(f"{kind}\n")
        (zone / "temp").write_text(f"{degrees}250\n")
    firmware = tmp_path / "sys/devices/platform/soc/soc:firmware"
    firmware.mkdir(parents=True)
    (firmware / "get_throttled").write_text("0\n")
    return tmp_path


def test_a_pi_tells_its_processors_temperature(machine: Path) -> None:
    reading = LinuxBoard(machine, machine).read()
    assert (reading.temperature, reading.throttled_reasons) == (52.25, ())
    assert reading.disk_free is not None
    assert reading.disk_free > 0


@pytest.mark.parametrize(
    ("bits", "words"),
    [
        ("50005", ("the power supply is too weak", "it is throttled")),
        ("0x8", ("it is near its temperature limit",)),
        ("70000", ()),
        ("nonsense", ()),
        ("", ()),
    ],
)
def test_a_pi_that_is_held_back_says_why(machine: Path, bits: str, words: tuple[str, ...]) -> None:
    (machine / "sys/devices/platform/soc/soc:firmware/get_throttled").write_text(f"{bits}\n")
    assert LinuxBoard(machine, machine).read().throttled_reasons == words


def test_what_vanishes_is_not_reported(machine: Path) -> None:
    board = LinuxBoard(machine / "not/yet/there", machine)
    (machine / "sys/class/thermal/thermal_zone1/temp").write_bytes(b"\xff")
    (machine / "sys/devices/platform/soc/soc:firmware/get_throttled").unlink()
    reading = board.read()
    assert (reading.temperature, reading.throttled_reasons) == (None, ())
    assert reading.disk_free is not None


def test_a_machine_that_tells_nothing(tmp_path: Path) -> None:
    reading = LinuxBoard(tmp_path, tmp_path).read()
    assert (reading.temperature, reading.throttled_reasons) == (None, ())


@pytest.mark.parametrize(
    ("reading", "level", "words"),
    [
        (Reading(), Level.OFF, "reports no temperature or disk space"),
        (Reading(48.6, (), 12_300_000_000), Level.OK, "49 °C, 12.3 GB free"),
        (Reading(None, (), 900_000_000), Level.OK, "0.9 GB free"),
        (Reading(80.4), Level.DEGRADED, "hot, 80 °C"),
        (Reading(50, ("it is throttled",)), Level.DEGRADED, "it is throttled"),
        (
            Reading(85, (), 5_000_000),
            Level.DEGRADED,
            "hot, 85 °C; the disk is nearly full, 5 MB are left",
        ),
    ],
)
def test_readings_in_words(reading: Reading, level: Level, words: str) -> None:
    assert FakeBoard(reading).read().health == (level, words)
