"""The kiosk's side of vision: starts the worker process, and restarts it when it dies or hangs."""

from __future__ import annotations

import itertools
import logging
import multiprocessing
from concurrent.futures import CancelledError, Future
from typing import TYPE_CHECKING

from device import images
from device.errors import VisionBusy
from device.messages import FrameResult, Level
from device.system.backoff import Backoff
from device.system.latest import Latest
from device.vision import pipeline
from device.vision.preview import Preview
from device.vision.protocol import (
    ClassifyRequest,
    CropRequest,
    PartStatus,
    Pause,
    Response,
    SetRate,
    Stop,
)
from device.vision.worker_process import WorkerProcess

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from device.config.schema import CameraConfig, VisionConfig
    from device.vision.protocol import Candidates

log = logging.getLogger(__name__)

SILENCE_SECONDS, LONGEST_SILENCE = 4.0, 32.0
"""Longest time between two messages of a worker. The limit doubles, up to LONGEST_SILENCE, each
time that a worker is killed for it, because the machine may be slow rather than stuck."""
SETTLED_SECONDS = 30.0
"""Time without a fault after which the back-off is reset."""
RESPONSE_SECONDS = 5.0
MAX_SIDE = 1600
"""Pixels on the longer side. Every face that can be detected is still larger than the crop."""


class Supervisor:
    """Keeps one worker process running. The kiosk's main loop calls `tick` often.

    `health` is the process's health; `camera` and `model_status` are what the worker reports.
    `restarts` counts the workers that failed, `blocks` those among them whose camera blocked.
    `tick` blocks only to join a killed worker: a few milliseconds, at most 2 s.
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
        self._process: WorkerProcess | None = None
        self._start_at = 0.0
        self._paused = False
        self._max_rate = vision.max_rate
        self._max_silence = SILENCE_SECONDS
        self._fault = ""
        self._request_ids = itertools.count(1)

    def tick(self, now: float) -> None:
        """Start a worker when it is due, and kill it when it is dead or stuck."""
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
            log.warning("vision: %s; starting it again in %.0f s", fault, wait)
        elif process.heartbeat and now - process.started > SETTLED_SECONDS:
            self._backoff.succeeded()
            if process.longest_silence < SILENCE_SECONDS / 2:
                self._max_silence = SILENCE_SECONDS
        self._report(now)

    def restart(self, now: float) -> None:
        """Replace the worker at the next `tick`; the new one chooses the model again."""
        if self._process:
            self._process.send(Stop())
            self._kill(self._process)
        self._backoff.succeeded()
        self._start_at, self._fault = now, ""

    def is_progressing(self, now: float) -> bool:
        """Return whether frames arrive, or the health reports why not: a fault, pause or start."""
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
        """The version of the model in use; empty before the worker has reported it."""
        process = self._process
        return process.heartbeat.version if process and process.heartbeat else ""

    @property
    def pid(self) -> int | None:
        """The process id of the present worker."""
        return self._process.process.pid if self._process else None

    def pause(self, paused: bool) -> None:
        """Close the camera, or open it again. Also applies to later workers."""
        self._paused = paused
        if self._process:
            self._process.send(Pause(paused))

    def set_rate(self, rate: float) -> None:
        """Limit the frames that are processed per second. Also applies to later workers."""
        if rate == self._max_rate:
            return
        self._max_rate = rate
        if self._process:
            self._process.send(SetRate(rate))

    def classify(self, image: NDArray[np.uint8]) -> FrameResult:
        """Return the faces of one BGR picture, uint8 (h, w, 3). May be called from any thread.

        Raises VisionBusy when the worker does not respond within 5 s.
        """
        process = self._process
        if process is None or process.heartbeat is None:
            raise VisionBusy("vision is starting; try again in a few seconds")
        shrunk, factor = images.shrink(image, MAX_SIDE)
        future = process.request(ClassifyRequest(next(self._request_ids), shrunk))
        try:
            response = future.result(RESPONSE_SECONDS)
        except (TimeoutError, CancelledError) as error:
            future.cancel()
            raise VisionBusy("vision is busy; try again in a few seconds") from error
        if response.frame_result is None:
            raise VisionBusy(response.error)
        height, width = image.shape[:2]
        return pipeline.scale_result(response.frame_result, factor, width, height)

    def request_crop(self) -> Future[Response]:
        """Request the crop of the largest face in the newest frame.

        The future is cancelled when the worker ends before it responds.
        """
        if self._process is None:
            cancelled: Future[Response] = Future()
            cancelled.cancel()
            return cancelled
        return self._process.request(CropRequest(next(self._request_ids)))

    def close(self) -> None:
        """End the worker and remove the shared memory."""
        if self._process:
            self._process.send(Stop())
            self._process.process.join(0.5)
            self._kill(self._process)
        self.frame_result.close()
        self.preview.close()

    def _start(self, now: float) -> None:
        self._process = WorkerProcess(
            self._spawn, self._worker_arguments, self.preview.share(), self.frame_result, now
        )
        if self._paused:
            self._process.send(Pause(True))
        if self._max_rate != self._configured_rate:
            self._process.send(SetRate(self._max_rate))

    def _kill(self, process: WorkerProcess) -> None:
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
            # Reported as a fault, so that the watchdog does not take the kiosk for hung.
            silent = process.is_silent(now, SILENCE_SECONDS)
            self.health = (Level.DEGRADED, "slow, or stuck") if silent else (Level.OK, "running")
            self.camera, self.model_status = process.heartbeat.camera, process.heartbeat.model
