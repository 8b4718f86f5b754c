"""The kiosk's side of the eye: start it, listen to it, kill it when it hangs, start it again."""

from __future__ import annotations

import contextlib
import itertools
import logging
import multiprocessing
import signal
import threading
import time
from concurrent.futures import CancelledError, Future
from typing import TYPE_CHECKING

from device import images
from device.errors import VisionBusy
from device.messages import FrameResult, Level
from device.system.backoff import Backoff
from device.system.latest import Latest
from device.system.worker import Worker
from device.vision import pipeline, worker
from device.vision.preview import Preview
from device.vision.protocol import (
    ClassifyRequest,
    CropRequest,
    Heartbeat,
    PartStatus,
    Pause,
    Response,
    SetRate,
    Stop,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

    import numpy as np
    from numpy.typing import NDArray

    from device.config.schema import CameraConfig, VisionConfig
    from device.vision.preview import PreviewHandle
    from device.vision.protocol import Candidates

log = logging.getLogger(__name__)

START_SECONDS = 30.0
"""How long an eye may take to its first sign of life: a Pi reads its libraries from an SD card."""
SILENCE_SECONDS, LONGEST_SILENCE = 4.0, 32.0
"""How long it may be silent after that. The limit doubles, up to the longest, with each eye that
was ended for it: a machine may be slow rather than stuck."""
BLOCKED_SECONDS = 8.0
"""How long its open camera may give no frame."""
SETTLED_SECONDS = 30.0
"""After how long without a fault the back-off begins anew."""
RESPONSE_SECONDS = 5.0
MAX_SIDE = 1600
"""Pixels on the longer side; a face that the detector can find is still larger than its crop."""
SEND_SECONDS = 0.2
"""An eye that cannot even be told something within this time is stuck."""


class Supervisor:
    """One eye after another. `tick` is called often by the kiosk's main loop.

    `health` is the process's; `camera` and `model_status` are what it says of those two.
    `restarts` counts the eyes that had to be ended, `blocks` those of them whose camera blocked.
    It waits only to bury an eye: a few milliseconds, or 2 s for one that even SIGKILL cannot end.
    """

    name = "vision"

    def __init__(self, camera: CameraConfig, vision: VisionConfig, candidates: Candidates) -> None:
        self.health = Level.OK, "starting"
        self.camera = self.model_status = PartStatus(Level.OFF, "waits for vision")
        self.frame_result: Latest[FrameResult | None] = Latest(None)
        self.preview = Preview()
        self.restarts = 0
        self.blocks = 0
        self._worker_arguments = camera, vision, candidates
        self._configured_rate = vision.max_rate
        self._spawn = multiprocessing.get_context("spawn")
        self._backoff = Backoff()
        self._process: _WorkerProcess | None = None
        self._start_at = 0.0
        self._paused = False
        self._max_rate = vision.max_rate
        self._max_silence = SILENCE_SECONDS
        self._fault = ""
        self._request_ids = itertools.count(1)

    def tick(self, now: float) -> None:
        """Start the eye when it is due, and end it when it is dead or stuck."""
        process = self._process
        if process is None:
            if now >= self._start_at:
                self._start(now)
            self._report(now)
            return
        fault = process.fault(now, self._max_silence)
        if fault:
            self.blocks += process.is_blocked
            if process.is_silent(now, self._max_silence):
                self._max_silence = min(2 * self._max_silence, LONGEST_SILENCE)
            self._kill(process)
            self.restarts += 1
            wait = self._backoff.failed()
            self._start_at = now + wait
            self._fault = fault
            log.warning("eye: %s; starting it again in %.0f s", fault, wait)
        elif process.heartbeat and now - process.started > SETTLED_SECONDS:
            self._backoff.succeeded()
            if process.longest_silence < SILENCE_SECONDS / 2:
                self._max_silence = SILENCE_SECONDS
        self._report(now)

    def restart(self, now: float) -> None:
        """End the eye, and start another, which looks anew which model is to serve."""
        if self._process:
            self._process.send(Stop())
            self._kill(self._process)
        self._backoff.succeeded()
        self._start_at, self._fault = now, ""

    def is_progressing(self, now: float) -> bool:
        """Tell whether frames come, or `health` says why none does: a fault, a pause, a start."""
        last = self.frame_result.get()
        if last is not None and now - last.captured_at < SILENCE_SECONDS:
            return True
        process = self._process
        if process is None or self.health[0] is not Level.OK:
            return self.health[0] is not Level.OK
        return process.heartbeat is None or any(
            status.level is not Level.OK for status in (self.camera, self.model_status)
        )

    @property
    def model(self) -> str:
        """The version of the model that serves; empty before it is known."""
        process = self._process
        return process.heartbeat.version if process and process.heartbeat else ""

    @property
    def pid(self) -> int | None:
        """The process that is the eye at present."""
        return self._process.process.pid if self._process else None

    def pause(self, paused: bool) -> None:
        """Close the camera, or open it again; also holds for the next eye."""
        self._paused = paused
        if self._process:
            self._process.send(Pause(paused))

    def set_rate(self, rate: float) -> None:
        """Look so many times a second at most; also holds for the next eye."""
        if rate == self._max_rate:
            return
        self._max_rate = rate
        if self._process:
            self._process.send(SetRate(rate))

    def classify(self, image: NDArray[np.uint8]) -> FrameResult:
        """Look at one BGR picture (h, w, 3). For other threads.

        Raises VisionBusy when no answer comes within 5 s.
        """
        process = self._process
        if process is None or process.heartbeat is None:
            raise VisionBusy("the eye is starting; try again in a few seconds")
        shrunk, factor = images.shrink(image, MAX_SIDE)
        future = process.request(ClassifyRequest(next(self._request_ids), shrunk))
        try:
            response = future.result(RESPONSE_SECONDS)
        except (TimeoutError, CancelledError) as error:
            future.cancel()
            raise VisionBusy("the eye did not answer; try again in a few seconds") from error
        if response.frame_result is None:
            raise VisionBusy(response.error)
        return pipeline.scale_result(response.frame_result, factor, image)

    def request_crop(self) -> Future[Response]:
        """Ask for the crop of the largest face now, which comes later; cancelled if never."""
        if self._process is None:
            cancelled: Future[Response] = Future()
            cancelled.cancel()
            return cancelled
        return self._process.request(CropRequest(next(self._request_ids)))

    def close(self) -> None:
        """End the eye and remove the shared memory."""
        if self._process:
            self._process.send(Stop())
            self._process.process.join(0.5)
            self._kill(self._process)
        self.frame_result.close()
        self.preview.close()

    def _start(self, now: float) -> None:
        self._process = _WorkerProcess(
            self._spawn, self._worker_arguments, self.preview.share(), self.frame_result, now
        )
        if self._paused:
            self._process.send(Pause(True))
        if self._max_rate != self._configured_rate:
            self._process.send(SetRate(self._max_rate))

    def _kill(self, process: _WorkerProcess) -> None:
        process.kill()
        self._process = None

    def _report(self, now: float) -> None:
        process = self._process
        if process is None:
            wait = max(0.0, self._start_at - now)
            self.health = Level.FAILED, f"{self._fault}; starting it again in {wait:.0f} s"
            self.camera = self.model_status = PartStatus(Level.OFF, "waits for vision")
        elif process.heartbeat is None:
            again = f" again ({self._fault})" if self._fault else ""
            self.health = Level.DEGRADED if self._fault else Level.OK, f"starting{again}"
        else:
            self._fault = ""
            # Said in words, so that the watchdog does not take it for a kiosk that hangs.
            silent = process.is_silent(now, SILENCE_SECONDS)
            self.health = (Level.DEGRADED, "slow, or stuck") if silent else (Level.OK, "running")
            self.camera, self.model_status = process.heartbeat.camera, process.heartbeat.model


@contextlib.contextmanager
def _sigint_blocked() -> Iterator[None]:
    """Start a process that Ctrl-C does not reach, also before it can say so itself."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _WorkerProcess:
    """One running eye: its process, its pipe, and a thread that hears what it says."""

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
            target=worker.main, args=(*arguments, theirs, preview, level), name="eye", daemon=True
        )
        with _sigint_blocked():
            self.process.start()
        theirs.close()
        self._receiver = Worker(self._receive, self._pipe, name="vision-receiver")
        self._receiver.start()

    def fault(self, now: float, max_silence: float) -> str:
        """Return in words why this eye must be ended, or nothing; it may be silent for so long."""
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
        """Tell whether it has begun, and then said nothing for so many seconds."""
        return (
            self.heartbeat is not None
            and not self._lost
            and now - self._last_message_at > max_silence
        )

    @property
    def is_blocked(self) -> bool:
        """Whether the camera's driver holds this eye up."""
        return self.heartbeat is not None and self.heartbeat.frame_age > BLOCKED_SECONDS

    def send(self, message: object) -> None:
        """Tell the eye something; one that cannot be told is given up."""
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
        """Return the eye's answer, which is cancelled when none will come."""
        response: Future[Response] = Future()
        self._pending[request.id] = response
        self.send(request)
        if self._lost:
            response.cancel()
        return response

    def kill(self) -> None:
        """Kill the process and stop listening."""
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
