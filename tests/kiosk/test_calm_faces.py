"""What is known of a place's calm faces is kept over restarts, and told in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from device.kiosk.calm_faces import FILE, SAVE_SECONDS, CalmFaces
from device.messages import EMOTIONS, Level
from device.mood import Lesson, Place
from tests.support.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

SEVEN = tuple(float(number) / 10 for number in range(len(EMOTIONS)))
LEARNT = Place(SEVEN, 3, SEVEN)


def test_it_is_kept_over_a_restart_and_has_no_picture(tmp_path: Path) -> None:
    part = CalmFaces(tmp_path, enabled=True)
    assert part.place == Place()
    assert part.health == (Level.OK, "no calm face so far")
    part.follow(LEARNT, None)
    part.close()
    assert (tmp_path / FILE).stat().st_size < 500
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    again = CalmFaces(tmp_path, enabled=True)
    assert again.place == LEARNT
    assert again.health == (Level.OK, "calm faces so far: 3")
    again.close()


def test_visitors_are_written_rarely_and_a_lesson_at_once(tmp_path: Path) -> None:
    part = CalmFaces(tmp_path, enabled=True)
    part.tick(100.0)
    part.follow(LEARNT, None)
    part.tick(101.0)
    until((tmp_path / FILE).exists)
    (tmp_path / FILE).unlink()
    part.follow(Place(SEVEN, 4, SEVEN), None)
    part.tick(101.0 + SAVE_SECONDS / 2)
    part.follow(Place(SEVEN, 16, SEVEN), Lesson(400.0, outcome="learnt"))
    part.tick(420.0)
    until((tmp_path / FILE).exists)
    part.close()
    assert CalmFaces(tmp_path, enabled=False).place.faces == 16


def test_what_is_forgotten_is_forgotten_on_the_disk(tmp_path: Path) -> None:
    part = CalmFaces(tmp_path, enabled=True)
    part.follow(LEARNT, None)
    part.tick(1.0)
    part.follow(Place(), None)
    part.tick(2.0)
    part.close()
    assert CalmFaces(tmp_path, enabled=False).place.faces == 0


def test_a_lesson_is_told_in_words(tmp_path: Path) -> None:
    part = CalmFaces(tmp_path, enabled=True)
    part.tick(108.0)
    part.follow(Place(), Lesson(100.0))
    assert part.health == (Level.OK, "look calm into the camera: 12 s left")
    part.follow(Place(), Lesson(100.0, outcome="unseen"))
    unseen = "nobody was in view for long enough; nothing has changed"
    assert part.health == (Level.OK, unseen)
    part.follow(Place(), Lesson(100.0, outcome="cheerful"))
    assert part.health == (Level.OK, "that was a smile and no calm face; nothing has changed")
    part.follow(LEARNT, Lesson(100.0, outcome="learnt"))
    part.tick(121.0)
    assert part.health == (Level.OK, "learnt from your calm face")
    part.close()


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"difference": [9], "normal": [], "faces": 1}', '{"faces": -1}']
)
def test_a_damaged_file_is_begun_anew(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content, "utf-8")
    part = CalmFaces(tmp_path, enabled=True)
    assert part.place == Place()
    part.follow(LEARNT, None)
    part.close()
    assert CalmFaces(tmp_path, enabled=False).place == LEARNT


def test_a_folder_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    part = CalmFaces(tmp_path / "state", enabled=True)
    part.follow(LEARNT, None)
    part.tick(1.0)
    until(lambda: part.health[0] is Level.DEGRADED)
    assert part.health[1].startswith("calm faces are not written: ")
    part.close()


def test_it_can_be_off(tmp_path: Path) -> None:
    part = CalmFaces(tmp_path, enabled=False)
    part.follow(LEARNT, None)
    part.tick(1.0)
    part.close()
    assert part.health == (Level.OFF, "switched off")
    assert not (tmp_path / FILE).exists()
