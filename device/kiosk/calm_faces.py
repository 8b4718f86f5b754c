"""Keeps what calm faces of the place look like in the state folder: seven numbers, no picture."""

from __future__ import annotations

import logging
import queue
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from device.config.section import Section
from device.messages import EMOTIONS, Level
from device.mood import Lesson, Place
from device.mood.place import MOST
from device.system.fault_log import FaultLog
from device.system.files import read_text, write_private
from device.system.worker import Worker

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)

FILE = "calm_faces.json"
SAVE_SECONDS = 600.0
"""What visitors have shown is written at most this often."""
CLOSE_SECONDS = 3.0
OUTCOMES = {
    "learnt": "learnt from your calm face",
    "unseen": "nobody was in view for long enough; nothing has changed",
    "cheerful": "that was a smile and no calm face; nothing has changed",
}
"""What is said about the owner's last lesson, by its outcome."""

SEVEN = Field(min_length=len(EMOTIONS), max_length=len(EMOTIONS))


class _File(Section):
    difference: Annotated[tuple[Annotated[float, Field(ge=-MOST, le=MOST)], ...], SEVEN]
    normal: Annotated[tuple[Annotated[float, Field(ge=-100.0, le=100.0)], ...], SEVEN]
    faces: Annotated[int, Field(ge=0)]


class CalmFaces:
    """A part that keeps a place; `place` is what the file had at the start, then the newest one.

    A separate thread writes the file. A damaged file is ignored and replaced.
    """

    name = "baseline"

    def __init__(self, folder: Path, enabled: bool) -> None:
        self._path, self._enabled = folder / FILE, enabled
        self.place = self._saved = self._read()
        self._lesson: Lesson | None = None
        self._due, self._now = 0.0, 0.0
        self._queue: queue.SimpleQueue[Place | None] = queue.SimpleQueue()
        self._faults = FaultLog(log, f"baseline: {self._path}", "calm faces are written again")
        self._worker = Worker(self._write, name="calm-faces", wake=lambda: self._queue.put(None))
        if enabled:
            self._worker.start()

    @property
    def health(self) -> tuple[Level, str]:
        """What was learnt, or how the owner's lesson goes, in words."""
        lesson = self._lesson
        if not self._enabled:
            return Level.OFF, "switched off"
        if lesson and not lesson.outcome:
            return Level.OK, f"look calm into the camera: {lesson.left(self._now):.0f} s left"
        if self._faults.fault:
            return Level.DEGRADED, f"calm faces are not written: {self._faults.fault}"
        if lesson and not self._has_changed:
            return Level.OK, OUTCOMES[lesson.outcome]
        faces = self.place.faces
        return Level.OK, f"calm faces so far: {faces}" if faces else "no calm face so far"

    def follow(self, place: Place, lesson: Lesson | None) -> None:
        """Take what the observer knows. The end of a lesson is written at once, as a reset is."""
        has_ended = lesson is not None and lesson.outcome != "" and lesson != self._lesson
        if has_ended or (place.faces == 0 and self._saved.faces > 0):
            self._due = self._now
        self.place, self._lesson = place, lesson

    def tick(self, now: float) -> None:
        """Have the place written if it has changed and that is due."""
        self._now = now
        if self._enabled and now >= self._due and self._has_changed:
            self._save(now)

    def close(self) -> None:
        """Write what was not written yet, and end. Raises ZombieThread."""
        if self._enabled and self._has_changed:
            self._save(self._now)
        self._worker.stop(CLOSE_SECONDS)

    @property
    def _has_changed(self) -> bool:
        saved = self._saved
        return (self.place.faces, self.place.difference) != (saved.faces, saved.difference)

    def _save(self, now: float) -> None:
        self._due, self._saved = now + SAVE_SECONDS, self.place
        self._queue.put(self.place)

    def _write(self) -> None:
        while (place := self._queue.get()) is not None:
            content = _File(difference=place.difference, normal=place.normal, faces=place.faces)
            try:
                write_private(self._path, content.model_dump_json())
            except OSError as error:
                self._faults.report(str(error.strerror or error))
            else:
                self._faults.report("")

    def _read(self) -> Place:
        try:
            found = _File.model_validate_json(read_text(self._path), strict=False)
        except FileNotFoundError:
            return Place()
        except OSError as error:
            log.warning("%s: %s; calm faces are learnt anew", self._path, error.strerror)
            return Place()
        except ValueError:
            log.warning("%s: damaged; calm faces are learnt anew", self._path)
            return Place()
        return Place(found.difference, found.faces, found.normal)
