"""One running vision worker, as the kiosk sees it."""

from __future__ import annotations

import contextlib
import logging
import signal
import threading
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING

from device.messages import FrameResult
from device.system.worker import Worker
from device.vision import worker
from device.vision.protocol import ClassifyRequest, CropRequest, Heartbeat, Response

if TYPE_CHECKING:
    import multiprocessing
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

    from device.config.schema import CameraConfig, VisionConfig
    from device.system.latest import Latest
    from device.vision.preview import PreviewHandle
    from device.vision.protocol import Candidates

START_SECONDS = 30.0
"""Longest time from the start of a worker to its first heartbeat. A Raspberry Pi reads the
libraries from an SD card."""
BLOCKED_SECONDS = 8.0
"""Longest time without a frame from an open camera."""
SEND_SECONDS = 0.2
"""A worker to which a message cannot be sent within this time counts as lost."""


@contextlib.contextmanager
def _sigint_blocked() -> Iterator[None]:
    """Block SIGINT, so that Ctrl-C does not reach a new process before it can ignore it."""
    previous = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, previous)


class WorkerProcess:
    """One running worker: its process, its pipe, and the thread that receives its messages."""

    def __init__(
        self,
        spawn: multiprocessing.context.SpawnContext,
        arguments: tuple[CameraConfig, VisionConfig, Candidates],
        preview: PreviewHandle,
        results: Latest[FrameResult | None],
        now: float,
    ) -> None:
        self.started = now
        self.heartbeat: Heartbeat | None = None
        self._last_message_at = now
        self.longest_silence = 0.0
        self._results = results
        self._lost = False
        self._pending: dict[int, Future[Response]] = {}
        self._send_lock = threading.Lock()
        self._pipe, theirs = spawn.Pipe()
        level = logging.getLogger().getEffectiveLevel()
        self.process = spawn.Process(
            target=worker.main,
            args=(*arguments, theirs, preview, level),
            name="vision",
            daemon=True,
        )
        with _sigint_blocked():
            self.process.start()
        theirs.close()
        self._receiver = Worker(self._receive, self._pipe, name="vision-receiver")
        self._receiver.start()

    def fault(self, now: float, max_silence: float) -> str:
        """Return why this worker must be killed; "" when it works."""
        if self._lost:
            self.process.join(0.2)
            return f"ended by itself (exit code {self.process.exitcode})"
        if self.heartbeat is None:
            return "did not start" if now - self.started > START_SECONDS else ""
        if self.is_silent(now, max_silence):
            return f"silent for {max_silence:.0f} s"
        if self.is_blocked:
            return f"camera blocked for {BLOCKED_SECONDS:.0f} s"
        return ""

    def is_silent(self, now: float, max_silence: float) -> bool:
        """Return whether no message came for `max_silence` seconds since the first heartbeat."""
        return (
            self.heartbeat is not None
            and not self._lost
            and now - self._last_message_at > max_silence
        )

    @property
    def is_blocked(self) -> bool:
        """Whether the camera's driver blocks the worker."""
        return self.heartbeat is not None and self.heartbeat.frame_age > BLOCKED_SECONDS

    def send(self, message: object) -> None:
        """Send a message; a worker that cannot take it counts as lost."""
        if not self._send_lock.acquire(timeout=SEND_SECONDS):
            self._lost = True
            return
        try:
            self._pipe.send(message)
        except OSError:
            self._lost = True
        finally:
            self._send_lock.release()

    def request(self, request: ClassifyRequest | CropRequest) -> Future[Response]:
        """Return the future response, which is cancelled when the worker is lost."""
        response: Future[Response] = Future()
        self._pending[request.id] = response
        self.send(request)
        if self._lost:
            response.cancel()
        return response

    def kill(self) -> None:
        """Kill the process and close the pipe."""
        self.process.kill()
        self.process.join(2.0)
        self._receiver.join(2.0)
        self._pipe.close()

    def _receive(self, pipe: Connection) -> None:
        try:
            while True:
                self._handle(pipe.recv())
        except (EOFError, OSError):
            self._lost = True
            for response in list(self._pending.values()):
                response.cancel()

    def _handle(self, message: object) -> None:
        now = time.monotonic()
        if self.heartbeat is not None:
            self.longest_silence = max(self.longest_silence, now - self._last_message_at)
        self._last_message_at = now
        match message:
            case FrameResult():
                self._results.publish(message)
            case Heartbeat():
                self.heartbeat = message
            case Response():
                future = self._pending.pop(message.id, None)
                if future is not None and future.set_running_or_notify_cancel():
                    future.set_result(message)
