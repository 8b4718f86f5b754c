"""The vision worker: a child process that owns the camera and the models.

Camera stacks block and native code crashes. The kiosk can kill this process and go on.
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
from device.system.worker import Worker
from device.vision import alignment, model_loader
from device.vision.capture import CaptureThread
from device.vision.detector import Detector
from device.vision.movement import MovementDetector
from device.vision.pipeline import Pipeline
from device.vision.preview import Preview
from device.vision.protocol import (
    HEARTBEAT_SECONDS,
    ClassifyRequest,
    CropRequest,
    Heartbeat,
    PartStatus,
    Pause,
    Response,
    SetRate,
    Stop,
)
from device.vision.still_schedule import StillSchedule
from device.vision.tracker import Tracker

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

    from device.config.schema import CameraConfig, VisionConfig
    from device.messages import FrameResult
    from device.vision.bundle import Bundle
    from device.vision.preview import PreviewHandle
    from device.vision.protocol import Candidates

log = logging.getLogger(__name__)

MODEL_RETRY_SECONDS = 20.0
CROP_MAX_AGE_SECONDS = 2.0
"""A frame older than this does not show who is in front of the camera now."""


def main(
    camera: CameraConfig,
    vision: VisionConfig,
    candidates: Candidates,
    pipe: Connection,
    preview: PreviewHandle,
    log_level: int,
) -> None:
    """Run the worker until it receives Stop or the kiosk is gone; the child's entry point."""
    # Ctrl-C reaches the whole process group; the kiosk alone decides when the worker ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # A copy of stderr: the original is silenced while a runtime loads a model.
    stream = os.fdopen(os.dup(2), "w", errors="backslashreplace")
    logging.basicConfig(level=log_level, format="moodlift: vision: %(message)s", stream=stream)
    return_large()
    cv2.setNumThreads(vision.threads or 2)
    VisionWorker(camera, vision, candidates, pipe, Preview(preview)).run()


class VisionWorker:
    """Takes the newest frame, finds and classifies its faces, and sends the result."""

    def __init__(
        self,
        camera: CameraConfig,
        vision: VisionConfig,
        candidates: Candidates,
        pipe: Connection,
        preview: Preview,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config = vision
        self._candidates = candidates
        self._pipe = pipe
        self._preview = preview
        self._clock = clock
        self._wake = threading.Event()
        self._message_received = threading.Event()
        self._inbox: deque[object] = deque()
        self._requests: deque[ClassifyRequest] = deque()
        self._stills = StillSchedule()
        self._capture = CaptureThread(camera, self._wake)
        self._tracker = Tracker()
        self._movement = MovementDetector()
        self._pipeline: Pipeline | None = None
        self._model_status = PartStatus(Level.DEGRADED, "model is being loaded")
        self._version = ""
        self._last: tuple[Frame, FrameResult] | None = None
        self._next_load_at = 0.0
        self._next_heartbeat_at = 0.0
        self._next_frame_at = 0.0
        self._max_rate = vision.max_rate

    def run(self) -> None:
        """Work until Stop is received."""
        Worker(self._receive, name="vision-inbox").start()
        self._capture.start()
        try:
            while self.step():
                pass
        except (BrokenPipeError, ConnectionResetError):
            pass
        # The capture thread may be stuck in a driver, so no thread is joined.
        logging.shutdown()
        os._exit(0)

    def step(self) -> bool:
        """Do what is due; return False after Stop. Camera frames precede visitors' pictures."""
        if not self._handle_messages():
            return False
        self._maintain()
        self._process_frame()
        if self._requests and not self._wait_for_stills():
            self._answer(self._requests.popleft())
        else:
            self._sleep()
        return True

    def _receive(self) -> None:
        try:
            while True:
                self._inbox.append(self._pipe.recv())
                self._message_received.set()
                self._wake.set()
        except (EOFError, OSError):
            os._exit(0)

    def _handle_messages(self) -> bool:
        while self._inbox:
            match self._inbox.popleft():
                case Stop():
                    return False
                case Pause(paused):
                    self._capture.pause(paused)
                    self._tracker, self._movement = Tracker(), MovementDetector()
                    self._last = None
                case SetRate(max_rate):
                    self._max_rate = max_rate
                case ClassifyRequest() as request:
                    self._requests.append(request)
                case CropRequest() as request:
                    self._pipe.send(self._crop(request))
        return True

    def _maintain(self) -> None:
        """Load the model and send a heartbeat, each when it is due."""
        now = self._clock()
        if self._pipeline is None and now >= self._next_load_at:
            self._next_load_at = now + MODEL_RETRY_SECONDS
            self._load_model()
        if now >= self._next_heartbeat_at:
            self._next_heartbeat_at = now + HEARTBEAT_SECONDS
            capture = self._capture
            self._pipe.send(
                Heartbeat(capture.status, self._model_status, self._version, capture.frame_age)
            )

    def _load_model(self) -> None:
        threads = self._config.threads or None
        try:
            folders = self._candidates(self._config.model)
            classifier, bundle, faults = model_loader.load(folders, threads)
            self._pipeline = Pipeline(Detector(threads), classifier)
        except MoodliftError as error:
            self._model_status = PartStatus(Level.FAILED, str(error))
            return
        self._version = bundle.version
        if faults:
            message = f"{bundle.path.name} serves instead: {faults}"
            self._model_status = PartStatus(Level.DEGRADED, message)
        else:
            self._model_status = PartStatus(Level.OK, _describe(bundle))

    def _process_frame(self) -> None:
        if self._clock() < self._next_frame_at:
            return
        frame = self._capture.pop_newest()
        if frame is None:
            return
        self._next_frame_at = max(self._next_frame_at, self._clock() - 0.1) + 1 / self._max_rate
        self._stills.record_frame(frame.number, frame.captured_at)
        if self._preview.wanted:
            self._preview.write(frame)
        if self._pipeline is not None:
            moved = self._movement.update(frame.image, frame.captured_at)
            frame_result = self._pipeline.process(frame, self._tracker)
            frame_result = replace(frame_result, motion=moved.share, motion_at=moved.at)
            self._last = (frame, frame_result)
            self._pipe.send(frame_result)

    def _wait_for_stills(self) -> float:
        """Return the seconds until a visitor's picture may be classified."""
        return self._stills.wait(self._clock(), self._next_frame_at)

    def _answer(self, request: ClassifyRequest) -> None:
        begun = self._clock()
        self._pipe.send(self._classify(request))
        self._stills.record_picture(begun, self._clock(), self._next_frame_at)

    def _classify(self, request: ClassifyRequest) -> Response:
        if self._pipeline is None:
            return Response(request.id, None, self._model_status.message)
        try:
            frame = Frame(request.image, request.id, self._clock())
            return Response(request.id, self._pipeline.detect_still(frame))
        except (BundleError, cv2.error, ValueError) as error:
            return Response(request.id, None, str(error))

    def _crop(self, request: CropRequest) -> Response:
        if self._last is None:
            return Response(request.id, None)
        frame, frame_result = self._last
        face = frame_result.largest
        if face is None or self._clock() - frame.captured_at > CROP_MAX_AGE_SECONDS:
            return Response(request.id, None)
        crop = alignment.align(frame.image, face.landmarks)
        return Response(request.id, replace(frame_result, faces=(face,)), crop=crop)

    def _sleep(self) -> None:
        """Sleep until a frame or message arrives, or a frame, heartbeat or picture is due."""
        now = self._clock()
        longest = HEARTBEAT_SECONDS
        if self._requests:
            longest = min(longest, self._wait_for_stills())
        if now < self._next_frame_at:
            # No frame may be processed yet, but Pause and Stop must not wait.
            self._message_received.wait(min(self._next_frame_at - now, longest))
            self._message_received.clear()
            return
        self._wake.wait(max(0.0, min(self._next_heartbeat_at - now, longest)))
        self._wake.clear()


def _describe(bundle: Bundle) -> str:
    """Return a model's name and its accuracy by its own manifest."""
    if bundle.accuracy is None:
        return bundle.path.name
    return f"{bundle.path.name}, right on {bundle.accuracy:.1%} of FER2013's PrivateTest"
