"""Whole kiosks, as processes of their own: offscreen and silent, driven from outside."""

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import psutil

from tests.support.waiting import PATIENCE, until

PORTS = 1000


def free_port() -> int:
    """Return a port that nothing listens on, and that no other test worker is given."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    # Below those that the kernel gives to outgoing connections.
    first = 10_000 + worker % 20 * PORTS
    ports = random.SystemRandom().sample(range(first, first + PORTS), PORTS)
    return next(port for port in ports if _free(port))


def _free(port: int) -> bool:
    with socket.socket() as probe, contextlib.suppress(OSError):
        probe.bind(("127.0.0.1", port))
        return True
    return False


class RunningKiosk:
    """A `moodlift` process; its status page is at `address`.

    `prefix` is a command that becomes the kiosk, such as one that changes what it finds.
    """

    def __init__(
        self,
        folder: Path,
        *arguments: str | Path,
        command: str = "demo",
        silent: bool = True,
        port: int | None = None,
        prefix: Sequence[str] = (),
    ) -> None:
        self.port = port or free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.screenshot = folder / "screenshot.png"
        self.report = folder / "report.json"
        words = [sys.executable, "-m", "device", command, "--display", "offscreen"]
        words += ["--screenshot", str(self.screenshot), "--report", str(self.report)]
        if command == "demo":
            words += ["--port", str(self.port)]
            words += ["--silent"] if silent else []
        self.output = folder / "output.txt"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [*prefix, *words, *map(str, arguments)],
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, "XDG_STATE_HOME": str(folder / "state")},
            )

    def status(self) -> dict[str, Any]:
        """Return what the page's API says now."""
        with urllib.request.urlopen(f"{self.address}/api/v1/status", timeout=5) as answer:
            told: dict[str, Any] = json.load(answer)
            return told

    def wait_for(self, **wanted: Any) -> dict[str, Any]:
        """Return the first status that has these values."""
        status: dict[str, Any] = {}

        def found() -> bool:
            assert self.process.poll() is None, self.text()
            with contextlib.suppress(OSError):
                status.update(self.status())
            return bool(status) and all(status[key] == value for key, value in wanted.items())

        until(found, seen=lambda: f"not {wanted}: {status}\n{self.text()}", pause=0.1)
        return status

    def family(self) -> list[psutil.Process]:
        """Return the kiosk's own process and all its children."""
        me = psutil.Process(self.process.pid)
        return [me, *me.children(recursive=True)]

    def interrupt(self) -> None:
        """Press Ctrl-C: the signal goes to the whole process group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def text(self) -> str:
        """Return all that was printed."""
        return self.output.read_text("utf-8", "replace")

    def ended(self) -> int:
        """Wait until it ends by itself; return its exit code."""
        return self.process.wait(PATIENCE)

    def printed(self, name: str) -> str:
        """Wait for a line that begins with a name; return the word after it."""

        def word() -> str:
            lines = self.text().splitlines(keepends=True)
            whole = (line for line in lines if line.startswith(name) and line.endswith("\n"))
            return next((line.removeprefix(name).split()[0] for line in whole), "")

        return until(word, seen=self.text)

    def told(self) -> dict[str, Any]:
        """Return the report that was left behind."""
        report: dict[str, Any] = json.loads(self.report.read_text("utf-8"))
        return report

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextlib.contextmanager
def taken_port() -> Iterator[int]:
    """Hold a port that somebody else listens on."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]
