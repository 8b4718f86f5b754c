"""The recorder keeps answers and crops in a thread of its own, whatever becomes of the disk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from device.config.schema import FeedbackConfig
from device.errors import FeedbackError
from device.feedback import FeedbackRecorder
from device.messages import Level
from tests.support.exports import crop
from tests.support.feedback_samples import HOUR, NOON, SURE, face_crop, said, store


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[FeedbackRecorder]:
    one = FeedbackRecorder(FeedbackConfig(), tmp_path, lambda: NOON + 1234)
    one.start()
    yield one
    one.close()


def test_the_recorder_rounds_to_the_hour(recorder: FeedbackRecorder) -> None:
    recorder.keep(crop(3), "sad", (1 / 7,) * 7, "0.4.0").result(5)
    (kept,) = recorder.store.crops()
    assert kept.when.endswith(":00:00Z")
    assert kept.hour == int((NOON + 1234) // 3600)
    assert kept.probabilities == (0.1429,) * 7
    assert recorder.health == (
        Level.OK, "answers are counted; crops are kept on consent, for 180 days",
    )  # fmt: skip


def test_a_disk_that_fails_stops_the_recording_and_is_reported_once(
    recorder: FeedbackRecorder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "feedback").touch()
    for _ in range(3):
        with pytest.raises(FeedbackError):
            recorder.keep(crop(), "sad", SURE, "0.4.0").result(5)
    level, words = recorder.health
    assert level is Level.DEGRADED
    assert words.startswith("nothing is kept: ")
    (tmp_path / "feedback").unlink()
    recorder.count(said("sad")).result(5)
    assert recorder.health[0] is Level.OK
    assert len(recorder.store.crops()) == 0, "what could not be kept was dropped"
    assert [record.levelname for record in caplog.records] == ["WARNING"]


@pytest.mark.parametrize("enabled", [True, False])
def test_what_is_too_old_goes_by_itself(tmp_path: Path, enabled: bool) -> None:
    store(tmp_path).keep(face_crop(hour=HOUR - 181 * 24))
    one = FeedbackRecorder(FeedbackConfig(enabled=enabled), tmp_path, lambda: NOON)
    one.start()
    one.close()
    assert one.store.crops() == []


def test_a_limit_that_was_lowered_holds_from_the_next_start(tmp_path: Path) -> None:
    large = store(tmp_path)
    for label in ("sad", "happy", "happy", "happy", "sad", "fear"):
        large.keep(face_crop(label))
    one = FeedbackRecorder(FeedbackConfig(crops=3), tmp_path, lambda: NOON)
    one.start()
    one.close()
    assert [(kept.number, kept.label) for kept in large.crops()] == [
        (6, "fear"), (5, "sad"), (4, "happy"),
    ]  # fmt: skip


def test_a_recorder_that_is_off_keeps_nothing(tmp_path: Path) -> None:
    one = FeedbackRecorder(FeedbackConfig(enabled=False), tmp_path)
    one.start()
    with pytest.raises(FeedbackError, match="switched off"):
        one.keep(crop(), "sad", SURE, "0.4.0").result(1)
    one.close()
    assert one.health == (Level.OFF, "switched off")
    assert not one.store.path.exists()
