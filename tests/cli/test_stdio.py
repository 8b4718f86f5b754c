"""Every command with its output closed, in ASCII only, or cut off by its reader."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.faces import ASTRONAUT
from tests.support.pipes import broken_pipe

if TYPE_CHECKING:
    from pathlib import Path

QUICK = ("--help", "config --commented", "config --markdown", "check-config")
LONGER = (
    "--version", "config --schema", "pair", "pair --token", "feedback list", "feedback export -",
    "model list", "fleet id", "bench --help", f"see {ASTRONAUT} missing.png", "doctor",
    "bench --vision-only --runs 2", "render --scene happy --seconds 1 --output scene.png",
    "demo --silent --display offscreen --camera fake: --seconds 3",
)  # fmt: skip
COMMANDS = [*QUICK, *(pytest.param(one, marks=pytest.mark.slow) for one in LONGER)]
MODULES = [
    "device",
    *(pytest.param(one, marks=pytest.mark.slow) for one in ("training", "convert")),
]


def moodlift(
    arguments: str,
    folder: Path,
    closed: str = "",
    package: str = "device",
    stdout: int = subprocess.PIPE,
    **environment: str,
) -> subprocess.CompletedProcess[bytes]:
    """Run a command in a folder of its own, with what a shell's words close."""
    module = "device" if package == "device" else f"{package}.cli"
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, "-m", module, *arguments.split()],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
        cwd=folder,
        timeout=170,
        env={
            **os.environ,
            "XDG_STATE_HOME": str(folder / "state"),
            "PYTHONUNBUFFERED": "",  # what is printed is written at the end
            **environment,
        },
    )


def is_quiet(error: bytes) -> bool:
    return not any(
        words in error
        for words in (b"Traceback", b"Exception ignored", b"Error:", b"Logging error")
    )


def statuses(command: str) -> tuple[int, ...]:
    """Return the exit statuses of a command that is not disturbed."""
    # A machine may lack a part that the doctor looks for.
    return (2,) if "missing" in command else (0, 1) if command == "doctor" else (0,)


@pytest.fixture(autouse=True)
def path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands run in a folder of their own, and still find this program."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_reader_that_has_gone(tmp_path: Path, command: str) -> None:
    with broken_pipe() as pipe:
        done = moodlift(command, tmp_path, stdout=pipe)
    assert is_quiet(done.stderr), done.stderr
    assert done.returncode in (0, *statuses(command))


@pytest.mark.parametrize("package", MODULES)
def test_help_whose_reader_has_gone(tmp_path: Path, package: str) -> None:
    with broken_pipe() as pipe:
        done = moodlift("--help", tmp_path, package=package, stdout=pipe)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("command", COMMANDS)
def test_all_closed(tmp_path: Path, command: str) -> None:
    done = moodlift(command, tmp_path, "<&- >&- 2>&-")
    assert done.returncode in statuses(command)


@pytest.mark.parametrize("command", COMMANDS)
def test_ascii_only(tmp_path: Path, command: str) -> None:
    done = moodlift(command, tmp_path, PYTHONIOENCODING="ascii")
    assert is_quiet(done.stderr), done.stderr
    assert (done.stdout + done.stderr).isascii() or "export" in command
