"""Processes that are killed at any moment: the vision worker, and the kiosk while it writes."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from device import history
from device.config.schema import CameraConfig, VisionConfig
from device.config.settings import Settings
from device.models.store import candidates
from device.system.backoff import Backoff
from device.vision import supervisor as supervisors
from device.vision.supervisor import Supervisor
from device.web.auth import sessions
from tests.healing.conftest import rounds
from tests.support.kiosks import RunningKiosk
from tests.support.supervisors import sees_on
from tests.support.waiting import until

if TYPE_CHECKING:
    import psutil

WRITE = """
import sys
from collections import Counter
from pathlib import Path
from device.history.store import FILE, HistoryStore
from device.history.tally import Minute
from device.config.settings import Settings
from device.web.auth import pairing
from device.web.auth.sessions import SessionStore

folder, number = Path(sys.argv[1]), int(sys.argv[2])
print("begun", flush=True)
sessions, settings = SessionStore(folder), Settings(None, folder)
store = HistoryStore(folder / FILE)
minute = number * 1000
while True:
    minute += 1
    store.add(Minute(minute, {"happy": 30.0}, 1, 1, Counter(celebrate=1)))
    sessions.close_session(sessions.open_session())
    pairing.write_code(folder)
    settings.change({"history.days": 1 + minute % 90, "stage.mirror": minute % 2 == 0})
"""


@pytest.mark.timeout(900)
def test_a_worker_that_is_killed_at_any_moment_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisors, "Backoff", lambda: Backoff(0.02, 0.05))
    rng = random.Random(6)
    supervisor = Supervisor(CameraConfig(source="fake:"), VisionConfig(), candidates)

    def poll(seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            supervisor.tick(time.monotonic())
            time.sleep(0.01)

    killed = rounds(20, 200)
    for _ in range(killed):
        poll(rng.uniform(0.0, 1.5))
        if supervisor.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(
                    supervisor.pid, rng.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGSEGV))
                )
        poll(0.1)
    files = len(list(Path("/proc/self/fd").iterdir()))
    sees_on(supervisor)
    assert supervisor.restarts >= 0.9 * killed
    assert files < 80
    supervisor.close()


@pytest.mark.timeout(900)
def test_whatever_is_killed_while_it_writes_leaves_whole_files(tmp_path: Path) -> None:
    rng = random.Random(7)
    kept, tokens = 0, set[str]()
    for number in range(rounds(25, 200)):
        with subprocess.Popen(
            [sys.executable, "-c", WRITE, str(tmp_path), str(number)], stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout
            assert writer.stdout.readline() == b"begun\n"
            time.sleep(rng.uniform(0.0, 0.25))
            writer.kill()
        tokens |= check(tmp_path)
        if (tmp_path / "history.sqlite").exists():
            rows = len(history.read_all(tmp_path / "history.sqlite"))
            assert rows >= kept
            kept = rows
    assert kept > number
    assert len(tokens) == 1, "the owner's programs are let in as before"


def until_gone(family: list[psutil.Process]) -> None:
    def gone() -> bool:
        return not any(one.is_running() and one.status() != "zombie" for one in family)

    until(gone)


@pytest.mark.timeout(rounds(900, 3600))
def test_a_whole_kiosk_that_is_killed_starts_again_with_whole_files(
    tmp_path: Path,
) -> None:
    rng, tokens = random.Random(8), set[str]()
    for _ in range(rounds(4, 200)):
        with RunningKiosk(tmp_path, "--camera", "fake:") as kiosk:
            kiosk.wait_for(level="ok")
            time.sleep(rng.uniform(0.0, 2.0))
            family = kiosk.family()
            kiosk.process.kill()
            kiosk.process.wait()
        tokens |= check(tmp_path / "state" / "moodlift")
        until_gone(family)
    assert len(tokens) == 1, "the owner's programs are let in as before"


def check(folder: Path) -> set[str]:
    """See that the database is whole, and the others can be read; return the owner's token."""
    path = folder / "history.sqlite"
    if path.exists():
        with contextlib.closing(sqlite3.connect(path)) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    read = {file.name: json.loads(file.read_text("utf-8")) for file in folder.rglob("*.json")}
    settings = Settings(None, folder)
    assert settings.fault == ""
    assert settings.editable()
    return {read[sessions.FILE]["token"]} if sessions.FILE in read else set()
