"""`moodlift feedback export -`: the archive and nothing else, for any user who may write there."""

import sys
import time
from pathlib import Path

import pytest

from device.cli import main
from device.config.schema import FeedbackConfig
from device.feedback import Crop, FeedbackStore, archive
from device.feedback.crop import encode
from tests.support.exports import crop

SURE = (0.05, 0.05, 0.05, 0.7, 0.05, 0.05, 0.05)
EXPORT = ["feedback", "export", "-"]


@pytest.fixture
def store(own_state: Path) -> FeedbackStore:
    """A store with two crops, whose bytes are whatever noise gives."""
    one = FeedbackStore(own_state, FeedbackConfig())
    for seed in range(2):
        hour = int(time.time() // 3600)
        one.keep(Crop("sad", SURE, "0.4.0", hour, encode(crop(seed))))
    return one


def test_the_archive_comes_byte_for_byte(
    store: FeedbackStore, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main.main(EXPORT) == 0
    captured = capfdbinary.readouterr()
    assert (captured.out, captured.err) == (archive.content(store.crops()), b"")
    path = tmp_path / "export.zip"
    path.write_bytes(captured.out)
    assert len(archive.read(path)) == 2


def test_it_needs_no_folder_that_can_be_written(
    store: FeedbackStore, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.chdir("/proc/self")
    assert main.main(EXPORT) == 0
    assert capfdbinary.readouterr().out.startswith(b"PK")


def test_a_terminal_gets_no_archive(
    store: FeedbackStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    with pytest.raises(SystemExit) as end:
        main.main(EXPORT)
    captured = capsys.readouterr()
    assert (end.value.code, captured.out) == (2, "")
    assert "no archive is written to a terminal" in captured.err


def test_a_full_disk_behind_it_is_reported(
    store: FeedbackStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", full)
        assert main.main(EXPORT) == 2
    assert capsys.readouterr().err == "moodlift: stdout: No space left on device\n"
