"""One running vision worker, as the kiosk sees it."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import time
from concurrent.futures import Future
from multiprocessing import resource_tracker
from typing import TYPE_CHECKING

from device.messages import FrameResult
from device.system.worker import Worker
from device.vision import worker
from device.vision.outbox import Outbox
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
JOIN_SECONDS = 2.0


@contextlib.contextmanager
def _sigint_blocked() -> Iterator[None]:
    """Block SIGINT, so that Ctrl-C does not reach a new process before it can ignore it."""
    # Starting the tracker, as the first new process does, unblocks SIGINT (bpo-33613).
    resource_tracker.ensure_running()
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
        self._outbox = Outbox(self._pipe)
        self._outbox.start()
        self._receiver = Worker(self._receive, self._pipe, name="vision-receiver")
        self._receiver.start()

    def fault(self, now: float, max_silence: float) -> str:
        """Return why this worker must be killed; "" when it works."""
        if self._lost:
            self.process.join(0.2)
            code = self.process.exitcode
            return "closed its pipe" if code is None else f"ended by itself (exit code {code})"
        if self.heartbeat is None:
            return "did not start" if now - self.started > START_SECONDS else ""
        if self.is_silent(now, max_silence):
            return f"silent for {max_silence:.0f} s"
        if self.is_blocked:
            return f"camera blocked for {BLOCKED_SECONDS:.0f} s"
        return ""

    def is_silent(self, now: float, max_silence: float) -> bool:
        """Return whether no message came for `max_silence` seconds since the first heartbeat.

        One that has come, and is not read yet because the kiosk itself is slow, is no silence.
        """
        return (
            self.heartbeat is not None
            and not self._lost
            and now - self._last_message_at > max_silence
            and not self._pipe.poll()
        )

    @property
    def is_blocked(self) -> bool:
        """Whether the camera's driver blocks the worker."""
        return self.heartbeat is not None and self.heartbeat.frame_age > BLOCKED_SECONDS

    def send(self, message: object) -> None:
        """Send a small message; never waits."""
        self._outbox.send(message)

    def request(self, request: ClassifyRequest | CropRequest) -> Future[Response]:
        """Return the future response, which is cancelled when the worker is lost."""
        response: Future[Response] = Future()
        self._pending[request.id] = response
        response.add_done_callback(lambda _: self._pending.pop(request.id, None))
        if isinstance(request, ClassifyRequest):
            self._outbox.send_picture(request, response)
        else:
            self._outbox.send(request)
        if self._lost:
            response.cancel()
        return response

    def kill(self) -> None:
        """Kill the process and close the pipe."""
        self.process.kill()
        self.process.join(JOIN_SECONDS)
        # Ends both threads, even if SIGKILL has not ended the process, before the pipe is closed.
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(self._pipe.fileno())) as end:
            end.shutdown(socket.SHUT_RDWR)
        self._outbox.close()
        self._receiver.join(JOIN_SECONDS)
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
                self._outbox.record_response(message.id)
                future = self._pending.get(message.id)
                if future is not None and future.set_running_or_notify_cancel():
                    future.set_result(message)
