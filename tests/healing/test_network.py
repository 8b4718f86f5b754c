"""A network that is not there, and the silence of a kiosk on one that is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from faces import ASTRONAUT
from kiosks import free_port

from device.web.lan import ELSEWHERE

if TYPE_CHECKING:
    from pathlib import Path

CI = os.environ.get("CI") == "true"
CALLS = re.compile(r'(connect|sendto|sendmsg)\(.*sin6?_addr.*?"([0-9a-f.:]+)"', re.IGNORECASE)
"""A call that names another machine, as strace writes it."""
OURS = {"127.0.0.1", "::1", *(address for _, address in ELSEWHERE.values())}
"""To the last ones a socket is only connected, to see which way it would go; nothing is sent."""


def run(folder: Path, *before: str, seconds: int = 8) -> subprocess.CompletedProcess[str]:
    report = folder / "report.json"
    command = [
        *before, sys.executable, "-m", "device", "demo", "--camera", f"fake:{ASTRONAUT}",
        "--display", "offscreen", "--port", str(free_port()), "--seconds", str(seconds),
        "--report", str(report),
    ]  # fmt: skip
    environment = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=120, env=environment
    )


def need(program: str, *trial: str) -> None:
    """Skip the test, which CI must run, where a program is missing or may do nothing."""
    able = shutil.which(program)
    if able and trial:
        able = None if subprocess.run(trial, capture_output=True, check=False).returncode else able
    if not able:
        reason = f"{program} is missing, or may do nothing here"
        pytest.fail(reason) if CI else pytest.skip(reason)


def test_nothing_is_sent_to_anybody(tmp_path: Path) -> None:
    need("strace", "strace", "-f", "-o", str(tmp_path / "trial"), "true")
    trace = tmp_path / "trace"
    done = run(tmp_path, "strace", "-f", "-qq", "-e", "trace=%network", "-o", str(trace))
    assert done.returncode == 0, done.stderr
    text = trace.read_text("utf-8", "replace")
    called = {match[2] for line in text.splitlines() if (match := CALLS.search(line))}
    assert "bind(" in text, "the page's own calls are seen"
    assert called <= OURS
    for line in text.splitlines():
        if any(address in line for _, address in ELSEWHERE.values()):
            assert "connect(" in line


def test_without_any_network_the_show_goes_on(tmp_path: Path) -> None:
    need("unshare", "unshare", "-n", "true")
    done = run(tmp_path, "unshare", "-n")
    assert done.returncode == 0, done.stderr
    assert '"stage_hz"' in (tmp_path / "report.json").read_text("utf-8")
