"""The live picture: encoded once per frame, only while watched, and never a hanging request."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from tornado.iostream import StreamClosedError

from device.messages import Frame, FrameResult, Health, Level
from device.vision.annotate import COLOURS
from device.web import live_view, placeholder
from device.web.live_view import LiveView
from device.web.server.streams import pictures
from tests.support.waiting import until
from tests.web.conftest import face

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from device.control.status import Status
    from device.system.latest import Latest


def decoded(jpeg: bytes) -> NDArray[np.uint8]:
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return np.asarray(image, np.uint8)


def first(newest: Latest[bytes], serial: int = 0) -> NDArray[np.uint8]:
    got = newest.wait(serial, 3.0)
    assert got is not None
    return decoded(got[1])


def live_view_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "live-view"]


def until_encoded(view: LiveView, count: int) -> None:
    until(lambda: view.encoded == count, seen=lambda: view.encoded)


def test_each_frame_is_encoded_once_for_all_viewers(kiosk: Any) -> None:
    view = LiveView(kiosk.services())
    with view.watch() as one, view.watch() as two, view.watch() as three:
        assert one is two is three
        assert len(live_view_threads()) == 1
        for count in range(1, 6):
            kiosk.film()
            until_encoded(view, count)
            time.sleep(0.1)
        assert view.encoded == 5


def test_nobody_watching_costs_nothing(kiosk: Any) -> None:
    view = LiveView(kiosk.services())
    assert not kiosk.preview.wanted
    for _ in range(3):
        with view.watch() as newest:
            assert kiosk.preview.wanted
            kiosk.film()
            first(newest)
            with view.watch():
                pass
            assert kiosk.preview.wanted
        assert not kiosk.preview.wanted
        assert not live_view_threads()
    encoded = view.encoded
    kiosk.film()
    time.sleep(0.1)
    assert view.encoded == encoded


@pytest.mark.pace
def test_at_most_15_pictures_a_second(kiosk: Any) -> None:
    view = LiveView(kiosk.services())
    with kiosk.filming(60), view.watch():
        time.sleep(1.5)
    assert 8 <= view.encoded <= 15 * 1.5 + 2


def test_a_box_is_drawn_where_the_face_is(kiosk: Any) -> None:
    with LiveView(kiosk.services()).watch() as newest:
        kiosk.film(np.full((480, 640, 3), 90, np.uint8))
        image = first(newest)
    assert image.shape == (480, 640, 3)
    assert np.allclose(image[200, 200], COLOURS["happy"], atol=60)
    assert np.allclose(image[200, 280], 90, atol=6)


def test_a_box_fits_a_shrunk_preview(kiosk: Any) -> None:
    """Boxes are in pixels of the full frame; 1920 x 1080 is shown at half its size."""
    with LiveView(kiosk.services()).watch() as newest:
        kiosk.film(np.full((1080, 1920, 3), 90, np.uint8))
        image = first(newest)
    assert image.shape == (540, 960, 3)
    assert np.allclose(image[100, 100], COLOURS["happy"], atol=60)
    assert np.allclose(image[200, 200], 90, atol=6)


def stripes(height: int = 480, width: int = 640) -> NDArray[np.uint8]:
    """A picture with something to see everywhere: stripes of eight pixels."""
    image = np.full((height, width, 3), 30, np.uint8)
    image[:, np.arange(width) // 8 % 2 == 1] = 220
    return image


def detail(image: NDArray[np.uint8]) -> float:
    """How much there is to see, from 0 to 255."""
    return float(np.abs(np.diff(image.astype(int), axis=1)).max(axis=1).mean())


def test_faces_are_hidden_when_requested(kiosk: Any) -> None:
    view = LiveView(kiosk.services())
    view.blurred = True
    with view.watch() as newest:
        kiosk.film(stripes())
        hidden = first(newest)
        view.blurred = False
        kiosk.film(stripes())
        shown = first(newest, 1)
    inside, outside = np.s_[150:270, 210:350], np.s_[20:100, 420:620]
    assert detail(hidden[inside]) < 60
    assert detail(shown[inside]) > 120
    assert detail(hidden[outside]) > 120


def test_a_newcomer_is_hidden_from_the_first_frame_on(kiosk: Any) -> None:
    """Vision writes a frame before it processes it: its faces are not known until then."""
    view = LiveView(kiosk.services())
    view.blurred = True
    with view.watch() as newest:
        kiosk.film(stripes())
        kiosk.frame_result.publish(replace(kiosk.frame_result.get(), faces=()))
        until(lambda: view.encoded == 1)
        taken = time.monotonic()
        kiosk.preview.write(Frame(stripes(), 2, taken))
        for number in (2, 3):
            time.sleep(0.15)
            assert view.encoded == number - 1
            seen = FrameResult(number, taken, time.monotonic(), 640, 480, (face(),))
            # A slow vision worker takes the next frame at once.
            taken = time.monotonic()
            kiosk.preview.write(Frame(stripes(), number + 1, taken))
            kiosk.frame_result.publish(seen)
            until_encoded(view, number)
            assert detail(first(newest)[150:270, 210:350]) < 60
            assert detail(first(newest)[20:100, 420:620]) > 120


@pytest.mark.pace
def test_hidden_faces_keep_up_with_vision(kiosk: Any) -> None:
    """At its 15 frames a second, each of which is processed just as the next is written."""
    view = LiveView(kiosk.services())
    view.blurred = True
    with view.watch():
        taken = time.monotonic()
        kiosk.preview.write(Frame(stripes(), 1, taken))
        for number in range(2, 24):
            time.sleep(1 / 15)
            before, taken = taken, time.monotonic()
            kiosk.preview.write(Frame(stripes(), number, taken))
            seen = FrameResult(number - 1, before, taken, 640, 480, (face(),))
            kiosk.frame_result.publish(seen)
    assert view.encoded >= 16


def test_without_boxes_of_this_moment_everything_is_hidden(kiosk: Any) -> None:
    view = LiveView(kiosk.services())
    view.blurred = True
    with view.watch() as newest:
        kiosk.film(stripes())
        kiosk.frame_result.publish(
            replace(kiosk.frame_result.get(), captured_at=time.monotonic() - 5)
        )
        first(newest)
        kiosk.number += 1
        kiosk.preview.write(Frame(stripes(), kiosk.number, time.monotonic()))
        got = newest.wait(1, 3.0)
    assert got is not None
    assert detail(decoded(got[1])) < 100


def test_boxes_of_another_moment_are_left_out(kiosk: Any) -> None:
    with LiveView(kiosk.services()).watch() as newest:
        kiosk.film(np.full((480, 640, 3), 90, np.uint8))
        kiosk.frame_result.publish(
            replace(kiosk.frame_result.get(), captured_at=time.monotonic() - 5)
        )
        first(newest)
        kiosk.number += 1
        frame = Frame(np.full((480, 640, 3), 90, np.uint8), kiosk.number, time.monotonic())
        kiosk.preview.write(frame)
        got = newest.wait(1, 3.0)
    assert got is not None
    assert int(np.abs(decoded(got[1]).astype(int) - 90).max()) < 8


@pytest.mark.pace
def test_without_a_frame_there_is_a_picture_that_says_why(
    kiosk: Any, make_status: Callable[..., Status]
) -> None:
    fault = Health("camera", Level.FAILED, "camera is unplugged", 0.0)
    kiosk.status.publish(make_status(health=(fault,)))
    started = time.monotonic()
    view = LiveView(kiosk.services())
    with view.watch() as newest:
        image = first(newest)
        assert time.monotonic() - started < 1.5
        assert image.shape == (480, 640, 3)
        expected = placeholder.draw("No picture: camera is unplugged")
        assert float(np.abs(image.astype(int) - expected).mean()) < 3
        time.sleep(1.5)
    assert 2 <= view.encoded <= 3


def test_a_stale_frame_is_not_shown_as_live(kiosk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_view, "MAX_AGE_SECONDS", 0.2)
    kiosk.film(np.full((240, 320, 3), 90, np.uint8))
    time.sleep(0.3)
    with LiveView(kiosk.services()).watch() as newest:
        assert first(newest).shape == (480, 640, 3)
        kiosk.film(np.full((240, 320, 3), 90, np.uint8))
        assert first(newest, 1).shape == (240, 320, 3)


def test_a_paused_camera_shows_no_frame(kiosk: Any, make_status: Callable[..., Status]) -> None:
    kiosk.status.publish(make_status(paused=True))
    kiosk.film(np.full((240, 320, 3), 90, np.uint8))
    with LiveView(kiosk.services()).watch() as newest:
        assert first(newest).shape == (480, 640, 3)


def test_reasons(make_status: Callable[..., Status]) -> None:
    vision = Health("vision", Level.DEGRADED, "vision is starting", 0.0)
    assert live_view.reason(make_status(paused=True)) == "the camera is paused"
    assert live_view.reason(make_status(health=(vision,))) == "vision is starting"
    assert live_view.reason(make_status()) == "waiting for the camera"


@pytest.mark.parametrize("text", ["", "a", "long words " * 200, "x" * 500, "32 °C … 日本"])
def test_any_reason_can_be_drawn(text: str) -> None:
    image = placeholder.draw(text)
    assert image.shape == (480, 640, 3)
    assert image.dtype == np.uint8


def test_many_viewers_coming_and_going_leave_no_thread(kiosk: Any) -> None:
    view = LiveView(kiosk.services())

    def visit() -> None:
        for _ in range(20):
            with view.watch() as newest:
                newest.wait(0, 0.01)

    guests = [threading.Thread(target=visit) for _ in range(6)]
    for guest in guests:
        guest.start()
    for guest in guests:
        guest.join()
    assert not live_view_threads()
    assert not kiosk.preview.wanted


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_failure_ends_the_stream_and_not_the_live_view(
    kiosk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    broadcast = pictures(LiveView(kiosk.services()))

    async def watch(most: int) -> list[bytes]:
        chunks: list[bytes] = []

        async def write(chunk: bytes) -> None:
            chunks.append(chunk)
            if len(chunks) == most:
                raise StreamClosedError

        with contextlib.suppress(StreamClosedError):
            await broadcast.send(write)
        return chunks

    with monkeypatch.context() as patch:
        patch.setattr(live_view, "annotate", lambda *rest: 1 / 0)
        kiosk.film()
        assert asyncio.run(watch(2)) == [b"--frame\r\n"]
    kiosk.film()
    boundary, picture = asyncio.run(watch(2))
    assert boundary == b"--frame\r\n"
    assert picture.startswith(b"Content-Type: image/jpeg\r\n")
    assert not live_view_threads()
