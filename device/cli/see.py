"""`moodlift see`: run vision on pictures and videos, and print the faces."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import cv2

from device import images
from device.control import schemas
from device.errors import CameraUnknown, PictureError
from device.hardware.camera.file import PICTURES, is_picture
from device.hardware.camera.video import Video
from device.kiosk import script
from device.messages import Frame
from device.models.store import candidates
from device.vision import annotate, model_loader
from device.vision.detector import Detector
from device.vision.movement import MovementDetector
from device.vision.pipeline import Pipeline
from device.vision.tracker import Tracker

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from device.messages import FrameResult


Form = Literal["text", "json", "script"]


def see(paths: Iterable[Path], form: Form, annotate_to: Path | None, bundle: str = "") -> int:
    """Print a line per face, or a JSON object per picture; return the number of failed paths.

    A "script" is what `moodlift replay` reads; only videos have one.

    An error of one path is printed to stderr; the others are still processed. Raises BundleError
    without a valid model, PictureError when `annotate_to` is no folder.
    """
    classifier, _, _ = model_loader.load(candidates(bundle))
    vision = Pipeline(Detector(), classifier)
    if annotate_to:
        _make(annotate_to)
    failures = 0
    used: set[str] = set()
    for path in paths:
        try:
            for name, extra, frame, frame_result in _frame_results(vision, path):
                _print(path, name, extra, frame_result, form)
                if annotate_to:
                    _save(annotate_to / _name(path, extra, used), frame, frame_result)
        except PictureError as error:
            print(f"moodlift see: {error}", file=sys.stderr)
            failures += 1
    return failures


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PictureError(f"{folder}: {error.strerror}") from error


def _frame_results(
    vision: Pipeline, path: Path
) -> Iterator[tuple[str, dict[str, Any], Frame, FrameResult]]:
    video = _open_video(path)
    if video:
        yield from _video(vision, path, video)
        return
    start = time.perf_counter()
    image = images.read(path, str(path))
    decode_ms = (time.perf_counter() - start) * 1000
    frame = Frame(image, 1, time.monotonic())
    yield str(path), {}, frame, vision.detect_still(frame, decode_ms)


def _open_video(path: Path) -> Video | None:
    """Open a video; return None for a picture, or what may be one. Raises PictureError."""
    if is_picture(path) or not path.is_file():
        return None
    try:
        return Video(path)
    except CameraUnknown as error:
        if path.suffix.lower() in PICTURES:
            return None  # whose reader says what is wrong
        raise PictureError(str(error)) from error


def _video(
    vision: Pipeline, path: Path, video: Video
) -> Iterator[tuple[str, dict[str, Any], Frame, FrameResult]]:
    tracker, movement = Tracker(), MovementDetector()
    number = 0
    while True:
        frame = Frame(video.image(), number, video.seconds)
        at = {"frame": number, "time_s": round(video.seconds, 3)}
        name = f"{path} at {video.seconds:.2f} s"
        moved = movement.update(frame.image, video.seconds)
        frame_result = vision.process(frame, tracker)
        yield name, at, frame, replace(frame_result, motion=moved.share, motion_at=moved.at)
        number += 1
        if not video.advance():
            break
    video.close()


def _print(
    path: Path, name: str, extra: dict[str, Any], frame_result: FrameResult, form: Form
) -> None:
    if form == "script":
        if "time_s" not in extra:
            raise PictureError(f"{path}: a picture makes no script; give a video")
        print(json.dumps(script.line_of(frame_result, extra["time_s"])), flush=True)
        return
    if form == "json":
        fields = schemas.Faces.of(frame_result).to_dict()
        print(json.dumps({"path": str(path), **extra, **fields}), flush=True)
        return
    if not frame_result.faces:
        print(f"{name}: no face")
    for face in frame_result.faces:
        x, y, w, h = (round(value) for value in face.box)
        share = max(face.probabilities)
        print(f"{name}: face {face.id}: {face.emotion} {share:.0%}, {w}x{h} px at {x},{y}")


def _name(path: Path, extra: dict[str, Any], used: set[str]) -> str:
    """Return a file name for the annotated picture, unlike the original's and all used ones."""
    stem = f"{path.stem}-{extra['frame']:06d}" if extra else path.stem
    name, number = f"{stem}-faces.png", 1
    while name in used:
        number += 1
        name = f"{stem}-{number}-faces.png"
    used.add(name)
    return name


def _save(target: Path, frame: Frame, frame_result: FrameResult) -> None:
    image = annotate.annotate(frame.image, frame_result.faces)
    if not cv2.imwrite(str(target), image):
        raise PictureError(f"{target}: cannot be written")
