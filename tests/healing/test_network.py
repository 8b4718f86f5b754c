"""A network that is not there, and the silence of a kiosk on one that is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from device.web.server.lan import ELSEWHERE
from tests.support.faces import ASTRONAUT
from tests.support.kiosks import free_port
from tests.support.needs import need

if TYPE_CHECKING:
    from pathlib import Path

CALL = re.compile(r"\b(connect|sendto|sendmm?sg)\(")
ADDRESS = re.compile(r'(?:inet_addr\(|inet_pton\(AF_INET6, )"([0-9a-f.:]+)"')
"""What names another machine, as strace 6.1 writes it."""
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


def called(trace: str) -> set[str]:
    """Return the addresses that something was sent to, or was to be."""
    lines = [line for line in trace.splitlines() if CALL.search(line)]
    return {address for line in lines for address in ADDRESS.findall(line)}


FOUR = '{sa_family=AF_INET, sin_port=htons(9), sin_addr=inet_addr("198.51.100.7")}'
SIX = (
    "{sa_family=AF_INET6, sin6_port=htons(9), sin6_flowinfo=htonl(0), "
    'inet_pton(AF_INET6, "2001:db8::5", &sin6_addr), sin6_scope_id=0}'
)


@pytest.mark.parametrize(("where", "address"), [(FOUR, "198.51.100.7"), (SIX, "2001:db8::5")])
@pytest.mark.parametrize(
    "call",
    [
        "connect(3, {}, 28) = -1 EINPROGRESS (Operation now in progress)",
        'sendto(3, "x", 1, 0, {}, 28) = 1',
        'sendmsg(3, {{msg_name={}, msg_namelen=28, msg_iov=[{{iov_base="x", iov_len=1}}]}}, 0) = 1',
        "sendmmsg(3, [{{msg_hdr={{msg_name={}, msg_namelen=28}}, msg_len=1}}], 1, 0) = 1",
    ],
)
def test_a_call_to_somebody_is_seen(call: str, where: str, address: str) -> None:
    assert called(f"4302  {call.format(where)}") == {address}
    assert called(f"4302  getsockname(3, {where}, [28]) = 0") == set()


def test_nothing_is_sent_to_anybody(tmp_path: Path) -> None:
    need(shutil.which("strace"), "strace", "strace", "-f", "-o", str(tmp_path / "trial"), "true")
    trace = tmp_path / "trace"
    done = run(tmp_path, "strace", "-f", "-qq", "-e", "trace=%network", "-o", str(trace))
    assert done.returncode == 0, done.stderr
    text = trace.read_text("utf-8", "replace")
    assert "bind(" in text, "the page's own calls are seen"
    assert called(text) <= OURS
    for line in text.splitlines():
        if any(address in line for _, address in ELSEWHERE.values()):
            assert "connect(" in line


def test_without_any_network_the_show_goes_on(tmp_path: Path) -> None:
    need(shutil.which("unshare"), "unshare", "unshare", "-n", "true")
    done = run(tmp_path, "unshare", "-n")
    assert done.returncode == 0, done.stderr
    assert '"stage_hz"' in (tmp_path / "report.json").read_text("utf-8")
