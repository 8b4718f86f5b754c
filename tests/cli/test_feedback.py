"""`moodlift feedback`: list, export and purge."""

import stat
import time
from pathlib import Path

import pytest

from device.cli import main
from tests.support.feedback_samples import NOON, face_crop, said, store


def test_the_command_lists_exports_and_deletes(
    own_state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    now = int(time.time() // 3600)
    assert main.main(["feedback", "list"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "no answers yet", "0 crops are stored, for 180 days at most",
    ]  # fmt: skip
    one = store(own_state)
    for label in ("sad", "fear", "happy"):
        one.keep(face_crop(label, now))
    one.count(said("happy"), NOON)
    assert main.main(["feedback", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "1 of 1 answers agree: 100.0% (95 % interval 20.7% to 100.0%)"
    assert lines[1].split()[:1] + lines[1].split()[2:] == [
        "3", "happy", "classified", "as", "happy", "(70%),", "emotion-0.4.0",
    ]  # fmt: skip
    assert lines[-1] == "3 crops are stored, for 180 days at most"
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
