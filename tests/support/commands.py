"""`moodlift-train` and `moodlift-convert` as tests run them: each in a process of its own.

TensorFlow takes ten seconds to load, and would break `tflite-runtime` for every test after it. So
one process loads it, and whatever needs it is a fork of that one.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from multiprocessing import forkserver
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext, ForkServerProcess

PATIENCE = 250
"""Seconds that a command may take on a machine that is busy with something else."""
CODE = "-c"
OUT, ERR = "out", "err"

Command = tuple[str, ...]
"""`training` or `convert`, or CODE and a program, and the arguments."""


def command(package: str, *arguments: object) -> Command:
    return (package, *map(str, arguments))


@dataclass(frozen=True, slots=True)
class Running:
    """A command under way; what it prints goes to two files."""

    command: Command
    process: ForkServerProcess
    out: Path
    err: Path

    def wait(self) -> subprocess.CompletedProcess[str]:
        """Let it end. Raises subprocess.TimeoutExpired, and ends it, when it takes too long."""
        self.process.join(PATIENCE)
        if self.process.is_alive():
            self.kill()
            raise subprocess.TimeoutExpired(self.command, PATIENCE, self.out.read_bytes())
        code = self.process.exitcode
        assert code is not None
        return subprocess.CompletedProcess(
            self.command, code, self.out.read_text("utf-8"), self.err.read_text("utf-8")
        )

    def kill(self) -> int | None:
        """Kill it; return its exit code, -SIGKILL unless it had ended by itself."""
        self.process.kill()
        self.process.join()
        return self.process.exitcode


def start(given: Command, folder: Path) -> Running:
    """Start a command that prints to files in a folder."""
    process = _context().Process(target=_main, args=(given, folder))
    process.start()
    return Running(given, process, folder / OUT, folder / ERR)


def run(given: Command) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, as `subprocess.run` does."""
    with tempfile.TemporaryDirectory() as folder:
        return start(given, Path(folder)).wait()


def run_all(*given: Command) -> list[subprocess.CompletedProcess[str]]:
    """Run two at a time."""
    _context()
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, given))


@cache
def _context() -> ForkServerContext:
    """Start the process that loads what all need: `preload`, which lies in this folder."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.support.preload"])
    with mock.patch.dict(os.environ, PYTHONPATH=str(Path(__file__).parents[2])):
        forkserver.ensure_running()
    return context


def _main(given: Command, folder: Path) -> None:
    for name, number in ((OUT, sys.stdout.fileno()), (ERR, sys.stderr.fileno())):
        with (folder / name).open("wb") as file:
            os.dup2(file.fileno(), number)
    # A forkserver's process ends without tidying: what TensorFlow leaves goes with the folder.
    tempfile.tempdir = str(folder)
    what, *arguments = given
    if what == CODE:
        program, *sys.argv[1:] = arguments
        exec(program, {"__name__": "__main__"})
        return
    sys.exit(import_module(f"{what}.cli").main(arguments))
