"""The shared frame is always whole, and a worker that dies never blocks the kiosk."""

import time

import numpy as np
import pytest

from device.messages import Frame
from device.vision import preview as preview_module
from device.vision.preview import READ_SECONDS, WRITE_SECONDS, Preview
from tests.load import preview_stress


def frame(number: int, height: int = 480, width: int = 640) -> Frame:
    return Frame(np.full((height, width, 3), number % 256, np.uint8), number, float(number))


def test_the_newest_frame_comes_back_as_it_was() -> None:
    mine = Preview()
    theirs = Preview(mine.share())
    assert mine.read() is None
    for number in (1, 2, 3):
        assert theirs.write(frame(number))
    got = mine.read()
    assert got is not None
    assert (got[0].number, got[0].captured_at, got[1]) == (3, 3.0, 1)
    assert np.array_equal(got[0].image, frame(3).image)
    theirs.close()
    mine.close()


def test_the_frame_before_the_newest_can_still_be_had() -> None:
    preview = Preview()
    for number in (1, 2, 3):
        preview.write(frame(number))
    for number in (2, 3):
        got = preview.read(float(number))
        assert got is not None
        assert np.array_equal(got[0].image, frame(number).image)
    assert preview.read(1.0) is None
    assert preview.read(4.0) is None
    preview.close()


@pytest.mark.parametrize(("size", "shrink"), [((480, 640), 1), ((1080, 1920), 2), ((3000, 900), 4)])
def test_a_large_frame_is_shrunk(size: tuple[int, int], shrink: int) -> None:
    preview = Preview()
    preview.write(frame(7, *size))
    got = preview.read()
    assert got is not None
    assert got[1] == shrink
    assert got[0].image.shape[:2] == (-(-size[0] // shrink), -(-size[1] // shrink))
    preview.close()


def test_somebody_watching_is_seen_on_the_other_side() -> None:
    mine = Preview()
    theirs = Preview(mine.share())
    assert not theirs.wanted
    mine.wanted = True
    assert theirs.wanted
    theirs.close()
    mine.close()


@pytest.mark.slow
def test_no_frame_is_ever_torn_though_workers_are_killed_while_they_write() -> None:
    report = preview_stress.run(4.0)
    assert report.torn == 0
    assert report.reads > 100
    assert report.kills >= 1


def test_a_worker_that_was_killed_while_it_wrote_leaves_the_other_frame() -> None:
    preview = Preview()
    killed = Preview(preview.share())
    killed.write(frame(1))
    killed.write(frame(2))
    assert killed._lock()
    killed._bytes[preview_module._OFFSETS[killed._next_slot]] = False  # it had begun with frame 3
    begun = time.monotonic()
    assert preview.read() is None, "it still writes"
    assert time.monotonic() - begun < READ_SECONDS + 0.5
    killed.close()  # as the kernel does
    got = preview.read()
    assert got is not None
    assert got[0].number == 2
    worker = Preview(preview.share())
    worker.write(frame(4))
    got = preview.read()
    assert got is not None
    assert got[0].number == 4
    for each in (worker, preview):
        each.close()


def test_a_worker_drops_a_frame_rather_than_wait_for_a_slow_reader() -> None:
    preview = Preview()
    worker = Preview(preview.share())
    worker.write(frame(1))
    with preview._locked(READ_SECONDS):
        begun = time.monotonic()
        assert not worker.write(frame(2))
        assert time.monotonic() - begun < WRITE_SECONDS + 0.5
    got = preview.read()
    assert got is not None
    assert got[0].number == 1
    assert worker.write(frame(3))
    for each in (worker, preview):
        each.close()
