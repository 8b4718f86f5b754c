"""The shared frame is always whole, and survives a writer that dies."""

import threading
import time

import numpy as np
import pytest

from device.messages import Frame
from device.vision.preview import Preview


def frame(number: int, height: int = 480, width: int = 640) -> Frame:
    return Frame(np.full((height, width, 3), number % 256, np.uint8), number, float(number))


def test_the_newest_frame_comes_back_as_it_was() -> None:
    mine = Preview()
    theirs = Preview(mine.name)
    assert mine.read() is None
    for number in (1, 2, 3):
        theirs.write(frame(number))
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
    theirs = Preview(mine.name)
    assert not theirs.wanted
    mine.wanted = True
    assert theirs.wanted
    theirs.close()
    mine.close()


def test_no_frame_is_ever_torn() -> None:
    preview = Preview()
    done = threading.Event()

    def write() -> None:
        number = 0
        while not done.is_set():
            number += 1
            preview.write(frame(number))

    writer = threading.Thread(target=write)
    writer.start()
    until, reads = time.monotonic() + 1.0, 0
    while time.monotonic() < until:
        got = preview.read()
        if got is not None:
            reads += 1
            assert np.all(got[0].image == got[0].number % 256)
    done.set()
    writer.join()
    preview.close()
    assert reads > 20


def test_a_writer_that_died_half_way_leaves_the_other_frame() -> None:
    preview = Preview()
    preview.write(frame(1))
    preview.write(frame(2))
    preview._begin(frame(3).image, 3, 3.0, 1)
    got = preview.read()
    assert got is not None
    assert got[0].number == 2
    preview.write(frame(4))
    got = preview.read()
    assert got is not None
    assert got[0].number == 4
    preview.close()
