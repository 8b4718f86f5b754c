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

from device.cli import main
from device.config.schema import FeedbackConfig
from device.errors import FeedbackError, PictureError
from device.feedback import Agreement, Crop, FeedbackRecorder, FeedbackStore
from device.feedback.crop import decode, encode
from device.feedback.store import surplus
from device.messages import EMOTIONS, Feedback, Level
from tests.support.exports import crop

NOON = 1_790_000_000.0
HOUR = int(NOON // 3600)
SURE = (0.05, 0.05, 0.05, 0.7, 0.05, 0.05, 0.05)


def keepsake(label: str = "happy", hour: int = HOUR, seed: int = 0) -> Crop:
    return Crop(label, SURE, "0.4.0", hour, encode(crop(seed)))


def store(folder: Path, **limits: int) -> FeedbackStore:
    return FeedbackStore(folder, FeedbackConfig(**limits))


def said(felt: str, shown: str | None = "happy") -> Feedback:
    return Feedback(felt, shown)


def test_what_is_kept_is_given_back_to_the_last_bit(tmp_path: Path) -> None:
    one = store(tmp_path)
    one.keep(keepsake("sad", seed=7))
    (kept,) = store(tmp_path).crops()
    assert np.array_equal(kept.image, crop(7))
    assert (kept.number, kept.label, kept.probabilities) == (1, "sad", SURE)
    assert (kept.model, kept.hour) == ("0.4.0", HOUR)
    assert one.crop(1) == kept
    assert one.crop(2) is None


def test_nothing_else_is_in_the_file(tmp_path: Path) -> None:
    one = store(tmp_path)
    one.keep(keepsake())
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
        one.keep(keepsake(label))
    assert [(kept.number, kept.label) for kept in one.crops()] == [
        (6, "fear"), (5, "happy"), (4, "happy"), (3, "happy"), (1, "sad"),
    ]  # fmt: skip
    for _ in range(20):
        one.keep(keepsake("happy"))
    assert one.kept() | {"happy": 3, "fear": 1, "sad": 1} == one.kept()


def test_of_equally_many_the_oldest_goes(tmp_path: Path) -> None:
    one = store(tmp_path, crops=2)
    for label in ("sad", "happy", "fear"):
        one.keep(keepsake(label))
    assert [kept.label for kept in one.crops()] == ["fear", "happy"]


def test_bytes_are_limited_too(tmp_path: Path) -> None:
    one = store(tmp_path, megabytes=1, crops=2000)
    size = len(keepsake().png)
    for _ in range(1_000_000 // size + 3):
        one.keep(keepsake())
    kept = one.crops()
    assert 1_000_000 - size < sum(len(each.png) for each in kept) <= 1_000_000
    assert len(kept) < 1_000_000 // size + 3


def test_crops_expire_and_counts_do_not(tmp_path: Path) -> None:
    one = store(tmp_path, days=180)
    one.count(said("sad"), NOON)
    one.keep(keepsake(hour=HOUR))
    one.keep(keepsake(hour=HOUR + 1))
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
        one.keep(keepsake(seed=seed))
    assert all(png[60:200] in one.path.read_bytes() for png in pictures)
    assert one.delete([3, 9, 2**70]) == [9, 2**70]
    assert pictures[2][60:200] not in one.path.read_bytes()
    one.keep(keepsake(seed=5))
    assert [kept.number for kept in one.crops()] == [4, 2, 1]
    one.purge()
    assert one.crops() == []
    content = one.path.read_bytes()
    assert not any(png[60:200] in content for png in pictures)


def test_pages_of_crops(tmp_path: Path) -> None:
    one = store(tmp_path)
    for seed in range(5):
        one.keep(keepsake(seed=seed))
    assert [kept.number for kept in one.crops(None, 2)] == [5, 4]
    assert [kept.number for kept in one.crops(4, 2)] == [3, 2]
    assert one.crops(1, 2) == []


def test_crops_of_another_recipe_go(tmp_path: Path) -> None:
    one = store(tmp_path)
    one.keep(keepsake())
    one.count(said("sad"), NOON)
    with sqlite3.connect(one.path) as database:
        database.execute("PRAGMA user_version = 77")
    database.close()
    one.keep(keepsake("fear"))
    assert [kept.label for kept in one.crops()] == ["fear"]
    assert one.answers().agreement() == (0, 1)


@pytest.mark.parametrize(
    "content", [b"no database at all" * 300, b"SQLite format 3\0" + b"x" * 9000]
)
def test_a_damaged_file_is_told_left_alone_and_can_be_purged(
    tmp_path: Path, content: bytes
) -> None:
    one = store(tmp_path)
    one.path.parent.mkdir()
    one.path.write_bytes(content)
    for call in (
        lambda: one.keep(keepsake()),
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
    one.keep(keepsake())
    assert len(one.crops()) == 1


def test_a_locked_file_is_not_taken_for_a_damaged_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("device.feedback.store.BUSY_SECONDS", 0.05)
    one = store(tmp_path)
    one.keep(keepsake())
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
from device.feedback import Keepsake, Store
from device.feedback.crop import encode
from device.messages import Feedback
store = Store(Path(sys.argv[1]), FeedbackConfig(crops=4))
rng = np.random.default_rng()
print("go", flush=True)
while True:
    for label in ("sad", "happy"):
        png = encode(rng.integers(0, 256, (48, 48), np.uint8))
        store.keep(Keepsake(label, (0.1,) * 6 + (0.4,), "0.4.0", 1, png))
        store.count(Feedback(label, "sad"), 0.0)
"""


def test_killed_at_any_moment_the_file_is_whole(tmp_path: Path) -> None:
    for number in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", KEEP_ON, str(tmp_path)], stdout=subprocess.PIPE
        )
        assert process.stdout
        assert process.stdout.readline() == b"go\n"
        time.sleep(0.05 + 0.037 * number)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        one = store(tmp_path, crops=4)
        crops = one.crops()
        assert all(kept.image.shape == (48, 48) for kept in crops)
        assert len(crops) <= 4
        one.keep(keepsake("fear"))
        assert "fear" in [kept.label for kept in one.crops()]
    assert sum(one.answers().counts.values()) > 6
    with sqlite3.connect(one.path) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


@pytest.mark.parametrize(
    "crop",
    [
        np.zeros((48, 47), np.uint8),
        np.zeros((49, 48), np.uint8),
        np.zeros((48, 48, 3), np.uint8),
        np.zeros((48, 48), np.uint16),
        np.zeros((48, 48), np.bool_),
    ],
)
def test_a_png_of_another_kind_is_no_crop(crop: np.ndarray) -> None:
    with pytest.raises(PictureError, match="not a PNG of 48 x 48 pixels in 8 bits of grey"):
        decode(encode(crop))


def test_a_damaged_png_is_no_crop() -> None:
    png = encode(crop())
    for content in (png[:100], png[:40], png[:33], png[:60] + b"\0" * 40 + png[100:]):
        with pytest.raises(PictureError, match="damaged"):
            decode(content)
    with pytest.raises(PictureError, match="more than 4096"):
        decode(png + b"\0" * 4096)


@pytest.fixture
def keeper(tmp_path: Path):
    one = FeedbackRecorder(FeedbackConfig(), tmp_path, lambda: NOON + 1234)
    one.start()
    yield one
    one.close()


def test_the_keeper_rounds_to_the_hour(keeper: FeedbackRecorder) -> None:
    keeper.keep(crop(3), "sad", (1 / 7,) * 7, "0.4.0").result(5)
    (kept,) = keeper.store.crops()
    assert kept.when.endswith(":00:00Z")
    assert kept.hour == int((NOON + 1234) // 3600)
    assert kept.probabilities == (0.1429,) * 7
    assert keeper.health == (
        Level.OK, "answers are counted; crops are kept on consent, for 180 days",
    )  # fmt: skip


def test_a_disk_that_fails_stops_the_keeping_and_is_told_once(
    keeper: FeedbackRecorder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "feedback").touch()
    for _ in range(3):
        with pytest.raises(FeedbackError):
            keeper.keep(crop(), "sad", SURE, "0.4.0").result(5)
    level, words = keeper.health
    assert level is Level.DEGRADED
    assert words.startswith("nothing is kept: ")
    (tmp_path / "feedback").unlink()
    keeper.count(said("sad")).result(5)
    assert keeper.health[0] is Level.OK
    assert len(keeper.store.crops()) == 0, "what could not be kept was dropped"
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_a_full_disk_loses_nothing_that_was_kept(tmp_path: Path) -> None:
    """Of files larger than a limit, the kernel refuses to write more."""
    script = """
import resource, signal, sys
from pathlib import Path
from device.config.schema import FeedbackConfig
from device.errors import FeedbackError
from device.feedback import Store
import numpy as np
from device.feedback import Keepsake
from device.feedback.crop import encode
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
store = Store(Path(sys.argv[1]), FeedbackConfig())
rng = np.random.default_rng(1)
kept = 0
try:
    while True:
        png = encode(rng.integers(0, 256, (48, 48), np.uint8))
        store.keep(Keepsake("sad", (0.1,) * 6 + (0.4,), "0.4.0", 1, png))
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


@pytest.mark.parametrize("enabled", [True, False])
def test_what_is_too_old_goes_by_itself(tmp_path: Path, enabled: bool) -> None:
    store(tmp_path).keep(keepsake(hour=HOUR - 181 * 24))
    one = FeedbackRecorder(FeedbackConfig(enabled=enabled), tmp_path, lambda: NOON)
    one.start()
    one.close()
    assert one.store.crops() == []


def test_a_limit_that_was_lowered_holds_from_the_next_start(tmp_path: Path) -> None:
    large = store(tmp_path)
    for label in ("sad", "happy", "happy", "happy", "sad", "fear"):
        large.keep(keepsake(label))
    one = FeedbackRecorder(FeedbackConfig(crops=3), tmp_path, lambda: NOON)
    one.start()
    one.close()
    assert [(kept.number, kept.label) for kept in large.crops()] == [
        (6, "fear"), (5, "sad"), (4, "happy"),
    ]  # fmt: skip


def test_of_twenty_thousand_almost_all_go_at_once() -> None:
    crops = [(EMOTIONS[number % 5], number, 2000) for number in range(20_000)]
    begun = time.monotonic()
    gone = surplus(crops, 7, 10**9)
    assert time.monotonic() - begun < 2.0
    assert len(gone) == 19_993
    assert min(set(range(20_000)) - set(gone)) >= 19_990


def test_a_keeper_that_is_off_keeps_nothing(tmp_path: Path) -> None:
    one = FeedbackRecorder(FeedbackConfig(enabled=False), tmp_path)
    one.start()
    with pytest.raises(FeedbackError, match="switched off"):
        one.keep(crop(), "sad", SURE, "0.4.0").result(1)
    one.close()
    assert one.health == (Level.OFF, "switched off")
    assert not one.store.path.exists()


def test_the_command_lists_exports_and_deletes(
    own_state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    now = int(time.time() // 3600)
    assert main.main(["feedback", "list"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "nobody has answered yet", "0 crops are kept, for 180 days at most",
    ]  # fmt: skip
    one = store(own_state)
    for label in ("sad", "fear", "happy"):
        one.keep(keepsake(label, now))
    one.count(said("happy"), NOON)
    assert main.main(["feedback", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "1 of 1 answers agree: 100.0% (95 % interval 20.7% to 100.0%)"
    assert lines[1].split()[:1] + lines[1].split()[2:] == [
        "3", "happy", "seen", "as", "happy", "(70%),", "emotion-0.4.0",
    ]  # fmt: skip
    assert lines[-1] == "3 crops are kept, for 180 days at most"
    target = tmp_path / "export.zip"
    assert main.main(["feedback", "export", str(target)]) == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert main.main(["feedback", "purge", "1", "2"]) == 0
    assert [kept.number for kept in one.crops()] == [3]
    assert main.main(["feedback", "purge", "2"]) == 2
    assert capsys.readouterr().err == "moodlift: no crop has the number 2\n"
    with pytest.raises(SystemExit):
        main.main(["feedback", "purge"])
    assert main.main(["feedback", "purge", "--all"]) == 0
    assert one.crops() == []
    assert one.answers().agreement() == (1, 1)


def test_the_command_purges_a_damaged_file(
    own_state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = store(own_state)
    one.path.parent.mkdir(parents=True)
    one.path.write_bytes(b"x" * 5000)
    assert main.main(["feedback", "list"]) == 2
    assert "not a database" in capsys.readouterr().err
    assert main.main(["feedback", "purge", "--all"]) == 0
    assert not one.path.exists()
