"""What the kiosk tells systemd, heard at the other end of a real socket."""

import os
import secrets
import select
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from device.messages import Health, Level
from device.system.systemd import STATUS_SECONDS, Notifier
from tests.support.kiosks import RunningKiosk

WELL = (Health("vision", Level.OK, "running", 0.0), Health("camera", Level.OK, "webcam", 0.0))
HUNGRY = "STATUS=no frame comes from vision, for no known reason"


@contextmanager
def manager(address: str) -> Iterator[socket.socket]:
    """Listen as systemd does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(address)
        listener.settimeout(20.0)
        yield listener


def heard(listener: socket.socket) -> list[str]:
    return listener.recv(4096).decode().splitlines()


def silent(listener: socket.socket) -> bool:
    return not select.select([listener], [], [], 0)[0]


@pytest.fixture(params=["path", "abstract"])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    """Yield each kind of address in the form of the environment, and who listens there."""
    name = f"moodlift-{secrets.token_hex(8)}"
    path, abstract = request.param == "path", f"\0{name}"
    with manager(str(tmp_path / name) if path else abstract) as listener:
        yield (str(tmp_path / name) if path else f"@{name}"), listener


def test_the_first_frame_makes_it_ready_and_stopping_is_reported(
    both: tuple[str, socket.socket],
) -> None:
    address, listener = both
    notifier = Notifier({"NOTIFY_SOCKET": address})
    assert silent(listener)
    notifier.notify(WELL, True, 100.0)
    assert heard(listener) == ["READY=1", "STATUS=all is well", "WATCHDOG=1"]
    notifier.stopping()
    assert heard(listener) == ["STOPPING=1", "STATUS=closing"]


@pytest.mark.parametrize(
    ("environ", "interval"),
    [
        ({}, STATUS_SECONDS),
        ({"WATCHDOG_USEC": "8000000"}, 2.0),
        ({"WATCHDOG_USEC": "8000000", "WATCHDOG_PID": str(os.getpid())}, 2.0),
        ({"WATCHDOG_USEC": "8000000", "WATCHDOG_PID": "1"}, STATUS_SECONDS),
        ({"WATCHDOG_USEC": "900000000"}, STATUS_SECONDS),
        ({"WATCHDOG_USEC": "soon"}, STATUS_SECONDS),
    ],
)
def test_it_tells_four_times_within_the_watchdog_s_time(
    environ: dict[str, str], interval: float, tmp_path: Path
) -> None:
    with manager(str(tmp_path / "socket")) as listener:
        notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "socket"), **environ})
        for now, told in ((100.0, True), (99.9 + interval, False), (100.0 + interval, True)):
            notifier.notify(WELL, True, now)
            assert silent(listener) != told
            if told:
                heard(listener)


def test_frames_that_stop_for_no_known_reason_starve_the_watchdog(tmp_path: Path) -> None:
    with manager(str(tmp_path / "socket")) as listener:
        notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "socket")})
        notifier.notify(WELL, False, 100.0)
        assert heard(listener) == ["READY=1", HUNGRY]


def test_what_is_wrong_is_one_line_whatever_it_says(tmp_path: Path) -> None:
    parts = (
        *WELL,
        Health("sound", Level.FAILED, "no device\nREADY=0", 0.0),
        Health("light", Level.OFF, "no light is configured", 0.0),
        Health("history", Level.DEGRADED, "disk full", 0.0),
    )
    with manager(str(tmp_path / "socket")) as listener:
        notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "socket")})
        notifier.notify(parts, True, 100.0)
        assert heard(listener)[1] == "STATUS=sound: no device READY=0; history: disk full"


def test_a_manager_that_is_gone_is_missed_once_and_found_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    address = str(tmp_path / "socket")
    notifier = Notifier({"NOTIFY_SOCKET": address})
    notifier.notify(WELL, True, 100.0)
    notifier.notify(WELL, True, 110.0)
    assert len(caplog.records) == 1
    with manager(address) as listener:
        notifier.notify(WELL, True, 120.0)
        assert heard(listener)[0] == "READY=1"


@pytest.mark.parametrize("environ", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "vsock:2:1"}])
def test_without_a_manager_nobody_is_reported(
    environ: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    notifier = Notifier(environ)
    notifier.notify(WELL, True, 100.0)
    notifier.stopping()
    assert not caplog.records


@pytest.mark.slow
def test_a_kiosk_is_ready_with_its_first_picture_and_a_frozen_one_starves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    monkeypatch.setenv("WATCHDOG_USEC", "2000000")
    with manager(str(tmp_path / "notify")) as listener, RunningKiosk(tmp_path) as kiosk:
        assert {"READY=1", "WATCHDOG=1"} < set(heard(listener))
        assert "WATCHDOG=1" in heard(listener)
        os.kill(kiosk.process.pid, signal.SIGSTOP)
        while not silent(listener):
            heard(listener)
        time.sleep(2.0)
        assert silent(listener)
        os.kill(kiosk.process.pid, signal.SIGCONT)
        assert "WATCHDOG=1" in heard(listener)
        kiosk.interrupt()
        told = heard(listener)
        while "STOPPING=1" not in told:
            told = heard(listener)
        assert kiosk.ended() == 0


@pytest.mark.slow
def test_a_kiosk_without_a_camera_says_so_and_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    monkeypatch.setenv("WATCHDOG_USEC", "2000000")
    nowhere = ("--camera", "usb:/dev/video99")
    with manager(str(tmp_path / "notify")) as listener, RunningKiosk(tmp_path, *nowhere) as kiosk:
        end, told = time.monotonic() + 30, heard(listener)
        while not any("camera: " in line for line in told):
            assert time.monotonic() < end, told
            told = heard(listener)
        for _ in range(6):
            assert "WATCHDOG=1" in heard(listener)
        kiosk.interrupt()
