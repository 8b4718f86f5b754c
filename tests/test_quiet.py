"""A test that counts a second's frames is judged on a machine that was there to draw them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CONFTEST = Path(__file__).with_name("conftest.py")
TESTS = """
import psutil
import pytest


def runs(monkeypatch, stolen):
    before = psutil.cpu_times()
    now = before._replace(user=before.user + 1000, steal=before.steal + stolen)
    monkeypatch.setattr(psutil, "cpu_times", lambda: now)
    rate = 4
    assert rate > 5


@pytest.mark.quiet
@pytest.mark.parametrize("stolen", [0, 50, 1000])
def test_a_pace(monkeypatch, stolen):
    runs(monkeypatch, stolen)


def test_another(monkeypatch):
    runs(monkeypatch, 1000)
"""


def test_a_failure_on_a_machine_that_was_kept_away_is_not_judged(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST.read_text("utf-8"), "utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = quiet\n", "utf-8")
    (tmp_path / "test_pace.py").write_text(TESTS, "utf-8")
    command = [sys.executable, "-m", "pytest", "-vrs", "-p", "no:cacheprovider", str(tmp_path)]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    outcomes = [line.split()[1] for line in run.stdout.splitlines() if "%]" in line]
    assert outcomes == ["FAILED", "FAILED", "SKIPPED", "FAILED"], run.stdout
    assert "not judged, as the host kept back 5" in run.stdout
    assert "assert 4 > 5" in run.stdout.split("short test summary")[1]
