"""A small kiosk for the web page to look at: real messages and memory, no camera."""

from __future__ import annotations

import contextlib
import http.client
import random
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import cv2
import numpy as np
import pytest

from device.config.schema import Config, FeedbackConfig
from device.config.settings import Settings
from device.control.commands import CommandQueue
from device.control.status import Status
from device.deployment.models import Models
from device.drift import DriftMonitor
from device.errors import BundleError, ProbeError, VisionBusy
from device.feedback import FeedbackRecorder
from device.hardware.board import Reading
from device.hardware.probe import Choice, Probe
from device.messages import (
    Box,
    Face,
    Fault,
    Frame,
    FrameResult,
    Health,
    Level,
    Mood,
    Point,
    Timings,
)
from device.system.files import write_private
from device.system.latest import Latest
from device.vision.preview import Preview
from device.web import AuthService, KioskServices, Server, create_app
from tests.support.drift_days import day
from tests.support.visits import browser, scheme, visit

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from numpy.typing import NDArray

__all__ = ["browser", "scheme", "visit"]

HAPPY = (0.02, 0.01, 0.01, 0.87, 0.02, 0.04, 0.03)


LANDMARKS = (Point(250, 170), Point(310, 170), Point(280, 200), Point(280, 233), *[Point(0, 0)] * 2)


def face(number: int = 1) -> Face:
    return Face(number, Box(200, 120, 160, 160), 0.93, LANDMARKS, HAPPY)


class FakeProbe(Probe):
    """Knows cameras and sound devices, of which those named bad do not work."""

    def __init__(self) -> None:
        super().__init__(Config(), Path("chime.ogg"))
        self.tried: list[str] = []

    def cameras(self) -> list[Choice]:
        return [
            Choice("picamera2", "Pi camera", in_use=True),
            Choice("usb:Good", "Good (/dev/video0)"),
            Choice("usb:Bad", "Bad (/dev/video2)"),
        ]

    def speakers(self) -> list[Choice]:
        return [Choice("", "the system's choice (HDMI)", True), Choice("Bad", "Bad box")]

    def picture(self, source: str) -> bytes:
        self.tried.append(source)
        if source != "usb:Good":
            raise ProbeError(f"{source}: not connected")
        image = np.full((120, 160, 3), 90, np.uint8)
        return cv2.imencode(".jpg", image)[1].tobytes()

    def play(self, device: str) -> str:
        self.tried.append(device)
        raise ProbeError(f"{device} cannot be opened: it is busy")


@dataclass
class Kiosk:
    """Publishes what a test wants the page to see; `fault` is what classifying raises."""

    preview: Preview
    status: Latest[Status] = field(default_factory=lambda: Latest(sample()))
    frame_result: Latest[FrameResult | None] = field(default_factory=lambda: Latest(None))
    history: Path = Path("none")
    commands: CommandQueue = field(default_factory=CommandQueue)
    settings: Settings = field(default_factory=Settings)
    probe: FakeProbe = field(default_factory=FakeProbe)
    feedback: FeedbackRecorder = field(
        default_factory=lambda: FeedbackRecorder(FeedbackConfig(enabled=False), Path("none"))
    )
    models: Models = field(default_factory=Models)
    drift: DriftMonitor = field(default_factory=lambda: DriftMonitor(Path("none"), enabled=False))
    fault: Exception | None = None
    delay: float = 0.0
    classified: list[tuple[int, ...]] = field(default_factory=list)
    number: int = 0

    def services(self, viewers: int = 4) -> KioskServices:
        return KioskServices(
            status=self.status,
            frame_result=self.frame_result,
            preview=self.preview,
            classify=self.classify,
            commands=self.commands,
            history=self.history,
            viewers=viewers,
            blurred=False,
            settings=self.settings,
            probe=self.probe,
            feedback=self.feedback,
            models=self.models,
            drift=self.drift,
        )

    def classify(self, image: NDArray[np.uint8]) -> FrameResult:
        self.classified.append(image.shape)
        time.sleep(self.delay)
        if self.fault:
            raise self.fault
        height, width = image.shape[:2]
        return FrameResult(1, 0.0, 0.1, width, height, (face(),), Timings(1, 2, 3, 4))

    def film(self, image: NDArray[np.uint8] | None = None) -> None:
        """Write one new frame of 640 x 480 (or the given one) and its frame result."""
        self.number += 1
        if image is None:
            image = np.full((480, 640, 3), 90, np.uint8)
            cv2.circle(image, (40 + self.number * 7 % 560, 240), 30, (200, 180, 60), -1)
        now = time.monotonic()
        height, width = image.shape[:2]
        # The result first: who reads the frame at once finds its faces.
        self.frame_result.publish(FrameResult(self.number, now, now, width, height, (face(),)))
        self.preview.write(Frame(image, self.number, now))

    @contextlib.contextmanager
    def filming(self, rate: float = 30.0) -> Iterator[None]:
        """Write frames all the time."""
        stop = threading.Event()

        def run() -> None:
            while not stop.wait(1 / rate):
                if self.preview.wanted:
                    self.film()

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


def sample(emotion: str | None = "happy", uptime: float = 3725.0, **changes: object) -> Status:
    """A kiosk that does well."""
    values: dict[str, Any] = {
        "time": 100.0,
        "uptime": uptime,
        "version": "0.1.0",
        "model": "emotion-3",
        "camera": "USB camera",
        "mood": Mood(emotion, 88.0, 1 if emotion else 0, HAPPY if emotion else ()),
        "frame_result": FrameResult(7, 99.8, 99.9, 640, 480, (face(),) if emotion else ()),
        "rate": 12.3,
        "frame_age": 0.084,
        "stage_rate": 29.9,
        "music": "Sunrise",
        "volume": 0.7,
        "health": (
            Health("camera", Level.OK, "USB camera, 640 x 480 at 30", 1.0),
            Health("sound", Level.OK, "plays on the HDMI output", 1.0),
        ),
        "faults": (
            Fault("sound", Level.FAILED, "no sound device; trying again", 90.0),
            Fault("camera", Level.FAILED, "camera is unplugged", 10.0, 22.0),
        ),
        "machine": Reading(52.1, (), 12_000_000_000),
    }
    return Status(**(values | changes))


@pytest.fixture
def make_status() -> Callable[..., Status]:
    return sample


def settings_in(folder: Path) -> Settings:
    """The settings of a kiosk with a configuration file and state in a folder."""
    file = folder / "config.toml"
    file.write_text("# of somebody\n[sound]\nvolume = 0.5\n", "utf-8")
    return Settings(file, folder / "state" / "moodlift")


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    preview = Preview()
    recorder = FeedbackRecorder(FeedbackConfig(), tmp_path / "kept")
    recorder.start()
    monitor = DriftMonitor(tmp_path / "kept")
    yield Kiosk(preview, settings=settings_in(tmp_path), feedback=recorder, drift=monitor)
    monitor.close()
    recorder.close()
    preview.close()


@pytest.fixture
def drifted(tmp_path: Path) -> None:
    """Twelve days, dark since the ninth."""
    rng = random.Random(1)
    for number in range(20_400, 20_412):
        one = day(number, rng, brightness=110.0 if number < 20_408 else 50.0)
        write_private(tmp_path / "kept" / "drift" / f"{number:06}-0.4.0.json", one.as_json())


@pytest.fixture
def auth() -> AuthService:
    """The way in; `kiosk` is one of the machine's names."""
    return AuthService.create(None, ("kiosk",))


@pytest.fixture
def token(auth: AuthService) -> str:
    return auth.sessions.token


@pytest.fixture
def png() -> bytes:
    return cv2.imencode(".png", np.zeros((32, 32, 3), np.uint8))[1].tobytes()


@pytest.fixture
def app(kiosk: Kiosk, auth: AuthService) -> Flask:
    return create_app(kiosk.services(), auth)


@pytest.fixture
def nobody(app: Flask) -> FlaskClient:
    """Somebody on the network."""
    return app.test_client()


@pytest.fixture
def client(app: Flask, auth: AuthService) -> FlaskClient:
    """The owner's program."""
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {auth.sessions.token}"
    return client


@pytest.fixture
def server(app: Flask) -> Iterator[Server]:
    server = Server(app, "127.0.0.1", 0)
    server.start()
    yield server
    server.stop()


class Guest:
    """A browser's connection to a server, at the level of HTTP."""

    def __init__(self, address: str, token: str, source: str = "") -> None:
        parts = urlsplit(address)
        self.headers = {"Authorization": f"Bearer {token}"}
        self.connection = http.client.HTTPConnection(
            parts.hostname or "", parts.port, timeout=10, source_address=(source, 0)
        )
        self._socket: socket.socket | None = None
        self._answer: http.client.HTTPResponse | None = None

    def get(self, path: str) -> http.client.HTTPResponse:
        self.ask("GET", path)
        return self.answer()

    def post(self, path: str, body: bytes) -> http.client.HTTPResponse:
        self.ask("POST", path, body)
        return self.answer()

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> None:
        """Send a request as the owner, without waiting for its answer."""
        self.connection.request(method, path, body, self.headers, **options)

    def answer(self) -> http.client.HTTPResponse:
        self._socket = self.connection.sock
        self._answer = self.connection.getresponse()
        return self._answer

    def leave(self) -> None:
        """Hang up, also in the middle of a stream."""
        if self._answer:
            self._answer.close()
        if self._socket:
            self._socket.close()
        self.connection.close()


@pytest.fixture
def guest(server: Server, auth: AuthService) -> Iterator[Callable[..., Guest]]:
    """Makes connections to the server, from any address of this machine; closes them at the end."""
    guests: list[Guest] = []

    def make(source: str = "") -> Guest:
        guests.append(Guest(server.address, auth.sessions.token, source))
        return guests[-1]

    yield make
    for one in guests:
        one.leave()


@pytest.fixture(params=[VisionBusy("vision is starting"), BundleError("no model is installed")])
def unable(request: pytest.FixtureRequest) -> Exception:
    fault: Exception = request.param
    return fault
