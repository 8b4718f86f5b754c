"""Runs a function in a child process that may hang, crash or take too much, and is then killed."""

from __future__ import annotations

import math
import multiprocessing
import resource
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from device.errors import MoodliftError, SandboxError

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

Answer = TypeVar("Answer")

START_SECONDS = 15.0
"""How long a child may take to start: a Pi reads its libraries from an SD card."""
END_SECONDS = 1.0
"""How long to wait for a killed child: one that waits in a driver does not end at once."""
SPAWN = multiprocessing.get_context("spawn")


def call(
    work: Callable[..., Answer],
    arguments: tuple[object, ...],
    seconds: float,
    memory: int | None = None,
) -> Answer:
    """Return what `work` returns in a child within some seconds.

    With `memory` the child may allocate that many bytes beyond those it starts with, and write no
    file. Raises the MoodliftError that `work` raises, or SandboxError when there is no result.
    """
    receiver, sender = SPAWN.Pipe(duplex=False)
    given = (sender, work, arguments, seconds, memory)
    process = SPAWN.Process(target=_child, args=given, daemon=True)
    process.start()
    sender.close()
    try:
        if not receiver.poll(START_SECONDS + seconds):
            raise SandboxError("busy", "the machine is too busy")
        answer: Any = receiver.recv()
    except EOFError as error:
        process.join(END_SECONDS)
        if process.exitcode in (-signal.SIGALRM, -signal.SIGXCPU):
            raise SandboxError("slow", f"no answer within {seconds:.0f} s") from error
        raise SandboxError("crashed", "it crashed") from error
    finally:
        process.kill()
        process.join(END_SECONDS)
        receiver.close()
    if isinstance(answer, MoodliftError):
        raise answer
    return answer  # type: ignore[no-any-return]  # it came through the pipe from `work`


def _child(
    sender: Connection,
    work: Callable[..., object],
    arguments: tuple[object, ...],
    seconds: float,
    memory: int | None,
) -> None:
    # Ends this process even inside a driver that blocks, and when the kiosk is gone.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(math.ceil(seconds))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if memory is not None:
        _confine(math.ceil(seconds), memory)
    try:
        sender.send(work(*arguments))
    except MoodliftError as error:
        sender.send(error)
    except MemoryError:
        sender.send(SandboxError("crashed", "it takes too much memory"))


def _confine(seconds: int, memory: int) -> None:
    taken = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    limits = {resource.RLIMIT_AS: taken + memory, resource.RLIMIT_FSIZE: 0, resource.RLIMIT_CORE: 0}
    for kind, limit in limits.items():
        resource.setrlimit(kind, (limit, limit))
    # The first limit says SIGXCPU, which tells why; what was used to start does not count.
    used = math.ceil(time.process_time())
    resource.setrlimit(resource.RLIMIT_CPU, (used + seconds, used + seconds + 1))
