"""Answers and crops on the disk, whatever becomes of the disk or of the process."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from device.config.schema import FeedbackConfig
from device.errors import FeedbackError
from device.feedback import Agreement, FeedbackStore
from device.feedback.crop import encode
from device.feedback.store import excess
from device.messages import EMOTIONS
from tests.support.exports import crop
from tests.support.feedback_samples import HOUR, NOON, SURE, face_crop, said, store


def test_what_is_kept_is_given_back_to_the_last_bit(tmp_path: Path) -> None:
    one = store(tmp_path)
    one.keep(face_crop("sad", seed=7))
    (kept,) = store(tmp_path).crops()
    assert np.array_equal(kept.image, crop(7))
    assert (kept.number, kept.label, kept.probabilities) == (1, "sad", SURE)
    assert (kept.model, kept.hour) == ("0.4.0", HOUR)
    assert one.crop(1) == kept
    assert one.crop(2) is None


def test_nothing_else_is_in_the_file(tmp_path: Path) -> None:
    one = store(tmp_path)
    one.keep(face_crop())
    one.count(said("sad"), NOON)
    with sqlite3.connect(one.path) as database:
        tables = {row[0] for row in database.execute("SELECT name FROM sqlite_schema")}
        columns = [row[1] for row in database.execute("PRAGMA table_info(crops)")]
    database.close()
    assert tables == {"answers", "crops", "sqlite_sequence"}
    assert columns == ["number", "label", "probabilities", "model", "hour", "png"]
    assert stat.S_IMODE(one.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(one.path.parent.stat().st_mode) == 0o700
    assert [path.name for path in one.path.parent.iterdir()] == [one.path.name]


def test_a_file_that_is_not_there_is_empty_and_is_not_made(tmp_path: Path) -> None:
    one = store(tmp_path)
    one.expire(NOON)
    assert one.crops() == []
    assert one.answers().agreement() == (0, 0)
    assert one.kept() == dict.fromkeys(EMOTIONS, 0)
    assert not one.path.exists()
    one.path.parent.mkdir()
    one.path.touch()
    assert one.crops() == [], "the power went before anything was written"


def test_answers_are_counted_by_what_was_shown(tmp_path: Path) -> None:
    one = store(tmp_path)
    for felt, shown in (("happy", "happy"), ("sad", "happy"), ("sad", "sad"), ("sad", None)):
        one.count(said(felt, shown), NOON)
        one.count(said(felt, shown), NOON + 3 * 86_400)
    answers = one.answers()
    assert answers.agreement() == (4, 6)
    assert answers.agreement("happy") == (2, 4)
    assert answers.agreement("fear") == (0, 0)


@pytest.mark.parametrize(
    ("agreeing", "answers", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662), (1, 1, 0.2065, 1.0)],
)
def test_the_interval_is_wilson_s(agreeing: int, answers: int, low: float, high: float) -> None:
    """The third is the example of Newcombe 1998, Statistics in Medicine 17:857, method 3."""
    assert Agreement(agreeing, answers).interval == pytest.approx((low, high), abs=5e-5)


def test_no_answers_have_no_share() -> None:
    assert Agreement(0, 0).share is None
    assert Agreement(0, 0).interval is None


def test_what_is_too_much_goes_from_the_most_frequent_the_oldest_first(tmp_path: Path) -> None:
    one = store(tmp_path, crops=5)
    for label in ("sad", "happy", "happy", "happy", "happy", "fear"):
        one.keep(face_crop(label))
    assert [(kept.number, kept.label) for kept in one.crops()] == [
        (6, "fear"), (5, "happy"), (4, "happy"), (3, "happy"), (1, "sad"),
    ]  # fmt: skip
    for _ in range(20):
        one.keep(face_crop("happy"))
    assert one.kept() | {"happy": 3, "fear": 1, "sad": 1} == one.kept()


def test_of_equally_many_the_oldest_goes(tmp_path: Path) -> None:
    one = store(tmp_path, crops=2)
    for label in ("sad", "happy", "fear"):
        one.keep(face_crop(label))
    assert [kept.label for kept in one.crops()] == ["fear", "happy"]


def test_bytes_are_limited_too(tmp_path: Path) -> None:
    most = 100_000
    config = FeedbackConfig(crops=2000).model_copy(update={"megabytes": most / 1_000_000})
    one, size = FeedbackStore(tmp_path, config), len(face_crop().png)
    for _ in range(most // size + 3):
        one.keep(face_crop())
    kept = one.crops()
    assert most - size < sum(len(each.png) for each in kept) <= most
    assert len(kept) < most // size + 3


def test_crops_expire_and_counts_do_not(tmp_path: Path) -> None:
    one = store(tmp_path, days=180)
    one.count(said("sad"), NOON)
    one.keep(face_crop(hour=HOUR))
    one.keep(face_crop(hour=HOUR + 1))
    one.expire(NOON + 180 * 86_400)
    assert len(one.crops()) == 2
    one.expire(NOON + 180 * 86_400 + 3600)
    assert [kept.hour for kept in one.crops()] == [HOUR + 1]
    one.expire(NOON + 181 * 86_400)
    assert one.crops() == []
    assert one.answers().agreement() == (0, 1)


def test_what_is_deleted_is_overwritten_and_its_number_never_used_again(tmp_path: Path) -> None:
    one = store(tmp_path)
    pictures = [encode(crop(seed)) for seed in range(3)]
    for seed in range(3):
        one.keep(face_crop(seed=seed))
    assert all(png[60:200] in one.path.read_bytes() for png in pictures)
    assert one.delete([3, 9, 2**70]) == [9, 2**70]
    assert pictures[2][60:200] not in one.path.read_bytes()
    one.keep(face_crop(seed=5))
    assert [kept.number for kept in one.crops()] == [4, 2, 1]
    one.purge()
    assert one.crops() == []
    content = one.path.read_bytes()
    assert not any(png[60:200] in content for png in pictures)


def test_pages_of_crops(tmp_path: Path) -> None:
    one = store(tmp_path)
    for seed in range(5):
        one.keep(face_crop(seed=seed))
    assert [kept.number for kept in one.crops(None, 2)] == [5, 4]
    assert [kept.number for kept in one.crops(4, 2)] == [3, 2]
    assert one.crops(1, 2) == []


def test_crops_of_another_recipe_go(tmp_path: Path) -> None:
    one = store(tmp_path)
    one.keep(face_crop())
    one.count(said("sad"), NOON)
    with sqlite3.connect(one.path) as database:
        database.execute("PRAGMA user_version = 77")
    database.close()
    one.keep(face_crop("fear"))
    assert [kept.label for kept in one.crops()] == ["fear"]
    assert one.answers().agreement() == (0, 1)


@pytest.mark.parametrize(
    "content", [b"no database at all" * 300, b"SQLite format 3\0" + b"x" * 9000]
)
def test_a_damaged_file_is_reported_left_alone_and_can_be_purged(
    tmp_path: Path, content: bytes
) -> None:
    one = store(tmp_path)
    one.path.parent.mkdir()
    one.path.write_bytes(content)
    for call in (
        lambda: one.keep(face_crop()),
        lambda: one.count(said("sad"), NOON),
        lambda: one.expire(NOON),
        one.crops,
        one.answers,
    ):
        with pytest.raises(FeedbackError, match=r"feedback\.sqlite: "):
            call()
    assert one.path.read_bytes() == content
    one.purge()
    assert not one.path.exists()
    one.keep(face_crop())
    assert len(one.crops()) == 1


def test_a_locked_file_is_not_taken_for_a_damaged_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("device.feedback.store.BUSY_SECONDS", 0.05)
    one = store(tmp_path)
    one.keep(face_crop())
    other = sqlite3.connect(one.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(FeedbackError, match="locked"):
        one.purge()
    other.rollback()
    other.close()
    assert len(one.crops()) == 1


KEEP_ON = """
import sys
from pathlib import Path
import numpy as np
from device.config.schema import FeedbackConfig
from device.feedback import Crop, FeedbackStore
from device.feedback.crop import encode
from device.messages import Feedback
store = FeedbackStore(Path(sys.argv[1]), FeedbackConfig(crops=4))
rng = np.random.default_rng()
print("go", flush=True)
while True:
    for label in ("sad", "happy"):
        png = encode(rng.integers(0, 256, (48, 48), np.uint8))
        store.keep(Crop(label, (0.1,) * 6 + (0.4,), "0.4.0", 1, png))
        store.count(Feedback(label, "sad"), 0.0)
        print("kept", flush=True)
"""


def test_killed_at_any_moment_the_file_is_whole(tmp_path: Path) -> None:
    for number in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", KEEP_ON, str(tmp_path)], stdout=subprocess.PIPE
        )
        assert process.stdout
        assert [process.stdout.readline() for _ in range(3)] == [b"go\n", b"kept\n", b"kept\n"]
        time.sleep(0.037 * number)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        one = store(tmp_path, crops=4)
        crops = one.crops()
        assert all(kept.image.shape == (48, 48) for kept in crops)
        assert len(crops) <= 4
        one.keep(face_crop("fear"))
        assert "fear" in [kept.label for kept in one.crops()]
    assert sum(one.answers().counts.values()) > 6
    with sqlite3.connect(one.path) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


def test_a_full_disk_loses_nothing_that_was_kept(tmp_path: Path) -> None:
    """Of files larger than a limit, the kernel refuses to write more."""
    script = """
import resource, signal, sys
from pathlib import Path
from device.config.schema import FeedbackConfig
from device.errors import FeedbackError
from device.feedback import Crop, FeedbackStore
import numpy as np
from device.feedback.crop import encode
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
store = FeedbackStore(Path(sys.argv[1]), FeedbackConfig())
rng = np.random.default_rng(1)
kept = 0
try:
    while True:
        png = encode(rng.integers(0, 256, (48, 48), np.uint8))
        store.keep(Crop("sad", (0.1,) * 6 + (0.4,), "0.4.0", 1, png))
        kept += 1
except FeedbackError as error:
    print(kept, error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True
    )
    kept, _, words = done.stdout.partition(" ")
    assert "feedback.sqlite: " in words
    assert len(store(tmp_path).crops()) == int(kept) > 5


def test_of_twenty_thousand_almost_all_go_at_once() -> None:
    crops = [(EMOTIONS[number % 5], number, 2000) for number in range(20_000)]
    begun = time.thread_time()
    gone = excess(crops, 7, 10**9)
    assert time.thread_time() - begun < 2.0
    assert len(gone) == 19_993
    assert min(set(range(20_000)) - set(gone)) >= 19_990
