"""The eye: a child process that holds the camera and all vision, so that it can be killed.

Camera stacks block, and native code crashes; neither may take the show along.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2

from device.errors import BundleError, MoodliftError
from device.messages import Frame, Level
from device.system.malloc import return_large
from device.vision import alignment, model_loader
from device.vision.capture import CaptureThread
from device.vision.detector import Detector
from device.vision.pipeline import Pipeline
from device.vision.preview import Preview
from device.vision.protocol import (
    PULSE_SECONDS,
    ClassifyRequest,
    CropRequest,
    Heartbeat,
    PartStatus,
    Pause,
    Response,
    SetRate,
    Stop,
)
from device.vision.tracker import Tracker

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from device.messages import FrameResult
    from device.vision.bundle import Bundle
    from device.vision.preview import PreviewHandle
    from device.vision.protocol import VisionSettings

log = logging.getLogger(__name__)

MODEL_RETRY_SECONDS = 20.0
GLANCE_SECONDS = 2.0
"""After this long a frame is not what stands before the camera."""


def main(
    settings: VisionSettings, pipe: Connection, preview: PreviewHandle, log_level: int
) -> None:
    """Run the eye until it is told to stop or the kiosk is gone; the child's entry point."""
    # Ctrl-C reaches the whole process group; the kiosk alone decides when the eye ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # A stream of its own: stderr is shut while a runtime loads a model and greets.
    words = os.fdopen(os.dup(2), "w")
    logging.basicConfig(level=log_level, format="moodlift: eye: %(message)s", stream=words)
    return_large()
    cv2.setNumThreads(settings.threads or 2)
    VisionWorker(settings, pipe, Preview(preview)).run()


class VisionWorker:
    """Takes the newest frame, looks at it, and tells what it saw."""

    def __init__(self, settings: VisionSettings, pipe: Connection, preview: Preview) -> None:
        self._settings = settings
        self._pipe = pipe
        self._preview = preview
        self._wake = threading.Event()
        self._ordered = threading.Event()
        self._orders: deque[object] = deque()
        self._questions: deque[ClassifyRequest] = deque()
        self._grabber = CaptureThread(settings.camera, self._wake)
        self._tracker = Tracker()
        self._vision: Pipeline | None = None
        self._model = PartStatus(Level.DEGRADED, "model is being loaded")
        self._version = ""
        self._seen: tuple[Frame, FrameResult] | None = None
        self._load_at = 0.0
        self._pulse_at = 0.0
        self._look_at = 0.0
        self._rate = settings.max_rate

    def run(self) -> None:
        """Work until told to stop."""
        threading.Thread(target=self._listen, name="orders", daemon=True).start()
        self._grabber.start()
        try:
            while self.turn():
                pass
        except (BrokenPipeError, ConnectionResetError):
            pass
        # A camera thread may be stuck in a driver: nothing here is worth waiting for.
        logging.shutdown()
        os._exit(0)

    def turn(self) -> bool:
        """Do what is due; return False when told to stop. Visitors' pictures wait for frames."""
        if not self._obey():
            return False
        self._tend()
        self._look()
        if self._questions:
            self._pipe.send(self._answer(self._questions.popleft()))
        else:
            self._wait()
        return True

    def _listen(self) -> None:
        try:
            while True:
                self._orders.append(self._pipe.recv())
                self._ordered.set()
                self._wake.set()
        except (EOFError, OSError):
            os._exit(0)

    def _obey(self) -> bool:
        while self._orders:
            match self._orders.popleft():
                case Stop():
                    return False
                case Pause(paused):
                    self._grabber.pause(paused)
                    self._tracker = Tracker()
                    self._seen = None
                case SetRate(most):
                    self._rate = most
                case ClassifyRequest() as question:
                    self._questions.append(question)
                case CropRequest(id_):
                    self._pipe.send(self._glance(id_))
        return True

    def _tend(self) -> None:
        """Load the model when it is due, and say that all is well when that is due."""
        now = time.monotonic()
        if self._vision is None and now >= self._load_at:
            self._load_at = now + MODEL_RETRY_SECONDS
            self._load()
        if now >= self._pulse_at:
            self._pulse_at = now + PULSE_SECONDS
            grabber = self._grabber
            self._pipe.send(Heartbeat(grabber.part, self._model, self._version, grabber.waiting))

    def _load(self) -> None:
        threads = self._settings.threads or None
        try:
            classifier, bundle, faults = model_loader.load(self._settings.candidates(), threads)
            self._vision = Pipeline(Detector(threads), classifier)
        except MoodliftError as error:
            self._model = PartStatus(Level.FAILED, str(error))
            return
        self._version = bundle.version
        if faults:
            message = f"{bundle.path.name} serves instead: {faults}"
            self._model = PartStatus(Level.DEGRADED, message)
        else:
            self._model = PartStatus(Level.OK, _words(bundle))

    def _look(self) -> None:
        if time.monotonic() < self._look_at:
            return
        frame = self._grabber.take()
        if frame is None:
            return
        self._look_at = max(self._look_at, time.monotonic() - 0.1) + 1 / self._rate
        if self._preview.wanted:
            self._preview.write(frame)
        if self._vision is not None:
            frame_result = self._vision.follow(frame, self._tracker)
            self._seen = (frame, frame_result)
            self._pipe.send(frame_result)

    def _answer(self, question: ClassifyRequest) -> Response:
        if self._vision is None:
            return Response(question.id, None, self._model.message)
        try:
            frame = Frame(question.image, question.id, time.monotonic())
            return Response(question.id, self._vision.look(frame))
        except (BundleError, cv2.error, ValueError) as error:
            return Response(question.id, None, str(error))

    def _glance(self, id_: int) -> Response:
        if self._seen is None:
            return Response(id_, None)
        frame, frame_result = self._seen
        face = frame_result.largest
        if face is None or time.monotonic() - frame.captured_at > GLANCE_SECONDS:
            return Response(id_, None)
        aligned = alignment.align(frame.image, face.landmarks)
        return Response(id_, replace(frame_result, faces=(face,)), crop=aligned)

    def _wait(self) -> None:
        """Sleep until a frame or an order comes, a frame may be taken, or a pulse is due."""
        now = time.monotonic()
        if now < self._look_at:
            # No frame may be taken yet, but an order to pause or to stop must not wait.
            self._ordered.wait(min(self._look_at - now, PULSE_SECONDS))
            self._ordered.clear()
            return
        self._wake.wait(max(0.0, min(self._pulse_at - now, PULSE_SECONDS)))
        self._wake.clear()


def _words(bundle: Bundle) -> str:
    """Name a model, and what it is worth by its own manifest."""
    if bundle.accuracy is None:
        return bundle.path.name
    return f"{bundle.path.name}, right on {bundle.accuracy:.1%} of FER2013's PrivateTest"
