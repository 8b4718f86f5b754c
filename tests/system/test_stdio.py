"""Commands whose standard input, output and error are closed, odd or broken, in their processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.pipes import broken_pipe

PRINT = """
import os, sys
from device.system import stdio

def command():
    number = os.open(os.devnull, os.O_RDONLY)
    print("\\N{SNOWMAN} caf\\u00e9 \\udcff", *sys.argv[1:])
    print("and error \\N{SNOWMAN}", file=sys.stderr)
    sys.stdin.read()
    return 3 if number > 2 else 4

sys.exit(stdio.run(command))
"""


def shell(
    line: str, *, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run a line of sh in which "$@" is the program above."""
    command = ["sh", "-c", line, "sh", sys.executable, "-c", PRINT]
    return subprocess.run(
        command,
        input=b"",
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONUNBUFFERED": "", **(environment or {})},
    )


@pytest.mark.parametrize(
    ("encoding", "snowman", "accent"),
    [("utf-8", "\N{SNOWMAN}".encode(), "é".encode()), ("ascii", b"\\u2603", b"\\xe9"),
     ("latin-1", b"\\u2603", b"\xe9")],
)  # fmt: skip
def test_what_an_encoding_lacks_is_escaped(encoding: str, snowman: bytes, accent: bytes) -> None:
    done = shell('"$@"', environment={"PYTHONIOENCODING": encoding})
    assert done.returncode == 3, done.stderr
    assert done.stdout == snowman + b" caf" + accent + b" \\udcff\n"
    assert done.stderr == b"and error " + snowman + b"\n"


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-"])
def test_what_is_closed_is_never_another_file(closed: str) -> None:
    done = shell(f'"$@" {closed}')
    assert done.returncode == 3, done.stderr
    assert b"Traceback" not in done.stderr
    assert done.stdout == (b"" if " >&-" in f" {closed}" else "\N{SNOWMAN} café \\udcff\n".encode())


@pytest.mark.parametrize("both", [False, True])
def test_a_reader_that_has_gone_is_no_fault(both: bool) -> None:
    with broken_pipe() as pipe:
        done = subprocess.run(
            [sys.executable, "-c", PRINT],
            stdin=subprocess.DEVNULL,
            stdout=pipe,
            stderr=pipe if both else subprocess.PIPE,
            check=False,
            env={**os.environ, "PYTHONUNBUFFERED": ""},
        )
    assert done.returncode == 0
    assert done.stderr == (None if both else "and error \N{SNOWMAN}\n".encode())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_an_output_that_is_full_is_one_line() -> None:
    done = shell('"$@" > /dev/full')
    assert done.returncode == 2
    assert done.stderr.endswith(b"\nstdout: No space left on device\n")
    assert b"Traceback" not in done.stderr
