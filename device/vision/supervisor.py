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

    from device.vision.preview import PreviewHandle
    from device.vision.protocol import VisionSettings

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
ANSWER_SECONDS = 5.0
LARGEST_PICTURE = 1600
"""Pixels on the longer side; a face that the detector can find is still larger than its crop."""
TELL_SECONDS = 0.2
"""An eye that cannot even be told something within this time is stuck."""


class Supervisor:
    """One eye after another. `tick` is called often by the kiosk's main loop.

    `health` is the process's; `camera` and `model_status` are what it says of those two.
    `restarts` counts the eyes that had to be ended, `blocks` those of them whose camera blocked.
    It waits only to bury an eye: a few milliseconds, or 2 s for one that even SIGKILL cannot end.
    """

    name = "vision"

    def __init__(self, settings: VisionSettings) -> None:
        self.health = Level.OK, "starting"
        self.camera = self.model_status = PartStatus(Level.OFF, "waits for vision")
        self.frame_result: Latest[FrameResult | None] = Latest(None)
        self.preview = Preview()
        self.restarts = 0
        self.blocks = 0
        self._settings = settings
        self._spawn = multiprocessing.get_context("spawn")
        self._backoff = Backoff()
        self._link: _Link | None = None
        self._start_at = 0.0
        self._paused = False
        self._rate = settings.max_rate
        self._silence = SILENCE_SECONDS
        self._fault = ""
        self._questions = itertools.count(1)

    def tick(self, now: float) -> None:
        """Start the eye when it is due, and end it when it is dead or stuck."""
        link = self._link
        if link is None:
            if now >= self._start_at:
                self._start(now)
            self._report(now)
            return
        fault = link.fault(now, self._silence)
        if fault:
            self.blocks += link.blocked
            if link.silent(now, self._silence):
                self._silence = min(2 * self._silence, LONGEST_SILENCE)
            self._end(link)
            self.restarts += 1
            wait = self._backoff.failed()
            self._start_at = now + wait
            self._fault = fault
            log.warning("eye: %s; starting it again in %.0f s", fault, wait)
        elif link.pulse and now - link.started > SETTLED_SECONDS:
            self._backoff.succeeded()
            if link.longest < SILENCE_SECONDS / 2:
                self._silence = SILENCE_SECONDS
        self._report(now)

    def renew(self, now: float) -> None:
        """End the eye, and start another, which looks anew which model is to serve."""
        if self._link:
            self._link.send(Stop())
            self._end(self._link)
        self._backoff.succeeded()
        self._start_at, self._fault = now, ""

    def advances(self, now: float) -> bool:
        """Tell whether frames come, or `health` says why none does: a fault, a pause, a start."""
        last = self.frame_result.get()
        if last is not None and now - last.captured_at < SILENCE_SECONDS:
            return True
        link = self._link
        if link is None or self.health[0] is not Level.OK:
            return self.health[0] is not Level.OK
        return link.pulse is None or any(
            status.level is not Level.OK for status in (self.camera, self.model_status)
        )

    @property
    def model(self) -> str:
        """The version of the model that serves; empty before it is known."""
        link = self._link
        return link.pulse.version if link and link.pulse else ""

    @property
    def pid(self) -> int | None:
        """The process that is the eye at present."""
        return self._link.process.pid if self._link else None

    def pause(self, paused: bool) -> None:
        """Close the camera, or open it again; also holds for the next eye."""
        self._paused = paused
        if self._link:
            self._link.send(Pause(paused))

    def look(self, rate: float) -> None:
        """Look so many times a second at most; also holds for the next eye."""
        if rate == self._rate:
            return
        self._rate = rate
        if self._link:
            self._link.send(SetRate(rate))

    def classify(self, image: NDArray[np.uint8]) -> FrameResult:
        """Look at one BGR picture (h, w, 3). For other threads.

        Raises VisionBusy when no answer comes within 5 s.
        """
        link = self._link
        if link is None or link.pulse is None:
            raise VisionBusy("the eye is starting; try again in a few seconds")
        small, factor = images.shrunk(image, LARGEST_PICTURE)
        asked = link.ask(ClassifyRequest(next(self._questions), small))
        try:
            answer = asked.result(ANSWER_SECONDS)
        except (TimeoutError, CancelledError) as error:
            asked.cancel()
            raise VisionBusy("the eye did not answer; try again in a few seconds") from error
        if answer.frame_result is None:
            raise VisionBusy(answer.error)
        return pipeline.enlarged(answer.frame_result, factor, image)

    def glance(self) -> Future[Response]:
        """Ask for the crop of the largest face now, which comes later; cancelled if never."""
        if self._link is None:
            nothing: Future[Response] = Future()
            nothing.cancel()
            return nothing
        return self._link.ask(CropRequest(next(self._questions)))

    def close(self) -> None:
        """End the eye and remove the shared memory."""
        if self._link:
            self._link.send(Stop())
            self._link.process.join(0.5)
            self._end(self._link)
        self.frame_result.close()
        self.preview.close()

    def _start(self, now: float) -> None:
        self._link = _Link(
            self._spawn, self._settings, self.preview.share(), self.frame_result, now
        )
        if self._paused:
            self._link.send(Pause(True))
        if self._rate != self._settings.max_rate:
            self._link.send(SetRate(self._rate))

    def _end(self, link: _Link) -> None:
        link.end()
        self._link = None

    def _report(self, now: float) -> None:
        link = self._link
        if link is None:
            wait = max(0.0, self._start_at - now)
            self.health = Level.FAILED, f"{self._fault}; starting it again in {wait:.0f} s"
            self.camera = self.model_status = PartStatus(Level.OFF, "waits for vision")
        elif link.pulse is None:
            again = f" again ({self._fault})" if self._fault else ""
            self.health = Level.DEGRADED if self._fault else Level.OK, f"starting{again}"
        else:
            self._fault = ""
            # Said in words, so that the watchdog does not take it for a kiosk that hangs.
            silent = link.silent(now, SILENCE_SECONDS)
            self.health = (Level.DEGRADED, "slow, or stuck") if silent else (Level.OK, "running")
            self.camera, self.model_status = link.pulse.camera, link.pulse.model


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    """Start a process that Ctrl-C does not reach, also before it can say so itself."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Link:
    """One running eye: its process, its pipe, and a thread that hears what it says."""

    def __init__(
        self,
        spawn: multiprocessing.context.SpawnContext,
        settings: VisionSettings,
        preview: PreviewHandle,
        frame_result: Latest[FrameResult | None],
        now: float,
    ) -> None:
        self.started = now
        self.pulse: Heartbeat | None = None
        self._heard = now
        self.longest = 0.0
        self._frame_result = frame_result
        self._gone = False
        self._asked: dict[int, Future[Response]] = {}
        self._sending = threading.Lock()
        self._pipe, theirs = spawn.Pipe()
        level = logging.getLogger().getEffectiveLevel()
        self.process = spawn.Process(
            target=worker.main, args=(settings, theirs, preview, level), name="eye", daemon=True
        )
        with _interrupts_held():
            self.process.start()
        theirs.close()
        self._receiver = Worker(self._receive, self._pipe, name="vision-receiver")
        self._receiver.start()

    def fault(self, now: float, silence: float) -> str:
        """Return in words why this eye must be ended, or nothing; it may be silent for so long."""
        if self._gone:
            self.process.join(0.2)
            return f"ended by itself (exit code {self.process.exitcode})"
        if self.pulse is None:
            return "did not start" if now - self.started > START_SECONDS else ""
        if self.silent(now, silence):
            return f"silent for {silence:.0f} s"
        if self.blocked:
            return f"camera blocked for {BLOCKED_SECONDS:.0f} s"
        return ""

    def silent(self, now: float, silence: float) -> bool:
        """Tell whether it has begun, and then said nothing for so many seconds."""
        return self.pulse is not None and not self._gone and now - self._heard > silence

    @property
    def blocked(self) -> bool:
        """Whether the camera's driver holds this eye up."""
        return self.pulse is not None and self.pulse.waiting > BLOCKED_SECONDS

    def send(self, order: object) -> None:
        """Tell the eye something; one that cannot be told is given up."""
        if not self._sending.acquire(timeout=TELL_SECONDS):
            self._gone = True
            return
        try:
            self._pipe.send(order)
        except OSError:
            self._gone = True
        finally:
            self._sending.release()

    def ask(self, question: ClassifyRequest | CropRequest) -> Future[Response]:
        """Return the eye's answer, which is cancelled when none will come."""
        answer: Future[Response] = Future()
        self._asked[question.id] = answer
        self.send(question)
        if self._gone:
            answer.cancel()
        return answer

    def end(self) -> None:
        """Kill the process and stop listening."""
        self.process.kill()
        self.process.join(2.0)
        self._receiver.join(2.0)
        self._pipe.close()

    def _receive(self, pipe: Connection) -> None:
        try:
            while True:
                self._take(pipe.recv())
        except (EOFError, OSError):
            self._gone = True
            for answer in list(self._asked.values()):
                answer.cancel()

    def _take(self, message: object) -> None:
        now = time.monotonic()
        if self.pulse is not None:
            self.longest = max(self.longest, now - self._heard)
        self._heard = now
        match message:
            case FrameResult():
                self._frame_result.publish(message)
            case Heartbeat():
                self.pulse = message
            case Response():
                asked = self._asked.pop(message.id, None)
                if asked is not None and asked.set_running_or_notify_cancel():
                    asked.set_result(message)
